//! Tests, one file for each call or theme.

mod add_validator;
mod genesis;
mod invariants;
mod migrations;
mod offences;
mod remove_validator;
mod sessions;
