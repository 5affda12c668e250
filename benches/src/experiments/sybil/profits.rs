//! What an identity earns, by price of the ticket and under the runtime's defaults.

use super::{
    playing::{measure_all, Measured, Strategy},
    prices::{Prices, DEFAULTS, REWARD},
};
use crate::{
    effort::Bench,
    output::{rounded, Confidence, Output},
    plot::{write_plot, Figure, HeatMap, HeatMaps, Panel, Series},
    statistics::Estimate,
};
use anyhow::Result;
use serde::Serialize;

/// The paper's numbers of nodes.
pub const PAPER_SIZES: [usize; 8] = [10, 20, 50, 100, 200, 300, 400, 500];

/// One line of `sybil.csv`.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Agents in the swarm.
    pub n: usize,
    /// Price of the ticket, in units of which the reward has 20.
    pub ticket: f64,
    /// Who: a strategy, `paper-model`, or `honest-median` among attackers with
    /// `junk-random-grades`.
    pub strategy: &'static str,
    /// Mean profit of one identity in one round, in the same units.
    pub profit: f64,
}

/// One line of `sybil-defaults.csv`.
#[derive(Clone, Debug, Serialize)]
struct DefaultsLine {
    n: usize,
    strategy: &'static str,
    /// Under the runtime's defaults: 1 is what everybody would get of the reward if all got the
    /// same.
    profit_of_fair_share: f64,
    half_width: f64,
}

/// What the paper's figure 6 assumes: an identity wins the reward with probability 1/n, and else
/// loses its deposit.
pub fn paper_model(n: usize, ticket: f64) -> f64 {
    let chance = 1.0 / n as f64;
    chance * REWARD - (1.0 - chance) * ticket
}

/// Prices on the paper's axis: 0 to 2 of a reward of 20.
pub fn tickets() -> Vec<f64> {
    (0..=8).map(|step| f64::from(step) * 0.25).collect()
}

pub(super) fn figure_six(bench: &Bench, output: &Output) -> Result<()> {
    let measured = measure_all(bench, &PAPER_SIZES);
    let mut lines = Vec::new();
    let mut confidences = Vec::new();
    for (n, of_strategy) in PAPER_SIZES.iter().zip(&measured) {
        for ticket in tickets() {
            let prices = Prices::with_ticket(ticket);
            let mut line = |strategy, profit: f64| {
                lines.push(Line { n: *n, ticket, strategy, profit: rounded(profit) })
            };
            line("paper-model", paper_model(*n, ticket));
            for (strategy, measured) in Strategy::ALL.iter().zip(of_strategy) {
                let profit = measured.attackers_profit(prices, *n);
                let in_units =
                    Estimate { mean: profit.mean * REWARD, half_width: profit.half_width * REWARD };
                line(strategy.name(), in_units.mean);
                confidences.push(Confidence::of(
                    &[n, &ticket, &strategy.name()],
                    "profit",
                    in_units,
                ));
            }
            line("honest-median", of_strategy[0].median_honest_profit(prices, *n) * REWARD);
        }
    }
    output.write("sybil.csv", &lines)?;
    output.write("sybil-confidence.csv", &confidences)?;
    let map = |title: &str, strategy: &str| {
        let value = |n: usize, ticket: f64| {
            let line =
                lines.iter().find(|l| l.n == n && l.ticket == ticket && l.strategy == strategy);
            line.map_or(0.0, |line| line.profit)
        };
        HeatMap {
            title: title.to_owned(),
            x_label: "agents".to_owned(),
            y_label: "ticket (the reward is 20)".to_owned(),
            columns: PAPER_SIZES.iter().map(ToString::to_string).collect(),
            rows: tickets(),
            values: tickets()
                .iter()
                .map(|t| PAPER_SIZES.iter().map(|n| value(*n, *t)).collect())
                .collect(),
            zero_line: PAPER_SIZES
                .iter()
                .map(|n| breaks_even(&tickets(), |ticket| value(*n, ticket)))
                .collect(),
        }
    };
    let maps = vec![
        map("the paper's model: 1/n of the wins", "paper-model"),
        map("as implemented: junk, hostile grades", "junk-hostile-grades"),
    ];
    let title =
        "Profit of one identity in one round; the line is where it breaks even (paper fig. 6)";
    let plot = HeatMaps { title: title.to_owned(), unit: "profit".to_owned(), maps };
    write_plot(&plot, &output.path("sybil"))
}

/// Where profit, which falls with the ticket, is zero: between the last price that brings some and
/// the next. `None` if it never is.
fn breaks_even(tickets: &[f64], profit: impl Fn(f64) -> f64) -> Option<f64> {
    tickets.windows(2).find_map(|pair| {
        let (below, above) = (profit(pair[0]), profit(pair[1]));
        (below >= 0.0 && above < 0.0)
            .then(|| pair[0] + (pair[1] - pair[0]) * below / (below - above))
    })
}

pub(super) fn defaults(measured: &[Vec<Measured>], sizes: &[usize], output: &Output) -> Result<()> {
    let mut lines = Vec::new();
    for (n, of_strategy) in sizes.iter().zip(measured) {
        let shares = *n as f64;
        for (strategy, measured) in Strategy::ALL.iter().zip(of_strategy) {
            let profit = measured.attackers_profit(DEFAULTS, *n);
            lines.push(DefaultsLine {
                n: *n,
                strategy: strategy.name(),
                profit_of_fair_share: rounded(profit.mean * shares),
                half_width: rounded(profit.half_width * shares),
            });
        }
        let honest = of_strategy[0].median_honest_profit(DEFAULTS, *n) * shares;
        let line = DefaultsLine {
            n: *n,
            strategy: "honest-median",
            profit_of_fair_share: rounded(honest),
            half_width: 0.0,
        };
        lines.push(line);
    }
    output.write("sybil-defaults.csv", &lines)?;
    let names: Vec<&str> =
        Strategy::ALL.iter().map(|strategy| strategy.name()).chain(["honest-median"]).collect();
    let series = names
        .iter()
        .map(|name| Series {
            name: (*name).to_owned(),
            points: lines
                .iter()
                .filter(|line| line.strategy == *name)
                .enumerate()
                .map(|(i, line)| (i as f64, line.profit_of_fair_share, line.half_width))
                .collect(),
            joined: true,
        })
        .collect();
    let panel = Panel {
        title: "with the runtime's winner's share and loss of a poor answer".to_owned(),
        x_label: "agents in the swarm".to_owned(),
        y_label: "profit / (reward / n)".to_owned(),
        categories: sizes.iter().map(ToString::to_string).collect(),
        y_range: (-5.0, 2.0),
        log: false,
        series,
    };
    let title = "What an identity earns in a round".to_owned();
    write_plot(&Figure { title, columns: 2, panels: vec![panel] }, &output.path("sybil-defaults"))
}
