//! What agents keep of a round: ratings, and entries in their pasts.

use super::{gather::Gathered, judge::Verdict, pay::part_of};
use crate::{types::Member, Config, Pallet};
use alloc::collections::BTreeSet;
use waggle_primitives::{
    rewards::Payments,
    traits::{Ratings, RoundOutcome},
    AgentIndex, RoundId,
};

impl<T: Config> Pallet<T> {
    /// Write the graders' new ratings. Returns the indices of those whose rating changed.
    pub(super) fn learn(
        gathered: &Gathered<T::AccountId>,
        verdict: &Verdict<T::AccountId>,
    ) -> BTreeSet<AgentIndex> {
        let mut rated = BTreeSet::new();
        for (index, learnt) in gathered.places.indices().zip(&verdict.ratings) {
            if learnt.before == learnt.after {
                continue;
            }
            if let Some(member) = gathered.members.get(index as usize) {
                T::Ratings::set(&member.owner, learnt.after);
                rated.insert(index);
            }
        }
        rated
    }

    /// Write into each member's past what the round brought it.
    pub(super) fn remember(
        round: RoundId,
        members: &[Member<T::AccountId>],
        payments: &Payments<u128>,
        winner: Option<AgentIndex>,
        rated: &BTreeSet<AgentIndex>,
    ) {
        for (index, member) in (0..).zip(members) {
            let outcome = RoundOutcome {
                round,
                won: winner == Some(index),
                paid: part_of(&payments.paid, index),
                forfeited: part_of(&payments.forfeited, index),
                rated: rated.contains(&index),
            };
            T::Ratings::round_ended(&member.owner, outcome);
        }
    }
}
