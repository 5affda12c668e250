//! The pallets' parameters, by theme: [`accounts`], [`audits`], [`consensus`], [`governance`],
//! [`money`], [`protocol`]; `frame_system`'s and sudo's are here. [`votes`] is the money behind
//! votes.

pub mod accounts;
pub mod audits;
pub mod consensus;
pub mod governance;
pub mod money;
pub mod protocol;
pub mod votes;

use crate::{
    AccountId, Balance, Block, Hash, Nonce, PalletInfo, Runtime, RuntimeCall, RuntimeEvent,
    RuntimeOrigin, RuntimeTask, BLOCK_BYTES, BLOCK_HASH_COUNT, MAXIMUM_BLOCK_WEIGHT,
    NORMAL_DISPATCH_RATIO, SS58_PREFIX, VERSION,
};
use frame_support::{
    derive_impl, parameter_types, traits::ConstU32, weights::constants::ParityDbWeight,
};
use frame_system::limits::{BlockLength, BlockWeights};
use sp_runtime::traits::AccountIdLookup;
use sp_version::RuntimeVersion;

parameter_types! {
    /// How heavy a block may be.
    pub RuntimeBlockWeights: BlockWeights =
        BlockWeights::with_sensible_defaults(MAXIMUM_BLOCK_WEIGHT, NORMAL_DISPATCH_RATIO);
    /// How long a block may be.
    pub RuntimeBlockLength: BlockLength = BlockLength::builder()
        .max_length(BLOCK_BYTES)
        .modify_max_length_for_class(frame_support::dispatch::DispatchClass::Normal, |length| {
            *length = NORMAL_DISPATCH_RATIO.mul_floor(BLOCK_BYTES)
        })
        .build();
    /// Which runtime this is.
    pub const Version: RuntimeVersion = VERSION;
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
    type Block = Block;
    type BlockWeights = RuntimeBlockWeights;
    type BlockLength = RuntimeBlockLength;
    type AccountId = AccountId;
    type Lookup = AccountIdLookup<AccountId, ()>;
    type Nonce = Nonce;
    type Hash = Hash;
    type BlockHashCount = ConstU32<BLOCK_HASH_COUNT>;
    type DbWeight = ParityDbWeight;
    type SystemWeightInfo = crate::weights::frame_system::WeightInfo<Runtime>;
    type ExtensionsWeightInfo = crate::weights::frame_system_extensions::WeightInfo<Runtime>;
    type Version = Version;
    type AccountData = pallet_balances::AccountData<Balance>;
    type SS58Prefix = frame_support::traits::ConstU16<SS58_PREFIX>;
    type MaxConsumers = ConstU32<16>;
    type SingleBlockMigrations = crate::migrations::Migrations;
}

// Only the genesis of a development chain has a key for it.
impl pallet_sudo::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type WeightInfo = crate::weights::pallet_sudo::WeightInfo<Runtime>;
}

impl crate::slots::Config for Runtime {}
