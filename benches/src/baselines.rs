//! Ways of choosing an answer that are not the chain's: what its rules are compared with.
//!
//! Scores here are in floating point. Higher is better; equal scores are broken by the caller's
//! draws.

use crate::{draws::Draws, world::Agent};
use waggle_primitives::grades::GradeMatrix;

/// The place of the best score, any of equal ones.
pub fn best_of(scores: &[f64], draws: &mut Draws) -> usize {
    let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let tied: Vec<usize> = (0..scores.len()).filter(|place| scores[*place] == best).collect();
    tied[draws.below(tied.len())]
}

/// How grades are pooled.
#[derive(Clone, Copy, Debug)]
pub struct Pooling<'a> {
    /// By grader.
    pub weights: &'a [f64],
    /// By grader: taken off its grades.
    pub biases: &'a [f64],
    /// How many units of weight the prior has.
    pub prior_weight: f64,
    /// What the prior says.
    pub prior_grade: f64,
}

impl Pooling<'_> {
    /// `(Σ w·(g − b) + w₀·g₀) / (Σ w + w₀)` of each answer; `g₀` where nothing was said.
    pub fn scores(&self, grades: &GradeMatrix) -> Vec<f64> {
        let mut weight = vec![self.prior_weight; grades.given.len()];
        let mut weighted = vec![self.prior_weight * self.prior_grade; grades.given.len()];
        for (grader, given) in grades.given.iter().enumerate() {
            for (answer, grade) in given {
                let said = f64::from(grade.basis_points()) / 10_000.0 - self.biases[grader];
                weight[*answer] += self.weights[grader];
                weighted[*answer] += self.weights[grader] * said;
            }
        }
        let mean = |(sum, weight): (&f64, &f64)| {
            if *weight > 0.0 {
                sum / weight
            } else {
                self.prior_grade
            }
        };
        weighted.iter().zip(&weight).map(mean).collect()
    }
}

/// Variance of the error that five levels make.
const ROUNDING_VARIANCE: f64 = 0.25 * 0.25 / 12.0;
/// 1/variance of uniform qualities.
const PRIOR_PRECISION: f64 = 12.0;

/// The best that the same grades allow a linear rule: it knows who is honest, each grader's noise
/// and bias, and how qualities are spread.
pub fn oracle_scores(agents: &[Agent], grades: &GradeMatrix) -> Vec<f64> {
    let weight = |agent: &Agent| {
        agent.truth().map_or(0.0, |(noise, _)| 1.0 / (noise * noise + ROUNDING_VARIANCE))
    };
    let weights: Vec<f64> = agents.iter().map(weight).collect();
    let biases: Vec<f64> =
        agents.iter().map(|agent| agent.truth().map_or(0.0, |(_, bias)| bias)).collect();
    Pooling { weights: &weights, biases: &biases, prior_weight: PRIOR_PRECISION, prior_grade: 0.5 }
        .scores(grades)
}

/// One answer of a comparison that a grader preferred to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preference {
    /// Who compared.
    pub grader: usize,
    /// The better answer.
    pub winner: usize,
    /// The other one.
    pub loser: usize,
}

/// The pairs that a grader of `graded` compares, as many as it would give grades: each answer with
/// the next, around. Two answers are compared in both orders.
pub fn pairs(graded: &[usize]) -> Vec<(usize, usize)> {
    (0..graded.len()).map(|i| (graded[i], graded[(i + 1) % graded.len()])).collect()
}

/// Strengths under the Bradley–Terry model, `P(i beats j) = s_i / (s_i + s_j)`, by
/// minorisation–maximisation. Each answer also won and lost half a game against a player of
/// strength 1, so that unbeaten ones stay finite.
pub fn bradley_terry(n: usize, preferences: &[Preference], grader_weights: &[f64]) -> Vec<f64> {
    let mut games = vec![0.0; n * n];
    let mut wins = vec![0.5; n];
    for Preference { grader, winner, loser } in preferences {
        let weight = grader_weights[*grader];
        wins[*winner] += weight;
        games[winner * n + loser] += weight;
        games[loser * n + winner] += weight;
    }
    let mut strengths = vec![1.0; n];
    for _ in 0..200 {
        let next: Vec<f64> = (0..n)
            .map(|i| {
                let row = &games[i * n..(i + 1) * n];
                let played: f64 =
                    row.iter().zip(&strengths).map(|(games, s)| games / (strengths[i] + s)).sum();
                wins[i] / (played + 1.0 / (strengths[i] + 1.0))
            })
            .collect();
        let change = next
            .iter()
            .zip(&strengths)
            .map(|(a, b): (&f64, &f64)| (a / b - 1.0).abs())
            .fold(0.0, f64::max);
        strengths = next;
        if change < 1e-3 {
            break;
        }
    }
    strengths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bradley_terry_finds_the_order() {
        let beats = |winner, loser| Preference { grader: 0, winner, loser };
        let strengths =
            bradley_terry(3, &[beats(2, 1), beats(1, 0), beats(2, 0), beats(2, 1)], &[1.0]);
        assert!(strengths[2] > strengths[1] && strengths[1] > strengths[0], "{strengths:?}");
    }

    #[test]
    fn a_grader_compares_as_often_as_it_would_grade() {
        assert_eq!(pairs(&[4, 7]), [(4, 7), (7, 4)]);
        assert_eq!(pairs(&[1, 2, 3]), [(1, 2), (2, 3), (3, 1)]);
    }
}
