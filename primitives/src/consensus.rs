//! What several graders together say of an answer: the weighted pool of its grades, with the prior
//! that every answer starts from, and what remains of it without one of them.

use crate::{
    arithmetic::quotient,
    candidates::Candidates,
    grades::GradeMatrix,
    record::RatingRecord,
    types::{Fixed, Grade},
    weighting::{weights, Aggregation, GraderWeights},
};
use alloc::vec::Vec;
use sp_arithmetic::traits::{One, Saturating, Zero};

/// g₀, the quality that an answer is taken to have before anybody graded it.
pub const PRIOR_GRADE: Fixed = Fixed::from_rational(1, 2);
/// w₀ = 1/(σ₀² + ε²) = 1/0.26, what the prior counts: as much as a newcomer's grade.
pub const PRIOR_WEIGHT: Fixed = Fixed::from_rational(100, 26);
/// The prior's weight under [`Aggregation::Sharpened`]: 1/variance of a quality that is anywhere in
/// 0..=1 alike.
pub const UNIFORM_PRIOR_WEIGHT: Fixed = Fixed::from_u32(12);

/// Weighted grades of one answer, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pool {
    /// Σ w.
    weight: Fixed,
    /// Σ w·g'.
    weighted: Fixed,
}

impl Pool {
    /// The pool of each answer, by place.
    pub(crate) fn of_answers(weights: &GraderWeights, grades: &GradeMatrix) -> Vec<Pool> {
        Self::of_candidates(weights, &Candidates::apart(grades.given.len()), grades)
    }

    /// The pool of each candidate: of all grades of its answers.
    fn of_candidates(
        weights: &GraderWeights,
        candidates: &Candidates,
        grades: &GradeMatrix,
    ) -> Vec<Pool> {
        let mut pools = Self::empty(candidates);
        for (grader, given) in grades.given.iter().enumerate() {
            Self::add(&mut pools, weights, candidates, (grader, given));
        }
        pools
    }

    /// The pool of each candidate before anybody graded.
    fn empty(candidates: &Candidates) -> Vec<Pool> {
        (0..candidates.count()).map(|_| Pool::default()).collect()
    }

    /// Add one grader's grades to the pools of their candidates.
    fn add(
        pools: &mut [Pool],
        weights: &GraderWeights,
        candidates: &Candidates,
        (grader, given): (usize, &[(usize, Grade)]),
    ) {
        for (answer, grade) in given {
            let candidate = candidates.at(*answer);
            if let Some(pool) = candidate.and_then(|candidate| pools.get_mut(candidate)) {
                *pool = pool.plus(Pool::of_grade(weights, grader, *grade));
            }
        }
    }

    /// One grader's grade, less its habitual bias.
    pub(crate) fn of_grade(weights: &GraderWeights, grader: usize, grade: Grade) -> Self {
        let (weight, bias) = weights.of(grader);
        Self { weight, weighted: weight.saturating_mul(grade.to_fixed().saturating_sub(bias)) }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            weight: self.weight.saturating_add(other.weight),
            weighted: self.weighted.saturating_add(other.weighted),
        }
    }

    /// The pool without a part that was added before: exactly what it would have been.
    pub(crate) fn without(self, part: Self) -> Self {
        Self {
            weight: self.weight.saturating_sub(part.weight),
            weighted: self.weighted.saturating_sub(part.weighted),
        }
    }

    /// The pool with w₀ of g₀ added.
    pub(crate) fn with_prior(self) -> Self {
        self.with_prior_of(PRIOR_WEIGHT)
    }

    /// The pool with `weight` of g₀ added.
    pub(crate) fn with_prior_of(self, weight: Fixed) -> Self {
        self.plus(Self { weight, weighted: weight.saturating_mul(PRIOR_GRADE) })
    }

    /// Σ w·g'.
    pub(crate) fn weighted_sum(self) -> Fixed {
        self.weighted
    }

    /// Σ w·g' / Σ w; 0 of nothing.
    pub(crate) fn mean(self) -> Fixed {
        quotient(self.weighted, self.weight)
    }

    /// 1 / Σ w, the variance of [`Self::mean`]; 0 of nothing.
    pub(crate) fn variance(self) -> Fixed {
        quotient(Fixed::one(), self.weight)
    }
}

/// A grade, and what the others said of the same answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Comparison {
    /// Place of the answer.
    pub(crate) answer: usize,
    /// g, the grade as given.
    pub(crate) grade: Fixed,
    /// g' = g − b, the grade less its grader's habitual bias.
    pub(crate) unbiased: Fixed,
    /// m, the leave-one-out mean, prior included.
    pub(crate) reference: Fixed,
    /// The same without the prior: what the others say. `None` if nobody else graded the answer.
    pub(crate) others: Option<Fixed>,
    /// v, the variance of m.
    pub(crate) reference_variance: Fixed,
}

/// All grades of a round, each compared with what the others and the prior say of its answer. From
/// the same comparisons ratings are learnt and graders are paid. Weights are those of
/// [`Aggregation::Precision`], whatever the scores are made with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparisons {
    /// By the grader's place; grades of places that do not exist are left out.
    by_grader: Vec<Vec<Comparison>>,
}

impl Comparisons {
    /// Compare the grades of a round, with what was known of the graders before it, by place. Each
    /// answer stands by itself.
    pub fn of(records: &[RatingRecord], grades: &GradeMatrix) -> Self {
        let weights = weights(Aggregation::Precision, records, grades);
        Self::among(&weights, &Candidates::apart(grades.given.len()), grades)
    }

    /// Compare the grades of a round under these weights. Grades of equal answers are grades of one
    /// candidate, and a grader is compared with the others only, also where it graded two of them.
    pub(crate) fn among(
        weights: &GraderWeights,
        candidates: &Candidates,
        grades: &GradeMatrix,
    ) -> Self {
        let pools = Pool::of_candidates(weights, candidates, grades);
        let compare = |grader: usize, own: &[Pool], answer: usize, grade: Grade| {
            let candidate = candidates.at(answer)?;
            let others = pools.get(candidate)?.without(*own.get(candidate)?);
            let reference = others.with_prior();
            Some(Comparison {
                answer,
                grade: grade.to_fixed(),
                unbiased: grade.to_fixed().saturating_sub(weights.of(grader).1),
                reference: reference.mean(),
                others: (!others.weight.is_zero()).then(|| others.mean()),
                reference_variance: reference.variance(),
            })
        };
        let by_grader = grades
            .given
            .iter()
            .enumerate()
            .map(|(grader, given)| {
                let mut own = Pool::empty(candidates);
                Pool::add(&mut own, weights, candidates, (grader, given));
                given
                    .iter()
                    .filter_map(|(answer, grade)| compare(grader, &own, *answer, *grade))
                    .collect()
            })
            .collect();
        Self { by_grader }
    }

    /// The comparisons of each grader, by place.
    pub(crate) fn by_grader(&self) -> &[Vec<Comparison>] {
        &self.by_grader
    }
}
