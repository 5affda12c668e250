//! Double seals: two different things that one agent sealed for one step of one round, and what
//! proves it.
//!
//! An honest agent answers a question once and grades once, and keeps to it on whatever fork it
//! meets the round again ([`crate::seal`] says why). One that signs two different commits in the
//! same scope wants to choose afterwards which of them counts. The signatures alone prove it, to
//! whoever sees both: they cover scope and round, so the proof needs no state, and nothing that an
//! agent signs for different questions is ever taken for one.
//!
//! Out of scope: openings. A seal has one key, so two openings are the same.

use crate::{
    act::{Act, SignedAct},
    scope::ScopeParts,
    types::{AgentKey, Hash32, RoundId, SealStep, MAX_ANSWER_BYTES},
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Bytes of ciphertext in evidence, at most.
pub const MAX_EVIDENCE_BYTES: u32 = 2 * MAX_ANSWER_BYTES;

/// Two commits of one agent that exclude each other.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub struct DoubleSeal<AccountId> {
    /// What both signatures cover in addition to the round's number.
    pub scope: ScopeParts<AccountId>,
    /// One of the commits, with its signature.
    pub first: SignedAct,
    /// The other one.
    pub second: SignedAct,
}

/// Why two acts prove nothing. To try again with the same never helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoubleSealError {
    /// One of them commits nothing, or one an answer and the other one grades.
    NotTwoCommits,
    /// The scope is not one of this step: that of answers has no seed, that of grades has one.
    WrongScope,
    /// They are of two agents.
    TwoAgents,
    /// They are of two rounds.
    TwoRounds,
    /// They are the same act, whatever their signatures.
    SameAct,
    /// The agent has not signed both of them in this scope on this chain.
    BadSignature,
}

impl<AccountId: Encode> DoubleSeal<AccountId> {
    /// The agent key that is said to have signed both.
    pub fn agent(&self) -> &AgentKey {
        &self.first.agent
    }

    /// The round that they are of.
    pub fn round(&self) -> RoundId {
        self.first.act.round()
    }

    /// Bytes of ciphertext in both: what checking them grows with. At most
    /// [`MAX_EVIDENCE_BYTES`].
    pub fn sealed_bytes(&self) -> u32 {
        self.first.act.sealed_bytes().saturating_add(self.second.act.sealed_bytes())
    }

    /// Whether the acts exclude each other, whoever signed them: all of [`Self::verify`] that is
    /// cheap.
    pub fn check_acts(&self) -> Result<(), DoubleSealError> {
        let (first, second) = (&self.first.act, &self.second.act);
        let step = match (first, second) {
            (Act::CommitAnswer { .. }, Act::CommitAnswer { .. }) => SealStep::Answer,
            (Act::CommitGrades { .. }, Act::CommitGrades { .. }) => SealStep::Grades,
            _ => return Err(DoubleSealError::NotTwoCommits),
        };
        if self.scope.seed.is_some() != (step == SealStep::Grades) {
            return Err(DoubleSealError::WrongScope);
        }
        if self.first.agent != self.second.agent {
            return Err(DoubleSealError::TwoAgents);
        }
        if first.round() != second.round() {
            return Err(DoubleSealError::TwoRounds);
        }
        if first == second {
            return Err(DoubleSealError::SameAct);
        }
        Ok(())
    }

    /// Whether the agent has sealed two different things for one step of one round, on the chain
    /// with this genesis hash.
    pub fn verify(&self, genesis: &Hash32) -> Result<(), DoubleSealError> {
        self.check_acts()?;
        let scope = self.scope.hash(genesis);
        if self.first.verify(&scope) && self.second.verify(&scope) {
            Ok(())
        } else {
            Err(DoubleSealError::BadSignature)
        }
    }
}

#[cfg(test)]
mod tests;
