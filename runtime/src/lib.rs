//! The Waggle runtime: BABE, GRANDPA, balances and the pallets of the protocol.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`constants`] | money and time |
//! | [`configs`] | the pallets' parameters, by theme |
//! | [`apis`] | what nodes and clients may ask the runtime |
//! | [`genesis_config_presets`] | the chains `dev`, `local` and `governed` |
//! | [`migrations`] | what an upgrade does to the state |
//! | [`slots`] | the slot duration, a parameter of the genesis |
//! | [`origins`] | whom referenda speak for, and the hold of votes |
//! | [`randomness`] | where the seed of an assignment comes from |
//! | [`self_check`] | whether two builds of the runtime compute alike |
//! | [`transactions`] | the form of transactions, and how the off-chain hook makes them |
//! | [`weights`] | what the work costs, measured |
//!
//! Out of scope: the protocol itself, which is in `pallets/` and `primitives/`.

#![cfg_attr(not(feature = "std"), no_std)]
// `#[frame_support::runtime]` and `impl_runtime_apis!` recurse once for each pallet and API.
#![recursion_limit = "512"]
// FRAME's macros generate items without documentation; those written here all have theirs.
#![allow(missing_docs)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;

#[cfg(feature = "std")]
mod wasm {
    include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));
}
#[cfg(feature = "std")]
pub use wasm::{WASM_BINARY, WASM_BINARY_BLOATY, WASM_BINARY_PATH};

#[cfg(feature = "runtime-benchmarks")]
#[macro_use]
mod benchmarks;

pub mod apis;
pub mod configs;
pub mod constants;
pub mod genesis_config_presets;
pub mod migrations;
pub mod origins;
pub mod randomness;
pub mod self_check;
pub mod slots;
pub mod transactions;
pub mod weights;

#[cfg(test)]
mod tests;

#[cfg(feature = "std")]
pub use apis::RuntimeApi;
pub use constants::*;
pub use transactions::{SignedPayload, TxExtension, UncheckedExtrinsic};

use alloc::{borrow::Cow, vec::Vec};
use frame_support::weights::Weight;
use sp_runtime::{
    generic, impl_opaque_keys,
    traits::{BlakeTwo256, IdentifyAccount, Verify},
    MultiAddress, MultiSignature,
};
use sp_version::RuntimeVersion;

/// A signature of an account: sr25519, ed25519 or ECDSA.
pub type Signature = MultiSignature;
/// An account: a public key, or its hash.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// How transactions name accounts.
pub type Address = MultiAddress<AccountId, ()>;
/// Money in the smallest unit: 10⁻¹² WAG.
pub type Balance = u128;
/// A block's height.
pub type BlockNumber = u32;
/// How many transactions an account has sent.
pub type Nonce = u32;
/// 32 bytes of Blake2b.
pub type Hash = sp_core::H256;
/// Milliseconds since 1970.
pub type Moment = u64;
/// A block's header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
/// Executes blocks.
pub type Executive = frame_executive::Executive<
    Runtime,
    Block,
    frame_system::ChainContext<Runtime>,
    Runtime,
    AllPalletsWithSystem,
>;

impl_opaque_keys! {
    /// What a validator signs with.
    pub struct SessionKeys {
        /// Blocks.
        pub babe: Babe,
        /// Votes on finality.
        pub grandpa: Grandpa,
    }
}

/// Which runtime this is.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
    spec_name: Cow::Borrowed("waggle"),
    impl_name: Cow::Borrowed("waggle"),
    authoring_version: 1,
    // 6 judges by `Rule::Calibrated`, knows examinations, domains and audits, draws seats, is
    // governed by referenda, and has bonds and pay of validators.
    spec_version: 6,
    impl_version: 1,
    apis: apis::RUNTIME_API_VERSIONS,
    // 2 has the domain and what is sealed in `submit`, and may cover the metadata's hash.
    transaction_version: 2,
    system_version: 1,
};

/// The pallets. Their order, by index, is the order of hooks and of the genesis: [`slots`] before
/// whoever asks for the slot duration, balances before whoever puts them on hold, sessions before
/// the validators, which begin as those of the first session. Whose `on_idle` comes first changes
/// from block to block; rounds are before audits, and so settled before in all blocks but a few.
#[frame_support::runtime]
mod runtime {
    /// The runtime.
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask,
        RuntimeViewFunction
    )]
    pub struct Runtime;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(1)]
    pub type Slots = crate::slots;
    #[runtime::pallet_index(2)]
    pub type Timestamp = pallet_timestamp;
    #[runtime::pallet_index(3)]
    pub type Babe = pallet_babe;
    #[runtime::pallet_index(4)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(5)]
    pub type TransactionPayment = pallet_transaction_payment;
    #[runtime::pallet_index(6)]
    pub type Session = pallet_session;
    #[runtime::pallet_index(7)]
    pub type Grandpa = pallet_grandpa;
    #[runtime::pallet_index(8)]
    pub type Treasury = pallet_treasury;
    #[runtime::pallet_index(9)]
    pub type Sudo = pallet_sudo;
    #[runtime::pallet_index(10)]
    pub type Authorship = pallet_authorship;
    #[runtime::pallet_index(11)]
    pub type Historical = pallet_session::historical;
    #[runtime::pallet_index(12)]
    pub type Offences = pallet_offences;
    #[runtime::pallet_index(13)]
    pub type Validators = pallet_waggle_validators;

    #[runtime::pallet_index(20)]
    pub type Agents = pallet_waggle_agents;
    #[runtime::pallet_index(21)]
    pub type Tickets = pallet_waggle_tickets;
    #[runtime::pallet_index(22)]
    pub type Ratings = pallet_waggle_ratings;
    #[runtime::pallet_index(23)]
    pub type Rounds = pallet_waggle_rounds;
    #[runtime::pallet_index(24)]
    pub type Examinations = pallet_waggle_examinations;
    #[runtime::pallet_index(25)]
    pub type Domains = pallet_waggle_domains;
    #[runtime::pallet_index(26)]
    pub type Audits = pallet_waggle_audits;

    #[runtime::pallet_index(30)]
    pub type Utility = pallet_utility;
    #[runtime::pallet_index(31)]
    pub type Proxy = pallet_proxy;
    #[runtime::pallet_index(32)]
    pub type Multisig = pallet_multisig;
    #[runtime::pallet_index(33)]
    pub type Preimage = pallet_preimage;
    #[runtime::pallet_index(34)]
    pub type Scheduler = pallet_scheduler;
    #[runtime::pallet_index(35)]
    pub type TechnicalCommittee = pallet_collective;
    #[runtime::pallet_index(36)]
    pub type Whitelist = pallet_whitelist;
    #[runtime::pallet_index(37)]
    pub type ConvictionVoting = pallet_conviction_voting;
    #[runtime::pallet_index(38)]
    pub type Referenda = pallet_referenda;
    #[runtime::pallet_index(39)]
    pub type Origins = crate::origins;
}

/// Execution time of a block at most: see [`constants::BLOCK_WEIGHT_MS`]. The proof's size does not
/// matter on a chain of its own.
pub const MAXIMUM_BLOCK_WEIGHT: Weight = Weight::from_parts(
    BLOCK_WEIGHT_MS.saturating_mul(frame_support::weights::constants::WEIGHT_REF_TIME_PER_MILLIS),
    u64::MAX,
);
