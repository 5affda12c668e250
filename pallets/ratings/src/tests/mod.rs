//! Tests, one file for each theme.

mod forget;
mod migrations;
mod past;
mod records;
