//! What is kept of audits: the samples of an epoch, the work on them, and what came of it.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use waggle_primitives::{
    audit::{
        embedding::MAX_DIMENSIONS,
        sample::{SamplePrompt, SampleText, MAX_SAMPLE_ANSWERS},
        standing::{Evidence, Row},
        tally::Since,
        verdict::Verdict,
        Tally,
    },
    claim::Epoch,
    AgentKey, Claim, Hash32, RoundId,
};

/// Most auditors at work on a domain's samples.
pub const MAX_COMMITTEE: u32 = 15;
/// How many kinds of evidence a standing has.
pub const KINDS_OF_EVIDENCE: u32 = 4;

/// How a domain's members are audited. Governance says so.
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
    serde::Serialize,
    serde::Deserialize,
)]
pub struct AuditTerms {
    /// SHA-256 of the weights of the sentence model with which answers are embedded.
    pub embedder: Hash32,
    /// How many dimensions its embeddings have: 1 to
    /// [`waggle_primitives::audit::embedding::MAX_DIMENSIONS`].
    pub dimensions: u16,
}

impl AuditTerms {
    /// Whether they are in range.
    pub fn is_valid(&self) -> bool {
        (1..=MAX_DIMENSIONS).contains(&self.dimensions.into())
    }
}

/// How far the sampling of a domain is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct Sampling {
    /// The epoch whose rounds are sampled.
    pub epoch: Epoch,
    /// How many rounds of it were judged.
    pub rounds: u32,
    /// How many of these are kept.
    pub samples: u32,
}

/// A round that is kept for auditors.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct Sample<AccountId> {
    /// The round.
    pub round: RoundId,
    /// The prompt; `None` if it is too long to be kept.
    pub prompt: Option<SamplePrompt>,
    /// The answers, in the order of the agents' indices.
    pub answers: BoundedVec<SampledAnswer<AccountId>, ConstU32<MAX_SAMPLE_ANSWERS>>,
}

/// An answer that is kept for auditors.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct SampledAnswer<AccountId> {
    /// Whose it is.
    pub owner: AccountId,
    /// What its author claimed when the round was judged. `None`: nothing.
    pub claim: Option<Claim>,
    /// Its beginning; empty if it was not opened.
    pub text: SampleText,
    /// Whether the member opened its answer, and well-formed grades.
    pub kept_word: bool,
}

/// The work on the samples of an epoch.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct Work<AccountId> {
    /// The epoch of the samples.
    pub epoch: Epoch,
    /// How they are audited: the terms when the work began.
    pub terms: AuditTerms,
    /// What the committee was drawn with.
    pub seed: Hash32,
    /// How many samples there are.
    pub samples: u32,
    /// How many of them were judged.
    pub judged: u32,
    /// Who works, in the order of their lots.
    pub committee: BoundedVec<Auditor<AccountId>, ConstU32<MAX_COMMITTEE>>,
}

/// An auditor at work.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct Auditor<AccountId> {
    /// Its owner.
    pub owner: AccountId,
    /// The agent key that it works with to the end.
    pub key: AgentKey,
    /// In how many samples that were judged it did its part: opened, and not far from the median.
    pub done: u32,
    /// For how many answers it found what the median says.
    pub findings: u32,
}

/// What the last epoch that was judged said of a member.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct Standing {
    /// The epoch.
    pub epoch: Epoch,
    /// What its samples said, with those of earlier epochs that had said too little for a verdict.
    pub tally: Tally,
    /// In which epoch each kind of evidence begins.
    pub since: Since,
    /// What came of it, by kind of evidence, with the epochs in a row that were flags.
    pub verdicts: BoundedVec<(Evidence, Verdict, Row), ConstU32<KINDS_OF_EVIDENCE>>,
}
