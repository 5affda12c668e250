//! `waggle-worker-bench`: measure the worker's speed, write `worker.csv`, its plot and the tables
//! of the page.

use anyhow::{bail, Result};
use clap::Parser;
use std::path::PathBuf;
use waggle_evidence::{
    arena::LineUp,
    grading::tables,
    page::fill,
    paths::Paths,
    worker_speed::{draw, publish, Setting, PARTS},
};

/// Measure the worker: one-token grades against the bare engine, grades of a round, answers a
/// second, overload, memory.
///
/// Times are of use on an idle machine only. About three minutes in all; parts can be measured one
/// by one.
#[derive(Parser)]
#[command(name = "worker-bench", version)]
struct Arguments {
    /// Only these parts: grade, round, answers, overload, memory.
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    only: Vec<String>,
    /// A tenth of everything, into the cache instead of benches/output.
    #[arg(long)]
    fast: bool,
    #[command(flatten)]
    paths: Paths,
    /// The engine without the worker: the worker's example `bare_engine`.
    #[arg(long, value_name = "FILE", hide = true)]
    bare_engine: PathBuf,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    for name in &arguments.only {
        if !PARTS.contains(&name.as_str()) {
            bail!("there is no part {name}; the parts are {}", PARTS.join(", "));
        }
    }
    let line_up = LineUp::bundled(&arguments.paths.models)?;
    let output = arguments.paths.output(arguments.fast)?;
    let (worker, bare_engine, fast) =
        (arguments.paths.worker.as_path(), arguments.bare_engine.as_path(), arguments.fast);
    let setting = Setting { worker, bare_engine, line_up: &line_up, fast };
    for part in PARTS
        .into_iter()
        .filter(|part| arguments.only.is_empty() || arguments.only.iter().any(|only| only == part))
    {
        let lines = setting.measure(part)?;
        for line in &lines {
            let p95 = line.p95.map_or(String::new(), |value| format!(", p95 {value}"));
            eprintln!("{part:9} {}: {}{p95} {}", line.case, line.p50, line.unit);
        }
        publish(&output, part, &lines)?;
    }
    draw(&output)?;
    if !fast {
        fill(&arguments.paths.page, &output, tables::TABLES)?;
    }
    eprintln!("results in {}", output.path("").display());
    Ok(())
}
