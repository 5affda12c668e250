//! What stays of a round: everything that is stored for it gives way to its result.

use super::pay::part_of;
use crate::{
    types::{GradesStatus, Member, MemberResult, RoundResult},
    AskedIn, Config, Expiries, MemberByKey, MemberByOwner, Members, MinScores, OpenedGrades,
    Pallet, Prompts, Results, Rounds, SealedAnswers, SealedGrades,
};
use frame_support::{
    traits::{ConstU32, Get},
    BoundedVec,
};
use waggle_primitives::{
    domain::GENERAL, rewards::Payments, rule::Judgement, traits::AgentRegistry, AgentIndex,
    DomainId, Grade, RoundId, MAX_SWARM,
};

impl<T: Config> Pallet<T> {
    /// Replace everything that is stored for a round of this domain, which ends in block `now`, by
    /// its result.
    pub(super) fn close(
        round: RoundId,
        domain: DomainId,
        members: &[Member<T::AccountId>],
        result: RoundResult<T::AccountId>,
        now: u32,
    ) {
        for (index, member) in (0..).zip(members) {
            Members::<T>::remove(round, index);
            MemberByKey::<T>::remove(round, member.key);
            MemberByOwner::<T>::remove(round, &member.owner);
            SealedAnswers::<T>::remove(round, index);
            SealedGrades::<T>::remove(round, index);
            OpenedGrades::<T>::remove(round, index);
            T::AgentRegistry::left_round(&member.owner);
        }
        Self::keep_candidates(round, &result);
        if domain != GENERAL {
            AskedIn::<T>::insert(round, domain);
        }
        Prompts::<T>::remove(round);
        Rounds::<T>::remove(round);
        Self::uncount_round_of(&result.client);
        Results::<T>::insert(round, result);
        Expiries::<T>::insert(now.saturating_add(T::ResultRetention::get()), round, ());
    }

    /// Keep what the client of a round that ends asked an answer to score, if it did.
    pub(super) fn keep_min_score(round: RoundId, min_score: Grade) {
        if min_score != Grade::MIN {
            MinScores::<T>::insert(round, min_score);
        }
    }

    /// The members as they are kept, with what `judgement_of` says of each index.
    pub(super) fn member_results(
        members: &[Member<T::AccountId>],
        payments: &Payments<u128>,
        judgement_of: impl Fn(AgentIndex) -> Judgement,
    ) -> BoundedVec<MemberResult<T::AccountId>, ConstU32<MAX_SWARM>> {
        let results = (0..)
            .zip(members)
            .map(|(index, member)| MemberResult {
                owner: member.owner.clone(),
                key: member.key,
                opened_answer: member.answer_key.is_some(),
                opened_grades: member.grades == GradesStatus::Opened,
                judgement: judgement_of(index),
                paid: part_of(&payments.paid, index),
                forfeited: part_of(&payments.forfeited, index),
            })
            .collect();
        BoundedVec::truncate_from(results)
    }
}
