//! The state machine: where rounds stand and how they move on.
//!
//! A phase ends when its last expected act lands or when its deadline has passed; both ways lead
//! through [`Pallet::finish_phase`]. Every phase begins with at least one expected act, so a round
//! never moves on twice at once. Acts never end a round: that is the hooks' work, so that an act
//! need not bring the weight of a settlement.
//!
//! What a client asks for in numbers binds commits only. Once an answer is open the round goes on
//! with those who opened, or its client could read answers and take its reward back.
//!
//! ## Scenarios
//! 1. *All prompt.* `submit` in block 10 for four agents. Commits in 11 and 12: the fourth ends the
//!    phase in block 12, whose randomness is kept. Openings in 13, where the seed is drawn from it.
//!    Grades are committed in 14 and opened in 15, at the end of which `on_idle` settles the round.
//! 2. *Somebody is absent.* Three of four open their answers. When the deadline has passed, the
//!    next block's `on_poll` moves the round on with three. The absent one forfeits its ticket.
//! 3. *Nobody cares.* One agent commits where four were asked for. After the deadline the round is
//!    cancelled; client and agent get their money back. If seats had been drawn, or too few were
//!    left for guests, it is open to all agents first, for the same time once more.
//! 4. *A busy block.* More rounds are due than fit: the rest are due in the next block. Acts do not
//!    wait for that: they see the round as it should be ([`Pallet::phase_at`]) and move it on.
//! 5. *An examination.* The client sealed the right answer. When the round has settled, the seal is
//!    opened (`ExaminedRounds`), and what is known of the agents learns from it.

use crate::{
    types::RoundRecord, weights::WeightInfo, Agenda, Config, Error, Event, Pallet, Rounds,
};
use frame_support::{ensure, pallet_prelude::*, traits::Get};
use sp_runtime::traits::SaturatedConversion;
use waggle_primitives::{
    audit::sample::MAX_SAMPLE_ANSWERS, lots::Seats, traits::SampledRounds, CancelReason, Phase,
    RoundId, MAX_ANSWER_BYTES,
};

/// What follows when a phase ends.
enum Next {
    /// Another phase, and for how many blocks it lasts.
    Phase(Phase, u32),
    /// Answering again, with seats for all agents.
    Widening(Seats),
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

