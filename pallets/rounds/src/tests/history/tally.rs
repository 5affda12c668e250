//! What a history saw, counted: so that it is known not to have passed for want of events.

use std::collections::BTreeMap;

/// Counters by name.
#[derive(Default)]
pub(crate) struct Tally(BTreeMap<String, u64>);

impl Tally {
    /// It happened once more.
    pub(crate) fn count(&mut self, what: impl Into<String>) {
        *self.0.entry(what.into()).or_default() += 1;
    }

    /// All that another one saw happened too.
    pub(crate) fn add(&mut self, other: Self) {
        for (what, count) in other.0 {
            *self.0.entry(what).or_default() += count;
        }
    }

    /// How often it happened.
    pub(crate) fn of(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or_default()
    }

    /// Fails unless each of these happened.
    pub(crate) fn assert_seen(&self, expected: &[&str]) {
        let missing: Vec<_> = expected.iter().filter(|what| self.of(what) == 0).collect();
        assert!(missing.is_empty(), "the history never came to {missing:?}; it saw\n{self}");
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|(what, count)| writeln!(f, "{count:>9}  {what}"))
    }
}
