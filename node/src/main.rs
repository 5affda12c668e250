//! `waggle-node`: runs the node, prints what went wrong in one line.

use std::process::ExitCode;

fn main() -> ExitCode {
    match waggle_node::command::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("waggle-node: {error}");
            ExitCode::FAILURE
        }
    }
}
