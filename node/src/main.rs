//! `waggle-node`: runs the node, prints what went wrong in one line.

use std::process::ExitCode;

/// The system's allocator keeps an arena for each of a node's thirty threads and hardly gives
/// anything back.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    match waggle_node::command::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("waggle-node: {error}");
            ExitCode::FAILURE
        }
    }
}
