//! What is kept of an agent.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use waggle_primitives::{AgentKey, StakeLimits};

/// Longest declared model, in bytes.
pub const MAX_MODEL_BYTES: u32 = 64;
/// Longest declared topics, in bytes.
pub const MAX_TOPICS_BYTES: u32 = 256;

/// A declared model: free text of the owner, unchecked. Who shows it must expect any bytes.
pub type Model = BoundedVec<u8, ConstU32<MAX_MODEL_BYTES>>;
/// Declared topics: free text of the owner, unchecked. Who shows it must expect any bytes.
pub type Topics = BoundedVec<u8, ConstU32<MAX_TOPICS_BYTES>>;

/// A registered agent.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub struct AgentRecord<BlockNumber> {
    /// The agent key with which it enters rounds.
    pub key: AgentKey,
    /// The model it declares.
    pub model: Model,
    /// The topics it declares.
    pub topics: Topics,
    /// What its owner has on hold for it, in the currency's smallest unit: the bond, less what was
    /// taken of it. 0: it sealed doubly.
    pub bond: u128,
    /// Whether it may enter rounds.
    pub status: AgentStatus<BlockNumber>,
    /// How many running rounds it is in.
    pub open_rounds: u32,
}

/// What decides which rounds an agent may enter. Apart from [`AgentRecord`], which has agents of
/// before.
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
pub struct Enrolment<BlockNumber> {
    /// The block in which it registered.
    pub since: BlockNumber,
    /// How much its owner lets it put at stake. `None`: all that the owner can spend.
    pub limits: Option<StakeLimits>,
}

/// A key that an agent had before its owner gave it another one.
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
pub struct FormerKey<BlockNumber> {
    /// The key.
    pub key: AgentKey,
    /// The first block in which its owner does not answer for it any more.
    pub until: BlockNumber,
}

/// Whether an agent may enter rounds.
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
pub enum AgentStatus<BlockNumber> {
    /// It may.
    Active,
    /// It may not: it is on its way out.
    Retired {
        /// The block in which it retired.
        since: BlockNumber,
    },
}

impl<BlockNumber> AgentRecord<BlockNumber> {
    /// Whether it may enter rounds.
    pub fn is_active(&self) -> bool {
        matches!(self.status, AgentStatus::Active)
    }
}
