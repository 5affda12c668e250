//! The tables of `docs/evidence.md`.

use crate::{
    output::Output,
    page::{facts, number, pivot, rows, table, text, Row, Table},
};
use anyhow::Result;

/// All of them.
pub const TABLES: &[Table] = &[
    ("run", run_table),
    ("rating", rating_table),
    ("sybil-profit", sybil_table),
    ("sybil-search", search_table),
    ("selection-regret", |output| selection_table(output, "regret", BY_THE_PAPER)),
    ("selection-regret-others", |output| selection_table(output, "regret", OTHERS)),
    ("selection-hits", |output| selection_table(output, "hit_rate", BY_THE_PAPER)),
    ("selection-ratio", ratio_table),
    ("adversaries", adversaries_table),
    ("learning", |output| learning_table(output, REMEDIES)),
    ("learning-half-lives", |output| learning_table(output, HALF_LIVES)),
    ("grinding", grinding_table),
    ("cost", cost_table),
    ("replay-run", replay_run_table),
    ("replay", replay_table),
    ("replay-ring", replay_ring_table),
];

// What the tables show of each file: at most seven columns. The files have the rest.
const STRATEGIES: &[&str] = &[
    "junk-random-grades",
    "junk-middle-grades",
    "junk-hostile-grades",
    "copied-prompt",
    "cheap-model",
    "honest-median",
];
const BY_THE_PAPER: &[&str] = &["paper", "balanced-sum", "precision", "sharpened", "oracle"];
const OTHERS: &[&str] = &[
    "layered",
    "sharpened-layered",
    "bradley-terry-weighted",
    "majority-equal-answers",
    "default-equal-answers",
];
const REMEDIES: &[&str] = &[
    "precision",
    "sharpened",
    "sum",
    "median reference",
    "trimmed reference",
    "known answer every 20th round",
];
const HALF_LIVES: &[&str] = &[
    "half-life 25 rounds",
    "half-life 50 rounds",
    "half-life 200 rounds",
    "half-life 400 rounds",
    "half-life inf rounds",
];

/// The rows that have one of these values in the column.
fn only(mut rows: Vec<Row>, column: &str, values: &[&str]) -> Vec<Row> {
    rows.retain(|row| values.contains(&text(row, column)));
    rows
}

fn run_table(output: &Output) -> Result<String> {
    let of = facts(output, "run.toml")?;
    Ok(format!(
        "Seed {}, run on {} at commit {} in {} s on {} cores.\n",
        of("seed"),
        of("date"),
        of("commit"),
        of("seconds"),
        of("cores")
    ))
}

fn rating_table(output: &Output) -> Result<String> {
    let columns = [
        ("k", "k", None),
        ("estimator", "estimator", None),
        ("rounds", "rounds", None),
        ("Spearman", "spearman", Some(3)),
        ("mean absolute error", "mae", Some(3)),
    ];
    Ok(table(&rows(output, "rating.csv")?, &columns))
}

fn sybil_table(output: &Output) -> Result<String> {
    let rows = only(rows(output, "sybil-defaults.csv")?, "strategy", STRATEGIES);
    Ok(pivot(&rows, &["n"], "strategy", |row| {
        format!("{:+.2}", number(row, "profit_of_fair_share"))
    }))
}

fn search_table(output: &Output) -> Result<String> {
    let best = only(rows(output, "sybil-search.csv")?, "shown", &["true"]);
    let columns = [
        ("pay by; loss in parts of", "rule", None),
        ("winner's share", "winner_share", None),
        ("loss of a poor answer", "poor_answer_loss", None),
        ("junk loses at n =", "junk_loses_at", None),
        ("median honest agent earns at n =", "honest_earns_at", None),
        ("both, of 12 sizes", "satisfied", None),
        ("margin, in reward / n", "margin", Some(2)),
    ];
    Ok(table(&best, &columns))
}

fn selection_table(output: &Output, column: &str, rules: &[&str]) -> Result<String> {
    let mut rows = only(rows(output, "selection.csv")?, "rule", rules);
    for row in &mut rows {
        let share = format!("{:.0} %", number(row, "adversaries") * 100.0);
        row.insert("colluding".to_owned(), share);
    }
    Ok(pivot(&rows, &["n", "colluding"], "rule", |row| format!("{:.3}", number(row, column))))
}

