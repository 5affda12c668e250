//! Why a receipt is not believed: one line each.

use alloc::string::ToString;
use core::fmt;
use serde_json::{json, Value};
use sp_core::H256;
use waggle_primitives::RoundId;

/// Why a receipt is not believed. Trying again does not help: it takes another receipt, or another
/// genesis hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Longer than any that is looked at. Its length in bytes.
    TooLong(usize),
    /// The bytes do not begin as receipts do.
    NotAReceipt,
    /// A version that this program does not know.
    Version(u8),
    /// The bytes are cut off, changed, or have others behind them.
    Malformed,
    /// It is of another chain. The hash of that chain's genesis block.
    OtherChain(H256),
    /// What it calls the genesis block has this number instead of 0.
    NotGenesis(u32),
    /// It does not show who finalises blocks after genesis.
    VotersUnproven,
    /// It does not show that this block is final.
    NotFinal {
        /// The block's number.
        block: u32,
        /// What is wrong with the votes for it.
        because: Unproven,
    },
    /// This block should change who finalises blocks, and does not.
    NoChange(u32),
    /// This block changes who finalises blocks by force, or after a delay. No chain of ours does.
    UnknownChange(u32),
    /// This block should come after all before it.
    OutOfOrder(u32),
    /// It does not show what the state of its block has of the round.
    ResultUnproven(RoundId),
    /// It shows that the state of its block has no result of the round.
    NoResult(RoundId),
    /// The result is one of another version of the chain's runtime.
    ResultUnreadable(RoundId),
}

/// What is wrong with the votes for a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unproven {
    /// They are for another block.
    OtherBlock,
    /// There is nobody who could vote.
    NoVoters,
    /// There are more than the voters can have.
    TooManyVotes,
    /// Somebody voted who is none of the voters.
    Stranger,
    /// A signature is wrong: of another voter, vote, round or set.
    Signature,
    /// They are too few, or contradict each other.
    TooFew,
    /// The headers do not lead from the block to what was voted for, or lead elsewhere.
    Ancestry,
}

impl Refusal {
    /// A name for programs, which stays.
    pub fn name(&self) -> &'static str {
        match self {
            Self::TooLong(_) => "too_long",
            Self::NotAReceipt => "not_a_receipt",
            Self::Version(_) => "version",
            Self::Malformed => "malformed",
            Self::OtherChain(_) => "other_chain",
            Self::NotGenesis(_) => "not_genesis",
            Self::VotersUnproven => "voters_unproven",
            Self::NotFinal { .. } => "not_final",
            Self::NoChange(_) => "no_change",
            Self::UnknownChange(_) => "unknown_change",
            Self::OutOfOrder(_) => "out_of_order",
            Self::ResultUnproven(_) => "result_unproven",
            Self::NoResult(_) => "no_result",
            Self::ResultUnreadable(_) => "result_unreadable",
        }
    }

    /// The refusal as JSON: docs/receipts.md describes it.
    pub fn to_json(&self) -> Value {
        json!({ "valid": false, "reason": self.name(), "message": self.to_string() })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong(bytes) => write!(f, "it has {bytes} bytes, more than any receipt"),
            Self::NotAReceipt => f.write_str("this is no receipt"),
            Self::Version(version) => {
                write!(f, "its version is {version}, which this program does not know")
            }
            Self::Malformed => f.write_str("its bytes are cut off or changed"),
            Self::OtherChain(genesis) => {
                write!(f, "it is of another chain, whose genesis hash is {genesis:?}")
            }
            Self::NotGenesis(number) => {
                write!(f, "what it calls the genesis block is block {number}")
            }
            Self::VotersUnproven => {
                f.write_str("it does not show who finalises blocks after genesis")
            }
            Self::NotFinal { block, because } => {
                write!(f, "it does not show that block {block} is final: {because}")
            }
            Self::NoChange(block) => {
                write!(f, "block {block} does not change who finalises blocks, as it should")
            }
            Self::UnknownChange(block) => write!(
                f,
                "block {block} changes who finalises blocks by force or with a delay, which is not \
                 verified"
            ),
            Self::OutOfOrder(block) => write!(f, "block {block} does not come after those before"),
            Self::ResultUnproven(round) => {
                write!(f, "it does not show what the chain's state has of round {round}")
            }
            Self::NoResult(round) => {
                write!(f, "it shows that the chain's state had no result of round {round}")
            }
            Self::ResultUnreadable(round) => write!(
                f,
                "the result of round {round} is of another version of the chain: take a newer \
                 program"
            ),
        }
    }
}

impl core::error::Error for Refusal {}

impl fmt::Display for Unproven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherBlock => "the votes are for another block",
            Self::NoVoters => "there is nobody to vote",
            Self::TooManyVotes => "there are more votes than voters can have",
            Self::Stranger => "somebody voted who is no validator of that time",
            Self::Signature => "a signature is wrong",
            Self::TooFew => "too few votes are for it",
            Self::Ancestry => "the headers do not lead to what was voted for",
        })
    }
}
