//! What agents keep of a round: what is known of them, and entries in their pasts.

use super::{gather::Gathered, judge::Verdict, pay::part_of};
use crate::{
    types::{GradesStatus, Member},
    Config, Pallet,
};
use alloc::{collections::BTreeSet, vec::Vec};
use waggle_primitives::{
    reward_pool::counted,
    rewards::Payments,
    traits::{Domains, Ratings, RoundOutcome},
    AgentIndex, DomainId, RoundId,
};

impl<T: Config> Pallet<T> {
    /// Write what the round taught of its agents, all of which are members of the domain still.
    /// Returns the indices of those of which it taught something.
    pub(super) fn learn(
        domain: DomainId,
        gathered: &Gathered<T::AccountId>,
        verdict: &Verdict<T::AccountId>,
    ) -> BTreeSet<AgentIndex> {
        let mut rated = BTreeSet::new();
        let known = gathered.before.iter().zip(&verdict.said.after);
        for (index, (before, after)) in gathered.places.indices().zip(known) {
            if before == after {
                continue;
            }
            if let Some(member) = gathered.members.get(index as usize) {
                T::Ratings::set(domain, &member.owner, *after);
                rated.insert(index);
            }
        }
        rated
    }

    /// Tell the domain who served in a round that teaches: all that kept their word, also where
    /// nothing was learnt of them because all said the same.
    pub(super) fn note_service(domain: DomainId, gathered: &Gathered<T::AccountId>) {
        let kept_word = |member: &&Member<T::AccountId>| member.grades == GradesStatus::Opened;
        let members = gathered.members.iter().filter(kept_word);
        let served: Vec<T::AccountId> = members.map(|member| member.owner.clone()).collect();
        if !served.is_empty() {
            T::Domains::served(domain, &counted(&gathered.seed, served));
        }
    }

    /// Write into each member's past what the round brought it.
    pub(super) fn remember(
        round: RoundId,
        domain: DomainId,
        members: &[Member<T::AccountId>],
        payments: &Payments<u128>,
        winner: Option<AgentIndex>,
        rated: &BTreeSet<AgentIndex>,
    ) {
        for (index, member) in (0..).zip(members) {
            let outcome = RoundOutcome {
                round,
                domain,
                won: winner == Some(index),
                paid: part_of(&payments.paid, index),
                forfeited: part_of(&payments.forfeited, index),
                rated: rated.contains(&index),
            };
            T::Ratings::round_ended(&member.owner, outcome);
        }
    }
}
