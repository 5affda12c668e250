//! The files of results: CSV with the columns that others rely on, and files of confidence
//! intervals.

use crate::statistics::Estimate;
use anyhow::{Context, Result};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Where results go.
#[derive(Clone, Debug)]
pub struct Output(PathBuf);

impl Output {
    /// Into this folder, made if it is not there.
    pub fn into(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self(folder.to_owned()))
    }

    /// A file's path.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Write lines with their column names.
    pub fn write<L: Serialize>(&self, name: &str, lines: &[L]) -> Result<()> {
        let path = self.path(name);
        let mut writer = csv::Writer::from_path(&path)
            .with_context(|| format!("cannot write {}", path.display()))?;
        for line in lines {
            writer.serialize(line)?;
        }
        Ok(writer.flush()?)
    }
}

/// A figure to a sensible number of digits.
pub fn rounded(value: f64) -> f64 {
    (value * 1e5).round() / 1e5
}

/// One line of a file of confidence intervals.
#[derive(Clone, Debug, Serialize)]
pub struct Confidence {
    /// The line of the other file that is meant: its first columns, joined by slashes.
    pub line: String,
    /// The column that is meant.
    pub column: &'static str,
    /// Half the width of the 95 % confidence interval.
    pub half_width: f64,
}

impl Confidence {
    /// Of a column of a line.
    pub fn of(line: &[&dyn std::fmt::Display], column: &'static str, estimate: Estimate) -> Self {
        let line = line.iter().map(ToString::to_string).collect::<Vec<_>>().join("/");
        Self { line, column, half_width: rounded(estimate.half_width) }
    }
}
