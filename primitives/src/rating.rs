//! Grading deviations and ratings (paper eqs. 4 and 5), learnt from what the other graders of the
//! same answers say.
//!
//! An agent's record holds decayed sums; the posterior adds [`PRIOR_GRADES`] grades at σ₀ = 0.5 and
//! bias 0. A newcomer thus starts at rating 0.5, and an identity that starts anew has no more say
//! than one.

use crate::{
    arithmetic::{from_count, mean, quotient, square, square_root},
    consensus::{comparisons, Comparison, PRIOR_VARIANCE},
    score::{weights, Aggregation, GradeMatrix},
    types::Fixed,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_arithmetic::traits::{One, Saturating, Zero};

/// Only rounds with at least so many opened answers change ratings.
pub const MIN_RATED_AGENTS: usize = 4;
/// How many grades at σ₀ and without bias every agent is taken to have given before its first.
pub const PRIOR_GRADES: Fixed = Fixed::from_u32(10);
/// What remains of an agent's sums after each of its rated rounds: 2^(−1/100), a half-life of 100
/// rounds.
pub const DECAY: Fixed = Fixed::from_inner(993_092_495_437_035_902);
/// The smallest grading variance: 0.02². Keeps luck in a few rounds from looking like perfection.
pub const VARIANCE_FLOOR: Fixed = Fixed::from_rational(4, 10_000);

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
pub struct RatingRecord {
    /// Decayed sum of `(g' − m)² − v` over the grades given.
    pub squared_deviations: Fixed,
    /// Decayed sum of `g − m` over the grades given.
    pub deviations: Fixed,
    /// Decayed number of grades given.
    pub grades: Fixed,
    /// Rated rounds so far.
    pub rounds: u32,
}

/// How ratings are learnt.
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
pub enum Estimator {
    /// Leave-one-out reference, its variance taken off, half-life of 100 rounds (the default).
    #[default]
    LeaveOneOut,
    /// The paper's: plain mean deviation from the mean that includes the grade itself, no decay.
    Paper,
}

impl RatingRecord {
    /// σ², the agent's grading variance: posterior with a prior of 10 grades at σ₀ = 0.5;
    /// [`VARIANCE_FLOOR`]..=1.
    pub fn variance(&self) -> Fixed {
        let squared =
            self.squared_deviations.saturating_add(PRIOR_GRADES.saturating_mul(PRIOR_VARIANCE));
        quotient(squared, self.grades.saturating_add(PRIOR_GRADES))
            .clamp(VARIANCE_FLOOR, Fixed::one())
    }

    /// σ in 0..=1, the paper's grading deviation.
    pub fn sigma(&self) -> Fixed {
        square_root(self.variance())
    }

    /// `1 − σ`, clamped to 0..=1.
    pub fn rating(&self) -> Fixed {
        Fixed::one().saturating_sub(self.sigma()).clamp(Fixed::zero(), Fixed::one())
    }

    /// b, the agent's habitual bias, shrunk towards 0 by the prior count.
    pub fn bias(&self) -> Fixed {
        quotient(self.deviations, self.grades.saturating_add(PRIOR_GRADES))
    }

    /// The record after one more rated round.
    fn after(self, decay: Fixed, round: Observed) -> Self {
        Self {
            squared_deviations: self
                .squared_deviations
                .saturating_mul(decay)
                .saturating_add(round.squared_deviations),
            deviations: self.deviations.saturating_mul(decay).saturating_add(round.deviations),
            grades: self.grades.saturating_mul(decay).saturating_add(round.grades),
            rounds: self.rounds.saturating_add(1),
        }
    }
}

/// What one round adds to a grader's record.
#[derive(Clone, Copy, Default)]
struct Observed {
    squared_deviations: Fixed,
    deviations: Fixed,
    grades: Fixed,
}

/// The records after a round, by place. Unchanged where a place gave no grades, and for all in
/// rounds below [`MIN_RATED_AGENTS`].
pub fn update(
    estimator: Estimator,
    records: &[RatingRecord],
    grades: &GradeMatrix,
) -> Vec<RatingRecord> {
    if grades.given.len() < MIN_RATED_AGENTS {
        return records.to_vec();
    }
    let (decay, observed) = match estimator {
        Estimator::LeaveOneOut => (DECAY, observe_others(records, grades)),
        Estimator::Paper => (Fixed::one(), observe_all(grades)),
    };
    let mut observed = observed.into_iter();
    records
        .iter()
        .map(|record| match observed.next() {
            Some(round) if !round.grades.is_zero() => record.after(decay, round),
            _ => *record,
        })
        .collect()
}

/// By grader: its deviations from what the others say, under the weights that the records before
/// the round give.
fn observe_others(records: &[RatingRecord], grades: &GradeMatrix) -> Vec<Observed> {
    let weights = weights(Aggregation::Precision, records, grades);
    let observe = |seen: Observed, c: &Comparison| Observed {
        squared_deviations: seen
            .squared_deviations
            .saturating_add(square(c.unbiased.saturating_sub(c.reference)))
            .saturating_sub(c.reference_variance),
        deviations: seen.deviations.saturating_add(c.grade.saturating_sub(c.reference)),
        grades: seen.grades.saturating_add(Fixed::one()),
    };
    comparisons(&weights, grades)
        .iter()
        .map(|given| given.iter().fold(Observed::default(), observe))
        .collect()
}

/// By grader: its squared deviations from the plain mean of all grades of the same answer, its own
/// among them.
fn observe_all(grades: &GradeMatrix) -> Vec<Observed> {
    let mut received: Vec<Vec<Fixed>> = grades.given.iter().map(|_| Vec::new()).collect();
    for (answer, grade) in grades.given.iter().flatten() {
        if let Some(all) = received.get_mut(*answer) {
            all.push(grade.to_fixed());
        }
    }
    let means: Vec<Fixed> = received.iter().map(|all| mean(all)).collect();
    grades
        .given
        .iter()
        .map(|given| {
            let squares: Vec<Fixed> = given
                .iter()
                .filter_map(|(answer, grade)| {
                    Some(square(grade.to_fixed().saturating_sub(*means.get(*answer)?)))
                })
                .collect();
            Observed {
                squared_deviations: squares
                    .iter()
                    .fold(Fixed::zero(), |sum, s| sum.saturating_add(*s)),
                deviations: Fixed::zero(),
                grades: from_count(squares.len()),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
