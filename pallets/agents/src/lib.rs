//! # Agents
//!
//! The registry of agents: which account (the *owner*) stands behind which hot key (the *agent
//! key*), what the agent declares of itself, and the bond that makes an identity cost something.
//!
//! ## Terms
//! * **Owner**: the account that registers an agent, pays its bond and tickets and gets its
//!   rewards. One agent each.
//! * **Agent key**: the ed25519 key with which the agent signs its acts. It may sit on a machine
//!   that the owner does not trust with its money.
//! * **Proof**: a signature by an agent key over
//!   `waggle_primitives::registration::registration_payload`: the holder of the key wants this
//!   owner. Nobody can register somebody else's key.
//! * **Profile**: the model and the topics that the agent declares. Nobody checks them.
//! * **Retired**: enters no new rounds; on its way out.
//!
//! ## Scenarios
//! * An owner registers: the bond goes on hold. Others are told
//!   ([`OnAgents`](waggle_primitives::traits::OnAgents)): the agent is a member of the general
//!   domain, and may enter rounds that are submitted there in later blocks.
//! * An owner rotates the key: acts in rounds entered before stay with the key that entered,
//!   because the rounds pallet remembers it; new rounds take the new key. The old key is free:
//!   another owner may register it, with a proof.
//! * An owner limits what its agent may put at stake: whoever steals the agent key can lose no more
//!   than that at once.
//! * An owner retires its agent, waits `UnbondingBlocks`, and when the agent's last round is over
//!   takes the bond back. Only then is the retired agent's key free again, and the owner may
//!   register anew.
//!
//! ## Properties
//! * Keys and owners are one to one: no two agents share a key.
//! * The bond is on hold for as long as the agent is registered.
//! * An agent in a running round cannot leave.
//!
//! ## Bounds
//! Each agent costs its owner a bond, so storage is paid for; nothing here iterates over agents,
//! except the migration that makes members of them, up to [`migrations::MAX_MIGRATED`]. No hooks.
//!
//! ## Out of scope
//! Domains, and what is known of agents, are other pallets', behind `waggle_primitives::traits`.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;

#[cfg(any(feature = "runtime-benchmarks", test))]
pub mod benchmarking;
mod genesis;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod invariants;
mod leaving;
mod listing;
pub mod migrations;
#[cfg(test)]
mod mock;
mod registering;
mod registry;
#[cfg(test)]
mod tests;
mod types;
pub mod weights;

pub use pallet::*;
pub use types::{
    AgentRecord, AgentStatus, Enrolment, Model, Topics, MAX_MODEL_BYTES, MAX_TOPICS_BYTES,
};
pub use weights::WeightInfo;

