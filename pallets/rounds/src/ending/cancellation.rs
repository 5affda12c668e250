//! The end without a winner: the client gets its reward back, and who kept its word its ticket.

use crate::{
    types::{Ending, GradesStatus, Member, RoundRecord, RoundResult},
    Config, Event, Pallet,
};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::traits::Get;
use waggle_primitives::{
    rewards::Payments, rule::Judgement, traits::Ticketing, CancelReason, RoundId,
};

impl<T: Config> Pallet<T> {
    /// End a round without a winner: the client gets its reward back, members that kept their word
    /// so far their tickets. Those who answered where others did not come are consoled. The caller
    /// has removed the agenda entry.
    pub(crate) fn cancel(
        round: RoundId,
        record: RoundRecord<T::AccountId>,
        reason: CancelReason,
        now: u32,
    ) {
        Self::end_draw(round, &record);
        let members = Self::members_of(round, &record);
        let owners: Vec<T::AccountId> = members.iter().map(|member| member.owner.clone()).collect();
        let kept_word: Vec<bool> = members.iter().map(|member| kept_word(member, reason)).collect();
        T::Ticketing::cancel(round, &record.client, &owners, &kept_word);
        if reason == CancelReason::TooFewCommitted {
            T::Ticketing::console(round, &owners, T::AskingPrices::get().vain_answer);
        }

        let payments = forfeits(&kept_word, record.ticket);
        let treasury = payments.treasury;
        let domain = record.domain;
        Self::keep_min_score(round, record.terms.min_score);
        Self::remember(round, domain, &members, &payments, None, &BTreeSet::new());
        let result = RoundResult {
            members: Self::member_results(&members, &payments, |_| Judgement::Unjudged),
            treasury,
            ..RoundResult::new(record, Ending::Cancelled { reason }, now)
        };
        Self::close(round, domain, &members, result, now);
        Self::deposit_event(Event::Cancelled { round, reason, treasury });
    }
}

/// Whether a member did all that it owed until the round failed.
fn kept_word<AccountId>(member: &Member<AccountId>, reason: CancelReason) -> bool {
    match reason {
        CancelReason::TooFewCommitted | CancelReason::Withdrawn => true,
        CancelReason::TooFewOpened => member.answer_key.is_some(),
        CancelReason::NoGrades => member.grades == GradesStatus::Opened,
    }
}

/// The tickets of those that broke their word are the treasury's. Nobody is paid; the reward is no
/// part of this.
fn forfeits(kept_word: &[bool], ticket: u128) -> Payments<u128> {
    let forfeited: Vec<u128> =
        kept_word.iter().map(|kept| if *kept { 0 } else { ticket }).collect();
    let treasury = forfeited.iter().fold(0u128, |sum, part| sum.saturating_add(*part));
    Payments { paid: Vec::new(), forfeited, returned: 0, treasury }
}
