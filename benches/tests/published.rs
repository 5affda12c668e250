//! The published figures still come out: a part of them is measured again, with the seeds of the
//! published run, and must agree with the files in `output/` within the tolerance that
//! `output/published.toml` states for each.
//!
//! With unchanged code they agree to the last digit. A figure that moves means that the protocol
//! moved: then run `./scripts/evidence`, look at what became better or worse, and commit the new
//! figures with the change.

use serde::Deserialize;
use std::{collections::BTreeMap, path::Path};
use waggle_evidence::{
    effort::{Bench, Effort},
    experiments::{
        adversaries, capture, cost, grinding,
        rating::{self, ASSIGNMENTS, ESTIMATORS},
        rings, selection,
        sybil::{self, Prices, Strategy, REWARD},
    },
    output::Output,
    page::rows,
};

/// A figure that is measured again.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Figure {
    /// The file that has it.
    file: String,
    /// The line: values of some columns.
    line: BTreeMap<String, String>,
    /// How far each column's value may move.
    tolerance: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Published {
    figure: Vec<Figure>,
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("output")
}

fn published() -> Vec<Figure> {
    let text = std::fs::read_to_string(folder().join("published.toml")).unwrap();
    toml::from_str::<Published>(&text).unwrap().figure
}

/// What was measured of selection quality, by size and collusion.
type Selections = BTreeMap<(usize, String), Vec<selection::Line>>;

