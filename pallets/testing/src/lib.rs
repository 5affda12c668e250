//! What the tests of the pallets, the runtime and the node share. A dev-dependency, and one of
//! `hostile/`, which tests start: no chain and nothing that is shipped is built with it.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`chain`] | a block to test in, and what happened in it |
//! | [`mocks`] | one mock of each trait between the pallets that a test needs |
//! | [`signer`] | an agent's key, and what an agent signs and seals with it |
//!
//! Out of scope: the runtimes to test on. FRAME's macros want one in each crate, so each pallet's
//! `mock.rs` has its own.

pub mod chain;
pub mod mocks;
pub mod signer;

pub use chain::{in_block_one, take_events};
pub use signer::Signer;
