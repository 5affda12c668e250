//! `waggle-worker-bench`: measure the worker's speed, write `worker.csv`, its plot and the tables of the page.

use anyhow::{bail, Result};
use clap::Parser;
use std::path::PathBuf;
use waggle_evidence::{
    arena::LineUp,
    grading::tables,
    output::Output,
    worker_speed::{draw, publish, Setting, PARTS},
};

/// Measure the worker: one-token grades against the bare engine, grades of a round, answers a second, overload, memory.
///
/// Times are of use on an idle machine only. About three minutes in all; parts can be measured one by one.
#[derive(Parser)]
#[command(name = "worker-bench", version)]
struct Arguments {
    /// Only these parts: grade, round, answers, overload, memory.
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    only: Vec<String>,
    /// A tenth of everything, into the cache instead of benches/output.
    #[arg(long)]
    fast: bool,
    /// The worker's program.
    #[arg(long, value_name = "FILE", hide = true)]
    worker: PathBuf,
    /// The engine without the worker: the worker's example `bare_engine`.
    #[arg(long, value_name = "FILE", hide = true)]
    bare_engine: PathBuf,
    /// The bundled models.
    #[arg(long, value_name = "DIRECTORY", hide = true)]
    models: PathBuf,
    /// Where the results go.
    #[arg(long, value_name = "DIRECTORY", hide = true)]
    output: PathBuf,
    /// Where unpublished results go.
    #[arg(long, value_name = "DIRECTORY", hide = true)]
    cache: PathBuf,
    /// The page whose tables are replaced.
    #[arg(long, value_name = "FILE", hide = true)]
    page: PathBuf,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    for name in &arguments.only {
        if !PARTS.contains(&name.as_str()) {
            bail!("there is no part {name}; the parts are {}", PARTS.join(", "));
        }
    }
    let line_up = LineUp::bundled(&arguments.models)?;
    let folder = if arguments.fast { arguments.cache.join("fast") } else { arguments.output.clone() };
    let output = Output::into(&folder)?;
    let (worker, bare_engine, fast) = (arguments.worker.as_path(), arguments.bare_engine.as_path(), arguments.fast);
    let setting = Setting { worker, bare_engine, line_up: &line_up, fast };
    for part in
        PARTS.into_iter().filter(|part| arguments.only.is_empty() || arguments.only.iter().any(|only| only == part))
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
        tables::fill(&arguments.page, &output)?;
    }
    eprintln!("results in {}", folder.display());
    Ok(())
}
