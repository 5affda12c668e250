//! The lines of `worker.csv`.

use crate::{
    output::{rounded, Output},
    page::rows,
};
use anyhow::Result;
use serde::Serialize;
use std::time::Duration;
use waggle_harness::statistics::percentile;

/// What can be measured, by name.
pub const PARTS: [&str; 5] = ["grade", "round", "answers", "overload", "memory"];

/// A line of `worker.csv`.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// One of [`PARTS`].
    pub part: &'static str,
    /// What was measured.
    pub case: String,
    /// How often.
    pub count: usize,
    /// The median; or the one value there is.
    pub p50: f64,
    /// The 95th percentile, if there is one.
    pub p95: Option<f64>,
    /// Of both.
    pub unit: &'static str,
}

impl Line {
    /// Of several times, in milliseconds.
    pub(super) fn times(part: &'static str, case: impl Into<String>, times: &[f64]) -> Self {
        let at = |share| rounded((percentile(times, share) * 100.0).round() / 100.0);
        let (count, p50, p95) = (times.len(), at(0.5), Some(at(0.95)));
        Self { part, case: case.into(), count, p50, p95, unit: "ms" }
    }

    /// Of one value.
    pub(super) fn value(
        part: &'static str,
        case: impl Into<String>,
        count: usize,
        value: f64,
        unit: &'static str,
    ) -> Self {
        let p50 = (value * 100.0).round() / 100.0;
        Self { part, case: case.into(), count, p50, p95: None, unit }
    }
}

/// Put the lines of a part into `worker.csv` instead of those it has.
///
/// # Errors
/// If the file cannot be written.
pub fn publish(output: &Output, part: &str, lines: &[Line]) -> Result<()> {
    let mut texts: Vec<(String, Vec<String>)> = Vec::new();
    for row in rows(output, "worker.csv").unwrap_or_default() {
        let cell = |column: &str| row.get(column).cloned().unwrap_or_default();
        let cells = ["part", "case", "count", "p50", "p95", "unit"].map(cell).to_vec();
        texts.push((cells[0].clone(), cells));
    }
    texts.retain(|(other, _)| other != part);
    texts.extend(lines.iter().map(|line| {
        let p95 = line.p95.map_or(String::new(), |value| value.to_string());
        let cells = [
            line.part,
            &line.case,
            &line.count.to_string(),
            &line.p50.to_string(),
            &p95,
            line.unit,
        ];
        (part.to_owned(), cells.map(str::to_owned).to_vec())
    }));
    texts.sort_by_key(|(part, _)| PARTS.iter().position(|other| other == part));
    let mut writer = csv::Writer::from_path(output.path("worker.csv"))?;
    writer.write_record(["part", "case", "count", "p50", "p95", "unit"])?;
    texts.iter().try_for_each(|(_, cells)| writer.write_record(cells))?;
    Ok(writer.flush()?)
}

pub(super) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
