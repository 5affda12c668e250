//! Tests, one file for each call or theme.

mod add_validator;
mod bond;
mod genesis;
mod invariants;
mod migrations;
mod offences;
mod pay;
mod remove_validator;
mod sessions;
mod unbond;
