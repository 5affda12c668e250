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
    ("selection-regret", |output| selection_table(output, "regret")),
    ("selection-hits", |output| selection_table(output, "hit_rate")),
    ("selection-ratio", ratio_table),
    ("adversaries", adversaries_table),
    ("learning", learning_table),
    ("grinding", grinding_table),
    ("cost", cost_table),
];

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
    let rows = rows(output, "sybil-defaults.csv")?;
    Ok(pivot(&rows, &["n"], "strategy", |row| {
        format!("{:+.2}", number(row, "profit_of_fair_share"))
    }))
}

fn search_table(output: &Output) -> Result<String> {
    let rows = rows(output, "sybil-search.csv")?;
    let best: Vec<Row> = rows.into_iter().filter(|row| text(row, "shown") == "true").collect();
    let columns = [
        ("graders' pay; the loss is a part of", "rule", None),
        ("winner share", "winner_share", None),
        ("loss of a poor answer", "poor_answer_loss", None),
        ("junk loses at n =", "junk_loses_at", None),
        ("median honest earns at n =", "honest_earns_at", None),
        ("sizes that satisfy both, of 12", "satisfied", None),
        ("margin, in reward / n", "margin", Some(2)),
    ];
    Ok(table(&best, &columns))
}

fn selection_table(output: &Output, column: &str) -> Result<String> {
    let mut rows = rows(output, "selection.csv")?;
    for row in &mut rows {
        let share = format!("{:.0} %", number(row, "adversaries") * 100.0);
        row.insert("colluding".to_owned(), share);
    }
    Ok(pivot(&rows, &["n", "colluding"], "rule", |row| format!("{:.3}", number(row, column))))
}

/// The default's and the oracle's regret as parts of the paper's.
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
        ("regret", "regret", Some(3)),
        ("±", "regret_half_width", Some(3)),
        ("wins / fair part", "wins", Some(2)),
        ("grader's pay / honest", "grading_pay", Some(2)),
        ("found after rounds", "found_after", None),
        ("weight / honest in the end", "weight", Some(2)),
    ];
    Ok(table(&rows(output, "adversaries.csv")?, &columns))
}

fn learning_table(output: &Output) -> Result<String> {
    let mut rows = rows(output, "learning.csv")?;
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
    Ok(pivot(&rows(output, "grinding.csv")?, &["rule"], "tries", |row| {
        format!("{:+.3}", number(row, "gain"))
    }))
}

fn cost_table(output: &Output) -> Result<String> {
    let columns = ["n", "scheme", "messages", "bytes", "inferences", "signatures"]
        .map(|name| (name, name, None));
    Ok(table(&rows(output, "cost.csv")?, &columns))
}
