//! Rounds that are over, for the benchmarks of pallets that look at results.

use super::{due_to_be_settled, Setup};
use crate::{Pallet, Results, SealedTruths};
use alloc::vec::Vec;
use frame_support::BoundedVec;
use waggle_primitives::{examination::seal, Hash32, RoundId, MAX_ANSWER_BYTES};

/// A settled round of `agents` agents, of all of which something is known, whose client sealed this
/// truth with this salt. Its result lists `grades` grades: those that were given, over and over.
pub fn settled<T: Setup>(agents: u32, grades: u32, truth: &[u8], salt: &Hash32) -> RoundId {
    let stage = due_to_be_settled::<T>(agents, MAX_ANSWER_BYTES);
    Pallet::<T>::finish_phase(stage.round, stage.record(), stage.until_due());
    Results::<T>::mutate(stage.round, |result| {
        let result = result.as_mut().expect("the round is over");
        SealedTruths::<T>::insert(stage.round, seal(&result.client, salt, truth));
        let listed: Vec<_> = result.grades.iter().copied().cycle().take(grades as usize).collect();
        result.grades = BoundedVec::truncate_from(listed);
    });
    stage.round
}
