//! Ways to learn ratings: those that the chain can use where every answer stands by itself, and
//! proposals against their known weaknesses, in floating point. *The default* is
//! [`Estimator::LeaveOneOut`], by which the chain learnt until spec version 5.

use crate::world::{Round, World};
use waggle_primitives::{
    consensus::Comparisons,
    rating::{update, Estimator, DECAY},
    record::RatingRecord,
    weighting::{weights, Aggregation},
    Fixed,
};

/// How the records change after a round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Learning {
    /// As the chain does it by this estimator.
    Chain(Estimator),
    /// As the default, but what was known halves in this many rounds; `f64::INFINITY` never.
    HalfLife(f64),
    /// The reference is the weighted median of what the others say, not their mean.
    Median,
    /// The reference is their weighted mean without the lowest and the highest grade (from four
    /// on).
    Trimmed,
    /// As the default, but one in this many rounds has a known answer, with which grades are
    /// compared. Such a round counts as much as all since the last one.
    KnownAnswers(usize),
}

impl Learning {
    /// Change the records of `world` by what `round` shows.
    pub fn learn(self, world: &mut World, round: &Round) {
        world.records = match self {
            Learning::Chain(estimator) => by_the_chain(estimator, &world.records, round),
            Learning::HalfLife(rounds) => with_half_life(&world.records, round, rounds),
            Learning::Median | Learning::Trimmed => by_reference(&world.records, round, self, 1.0),
            Learning::KnownAnswers(every) if world.round.is_multiple_of(every) => {
                by_reference(&world.records, round, self, every as f64)
            }
            Learning::KnownAnswers(_) => {
                by_the_chain(Estimator::LeaveOneOut, &world.records, round)
            }
        };
    }
}

fn by_the_chain(estimator: Estimator, before: &[RatingRecord], round: &Round) -> Vec<RatingRecord> {
    update(estimator, before, &Comparisons::of(before, &round.grades))
}

fn with_half_life(before: &[RatingRecord], round: &Round, half_life: f64) -> Vec<RatingRecord> {
    let decay = Fixed::from_float(0.5f64.powf(1.0 / half_life));
    let again = |before: Fixed, after: Fixed| before * decay + (after - before * DECAY);
    by_the_chain(Estimator::LeaveOneOut, before, round)
        .iter()
        .zip(before)
        .map(|(after, before)| match after == before {
            true => *after,
            false => RatingRecord {
                squared_deviations: again(before.squared_deviations, after.squared_deviations),
                deviations: again(before.deviations, after.deviations),
                grades: again(before.grades, after.grades),
                rounds: after.rounds,
            },
        })
        .collect()
}

/// What one grader said of an answer: weight, and grade less its bias.
type Said = (usize, f64, f64);

fn by_reference(
    before: &[RatingRecord],
    round: &Round,
    learning: Learning,
    count: f64,
) -> Vec<RatingRecord> {
    let weights = weights(Aggregation::Precision, before, &round.grades);
    let mut said: Vec<Vec<Said>> = vec![Vec::new(); before.len()];
    for (grader, given) in round.grades.given.iter().enumerate() {
        let (weight, bias) = weights.of(grader);
        for (answer, grade) in given {
            let unbiased = f64::from(grade.basis_points()) / 10_000.0 - bias.to_float();
            said[*answer].push((grader, weight.to_float(), unbiased));
        }
    }
    let mut records = before.to_vec();
    for (grader, given) in
        round.grades.given.iter().enumerate().filter(|(_, given)| !given.is_empty())
    {
        let bias = weights.biases[grader].to_float();
        let (mut squares, mut deviations) = (0.0, 0.0);
        for (answer, grade) in given {
            let grade = f64::from(grade.basis_points()) / 10_000.0;
            let (reference, variance) = match learning {
                Learning::KnownAnswers(_) => (round.qualities[*answer], 0.0),
                _ => {
                    reference(learning, said[*answer].iter().filter(|(other, ..)| *other != grader))
                }
            };
            squares += (grade - bias - reference).powi(2) - variance;
            deviations += grade - reference;
        }
        let added = |old: Fixed, new: f64| old * DECAY + Fixed::from_float(new * count);
        let record = &mut records[grader];
        record.squared_deviations = added(record.squared_deviations, squares);
        record.deviations = added(record.deviations, deviations);
        record.grades = added(record.grades, given.len() as f64);
        record.rounds += 1;
    }
    records
}

const PRIOR_WEIGHT: f64 = 1.0 / 0.26;

/// What the others and the prior say, and the variance of it.
fn reference<'a>(learning: Learning, others: impl Iterator<Item = &'a Said>) -> (f64, f64) {
    let mut others: Vec<(f64, f64)> = others.map(|(_, weight, said)| (*said, *weight)).collect();
    others.sort_by(|a, b| a.0.total_cmp(&b.0));
    if learning == Learning::Trimmed && others.len() >= 4 {
        others.remove(0);
        others.pop();
    }
    let total = PRIOR_WEIGHT + others.iter().map(|(_, weight)| weight).sum::<f64>();
    if learning == Learning::Trimmed {
        let sum =
            PRIOR_WEIGHT * 0.5 + others.iter().map(|(said, weight)| said * weight).sum::<f64>();
        return (sum / total, 1.0 / total);
    }
    others.push((0.5, PRIOR_WEIGHT));
    others.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut below = 0.0;
    let mut median = 0.5;
    for (said, weight) in &others {
        below += weight;
        if below >= total / 2.0 {
            median = *said;
            break;
        }
    }
    // A median of Gaussian numbers is less certain than their mean by π/2.
    (median, std::f64::consts::FRAC_PI_2 / total)
}
