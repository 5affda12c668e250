//! The seed of the assignment: from [`Config::BlockRandomness`] and the opened keys.
//!
//! The randomness is that of the block in which answering ended, the first one in which answers
//! could be opened: whoever opens late has no other. The keys were fixed by commitments before, and
//! that block's author knows none of the others' when it makes it. So nobody knows the seed while
//! it can choose a block. What is left is to leave keys of one's own out, at a ticket each; and to
//! put a block in that one's place before it is final (docs/finality.md).
//!
//! A block without randomness, which BABE's VRF slots do not make, falls back to the parent hash,
//! which its author can influence.

use crate::{places::Places, types::RoundRecord, Config, Members, Pallet, LOG_TARGET};
use alloc::vec::Vec;
use waggle_primitives::{assignment, traits::BlockRandomness, Hash32, RoundId};

impl<T: Config> Pallet<T> {
    /// The randomness of block `now`, which is being executed.
    pub(crate) fn randomness_of_block(now: u32) -> Hash32 {
        T::BlockRandomness::draw().unwrap_or_else(|| {
            log::warn!(target: LOG_TARGET, "no randomness in block {now}: its parent's hash draws");
            frame_system::Pallet::<T>::parent_hash().0
        })
    }

    /// The seed, in block `now`: from the randomness that `record` has kept and the opened keys in
    /// the order of places. Rounds of before version 6 that were being opened at the upgrade have
    /// kept none, and take this block's.
    pub(crate) fn draw_seed(
        round: RoundId,
        record: &RoundRecord<T::AccountId>,
        now: u32,
    ) -> Hash32 {
        let keys: Vec<Hash32> = Places::of(record)
            .indices()
            .filter_map(|index| Members::<T>::get(round, index)?.answer_key)
            .collect();
        let randomness = record.randomness.unwrap_or_else(|| Self::randomness_of_block(now));
        assignment::seed(round, &randomness, &keys)
    }
}
