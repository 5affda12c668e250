//! Sybil profitability (paper fig. 6): what an identity without work to show earns, by size of the
//! swarm and price of the ticket, first in the paper's model and then under the payment rules as
//! implemented; and which prices and shares make junk lose money while the median honest agent
//! earns.
//!
//! Honest agents differ: the mean quality of their answers is spread over 0.4..=0.8 (0.2 up and
//! down from prompt to prompt), their noise as grades over 0.05..=0.5, independently. The attacker
//! has a tenth of the identities and at least one. In swarms below four, where nothing is learnt,
//! honest agents bring the records of 100 rounds in a swarm of ten.

use crate::{
    assigning::Assigning,
    draws::Draws,
    effort::Bench,
    money::{Settled, Takings},
    output::{rounded, Confidence, Output},
    plot::{write_figure, write_heat_maps, Figure, HeatMap, Panel, Series},
    statistics::{median, Estimate},
    world::{part_of, Agent, Answering, Grading, World},
};
use anyhow::Result;
use serde::Serialize;
use waggle_primitives::rating::{Estimator, RatingRecord};

/// What the client pays, as in the paper.
pub const REWARD: f64 = 20.0;
/// The paper's numbers of nodes.
pub const PAPER_SIZES: [usize; 8] = [10, 20, 50, 100, 200, 300, 400, 500];
/// Swarms that the chain allows, as the search looks at them.
pub const SEARCH_SIZES: [usize; 12] = [2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 70, 100];

/// What the attacker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Junk for an answer, any grades.
    JunkRandom,
    /// Junk for an answer, the middle for every grade: as close to what others say as one comes
    /// without a look.
    JunkMiddle,
    /// Junk for an answer, best grades for its own and worst for others.
    JunkHostile,
    /// The same, and a new identity every round.
    JunkHostileFresh,
    /// The prompt for an answer, which graders take for a poor answer rather than none; the middle
    /// for every grade.
    CopiedPrompt,
    /// Works with a model of the worst answers among the honest ones, and grades with little care.
    CheapModel,
}

impl Strategy {
    /// All of them.
    pub const ALL: [Strategy; 6] = [
        Strategy::JunkRandom,
        Strategy::JunkMiddle,
        Strategy::JunkHostile,
        Strategy::JunkHostileFresh,
        Strategy::CopiedPrompt,
        Strategy::CheapModel,
    ];

    /// The name in `sybil.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Strategy::JunkRandom => "junk-random-grades",
            Strategy::JunkMiddle => "junk-middle-grades",
            Strategy::JunkHostile => "junk-hostile-grades",
            Strategy::JunkHostileFresh => "junk-hostile-new-identities",
            Strategy::CopiedPrompt => "copied-prompt",
            Strategy::CheapModel => "cheap-model",
        }
    }

    /// Whether it does no work, so that it must lose.
    pub fn is_junk(self) -> bool {
        self != Strategy::CheapModel
    }

    fn agent(self) -> Agent {
        let (answering, grading) = match self {
            Strategy::JunkRandom => (Answering::Fixed(0.05), Grading::Random),
            Strategy::JunkMiddle => (Answering::Fixed(0.05), Grading::Constant(0.5)),
            Strategy::JunkHostile | Strategy::JunkHostileFresh => {
                (Answering::Fixed(0.05), Grading::Ring)
            }
            Strategy::CopiedPrompt => (Answering::Fixed(0.2), Grading::Constant(0.5)),
            Strategy::CheapModel => (
                Answering::Skilled { mean: 0.4, spread: 0.2 },
                Grading::Honest { noise: 0.4, bias: 0.0 },
            ),
        };
        Agent { answering, grading, ring: true }
    }
}

/// What the attacker's identities take on average, and what the median honest agent takes under
/// given rules.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The attacker's identities, by world.
    pub attacker: Vec<Takings>,
    /// The honest agents, by world, from the least skilled to the most.
    pub honest: Vec<Vec<Takings>>,
}

impl Measured {
    /// Profit of an identity for each round in swarms of `n`, in parts of the reward.
    pub fn attackers_profit(&self, prices: Prices, n: usize) -> Estimate {
        Estimate::of(
            &self.attacker.iter().map(|takings| prices.profit(takings, n)).collect::<Vec<_>>(),
        )
    }

