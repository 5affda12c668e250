//! What the local networks (`network/`) and the measurements (`benches/`) share, and the questions
//! that `waggle examine` (`cli/`) makes.
//!
//! Networks and measurements start a `waggle-worker` with the bundled models, ask it questions of
//! the models' tasks, and tell how it went. They are in workspaces with lock files of their own, so
//! this crate depends on nothing that both lock files do not have anyway, and on nothing of ours.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`swarm`] | who takes part: agents and what they think with, as `swarm.json` lists them |
//! | [`worker_config`] | the worker's configuration file that serves them |
//! | [`tasks`] | the right answers to the questions that the bundled models learnt |
//! | [`questions`] | such questions, drawn from a seed |
//! | [`statistics`] | percentiles, means and correlations of small samples |
//! | [`machine`] | what this machine says of itself and of a process: Linux only |
//!
//! Out of scope: starting processes and talking to them. A network does so with tokio and many
//! processes, a measurement with threads and one worker.

pub mod machine;
pub mod questions;
pub mod statistics;
pub mod swarm;
pub mod tasks;
pub mod worker_config;
