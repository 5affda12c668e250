//! Scores of the answers and the winner (paper eq. 3).
//!
//! Every product is cut to 18 digits on its own before it is added (only means are rounded, once),
//! so sums are exact and a round's outcome does not depend on the order in which its agents are
//! listed.

use crate::{
    assignment::Draws,
    consensus::{Pool, UNIFORM_PRIOR_WEIGHT},
    grades::GradeMatrix,
    types::{Fixed, Hash32},
    weighting::{Aggregation, GraderWeights},
};
use alloc::vec::Vec;
use codec::Encode;
use sp_crypto_hashing::blake2_256;

/// The score of each answer, by place.
///
/// `Precision`: `(Σ w·g' + w₀·g₀) / (Σ w + w₀)` with `g' = g − b`; an answer without grades scores
/// `g₀`. `Sharpened`: the same with a weight of 12 for g₀. `WeightedSum`: `Σ w·g`.
pub fn scores(
    aggregation: Aggregation,
    weights: &GraderWeights,
    grades: &GradeMatrix,
) -> Vec<Fixed> {
    let pools = Pool::of_answers(weights, grades);
    pools
        .into_iter()
        .map(|pool| match aggregation {
            Aggregation::WeightedSum => pool.weighted_sum(),
            Aggregation::Precision => pool.with_prior().mean(),
            Aggregation::Sharpened => pool.with_prior_of(UNIFORM_PRIOR_WEIGHT).mean(),
        })
        .collect()
}

/// The place of the best score; ties are broken by the round's seed, never by place. `None` without
/// scores.
///
/// Among `t` tied places, in ascending order, the winner is number `draw(t)` of
/// [`crate::assignment`], with `blake2_256("waggle/tie" ‖ seed)` as the key.
pub fn winner(scores: &[Fixed], seed: &Hash32) -> Option<usize> {
    let best = scores.iter().max()?;
    let tied: Vec<usize> = scores
        .iter()
        .enumerate()
        .filter_map(|(place, score)| (score == best).then_some(place))
        .collect();
    let tie_seed = (b"waggle/tie", seed).using_encoded(blake2_256);
    tied.get(Draws::new(&tie_seed).below(tied.len())).copied()
}

#[cfg(test)]
mod tests;
