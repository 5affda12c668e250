//! What an agent's rounds brought it: counters since it registered, and its last ratings.

use crate::{Config, Pallet, Pasts};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use waggle_primitives::{
    traits::{Ratings, RoundOutcome},
    view::{AgentPast, RatingPoint},
    MAX_RATING_POINTS,
};

/// An agent's past. `Default` is that of an agent whose first round is not over.
#[derive(
    Clone,
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
pub struct Past {
    /// Rounds entered that are over.
    pub rounds: u32,
    /// Rounds won.
    pub won: u32,
    /// What it was paid beyond its tickets, in the chain's smallest unit.
    pub paid: u128,
    /// What it lost of its tickets, in the chain's smallest unit.
    pub forfeited: u128,
    /// Its rating after the last rated rounds, each in its round's domain, oldest first.
    pub ratings: BoundedVec<RatingPoint, ConstU32<MAX_RATING_POINTS>>,
}

impl Past {
    /// This past and one more round, after which the agent is rated `rating` in its domain if the
    /// round was a rated one.
    fn and(
        mut self,
        outcome: RoundOutcome,
        rating: impl FnOnce() -> waggle_primitives::Fixed,
    ) -> Self {
        self.rounds = self.rounds.saturating_add(1);
        self.won = self.won.saturating_add(outcome.won.into());
        self.paid = self.paid.saturating_add(outcome.paid);
        self.forfeited = self.forfeited.saturating_add(outcome.forfeited);
        if outcome.rated {
            // At the end, in place of the oldest one if there is no room.
            let newest = RatingPoint { round: outcome.round, rating: rating() };
            let _ = self.ratings.force_insert_keep_right(self.ratings.len(), newest);
        }
        self
    }
}

impl From<Past> for AgentPast<u128> {
    fn from(past: Past) -> Self {
        Self {
            rounds: past.rounds,
            won: past.won,
            paid: past.paid,
            forfeited: past.forfeited,
            ratings: past.ratings.into_inner(),
        }
    }
}

impl<T: Config> Pallet<T> {
    /// See [`Ratings::round_ended`].
    pub(crate) fn remember(owner: &T::AccountId, outcome: RoundOutcome) {
        Pasts::<T>::mutate(owner, |past| {
            *past = core::mem::take(past)
                .and(outcome, || <Self as Ratings<_>>::get(outcome.domain, owner).rating())
        });
    }
}
