//! The state machine: how rounds begin, where they stand, how they move on.
//!
//! A phase ends when its last expected act lands or when its deadline has passed; both ways lead
//! through [`Pallet::finish_phase`]. Every phase begins with at least one expected act, so a round
//! never moves on twice at once.

use crate::{
    types::{Prompt, RoundRecord},
    weights::WeightInfo,
    Agenda, Config, Error, Event, Members, NextRound, Pallet, Prompts, Rounds,
};
use alloc::vec::Vec;
use frame_support::{ensure, pallet_prelude::*, traits::Get};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::traits::SaturatedConversion;
use waggle_primitives::{
    assignment, rewards,
    traits::{BlockRandomness, Ticketing},
    CancelReason, Hash32, Phase, RoundId, RoundTerms, MAX_ANSWER_BYTES, MAX_SWARM, MIN_SWARM,
};

/// What follows when a phase ends.
enum Next {
    /// Another phase, which lasts so many blocks.
    Phase(Phase, u32),
    /// A winner.
    Settlement,
    /// Refunds.
    Cancellation(CancelReason),
}

impl<T: Config> Pallet<T> {
    /// The block being executed; in the pool and off chain, the block whose state is read.
    pub(crate) fn current_block() -> u32 {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }

    /// Hash of block 0: part of everything that agents sign and seal.
    pub fn genesis_hash() -> Hash32 {
        let H256(hash) =
            frame_system::Pallet::<T>::block_hash(crate::BlockNumberOf::<T>::from(0u32));
        hash
    }

    /// See [`Pallet::submit`].
    pub(crate) fn do_submit(
        client: T::AccountId,
        prompt: Prompt,
        terms: RoundTerms<u128>,
    ) -> DispatchResult {
        ensure!(!prompt.is_empty(), Error::<T>::EmptyPrompt);
        ensure!(
            terms.answering_blocks >= T::MinAnsweringBlocks::get()
                && terms.answering_blocks <= T::MaxAnsweringBlocks::get(),
            Error::<T>::AnsweringTimeOutOfBounds
        );
        ensure!(
            MIN_SWARM <= terms.min_agents
                && terms.min_agents <= terms.max_agents
                && terms.max_agents <= MAX_SWARM,
            Error::<T>::SwarmOutOfBounds
        );
        ensure!(terms.reward >= T::Ticketing::minimum_reward(), Error::<T>::RewardTooSmall);
        ensure!(Rounds::<T>::count() < T::MaxOpenRounds::get(), Error::<T>::TooManyOpenRounds);
        Self::count_round_of(&client)?;

        let round = NextRound::<T>::get();
        T::Ticketing::hold_reward(round, &client, terms.reward)?;
        NextRound::<T>::put(round.saturating_add(1));

        let now = Self::current_block();
        let deadline = now.saturating_add(terms.answering_blocks);
        let cheapest = T::Ticketing::minimum_ticket();
        let ticket = rewards::ticket_price(
            &T::PaymentRules::get(),
            cheapest,
            terms.reward,
            terms.min_agents,
        );
        let prompt_hash = blake2_256(&prompt);
        let reward = terms.reward;
        let record = RoundRecord {
            client: client.clone(),
            terms,
            ticket,
            phase: Phase::Answering,
            deadline,
            blocks: waggle_primitives::view::RoundBlocks { submitted: now, ..Default::default() },
            prompt_hash,
            committed: 0,
            opened: Default::default(),
            grades_committed: 0,
            grades_opened: 0,
            well_formed: 0,
            seed: None,
        };
        Prompts::<T>::insert(round, prompt);
        Agenda::<T>::insert(deadline.saturating_add(1), round, ());
        Rounds::<T>::insert(round, record);
        Self::deposit_event(Event::Submitted {
            round,
            client,
            reward,
            ticket,
            prompt_hash,
            deadline,
        });
        Ok(())
    }

    /// The phase whose acts `block` accepts, and its deadline, whether or not the record has been
    /// moved on yet. `None` if the round ends there.
    pub fn phase_at(record: &RoundRecord<T::AccountId>, block: u32) -> Option<(Phase, u32)> {
        if block <= record.deadline {
            return Some((record.phase, record.deadline));
        }
        match Self::next(record) {
            Next::Phase(phase, blocks) => Some((phase, block.saturating_add(blocks))),
            Next::Settlement | Next::Cancellation(_) => None,
        }
    }

    /// Whether all acts that the phase expects have landed.
    pub(crate) fn is_complete(record: &RoundRecord<T::AccountId>) -> bool {
        let opened = record.opened.len() as u32;
        match record.phase {
            Phase::Answering => record.committed >= record.terms.max_agents,
            Phase::OpeningAnswers => opened >= record.committed,
            Phase::Grading => record.grades_committed >= opened,
            Phase::OpeningGrades => record.grades_opened >= record.grades_committed,
        }
    }

