//! The tables of `docs/grading.md`, from the CSV files.

use super::choosing::{FOURS_OF, MODELS_ONLY};
use crate::{
    arena::Task,
    output::Output,
    page::{facts, markdown, rows, Row, Table},
};
use anyhow::Result;

/// All of them.
pub const TABLES: &[Table] = &[
    ("grading-run", run),
    ("grading-quality", quality),
    ("grading-tasks", quality_by_task),
    ("grading-comparisons", comparisons),
    ("accuracy-models", |output| accuracy(output, "accuracy", MODELS_ONLY)),
    ("accuracy-fours", |output| accuracy(output, "accuracy", FOURS_OF)),
    ("accuracy-all", |output| accuracy(output, "accuracy", "")),
    ("methods", |output| accuracy(output, "methods", MODELS_ONLY)),
    ("majority", majority),
    ("worker", worker),
];

/// A share as per cent; nothing where the file has nothing.
fn percent(row: &Row, column: &str) -> String {
    let value = row.get(column).and_then(|text| text.parse::<f64>().ok());
    value
        .filter(|value| value.is_finite())
        .map_or(String::new(), |value| format!("{:.1} %", 100.0 * value))
}

fn decimals(row: &Row, column: &str) -> String {
    let value = row.get(column).and_then(|text| text.parse::<f64>().ok());
    value.map_or(String::new(), |value| format!("{value:.3}"))
}

fn signed(row: &Row, column: &str) -> String {
    let value = row.get(column).and_then(|text| text.parse::<f64>().ok());
    value.map_or(String::new(), |value| format!("{value:+.3}"))
}

fn cell(row: &Row, column: &str) -> String {
    row.get(column).cloned().unwrap_or_default()
}

fn run(output: &Output) -> Result<String> {
    let of = facts(output, "grading-run.toml")?;
    let questions =
        Task::ALL.into_iter().map(|task| format!("{} {}", task.name(), of(task.name())));
    Ok(format!(
        "{} rounds of each task ({} of them also without the grader's own answer, {} also pairwise and listwise), run on {} at commit {}. Different questions: {}.\n",
        of("rounds"),
        of("alone"),
        of("comparisons"),
        of("date"),
        of("commit"),
        questions.collect::<Vec<_>>().join(", ")
    ))
}

/// Pointwise grades, over all tasks.
fn quality(output: &Output) -> Result<String> {
    let rows = rows(output, "grading.csv")?;
    let lines =
        rows.iter().filter(|row| row["method"] == "pointwise" && row["task"] == "all").map(|row| {
            vec![
                cell(row, "grader"),
                cell(row, "reference"),
                cell(row, "judgements"),
                percent(row, "accuracy"),
                percent(row, "ranking"),
                decimals(row, "brier"),
                decimals(row, "brier_mode"),
                decimals(row, "calibration_error"),
                signed(row, "bias"),
                signed(row, "bias_mode"),
                percent(row, "agreement_with_self"),
                percent(row, "right_accepted_when_wrong"),
                percent(row, "own_error_accepted"),
            ]
        });
    let head = [
        "grader",
        "own answer beside",
        "grades",
        "verdicts right",
        "right above wrong",
        "Brier, expectation",
        "Brier, mode",
        "calibration error",
        "bias, expectation",
        "bias, mode",
        "verdict = own or not",
        "own wrong: right ones accepted",
        "own wrong: own error accepted",
    ];
    Ok(markdown(&head, lines))
}

/// Verdicts of all models together, by task.
fn quality_by_task(output: &Output) -> Result<String> {
    let rows = rows(output, "grading.csv")?;
    let lines = rows
        .iter()
        .filter(|row| row["method"] == "pointwise" && row["grader"] == "models")
        .map(|row| {
            let columns = [
                "accuracy",
                "blind",
                "ranking",
                "agreement_with_self",
                "right_accepted_when_wrong",
                "own_error_accepted",
            ];
            let names = [cell(row, "task"), cell(row, "reference")];
            names.into_iter().chain(columns.map(|column| percent(row, column))).collect()
        });
    let head = [
        "task",
        "own answer beside",
        "verdicts right",
        "without looking",
        "right above wrong",
        "verdict = own or not",
        "own wrong: right ones accepted",
        "own wrong: own error accepted",
    ];
    Ok(markdown(&head, lines))
}

