//! Whole networks on one machine: real nodes and real workers on the bundled models.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`demo`] | questions asked of a local network, and what came of them (`waggle-demo`) |
//! | [`examiner`] | tells the chain the right answers to some questions |
//! | [`latency`] | how fast a swarm validates, measured (`waggle-latency`) |
//! | [`babe`] | who made a block, and in which slot |
//!
//! `tests/network` breaks networks on purpose, one scenario a file. Networks are started by
//! `waggle_local_network`; everything talks to the chain as any client does, through
//! `waggle_client`.
//!
//! Out of scope: networks on several machines, which `zombienet/` and docs/operators.md are about.

pub mod babe;
pub mod demo;
pub mod examiner;
mod failure;
pub mod latency;

pub use failure::Failure;
