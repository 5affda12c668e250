//! Measurements that are repeated: a few times, unless that takes too long.
//!
//! A *series* is one measurement and its repeats, a *figure* the median of what they brought. Out
//! of scope: the clock. Whoever measures has one.

use crate::{output::rounded, statistics::median};
use anyhow::Result;
use std::time::Duration;

/// How often a measurement is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeats {
    /// So many times at most.
    pub most: usize,
    /// No repeat begins when a series has taken this long, unless there is no value yet.
    pub budget: Duration,
}

impl Repeats {
    /// The values that `measure` brings, which gets the number of the repeat, from 0. A repeat may
    /// bring none. `elapsed`: since the series began.
    ///
    /// # Errors
    /// The first that `measure` gives.
    pub fn values<T>(
        self,
        elapsed: impl Fn() -> Duration,
        mut measure: impl FnMut(usize) -> Result<Option<T>>,
    ) -> Result<Vec<T>> {
        let mut values = Vec::new();
        for number in 0..self.most {
            if !values.is_empty() && elapsed() >= self.budget {
                break;
            }
            values.extend(measure(number)?);
        }
        Ok(values)
    }

    /// How many repeats there will be if each takes as long as the first.
    pub fn expected(self, first: Duration) -> usize {
        let in_budget = (self.budget.as_secs_f64() / first.as_secs_f64()).ceil();
        (in_budget as usize).clamp(1, self.most.max(1))
    }
}

/// What a series says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// The median of its values.
    pub median: f64,
    /// How many there are.
    pub repeats: usize,
}

impl Figure {
    /// Of the values of a series.
    pub fn of(values: &[f64]) -> Self {
        Self { median: rounded(median(values)), repeats: values.len() }
    }

    /// Of a series whose repeats bring several values each: one figure for each place.
    pub fn of_each<const N: usize>(values: &[[f64; N]]) -> [Self; N] {
        std::array::from_fn(|place| {
            Self::of(&values.iter().map(|value| value[place]).collect::<Vec<_>>())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    const REPEATS: Repeats = Repeats { most: 5, budget: Duration::from_secs(90) };

    /// The numbers of the repeats that bring a value, if each takes `seconds` and the first
    /// `without` bring none; and how many there were.
    fn repeated(seconds: u64, without: usize) -> (Vec<usize>, usize) {
        let (now, count) = (Cell::new(Duration::ZERO), Cell::new(0));
        let measure = |number: usize| {
            now.set(now.get() + Duration::from_secs(seconds));
            count.set(count.get() + 1);
            Ok((number >= without).then_some(number))
        };
        let values = REPEATS.values(|| now.get(), measure).unwrap();
        (values, count.get())
    }

    #[test]
    fn series_should_have_all_repeats_when_its_budget_allows() {
        assert_eq!(repeated(0, 0), (vec![0, 1, 2, 3, 4], 5));
        assert_eq!(repeated(18, 0).1, 5);
    }

    #[test]
    fn series_should_end_when_its_budget_is_used() {
        assert_eq!(repeated(40, 0), (vec![0, 1, 2], 3));
        assert_eq!(repeated(45, 0), (vec![0, 1], 2));
        assert_eq!(repeated(1_000, 0), (vec![0], 1));
    }

    #[test]
    fn series_should_go_on_when_its_budget_is_used_but_there_is_no_value() {
        assert_eq!(repeated(1_000, 2), (vec![2], 3));
        assert_eq!(repeated(1_000, 9), (vec![], 5));
    }

    #[test]
    fn series_should_end_when_a_repeat_fails() {
        let mut count = 0;
        let failed = REPEATS.values(
            || Duration::ZERO,
            |_| -> Result<Option<()>> {
                count += 1;
                anyhow::bail!("gone")
            },
        );
        assert_eq!(failed.unwrap_err().to_string(), "gone");
        assert_eq!(count, 1);
    }

    #[test]
    fn expected_repeats_should_be_those_of_equally_long_ones() {
        for seconds in [0, 1, 18, 30, 40, 45, 89, 90, 1_000] {
            let expected = REPEATS.expected(Duration::from_secs(seconds));
            assert_eq!(expected, repeated(seconds, 0).1, "{seconds} s");
        }
    }

    #[test]
    fn figures_should_be_medians_with_their_number_of_repeats() {
        let [one, other] = Figure::of_each(&[[1.0, 50.0], [3.0, 10.0], [2.0, 20.0]]);
        assert_eq!(one, Figure { median: 2.0, repeats: 3 });
        assert_eq!(other, Figure { median: 20.0, repeats: 3 });
        assert_eq!(Figure::of(&[1.0, 2.0]), Figure { median: 1.5, repeats: 2 });
    }
}
