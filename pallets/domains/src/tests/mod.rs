//! Tests, one file for each call or theme.

mod agents;
pub(crate) mod benchmarking;
mod claim;
mod collect;
mod epochs;
mod found;
mod fund;
mod invariants;
mod join;
mod leave;
mod listing;
mod roster;
mod suspension;
mod weights;
