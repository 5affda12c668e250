//! What is kept of a validator.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
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
