//! Who had a seat and did not come, and what follows: they may lose their place on the roster, and
//! the round may teach nothing.
//!
//! The roll is called by the hook, some names in each block after the one in which the time for
//! answers ended, because it takes longer than an act may, or a settlement should have to wait. Of
//! a round that ends before, the rest is not called.

use crate::{
    types::RoundRecord, weights::WeightInfo, Config, MemberByOwner, Pallet, Rolls, Rounds,
};
use frame_support::{traits::Get, weights::WeightMeter};
use waggle_primitives::{attendance::Attendance, lots::Seats, traits::Domains, RoundId};

/// How many names are called in a block.
pub(crate) const NAMES_IN_BLOCK: u32 = 32;

impl<T: Config> Pallet<T> {
    /// How many agents have a right to a seat in the round: as many lots as are drawn, or all that
    /// were on the roster.
    fn rightful_seats(record: &RoundRecord<T::AccountId>) -> u32 {
        record.seats.members().min(record.terms.max_agents)
    }

    fn is_worth_coming(record: &RoundRecord<T::AccountId>) -> bool {
        let terms = &record.terms;
        T::LearningRules::get().is_worth_coming(
            terms.reward,
            terms.max_agents,
            terms.answering_blocks,
        )
    }

    /// The time for answers is over, and enough have come for the round to go on: if somebody had a
    /// seat and is missing, the roll is to be called.
    pub(crate) fn note_end_of_answering(round: RoundId, record: &RoundRecord<T::AccountId>) {
        let is_somebody_missing = record.entitled < Self::rightful_seats(record);
        if T::DrawBlocks::get() > 0 && is_somebody_missing && Self::is_worth_coming(record) {
            Rolls::<T>::insert(round, Self::rightful_seats(record));
        }
    }

    /// Call the rolls that are to be called, as far as [`NAMES_IN_BLOCK`] and the meter allow it.
    pub(crate) fn call_rolls(meter: &mut WeightMeter) {
        let mut left = NAMES_IN_BLOCK;
        while left > 0 {
            if meter.try_consume(T::WeightInfo::call_roll(0)).is_err() {
                return;
            }
            let Some((round, names)) = Rolls::<T>::iter().next() else { return };
            let Some(record) = Rounds::<T>::get(round) else {
                // Nobody knows any more who came.
                Rolls::<T>::remove(round);
                continue;
            };
            let called = names.min(left);
            if meter.try_consume(T::WeightInfo::call_roll(called)).is_err() {
                return;
            }
            left = left.saturating_sub(called);
            let rest = names.saturating_sub(called);
            Self::call_names(round, &record, rest, names);
            if rest == 0 {
                Rolls::<T>::remove(round);
            } else {
                Rolls::<T>::insert(round, rest);
            }
        }
    }

    /// Note who of those with the lots `from..to` had a seat in the round, and did not come.
    pub(crate) fn call_names(
        round: RoundId,
        record: &RoundRecord<T::AccountId>,
        from: u32,
        to: u32,
    ) {
        let (lots, before) = (record.seats.lots(), record.blocks.submitted);
        // Backwards: where all are called, whoever is taken off the roster gives its number to one
        // that has been called. Where lots were drawn, that one is passed over.
        for lot in (from..to).rev() {
            let number = lots.as_ref().map_or(Some(lot), |lots| lots.number_with(lot));
            let owner =
                number.and_then(|number| T::Domains::member_with(record.domain, number, before));
            let Some(owner) = owner else { continue };
            if owner != record.client && !MemberByOwner::<T>::contains_key(round, &owner) {
                T::Domains::was_absent(record.domain, &owner);
            }
        }
    }

    /// Whether what its agents did may speak against them: its seats were for those who had a right
    /// to them, and it was worth coming. Whether they came, or kept their word, does not matter.
    pub(crate) fn is_fair(record: &RoundRecord<T::AccountId>) -> bool {
        let has_chosen_itself =
            matches!(record.seats, Seats::Drawing { .. } | Seats::Widened { .. });
        !has_chosen_itself && Self::is_worth_coming(record)
    }

    /// Whether what is known of agents changes by this round: it is fair, and most of those came
    /// who had a right to its seats.
    pub(crate) fn teaches(record: &RoundRecord<T::AccountId>) -> bool {
        Self::is_fair(record)
            && T::LearningRules::get().are_met_by(&Attendance {
                seats: Self::rightful_seats(record),
                entitled: record.entitled,
                opened: record.opened.len() as u32,
                graders: record.well_formed,
            })
    }
}