/// The regret with sharpened weights, and the oracle's, as parts of the paper's.
fn ratio_table(output: &Output) -> Result<String> {
    let rows = rows(output, "selection.csv")?;
    let mut ratios = Vec::new();
    for paper in rows.iter().filter(|row| text(row, "rule") == "paper") {
        for row in rows.iter().filter(|row| ["sharpened", "oracle"].contains(&text(row, "rule"))) {
            if text(row, "n") == text(paper, "n")
                && text(row, "adversaries") == text(paper, "adversaries")
            {
                let mut ratio = row.clone();
                ratio.insert(
                    "ratio".to_owned(),
                    (number(row, "regret") / number(paper, "regret")).to_string(),
                );
                ratio.insert(
                    "colluding".to_owned(),
                    format!("{:.0} %", number(row, "adversaries") * 100.0),
                );
                ratios.push(ratio);
            }
        }
    }
    Ok(pivot(&ratios, &["n", "rule"], "colluding", |row| format!("{:.2}", number(row, "ratio"))))
}

fn adversaries_table(output: &Output) -> Result<String> {
    let columns = [
        ("adversary", "adversary", None),
        ("part of the swarm", "share", None),
        ("regret", "with interval", None),
        ("wins / fair part", "wins", Some(2)),
        ("grader's pay / honest", "grading_pay", Some(2)),
        ("found after rounds", "found_after", None),
        ("weight / honest in the end", "weight", Some(2)),
    ];
    let mut rows = rows(output, "adversaries.csv")?;
    for row in &mut rows {
        let (regret, half_width) = (number(row, "regret"), number(row, "regret_half_width"));
        row.insert("with interval".to_owned(), format!("{regret:.3} ± {half_width:.3}"));
    }
    Ok(table(&rows, &columns))
}

fn learning_table(output: &Output, ways: &[&str]) -> Result<String> {
    let mut rows = only(rows(output, "learning.csv")?, "learning", ways);
    for row in &mut rows {
        let stretch =
            format!("{}, {}–{}", text(row, "scenario"), text(row, "from"), text(row, "to"));
        row.insert("scenario, rounds".to_owned(), stretch);
    }
    Ok(pivot(&rows, &["scenario, rounds"], "learning", |row| {
        format!("{:.3}", number(row, "regret"))
    }))
}

fn grinding_table(output: &Output) -> Result<String> {
    let columns = [
        ("agents", "agents", None),
        ("rule", "rule", None),
        ("seeds", "seeds", Some(1)),
        ("tickets", "tickets", Some(2)),
        ("gain", "gain", Some(3)),
        ("breaks even at", "break_even", Some(2)),
    ];
    let mut rows = rows(output, "grinding.csv")?;
    // With one seed there is no choice, and a hundred tell no more than the others.
    rows.retain(|row| {
        text(row, "rule") != "parent-hash" || ["10", "1000"].contains(&text(row, "tries"))
    });
    Ok(table(&rows, &columns))
}

fn cost_table(output: &Output) -> Result<String> {
    let columns = ["n", "scheme", "messages", "bytes", "inferences", "signatures"]
        .map(|name| (name, name, None));
    Ok(table(&rows(output, "cost.csv")?, &columns))
}

fn replay_run_table(output: &Output) -> Result<String> {
    let of = facts(output, "replay.toml")?;
    Ok(format!(
        "Each set played {} times, on {} at commit {}; where there is a ring, its share is {}.\n",
        of("seeds"),
        of("date"),
        of("commit"),
        of("ring")
    ))
}

/// The lines of `replay.csv` with a ring, or those without.
fn replayed(output: &Output, ring: bool) -> Result<Vec<Row>> {
    let mut rows = rows(output, "replay.csv")?;
    rows.retain(|row| (number(row, "ring") > 0.0) == ring);
    Ok(rows)
}

fn replay_table(output: &Output) -> Result<String> {
    let columns = [
        ("set", "set", None),
        ("random", "random", Some(3)),
        ("best author", "best_author", Some(3)),
        ("majority", "majority", Some(3)),
        ("version 3", "version_3", Some(3)),
        ("default", "default", Some(3)),
        ("oracle", "oracle", Some(3)),
    ];
    Ok(table(&replayed(output, false)?, &columns))
}

fn replay_ring_table(output: &Output) -> Result<String> {
    let columns = [
        ("set", "set", None),
        ("majority", "majority", Some(3)),
        ("ring wins", "majority_ring_wins", Some(2)),
        ("version 3", "version_3", Some(3)),
        ("ring wins", "version_3_ring_wins", Some(2)),
        ("default", "default", Some(3)),
        ("ring wins", "default_ring_wins", Some(2)),
    ];
    Ok(table(&replayed(output, true)?, &columns))
}
