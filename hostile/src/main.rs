//! `waggle-hostile`: a node like `waggle-node`, whose validator uses what it may do before a block
//! is final. For the network tests only; nothing that is shipped is built with it.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `plot` | on which block it builds in a slot, and why |
//! | `sight` | what it reads in blocks that are not final, and in the pool |
//! | `plan` | what passes from `plot` to `builder` |
//! | `builder` | what it puts into its blocks |
//!
//! It takes the command line of `waggle-node`. Its agents are development agents whose keys it
//! knows, by number, in two variables of the environment:
//! - `WAGGLE_HOSTILE_LATE`: an agent that waits until it can read the others' answers. In a primary
//!   slot the validator then makes another block in the place of the last one for answers, with a
//!   commit of that agent's to what most others said.
//! - `WAGGLE_HOSTILE_TWICE`: an agent that commits to one answer in a block of the validator's and
//!   to another in a second one beside it.
//!
//! What it could do in which slot, and what it did, is in its log: lines with `hostile: `.
//!
//! Out of scope: voting. It votes as honest validators do, so that it never contradicts itself in
//! what can be punished.

// Substrate's own errors are large; a node returns one when it ends.
#![allow(clippy::result_large_err)]

mod builder;
mod plan;
mod plot;
mod sight;

use std::process::ExitCode;
use waggle_node::{cli::Cli, command, service};

fn main() -> ExitCode {
    let cli = Cli::parse_from(std::env::args_os()).unwrap_or_else(|error| error.exit());
    let run =
        command::run_node(&cli, |config, agents| service::start_as(config, agents, plot::author));
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("waggle-hostile: {error}");
            ExitCode::FAILURE
        }
    }
}