    /// Profit of the honest agent of median profit, each agent averaged over the worlds.
    pub fn median_honest_profit(&self, prices: Prices, n: usize) -> f64 {
        let agents = self.honest.first().map_or(0, Vec::len);
        let profits: Vec<f64> = (0..agents)
            .map(|rank| {
                let mut sum = Takings::default();
                self.honest.iter().for_each(|world| sum.add(world[rank]));
                prices.profit(&sum, n)
            })
            .collect();
        median(&profits)
    }
}

fn honest_agents(draws: &mut Draws, count: usize) -> Vec<Agent> {
    let spread = |rank: usize| if count > 1 { rank as f64 / (count - 1) as f64 } else { 0.5 };
    let noises = draws.shuffled(count);
    (0..count)
        .map(|rank| Agent {
            answering: Answering::Skilled { mean: 0.4 + 0.4 * spread(rank), spread: 0.2 },
            grading: Grading::Honest {
                noise: 0.05 + 0.45 * spread(noises[rank]),
                bias: if draws.chance(0.5) { 0.1 } else { -0.1 },
            },
            ring: false,
        })
        .collect()
}

/// Worlds, rounds of learning, measured rounds for swarms of `n`.
fn amount(n: usize) -> (usize, usize, usize) {
    match n {
        0..=10 => (64, 100, 200),
        11..=30 => (32, 100, 200),
        31..=100 => (12, 60, 100),
        101..=200 => (4, 20, 20),
        _ => (2, 8, 8),
    }
}

/// Play one strategy in swarms of `n`.
pub fn measure(bench: &Bench, n: usize, strategy: Strategy) -> Measured {
    let (worlds, learning, measured) = amount(n);
    let played =
        bench.over_worlds(&format!("sybil/{n}/{}", strategy.name()), worlds, |mut draws| {
            let identities = part_of(n, 0.1).max(1);
            let honest = n - identities;
            let mut agents = honest_agents(&mut draws, honest);
            agents.extend((0..identities).map(|_| strategy.agent()));
            let known = known_records(&mut draws, &agents[..honest], n);
            let mut world = World::new(draws, agents);
            world.records[..honest].copy_from_slice(&known);
            let mut attacker = Takings::default();
            let mut takings = vec![Takings::default(); honest];
            for number in 0..learning + measured {
                if strategy == Strategy::JunkHostileFresh {
                    world.records[honest..].fill(RatingRecord::default());
                }
                let round = world.play(Assigning::Balanced);
                if number >= learning {
                    for (place, taken) in
                        Settled::of(&round, &world.records).takings().into_iter().enumerate()
                    {
                        match takings.get_mut(place) {
                            Some(sum) => sum.add(taken),
                            None => attacker.add(taken),
                        }
                    }
                }
                world.learn(Estimator::LeaveOneOut, &round);
            }
            (attacker, takings)
        });
    let (attacker, honest) = played.into_iter().unzip();
    Measured { attacker, honest }
}

/// In swarms too small to learn in, what honest agents bring from larger ones.
fn known_records(draws: &mut Draws, agents: &[Agent], n: usize) -> Vec<RatingRecord> {
    if n >= 4 {
        return vec![RatingRecord::default(); agents.len()];
    }
    let mut all = agents.to_vec();
    all.extend(honest_agents(draws, 10 - agents.len()));
    let mut world = World::new(Draws::of(&format!("sybil/known/{:?}", draws.hash()), n), all);
    world.live(Assigning::Balanced, Estimator::LeaveOneOut, 100);
    world.records.truncate(agents.len());
    world.records
}

/// What a poor answer loses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Loss {
    /// So many times reward / n: the chain's way.
    FairShares(f64),
    /// The same part of the reward, whatever the size of the swarm.
    OfReward(f64),
}

/// How graders are paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pay {
    /// By `rewards::skill`: the chain's way.
    Skill,
    /// By [`crate::money::closeness`].
    Closeness,
}

