//! Tests, one file for each theme.

mod forget;
mod past;
mod records;