    /// What follows if the phase ended as the record stands.
    fn next(record: &RoundRecord<T::AccountId>) -> Next {
        match record.phase {
            Phase::Answering if record.committed < record.terms.min_agents => {
                Next::Cancellation(CancelReason::TooFewCommitted)
            }
            Phase::Answering => Next::Phase(Phase::OpeningAnswers, T::OpeningAnswersBlocks::get()),
            Phase::OpeningAnswers if (record.opened.len() as u32) < record.terms.min_agents => {
                Next::Cancellation(CancelReason::TooFewOpened)
            }
            Phase::OpeningAnswers => Next::Phase(Phase::Grading, T::GradingBlocks::get()),
            Phase::Grading if record.grades_committed == 0 => {
                Next::Cancellation(CancelReason::NoGrades)
            }
            Phase::Grading => Next::Phase(Phase::OpeningGrades, T::OpeningGradesBlocks::get()),
            Phase::OpeningGrades if record.well_formed == 0 => {
                Next::Cancellation(CancelReason::NoGrades)
            }
            Phase::OpeningGrades => Next::Settlement,
        }
    }

    /// What [`Self::finish_phase`] will cost at most.
    pub(crate) fn cost_of_finishing(record: &RoundRecord<T::AccountId>) -> Weight {
        match Self::next(record) {
            Next::Phase(Phase::Grading, _) => T::WeightInfo::change_phase(record.committed),
            Next::Phase(..) => T::WeightInfo::change_phase(0),
            Next::Settlement => T::WeightInfo::settlement(record.committed, MAX_ANSWER_BYTES),
            Next::Cancellation(_) => T::WeightInfo::cancel_round(record.committed),
        }
    }

    /// End the phase of `record` in block `now` and write what follows. `record` is the caller's
    /// copy, newer than or equal to the one in storage; its agenda entry is removed here.
    /// Returns what was spent.
    pub(crate) fn finish_phase(
        round: RoundId,
        mut record: RoundRecord<T::AccountId>,
        now: u32,
    ) -> Weight {
        let spent = Self::cost_of_finishing(&record);
        Agenda::<T>::remove(record.deadline.saturating_add(1), round);
        match record.phase {
            Phase::Answering => record.blocks.answering_ended = Some(now),
            Phase::OpeningAnswers => record.blocks.opening_answers_ended = Some(now),
            Phase::Grading => record.blocks.grading_ended = Some(now),
            Phase::OpeningGrades => {}
        }
        match Self::next(&record) {
            Next::Phase(phase, blocks) => {
                if phase == Phase::Grading {
                    record.seed = Some(Self::draw_seed(round, &record));
                }
                record.phase = phase;
                record.deadline = now.saturating_add(blocks);
                let deadline = record.deadline;
                Agenda::<T>::insert(deadline.saturating_add(1), round, ());
                Rounds::<T>::insert(round, record);
                Self::deposit_event(Event::PhaseChanged { round, phase, deadline });
            }
            Next::Settlement => Self::settle(round, record, now),
            Next::Cancellation(reason) => Self::cancel(round, record, reason, now),
        }
        spent
    }

    /// The seed of the assignment, from this block's randomness and the opened keys in the order of
    /// places.
    fn draw_seed(round: RoundId, record: &RoundRecord<T::AccountId>) -> Hash32 {
        let keys: Vec<Hash32> = record
            .opened
            .iter()
            .filter_map(|index| {
                Members::<T>::get(round, index).and_then(|member| member.answer_key)
            })
            .collect();
        let randomness = T::BlockRandomness::draw().unwrap_or_else(|| {
            log::warn!(target: crate::LOG_TARGET, "no randomness in this block: the parent hash seeds round {round}");
            frame_system::Pallet::<T>::parent_hash().0
        });
        assignment::seed(round, &randomness, &keys)
    }

    /// See [`Pallet::poke`]. Returns what the end of the phase cost.
    pub(crate) fn do_poke(round: RoundId) -> Result<Weight, DispatchError> {
        let record = Rounds::<T>::get(round).ok_or(Error::<T>::NoSuchRound)?;
        let now = Self::current_block();
        ensure!(now > record.deadline, Error::<T>::NotDue);
        Ok(Self::finish_phase(round, record, now))
    }

    /// Constants that would stop rounds or the hooks.
    pub(crate) fn check_constants() {
        assert!(T::MinAnsweringBlocks::get() >= 1, "answers need at least one block");
        assert!(
            T::MinAnsweringBlocks::get() <= T::MaxAnsweringBlocks::get(),
            "no answering time is allowed"
        );
        assert!(T::OpeningAnswersBlocks::get() >= 1, "openings need at least one block");
        assert!(T::GradingBlocks::get() >= 1, "grading needs at least one block");
        assert!(T::OpeningGradesBlocks::get() >= 1, "openings of grades need at least one block");
        assert!(T::ResultRetention::get() >= 1, "results must be readable");
        assert!(T::MaxOpenRounds::get() >= 1, "no round could be opened");
        assert!(T::MaxOpenRoundsPerClient::get() >= 1, "no client could open a round");
        let ending = T::WeightInfo::agenda()
            .saturating_add(T::WeightInfo::agenda_step())
            .saturating_add(T::WeightInfo::end_round(MAX_SWARM, MAX_ANSWER_BYTES));
        let limits = T::BlockWeights::get();
        assert!(
            ending.all_lte(limits.max_block),
            "a large round would never be settled by the hook"
        );
        let extrinsic = T::WeightInfo::authorize_act(0)
            .saturating_add(T::WeightInfo::open_grades())
            .saturating_add(T::WeightInfo::end_round(MAX_SWARM, MAX_ANSWER_BYTES));
        if let Some(largest) = limits.get(DispatchClass::Normal).max_extrinsic {
            assert!(
                extrinsic.all_lte(largest),
                "the last opening of a large round would never be included"
            );
        }
    }
}