/// The money parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prices {
    /// The winner's part of the reward.
    pub winner_share: f64,
    /// What a poor answer loses.
    pub loss: Loss,
    /// How graders are paid.
    pub pay: Pay,
    /// What a ticket costs at most, and so what a poor answer can lose, in parts of the reward.
    pub ticket: f64,
}

/// The runtime's defaults: `WINNER_SHARE` and `POOR_ANSWER_LOSS` of `runtime/src/constants.rs`. Its
/// tickets cover the loss.
pub const DEFAULTS: Prices = Prices {
    winner_share: 0.7,
    loss: Loss::FairShares(1.0),
    pay: Pay::Skill,
    ticket: f64::INFINITY,
};

impl Prices {
    /// What a poor answer loses in a swarm of `n`, in parts of the reward.
    pub fn forfeit(&self, n: usize) -> f64 {
        let loss = match self.loss {
            Loss::FairShares(shares) => shares / n as f64,
            Loss::OfReward(part) => part,
        };
        loss.min(self.ticket)
    }

    /// What these prices make of an agent's takings in swarms of `n`, for each round, in parts of
    /// the reward.
    fn profit(&self, takings: &Takings, n: usize) -> f64 {
        match self.pay {
            Pay::Skill => takings.profit(self.winner_share, self.forfeit(n)),
            Pay::Closeness => takings.profit_by_closeness(self.winner_share, self.forfeit(n)),
        }
    }

    /// The runtime's with a ticket that the rules do not set, in units of which the reward has
    /// [`REWARD`]: a poor answer loses at most that.
    pub fn with_ticket(ticket: f64) -> Self {
        Self { ticket: ticket / REWARD, ..DEFAULTS }
    }
}

/// All strategies in swarms of these sizes: `[size][strategy]`.
pub fn measure_all(bench: &Bench, sizes: &[usize]) -> Vec<Vec<Measured>> {
    sizes
        .iter()
        .map(|n| Strategy::ALL.iter().map(|strategy| measure(bench, *n, *strategy)).collect())
        .collect()
}

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

/// One line of `sybil-search.csv`.
#[derive(Clone, Debug, Serialize)]
struct SearchLine {
    /// How graders are paid, and what the loss of a poor answer is a part of.
    rule: String,
    winner_share: f64,
    poor_answer_loss: f64,
    /// Sizes at which every strategy without work loses money.
    junk_loses_at: String,
    /// Sizes at which the median honest agent earns, whatever the attacker does.
    honest_earns_at: String,
    /// Sizes at which both hold, of [`SEARCH_SIZES`].
    satisfied: usize,
    /// At those, how much is left before one of the two would fail, at worst: in parts of reward /
    /// n.
    margin: f64,
    /// Whether the page shows it.
    shown: bool,
}

/// What the paper's figure 6 assumes: an identity wins the reward with probability 1/n, and else
/// loses its deposit.
pub fn paper_model(n: usize, ticket: f64) -> f64 {
    let chance = 1.0 / n as f64;
    chance * REWARD - (1.0 - chance) * ticket
}

/// Write `sybil.csv` and the files and plots that go with it.
pub fn run(bench: &Bench, output: &Output) -> Result<()> {
    figure_six(bench, output)?;
    let measured = measure_all(bench, &SEARCH_SIZES);
    defaults(&measured, output)?;
    search(&measured, output)
}

/// Prices on the paper's axis: 0 to 2 of a reward of 20.
pub fn tickets() -> Vec<f64> {
    (0..=8).map(|step| f64::from(step) * 0.25).collect()
}

