//! Tests, one file for each call or theme.

pub(crate) mod benchmarking;
mod genesis;
mod invariants;
mod listing;
mod migrations;
mod register;
mod registry;
mod report_double_seal;
mod retire;
mod rotate_key;
mod set_limits;
mod set_profile;
mod slash;
mod unbond;
mod weights;