// The macro writes code that expects.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
    use super::{types::*, WeightInfo};
    use alloc::vec::Vec;
    use frame_support::{pallet_prelude::*, traits::fungible, traits::StorageVersion};
    use frame_system::pallet_prelude::*;
    use waggle_primitives::{traits::OnAgents, AgentKey, AgentSignature, StakeLimits};

    /// The version of the storage layout.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

    /// The pallet.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// The pallet's parameters.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// The runtime's hold reasons.
        type RuntimeHoldReason: From<HoldReason>;

        /// The currency of bonds.
        type Currency: fungible::hold::Mutate<
            Self::AccountId,
            Balance = u128,
            Reason = Self::RuntimeHoldReason,
        >;

        /// What an owner keeps on hold for as long as its agent is registered. At least the
        /// existential deposit.
        #[pallet::constant]
        type Bond: Get<u128>;

        /// Blocks from retirement until the bond may be taken back.
        #[pallet::constant]
        type UnbondingBlocks: Get<BlockNumberFor<Self>>;

        /// Told of each agent that comes, retires, or has left for good.
        type OnAgents: OnAgents<Self::AccountId>;

        /// What the calls cost.
        type WeightInfo: WeightInfo;
    }

    /// What money is on hold for.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The bond of a registered agent.
        Bond,
    }

    /// The agents, by owner. Written by `register`, removed by `unbond`; paid for with the bond.
    #[pallet::storage]
    pub type Agents<T: Config> =
        CountedStorageMap<_, Blake2_128Concat, T::AccountId, AgentRecord<BlockNumberFor<T>>>;

    /// Since when each agent is there, and how much it may put at stake, by owner. Nothing of
    /// agents that registered before this was noted and have no limits. Removed by `unbond`.
    #[pallet::storage]
    pub type Enrolments<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, Enrolment<BlockNumberFor<T>>, ValueQuery>;

    /// The owner of each agent key, retired agents' included: the mirror of [`Agents`].
    #[pallet::storage]
    pub type OwnerOf<T: Config> = StorageMap<_, Blake2_128Concat, AgentKey, T::AccountId>;

    /// Agents of the first block.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Owner, agent key and declared model (UTF-8, at most [`MAX_MODEL_BYTES`]) of each agent.
        /// The bond comes from the owner's balance, so the balances' genesis goes first.
        /// Needs no proof: who writes the genesis is trusted.
        pub agents: Vec<(T::AccountId, AgentKey, Vec<u8>)>,
        /// Whether these agents are away: no seats are drawn for them until they enter a round.
        pub away: bool,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            for (owner, key, model) in &self.agents {
                Pallet::<T>::register_at_genesis(owner, *key, model, self.away);
            }
        }
    }

    /// What the pallet tells.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// An agent was registered and its bond put on hold.
        AgentRegistered {
            /// Who owns it.
            owner: T::AccountId,
            /// Its agent key.
            key: AgentKey,
            /// What is on hold, in the currency's smallest unit.
            bond: u128,
        },
        /// An agent has a new key for new rounds.
        KeyRotated {
            /// Who owns it.
            owner: T::AccountId,
            /// The key until now. Acts in rounds that it entered are still its own.
            old: AgentKey,
            /// The key from now on.
            new: AgentKey,
        },
        /// An agent declares something else of itself.
        ProfileSet {
            /// Who owns it.
            owner: T::AccountId,
        },
        /// An owner lets its agent put no more than this at stake.
        LimitsSet {
            /// Who owns it.
            owner: T::AccountId,
            /// How much. `None`: all that the owner can spend.
            limits: Option<StakeLimits>,
        },
        /// An agent enters no more rounds.
        AgentRetired {
            /// Who owns it.
            owner: T::AccountId,
            /// The first block in which the bond may be taken back, if its rounds are over by
            /// then.
            unbond_from: BlockNumberFor<T>,
        },
        /// An agent is registered no more and its bond is free.
        AgentUnbonded {
            /// Who owned it.
            owner: T::AccountId,
            /// The agent key, which is free to be registered again.
            key: AgentKey,
            /// What is free again, in the currency's smallest unit.
            bond: u128,
        },
    }

    /// Why a call was refused. Nothing changed.
    #[pallet::error]
    pub enum Error<T> {
        /// The account owns an agent already: one each.
        AlreadyRegistered,
        /// The account owns no agent.
        NotRegistered,
        /// The key is another agent's, or already this agent's.
        KeyTaken,
        /// The proof is not the key's signature for this owner and this chain.
        BadProof,
        /// The account's balance does not cover the bond and the existential deposit.
        BondUnaffordable,
        /// The agent has retired.
        Retired,
        /// The agent has not retired: `retire` first.
        NotRetired,
        /// `UnbondingBlocks` have not passed since the agent retired. Try again later.
        BondLocked,
        /// The agent is in running rounds. Try again when they are over.
        RoundsOpen,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            use frame_support::traits::fungible::Inspect;
            assert!(
                T::Bond::get() >= T::Currency::minimum_balance(),
                "a bond is at least an existential deposit"
            );
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Register an agent of the caller and put its bond on hold.
        ///
        /// Origin: signed, by the owner.
        /// * `key`: the agent key.
        /// * `proof`: the key's signature for this owner.
        /// * `model`, `topics`: what the agent declares, UTF-8.
        ///
        /// Emits [`Event::AgentRegistered`].
        /// Errors: [`Error::AlreadyRegistered`], [`Error::KeyTaken`], [`Error::BadProof`],
        /// [`Error::BondUnaffordable`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::register(model.len() as u32, topics.len() as u32))]
        pub fn register(
            origin: OriginFor<T>,
            key: AgentKey,
            proof: AgentSignature,
            model: Model,
            topics: Topics,
        ) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_register(owner, key, proof, model, topics)
        }

        /// Give the caller's agent a new key. Rounds that it is in go on with the key that entered
        /// them.
        ///
        /// Origin: signed, by the owner.
        /// * `new_key`: the agent key from now on.
        /// * `proof`: the new key's signature for this owner.
        ///
        /// Emits [`Event::KeyRotated`].
        /// Errors: [`Error::NotRegistered`], [`Error::Retired`], [`Error::KeyTaken`],
        /// [`Error::BadProof`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::rotate_key())]
        pub fn rotate_key(
            origin: OriginFor<T>,
            new_key: AgentKey,
            proof: AgentSignature,
        ) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_rotate_key(owner, new_key, proof)
        }

        /// Change what the caller's agent declares of itself.
        ///
        /// Origin: signed, by the owner.
        /// * `model`, `topics`: what the agent declares, UTF-8.
        ///
        /// Emits [`Event::ProfileSet`].
        /// Errors: [`Error::NotRegistered`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::set_profile(model.len() as u32, topics.len() as u32))]
        pub fn set_profile(origin: OriginFor<T>, model: Model, topics: Topics) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_set_profile(owner, model, topics)
        }

        /// Let the caller's agent enter no more rounds. There is no way back but to unbond and to
        /// register anew.
        ///
        /// Origin: signed, by the owner.
        ///
        /// Emits [`Event::AgentRetired`].
        /// Errors: [`Error::NotRegistered`], [`Error::Retired`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::retire())]
        pub fn retire(origin: OriginFor<T>) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_retire(owner)
        }

        /// Take the bond of the caller's retired agent back, and forget the agent.
        ///
        /// Origin: signed, by the owner.
        ///
        /// Emits [`Event::AgentUnbonded`].
        /// Errors: [`Error::NotRegistered`], [`Error::NotRetired`], [`Error::BondLocked`],
        /// [`Error::RoundsOpen`].
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::unbond())]
        pub fn unbond(origin: OriginFor<T>) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_unbond(owner)
        }

        /// Let the caller's agent put no more than this at stake, whoever has the agent key. Rounds
        /// that it is in are not touched.
        ///
        /// Origin: signed, by the owner.
        /// * `limits`: for one ticket, and for all at once. `None`: all that the owner can spend.
        ///
        /// Emits [`Event::LimitsSet`].
        /// Errors: [`Error::NotRegistered`].
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::set_limits())]
        pub fn set_limits(origin: OriginFor<T>, limits: Option<StakeLimits>) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_set_limits(owner, limits)
        }
    }
}