/// Measure the line again: values by column.
fn measure(figure: &Figure, selections: &mut Selections) -> BTreeMap<&'static str, f64> {
    let bench = Bench::silent(Effort::Full);
    let text = |column: &str| figure.line[column].as_str();
    let whole = |column: &str| text(column).parse::<usize>().unwrap();
    let number = |column: &str| text(column).parse::<f64>().unwrap();
    let by_column =
        |values: &[(&'static str, f64)]| values.iter().copied().collect::<BTreeMap<_, _>>();
    match figure.file.as_str() {
        "rating.csv" => {
            let assignment = ASSIGNMENTS.into_iter().find(|(_, k)| *k == whole("k")).unwrap();
            let estimator =
                ESTIMATORS.into_iter().find(|(_, name)| *name == text("estimator")).unwrap();
            let measured = rating::measure(&bench, assignment, estimator.0, whole("rounds"));
            let (_, spearman, error) =
                measured.into_iter().find(|(rounds, ..)| *rounds == whole("rounds")).unwrap();
            by_column(&[("spearman", spearman.mean), ("mae", error.mean)])
        }
        "selection.csv" => {
            let key = (whole("n"), text("adversaries").to_owned());
            // One measurement says it of all rules.
            let lines = selections
                .entry(key)
                .or_insert_with(|| selection::measure(&bench, whole("n"), number("adversaries")));
            let line = lines.iter().find(|line| line.rule.name() == text("rule")).unwrap();
            by_column(&[("regret", line.regret.mean), ("hit_rate", line.hit_rate.mean)])
        }
        "sybil.csv" => {
            let strategy = Strategy::ALL
                .into_iter()
                .find(|strategy| strategy.name() == text("strategy"))
                .unwrap();
            let measured = sybil::measure(&bench, whole("n"), strategy);
            let profit =
                measured.attackers_profit(Prices::with_ticket(number("ticket")), whole("n"));
            by_column(&[("profit", profit.mean * REWARD)])
        }
        "sybil-defaults.csv" => {
            let n = whole("n");
            let played = |strategy| sybil::measure(&bench, n, strategy);
            let profit = match Strategy::ALL
                .into_iter()
                .find(|strategy| strategy.name() == text("strategy"))
            {
                Some(strategy) => played(strategy).attackers_profit(sybil::DEFAULTS, n).mean,
                None => played(Strategy::ALL[0]).median_honest_profit(sybil::DEFAULTS, n),
            };
            by_column(&[("profit_of_fair_share", profit * n as f64)])
        }
        "adversaries.csv" => {
            let kind = adversaries::KINDS
                .iter()
                .position(|(name, ..)| *name == text("adversary"))
                .unwrap();
            let line = adversaries::measure(&bench, kind, number("share"));
            by_column(&[("regret", line.regret), ("wins", line.wins), ("weight", line.weight)])
        }
        "grinding.csv" => {
            let source = grinding::Source::ALL
                .into_iter()
                .find(|source| source.name() == text("rule"))
                .unwrap();
            let agents = whole("agents");
            let usual = grinding::measure(&bench, agents, grinding::Source::ParentHash, 1);
            let won = grinding::measure(&bench, agents, source, whole("tries"));
            by_column(&[("gain", grinding::gain(&won, &usual).mean)])
        }
        "rings.csv" => {
            let questions = rings::Questions::ALL
                .into_iter()
                .find(|questions| questions.name() == text("questions"))
                .unwrap();
            let is_meant = |case: &rings::Case| {
                case.adversary.name() == text("adversary")
                    && case.junk.name() == text("junk")
                    && case.share == number("share")
            };
            let case = rings::Case::all().into_iter().find(is_meant).unwrap();
            let figures = &rings::measure(&bench, questions, whole("n"), &[case])[0];
            by_column(&[
                ("version_3_wins", figures.wins.version_3.part),
                ("default_wins", figures.wins.default.part),
                ("default", figures.quality.default.mean),
            ])
        }
        "capture.csv" => {
            let is_meant = |attack: &capture::Attack| attack.name == text("attack");
            let attack = capture::ATTACKS.into_iter().find(is_meant).unwrap();
            let sizes = [whole("n") as u32];
            let figures = &capture::measure(&bench, &[attack], &sizes, number("share"))[0];
            by_column(&[
                ("cost_wag", figures.cost),
                ("gain_per_round", figures.gain.mean),
                ("wins", figures.wins.part),
            ])
        }
        "cost.csv" => {
            let scheme = cost::Scheme::ALL
                .into_iter()
                .find(|scheme| scheme.name() == text("scheme"))
                .unwrap();
            let line = cost::count(whole("n"), scheme);
            by_column(&[("bytes", line.bytes as f64), ("inferences", line.inferences as f64)])
        }
        other => panic!("nothing measures {other}"),
    }
}

/// The published values of the line.
fn on_paper(figure: &Figure) -> BTreeMap<String, String> {
    let same = |a: &str, b: &str| {
        a == b || a.parse::<f64>().is_ok_and(|a| b.parse::<f64>().is_ok_and(|b| a == b))
    };
    let output = Output::into(&folder()).unwrap();
    let lines = rows(&output, &figure.file).unwrap();
    let mut found = lines
        .into_iter()
        .filter(|row| figure.line.iter().all(|(column, value)| same(&row[column], value)));
    let line = found.next().unwrap_or_else(|| panic!("{figure:?} is not in the file"));
    assert!(found.next().is_none(), "{figure:?} names more than one line");
    line
}

#[test]
fn published_figures_should_come_out_again() {
    let mut moved = Vec::new();
    let mut selections = Selections::new();
    for figure in published() {
        let paper = on_paper(&figure);
        let measured = measure(&figure, &mut selections);
        for (column, tolerance) in &figure.tolerance {
            let (old, new) = (paper[column].parse::<f64>().unwrap(), measured[column.as_str()]);
            println!(
                "{} {:?} {column}: {old} published, {new:.5} measured",
                figure.file, figure.line
            );
            if (new - old).abs() > *tolerance {
                moved.push(format!("{} {:?} {column}: {old} → {new:.5}", figure.file, figure.line));
            }
        }
    }
    assert!(moved.is_empty(), "moved by more than their tolerance:\n{}", moved.join("\n"));
}

/// The money parameters of the experiments are those of the runtime, which is not linked here for
/// its size.
#[test]
fn simulated_prices_should_be_the_runtimes() {
    let constants = include_str!("../../runtime/src/constants.rs");
    let percent = |name: &str| -> f64 {
        let line = constants
            .lines()
            .find(|line| line.starts_with(&format!("pub const {name}: Perbill")))
            .unwrap();
        let value = line.split("from_percent(").nth(1).unwrap().split(')').next().unwrap();
        value.parse::<f64>().unwrap() / 100.0
    };
    assert_eq!(percent("WINNER_SHARE"), sybil::DEFAULTS.winner_share);
    let loss = constants
        .split("pub const POOR_ANSWER_LOSS: Fixed = Fixed::from_rational(")
        .nth(1)
        .unwrap();
    let (numerator, denominator) = loss.split(')').next().unwrap().split_once(", ").unwrap();
    let shares = numerator.parse::<f64>().unwrap() / denominator.parse::<f64>().unwrap();
    assert_eq!(sybil::Loss::FairShares(shares), sybil::DEFAULTS.loss);
}
