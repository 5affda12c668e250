//! Tests, one file for each call or theme.

mod appoint;
mod dismiss;
mod invariants;
mod reveal;
