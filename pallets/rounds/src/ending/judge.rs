//! What the grades of a round say: scores, the winner, how well the graders graded.

use super::gather::Gathered;
use crate::{types::Judgement, Config, Pallet};
use alloc::vec::Vec;
use frame_support::traits::Get;
use waggle_primitives::{
    consensus::Comparisons,
    rating,
    record::RatingRecord,
    rewards, score,
    weighting::{self, GraderWeights},
    AgentIndex, Fixed,
};

/// What the grades of a round say.
pub(crate) struct Verdict<AccountId> {
    /// Who wins.
    pub(crate) winner: Winner<AccountId>,
    /// Scores of the answers, by place.
    pub(crate) scores: Vec<Fixed>,
    /// What each grader's word counted, by place.
    weights: GraderWeights,
    /// How much of the differences between the answers each grader saw, by place.
    pub(crate) skill: Vec<Fixed>,
    /// What is learnt of each grader, by place.
    pub(crate) ratings: Vec<Learnt>,
}

/// The winner of a round.
pub(crate) struct Winner<AccountId> {
    /// Its place.
    pub(crate) place: usize,
    /// Its index.
    pub(crate) index: AgentIndex,
    /// Its owner.
    pub(crate) owner: AccountId,
    /// The score of its answer.
    pub(crate) score: Fixed,
}

/// A grader's rating record, before the round and after it.
pub(crate) struct Learnt {
    /// Before.
    pub(crate) before: RatingRecord,
    /// After.
    pub(crate) after: RatingRecord,
}

impl<T: Config> Pallet<T> {
    /// Scores, winner, skill and ratings. `None` if nobody opened an answer.
    pub(crate) fn judge(gathered: &Gathered<T::AccountId>) -> Option<Verdict<T::AccountId>> {
        let Gathered { members, places, seed, grades, before, .. } = gathered;
        let aggregation = T::Aggregation::get();
        let weights = weighting::weights(aggregation, before, grades);
        let scores = score::scores(aggregation, &weights, grades);
        let place = score::winner(&scores, seed)?;
        let index = places.index_at(place)?;
        let winner = Winner {
            place,
            index,
            owner: members.get(index as usize)?.owner.clone(),
            score: *scores.get(place)?,
        };
        let comparisons = Comparisons::of(before, grades);
        let after = rating::update(T::Estimator::get(), before, &comparisons);
        let ratings = before
            .iter()
            .zip(after)
            .map(|(before, after)| Learnt { before: *before, after })
            .collect();
        let skill = rewards::skill(&comparisons);
        Some(Verdict { winner, scores, weights, ratings, skill })
    }
}

impl<AccountId> Verdict<AccountId> {
    /// What is kept of the member at this place.
    pub(super) fn judgement_at(&self, place: usize) -> Option<Judgement> {
        let learnt = self.ratings.get(place)?;
        Some(Judgement {
            score: *self.scores.get(place)?,
            weight: *self.weights.weights.get(place)?,
            bias: *self.weights.biases.get(place)?,
            rating_before: learnt.before.rating(),
            rating_after: learnt.after.rating(),
        })
    }
}
