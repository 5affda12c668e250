//! Tests, one file for each theme.

mod forget;
mod records;
