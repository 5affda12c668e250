//! The plot of the attacks' success.

use super::tables::Line;
use crate::plot::{write_figure, Figure, Panel, Series};
use anyhow::Result;
use std::path::Path;
use waggle_attacks::FAMILIES;

/// Success by family, of a single grader and of the swarm, with no defence and with all, to
/// `path.svg` and `path.png`.
///
/// # Errors
/// If drawing or writing fails.
pub fn draw(lines: &[Line], path: &Path) -> Result<()> {
    let families: Vec<&str> = FAMILIES.iter().map(|(name, _)| *name).collect();
    let series = |defence: &str, name: &str, of: fn(&Line) -> f64| {
        let value = |family: &str| {
            lines.iter().find(|line| line.family == family && line.defence == defence).map(of)
        };
        let points = families
            .iter()
            .enumerate()
            .filter_map(|(at, family)| Some((at as f64, 100.0 * value(family)?, 0.0)));
        Series { name: name.to_owned(), points: points.collect(), joined: false }
    };
    let panel = |title: &str, of: fn(&Line) -> f64| {
        let series = vec![series("none", "no defence", of), series("all", "all defences", of)];
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
            panel("A single grader gives it more than 0.5", |line| line.single_success),
            panel("The swarm chooses it", |line| line.swarm_success),
        ],
    };
    write_figure(&figure, path)
}
