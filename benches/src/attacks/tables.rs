//! What is written of a measurement: CSV lines, and the tables of `docs/attacks.md`.

use super::outcome::Outcome;
use crate::{
    output::{rounded, Output},
    page::rows,
};
use anyhow::Result;
use serde::Serialize;
use std::{collections::BTreeMap, fs, path::Path};
use waggle_attacks::FAMILIES;

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
    /// How much less often the swarm is right beside an attacker that attacks than beside one that is only wrong.
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

type Row = BTreeMap<String, String>;

fn percent(row: &Row, column: &str) -> String {
    let value: f64 = row.get(column).and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
    format!("{:.2} %", 100.0 * value)
}

fn points(row: &Row, column: &str) -> String {
    let value: f64 = row.get(column).and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
    format!("{:+.2}", 100.0 * value + 0.0)
}

fn markdown(lines: &[Vec<String>]) -> String {
    let rule = lines.first().map(|first| vec!["---".to_owned(); first.len()]);
    let (head, body) = lines.split_at(1.min(lines.len()));
    let all = head.iter().chain(&rule).chain(body);
    all.map(|line| format!("| {} |\n", line.join(" | "))).collect()
}

fn named(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// With all defences and with none, by family.
fn families(output: &Output) -> Result<String> {
    let rows = rows(output, "attacks.csv")?;
    let mut lines = vec![named(&[
        "family",
        "cases",
        "single grader, no defence",
        "single grader, all",
        "swarm, no defence",
        "swarm, all",
        "swarm of newcomers, all",
    ])];
    let names = FAMILIES.iter().map(|(name, _)| *name).chain(["all"]);
    for (number, row) in names.enumerate().filter_map(|(number, name)| {
        let row = rows.iter().find(|row| row["defence"] == "all" && row["family"] == name);
        row.map(|row| (number + 1, row))
    }) {
        let none = rows.iter().find(|other| other["family"] == row["family"] && other["defence"] == "none");
        let of_none = |column: &str| none.map_or(String::new(), |none| percent(none, column));
        let family = if row["family"] == "all" { "all".to_owned() } else { format!("{number} {}", row["family"]) };
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
    Ok(markdown(&lines))
}

/// The whole corpus, by defence.
fn defences(output: &Output) -> Result<String> {
    let mut lines = vec![named(&[
        "defences",
        "single grader",
        "turns lost",
        "swarm",
        "accuracy lost to attacks, single judge (points)",
        "accuracy lost to attacks, swarm (points)",
        "accuracy lost on honest answers (points)",
    ])];
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
    Ok(markdown(&lines))
}

/// What the attacks are that succeed most often against the swarm.
fn worst(output: &Output) -> Result<String> {
    let mut lines = vec![named(&["attack", "idea", "single grader", "swarm"])];
    for row in rows(output, "attacks-worst.csv")? {
        let cells = vec![row["attack"].clone(), row["idea"].clone()];
        lines.push(
            cells.into_iter().chain(["single_success", "swarm_success"].map(|name| percent(&row, name))).collect(),
        );
    }
    Ok(markdown(&lines))
}

fn infiltrated(output: &Output) -> Result<String> {
    let mut lines = vec![named(&[
        "adversaries among the swarm",
        "rounds",
        "swarm right",
        "without them",
        "their share of wins",
        "their share of the agents",
        "their rating",
        "the others'",
    ])];
    for row in rows(output, "infiltrated.csv")? {
        lines.push(vec![
            row["adversaries"].clone(),
            row["rounds"].clone(),
            percent(&row, "accuracy"),
            percent(&row, "accuracy_without"),
            percent(&row, "wins"),
            percent(&row, "fair_share"),
            row["rating"].clone(),
            row["rating_honest"].clone(),
        ]);
    }
    Ok(markdown(&lines))
}

fn run(output: &Output) -> Result<String> {
    let run: toml::Table = fs::read_to_string(output.path("attacks.toml"))?.parse()?;
    let of = |name: &str| run.get(name).map(ToString::to_string).unwrap_or_default().replace('"', "");
    Ok(format!(
        "Seed {}, {} questions, {} attacks, run on {} at commit {}.\n",
        of("seed"),
        of("questions"),
        of("attacks"),
        of("date"),
        of("commit")
    ))
}

/// Replace the tables of `page`, which stand between `<!-- NAME -->` and `<!-- /NAME -->`, where their files are there.
///
/// # Errors
/// If the page cannot be written.
pub fn fill(page: &Path, output: &Output) -> Result<()> {
    let Ok(mut text) = fs::read_to_string(page) else { return Ok(()) };
    for (name, table) in [
        ("run", run as fn(&Output) -> Result<String>),
        ("families", families),
        ("defences", defences),
        ("worst", worst),
        ("infiltrated", infiltrated),
    ] {
        let (from, to) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let Some(start) = text.find(&from).map(|at| at + from.len()) else { continue };
        let Some(end) = text[start..].find(&to).map(|at| at + start) else { continue };
        let Ok(table) = table(output) else { continue };
        text.replace_range(start..end, &table);
    }
    Ok(fs::write(page, text)?)
}
