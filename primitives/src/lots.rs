//! Who may take a seat in a round: lots, drawn among the agents on the roster when there are more
//! of them than seats. Whoever is fast, or many, has no more seats than its part of the roster.
//!
//! # The algorithm, for whoever writes it again
//!
//! *Seed.* `mixed` begins as `blake2_256("waggle/seats" ‖ round)`, the round as eight bytes, little
//! endian. Each block after the submission contributes: `mixed = blake2_256("waggle/seats" ‖ mixed
//! ‖ its VRF output)`. When [`Draw::seed`] has enough of them, `mixed` is the seed. Neither prompt
//! nor client enters it: who asks could try them out.
//!
//! *Lots.* The members are numbered from 0. With `h` the least number of bits, at least 1, such
//! that there are no more than `4^h` members, a number of `2h` bits goes through a Feistel network
//! of 10 rounds: `(left, right) → (right, left ⊕ f)`, where `f` are the lowest `h` bits of the
//! first four bytes, little endian, of `blake2_256("waggle/lot" ‖ seed ‖ step ‖ right)`, the step
//! one byte from 0 and `right` four bytes, little endian. What comes out, if it is no member's
//! number, goes through it again. The first that is one is the lot.
//!
//! So lots are the members' numbers in another order, no two members have the same, and neither the
//! lot of a member nor the member with a lot takes a look at the others.

use crate::types::{Hash32, RoundId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_crypto_hashing::blake2_256;

/// Rounds of the Feistel network.
const STEPS: u8 = 10;
/// How often a number goes through the network at most. One in four at least is a member's, so that
/// a walk of this length is as good as impossible.
const MAX_WALK: u32 = 128;
/// After how many blocks a draw is over whoever made them.
pub const MAX_DRAW_BLOCKS: u32 = 16;

/// Who may take the seats of a round.
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
pub enum Seats {
    /// All agents on the roster, of whom there were no more than seats when the round was
    /// submitted; and as many others as that leaves seats.
    ForAll {
        /// How many were on the roster. 0 in rounds of before there was one.
        members: u32,
    },
    /// Nobody yet: the seats are being drawn.
    Drawing {
        /// How many agents were on the roster when the round was submitted.
        members: u32,
    },
    /// The agents on the roster whose lot is below the number of seats.
    Drawn {
        /// How many agents were on the roster when the round was submitted.
        members: u32,
        /// What their lots are drawn from.
        seed: Hash32,
    },
    /// All agents: too few of those who had a right to a seat came in time.
    Widened {
        /// How many agents were on the roster when the round was submitted.
        members: u32,
        /// What the lots followed from, if there were fewer seats than that.
        seed: Option<Hash32>,
    },
}

impl Seats {
    /// How many agents were on the roster when the round was submitted.
    pub fn members(&self) -> u32 {
        match self {
            Seats::ForAll { members }
            | Seats::Drawing { members }
            | Seats::Drawn { members, .. }
            | Seats::Widened { members, .. } => *members,
        }
    }

    /// The lots that were drawn. `None` if none were.
    pub fn lots(&self) -> Option<Lots> {
        match self {
            Seats::Drawn { members, seed } | Seats::Widened { members, seed: Some(seed) } => {
                Some(Lots::new(*seed, *members))
            }
            Seats::ForAll { .. } | Seats::Drawing { .. } | Seats::Widened { seed: None, .. } => {
                None
            }
        }
    }
}

/// A draw under way.
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
pub struct Draw {
    /// What has been contributed, mixed.
    mixed: Hash32,
    /// How many blocks have contributed.
    blocks: u32,
    /// Who made the first of them, as an index in the list of authors.
    first_author: Option<u32>,
    /// Whether another author made one of them.
    has_two_authors: bool,
}

impl Draw {
    /// For the seats of this round.
    pub fn new(round: RoundId) -> Self {
        Self {
            mixed: (b"waggle/seats", round).using_encoded(blake2_256),
            blocks: 0,
            first_author: None,
            has_two_authors: false,
        }
    }

    /// A block contributes its author's randomness.
    pub fn add(&mut self, author: u32, randomness: &Hash32) {
        self.mixed = (b"waggle/seats", self.mixed, randomness).using_encoded(blake2_256);
        self.blocks = self.blocks.saturating_add(1);
        let first = *self.first_author.get_or_insert(author);
        self.has_two_authors |= author != first;
    }

    /// The seed, once `blocks` blocks have contributed and, where there are several `authors`, two
    /// of those: a lone author could leave its blocks out until it likes what comes. After
    /// [`MAX_DRAW_BLOCKS`] in any case.
    pub fn seed(&self, blocks: u32, authors: u32) -> Option<Hash32> {
        let is_mixed = self.blocks >= blocks && (self.has_two_authors || authors < 2);
        (is_mixed || self.blocks >= MAX_DRAW_BLOCKS).then_some(self.mixed)
    }
}

/// The lots of all members of a roster.
#[derive(Clone, Debug)]
pub struct Lots {
    seed: Hash32,
    members: u32,
    half_bits: u32,
}

impl Lots {
    /// The lots of `members` members that this seed draws.
    pub fn new(seed: Hash32, members: u32) -> Self {
        let bits = u32::BITS.saturating_sub(members.saturating_sub(1).leading_zeros());
        Self { seed, members, half_bits: bits.div_ceil(2).max(1) }
    }

    /// The lot of the member with this number, `0..members`. `None` if there is none.
    pub fn lot_of(&self, number: u32) -> Option<u32> {
        self.walk(number, Self::forwards)
    }

    /// The number of the member with this lot, `0..members`. `None` if there is none.
    pub fn number_with(&self, lot: u32) -> Option<u32> {
        self.walk(lot, Self::backwards)
    }

    fn walk(&self, from: u32, pass: fn(&Self, u32) -> u32) -> Option<u32> {
        let mut at = Some(from).filter(|number| *number < self.members)?;
        for _ in 0..MAX_WALK {
            at = pass(self, at);
            if at < self.members {
                return Some(at);
            }
        }
        None
    }

    fn forwards(&self, number: u32) -> u32 {
        let (mut left, mut right) = self.split(number);
        for step in 0..STEPS {
            (left, right) = (right, left ^ self.mix(step, right));
        }
        self.join(left, right)
    }

    fn backwards(&self, number: u32) -> u32 {
        let (mut left, mut right) = self.split(number);
        for step in (0..STEPS).rev() {
            (left, right) = (right ^ self.mix(step, left), left);
        }
        self.join(left, right)
    }

    fn split(&self, number: u32) -> (u32, u32) {
        (number.checked_shr(self.half_bits).unwrap_or_default(), number & self.mask())
    }

    fn join(&self, left: u32, right: u32) -> u32 {
        left.checked_shl(self.half_bits).unwrap_or_default() | right
    }

    fn mask(&self) -> u32 {
        1u32.checked_shl(self.half_bits).unwrap_or_default().wrapping_sub(1)
    }

    fn mix(&self, step: u8, right: u32) -> u32 {
        let [a, b, c, d, ..] = (b"waggle/lot", &self.seed, step, right).using_encoded(blake2_256);
        u32::from_le_bytes([a, b, c, d]) & self.mask()
    }
}

#[cfg(test)]
mod tests;
