//! The chain is upgraded while rounds run in every phase, and all of them settle.
//!
//! The chain begins with the wasm of an earlier spec version as it was released
//! (`waggle_runtime_N.compact.compressed.wasm`) and is given this build's runtime by `set_code` or,
//! as referenda do it, by its hash. Both runtimes run as wasm in the node's own executor: code,
//! migrations and storage are the real ones. Only the network is left out.

mod authorised;
mod chain;
mod in_flight;
mod refused;
mod swarm;