    /// The phase whose acts `block` accepts, and its deadline, whether or not the record has been
    /// moved on yet. `None` if the round ends there.
    pub fn phase_at(record: &RoundRecord<T::AccountId>, block: u32) -> Option<(Phase, u32)> {
        if block <= record.deadline {
            return Some((record.phase, record.deadline));
        }
        match Self::next(record) {
            Next::Phase(phase, blocks) => Some((phase, block.saturating_add(blocks))),
            Next::Widening(_) => {
                Some((record.phase, block.saturating_add(record.terms.answering_blocks)))
            }
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
                Self::widened(&record.seats, &record.terms)
                    .map_or(Next::Cancellation(CancelReason::TooFewCommitted), Next::Widening)
            }
            Phase::Answering => Next::Phase(Phase::OpeningAnswers, T::OpeningAnswersBlocks::get()),
            Phase::OpeningAnswers => match record.opened.len() {
                0 => Next::Cancellation(CancelReason::TooFewOpened),
                // Nobody can grade it.
                1 => Next::Settlement,
                _ => Next::Phase(Phase::Grading, T::GradingBlocks::get()),
            },
            Phase::Grading if record.grades_committed == 0 => Next::Settlement,
            Phase::Grading => Next::Phase(Phase::OpeningGrades, T::OpeningGradesBlocks::get()),
            Phase::OpeningGrades => Next::Settlement,
        }
    }

    /// What [`Self::finish_phase`] will cost at most: where the domain is audited, the round may be
    /// a sample.
    pub(crate) fn cost_of_finishing(record: &RoundRecord<T::AccountId>) -> Weight {
        let sampling = match Self::next(record) {
            Next::Settlement if T::Audits::is_audited(record.domain) => {
                T::WeightInfo::sample(record.committed.min(MAX_SAMPLE_ANSWERS))
            }
            _ => Weight::zero(),
        };
        Self::cost_without_sample(record).saturating_add(sampling)
    }

    /// What [`Self::finish_phase`] will cost if the round is no sample.
    fn cost_without_sample(record: &RoundRecord<T::AccountId>) -> Weight {
        let draw = match record.phase {
            Phase::OpeningAnswers => T::WeightInfo::change_phase(record.committed),
            _ => Weight::zero(),
        };
        match Self::next(record) {
            Next::Phase(Phase::Grading, _) => draw,
            Next::Phase(..) | Next::Widening(_) => T::WeightInfo::change_phase(0),
            Next::Settlement => {
                T::WeightInfo::settlement(record.committed, MAX_ANSWER_BYTES).saturating_add(draw)
            }
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
        let mut spent = Self::cost_without_sample(&record);
        Agenda::<T>::remove(record.deadline.saturating_add(1), round);
        let next = Self::next(&record);
        match record.phase {
            Phase::Answering if matches!(next, Next::Widening(_)) => {}
            Phase::Answering => {
                record.blocks.answering_ended = Some(now);
                if matches!(next, Next::Phase(..)) {
                    record.randomness = Some(Self::randomness_of_block(now));
                    Self::note_end_of_answering(round, &record);
                }
            }
            Phase::OpeningAnswers => record.blocks.opening_answers_ended = Some(now),
            Phase::Grading => record.blocks.grading_ended = Some(now),
            Phase::OpeningGrades => {}
        }
        if record.phase == Phase::OpeningAnswers && !matches!(next, Next::Cancellation(_)) {
            record.seed = Some(Self::draw_seed(round, &record, now));
        }
        match next {
            Next::Phase(phase, blocks) => Self::begin_phase(round, record, phase, now, blocks),
            Next::Widening(seats) => {
                let (phase, blocks) = (record.phase, record.terms.answering_blocks);
                record.seats = seats;
                Self::begin_phase(round, record, phase, now, blocks);
            }
            Next::Settlement => match Self::settle(round, record, now) {
                0 => {}
                sampled => spent = spent.saturating_add(T::WeightInfo::sample(sampled)),
            },
            Next::Cancellation(reason) => Self::cancel(round, record, reason, now),
        }
        spent
    }

    /// Write that `phase` begins after block `now`, for so many blocks.
    fn begin_phase(
        round: RoundId,
        mut record: RoundRecord<T::AccountId>,
        phase: Phase,
        now: u32,
        blocks: u32,
    ) {
        let deadline = now.saturating_add(blocks);
        record.phase = phase;
        record.deadline = deadline;
        Agenda::<T>::insert(deadline.saturating_add(1), round, ());
        Rounds::<T>::insert(round, record);
        Self::deposit_event(Event::PhaseChanged { round, phase, deadline });
    }

    /// All grades of `record` are open in block `now`: the hooks are to settle the round, at the
    /// end of this block if there is room, else in the next one. Returns what was spent.
    pub(crate) fn await_settlement(
        round: RoundId,
        mut record: RoundRecord<T::AccountId>,
        now: u32,
    ) -> Weight {
        Agenda::<T>::remove(record.deadline.saturating_add(1), round);
        record.deadline = now;
        Agenda::<T>::insert(now.saturating_add(1), round, ());
        Rounds::<T>::insert(round, record);
        T::WeightInfo::change_phase(0)
    }

    /// See [`Pallet::poke`]. Returns what the end of the phase cost.
    pub(crate) fn do_poke(round: RoundId) -> Result<Weight, DispatchError> {
        let record = Rounds::<T>::get(round).ok_or(Error::<T>::NoSuchRound)?;
        let now = Self::current_block();
        ensure!(now > record.deadline, Error::<T>::NotDue);
        Ok(Self::finish_phase(round, record, now))
    }
}
