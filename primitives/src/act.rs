//! Acts: the four moves of an agent in a round, signed with the agent key.
//!
//! The signature is inside the act, not on the extrinsic, so an act means the same in an extrinsic
//! of its own, in a batch, or on any other carrier. It covers the round and its *scope*, which
//! stands for the chain and for what the round is about: a number alone can mean another round on
//! another fork.

use crate::{
    seal::Sealed,
    types::{
        AgentKey, AgentSignature, Hash32, RoundId, SealStep, MAX_ANSWER_BYTES,
        MAX_GRADES_PER_GRADER,
    },
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::ConstU32;
use sp_crypto_hashing::blake2_256;
use sp_runtime::traits::Verify;

/// Longest sealed grades, in bytes: two for each grade.
pub const MAX_SEALED_GRADES_BYTES: u32 = 2 * MAX_GRADES_PER_GRADER;

/// A sealed answer.
pub type SealedAnswer = Sealed<ConstU32<MAX_ANSWER_BYTES>>;
/// Sealed grades: see [`crate::seal::encode_grades`].
pub type SealedGrades = Sealed<ConstU32<MAX_SEALED_GRADES_BYTES>>;

/// One move of an agent in a round.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub enum Act {
    /// Enter the round with a sealed answer; buys the ticket.
    CommitAnswer {
        /// The round to enter.
        round: RoundId,
        /// The answer, sealed in the context ([`crate::SealStep::Answer`]).
        sealed: SealedAnswer,
    },
    /// Reveal the key of the sealed answer.
    OpenAnswer {
        /// The round.
        round: RoundId,
        /// The key that opens the seal.
        key: Hash32,
    },
    /// Commit sealed grades of exactly the answers assigned to this agent.
    CommitGrades {
        /// The round.
        round: RoundId,
        /// The grades, sealed in the context ([`crate::SealStep::Grades`]).
        sealed: SealedGrades,
    },
    /// Reveal the key of the sealed grades.
    OpenGrades {
        /// The round.
        round: RoundId,
        /// The key that opens the seal.
        key: Hash32,
    },
}

/// The kind of an [`Act`], as a number 0..=3: with agent and round, what makes an act unique in the
/// pool.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    MaxEncodedLen,
)]
pub enum ActKind {
    /// [`Act::CommitAnswer`].
    CommitAnswer,
    /// [`Act::OpenAnswer`].
    OpenAnswer,
    /// [`Act::CommitGrades`].
    CommitGrades,
    /// [`Act::OpenGrades`].
    OpenGrades,
}

impl Act {
    /// The round this act belongs to.
    pub fn round(&self) -> RoundId {
        match self {
            Act::CommitAnswer { round, .. }
            | Act::OpenAnswer { round, .. }
            | Act::CommitGrades { round, .. }
            | Act::OpenGrades { round, .. } => *round,
        }
    }

    /// Which of the four moves this is.
    pub fn kind(&self) -> ActKind {
        match self {
            Act::CommitAnswer { .. } => ActKind::CommitAnswer,
            Act::OpenAnswer { .. } => ActKind::OpenAnswer,
            Act::CommitGrades { .. } => ActKind::CommitGrades,
            Act::OpenGrades { .. } => ActKind::OpenGrades,
        }
    }

    /// Which of the two sealed things this act is about.
    pub fn step(&self) -> SealStep {
        match self {
            Act::CommitAnswer { .. } | Act::OpenAnswer { .. } => SealStep::Answer,
            Act::CommitGrades { .. } | Act::OpenGrades { .. } => SealStep::Grades,
        }
    }

    /// Bytes of ciphertext: 0 of openings.
    pub fn sealed_bytes(&self) -> u32 {
        match self {
            Act::CommitAnswer { sealed, .. } => sealed.ciphertext.len() as u32,
            Act::CommitGrades { sealed, .. } => sealed.ciphertext.len() as u32,
            Act::OpenAnswer { .. } | Act::OpenGrades { .. } => 0,
        }
    }

    /// The 32 bytes that the agent key signs: `blake2_256("waggle/act" ‖ scope ‖ act)`, with the
    /// scope of the round and the act's step, as the runtime API tells it.
    pub fn signing_payload(&self, scope: &Hash32) -> Hash32 {
        (b"waggle/act", scope, self).using_encoded(blake2_256)
    }
}

/// An act with the agent that did it and the agent's signature.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub struct SignedAct {
    /// The agent key that signed.
    pub agent: AgentKey,
    /// What the agent does.
    pub act: Act,
    /// Over [`Act::signing_payload`].
    pub signature: AgentSignature,
}

impl SignedAct {
    /// Whether the signature is the agent's, in this scope.
    pub fn verify(&self, scope: &Hash32) -> bool {
        self.signature.verify(&self.act.signing_payload(scope)[..], &self.agent)
    }
}

#[cfg(test)]
mod tests;
