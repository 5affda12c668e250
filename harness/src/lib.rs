//! What the local networks (`network/`) and the measurements (`benches/`) share.
//!
//! Both start a `waggle-worker` with the bundled models, ask it questions of the models' tasks, and
//! tell how it went. The two are in workspaces with lock files of their own, so this crate depends
//! on nothing that both lock files do not have anyway.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`swarm`] | who takes part: agents and what they think with, as `swarm.json` lists them |
//! | [`worker_config`] | the worker's configuration file that serves them |
//! | [`tasks`] | the right answers to the questions that the bundled models learnt |
//! | [`statistics`] | percentiles and means of small samples |
//! | [`machine`] | what this machine says of itself and of a process: Linux only |
//!
//! Out of scope: starting processes and talking to them. A network does so with tokio and many
//! processes, a measurement with threads and one worker.

pub mod machine;
pub mod statistics;
pub mod swarm;
pub mod tasks;
pub mod worker_config;
