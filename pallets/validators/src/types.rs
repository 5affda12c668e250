//! What is kept of a validator.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::Perbill;
use sp_staking::{offence::OffenceSeverity, SessionIndex};

/// A validator of the set.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub struct Member<AccountId> {
    /// Its account.
    pub account: AccountId,
    /// The first session whose offences it answers for. What it did before was forgiven when it
    /// was added.
    pub since: SessionIndex,
}

/// A stay in the set that is over.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct Stay {
    /// The first session whose offences it answers for.
    pub since: SessionIndex,
    /// The last session that was planned before the validator left.
    pub last: SessionIndex,
}

/// What is kept of an account that has a bond on hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct Bonded {
    /// Its newest stay, when it is over. `None` while it is in the set, and if it was not since it
    /// bonded.
    pub past: Option<Stay>,
    /// The part of a full bond, 0..=1, that offences in its newest stay have cost.
    pub lost: Perbill,
}

/// That an offender must not make blocks.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct Suspension<AccountId> {
    /// The offender.
    pub account: AccountId,
    /// The last session for which it holds.
    pub until: SessionIndex,
    /// How grave the offence was, 0..=1: the part of a stake that it would cost.
    pub severity: OffenceSeverity,
}
