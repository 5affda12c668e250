//! What the reward pool of a domain pays for an epoch, and whose part of it is how large.
//!
//! A member *serves* a round that teaches, and in which it kept its word. Whoever asks chooses the
//! round, and may own all of its agents, so each round served is paid no more than a fixed amount,
//! which has to be less than what asking costs for each seat: that is taken from the client for
//! good. So whoever asks in order to serve pays more than any pool can give back.

use crate::types::Hash32;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_crypto_hashing::blake2_256;
use sp_runtime::Perbill;

/// So many of those that served a round count at most: the chain writes each one down, in the block
/// that settles the round.
pub const MAX_COUNTED: u32 = 32;

/// What a pool pays, in the chain's smallest unit.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    MaxEncodedLen,
)]
pub struct PoolRules {
    /// The part of what is in the pool that an epoch pays at most.
    pub epoch_part: Perbill,
    /// What a round served is paid at most. Less than [`crate::price::AskingPrices::seat`].
    pub most_for_round: u128,
}

impl PoolRules {
    /// What an epoch pays in which this many rounds were served by all members together, out of a
    /// pool with `available` to spend. At most `available`. Saturates.
    pub fn epoch_pays(&self, available: u128, rounds: u32) -> u128 {
        let bound = self.most_for_round.saturating_mul(rounds.into());
        self.epoch_part.mul_floor(available).min(bound)
    }
}

/// The part of `amount` of whoever served `rounds` of the `all` rounds, rounded down: the parts of
/// all together are not more than `amount`. 0 if nobody served any.
pub fn part_for(amount: u128, rounds: u32, all: u32) -> u128 {
    // In two steps, so that nothing overflows: the whole of each round, and what is left over.
    let (rounds, all) = (u128::from(rounds.min(all)), u128::from(all));
    let each = amount.checked_div(all).unwrap_or_default();
    let rest = amount.checked_rem(all).unwrap_or_default();
    let of_rest = rest.saturating_mul(rounds).checked_div(all).unwrap_or_default();
    each.saturating_mul(rounds).saturating_add(of_rest)
}

/// Those of the members that served a round which count: all of them, or [`MAX_COUNTED`] in a row,
/// where the first one follows the last. With whom the row begins, `seed` says, the round's own.
pub fn counted<T>(seed: &Hash32, mut served: Vec<T>) -> Vec<T> {
    let most = MAX_COUNTED as usize;
    if served.len() > most {
        let [a, b, c, d, ..] = (b"waggle/served", seed).using_encoded(blake2_256);
        let drawn = u32::from_le_bytes([a, b, c, d]) as usize;
        let first = drawn.checked_rem(served.len()).unwrap_or_default();
        served.rotate_left(first);
        served.truncate(most);
    }
    served
}

#[cfg(test)]
mod tests;
