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
//! * **Former key**: the one before the last rotation. The owner answers for it, and nobody else
//!   can register it, for `UnbondingBlocks` more.
//! * **Double seal**: two different commits of one key for one step of one round, in one scope
//!   (`waggle_primitives::double_seal`). Whoever reports one with both signatures has it punished.
//! * **Barred**: a key that sealed doubly. It is never registered again.
//!
//! ## Scenarios
//! * An owner registers: the bond goes on hold. Others are told
//!   ([`OnAgents`](waggle_primitives::traits::OnAgents)): the agent is a member of the general
//!   domain, and may enter rounds that are submitted there in later blocks.
//! * An owner rotates the key: acts in rounds entered before stay with the key that entered,
//!   because the rounds pallet remembers it; new rounds take the new key. It may rotate again when
//!   it does not answer for the former key any more. Then that is free, and another owner may
//!   register it, with a proof. If the new key is stolen too before that, the owner can retire its
//!   agent, or let it stake nothing.
//! * An owner limits what its agent may put at stake: whoever steals the agent key can lose no more
//!   than that at once.
//! * An owner retires its agent, waits `UnbondingBlocks`, and when the agent's last round is over
//!   takes the bond back. Only then is the retired agent's key free again, and the owner may
//!   register anew.
//! * Somebody reports a double seal. The whole bond is taken: a part is the reporter's, the rest
//!   the treasury's. The agent retires, its key is barred. What its running rounds owe goes on.
//!   Nodes report what they see in blocks by themselves, without an account: then all is the
//!   treasury's.
//! * Audits find that an agent does not run what it claims: a part of what is left of its bond is
//!   the treasury's ([`Bonds`](waggle_primitives::traits::Bonds)). The agent goes on, and its owner
//!   takes the rest back when it leaves.
//!
//! ## Properties
//! * Keys and owners are one to one: no two agents share a key, and for each key, its former one
//!   too, one owner at most answers.
//! * What is left of the bond is on hold for as long as the agent is registered, or until it is
//!   taken. Parts never take all of it: only who sealed doubly has none.
//! * A key is punished once, whoever reports it how often, and whatever is registered afterwards.
//! * Total issuance never changes.
//! * An agent in a running round cannot leave.
//!
//! ## Bounds
//! Each agent costs its owner a bond, so storage is paid for, and so is each barred key, which
//! stays for ever, by the bond that was taken; nothing here iterates over agents, except the
//! migration that makes members of them, up to [`migrations::MAX_MIGRATED`]. No hooks.
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
mod keys;
mod leaving;
mod listing;
pub mod migrations;
#[cfg(test)]
mod mock;
mod punishing;
mod registering;
mod registry;
mod slashing;
#[cfg(test)]
mod tests;
mod types;
pub mod weights;

pub use pallet::*;
pub use types::{
    AgentRecord, AgentStatus, Enrolment, FormerKey, Model, Topics, MAX_MODEL_BYTES,
    MAX_TOPICS_BYTES,
};
pub use weights::WeightInfo;

// The macro writes code that expects, and that borrows boxes.
#[allow(clippy::expect_used, clippy::borrowed_box)]
#[frame_support::pallet]
pub mod pallet {
    use super::{types::*, WeightInfo};
    use alloc::{boxed::Box, vec::Vec};
    use frame_support::{pallet_prelude::*, traits::fungible, traits::StorageVersion};
    use frame_system::{ensure_authorized, pallet_prelude::*};
    use sp_runtime::Perbill;
    use waggle_primitives::{
        traits::OnAgents, AgentKey, AgentSignature, DoubleSeal, RoundId, StakeLimits,
    };

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

        /// Blocks from retirement until the bond may be taken back, and from a rotation until the
        /// owner does not answer for the former key any more.
        #[pallet::constant]
        type UnbondingBlocks: Get<BlockNumberFor<Self>>;

        /// The account that gets bonds that are taken, but for the reporter's share. It need not
        /// exist.
        type Treasury: Get<Self::AccountId>;

        /// What an account gets of the bond whose agent's double seal it reports. With what is left
        /// at least the existential deposit: whoever reports itself loses that.
        #[pallet::constant]
        type ReporterShare: Get<Perbill>;

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

