//! Tests, one file for each call or theme.

pub(crate) mod benchmarking;
mod genesis;
mod invariants;
mod listing;
mod random_calls;
mod register;
mod registry;
mod retire;
mod rotate_key;
mod set_profile;
mod unbond;
mod weights;
