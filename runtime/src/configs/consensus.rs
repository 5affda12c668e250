//! Who makes blocks, who finalizes them, and when: timestamps, BABE, GRANDPA, the sessions that
//! give them their keys, and what happens to a validator that contradicts itself.
//!
//! Governance (root) decides who validates, of those who have bonded, and the authors of blocks
//! share a part of the fees: see `pallet_waggle_validators`. Equivocations are reported with a
//! proof of whose the key was. The offender loses a part of its bond, is disabled and leaves the
//! set.

use crate::{
    configs::money::TreasuryAccount,
    slots::{HalfSlot, SlotDuration},
    AccountId, Babe, Balances, Historical, Moment, Offences, Runtime, RuntimeEvent,
    RuntimeHoldReason, Session, SessionKeys, Validators, BABE_PRIMARY_PROBABILITY, EPOCH_SLOTS,
    KEY_DEPOSIT, LEAST_SLASH, REPORT_SESSIONS, VALIDATOR_BOND,
};
use frame_support::{
    parameter_types,
    traits::{ConstU128, ConstU32, ConstU64},
    PalletId,
};
use frame_system::EnsureRoot;
use pallet_session::{
    disabling::UpToLimitDisablingStrategy,
    historical::{IdentificationTuple, NoteHistoricalRoot},
    FindAccountFromAuthorIndex,
};
use pallet_waggle_validators::{NoIdentification, OncePerStay};
use sp_consensus_babe::{AllowedSlots, BabeEpochConfiguration};
use sp_runtime::{
    traits::{ConvertInto, OpaqueKeys},
    Perbill,
};

/// BABE's parameters: few primary slots, and a secondary author with a VRF output in every slot.
pub const BABE_GENESIS_EPOCH_CONFIG: BabeEpochConfiguration = BabeEpochConfiguration {
    c: BABE_PRIMARY_PROBABILITY,
    allowed_slots: AllowedSlots::PrimaryAndSecondaryVRFSlots,
};

/// Validators at most.
const MAX_AUTHORITIES: u32 = 100;

/// For how many blocks a report of an equivocation is worth including.
const REPORT_LONGEVITY: u64 = REPORT_SESSIONS as u64 * EPOCH_SLOTS;

parameter_types! {
    /// The part of a bond that an equivocation costs at least.
    pub const LeastSlash: Perbill = LEAST_SLASH;
    /// The identity of the validators' pot.
    pub const ValidatorsPotId: PalletId = PalletId(*b"wag/vals");
}

/// Where proven equivocations go.
type Reports = OncePerStay<Runtime, Offences>;

impl pallet_timestamp::Config for Runtime {
    type Moment = Moment;
    type OnTimestampSet = Babe;
    type MinimumPeriod = HalfSlot<Runtime>;
    type WeightInfo = crate::weights::pallet_timestamp::WeightInfo<Runtime>;
}

impl pallet_babe::Config for Runtime {
    type EpochDuration = ConstU64<EPOCH_SLOTS>;
    type ExpectedBlockTime = SlotDuration<Runtime>;
    type EpochChangeTrigger = pallet_babe::ExternalTrigger;
    type DisabledValidators = Session;
    type WeightInfo = ();
    type MaxAuthorities = ConstU32<MAX_AUTHORITIES>;
    type MaxNominators = ConstU32<0>;
    type KeyOwnerProof = sp_session::MembershipProof;
    type EquivocationReportSystem = pallet_babe::EquivocationReportSystem<
        Self,
        Reports,
        Historical,
        ConstU64<REPORT_LONGEVITY>,
    >;
}

impl pallet_grandpa::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = ();
    type MaxAuthorities = ConstU32<MAX_AUTHORITIES>;
    type MaxNominators = ConstU32<0>;
    type MaxSetIdSessionEntries = ConstU64<{ REPORT_SESSIONS as u64 }>;
    type KeyOwnerProof = sp_session::MembershipProof;
    type EquivocationReportSystem = pallet_grandpa::EquivocationReportSystem<
        Self,
        Reports,
        Historical,
        ConstU64<REPORT_LONGEVITY>,
    >;
}

impl pallet_session::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type ValidatorId = AccountId;
    type ValidatorIdOf = ConvertInto;
    type ShouldEndSession = Babe;
    type NextSessionRotation = Babe;
    type SessionManager = NoteHistoricalRoot<Self, Validators>;
    type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
    type Keys = SessionKeys;
    // A third at most: more than that could not finalize without the disabled ones anyway.
    type DisablingStrategy = UpToLimitDisablingStrategy;
    type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
    type Currency = Balances;
    type KeyDeposit = ConstU128<KEY_DEPOSIT>;
}

impl pallet_authorship::Config for Runtime {
    type FindAuthor = FindAccountFromAuthorIndex<Self, Babe>;
    type EventHandler = Validators;
}

impl pallet_session::historical::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type FullIdentification = ();
    type FullIdentificationOf = NoIdentification;
}

impl pallet_offences::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type IdentificationTuple = IdentificationTuple<Self>;
    type OnOffenceHandler = Validators;
}

impl pallet_waggle_validators::Config for Runtime {
    type Governance = EnsureRoot<AccountId>;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Currency = Balances;
    type Bond = ConstU128<VALIDATOR_BOND>;
    type LeastSlash = LeastSlash;
    type Treasury = TreasuryAccount;
    type PotId = ValidatorsPotId;
    type MaxValidators = ConstU32<MAX_AUTHORITIES>;
    type ReportSessions = ConstU32<REPORT_SESSIONS>;
    type WeightInfo = crate::weights::pallet_waggle_validators::WeightInfo<Runtime>;
}
