//! How ratings are learnt (paper eqs. 4 and 5): from what the other graders of the same answers
//! say; in examinations, from the truth.

use crate::{
    arithmetic::{from_count, mean, square},
    consensus::{Comparison, Comparisons},
    examination::TRUTH_GRADES,
    record::RatingRecord,
    types::Fixed,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_arithmetic::traits::{One, Saturating, Zero};

/// Only rounds with at least this many opened answers change ratings.
pub const MIN_RATED_AGENTS: usize = 4;
/// What remains of an agent's sums after each of its rated rounds: 2^(−1/100), a half-life of 100
/// rounds.
pub const DECAY: Fixed = Fixed::from_inner(993_092_495_437_035_902);

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
    /// The chain's until spec version 5: leave-one-out reference, its variance taken off, half-life
    /// of 100 rounds.
    #[default]
    LeaveOneOut,
    /// The paper's: plain mean deviation from the mean that includes the grade itself, no decay.
    Paper,
}

impl Estimator {
    /// What remains of an agent's sums after each of its rated rounds.
    fn decay(self) -> Fixed {
        match self {
            Self::LeaveOneOut => DECAY,
            Self::Paper => Fixed::one(),
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

impl Observed {
    fn and(self, other: Self) -> Self {
        Self {
            squared_deviations: self.squared_deviations.saturating_add(other.squared_deviations),
            deviations: self.deviations.saturating_add(other.deviations),
            grades: self.grades.saturating_add(other.grades),
        }
    }
}

/// The records after a round, by place. Unchanged where a place gave no grades, and for all in
/// rounds below [`MIN_RATED_AGENTS`]. `comparisons` are those made with `records`.
pub fn update(
    estimator: Estimator,
    records: &[RatingRecord],
    comparisons: &Comparisons,
) -> Vec<RatingRecord> {
    let given = comparisons.by_grader();
    if given.len() < MIN_RATED_AGENTS {
        return records.to_vec();
    }
    let decay = estimator.decay();
    let observed = match estimator {
        Estimator::LeaveOneOut => observe_others(given),
        Estimator::Paper => observe_all(given),
    };
    let mut observed = observed.into_iter();
    records
        .iter()
        .map(|record| match observed.next() {
            Some(round) if !round.grades.is_zero() => after(*record, decay, round),
            _ => *record,
        })
        .collect()
}

/// The record after an examination in which the agent said this of answers that are right, 1, or
/// wrong, 0. Each grade counts as [`TRUTH_GRADES`] grades whose deviations are from the truth: of
/// any size of the swarm, since nobody else's word is needed. `None` if it gave none.
pub(crate) fn after_truth(
    estimator: Estimator,
    record: &RatingRecord,
    given: &[(Fixed, Fixed)],
) -> Option<RatingRecord> {
    if given.is_empty() {
        return None;
    }
    let bias = record.bias();
    let observe = |(said, truth): &(Fixed, Fixed)| Observed {
        squared_deviations: square(said.saturating_sub(bias).saturating_sub(*truth)),
        deviations: match estimator {
            Estimator::LeaveOneOut => said.saturating_sub(*truth),
            // The paper knows of no bias.
            Estimator::Paper => Fixed::zero(),
        },
        grades: Fixed::one(),
    };
    let observed = given.iter().fold(Observed::default(), |sum, given| {
        let one = observe(given);
        (0..TRUTH_GRADES).fold(sum, |sum, _| sum.and(one))
    });
    Some(after(*record, estimator.decay(), observed))
}

/// The record after one more rated round.
fn after(record: RatingRecord, decay: Fixed, round: Observed) -> RatingRecord {
    let learn = |known: Fixed, seen: Fixed| known.saturating_mul(decay).saturating_add(seen);
    RatingRecord {
        squared_deviations: learn(record.squared_deviations, round.squared_deviations),
        deviations: learn(record.deviations, round.deviations),
        grades: learn(record.grades, round.grades),
        rounds: record.rounds.saturating_add(1),
    }
}

/// By grader: its deviations from what the others say.
fn observe_others(given: &[Vec<Comparison>]) -> Vec<Observed> {
    let observe = |seen: Observed, c: &Comparison| Observed {
        squared_deviations: seen
            .squared_deviations
            .saturating_add(square(c.unbiased.saturating_sub(c.reference)))
            .saturating_sub(c.reference_variance),
        deviations: seen.deviations.saturating_add(c.grade.saturating_sub(c.reference)),
        grades: seen.grades.saturating_add(Fixed::one()),
    };
    given.iter().map(|given| given.iter().fold(Observed::default(), observe)).collect()
}

/// By grader: its squared deviations from the plain mean of all grades of the same answer, its own
/// among them.
fn observe_all(given: &[Vec<Comparison>]) -> Vec<Observed> {
    let mut received: Vec<Vec<Fixed>> = given.iter().map(|_| Vec::new()).collect();
    for comparison in given.iter().flatten() {
        if let Some(all) = received.get_mut(comparison.answer) {
            all.push(comparison.grade);
        }
    }
    let means: Vec<Fixed> = received.iter().map(|all| mean(all)).collect();
    given
        .iter()
        .map(|given| {
            let squares: Vec<Fixed> = given
                .iter()
                .filter_map(|c| Some(square(c.grade.saturating_sub(*means.get(c.answer)?))))
                .collect();
            Observed {
                squared_deviations: squares
                    .iter()
                    .fold(Fixed::zero(), |sum, square| sum.saturating_add(*square)),
                deviations: Fixed::zero(),
                grades: from_count(squares.len()),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
