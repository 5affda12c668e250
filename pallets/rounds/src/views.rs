//! Rounds as clients see them.

use crate::{
    places::Places,
    types::{Ending, GradesStatus, RoundRecord, RoundResult},
    AskedIn, Config, MinScores, NextRound, OpenedGrades, Pallet, Prompts, Results, Rounds,
};
use alloc::vec::Vec;
use frame_support::traits::Get;
use waggle_primitives::{
    rule::Judgement,
    traits::{Domains, Ratings, Ticketing},
    view::{AgentInRound, GradeEntry, ProtocolConstants, RoundState, RoundView},
    RoundId, MAX_ANSWER_BYTES, MAX_PROMPT_BYTES, MAX_SWARM, MIN_SWARM,
};

/// Most rounds that [`Pallet::recent_rounds`] returns.
const MAX_RECENT: u32 = 100;

/// Most ids that [`Pallet::recent_rounds`] looks at: rounds of long ago are pruned, those of late
/// are not.
const MAX_LOOKUPS: u64 = 400;

impl<T: Config> Pallet<T> {
    /// A round, running or finished. `None` if there is none or its result has been pruned.
    pub fn round(id: RoundId) -> Option<RoundView<T::AccountId, u128>> {
        Self::view(id, true)
    }

    /// The newest rounds, newest first, without prompts and answers: at most `limit`, and at most
    /// 100.
    pub fn recent_rounds(limit: u32) -> Vec<RoundView<T::AccountId, u128>> {
        let next = NextRound::<T>::get();
        (next.saturating_sub(MAX_LOOKUPS)..next)
            .rev()
            .filter_map(|id| Self::view(id, false))
            .take(limit.min(MAX_RECENT) as usize)
            .collect()
    }

    /// The chain's rules.
    pub fn protocol_constants() -> ProtocolConstants<u128> {
        ProtocolConstants {
            slot_ms: T::SlotDuration::get(),
            max_prompt_bytes: MAX_PROMPT_BYTES,
            max_answer_bytes: MAX_ANSWER_BYTES,
            minimum_reward: T::Ticketing::minimum_reward(),
            answering_blocks: (T::MinAnsweringBlocks::get(), T::MaxAnsweringBlocks::get()),
            swarm: (MIN_SWARM, MAX_SWARM),
            rule: T::Ratings::rule(),
            payments: T::PaymentRules::get(),
            asking: T::AskingPrices::get(),
            learning: T::LearningRules::get(),
            draw_blocks: T::DrawBlocks::get(),
            minimum_ticket: T::Ticketing::minimum_ticket(),
            phase_blocks: (
                T::OpeningAnswersBlocks::get(),
                T::GradingBlocks::get(),
                T::OpeningGradesBlocks::get(),
            ),
            result_retention: T::ResultRetention::get(),
            open_rounds: T::MaxOpenRounds::get(),
            open_rounds_per_client: T::MaxOpenRoundsPerClient::get(),
            epoch_blocks: T::Domains::epoch_blocks(),
        }
    }

    fn view(id: RoundId, with_texts: bool) -> Option<RoundView<T::AccountId, u128>> {
        match Rounds::<T>::get(id) {
            Some(record) => Some(Self::view_running(id, record, with_texts)),
            None => Results::<T>::get(id).map(|result| Self::view_result(id, result, with_texts)),
        }
    }

    fn view_running(
        id: RoundId,
        record: RoundRecord<T::AccountId>,
        with_texts: bool,
    ) -> RoundView<T::AccountId, u128> {
        let members = Self::members_of(id, &record);
        let places = Places::of(&record);
        let assignment = places.assignment(record.seed);
        let agents = (0..record.committed)
            .zip(&members)
            .map(|(index, member)| AgentInRound {
                owner: member.owner.clone(),
                key: member.key,
                answer: with_texts
                    .then(|| Self::opened_answer(id, index, member))
                    .flatten()
                    .map(|answer| answer.into_inner()),
                opened_answer: member.answer_key.is_some(),
                opened_grades: member.grades == GradesStatus::Opened,
                assigned: assignment.given_to(index).unwrap_or_default(),
                judgement: Judgement::Unjudged,
                paid: 0,
                forfeited: 0,
            })
            .collect();
        let grades = (0..record.committed)
            .filter_map(|grader| OpenedGrades::<T>::get(id, grader).map(|grades| (grader, grades)))
            .flat_map(|(grader, grades)| {
                let authors = assignment.given_to(grader).unwrap_or_default();
                authors.into_iter().zip(grades).map(move |(author, grade)| GradeEntry {
                    grader,
                    author,
                    grade,
                })
            })
            .collect();
        RoundView {
            id,
            prompt: with_texts
                .then(|| Prompts::<T>::get(id))
                .flatten()
                .unwrap_or_default()
                .into_inner(),
            client: record.client,
            domain: record.domain,
            terms: record.terms,
            ticket: record.ticket,
            state: RoundState::Running { phase: record.phase, deadline: record.deadline },
            blocks: record.blocks,
            seed: record.seed,
            agents,
            grades,
            seats: Some(record.seats),
            winning_answer: None,
            returned: 0,
            treasury: 0,
        }
    }

    fn view_result(
        id: RoundId,
        result: RoundResult<T::AccountId>,
        with_texts: bool,
    ) -> RoundView<T::AccountId, u128> {
        let places = Places::of_result(&result);
        let assignment = places.assignment(result.seed);
        let returned = result.returned();
        let agents = (0..MAX_SWARM)
            .zip(result.members)
            .map(|(index, member)| AgentInRound {
                owner: member.owner,
                key: member.key,
                answer: None,
                opened_answer: member.opened_answer,
                opened_grades: member.opened_grades,
                assigned: assignment.given_to(index).unwrap_or_default(),
                judgement: member.judgement,
                paid: member.paid,
                forfeited: member.forfeited,
            })
            .collect();
        RoundView {
            id,
            client: result.client,
            domain: AskedIn::<T>::get(id),
            prompt: Vec::new(),
            terms: result.terms.with(MinScores::<T>::get(id)),
            ticket: result.ticket,
            state: match result.ending {
                Ending::Settled { winner } => RoundState::Settled { winner },
                Ending::Cancelled { reason } => RoundState::Cancelled { reason },
                Ending::NobodyWon { best } => RoundState::NobodyWon { best },
            },
            blocks: result.blocks,
            seed: result.seed,
            agents,
            grades: result.grades.into_inner(),
            seats: None,
            winning_answer: result
                .winning_answer
                .filter(|_| with_texts)
                .map(|answer| answer.into_inner()),
            returned,
            treasury: result.treasury,
        }
    }
}