    /// The owner of each agent key, retired agents' and former keys included: the mirror of
    /// [`Agents`] and [`FormerKeys`].
    #[pallet::storage]
    pub type OwnerOf<T: Config> = StorageMap<_, Blake2_128Concat, AgentKey, T::AccountId>;

    /// The key before the last rotation, by owner. Removed by the next rotation, by `unbond`, or
    /// when somebody registers it after its time.
    #[pallet::storage]
    pub type FormerKeys<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, FormerKey<BlockNumberFor<T>>>;

    /// The keys that sealed doubly, for ever; each paid for by a bond.
    #[pallet::storage]
    pub type BarredKeys<T: Config> = StorageMap<_, Blake2_128Concat, AgentKey, ()>;

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
            /// The agent key, which is free to be registered again if it is not barred.
            key: AgentKey,
            /// What is free again, in the currency's smallest unit. 0 if it was taken.
            bond: u128,
        },
        /// An agent sealed two different things for one step of one round. It has retired, and its
        /// bond is gone.
        DoubleSealPunished {
            /// Who owns it.
            owner: T::AccountId,
            /// The key that signed both, which is barred now: the agent's own, or its former one.
            key: AgentKey,
            /// The round.
            round: RoundId,
            /// The bond that was taken, in the currency's smallest unit.
            slashed: u128,
            /// Who reported it. `None`: a node, by itself.
            reporter: Option<T::AccountId>,
            /// What the reporter got of it. The rest is the treasury's.
            paid: u128,
        },
        /// A part of an agent's bond went to the treasury.
        BondSlashed {
            /// Who owns the agent.
            owner: T::AccountId,
            /// How much, in the currency's smallest unit.
            slashed: u128,
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
        /// The owner answers for the key before this one still. Try again `UnbondingBlocks` after
        /// the last rotation.
        RotatedTooRecently,
        /// The key sealed doubly: it is never registered again. Take another one.
        KeyBarred,
        /// The two acts prove no double seal: they are not two different commits of one key for one
        /// step of one round, signed in this scope on this chain.
        NoDoubleSeal,
        /// No owner answers for the key: it is no agent's, nor has been one's within
        /// `UnbondingBlocks`.
        NobodysKey,
        /// The key's double seal has been punished, or its agent's bond been taken for another one.
        AlreadyPunished,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            use frame_support::traits::fungible::Inspect;
            assert!(
                T::Bond::get() >= T::Currency::minimum_balance(),
                "a bond is at least an existential deposit"
            );
            let rest = T::Bond::get().saturating_sub(Self::reporters_part(T::Bond::get()));
            assert!(
                rest >= T::Currency::minimum_balance(),
                "what the treasury gets of a bond is at least an existential deposit"
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
        /// Errors: [`Error::AlreadyRegistered`], [`Error::KeyBarred`], [`Error::KeyTaken`],
        /// [`Error::BadProof`], [`Error::BondUnaffordable`].
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
        /// Errors: [`Error::NotRegistered`], [`Error::Retired`], [`Error::RotatedTooRecently`],
        /// [`Error::KeyBarred`], [`Error::KeyTaken`], [`Error::BadProof`].
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

        /// Report an agent that sealed two different things for one step of one round: its whole
        /// bond is taken, it retires, and its key is barred. Agents that have retired are punished
        /// too, until they have left.
        ///
        /// Origin: signed, by anybody, who gets `ReporterShare` of the bond; or authorised, as
        /// nodes send it: all is the treasury's then. Free if it succeeds.
        /// * `evidence`: both commits with their signatures, and what they cover.
        ///
        /// Emits [`Event::AgentRetired`] if it had not, and [`Event::DoubleSealPunished`].
        /// Errors: [`Error::NoDoubleSeal`], [`Error::AlreadyPunished`], [`Error::NobodysKey`].
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::report_double_seal(evidence.sealed_bytes()))]
        #[pallet::authorize(|source, evidence| Self::authorize_report(source, evidence))]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_report(evidence.sealed_bytes()))]
        pub fn report_double_seal(
            origin: OriginFor<T>,
            evidence: Box<DoubleSeal<T::AccountId>>,
        ) -> DispatchResultWithPostInfo {
            let reporter = match ensure_authorized(origin.clone()) {
                Ok(()) => None,
                Err(_) => Some(ensure_signed(origin)?),
            };
            Self::do_report_double_seal(reporter, &evidence)?;
            Ok(Pays::No.into())
        }
    }
}
