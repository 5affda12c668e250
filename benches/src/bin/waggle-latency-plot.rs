//! `waggle-latency-plot`: draws what `waggle-latency` measured, and puts its tables into
//! `docs/performance.md`.

use anyhow::Result;
use clap::Parser;
use std::path::PathBuf;
use waggle_evidence::{latency, output::Output, page};

/// Draw latency.csv and throughput.csv of a folder, and replace the tables of the page.
#[derive(Parser)]
#[command(name = "waggle-latency-plot", version)]
struct Arguments {
    /// Where the results are, and the plots go.
    #[arg(long, value_name = "DIRECTORY")]
    output: PathBuf,
    /// The page whose tables are replaced, if it is there.
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let output = Output::into(&arguments.output)?;
    latency::draw(&output)?;
    match arguments.page {
        Some(page) => page::fill(&page, &output, latency::TABLES),
        None => Ok(()),
    }
}
