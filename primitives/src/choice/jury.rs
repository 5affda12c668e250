//! What the disinterested say of the two candidates that have the most.
//!
//! Whoever gave one of two answers is a party: a ring praises its own answer and condemns the one
//! that could win instead. Those who gave neither have nothing to gain by either.

use super::Heard;
use crate::{arithmetic::quotient, candidates::Candidates, consensus::PRIOR_GRADE, types::Fixed};
use sp_arithmetic::traits::{Saturating, Zero};

/// The fewest grades of the two that make a jury: one or two graders of swarms of four are none.
const FEWEST_GRADES: usize = 5;
/// What the prior counts beside the jury, with [`PRIOR_GRADE`]: as much as three grades do on
/// average.
const PRIOR_WEIGHT: Fixed = Fixed::from_u32(9);

/// What those say of `one` candidate and the `other` who gave neither, 0..=1: the mean of their
/// grades by weight, with [`PRIOR_WEIGHT`] of the middle. `None` if they gave fewer than
/// [`FEWEST_GRADES`].
pub(super) fn verdict(
    one: usize,
    other: usize,
    heard: &[Heard],
    candidates: &Candidates,
) -> Option<[Fixed; 2]> {
    let mut grades = 0usize;
    let prior = (PRIOR_WEIGHT, PRIOR_WEIGHT.saturating_mul(PRIOR_GRADE));
    let mut sums = [prior, prior];
    let [of_one, of_other] = &mut sums;
    for Heard { grader, answer, weight, grade } in heard {
        let says = candidates.at(*grader);
        if says == Some(one) || says == Some(other) {
            continue;
        }
        let (weights, weighted) = match candidates.at(*answer) {
            Some(candidate) if candidate == one => &mut *of_one,
            Some(candidate) if candidate == other => &mut *of_other,
            _ => continue,
        };
        grades = grades.saturating_add(1);
        *weights = weights.saturating_add(*weight);
        *weighted = weighted.saturating_add(weight.saturating_mul(*grade));
    }
    let mean = |(weights, weighted): (Fixed, Fixed)| quotient(weighted, weights).max(Fixed::zero());
    (grades >= FEWEST_GRADES).then(|| sums.map(mean))
}
