//! How fast a swarm validates: `waggle-latency` drives local networks of real nodes and workers,
//! and measures.
//!
//! ## Terms
//! **Point**: one setting (slots, swarm, validators) and what its rounds came to. **Validation**:
//! from the block of the last answer commit to the block of the settlement. Times are those at
//! which a client of the agents' node learns of a block, all of one clock, since all processes run
//! on one machine.
//!
//! A point's network is its own: started, warmed up with [`points::WARM_UP`] rounds that do not
//! count, asked one question after another from a fixed seed, and stopped. [`throughput`] asks many
//! at once instead.
//!
//! ## Out of scope
//! Networks with distance between the nodes, and plots: `waggle-evidence latency` draws what is
//! written here.

mod courses;
mod heads;
pub mod points;
pub mod store;
pub mod throughput;
mod usage;
