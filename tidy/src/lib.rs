//! The house rules that no other tool checks, as pure functions from texts to findings.
//!
//! `tests/tidy.rs` applies them to every file that git tracks; `./scripts/lint tidy` runs it.
//! CONTRIBUTING.md has the rules in words. What formatters, compilers and linters know is theirs:
//! nothing here looks inside of code, but for the paths of the modules that it uses ([`circles`]).

pub mod circles;
pub mod pages;
pub mod source;

use std::fmt::{self, Display, Formatter};

/// A rule that a file breaks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file's path from the root of the repository.
    pub file: String,
    /// The line, from 1; 0 where it is about the whole file.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl Finding {
    /// A finding about one line, or about the whole file with line 0.
    pub fn new(file: &str, line: usize, what: impl Into<String>) -> Self {
        Self { file: file.into(), line, what: what.into() }
    }
}

impl Display for Finding {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.file, self.line, self.what)
    }
}
