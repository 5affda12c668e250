//! The draw: each block after a round's submission contributes its author's VRF output, until
//! enough have.

use crate::{
    types::RoundRecord, weights::WeightInfo, Agenda, Config, Draws, Event, Pallet, Rounds,
};
use frame_support::{
    defensive,
    traits::{DefensiveTruncateFrom, Get},
    weights::WeightMeter,
};
use waggle_primitives::{
    lots::{Draw, Seats},
    traits::BlockRandomness,
    Hash32, RoundId,
};

impl<T: Config> Pallet<T> {
    /// The seats of `round` are drawn from the next block on.
    pub(crate) fn begin_draw(round: RoundId) {
        Draws::<T>::mutate(|draws| {
            if draws.try_push((round, Draw::new(round))).is_err() {
                defensive!("there are no more draws than rounds");
            }
        });
    }

    /// The round of `record` is over: there is nothing left to draw.
    pub(crate) fn end_draw(round: RoundId, record: &RoundRecord<T::AccountId>) {
        if matches!(record.seats, Seats::Drawing { .. }) {
            Draws::<T>::mutate(|draws| draws.retain(|(drawn, _)| *drawn != round));
        }
    }

    /// Let block `now` contribute to the draws under way, as far as the meter allows it. Of those
    /// that are over then, agents may take their seats.
    pub(crate) fn contribute_to_draws(now: u32, meter: &mut WeightMeter) {
        if meter.try_consume(T::WeightInfo::draw_seats(0)).is_err() {
            return;
        }
        let draws = Draws::<T>::get();
        if draws.is_empty()
            || meter.try_consume(T::WeightInfo::draw_seats(draws.len() as u32)).is_err()
        {
            return;
        }
        let randomness = Self::randomness_of_block(now);
        let author = T::BlockRandomness::author().unwrap_or_default();
        let mut under_way = alloc::vec::Vec::new();
        for (round, mut draw) in draws {
            draw.add(author, &randomness);
            match draw.seed(T::DrawBlocks::get(), T::BlockRandomness::authors()) {
                Some(seed) => Self::finish_draw(round, seed, now),
                None => under_way.push((round, draw)),
            }
        }
        Draws::<T>::put(frame_support::BoundedVec::defensive_truncate_from(under_way));
    }

    /// The seats of `round` are drawn: the time for answers begins.
    fn finish_draw(round: RoundId, seed: Hash32, now: u32) {
        let Some(mut record) = Rounds::<T>::get(round) else {
            defensive!("a round whose seats are drawn runs");
            return;
        };
        let members = record.seats.members();
        let deadline = now.saturating_add(record.terms.answering_blocks);
        Agenda::<T>::remove(record.deadline.saturating_add(1), round);
        Agenda::<T>::insert(deadline.saturating_add(1), round, ());
        record.deadline = deadline;
        record.seats = Seats::Drawn { members, seed };
        Rounds::<T>::insert(round, record);
        Self::deposit_event(Event::SeatsDrawn { round, members, seed, deadline });
    }
}
