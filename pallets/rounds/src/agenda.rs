//! Work that falls due with time: phases whose deadline has passed, results whose retention is
//! over.
//!
//! Both are calendars: (block, round) → (), with a cursor at the oldest block that has not been
//! worked off. Blocks are taken in order and left only when they are empty, so nothing is skipped
//! when the meter runs out: the next block goes on where this one stopped.
//!
//! Rounds of which nothing is missing any more need not wait for that: they are settled at the end
//! of the block, where it has room.

use crate::{
    types::RoundRecord, weights::WeightInfo, Agenda, AgendaCursor, AskedIn, Candidacies,
    CandidateKeys, Config, Event, Expiries, ExpiryCursor, MinScores, Pallet, Results, Rounds,
    SealedTruths,
};
use alloc::vec::Vec;
use frame_support::{
    defensive,
    storage::{IterableStorageDoubleMap, StorageValue},
    traits::Get,
    weights::{Weight, WeightMeter},
};
use sp_runtime::Perbill;
use waggle_primitives::{Phase, RoundId};

/// The part of a block's weight that `on_poll` may use: the rest is left to acts.
const HOOKS_SHARE: Perbill = Perbill::from_percent(60);
/// The part that `on_idle` may use: an author calls it when its own time for the block is over.
const END_SHARE: Perbill = Perbill::from_percent(25);

/// What became of one entry of a calendar.
enum Entry {
    /// Done: the entry is gone.
    Done,
    /// The meter does not allow it: stop here.
    Postponed,
}

impl<T: Config> Pallet<T> {
    /// What `on_poll` may use of a block. With what a block needs besides it leaves room for acts
    /// in every block, so that no deadline need be moved because the hook was busy.
    pub fn hooks_share() -> Weight {
        Self::share_of_block(HOOKS_SHARE)
    }

    fn share_of_block(share: Perbill) -> Weight {
        let block = T::BlockWeights::get().max_block;
        Weight::from_parts(share.mul_floor(block.ref_time()), share.mul_floor(block.proof_size()))
    }

    /// Draw seats, move due rounds on, remove old results and call rolls, as far as the meter and
    /// the hook's share allow.
    pub(crate) fn work_off_what_is_due(now: u32, meter: &mut WeightMeter) {
        let mut own = WeightMeter::with_limit(meter.remaining().min(Self::hooks_share()));
        Self::contribute_to_draws(now, &mut own);
        Self::advance_due_rounds(now, &mut own);
        Self::prune_expired_results(now, &mut own);
        Self::call_rolls(&mut own);
        meter.consume(own.consumed());
    }

    /// Move the rounds on whose deadline has passed by `now`.
    pub(crate) fn advance_due_rounds(now: u32, meter: &mut WeightMeter) {
        Self::work_off::<Agenda<T>, AgendaCursor<T>>(now, meter, |block, round, meter| {
            let Some(record) = Rounds::<T>::get(round) else {
                defensive!("the agenda holds a round that does not run");
                Agenda::<T>::remove(block, round);
                return Entry::Done;
            };
            Self::advance_due_round(block, round, record, now, meter)
        });
    }

    /// Settle the rounds whose grades have all been opened by the end of block `now`. Others of
    /// which this block is the last one are left to the next: only then the phase is over. Returns
    /// what was used of the `room`.
    pub(crate) fn settle_complete_rounds(now: u32, room: Weight) -> Weight {
        let mut meter = WeightMeter::with_limit(room.min(Self::share_of_block(END_SHARE)));
        let block = now.saturating_add(1);
        let look = T::WeightInfo::agenda_step().saturating_add(T::WeightInfo::poke());
        let rounds: Vec<RoundId> = Agenda::<T>::iter_key_prefix(block)
            .take_while(|_| meter.try_consume(look).is_ok())
            .collect();
        for round in rounds {
            let is_complete = |record: &RoundRecord<T::AccountId>| {
                record.phase == Phase::OpeningGrades && Self::is_complete(record)
            };
            let Some(record) = Rounds::<T>::get(round).filter(is_complete) else { continue };
            // What does not fit is due in the next block; a smaller one may fit.
            let _ = Self::advance_due_round(block, round, record, now, &mut meter);
        }
        meter.consumed()
    }

    fn advance_due_round(
        block: u32,
        round: RoundId,
        record: RoundRecord<T::AccountId>,
        now: u32,
        meter: &mut WeightMeter,
    ) -> Entry {
        if !meter.can_consume(Self::cost_of_finishing(&record)) {
            return Entry::Postponed;
        }
        // Its own entry goes even if the record names another block, or this loop would not end.
        Agenda::<T>::remove(block, round);
        meter.consume(Self::finish_phase(round, record, now));
        Entry::Done
    }

    /// Remove the results whose retention is over by `now`.
    pub(crate) fn prune_expired_results(now: u32, meter: &mut WeightMeter) {
        Self::work_off::<Expiries<T>, ExpiryCursor<T>>(now, meter, |block, round, meter| {
            if meter.try_consume(T::WeightInfo::prune()).is_err() {
                return Entry::Postponed;
            }
            Self::prune_result(block, round);
            Entry::Done
        });
    }

    /// Remove a result that expires in `block`.
    pub(crate) fn prune_result(block: u32, round: RoundId) {
        Expiries::<T>::remove(block, round);
        Results::<T>::remove(round);
        Candidacies::<T>::remove(round);
        CandidateKeys::<T>::remove(round);
        AskedIn::<T>::remove(round);
        MinScores::<T>::remove(round);
        SealedTruths::<T>::remove(round);
        Self::deposit_event(Event::ResultPruned { round });
    }

    /// Take the entries of a calendar up to block `now`, oldest first, until none is left or the
    /// meter says stop.
    fn work_off<Calendar, Cursor>(
        now: u32,
        meter: &mut WeightMeter,
        mut take: impl FnMut(u32, RoundId, &mut WeightMeter) -> Entry,
    ) where
        Calendar: IterableStorageDoubleMap<u32, RoundId, ()>,
        Cursor: StorageValue<u32, Query = u32>,
    {
        if meter.try_consume(T::WeightInfo::agenda()).is_err() {
            return;
        }
        let mut block = Cursor::get();
        while block <= now && meter.try_consume(T::WeightInfo::agenda_step()).is_ok() {
            match Calendar::iter_key_prefix(block).next() {
                None => block = block.saturating_add(1),
                Some(round) => {
                    if matches!(take(block, round, meter), Entry::Postponed) {
                        break;
                    }
                }
            }
        }
        Cursor::put(block);
    }
}
