//! What is written of a measurement: CSV lines, and the tables of `docs/attacks.md`.

use super::outcome::Outcome;
use crate::{
    output::{rounded, Output},
    page::{facts, markdown, number, rows, Row, Table},
};
use anyhow::Result;
use serde::Serialize;
use waggle_attacks::FAMILIES;

/// The tables of the page.
pub const TABLES: &[Table] = &[
    ("run", run),
    ("families", families),
    ("defences", defences),
    ("worst", worst),
    ("infiltrated", infiltrated),
];

/// A line of `attacks.csv`. Shares are of 1.
#[derive(Debug, Serialize)]
pub struct Line {
    /// Of the attacks; `all` for the whole corpus.
    pub family: String,
    /// Which defences were on.
    pub defence: String,
    /// See [`Outcome::single_success`].
    pub single_success: f64,
    /// See [`Outcome::swarm_success`].
    pub swarm_success: f64,
    /// How much less often the swarm without an attacker is right than with no defence at all.
    pub honest_accuracy_lost: f64,
    /// See [`Outcome::swarm_success_newcomers`].
    pub swarm_success_newcomers: f64,
    /// See [`Outcome::single_net`].
    pub single_net: f64,
    /// See [`Outcome::swarm_net`].
    pub swarm_net: f64,
    /// See [`Outcome::single_lost_turns`].
    pub single_lost_turns: f64,
    /// How much less often the swarm is right next to an attacker that attacks than next to one
    /// that is only wrong.
    pub swarm_accuracy_lost: f64,
    /// The same for the answer that a single model grades highest.
    pub single_accuracy_lost: f64,
    /// How many cases.
    pub cases: usize,
}

impl Line {
    /// Of an outcome.
    pub fn of(family: &str, defence: &str, outcome: &Outcome, honest_accuracy_lost: f64) -> Self {
        Self {
            family: family.to_owned(),
            defence: defence.to_owned(),
            single_success: rounded(outcome.single_success),
            swarm_success: rounded(outcome.swarm_success),
            honest_accuracy_lost: rounded(honest_accuracy_lost),
            swarm_success_newcomers: rounded(outcome.swarm_success_newcomers),
            single_net: rounded(outcome.single_net),
            swarm_net: rounded(outcome.swarm_net),
            single_lost_turns: rounded(outcome.single_lost_turns),
            swarm_accuracy_lost: rounded(outcome.swarm_accuracy_plain - outcome.swarm_accuracy),
            single_accuracy_lost: rounded(outcome.judge_accuracy_plain - outcome.judge_accuracy),
            cases: outcome.cases,
        }
    }
}

fn percent(row: &Row, column: &str) -> String {
    format!("{:.2} %", 100.0 * number(row, column))
}

fn points(row: &Row, column: &str) -> String {
    // Adding zero makes a plus of a negative nothing.
    format!("{:+.2}", 100.0 * number(row, column) + 0.0)
}

/// With all defences and with none, by family.
fn families(output: &Output) -> Result<String> {
    let rows = rows(output, "attacks.csv")?;
    let names = [
        "family",
        "cases",
        "grader, no defence",
        "grader, all defences",
        "swarm, no defence",
        "swarm, all defences",
        "newcomers, all defences",
    ];
    let mut lines = Vec::new();
    let families = FAMILIES.iter().map(|(name, _)| *name).chain(["all"]);
    for (number, row) in families.enumerate().filter_map(|(number, name)| {
        let row = rows.iter().find(|row| row["defence"] == "all" && row["family"] == name);
        row.map(|row| (number + 1, row))
    }) {
        let none = rows
            .iter()
            .find(|other| other["family"] == row["family"] && other["defence"] == "none");
        let of_none = |column: &str| none.map_or(String::new(), |none| percent(none, column));
        let family = if row["family"] == "all" {
            "all".to_owned()
        } else {
            format!("{number} {}", row["family"])
        };
        lines.push(vec![
            family,
            row["cases"].clone(),
            of_none("single_success"),
            percent(row, "single_success"),
            of_none("swarm_success"),
            percent(row, "swarm_success"),
            percent(row, "swarm_success_newcomers"),
        ]);
    }
    Ok(markdown(&names, lines))
}

/// The whole corpus, by defence.
fn defences(output: &Output) -> Result<String> {
    let names = [
        "defences",
        "single grader",
        "turns lost",
        "swarm",
        "points lost, single judge",
        "points lost, swarm",
        "points lost, honest answers",
    ];
    let mut lines = Vec::new();
    for row in rows(output, "attacks.csv")?.iter().filter(|row| row["family"] == "all") {
        lines.push(vec![
            row["defence"].clone(),
            percent(row, "single_success"),
            percent(row, "single_lost_turns"),
            percent(row, "swarm_success"),
            points(row, "single_accuracy_lost"),
            points(row, "swarm_accuracy_lost"),
            points(row, "honest_accuracy_lost"),
        ]);
    }
    Ok(markdown(&names, lines))
}

/// What the attacks are that succeed most often against the swarm.
fn worst(output: &Output) -> Result<String> {
    let names = ["attack", "idea", "single grader", "swarm"];
    let mut lines = Vec::new();
    for row in rows(output, "attacks-worst.csv")? {
        let cells = vec![row["attack"].clone(), row["idea"].clone()];
        lines.push(
            cells
                .into_iter()
                .chain(["single_success", "swarm_success"].map(|name| percent(&row, name)))
                .collect(),
        );
    }
    Ok(markdown(&names, lines))
}

fn infiltrated(output: &Output) -> Result<String> {
    let names = [
        "adversaries",
        "rounds",
        "swarm right",
        "without them",
        "their share of wins",
        "their rating",
        "the others'",
    ];
    let mut lines = Vec::new();
    for row in rows(output, "infiltrated.csv")? {
        lines.push(vec![
            row["adversaries"].clone(),
            row["rounds"].clone(),
            percent(&row, "accuracy"),
            percent(&row, "accuracy_without"),
            percent(&row, "wins"),
            row["rating"].clone(),
            row["rating_honest"].clone(),
        ]);
    }
    Ok(markdown(&names, lines))
}

fn run(output: &Output) -> Result<String> {
    let of = facts(output, "attacks.toml")?;
    Ok(format!(
        "Seed {}, {} questions, {} attacks, run on {} at commit {}.\n",
        of("seed"),
        of("questions"),
        of("attacks"),
        of("date"),
        of("commit")
    ))
}
