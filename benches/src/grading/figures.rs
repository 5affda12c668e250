//! The plots of `docs/grading.md`, from the CSV files.

use super::choosing::{FOURS_OF, MODELS_ONLY};
use crate::{
    arena::Task,
    output::Output,
    page::{number, rows, Row},
    plot::{write_plot, Figure, Panel, Series},
};
use anyhow::Result;

/// Draw `reliability` and `accuracy`, as SVG and PNG.
///
/// # Errors
/// If a CSV file is not there or a plot cannot be written.
pub fn draw(output: &Output) -> Result<()> {
    reliability(output)?;
    accuracy(output)
}

fn reliability(output: &Output) -> Result<()> {
    let bins = rows(output, "calibration.csv")?;
    let panels = [("own", "With the grader's own answer"), ("none", "Without it")].map(
        |(reference, title)| {
            let mut graders: Vec<&str> = Vec::new();
            for row in bins.iter().filter(|row| row["reference"] == reference) {
                if !graders.contains(&row["grader"].as_str()) {
                    graders.push(&row["grader"]);
                }
            }
            let perfect =
                (0..10).map(|bin| (f64::from(bin), f64::from(bin) / 10.0 + 0.05, 0.0)).collect();
            let mut series = vec![Series {
                name: "grade = share right".to_owned(),
                points: perfect,
                joined: true,
            }];
            series.extend(graders.into_iter().map(|grader| {
                let of_grader = bins
                    .iter()
                    .filter(|row| row["reference"] == reference && row["grader"] == grader);
                // Bins of a handful say nothing.
                let of_grader = of_grader.filter(|row| number(row, "grades") >= 30.0);
                let point = |row: &Row| {
                    let share = number(row, "share_right");
                    (
                        number(row, "bin"),
                        share,
                        1.96 * (share * (1.0 - share) / number(row, "grades")).sqrt(),
                    )
                };
                let name = if grader == "models" { "all models" } else { grader };
                Series {
                    name: name.to_owned(),
                    points: of_grader.map(point).collect(),
                    joined: true,
                }
            }));
            Panel {
                title: title.to_owned(),
                x_label: "grade: the middle of each tenth".to_owned(),
                y_label: "share of right answers".to_owned(),
                categories: (0..10).map(|bin| format!(".{bin}5")).collect(),
                y_range: (0.0, 1.0),
                log: false,
                series,
            }
        },
    );
    let title = "Reliability of one-token grades on held-out questions".to_owned();
    write_plot(&Figure { title, columns: 2, panels: panels.into() }, &output.path("reliability"))
}

fn accuracy(output: &Output) -> Result<()> {
    let lines = rows(output, "accuracy.csv")?;
    let mut widths = rows(output, "accuracy-confidence.csv")?;
    widths.extend(rows(output, "methods-confidence.csv").unwrap_or_default());
    let tasks: Vec<&str> = Task::ALL.into_iter().map(Task::name).chain(["all"]).collect();
    let methods_lines = rows(output, "methods.csv").unwrap_or_default();
    let panel = |title: &str, suffix: &str, choosers: &[(&str, &str)], lines: &[Row]| {
        let series = choosers.iter().filter_map(|(chooser, name)| {
            let chooser = format!("{chooser}{suffix}");
            let point = |(column, task): (usize, &&str)| {
                let line =
                    lines.iter().find(|row| row["chooser"] == chooser && row["task"] == **task)?;
                let key = format!("{task}/{chooser}");
                let width = widths
                    .iter()
                    .find(|row| row["line"] == key)
                    .map_or(0.0, |row| number(row, "half_width"));
                Some((column as f64, 100.0 * number(line, "accuracy"), 100.0 * width))
            };
            let points: Vec<_> = tasks.iter().enumerate().filter_map(point).collect();
            (!points.is_empty()).then(|| Series { name: (*name).to_owned(), points, joined: false })
        });
        Panel {
            title: title.to_owned(),
            x_label: "task".to_owned(),
            y_label: "right answers, %".to_owned(),
            categories: tasks.iter().map(|task| (*task).to_owned()).collect(),
            y_range: (0.0, 103.0),
            log: false,
            series: series.collect(),
        }
    };
    let choosers = [
        ("oracle", "oracle"),
        ("swarm", "swarm"),
        ("majority", "majority"),
        ("best judge", "best judge"),
        ("best agent", "best agent"),
        ("swarm, no reference", "swarm, no reference"),
        ("mean agent", "mean agent"),
    ];
    let methods = [
        ("oracle", "oracle"),
        ("pointwise", "swarm"),
        ("pairwise", "swarm, pairwise"),
        ("listwise", "swarm, listwise"),
        ("pairwise without reference", "pairwise, no reference"),
        ("pointwise without reference", "swarm, no reference"),
    ];
    let figure = Figure {
        title: "Who chooses the answer, on held-out questions".to_owned(),
        columns: 2,
        panels: vec![
            panel("Seven models", MODELS_ONLY, &choosers, &lines),
            panel("Four of the models, all 35 swarms", FOURS_OF, &choosers, &lines),
        ],
    };
    write_plot(&figure, &output.path("accuracy"))?;
    if methods_lines.is_empty() {
        return Ok(());
    }
    // A figure of its own: with the choosers above, colours would not suffice.
    let figure = Figure {
        title: "The swarm of seven, by method".to_owned(),
        columns: 1,
        panels: vec![panel(
            "The same rounds for all methods",
            MODELS_ONLY,
            &methods,
            &methods_lines,
        )],
    };
    write_plot(&figure, &output.path("methods"))
}
