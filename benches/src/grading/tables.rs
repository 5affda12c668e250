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
    ("grading-mode", mode),
    ("grading-agreement", agreement),
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
        "Run on {} at commit {}: {} rounds of each task. {} of them are also graded without\n\
         the grader's own answer, {} also pairwise and listwise.\n\
         Different questions: {}.\n",
        of("date"),
        of("commit"),
        of("rounds"),
        of("alone"),
        of("comparisons"),
        questions.collect::<Vec<_>>().join(", ")
    ))
}

/// Lines of pointwise grades over all tasks: who graded and with which reference, then `cells`.
fn over_all_tasks<const N: usize>(
    output: &Output,
    names: [&str; N],
    cells: impl Fn(&Row) -> [String; N],
) -> Result<String> {
    let rows = rows(output, "grading.csv")?;
    let shown = |row: &&Row| row["method"] == "pointwise" && row["task"] == "all";
    let lines = rows.iter().filter(shown).map(|row| {
        let who = [cell(row, "grader"), cell(row, "reference")];
        who.into_iter().chain(cells(row)).collect()
    });
    let head: Vec<&str> = ["grader", "reference"].into_iter().chain(names).collect();
    Ok(markdown(&head, lines))
}

/// How good the grades are.
fn quality(output: &Output) -> Result<String> {
    let names = ["grades", "verdicts right", "right above wrong", "calibration error"];
    over_all_tasks(output, names, |row| {
        [
            cell(row, "judgements"),
            percent(row, "accuracy"),
            percent(row, "right_above_wrong"),
            decimals(row, "calibration_error"),
        ]
    })
}

/// The expectation of the grade against its mode.
fn mode(output: &Output) -> Result<String> {
    let names = ["Brier, expectation", "Brier, mode", "bias, expectation", "bias, mode"];
    over_all_tasks(output, names, |row| {
        [
            decimals(row, "brier"),
            decimals(row, "brier_mode"),
            signed(row, "bias"),
            signed(row, "bias_mode"),
        ]
    })
}

/// How far a grader follows its own answer.
fn agreement(output: &Output) -> Result<String> {
    let names = ["verdict = own or not", "accepts right answers", "accepts its own error"];
    over_all_tasks(output, names, |row| {
        ["agreement_with_self", "right_accepted_when_wrong", "own_error_accepted"]
            .map(|column| percent(row, column))
    })
}

/// Verdicts of all models together, by task.
fn quality_by_task(output: &Output) -> Result<String> {
    let rows = rows(output, "grading.csv")?;
    let shown = |row: &&Row| row["method"] == "pointwise" && row["grader"] == "models";
    let lines = rows.iter().filter(shown).map(|row| {
        let columns = [
            "accuracy",
            "blind",
            "right_above_wrong",
            "agreement_with_self",
            "right_accepted_when_wrong",
        ];
        let names = [cell(row, "task"), cell(row, "reference")];
        names.into_iter().chain(columns.map(|column| percent(row, column))).collect()
    });
    let head = [
        "task",
        "reference",
        "verdicts right",
        "without looking",
        "right above wrong",
        "verdict = own or not",
        "accepts right answers",
    ];
    Ok(markdown(&head, lines))
}

/// Pairs and lists, over all tasks.
fn comparisons(output: &Output) -> Result<String> {
    let rows = rows(output, "grading.csv")?;
    let shown = |row: &&Row| row["method"] != "pointwise" && row["task"] == "all";
    let lines = rows.iter().filter(shown).map(|row| {
        vec![
            format!("{}, {}", row["method"], row["reference"]),
            cell(row, "grader"),
            cell(row, "judgements"),
            percent(row, "accuracy"),
            percent(row, "blind"),
            signed(row, "first_position_bias"),
            percent(row, "consistent"),
        ]
    });
    let head = [
        "method, reference",
        "grader",
        "comparisons",
        "right preferred",
        "by chance",
        "bias to the first",
        "both orders agree",
    ];
    Ok(markdown(&head, lines))
}

/// Tasks that the tables of choosers show. The sixth, which nearly all solve, is in the files: with
/// it the tables would be too wide.
const SHOWN: [Task; 5] = [Task::Add, Task::Sub, Task::Sort, Task::Reverse, Task::Max];

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
    let lines = choosers.iter().map(|chooser| {
        let of_task = |task: &str| {
            let found = rows.iter().find(|row| row["chooser"] == *chooser && row["task"] == task);
            found.map_or(String::new(), |row| percent(row, "accuracy"))
        };
        let key = format!("all/{chooser}");
        let half_width = widths.iter().find(|row| row["line"] == key);
        let half_width = half_width.map_or(String::new(), |row| percent(row, "half_width"));
        let name = chooser.strip_suffix(suffix).unwrap_or(chooser).to_owned();
        let all = format!("{} ± {half_width}", of_task("all"));
        let tasks = SHOWN.map(|task| of_task(task.name()));
        [name].into_iter().chain(tasks).chain([all]).collect()
    });
    let tasks = SHOWN.map(Task::name);
    let head: Vec<&str> = ["chooser"].into_iter().chain(tasks).chain(["all six"]).collect();
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
        "reference",
        "majority",
        "rounds",
        "some agent right",
        "swarm right",
        "swarm with a majority",
    ];
    Ok(markdown(&head, lines))
}

/// How many jobs were done where the table shows the memory; the plot shows the rest.
const SHOWN_JOBS: [&str; 6] = ["0", "500", "1000", "2000", "5000", "10000"];

fn worker(output: &Output) -> Result<String> {
    let rows = rows(output, "worker.csv")?;
    let shown = |row: &&Row| row["part"] != "memory" || SHOWN_JOBS.contains(&row["count"].as_str());
    let lines = rows.iter().filter(shown).map(|row| {
        ["part", "case", "count", "p50", "p95", "unit"].map(|column| cell(row, column)).to_vec()
    });
    Ok(markdown(&["part", "what", "number", "p50 or value", "p95", "unit"], lines))
}
