//! How a round ended, as the state of the chain has it.
//!
//! These are the types of `pallet-waggle-rounds`, without bounds: whoever verifies a receipt needs
//! neither the pallet nor FRAME. A test holds the two together.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use waggle_primitives::{
    rule::Judgement,
    view::{GradeEntry, RoundBlocks},
    AgentIndex, AgentKey, CancelReason, Hash32,
};

/// An account's 32 bytes.
pub type Account = [u8; 32];

/// What stays of a round when it is over. Amounts are in the chain's smallest unit.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RoundResult {
    /// Who asked.
    pub client: Account,
    /// The client's terms.
    pub terms: KeptTerms,
    /// What a ticket cost.
    pub ticket: u128,
    /// Blake2b-256 of the prompt.
    pub prompt_hash: Hash32,
    /// How it ended.
    pub ending: Ending,
    /// Blocks in which the phases ended.
    pub blocks: RoundBlocks,
    /// Seed of the assignment; `None` if the round was cancelled before it was drawn.
    pub seed: Option<Hash32>,
    /// The agents, by index.
    pub members: Vec<MemberResult>,
    /// The well-formed grades; empty in a cancelled round.
    pub grades: Vec<GradeEntry>,
    /// The winning answer. `None` where nobody won.
    pub winning_answer: Option<Vec<u8>>,
    /// What went to the treasury.
    pub treasury: u128,
}

/// The client's terms, without the minimum score.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct KeptTerms {
    /// What the client offered.
    pub reward: u128,
    /// How long agents could commit answers, in blocks.
    pub answering_blocks: u32,
    /// How many had to.
    pub min_agents: u32,
    /// How many could.
    pub max_agents: u32,
}

/// How a round ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Ending {
    /// With a winner.
    Settled {
        /// The winner.
        winner: AgentIndex,
    },
    /// Without, and with refunds.
    Cancelled {
        /// Why.
        reason: CancelReason,
    },
    /// Judged and paid, but no answer was good enough for the client.
    NobodyWon {
        /// Whose answer came nearest.
        best: AgentIndex,
    },
}

/// What stays of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct MemberResult {
    /// Its owner.
    pub owner: Account,
    /// The agent key it played with.
    pub key: AgentKey,
    /// Whether it opened its answer.
    pub opened_answer: bool,
    /// Whether it opened well-formed grades.
    pub opened_grades: bool,
    /// What the round made of it.
    pub judgement: Judgement,
    /// What it was paid beyond its ticket.
    pub paid: u128,
    /// What it lost of its ticket.
    pub forfeited: u128,
}

impl RoundResult {
    /// What of the reward went back to the client: what nobody else got.
    pub fn returned(&self) -> u128 {
        let sum = |part: fn(&MemberResult) -> u128| {
            self.members.iter().map(part).fold(0u128, u128::saturating_add)
        };
        let came_in = self.terms.reward.saturating_add(sum(|member| member.forfeited));
        came_in.saturating_sub(sum(|member| member.paid)).saturating_sub(self.treasury)
    }
}
