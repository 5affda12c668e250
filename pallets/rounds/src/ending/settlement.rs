//! The end with a winner: everybody is paid, and the chain learns from the grades.

use super::pay::part_of;
use crate::{
    types::{Ending, RoundRecord, RoundResult},
    Config, Event, Pallet,
};
use frame_support::defensive;
use waggle_primitives::{CancelReason, RoundId};

impl<T: Config> Pallet<T> {
    /// End a round with a winner: pay everybody, learn from the grades, leave the result. The
    /// caller has removed the agenda entry and made sure that somebody opened an
    /// answer.
    pub(crate) fn settle(round: RoundId, record: RoundRecord<T::AccountId>, now: u32) {
        let gathered = Self::gather(round, &record);
        let Some(verdict) = Self::judge(record.domain, &gathered) else {
            defensive!("a round with an open answer has a winner");
            return Self::cancel(round, record, CancelReason::NoGrades, now);
        };
        let winner = verdict.winner.index;
        let payments = Self::pay(round, &record, &gathered, &verdict);
        let teaches = Self::teaches(&record);
        let domain = record.domain;
        let rated =
            if teaches { Self::learn(domain, &gathered, &verdict) } else { Default::default() };
        Self::remember(round, domain, &gathered.members, &payments, Some(winner), &rated);

        let winning_answer = gathered
            .members
            .get(winner as usize)
            .and_then(|member| Self::opened_answer(round, winner, member));
        let members = Self::member_results(&gathered.members, &payments, |index| {
            let judgement = verdict.judgement_at(gathered.places.place_of(index));
            if teaches {
                judgement
            } else {
                judgement.without_lesson()
            }
        });
        let result = RoundResult {
            members,
            grades: gathered.grade_entries(),
            winning_answer,
            treasury: payments.treasury,
            ..RoundResult::new(record, Ending::Settled { winner }, now)
        };
        Self::close(round, domain, &gathered.members, result, now);
        Self::deposit_event(Event::Settled {
            round,
            index: winner,
            winner: verdict.winner.owner,
            score: verdict.winner.score,
            paid: part_of(&payments.paid, winner),
            returned: payments.returned,
            treasury: payments.treasury,
        });
    }
}
