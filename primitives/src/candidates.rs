//! Equal answers of a round stand together: each set of them is one candidate.
//!
//! *Candidate*: the places whose answers have the same final answer ([`crate::final_answer`]).
//! Candidates are numbered from 0 without gaps, in the order of their first place. An answer
//! without a key is a candidate by itself.

use alloc::{collections::BTreeMap, vec::Vec};

/// Which answers of a round are equal: a partition of its places. `Default` is that of no places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidates {
    /// The candidate's number, by place.
    by_place: Vec<usize>,
    /// How many candidates there are.
    count: usize,
}

impl Candidates {
    /// The partition by these keys of final answers, by place: equal keys stand together. `None` is
    /// equal to nothing, not to another `None` either.
    pub fn of<Key: Clone + Ord>(keys: &[Option<Key>]) -> Self {
        let mut known = BTreeMap::<Key, usize>::new();
        let mut by_place = Vec::with_capacity(keys.len());
        let mut count = 0usize;
        for key in keys {
            let next = count;
            let candidate = match key {
                Some(key) => *known.entry(key.clone()).or_insert(next),
                None => next,
            };
            if candidate == next {
                count = count.saturating_add(1);
            }
            by_place.push(candidate);
        }
        Self { by_place, count }
    }

    /// The partition of `places` answers of which no two are equal.
    pub fn apart(places: usize) -> Self {
        Self { by_place: (0..places).collect(), count: places }
    }

    /// How many candidates there are: their numbers are `0..count`. At most as many as places.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The candidate of the answer at this place, `0..count`. `None` if there is no such place.
    pub fn at(&self, place: usize) -> Option<usize> {
        self.by_place.get(place).copied()
    }

    /// Whether the answers at these places are equal. No answer equals one at a place that there is
    /// not.
    pub fn are_equal(&self, place: usize, other: usize) -> bool {
        self.at(place).is_some_and(|candidate| self.at(other) == Some(candidate))
    }

    /// The places of a candidate, ascending. Empty if there is no such candidate. Looks at every
    /// place.
    pub fn members(&self, candidate: usize) -> impl Iterator<Item = usize> + '_ {
        let places = self.by_place.iter().enumerate();
        places.filter(move |(_, other)| **other == candidate).map(|(place, _)| place)
    }

    /// What the answers have, which is by place, by candidate instead; in the order of places.
    pub(crate) fn gathered<T: Copy>(&self, by_place: &[T]) -> Vec<Vec<T>> {
        let mut gathered: Vec<Vec<T>> = (0..self.count).map(|_| Vec::new()).collect();
        for (value, candidate) in by_place.iter().zip(&self.by_place) {
            if let Some(values) = gathered.get_mut(*candidate) {
                values.push(*value);
            }
        }
        gathered
    }

    /// The candidates, by place.
    pub fn by_place(&self) -> &[usize] {
        &self.by_place
    }
}

#[cfg(test)]
mod tests;
