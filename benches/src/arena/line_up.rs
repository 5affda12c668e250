//! Who takes part, and how they grade: what is written into the worker's configuration file.
//!
//! The types are those of the local networks (`waggle_harness`); here are the keys and the limits
//! that an experiment needs.

use anyhow::Result;
use waggle_harness::worker_config::{render, Options};
pub use waggle_harness::{
    swarm::{AgentRole, LineUp, Mind},
    worker_config::{GradeToken, Rubric},
};

/// The key under which an agent of this number is known to the worker.
pub(crate) fn key(agent: usize) -> String {
    format!("{:064x}", agent + 1)
}

/// The worker's configuration file. `limits` are keys of its `[limits]`, in addition to those that
/// keep everything from expiring while an experiment waits for it.
pub(crate) fn configuration(
    line_up: &LineUp,
    rubric: &Rubric,
    limits: &[(&'static str, u64)],
) -> Result<String> {
    let keys: Vec<String> = (0..line_up.agents.len()).map(key).collect();
    let patient = [("wait_ms", 60_000), ("queue", 4_096)];
    let options = Options {
        limits: patient.iter().chain(limits).copied().collect(),
        device: Some("cpu"),
        repeatable: true,
        rubric: rubric.clone(),
        ..Options::default()
    };
    Ok(render(&line_up.agents, &keys, &options)?)
}
