//! What is known of how an agent grades, as a regression: how its grades go with what the other
//! graders say of the same answers.
//!
//! An agent's record holds decayed sums over its rated rounds, of x, what it said of an answer, and
//! y, what the others and the prior said ([`crate::consensus`]), or, in an examination, the truth
//! ([`crate::examination`]). From them follow its mean and its
//! spread, which make lenient, harsh, bold and cautious graders alike; the correlation, which tells
//! whether it sees what the others see: a grader that says the same of everything has none; and the
//! variance around what the others say, which tells whether it goes too far.

use crate::{
    arithmetic::{quotient, square, square_root},
    consensus::Comparison,
    examination::TRUTH_GRADES,
    record::{PRIOR_GRADES, PRIOR_VARIANCE, VARIANCE_FLOOR},
    types::{Fixed, Grade},
    weighting::VARIANCE_FLOOR_OF_WEIGHTS,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_arithmetic::traits::{One, Saturating, Zero};

/// What remains of an agent's sums after each of its rated rounds: a half-life of 34 rounds. Who
/// farmed a record, or was honest until today, is soon known for what it does now: with a longer
/// memory such rings win more. With a shorter one, those win more whose graders agree perfectly
/// where honest ones hardly agree.
const DECAY: Fixed = Fixed::from_rational(98, 100);
/// How many grades without any correlation every agent is taken to have given before its first.
const PRIOR_PAIRS: Fixed = Fixed::from_u32(20);
/// Mean of those grades, and of what the others said.
const PRIOR_MEAN: Fixed = Fixed::from_rational(1, 2);
/// Variance of those grades: 0.25².
const PRIOR_SPREAD: Fixed = Fixed::from_rational(625, 10_000);
/// Variance of what the others said, which is nearer to the middle than what one says.
const PRIOR_SPREAD_OF_OTHERS: Fixed = Fixed::from_rational(3, 100);
/// Least variance of grades: of a grader that hardly tells answers apart, small differences are not
/// blown up beyond this. 0.05².
const SPREAD_FLOOR: Fixed = Fixed::from_rational(25, 10_000);
/// t, the correlation that a newcomer is trusted to have, until its own grades tell.
const NEWCOMERS_CORRELATION: Fixed = Fixed::from_rational(4, 100);
/// The correlation from which on a grader is fully trusted. Correlations of real graders are small,
/// since the others err too; and whoever agrees perfectly with a ring is not to outweigh those who
/// agree loosely with many.
const FULL_CORRELATION: Fixed = Fixed::from_rational(20, 100);
/// The least correlation that is paid for. Skill is paid in proportion, so that a trace of it,
/// where nobody else has any, would bring the whole of the graders' part.
const LEAST_CORRELATION: Fixed = Fixed::from_rational(1, 1_000);
/// How far a standardised grade lies from 0.5 for each standard deviation.
const STANDARD_STEP: Fixed = Fixed::from_rational(1, 4);
/// The least and the greatest standardised grade: no single grade decides alone.
pub(crate) const STANDARD_BOUNDS: (Fixed, Fixed) =
    (Fixed::from_rational(2, 10), Fixed::from_rational(8, 10));

/// What is known of how an agent grades: decayed sums over its rated rounds. `Default` is a
/// newcomer.
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
pub struct Calibration {
    /// Number of grades that could be compared.
    pub grades: Fixed,
    /// Σ x, what it said.
    pub said: Fixed,
    /// Σ y, what the others said.
    pub heard: Fixed,
    /// Σ x².
    pub said_squared: Fixed,
    /// Σ y².
    pub heard_squared: Fixed,
    /// Σ x·y.
    pub product: Fixed,
    /// Σ v, how uncertain what the others said was: the variance of y.
    pub uncertainty: Fixed,
    /// Rated rounds so far.
    pub rounds: u32,
}

/// How an agent's grades are read: by what it usually says.
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
pub struct Reading {
    /// Mean of its grades, 0..=1.
    pub mean: Fixed,
    /// Their standard deviation; 0.05 at least.
    pub spread: Fixed,
}

impl Reading {
    /// The grade as everybody would give it: 0.5, and 0.25 more for each standard deviation by
    /// which it is above the mean. 0.2..=0.8.
    pub fn of(&self, grade: Grade) -> Fixed {
        let above = quotient(grade.to_fixed().saturating_sub(self.mean), self.spread);
        PRIOR_MEAN
            .saturating_add(STANDARD_STEP.saturating_mul(above))
            .clamp(STANDARD_BOUNDS.0, STANDARD_BOUNDS.1)
    }
}

impl Calibration {
    /// The record after one more rated round, in which the agent's grades compared like this.
    /// Grades of answers that nobody else graded teach nothing. `None` if there were no others.
    pub(crate) fn after(&self, given: &[Comparison]) -> Option<Self> {
        let mut compared = given.iter().filter(|comparison| comparison.others.is_some()).peekable();
        compared.peek()?;
        Some(compared.fold(self.one_round_later(), |sums, comparison| {
            sums.and(comparison.grade, comparison.reference, comparison.reference_variance)
        }))
    }

    /// The record after an examination in which the agent said this of answers that are right, 1,
    /// or wrong, 0. Each grade counts as [`TRUTH_GRADES`] grades of answers of which the others are
    /// certain. `None` if it gave none.
    pub(crate) fn after_truth(&self, given: &[(Fixed, Fixed)]) -> Option<Self> {
        if given.is_empty() {
            return None;
        }
        Some(given.iter().fold(self.one_round_later(), |sums, (said, truth)| {
            (0..TRUTH_GRADES).fold(sums, |sums, _| sums.and(*said, *truth, Fixed::zero()))
        }))
    }

    /// What remains of the sums in the next rated round.
    fn one_round_later(&self) -> Self {
        let kept = |sum: Fixed| sum.saturating_mul(DECAY);
        Self {
            grades: kept(self.grades),
            said: kept(self.said),
            heard: kept(self.heard),
            said_squared: kept(self.said_squared),
            heard_squared: kept(self.heard_squared),
            product: kept(self.product),
            uncertainty: kept(self.uncertainty),
            rounds: self.rounds.saturating_add(1),
        }
    }

    /// With one more grade: what the agent said, what it heard, and how uncertain that is.
    fn and(self, said: Fixed, heard: Fixed, uncertainty: Fixed) -> Self {
        Self {
            grades: self.grades.saturating_add(Fixed::one()),
            said: self.said.saturating_add(said),
            heard: self.heard.saturating_add(heard),
            said_squared: self.said_squared.saturating_add(square(said)),
            heard_squared: self.heard_squared.saturating_add(square(heard)),
            product: self.product.saturating_add(said.saturating_mul(heard)),
            uncertainty: self.uncertainty.saturating_add(uncertainty),
            rounds: self.rounds,
        }
    }

    /// b, by how much the agent habitually says more than the others; shrunk towards 0 by
    /// [`PRIOR_GRADES`]. −1..=1.
    pub fn bias(&self) -> Fixed {
        quotient(self.said.saturating_sub(self.heard), self.grades.saturating_add(PRIOR_GRADES))
            .clamp(Fixed::zero().saturating_sub(Fixed::one()), Fixed::one())
    }

    /// σ², the variance of its grades, less its bias, around what the others say; less the
    /// uncertainty of that. With [`PRIOR_GRADES`] at σ₀ = 0.5; 0.02²..=1.
    pub fn variance(&self) -> Fixed {
        let bias = self.bias();
        let twice = |value: Fixed| value.saturating_add(value);
        let squared = self
            .said_squared
            .saturating_sub(twice(self.product))
            .saturating_add(self.heard_squared);
        let deviations = self.said.saturating_sub(self.heard);
        let around_bias = squared
            .saturating_sub(twice(bias.saturating_mul(deviations)))
            .saturating_add(self.grades.saturating_mul(square(bias)))
            .saturating_sub(self.uncertainty);
        quotient(
            around_bias.saturating_add(PRIOR_GRADES.saturating_mul(PRIOR_VARIANCE)),
            self.grades.saturating_add(PRIOR_GRADES),
        )
        .clamp(VARIANCE_FLOOR, Fixed::one())
    }

    /// ρ, how its grades go with what the others say, with 20 pairs before the first that do not
    /// correlate: −1..=1. 0 of a newcomer, and of a grader that says the same of everything: all is
    /// taken around the agent's own means, or its distance from the prior's would look like
    /// something that it sees.
    pub fn correlation(&self) -> Fixed {
        let around_means = |sum: Fixed, one: Fixed, other: Fixed, prior: Fixed| {
            let around = sum.saturating_sub(quotient(one, self.grades).saturating_mul(other));
            self.mean_of(around, prior)
        };
        let own = around_means(self.said_squared, self.said, self.said, PRIOR_SPREAD);
        let others =
            around_means(self.heard_squared, self.heard, self.heard, PRIOR_SPREAD_OF_OTHERS);
        let covariance = around_means(self.product, self.said, self.heard, Fixed::zero());
        // Root by root: the product of two small variances would lose its last digits.
        let spread = square_root(own.max(SPREAD_FLOOR))
            .saturating_mul(square_root(others.max(SPREAD_FLOOR)));
        quotient(covariance, spread).clamp(Fixed::zero().saturating_sub(Fixed::one()), Fixed::one())
    }

    /// Its rating, `(1 + ρ) / 2`: 0.5 of a newcomer and of a grader whose grades say nothing, 1 of
    /// one that always sees what the others see, 0 of one that says the opposite.
    pub fn rating(&self) -> Fixed {
        quotient(Fixed::one().saturating_add(self.correlation()), Fixed::from_u32(2))
    }

    /// The skill that it is known for: ρ², the part of the differences seen by the others that its
    /// grades account for, 0..=1; 0 where ρ is below 0.001. It is paid as far as it shows it.
    pub fn skill(&self) -> Fixed {
        let correlation = self.correlation();
        if correlation < LEAST_CORRELATION {
            return Fixed::zero();
        }
        square(correlation)
    }

    /// What its word counts beside others': `min(1, (ρ + t) / 0.2) / √(σ² + ε²)`, ε = 0.1, with t
    /// the trust in a newcomer, which fades as its grades tell. The first factor silences those who
    /// do not see what the others see; the second those who go far from it. 0 or more.
    pub fn weight(&self) -> Fixed {
        let newcomers_trust = self.mean_of(Fixed::zero(), NEWCOMERS_CORRELATION);
        let correlation = self.correlation().saturating_add(newcomers_trust).max(Fixed::zero());
        let trust = quotient(correlation, FULL_CORRELATION).min(Fixed::one());
        quotient(trust, square_root(self.variance().saturating_add(VARIANCE_FLOOR_OF_WEIGHTS)))
    }

    /// How its grades are read, with 20 grades around the middle before the first.
    pub fn reading(&self) -> Reading {
        let mean = self.mean_of(self.said, PRIOR_MEAN);
        let prior_square = PRIOR_SPREAD.saturating_add(square(PRIOR_MEAN));
        let variance = self.mean_of(self.said_squared, prior_square).saturating_sub(square(mean));
        Reading { mean, spread: square_root(variance.max(SPREAD_FLOOR)) }
    }

    /// The mean of what adds up to `sum` and of [`PRIOR_PAIRS`] times `prior`.
    fn mean_of(&self, sum: Fixed, prior: Fixed) -> Fixed {
        quotient(
            sum.saturating_add(PRIOR_PAIRS.saturating_mul(prior)),
            self.grades.saturating_add(PRIOR_PAIRS),
        )
    }
}

#[cfg(test)]
mod tests;
