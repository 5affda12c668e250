//! Several references as sums and counts: all that is ever asked of their mean follows from whole
//! numbers, in any order.

use super::embedding::{Embedding, UNIT};
use crate::{arithmetic::quotient, types::Fixed};
use alloc::vec::Vec;

/// Most embeddings in a centroid.
pub const MAX_REFERENCES: u32 = 1_000;
/// Quanta² in 1.0.
const UNIT_SQUARED: i128 = UNIT as i128 * UNIT as i128;

/// The sums of up to [`MAX_REFERENCES`] embeddings of as many dimensions. `Default` is of none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Centroid {
    /// Σ x by dimension, in quanta.
    sums: Vec<i32>,
    /// How many.
    count: u32,
    /// Σ ‖x‖², in quanta².
    squares: i64,
}

impl Centroid {
    /// Of these. `None` if their dimensions differ, or they are too many.
    pub fn of<'a>(embeddings: impl IntoIterator<Item = &'a Embedding>) -> Option<Self> {
        embeddings.into_iter().try_fold(Self::default(), Self::with)
    }

    /// With one more. `None` if it has other dimensions, or there are too many.
    pub fn with(mut self, embedding: &Embedding) -> Option<Self> {
        if self.count == 0 {
            self.sums = embedding.quanta().iter().map(|_| 0).collect();
        }
        if self.count >= MAX_REFERENCES || !self.has_dimensions_of(embedding) {
            return None;
        }
        for (sum, value) in self.sums.iter_mut().zip(embedding.quanta()) {
            *sum = sum.saturating_add(i32::from(*value));
        }
        self.count = self.count.saturating_add(1);
        self.squares = self.squares.saturating_add(embedding.squared());
        Some(self)
    }

    /// Without one that it has: a member is no reference of itself. `None` if it has none, or other
    /// dimensions.
    pub fn without(mut self, embedding: &Embedding) -> Option<Self> {
        let count = self.count.checked_sub(1)?;
        if !self.has_dimensions_of(embedding) {
            return None;
        }
        for (sum, value) in self.sums.iter_mut().zip(embedding.quanta()) {
            *sum = sum.saturating_sub(i32::from(*value));
        }
        self.count = count;
        self.squares = self.squares.saturating_sub(embedding.squared());
        Some(self)
    }

    /// How many embeddings it is of.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// ‖x − μ‖²: how far an embedding is from the mean of the distribution that the references were
    /// drawn from, without bias: ‖μ‖² is taken from products of different references only. So few
    /// references seem no further away than many, and a claim whose answers differ no further than
    /// one whose answers are alike. Can be below zero by chance. `None` of fewer than two
    /// references, or other dimensions.
    pub fn distance(&self, embedding: &Embedding) -> Option<Fixed> {
        if self.count < 2 || !self.has_dimensions_of(embedding) {
            return None;
        }
        let (count, others) = (i128::from(self.count), i128::from(self.count.saturating_sub(1)));
        let pairs = count.saturating_mul(others);
        let product = self.sums.iter().zip(embedding.quanta()).fold(0i128, |sum, (one, other)| {
            sum.saturating_add(i128::from(*one).saturating_mul(i128::from(*other)))
        });
        let of_pairs = self.squared_sum().saturating_sub(i128::from(self.squares));
        let numerator = pairs
            .saturating_mul(i128::from(embedding.squared()))
            .saturating_sub(others.saturating_mul(product).saturating_mul(2))
            .saturating_add(of_pairs);
        Some(ratio(numerator, pairs))
    }

    /// How far the centroid itself is likely to be from that mean: the expected ‖c − μ‖², by how
    /// much the references differ. `None` of fewer than two.
    pub fn error(&self) -> Option<Fixed> {
        let (count, others) = (i128::from(self.count), i128::from(self.count.checked_sub(1)?));
        let differ =
            count.saturating_mul(i128::from(self.squares)).saturating_sub(self.squared_sum());
        let counts = count.saturating_mul(count).saturating_mul(others);
        (others > 0).then(|| ratio(differ, counts))
    }

    /// ‖c₁ − c₂‖² of two centroids. `None` if one of them is of none, or dimensions differ.
    pub fn separation(&self, other: &Self) -> Option<Fixed> {
        if self.count == 0 || other.count == 0 || self.sums.len() != other.sums.len() {
            return None;
        }
        let (mine, theirs) = (i128::from(self.count), i128::from(other.count));
        let squared = self.sums.iter().zip(&other.sums).fold(0i128, |sum, (one, other)| {
            let here = i128::from(*one).saturating_mul(theirs);
            let apart = here.saturating_sub(i128::from(*other).saturating_mul(mine));
            sum.saturating_add(apart.saturating_mul(apart))
        });
        let counts = mine.saturating_mul(theirs);
        Some(ratio(squared, counts.saturating_mul(counts)))
    }

    /// ‖Σ x‖², in quanta².
    fn squared_sum(&self) -> i128 {
        self.sums.iter().fold(0i128, |sum, value| {
            let value = i128::from(*value);
            sum.saturating_add(value.saturating_mul(value))
        })
    }

    fn has_dimensions_of(&self, embedding: &Embedding) -> bool {
        self.sums.len() == embedding.dimensions()
    }
}

/// Quanta² over a count, as a number.
fn ratio(numerator: i128, count: i128) -> Fixed {
    let denominator = count.saturating_mul(UNIT_SQUARED);
    quotient(Fixed::from_inner(numerator), Fixed::from_inner(denominator))
}

#[cfg(test)]
mod tests;
