//! What asking costs besides the reward. It does not come back: the chain's work and room are used,
//! whatever becomes of the round.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What a client pays for the chain's work and room, in the chain's smallest unit.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    MaxEncodedLen,
)]
pub struct AskingPrices {
    /// For each agent that may take part: acts are free, so who asks pays for them.
    pub seat: u128,
    /// For each block that a round may take, if all rounds that may run at once do. With fewer, in
    /// proportion to the square of their number: room costs where it is scarce.
    pub crowded_block: u128,
    /// What an agent gets back of that which committed an answer to a round that did not come
    /// about. At most `seat`.
    pub vain_answer: u128,
}

impl AskingPrices {
    /// What the seats of up to `agents` agents cost. Saturates.
    pub fn seats(&self, agents: u32) -> u128 {
        self.seat.saturating_mul(agents.into())
    }

    /// What room for a round costs that may take `blocks`, when `running` rounds run of the `most`
    /// that may, this one among them. Saturates. With `most` of 0, nothing.
    pub fn room(&self, blocks: u32, running: u32, most: u32) -> u128 {
        let squared = |number: u32| u128::from(number).saturating_mul(number.into());
        self.crowded_block
            .saturating_mul(blocks.into())
            .saturating_mul(squared(running))
            .checked_div(squared(most))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
