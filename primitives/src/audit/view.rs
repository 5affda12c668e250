//! What the runtime API shows of audits, encoded in SCALE.

use super::{conduct::Conduct, sample::Stage, standing::Evidence, verdict::Verdict};
use crate::{
    choice::Question,
    claim::{Claim, Epoch},
    domain::DomainId,
    types::{AgentKey, Fixed, Hash32, RoundId},
};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// What an auditor owes at this block.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum AuditDuty {
    /// Find out about all samples, and commit.
    Examine {
        /// The work.
        work: AuditWork,
    },
    /// Open what it committed.
    Open {
        /// The work.
        work: AuditWork,
        /// The numbers of the samples that it has sealed and not opened yet, ascending.
        samples: Vec<u32>,
    },
}

impl AuditDuty {
    /// The work that it is a part of.
    pub fn work(&self) -> &AuditWork {
        match self {
            AuditDuty::Examine { work } | AuditDuty::Open { work, .. } => work,
        }
    }
}

/// The work on the samples of one epoch.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct AuditWork {
    /// The domain.
    pub domain: DomainId,
    /// The epoch of the samples.
    pub epoch: Epoch,
    /// What acts and seals cover ([`super::act::scope`]).
    pub scope: Hash32,
    /// How many samples there are, numbered from 0.
    pub samples: u32,
    /// SHA-256 of the weights of the model that makes embeddings.
    pub embedder: Hash32,
    /// How many dimensions these have.
    pub dimensions: u16,
    /// Last block in which the act is accepted.
    pub deadline: u32,
}

/// A round that is kept for auditors.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct SampleView<AccountId> {
    /// The round.
    pub round: RoundId,
    /// What kind of question it is.
    pub question: Question,
    /// The prompt's bytes; `None` if it is too long to be kept.
    pub prompt: Option<Vec<u8>>,
    /// The answers.
    pub answers: Vec<SampledAnswerView<AccountId>>,
}

/// An answer that is kept for auditors.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct SampledAnswerView<AccountId> {
    /// Whose it is.
    pub owner: AccountId,
    /// What its author claims in the domain. `None`: nothing.
    pub claim: Option<Claim>,
    /// Its beginning; empty if it was not opened.
    pub text: Vec<u8>,
}

/// How a domain is audited.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct AuditView<AccountId> {
    /// The domain.
    pub domain: DomainId,
    /// SHA-256 of the weights of the model that makes embeddings.
    pub embedder: Hash32,
    /// How many dimensions these have.
    pub dimensions: u16,
    /// What is there to pay auditors with, in the chain's smallest unit.
    pub purse: u128,
    /// How many agents offer to audit it.
    pub auditors: u32,
    /// The epoch in which rounds are sampled now.
    pub epoch: Epoch,
    /// How many rounds were judged in it.
    pub rounds: u32,
    /// How many of them are samples.
    pub samples: u32,
    /// The work on samples of an earlier epoch. `None`: there is none.
    pub work: Option<AuditProgress<AccountId>>,
}

/// How far the work on an epoch's samples is.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct AuditProgress<AccountId> {
    /// The epoch.
    pub epoch: Epoch,
    /// What is done now.
    pub stage: Stage,
    /// Last block of the stage. `None` of judging.
    pub deadline: Option<u32>,
    /// How many samples there are.
    pub samples: u32,
    /// How many of them were judged.
    pub judged: u32,
    /// The auditors.
    pub committee: Vec<AuditorView<AccountId>>,
}

/// An auditor at work.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct AuditorView<AccountId> {
    /// Its owner.
    pub owner: AccountId,
    /// Its agent key.
    pub key: AgentKey,
    /// Whether it has committed.
    pub has_committed: bool,
    /// How many of the samples that are not judged yet it has opened.
    pub opened: u32,
}

/// What the last epoch that was judged said of a member, or of one that has left since and answers
/// for it still. Evidence is of that epoch and of earlier ones that had said too little for a
/// verdict.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct StandingView {
    /// The epoch.
    pub epoch: Epoch,
    /// The digest of its claim then.
    pub claim: Option<Hash32>,
    /// How many samples had an answer of the member's.
    pub prompts: u32,
    /// By the digest of each other claim: the margin, which flags above the rules' threshold, and
    /// of how many prompts.
    pub margins: Vec<(Hash32, Fixed, u32)>,
    /// By how many standard deviations it is further from its kin than they are from each other.
    pub distance: Fixed,
    /// By how many standard deviations its tokens are less likely than they should be; `None` where
    /// nobody can tell.
    pub replay: Option<Fixed>,
    /// How many tokens that is of.
    pub tokens: u32,
    /// Whether it kept its word.
    pub conduct: Conduct,
    /// What each kind of evidence said, and for how many times in a row that was a flag.
    pub verdicts: Vec<(Evidence, Verdict, u32)>,
    /// The block since which it is suspended. `None`: it is not.
    pub suspended: Option<u32>,
}
