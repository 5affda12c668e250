//! The end of a round with an answer: everybody is paid, and the chain learns from the grades.
//! Whoever gave the best answer wins, if it is good enough for the client; if not, nobody does.

use super::{judge::Best, pay::part_of};
use crate::{
    types::{Ending, RoundRecord, RoundResult},
    Config, Event, Pallet,
};
use frame_support::defensive;
use waggle_primitives::{rewards::Payments, CancelReason, RoundId};

impl<T: Config> Pallet<T> {
    /// End a round in which somebody opened an answer: pay everybody, learn from the grades, leave
    /// the result. The caller has removed the agenda entry. Returns how many answers auditors got.
    pub(crate) fn settle(round: RoundId, record: RoundRecord<T::AccountId>, now: u32) -> u32 {
        let gathered = Self::gather(round, &record);
        let Some(verdict) = Self::judge(record.domain, &gathered) else {
            defensive!("a round with an open answer has a best one");
            Self::cancel(round, record, CancelReason::NoGrades, now);
            return 0;
        };
        let best = verdict.best.index;
        let winner = record.terms.accept(verdict.best.score).then_some(best);
        let payments = Self::pay(round, &record, &gathered, &verdict);
        let teaches = Self::teaches(&record);
        let domain = record.domain;
        let rated =
            if teaches { Self::learn(domain, &gathered, &verdict) } else { Default::default() };
        if teaches {
            Self::note_service(domain, &gathered);
        }
        Self::remember(round, domain, &gathered.members, &payments, winner, &rated);
        Self::keep_min_score(round, record.terms.min_score);
        // Else whoever asks could choose for next to nothing what speaks against members.
        let is_fair = Self::is_fair(&record);
        let sampled = if is_fair { Self::sample(round, &record, &gathered) } else { 0 };

        let winning_answer = winner.and_then(|index| {
            Self::opened_answer(round, index, gathered.members.get(index as usize)?)
        });
        let members = Self::member_results(&gathered.members, &payments, |index| {
            let judgement = verdict.judgement_at(gathered.places.place_of(index));
            if teaches {
                judgement
            } else {
                judgement.without_lesson()
            }
        });
        let ending = match winner {
            Some(winner) => Ending::Settled { winner },
            None => Ending::NobodyWon { best },
        };
        let result = RoundResult {
            members,
            grades: gathered.grade_entries(),
            winning_answer,
            treasury: payments.treasury,
            ..RoundResult::new(record, ending, now)
        };
        Self::close(round, domain, &gathered.members, result, now);
        Self::tell(round, verdict.best, winner.is_some(), &payments);
        sampled
    }

    /// Say who won, or that nobody did.
    fn tell(
        round: RoundId,
        best: Best<T::AccountId>,
        is_won: bool,
        Payments { paid, returned, treasury, .. }: &Payments<u128>,
    ) {
        let Best { index, owner, score } = best;
        let (returned, treasury) = (*returned, *treasury);
        Self::deposit_event(if is_won {
            let paid = part_of(paid, index);
            Event::Settled { round, index, winner: owner, score, paid, returned, treasury }
        } else {
            Event::NobodyWon { round, best: index, score, returned, treasury }
        });
    }
}
