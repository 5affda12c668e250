//! Who gets what of the reward and of forfeited tickets.

use super::{gather::Gathered, judge::Verdict};
use crate::{types::RoundRecord, Config, Pallet};
use alloc::vec::Vec;
use frame_support::traits::Get;
use waggle_primitives::{
    rewards::{self, Outcome, Payments},
    traits::Ticketing,
    AgentIndex, RoundId,
};

impl<T: Config> Pallet<T> {
    /// Pay everybody. Returns what each got, by index.
    pub(super) fn pay(
        round: RoundId,
        record: &RoundRecord<T::AccountId>,
        gathered: &Gathered<T::AccountId>,
        verdict: &Verdict<T::AccountId>,
    ) -> Payments<u128> {
        let payments = Self::payments(record, gathered, verdict);
        let owners: Vec<T::AccountId> =
            gathered.members.iter().map(|member| member.owner.clone()).collect();
        T::Ticketing::settle(round, &record.client, &owners, &payments);
        payments
    }

    /// Who gets what, by index.
    pub(crate) fn payments(
        record: &RoundRecord<T::AccountId>,
        gathered: &Gathered<T::AccountId>,
        verdict: &Verdict<T::AccountId>,
    ) -> Payments<u128> {
        let opened: Vec<usize> = gathered.places.indices().map(|index| index as usize).collect();
        let has_to_grade = gathered.places.grades_each() > 0;
        let kept_word: Vec<bool> =
            gathered.grades.given.iter().map(|given| !has_to_grade || !given.is_empty()).collect();
        rewards::settle(
            &T::PaymentRules::get(),
            &Outcome {
                reward: record.terms.reward,
                ticket: record.ticket,
                committed: record.committed as usize,
                opened: &opened,
                kept_word: &kept_word,
                scores: &verdict.said.scores,
                candidates: &gathered.candidates,
                winner: verdict.said.winner,
                is_won: record.terms.accept(verdict.best.score),
                skill: &verdict.said.skill,
            },
        )
    }
}

/// What a member has of these amounts, which are by index.
pub(super) fn part_of(amounts: &[u128], index: AgentIndex) -> u128 {
    amounts.get(index as usize).copied().unwrap_or_default()
}
