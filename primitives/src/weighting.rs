//! What each grader's word counts in a round, from what is known of how it grades.

use crate::{
    arithmetic::{median, quotient, square_root},
    grades::GradeMatrix,
    record::RatingRecord,
    types::Fixed,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_arithmetic::traits::{One, Saturating};

/// ε², added to every grading variance: even a perfect grader's word is not taken for the truth. ε
/// = 0.1.
pub const VARIANCE_FLOOR_OF_WEIGHTS: Fixed = Fixed::from_rational(1, 100);
/// No grader weighs more than this many times the median of the round's graders.
pub const MAX_WEIGHT_OF_MEDIAN: u32 = 4;

/// How grades become scores.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    MaxEncodedLen,
)]
pub enum Aggregation {
    /// The posterior mean of the answer's quality under precision weights.
    Precision,
    /// The paper's: the sum of the grades weighted by ratings.
    WeightedSum,
    /// The chain's from spec version 3 to 5. As `Precision`, but with weights to the power of 3/2,
    /// and the prior of a uniform quality. Precision weights are the best ones for independent
    /// errors. A ring's errors are all the same, and look smaller than they are because they are
    /// compared in part with its own grades: whoever seems unreliable has to count less than that.
    #[default]
    Sharpened,
}

/// What each grader's word counts in a round: by place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraderWeights {
    /// The weight of each grader's grades; 0 for places that gave none.
    pub weights: Vec<Fixed>,
    /// The bias that is taken off each grader's grades; all zero under
    /// [`Aggregation::WeightedSum`].
    pub biases: Vec<Fixed>,
}

impl GraderWeights {
    /// Weight and bias of the grader at `place`; zero where there is none.
    pub fn of(&self, place: usize) -> (Fixed, Fixed) {
        (
            self.weights.get(place).copied().unwrap_or_default(),
            self.biases.get(place).copied().unwrap_or_default(),
        )
    }
}

/// The graders' weights in this round. `Precision`: `1/(σ² + ε²)`, capped at four times the median
/// weight of the round's graders (those that gave grades). `Sharpened`: those to the power of 3/2,
/// scaled so that their sum stays the same. `WeightedSum`: the rating. Places without a record
/// count as newcomers.
pub fn weights(
    aggregation: Aggregation,
    records: &[RatingRecord],
    grades: &GradeMatrix,
) -> GraderWeights {
    let graders = grades.given.iter().enumerate().map(|(place, given)| {
        let record = records.get(place).copied().unwrap_or_default();
        (!given.is_empty()).then_some(record)
    });
    match aggregation {
        Aggregation::WeightedSum => GraderWeights {
            weights: graders
                .map(|grader| grader.map(|record| record.rating()).unwrap_or_default())
                .collect(),
            biases: grades.given.iter().map(|_| Fixed::default()).collect(),
        },
        Aggregation::Precision => precision_weights(graders.map(known)),
        Aggregation::Sharpened => sharpened(precision_weights(graders.map(known))),
    }
}

/// Variance and bias of a grader.
fn known(grader: Option<RatingRecord>) -> Option<(Fixed, Fixed)> {
    grader.map(|record| (record.variance(), record.bias()))
}

/// From each grader's variance and bias; `None` for those that gave no grades.
pub(crate) fn precision_weights(
    graders: impl Iterator<Item = Option<(Fixed, Fixed)>>,
) -> GraderWeights {
    let (raw, biases): (Vec<Option<Fixed>>, Vec<Fixed>) = graders
        .map(|grader| match grader {
            Some((variance, bias)) => (Some(grading_weight(variance)), bias),
            None => (None, Fixed::default()),
        })
        .unzip();
    GraderWeights { weights: capped(raw), biases }
}

/// No weight above [`MAX_WEIGHT_OF_MEDIAN`] times the median of those that there are; 0 for `None`.
pub(crate) fn capped(weights: Vec<Option<Fixed>>) -> Vec<Fixed> {
    let cap = median(weights.iter().flatten().copied().collect())
        .unwrap_or_default()
        .saturating_mul(Fixed::from_u32(MAX_WEIGHT_OF_MEDIAN));
    weights.into_iter().map(|weight| weight.unwrap_or_default().min(cap)).collect()
}

/// `w^(3/2) · Σw / Σw^(3/2)`: the same sum, so that the prior counts as before.
fn sharpened(GraderWeights { weights, biases }: GraderWeights) -> GraderWeights {
    let sum = |weights: &[Fixed]| {
        weights.iter().fold(Fixed::default(), |sum, weight| sum.saturating_add(*weight))
    };
    let sharper: Vec<Fixed> =
        weights.iter().map(|weight| weight.saturating_mul(square_root(*weight))).collect();
    let scale = quotient(sum(&weights), sum(&sharper));
    GraderWeights {
        weights: sharper.into_iter().map(|weight| weight.saturating_mul(scale)).collect(),
        biases,
    }
}

/// `1/(σ² + ε²)`: what a grade with this variance counts.
fn grading_weight(variance: Fixed) -> Fixed {
    quotient(Fixed::one(), variance.saturating_add(VARIANCE_FLOOR_OF_WEIGHTS))
}

#[cfg(test)]
mod tests;
