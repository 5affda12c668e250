//! `waggle-pages`: write the pages with measurements again, from the files of results alone.

use anyhow::Result;
use clap::Parser;
use std::path::PathBuf;
use waggle_evidence::{output::Output, pages};

/// Draw plots and replace tables of the pages in docs/ from the CSV files. Measures nothing.
#[derive(Parser)]
#[command(name = "waggle-pages", version)]
struct Arguments {
    /// Where the CSV files are, and the plots go.
    #[arg(long, value_name = "DIRECTORY")]
    output: PathBuf,
    /// Where the pages are.
    #[arg(long, value_name = "DIRECTORY")]
    docs: PathBuf,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    pages::write(&Output::into(&arguments.output)?, &arguments.docs)
}
