//! What is kept of domains and their members.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use waggle_primitives::{
    choice::Question,
    claim::Epoch,
    domain::{MAX_DESCRIPTION_BYTES, MAX_TITLE_BYTES},
};

/// A domain's title: free text of whoever founded it. Who shows it must expect any bytes.
pub type Title = BoundedVec<u8, ConstU32<MAX_TITLE_BYTES>>;
/// A domain's description: free text of whoever founded it. Who shows it must expect any bytes.
pub type Description = BoundedVec<u8, ConstU32<MAX_DESCRIPTION_BYTES>>;

/// A domain that was founded.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub struct Domain<BlockNumber> {
    /// Its title, at least one byte.
    pub title: Title,
    /// What it is about.
    pub description: Description,
    /// What kind of questions are asked in it.
    pub question: Question,
    /// The block in which it was founded.
    pub founded: BlockNumber,
}

/// How many members a domain has.
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
pub struct Population {
    /// All of them.
    pub members: u32,
    /// Those on the roster.
    pub on_roster: u32,
}

/// A member of a domain.
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
pub struct Membership<BlockNumber> {
    /// The block in which it joined; 0 if that was before blocks were noted.
    pub since: BlockNumber,
    /// Its place on the roster. `None`: it is not there.
    pub place: Option<RosterPlace<BlockNumber>>,
    /// How often in a row it had a seat and did not come, each in a time of its own.
    pub absences: u32,
    /// When the last of them was noted.
    pub absent_at: Option<BlockNumber>,
    /// When it last came back by `rejoin` without a fee.
    pub rejoined: Option<BlockNumber>,
}

/// A place on a roster.
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
pub struct RosterPlace<BlockNumber> {
    /// The number.
    pub number: u32,
    /// The block in which the member got it.
    pub since: BlockNumber,
    /// The number that it had before, and since when: rounds that were submitted then go by it.
    pub former: Option<(u32, BlockNumber)>,
}

/// The reward pool of a domain. Amounts in the chain's smallest unit.
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
pub struct Pool {
    /// What is in it, without what it owes for epochs that are over. At least the existential
    /// deposit.
    pub balance: u128,
    /// The epoch in which rounds are counted now.
    pub epoch: Epoch,
    /// How many rounds members have served in it, all of them together.
    pub rounds: u32,
}

/// What a pool pays for an epoch that is over.
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
pub struct Payout {
    /// The epoch.
    pub epoch: Epoch,
    /// How many rounds members served in it, all of them together. At least 1.
    pub rounds: u32,
    /// What is paid for all of these.
    pub amount: u128,
    /// What of this nobody has collected yet.
    pub left: u128,
}

/// What a member served in an epoch.
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
pub struct Service {
    /// The epoch.
    pub epoch: Epoch,
    /// How many rounds. At least 1.
    pub rounds: u32,
}
