//! Who grades whom (paper eq. 2), balanced: a pure function of the seed and the number of opened
//! answers.
//!
//! A place is a position 0..n among the agents that opened, in commit order.
//!
//! # The algorithm, for whoever writes it again
//!
//! *Numbers.* The keystream of ChaCha20 (RFC 8439's block function, key = seed, counter from 0,
//! nonce 0) is read as 32-bit little-endian words. `draw(b)` takes words until one is below `⌊2³² /
//! b⌋ · b`, and yields that word `mod b`: uniform in `0..b`.
//!
//! *Order.* `order = [0, 1, …, n − 1]`; for `i` from `n − 1` down to 1, swap `order[i]` with
//! `order[draw(i + 1)]`.
//!
//! *Offsets.* `offsets = [1, 2, …, n − 1]`; for `i` from 0 to `k − 1`, swap `offsets[i]` with
//! `offsets[i + draw(n − 1 − i)]`; keep the first `k`.
//!
//! *Result.* The place `order[p]` grades the places `order[(p + offset) mod n]`, for each offset in
//! the order drawn.
//!
//! An offset maps positions to positions one to one and is never 0, hence exactly `k` grades for
//! every answer and none by its own author.

use crate::types::{Hash32, RoundId};
use alloc::vec::Vec;
use codec::Encode;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use sp_crypto_hashing::blake2_256;

/// Seed of the assignment: `blake2_256("waggle/assign" ‖ round ‖ randomness ‖ opened keys by
/// place)`: the round as eight bytes, little endian, the keys one after the other without a length.
pub fn seed(round: RoundId, randomness: &Hash32, opened_keys: &[Hash32]) -> Hash32 {
    let mut bytes = (b"waggle/assign", round, randomness).encode();
    for key in opened_keys {
        bytes.extend_from_slice(key);
    }
    blake2_256(&bytes)
}

/// `k`, how many answers each agent grades: `clamp(round((n − 1)/3), min(2, n − 1), n − 1)`; 0 for
/// fewer than two.
pub fn grades_per_agent(n: usize) -> usize {
    let Some(others) = n.checked_sub(1) else { return 0 };
    // A third never ends in a half, so rounding (n − 1)/3 is the same as cutting off (n − 1 + 1)/3.
    n.div_euclid(3).clamp(others.min(2), others)
}

/// For each place, the places it grades, in the order in which its grades are sealed. Every place
/// grades exactly `k` others, is graded exactly `k` times, and never grades itself. Empty lists for
/// fewer than two.
pub fn assign(seed: &Hash32, n: usize) -> Vec<Vec<usize>> {
    let mut numbers = Draws::new(seed);
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        let j = numbers.below(i.saturating_add(1));
        order.swap(i, j);
    }

    let k = grades_per_agent(n);
    let mut offsets: Vec<usize> = (1..n).collect();
    for i in 0..k {
        let j = numbers.below(offsets.len().saturating_sub(i)).saturating_add(i);
        offsets.swap(i, j);
    }

    let mut assigned: Vec<(usize, Vec<usize>)> = order
        .iter()
        .enumerate()
        .map(|(position, place)| {
            let graded = offsets
                .iter()
                .take(k)
                .filter_map(|offset| {
                    order.get(position.saturating_add(*offset).checked_rem(n)?).copied()
                })
                .collect();
            (*place, graded)
        })
        .collect();
    assigned.sort_unstable_by_key(|(place, _)| *place);
    assigned.into_iter().map(|(_, graded)| graded).collect()
}

/// Uniform numbers from a seed, the same on every machine.
pub(crate) struct Draws(ChaCha20Rng);

impl Draws {
    pub(crate) fn new(seed: &Hash32) -> Self {
        Self(ChaCha20Rng::from_seed(*seed))
    }

    /// Uniform in `0..bound`; 0 for a bound of 0. Bounds are swarm sizes, so that a word is as good
    /// as never refused.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).clamp(1, 1 << 32);
        let refused_from = (1u64 << 32).div_euclid(bound).saturating_mul(bound);
        loop {
            let word = u64::from(self.0.next_u32());
            if word < refused_from {
                return usize::try_from(word.rem_euclid(bound)).unwrap_or(0);
            }
        }
    }
}

#[cfg(test)]
mod tests;
