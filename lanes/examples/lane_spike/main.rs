//! What lanes would stand on, measured: a hop of gossip, a runtime API whose overlay is kept, and a
//! bundle in the transaction pool (docs/lanes.md). `./scripts/gossip-hop` builds and runs it.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `hop` | processes in a line, the first of which says things that the last one hears |
//! | `chain` | a chain without a network: the node's client, blocks of the shipped runtime |
//! | `overlay` | calls on one `ApiRef`, and calls on a new one each |
//! | `bundle` | a transaction that would replace acts in the node's own pool |
//! | `table` | results as a table, as CSV, as JSON and in the page |

mod bundle;
mod chain;
mod hop;
mod overlay;
mod table;

use clap::{Args, Parser, Subcommand};
use std::{error::Error, path::PathBuf, process::ExitCode};
use table::Table;

/// Why something could not be measured.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// An error in its own words.
pub(crate) fn said(error: impl std::fmt::Display) -> Failure {
    error.to_string().into()
}

/// Measure what lanes would stand on.
#[derive(Parser)]
#[command(name = "lane_spike", after_help = "Exit status: 0 measured; 1 it could not be.")]
struct Cli {
    #[command(subcommand)]
    part: Part,
}

#[derive(Subcommand)]
enum Part {
    /// How long messages of a lane take over one hop, and over two.
    Hop {
        #[command(flatten)]
        plan: hop::Plan,
        #[command(flatten)]
        output: Output,
    },
    /// How long calls of the runtime API take if their overlay is kept.
    Overlay {
        /// Calls of each kind.
        #[arg(long, value_name = "N", default_value_t = 960)]
        calls: usize,
        #[command(flatten)]
        output: Output,
    },
    /// What the transaction pool does with a bundle that replaces acts.
    Bundle {
        #[command(flatten)]
        output: Output,
    },
    /// One of the processes of `hop`; takes orders on stdin.
    #[command(hide = true)]
    Peer(hop::PeerArguments),
}

/// Where results go besides stdout.
#[derive(Args)]
struct Output {
    /// The folder of the CSV file.
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// The page whose table is to be replaced.
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    /// Print one JSON object for each line on stdout, and nothing else there.
    #[arg(long)]
    json: bool,
}

impl Output {
    /// Publish a table under the name that the page knows it by, and in a file.
    fn publish(&self, table: &Table, name: &str, file: &str) -> Result<(), Failure> {
        if self.json {
            table.json().iter().for_each(|line| println!("{line}"));
        } else {
            print!("{}", table.markdown());
        }
        if let Some(folder) = &self.output {
            std::fs::create_dir_all(folder)?;
            std::fs::write(folder.join(file), table.csv())?;
        }
        match &self.page {
            Some(page) => table.fill(page, name),
            None => Ok(()),
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse().part).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("lane_spike: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(part: Part) -> Result<(), Failure> {
    match part {
        Part::Hop { plan, output } => {
            let table = hop::measure(&plan).await?;
            output.publish(&table, "hop", "gossip-hop.csv")
        }
        Part::Overlay { calls, output } => {
            let table = overlay::measure(calls).await?;
            output.publish(&table, "overlay", "lane-overlay.csv")
        }
        Part::Bundle { output } => {
            let table = bundle::measure().await?;
            output.publish(&table, "bundle", "lane-bundle.csv")
        }
        Part::Peer(arguments) => hop::peer(&arguments).await,
    }
}
