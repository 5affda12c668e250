//! Claims: what a member of a domain says that it answers with. A claim is somebody's word: nothing
//! here proves it. It is the measure against which others can hold the member's answers, and by it
//! *kin* are found, which are the members of a domain with the same claim.
//!
//! Time is cut into *epochs*, each of the same number of blocks. A claim holds for whole epochs: a
//! new one begins with the next, so that whatever is counted in an epoch belongs to one claim.

use crate::types::Hash32;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::ConstU32;
use sp_crypto_hashing::blake2_256;
use sp_runtime::BoundedVec;

/// Number of an epoch: the first one, from block 0 on, is 0.
pub type Epoch = u32;

/// The epoch of a block, where each has `blocks` blocks. Without blocks all is epoch 0.
pub fn epoch_of(block: u32, blocks: u32) -> Epoch {
    block.checked_div(blocks).unwrap_or_default()
}

/// Longest name of a model, in bytes.
pub const MAX_MODEL_NAME_BYTES: u32 = 64;
/// Longest name of a quantisation, in bytes.
pub const MAX_QUANTISATION_BYTES: u32 = 16;
/// The highest temperature that can be claimed, in basis points of 1.0.
pub const MAX_TEMPERATURE: u32 = 100_000;
/// All of the probability, in basis points.
pub const ALL: u16 = 10_000;

/// What a member says that it answers with.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub struct Claim {
    /// The model.
    pub model: ClaimedModel,
    /// SHA-256 of the manifest of its knowledge base. `None`: it has none.
    pub knowledge: Option<Hash32>,
}

/// The model of a claim.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub struct ClaimedModel {
    /// What it is called: 1 to [`MAX_MODEL_NAME_BYTES`] bytes, free text of the owner. Who shows it
    /// must expect any bytes.
    pub name: BoundedVec<u8, ConstU32<MAX_MODEL_NAME_BYTES>>,
    /// SHA-256 of its weights. `None`: nobody else can have them.
    pub weights: Option<Hash32>,
    /// To what the weights are quantised when they are computed with, as the engine calls it; empty
    /// if that is not known. Any bytes too.
    pub quantisation: BoundedVec<u8, ConstU32<MAX_QUANTISATION_BYTES>>,
    /// How its answers are drawn.
    pub sampling: ClaimedSampling,
}

/// How answers are drawn, as claimed.
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
pub struct ClaimedSampling {
    /// The temperature, in basis points of 1.0: 0, which is greedy, to [`MAX_TEMPERATURE`].
    pub temperature: u32,
    /// Tokens are drawn among the likeliest that have this much of the probability together, in
    /// basis points: 1 to [`ALL`].
    pub top_p: u16,
    /// Tokens are drawn among so many of the likeliest. 0: among all.
    pub top_k: u32,
    /// No token is drawn that is less likely than this part of the likeliest one's probability, in
    /// basis points: 0 to [`ALL`].
    pub min_p: u16,
}

impl Claim {
    /// Whether all that it says is in the ranges that are given above.
    pub fn is_valid(&self) -> bool {
        let ClaimedSampling { temperature, top_p, min_p, .. } = self.model.sampling;
        !self.model.name.is_empty()
            && temperature <= MAX_TEMPERATURE
            && (1..=ALL).contains(&top_p)
            && min_p <= ALL
    }

    /// `blake2_256("waggle/claim" ‖ claim)`, the claim in SCALE. Members of a domain with equal
    /// digests are kin.
    pub fn digest(&self) -> Hash32 {
        (b"waggle/claim", self).using_encoded(blake2_256)
    }
}

/// What a member claims from an epoch on.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub struct Declared {
    /// The first epoch in which it holds.
    pub from_epoch: Epoch,
    /// The claim. `None`: nothing is claimed any more.
    pub claim: Option<Claim>,
}

/// What a member claims, and what it will claim.
#[derive(
    Clone,
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
pub struct Declarations {
    /// What held when the last one was declared. `None`: nothing had been.
    pub current: Option<Declared>,
    /// What was declared last. It holds from its epoch on, and `current` until then.
    pub next: Option<Declared>,
}

impl Declarations {
    /// What holds in this epoch, if anything was declared for it. Right for the epoch of the last
    /// declaration and for all later ones; of earlier ones nothing is kept.
    pub fn at(&self, epoch: Epoch) -> Option<&Declared> {
        let begun = self.next.as_ref().filter(|next| next.from_epoch <= epoch);
        begun.or(self.current.as_ref())
    }

    /// What was declared and does not hold yet in this epoch.
    pub fn after(&self, epoch: Epoch) -> Option<&Declared> {
        self.next.as_ref().filter(|next| next.from_epoch > epoch)
    }

    /// Declare in this epoch what is to hold from the next one on. To say the same as what holds
    /// takes back what was declared for the next one.
    #[must_use]
    pub fn declare(self, epoch: Epoch, claim: Option<Claim>) -> Self {
        let current = self.at(epoch).cloned();
        let holds = current.as_ref().and_then(|current| current.claim.as_ref());
        if holds == claim.as_ref() {
            return Self { current, next: None };
        }
        let next = Declared { from_epoch: epoch.saturating_add(1), claim };
        Self { current, next: Some(next) }
    }

    /// Whether nothing is claimed from this epoch on: then nothing need be kept.
    pub fn is_over(&self, epoch: Epoch) -> bool {
        self.at(epoch).is_none_or(|declared| declared.claim.is_none())
            && self.after(epoch).is_none_or(|declared| declared.claim.is_none())
    }
}

#[cfg(test)]
mod tests;
