//! The seed of the assignment. It is drawn in the block in which the opening of answers ends, so
//! that nobody knows it while answers can still be chosen: from [`Config::BlockRandomness`] and the
//! opened keys. A block without randomness, which BABE's VRF slots do not make, falls back to the
//! parent hash, which its author can influence.

use crate::{places::Places, types::RoundRecord, Config, Members, Pallet, LOG_TARGET};
use alloc::vec::Vec;
use waggle_primitives::{assignment, traits::BlockRandomness, Hash32, RoundId};

impl<T: Config> Pallet<T> {
    /// The seed, from this block's randomness and the opened keys in the order of places.
    pub(crate) fn draw_seed(round: RoundId, record: &RoundRecord<T::AccountId>) -> Hash32 {
        let keys: Vec<Hash32> = Places::of(record)
            .indices()
            .filter_map(|index| Members::<T>::get(round, index)?.answer_key)
            .collect();
        let randomness = T::BlockRandomness::draw().unwrap_or_else(|| {
            log::warn!(
                target: LOG_TARGET,
                "no randomness in this block: the parent hash seeds round {round}",
            );
            frame_system::Pallet::<T>::parent_hash().0
        });
        assignment::seed(round, &randomness, &keys)
    }
}
