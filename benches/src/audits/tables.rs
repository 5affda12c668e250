//! The tables of `docs/verification.md`.

use crate::{
    output::Output,
    page::{facts, markdown, number, rows, text, Row, Table},
};
use anyhow::Result;

/// All of them.
pub const TABLES: &[Table] = &[
    ("audits-run", run_table),
    ("audits", audits_table),
    ("adversaries-run", adversaries_run_table),
    ("adversaries", adversaries_table),
];

fn run_table(output: &Output) -> Result<String> {
    let of = facts(output, "audits.toml")?;
    Ok(format!(
        "{} runs, {} models, epochs of {} prompts; on {} at commit {}.\n",
        of("runs"),
        of("models"),
        of("prompts"),
        of("date"),
        of("commit")
    ))
}

fn adversaries_run_table(output: &Output) -> Result<String> {
    let of = facts(output, "audit-adversaries.toml")?;
    Ok(format!(
        "{} runs, {} models, {} epochs of {} prompts of each line and phase; on {} at commit {}.\n",
        of("runs"),
        of("models"),
        of("epochs"),
        of("prompts"),
        of("date"),
        of("commit")
    ))
}

/// One line for each adversary.
fn adversaries_table(output: &Output) -> Result<String> {
    let rows = rows(output, "audit-adversaries.csv")?;
    let names = [
        "adversary",
        "what it does",
        "flagged",
        "suspended in 2",
        "in 4",
        "in 8 epochs",
        "honest suspended",
    ];
    let columns: [(&str, usize); 5] = [
        ("flagged", 1),
        ("suspended_2", 1),
        ("suspended_4", 1),
        ("suspended_8", 1),
        ("honest_suspended", 2),
    ];
    let lines = rows.iter().map(|row| {
        let percents = columns
            .map(|(column, decimals)| format!("{:.decimals$} %", number(row, column) * 100.0));
        let words = ["adversary", "note"].map(|column| text(row, column).to_owned());
        words.into_iter().chain(percents).collect()
    });
    Ok(markdown(&names, lines))
}

/// One line for each claim and model: power of each test, and its false positives.
fn audits_table(output: &Output) -> Result<String> {
    let rows = rows(output, "audits.csv")?;
    let names = [
        "claims",
        "runs",
        "contrast",
        "false positives",
        "prompts if ended early",
        "distance",
        "false positives",
    ];
    let percent = |row: Option<&Row>, column: &str, decimals: usize| {
        row.map(|row| format!("{:.decimals$} %", number(row, column) * 100.0)).unwrap_or_default()
    };
    let lines = rows.iter().filter(|row| text(row, "test") == "contrast").map(|row| {
        let of_test = |test: &str| {
            let same = |other: &&Row| {
                ["claim", "actual"].iter().all(|name| text(other, name) == text(row, name))
            };
            rows.iter().filter(same).find(|other| text(other, "test") == test)
        };
        let (early, distance) = (of_test("sequential"), of_test("distance"));
        vec![
            text(row, "claim").to_owned(),
            text(row, "actual").to_owned(),
            percent(Some(row), "power", 1),
            percent(Some(row), "false_positives", 3),
            early.map(|early| text(early, "prompts").to_owned()).unwrap_or_default(),
            percent(distance, "power", 1),
            percent(distance, "false_positives", 3),
        ]
    });
    Ok(markdown(&names, lines))
}
