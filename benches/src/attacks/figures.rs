//! The plot of the attacks' success.

use crate::{
    output::Output,
    page::{number, rows, text, Row},
    plot::{write_plot, Figure, Panel, Series},
};
use anyhow::Result;
use waggle_attacks::FAMILIES;

/// Draw `attacks`, as SVG and PNG, from `attacks.csv`: success by family, of a single grader and of
/// the swarm, with no defence and with all.
///
/// # Errors
/// If the file cannot be read or a plot cannot be written.
pub fn draw(output: &Output) -> Result<()> {
    let lines = rows(output, "attacks.csv")?;
    let families: Vec<&str> = FAMILIES.iter().map(|(name, _)| *name).collect();
    let series = |defence: &str, name: &str, column: &str| {
        let value = |family: &str| {
            let of_both =
                |row: &&Row| text(row, "family") == family && text(row, "defence") == defence;
            lines.iter().find(of_both).map(|row| number(row, column))
        };
        let points = families
            .iter()
            .enumerate()
            .filter_map(|(at, family)| Some((at as f64, 100.0 * value(family)?, 0.0)));
        Series { name: name.to_owned(), points: points.collect(), joined: false }
    };
    let panel = |title: &str, column: &str| {
        let series =
            vec![series("none", "no defence", column), series("all", "all defences", column)];
        let highest = series
            .iter()
            .flat_map(|series| &series.points)
            .map(|(_, value, _)| *value)
            .fold(1.0, f64::max);
        Panel {
            title: title.to_owned(),
            // The names are too long to stand side by side.
            x_label: "family of attacks, by its number in the table".to_owned(),
            y_label: "success (%)".to_owned(),
            categories: (1..=families.len()).map(|number| number.to_string()).collect(),
            y_range: (0.0, (highest * 1.15).ceil()),
            log: false,
            series,
        }
    };
    let figure = Figure {
        title:
            "Attacks on graders: how often a wrong answer passes that would not without the attack"
                .to_owned(),
        columns: 2,
        panels: vec![
            panel("A single grader gives it more than 0.5", "single_success"),
            panel("The swarm chooses it", "swarm_success"),
        ],
    };
    write_plot(&figure, &output.path("attacks"))
}
