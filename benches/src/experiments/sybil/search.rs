//! The search: prices and shares under which junk loses money while the median honest agent earns.

use super::{
    playing::{Measured, Strategy},
    prices::{Loss, Pay, Prices, DEFAULTS},
};
use crate::output::{rounded, Output};
use anyhow::Result;
use serde::Serialize;

/// Swarms that the chain allows, as the search looks at them.
pub const SEARCH_SIZES: [usize; 12] = [2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 70, 100];

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

/// A rule whose values are searched.
struct Rule {
    /// How graders are paid, and what the loss of a poor answer is a part of.
    name: String,
    pay: Pay,
    loss: fn(f64) -> Loss,
    /// Losses of a poor answer.
    values: &'static [f64],
}

fn rules() -> Vec<Rule> {
    const PARTS: &[f64] = &[
        0.005, 0.0075, 0.01, 0.015, 0.02, 0.025, 0.03, 0.036, 0.04, 0.05, 0.075, 0.1, 0.15, 0.2,
        0.25, 0.3, 0.5, 0.75, 1.0,
    ];
    const SHARES: &[f64] = &[0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0];
    let rules_of = |(pay, name): (Pay, &str)| {
        [
            Rule { name: format!("{name}; reward"), pay, loss: Loss::OfReward, values: PARTS },
            Rule {
                name: format!("{name}; reward / n"),
                pay,
                loss: Loss::FairShares,
                values: SHARES,
            },
        ]
    };
    [(Pay::Closeness, "closeness"), (Pay::Skill, "skill")].into_iter().flat_map(rules_of).collect()
}

pub(super) fn search(measured: &[Vec<Measured>], output: &Output) -> Result<()> {
    let mut found: Vec<SearchLine> = Vec::new();
    for rule in rules() {
        let mut of_rule: Vec<SearchLine> = Vec::new();
        for poor_answer_loss in rule.values {
            for winner_share in [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95] {
                let prices = Prices {
                    winner_share,
                    loss: (rule.loss)(*poor_answer_loss),
                    pay: rule.pay,
                    ticket: f64::INFINITY,
                };
                let judged = judge(measured, prices);
                let names = |sizes: &[usize]| {
                    sizes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
                };
                of_rule.push(SearchLine {
                    rule: rule.name.clone(),
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
