//! Receipts: how a round ended, for whoever has no node and trusts none.
//!
//! A receipt leads from the hash of the chain's genesis block, which its reader knows, to the
//! result of one round: genesis says who finalises blocks; each change of that set is in a block
//! that the set before has finalised; the last set has finalised a block in whose state the result
//! is. Each step is a signature or a hash, so it does not matter who made the receipt.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`mod@format`] | what a receipt consists of, its bytes and their limits |
//! | [`keys`] | where a chain's state has what receipts show |
//! | [`result`] | how a round ended, as the state has it |
//! | [`refusal`] | why a receipt is not believed |
//! | [`mod@verify`] | the verification |
//! | [`verdict`] | what a verified receipt shows, as JSON |
//!
//! It builds for wasm, too (`receipt/wasm/`). Out of scope: making receipts, which nodes
//! do (`node/src/receipts.rs`); whether an answer is true. docs/receipts.md says what a receipt
//! proves, and what it does not.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

extern crate alloc;

mod finality;
pub mod format;
pub mod keys;
pub mod refusal;
pub mod result;
mod state;
mod trust;
pub mod verdict;
pub mod verify;

#[cfg(test)]
mod tests;

pub use format::{FinalBlock, Header, Justification, Receipt};
pub use refusal::Refusal;
pub use trust::changes_voters;
pub use verdict::Verdict;
pub use verify::verify;