fn figure_six(bench: &Bench, output: &Output) -> Result<()> {
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
    let maps = [
        map("the paper's model: 1/n of the wins", "paper-model"),
        map("as implemented: junk, hostile grades", "junk-hostile-grades"),
    ];
    let title =
        "Profit of one identity in one round; the line is where it breaks even (paper fig. 6)";
    write_heat_maps(title, "profit", &maps, &output.path("sybil"))
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

fn defaults(measured: &[Vec<Measured>], output: &Output) -> Result<()> {
    let mut lines = Vec::new();
    for (n, of_strategy) in SEARCH_SIZES.iter().zip(measured) {
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
        categories: SEARCH_SIZES.iter().map(ToString::to_string).collect(),
        y_range: (-5.0, 2.0),
        log: false,
        series,
    };
    let title = "What an identity earns in a round".to_owned();
    write_figure(&Figure { title, columns: 2, panels: vec![panel] }, &output.path("sybil-defaults"))
}

/// How some prices do.
struct Judgement {
    /// The sizes of [`SEARCH_SIZES`] at which junk loses.
    loses: Vec<usize>,
    /// Those at which the median honest agent earns.
    earns: Vec<usize>,
    /// Those at which both hold.
    both: usize,
    /// At those, how much is left before one of the two would fail, at worst: in parts of reward /
    /// n.
    margin: f64,
}

fn judge(measured: &[Vec<Measured>], prices: Prices) -> Judgement {
    let mut judgement =
        Judgement { loses: Vec::new(), earns: Vec::new(), both: 0, margin: f64::INFINITY };
    for (n, of_strategy) in SEARCH_SIZES.iter().zip(measured) {
        let junk = Strategy::ALL.iter().zip(of_strategy).filter(|(strategy, _)| strategy.is_junk());
        let best_junk =
            junk.map(|(_, m)| m.attackers_profit(prices, *n).mean).fold(f64::MIN, f64::max);
        let worst_honest =
            of_strategy.iter().map(|m| m.median_honest_profit(prices, *n)).fold(f64::MAX, f64::min);
        if best_junk < 0.0 {
            judgement.loses.push(*n);
        }
        if worst_honest > 0.0 {
            judgement.earns.push(*n);
        }
        if best_junk < 0.0 && worst_honest > 0.0 {
            judgement.both += 1;
            judgement.margin = judgement.margin.min(worst_honest.min(-best_junk) * *n as f64);
        }
    }
    judgement
}

/// The rules that are searched: how graders are paid, what the loss of a poor answer is counted in,
/// and its values.
fn rules() -> Vec<(String, Pay, fn(f64) -> Loss, &'static [f64])> {
    const PARTS: &[f64] = &[
        0.005, 0.0075, 0.01, 0.015, 0.02, 0.025, 0.03, 0.036, 0.04, 0.05, 0.075, 0.1, 0.15, 0.2,
        0.25, 0.3, 0.5, 0.75, 1.0,
    ];
    const SHARES: &[f64] = &[0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0];
    [(Pay::Closeness, "closeness"), (Pay::Skill, "skill")]
        .into_iter()
        .flat_map(|(pay, name)| {
            [
                (format!("{name}; reward"), pay, Loss::OfReward as fn(f64) -> Loss, PARTS),
                (format!("{name}; reward / n"), pay, Loss::FairShares, SHARES),
            ]
        })
        .collect()
}

fn search(measured: &[Vec<Measured>], output: &Output) -> Result<()> {
    let mut found: Vec<SearchLine> = Vec::new();
    for (rule, pay, loss, values) in rules() {
        let mut of_rule: Vec<SearchLine> = Vec::new();
        for poor_answer_loss in values {
            for winner_share in [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95] {
                let prices = Prices {
                    winner_share,
                    loss: loss(*poor_answer_loss),
                    pay,
                    ticket: f64::INFINITY,
                };
                let judged = judge(measured, prices);
                let names = |sizes: &[usize]| {
                    sizes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
                };
                of_rule.push(SearchLine {
                    rule: rule.clone(),
                    winner_share,
                    poor_answer_loss: *poor_answer_loss,
                    junk_loses_at: names(&judged.loses),
                    honest_earns_at: names(&judged.earns),
                    satisfied: judged.both,
                    margin: rounded(judged.margin),
                    shown: prices == DEFAULTS,
                });
            }
        }
        // Shown: the defaults, and of each rule the best, with the widest margin among equals.
        let order = |a: &&mut SearchLine, b: &&mut SearchLine| {
            a.satisfied.cmp(&b.satisfied).then(a.margin.total_cmp(&b.margin))
        };
        if let Some(line) = of_rule.iter_mut().max_by(order) {
            line.shown = true;
        }
        found.extend(of_rule);
    }
    output.write("sybil-search.csv", &found)
}
