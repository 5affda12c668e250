//! Where a program of this workspace finds what it measures with, and puts what it measured. The
//! scripts say it; people need not.

use crate::output::Output;
use anyhow::Result;
use clap::Args;
use std::{path::PathBuf, thread::available_parallelism};
use waggle_harness::machine::{memory_gib, processor};

/// Arguments of every program that measures through the real worker.
#[derive(Args)]
pub struct Paths {
    /// The worker's program.
    #[arg(long, value_name = "FILE", hide = true)]
    pub worker: PathBuf,
    /// The models: the bundled ones, or GGUF files.
    #[arg(long, value_name = "DIRECTORY", hide = true)]
    pub models: PathBuf,
    /// Where the results go.
    #[arg(long, value_name = "DIRECTORY", hide = true)]
    output: PathBuf,
    /// Where unpublished results go, and what an interrupted run goes on with.
    #[arg(long, value_name = "DIRECTORY", hide = true)]
    pub cache: PathBuf,
    /// The page whose tables are replaced.
    #[arg(long, value_name = "FILE", hide = true)]
    pub page: PathBuf,
}

impl Paths {
    /// Where results go: those of a fast run are not published.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn output(&self, fast: bool) -> Result<Output> {
        Output::into(&if fast { self.cache.join("fast") } else { self.output.clone() })
    }
}

/// Today (UTC, `2026-11-24`) and the short name of the commit that `output` lies in, each empty if
/// nobody can say: what is written with results.
pub fn provenance(output: &Output) -> (String, String) {
    waggle_harness::machine::provenance(&output.path("."))
}

/// What this machine is, in words: written with results, too.
///
/// # Errors
/// If it does not say how many cores it has.
pub fn machine() -> Result<String> {
    let cores = available_parallelism()?;
    let processor = processor().unwrap_or_else(|| "an unknown processor".to_owned());
    let memory = memory_gib().unwrap_or_default();
    Ok(format!("{cores} cores of {processor}, {memory:.0} GiB"))
}
