//! The plot of the worker's speed.

use crate::{
    output::Output,
    page::{number, rows, Row},
    plot::{write_plot, Figure, Panel, Series},
};
use anyhow::Result;

/// Draw `worker`, as SVG and PNG, from `worker.csv`.
///
/// # Errors
/// If the file cannot be read or a plot cannot be written.
pub fn draw(output: &Output) -> Result<()> {
    let rows = rows(output, "worker.csv")?;
    let figure = Figure {
        title: "Speed of the worker: bundled models of 0.6 million parameters on a CPU".to_owned(),
        columns: 3,
        panels: vec![grade_panel(&rows), round_panel(&rows), memory_panel(&rows)],
    };
    write_plot(&figure, &output.path("worker"))
}

fn grade_panel(rows: &[Row]) -> Panel {
    let of = |who: &str| {
        let who = format!("{who}, ");
        let is_meant = |row: &&Row| row["part"] == "grade" && row["unit"] == "ms";
        rows.iter().filter(is_meant).filter(|row| row["case"].starts_with(&who)).collect::<Vec<_>>()
    };
    let (bare, worker) = (of("bare engine"), of("worker"));
    // The case ends with "15 tokens".
    let tokens =
        |row: &&Row| row["case"].split_whitespace().rev().nth(1).unwrap_or_default().to_owned();
    panel(
        ["One-token grade", "tokens of the grading prompt", "ms"],
        worker.iter().map(tokens).collect(),
        vec![
            series("bare engine, p50", &bare, "p50"),
            series("worker, p50", &worker, "p50"),
            series("bare engine, p95", &bare, "p95"),
            series("worker, p95", &worker, "p95"),
        ],
    )
}

fn round_panel(rows: &[Row]) -> Panel {
    let is_meant = |row: &&Row| row["part"] == "round" && row["case"].ends_with("of one grader");
    let rows: Vec<&Row> = rows.iter().filter(is_meant).collect();
    // The case begins with the number of grades.
    let grades = |row: &&Row| row["case"].split(' ').next().unwrap_or_default().to_owned();
    panel(
        ["Grades of one grader in one job", "answers to grade", "ms"],
        rows.iter().map(grades).collect(),
        vec![series("worker, p50", &rows, "p50"), series("worker, p95", &rows, "p95")],
    )
}

fn memory_panel(rows: &[Row]) -> Panel {
    let is_meant = |row: &&Row| row["part"] == "memory" && row["unit"] == "MiB";
    let rows: Vec<&Row> = rows.iter().filter(is_meant).collect();
    // There is room for every fourth number.
    let jobs = |(number, row): (usize, &&Row)| match number % 4 {
        0 => row["count"].clone(),
        _ => String::new(),
    };
    panel(
        ["Memory of the process", "jobs done", "MiB in use"],
        rows.iter().enumerate().map(jobs).collect(),
        vec![series("memory in use", &rows, "p50")],
    )
}

fn series(name: &str, rows: &[&Row], column: &str) -> Series {
    Series {
        name: name.to_owned(),
        points: (0..).zip(rows).map(|(x, row)| (f64::from(x), number(row, column), 0.0)).collect(),
        joined: true,
    }
}

/// A panel with this title and these labels of its axes, from nothing to a little above the
/// highest point.
fn panel(
    [title, x_label, y_label]: [&str; 3],
    categories: Vec<String>,
    series: Vec<Series>,
) -> Panel {
    let points = series.iter().flat_map(|series| &series.points);
    let top = points.map(|point| point.1).fold(0.0, f64::max);
    Panel {
        title: title.to_owned(),
        x_label: x_label.to_owned(),
        y_label: y_label.to_owned(),
        categories,
        y_range: (0.0, top * 1.1),
        log: false,
        series,
    }
}
