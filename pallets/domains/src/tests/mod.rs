//! Tests, one file for each call or theme.

mod agents;
pub(crate) mod benchmarking;
mod found;
mod invariants;
mod join;
mod leave;
mod listing;
mod roster;
mod weights;