/// Pairs and lists, over all tasks.
fn comparisons(output: &Output) -> Result<String> {
    let rows = rows(output, "grading.csv")?;
    let lines =
        rows.iter().filter(|row| row["method"] != "pointwise" && row["task"] == "all").map(|row| {
            vec![
                cell(row, "method"),
                cell(row, "reference"),
                cell(row, "grader"),
                cell(row, "judgements"),
                percent(row, "accuracy"),
                percent(row, "blind"),
                signed(row, "first_place_bias"),
                percent(row, "consistent"),
                percent(row, "agreement_with_self"),
                percent(row, "right_accepted_when_wrong"),
            ]
        });
    let head = [
        "method",
        "own answer beside",
        "grader",
        "comparisons",
        "right preferred",
        "by chance",
        "bias to the first place",
        "both orders agree",
        "own answer preferred",
        "own wrong: right preferred",
    ];
    Ok(markdown(&head, lines))
}

/// Choosers of a group by task.
fn accuracy(output: &Output, file: &str, suffix: &str) -> Result<String> {
    let widths = rows(output, &format!("{file}-confidence.csv"))?;
    let rows = rows(output, &format!("{file}.csv"))?;
    let in_group = |chooser: &str| match suffix {
        "" => !chooser.ends_with(')'),
        _ => chooser.ends_with(suffix),
    };
    let mut choosers: Vec<&str> = Vec::new();
    for row in rows.iter().filter(|row| in_group(&row["chooser"])) {
        if !choosers.contains(&row["chooser"].as_str()) {
            choosers.push(&row["chooser"]);
        }
    }
    let tasks: Vec<&str> = Task::ALL.into_iter().map(Task::name).chain(["all"]).collect();
    let lines = choosers.iter().map(|chooser| {
        let of_task = |task: &&str| {
            let found = rows.iter().find(|row| row["chooser"] == *chooser && row["task"] == **task);
            found.map_or(String::new(), |row| percent(row, "accuracy"))
        };
        let key = format!("all/{chooser}");
        let width = widths
            .iter()
            .find(|row| row["line"] == key)
            .map_or(String::new(), |row| percent(row, "half_width"));
        let name = chooser.strip_suffix(suffix).unwrap_or(chooser).to_owned();
        [name].into_iter().chain(tasks.iter().map(of_task)).chain([format!("± {width}")]).collect()
    });
    let head: Vec<&str> =
        ["chooser"].into_iter().chain(tasks.iter().copied()).chain(["95 %"]).collect();
    Ok(markdown(&head, lines))
}

fn majority(output: &Output) -> Result<String> {
    let rows = rows(output, "majority.csv")?;
    let lines = rows.iter().map(|row| {
        let team = if row["team"].is_empty() {
            "all eight".to_owned()
        } else {
            cell(row, "team").replace(['(', ')'], "")
        };
        let shares = ["some_agent_right", "swarm_right", "swarm_with_majority"];
        let no_rounds = row["rounds"] == "0";
        let shares =
            shares.map(|column| if no_rounds { String::new() } else { percent(row, column) });
        [team, cell(row, "reference"), cell(row, "majority"), cell(row, "rounds")]
            .into_iter()
            .chain(shares)
            .collect()
    });
    let head = [
        "swarm",
        "own answer beside",
        "majority",
        "rounds",
        "some agent right",
        "swarm right",
        "swarm chose a most frequent answer",
    ];
    Ok(markdown(&head, lines))
}

fn worker(output: &Output) -> Result<String> {
    let rows = rows(output, "worker.csv")?;
    let shown = |row: &&Row| {
        // Of the memory only some lines: the rest is in the plot.
        row["part"] != "memory"
            || ["0", "500", "1000", "2000", "5000", "10000"].contains(&row["count"].as_str())
    };
    let lines = rows.iter().filter(shown).map(|row| {
        ["part", "case", "count", "p50", "p95", "unit"].map(|column| cell(row, column)).to_vec()
    });
    Ok(markdown(&["part", "what", "number", "p50 or value", "p95", "unit"], lines))
}
