//! # Domains
//!
//! Fields of questions, each with members of its own. A round names its domain: its seats are those
//! of the domain's members, and what it teaches of them counts there alone.
//!
//! ## Terms
//! * **Domain**: a number, a title, a description, and what kind of questions are asked in it:
//!   *closed* ones, whose right answers are equal, or *open* ones. None of it ever changes, and a
//!   domain is never removed: whoever joined it, or asks in it, knows what it is.
//! * **General domain**: number 0, for closed questions of any kind. It needs no founder.
//! * **Member**: an agent that has joined a domain. From its registration on it is a member of the
//!   general one, which it may leave.
//! * **Roster**: the members among which seats are drawn, numbered without gaps.
//!
//! ## Scenarios
//! * Somebody founds a domain, for a fee that goes to the treasury. Agents join it; rounds that are
//!   submitted in later blocks are open to them: nobody joins for a round that it has seen.
//! * More members want to answer than a round has seats: lots are drawn among those on the roster.
//!   A member is on it from the beginning to its retirement, but for those that had a seat
//!   `MaxAbsences` times in a row and did not come, which counts once in `AbsencePeriod` blocks.
//!   They come back with the next round that they enter, or by `rejoin`, which is free now and
//!   then.
//! * An agent leaves a domain, but not while it is in a round, nor before it was a member for
//!   `MembershipBlocks`. What was known of it there is forgotten. If it comes back it is a
//!   newcomer, who has little weight: to wash a bad name off takes as long, and gains little.
//! * A member *claims* what it answers with. That holds from the next epoch on (an **epoch**:
//!   [`EpochBlocks`] blocks), so that whatever others count in an epoch belongs to one claim.
//! * Anybody funds a domain's **reward pool**. When an epoch is over, the pool sets a part of
//!   itself aside for it, to be shared by the rounds that members *served* in it: rounds that
//!   taught something, and in which the member kept its word. Members, or anybody for them,
//!   *collect* their part; what nobody collects in time returns to the pool. An agent that sealed
//!   doubly collects nothing.
//! * Audits *suspend* a member (`AuditedDomains`): it is on no roster, enters no rounds and
//!   collects nothing, until they take that back, or `SuspensionBlocks` later it leaves and joins
//!   anew. Who has left may be suspended too: it joins again as much later.
//! * An agent retires: it is on no roster any more. When it takes its bond it is no member of
//!   anything.
//!
//! ## Properties
//! * An agent is a member of `MaxMemberships` domains at most.
//! * Each roster has no gaps, and holds only members that may enter rounds: nobody suspended.
//! * What a round costs the chain depends on its seats, not on how many members its domain has.
//! * Total issuance never changes. The pools' account has what the pools have and owe, or more.
//! * A round served is never paid more than `PoolRules` say, which is less than a seat costs
//!   whoever asks: to ask in order to serve is a loss, whatever is in the pool.
//!
//! ## Bounds
//! Domains are paid for with the fee, memberships, claims and what members served with the agent's
//! bond, pools with what is in them. Nothing here iterates over domains or members, but for the
//! runtime API ([`MAX_LISTED`] at a time) and the domains of one agent. Epochs are reckoned from
//! block numbers, and pools are brought up to date when they are touched: no hooks.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;

#[cfg(any(feature = "runtime-benchmarks", test))]
pub mod benchmarking;
mod claims;
mod founding;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod invariants;
mod listing;
mod membership;
// The macros that make a runtime want public items.
#[cfg(test)]
#[allow(unreachable_pub)]
mod mock;
mod population;
mod reward_pool;
mod roster;
mod suspension;
#[cfg(test)]
mod tests;
mod types;
pub mod weights;

pub use listing::MAX_LISTED;
pub use pallet::*;
pub use types::{
    Description, Domain, Membership, Payout, Pool, Population, RosterPlace, Service, Title,
};
pub use weights::WeightInfo;

// The macro writes code that expects.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
    use super::{types::*, WeightInfo};
    use frame_support::{pallet_prelude::*, traits::fungible, traits::StorageVersion, PalletId};
    use frame_system::pallet_prelude::*;
    use waggle_primitives::{
        choice::Question,
        claim::{Declarations, Epoch},
        reward_pool::PoolRules,
        traits::{AgentRegistry, OnMemberLeft},
        Claim, DomainId, Hash32,
    };

    /// The version of the storage layout.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// The pallet.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// The pallet's parameters.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Who is an agent.
        type Agents: AgentRegistry<Self::AccountId>;

        /// The currency of the fee and of reward pools.
        type Currency: fungible::Mutate<Self::AccountId, Balance = u128>;

        /// Who gets the fee.
        type Treasury: Get<Self::AccountId>;

        /// What it costs to found a domain.
        #[pallet::constant]
        type FoundingFee: Get<u128>;

        /// Of how many domains an agent may be a member. At least 1.
        #[pallet::constant]
        type MaxMemberships: Get<u32>;

        /// For how many blocks an agent is a member of a domain at least. As long as an identity
        /// that starts anew has to wait: or leaving would be the cheaper way. Also for how many
        /// blocks after a free `rejoin` of a domain another one costs the fee.
        #[pallet::constant]
        type MembershipBlocks: Get<BlockNumberFor<Self>>;

        /// How often in a row a member may have a seat and not come, before it is taken off the
        /// roster. At least 1.
        #[pallet::constant]
        type MaxAbsences: Get<u32>;

        /// For how many blocks after an absence no other one counts.
        #[pallet::constant]
        type AbsencePeriod: Get<BlockNumberFor<Self>>;

        /// How many blocks an epoch has where the genesis does not say: see [`EpochBlocks`]. At
        /// least 1. Not in the metadata, where it could be taken for the chain's.
        type DefaultEpochBlocks: Get<u32>;

        /// For how many blocks a suspended member may not leave at least, to join anew; and one
        /// that has left may not join.
        #[pallet::constant]
        type SuspensionBlocks: Get<BlockNumberFor<Self>>;

        /// What the account of all reward pools is derived from.
        #[pallet::constant]
        type PoolsId: Get<PalletId>;

        /// What a reward pool pays for an epoch.
        #[pallet::constant]
        type PoolRules: Get<PoolRules>;

        /// For how many epochs, its own among them, what was earned in an epoch is kept for
        /// whoever earned it. At least 2.
        #[pallet::constant]
        type CollectionEpochs: Get<u32>;

        /// Told of each member that has left a domain.
        type OnMemberLeft: OnMemberLeft<Self::AccountId>;

        /// What the calls cost.
        type WeightInfo: WeightInfo;
    }

    /// The domains that were founded: all but the general one. Never removed; paid for with the
    /// fee.
    #[pallet::storage]
    pub type Founded<T: Config> =
        CountedStorageMap<_, Twox64Concat, DomainId, Domain<BlockNumberFor<T>>>;

    /// How many members each domain has. Domains that never had one have no entry.
    #[pallet::storage]
    pub type Populations<T: Config> = StorageMap<_, Twox64Concat, DomainId, Population, ValueQuery>;

    /// The members of each domain, by owner. Removed when they leave it, or leave for good.
    #[pallet::storage]
    pub type Memberships<T: Config> = StorageDoubleMap<
        _,
        Twox64Concat,
        DomainId,
        Blake2_128Concat,
        T::AccountId,
        Membership<BlockNumberFor<T>>,
    >;

    /// The domains of each agent, in the order in which it joined: the mirror of [`Memberships`].
    #[pallet::storage]
    pub type DomainsOf<T: Config> = StorageMap<
        _,
        Blake2_128Concat,
        T::AccountId,
        BoundedVec<DomainId, T::MaxMemberships>,
        ValueQuery,
    >;

    /// The roster of each domain: the owners of the members among which seats are drawn, by number,
    /// without gaps. The mirror of [`Membership::place`].
    #[pallet::storage]
    pub type Rosters<T: Config> =
        StorageDoubleMap<_, Twox64Concat, DomainId, Twox64Concat, u32, T::AccountId>;

    /// What the members of each domain say that they answer with. Removed when nothing is claimed
    /// any more, and when the agent leaves the domain or retires.
    #[pallet::storage]
    pub type Claims<T: Config> =
        StorageDoubleMap<_, Twox64Concat, DomainId, Blake2_128Concat, T::AccountId, Declarations>;

    /// How many blocks an epoch has: claims hold for whole epochs, pools pay for them, and audits
    /// go by them. At least 1. Written by the genesis and never again; `DefaultEpochBlocks` of
    /// chains whose genesis did not know of it.
    #[pallet::storage]
    pub type EpochBlocks<T: Config> = StorageValue<_, u32, ValueQuery, UsualEpoch<T>>;

    /// How many blocks an epoch has where no genesis said so.
    #[pallet::type_value]
    pub fn UsualEpoch<T: Config>() -> u32 {
        T::DefaultEpochBlocks::get()
    }

    /// The members that are suspended from each domain, and since which block. Removed when that is
    /// taken back, or they leave the domain. Also of who is no member, until its time is over.
    #[pallet::storage]
    pub type Suspensions<T: Config> = StorageDoubleMap<
        _,
        Twox64Concat,
        DomainId,
        Blake2_128Concat,
        T::AccountId,
        BlockNumberFor<T>,
    >;

    /// Those that are suspended and no members, by number, in the order in which they came to be
    /// so. Removed when their time is over.
    #[pallet::storage]
    pub type Barred<T: Config> = StorageMap<_, Twox64Concat, u64, (DomainId, T::AccountId)>;

    /// The first number in [`Barred`], and the one after the last.
    #[pallet::storage]
    pub type BarredNumbers<T: Config> = StorageValue<_, (u64, u64), ValueQuery>;

    /// The reward pools of domains that were ever funded, as they were when they were last touched.
    /// Never removed: each keeps an existential deposit.
    #[pallet::storage]
    pub type Pools<T: Config> = StorageMap<_, Twox64Concat, DomainId, Pool>;

    /// What each pool pays for epochs that are over, oldest first.
    #[pallet::storage]
    pub type Payouts<T: Config> =
        StorageMap<_, Twox64Concat, DomainId, BoundedVec<Payout, T::CollectionEpochs>, ValueQuery>;

    /// What each member served in epochs whose pay it has not collected, oldest first. Removed when
    /// it collects, or leaves the domain.
    #[pallet::storage]
    pub type Served<T: Config> = StorageDoubleMap<
        _,
        Twox64Concat,
        DomainId,
        Blake2_128Concat,
        T::AccountId,
        BoundedVec<Service, T::CollectionEpochs>,
        ValueQuery,
    >;

    /// What the pallet tells.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// Somebody founded a domain.
        DomainFounded {
            /// Its number.
            domain: DomainId,
            /// Who paid for it, and has no other part in it.
            founder: T::AccountId,
            /// What kind of questions are asked in it.
            question: Question,
        },
        /// An agent is a member of a domain, and on its roster.
        MemberJoined {
            /// The domain.
            domain: DomainId,
            /// The agent's owner.
            owner: T::AccountId,
        },
        /// An agent is a member of a domain no more.
        MemberLeft {
            /// The domain.
            domain: DomainId,
            /// The agent's owner.
            owner: T::AccountId,
        },
        /// A member is among those again between which seats are drawn.
        RosterJoined {
            /// The domain.
            domain: DomainId,
            /// The agent's owner.
            owner: T::AccountId,
        },
        /// A member had a seat too often and did not come: no seats are drawn for it.
        RosterLeft {
            /// The domain.
            domain: DomainId,
            /// The agent's owner.
            owner: T::AccountId,
        },
        /// A member said what it answers with, or that it claims nothing any more.
        Claimed {
            /// The domain.
            domain: DomainId,
            /// The agent's owner.
            owner: T::AccountId,
            /// The digest of the claim. `None`: it claims nothing.
            digest: Option<Hash32>,
            /// The epoch from which on it holds, if it did not before.
            from_epoch: Epoch,
        },
        /// Somebody put money into a domain's reward pool.
        PoolFunded {
            /// The domain.
            domain: DomainId,
            /// Who paid.
            funder: T::AccountId,
            /// How much.
            amount: u128,
        },
        /// A pool set money aside for an epoch that is over.
        EpochPaid {
            /// The domain.
            domain: DomainId,
            /// The epoch.
            epoch: Epoch,
            /// How many rounds members served in it, all of them together.
            rounds: u32,
            /// How much.
            amount: u128,
        },
        /// What nobody had collected in time is the pool's again.
        PayReturned {
            /// The domain.
            domain: DomainId,
            /// How much.
            amount: u128,
        },
        /// An agent's owner was paid for what it served, out of the domain's pool.
        Collected {
            /// The domain.
            domain: DomainId,
            /// The agent's owner.
            owner: T::AccountId,
            /// How much.
            amount: u128,
        },
    }

    /// Why a call was refused. Nothing changed.
    #[pallet::error]
    pub enum Error<T> {
        /// A title has at least one byte.
        EmptyTitle,
        /// The account's balance does not cover the fee and the existential deposit.
        FeeUnaffordable,
        /// There is no domain of this number.
        NoSuchDomain,
        /// The account owns no agent that may enter rounds.
        NotAnAgent,
        /// The caller's agent is a member of the domain already.
        AlreadyMember,
        /// The caller's agent is a member of as many domains as it may be: leave one first.
        TooManyMemberships,
        /// The caller's agent is no member of the domain.
        NotMember,
        /// The caller's agent is on the roster already.
        OnRoster,
        /// `MembershipBlocks` have not passed since the agent joined, or `SuspensionBlocks` since
        /// it was suspended. Try again later.
        TooEarlyToLeave,
        /// The agent is in running rounds. Try again when they are over.
        RoundsOpen,
        /// The claim has no name of a model, or a number that is out of its range.
        InvalidClaim,
        /// There is no claim to take back.
        NothingClaimed,
        /// A pool takes no less than the existential deposit at once.
        TooLittle,
        /// The account's balance does not cover the amount and the existential deposit.
        FundingUnaffordable,
        /// The pool owes the account nothing for epochs that are over, or its agent sealed doubly.
        /// What is served now is paid when its epoch is over.
        NothingToCollect,
        /// The agent is suspended from the domain. It may leave, `SuspensionBlocks` after that, and
        /// join anew; or join anew then, if it has left.
        Suspended,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(T::MaxAbsences::get() >= 1, "an agent that comes is not absent");
            assert!(T::MaxMemberships::get() >= 1, "an agent is a member of something");
            assert!(T::DefaultEpochBlocks::get() >= 1, "time goes on");
            assert!(T::CollectionEpochs::get() >= 2, "an epoch is paid when it is over");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    /// The chain's pace.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// How many blocks an epoch has. 0: `DefaultEpochBlocks`.
        pub epoch_blocks: u32,
        /// The runtime.
        #[serde(skip)]
        pub _config: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            let blocks = match self.epoch_blocks {
                0 => T::DefaultEpochBlocks::get(),
                blocks => blocks,
            };
            EpochBlocks::<T>::put(blocks);
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Found a domain, for `FoundingFee`. It is there for ever, and as it is now.
        ///
        /// Origin: signed, by anybody.
        /// * `title`, `description`: what it is about, UTF-8.
        /// * `question`: what kind of questions are asked in it.
        ///
        /// Emits [`Event::DomainFounded`].
        /// Errors: [`Error::EmptyTitle`], [`Error::FeeUnaffordable`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::found(title.len() as u32, description.len() as u32))]
        pub fn found(
            origin: OriginFor<T>,
            title: Title,
            description: Description,
            question: Question,
        ) -> DispatchResult {
            let founder = ensure_signed(origin)?;
            Self::do_found(founder, title, description, question)
        }

        /// Let the caller's agent be a member of a domain: it may enter rounds that are submitted
        /// there in later blocks.
        ///
        /// Origin: signed, by the agent's owner.
        ///
        /// Emits [`Event::MemberJoined`].
        /// Errors: [`Error::NotAnAgent`], [`Error::NoSuchDomain`], [`Error::AlreadyMember`],
        /// [`Error::Suspended`], [`Error::TooManyMemberships`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::join())]
        pub fn join(origin: OriginFor<T>, domain: DomainId) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_join(domain, owner)
        }

        /// Let the caller's agent be a member of a domain no more. It enters no more rounds there,
        /// and what is known of it there is forgotten.
        ///
        /// Origin: signed, by the agent's owner.
        ///
        /// Emits [`Event::MemberLeft`].
        /// Errors: [`Error::NotMember`], [`Error::TooEarlyToLeave`], [`Error::RoundsOpen`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::leave())]
        pub fn leave(origin: OriginFor<T>, domain: DomainId) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_leave(domain, owner)
        }

        /// Let seats of a domain be drawn for the caller's agent again, which was taken off the
        /// roster because it did not come.
        ///
        /// Origin: signed, by the agent's owner. Free if it succeeds, once in each domain in
        /// `MembershipBlocks`; otherwise it costs the fee.
        ///
        /// Emits [`Event::RosterJoined`].
        /// Errors: [`Error::NotAnAgent`], [`Error::NotMember`], [`Error::OnRoster`],
        /// [`Error::Suspended`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::rejoin())]
        pub fn rejoin(origin: OriginFor<T>, domain: DomainId) -> DispatchResultWithPostInfo {
            let owner = ensure_signed(origin)?;
            Ok(Self::do_rejoin(domain, owner)?.into())
        }

        /// Say what the caller's agent answers with in a domain, from the next epoch on; or, with
        /// `None`, that it claims nothing there any more. What was declared before for the next
        /// epoch is replaced.
        ///
        /// Origin: signed, by the agent's owner.
        ///
        /// Emits [`Event::Claimed`].
        /// Errors: [`Error::NotAnAgent`], [`Error::NotMember`], [`Error::InvalidClaim`],
        /// [`Error::NothingClaimed`].
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::claim())]
        pub fn claim(
            origin: OriginFor<T>,
            domain: DomainId,
            claim: Option<Claim>,
        ) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_claim(domain, owner, claim)
        }

        /// Put money into a domain's reward pool. It does not come back.
        ///
        /// Origin: signed, by anybody.
        /// * `amount`: at least the existential deposit.
        ///
        /// Emits [`Event::PoolFunded`]; also [`Event::EpochPaid`] and [`Event::PayReturned`] if the
        /// pool was not touched in this epoch.
        /// Errors: [`Error::NoSuchDomain`], [`Error::TooLittle`], [`Error::FundingUnaffordable`].
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::fund())]
        pub fn fund(origin: OriginFor<T>, domain: DomainId, amount: u128) -> DispatchResult {
            let funder = ensure_signed(origin)?;
            Self::do_fund(domain, funder, amount)
        }

        /// Pay an agent's owner what its agent served in a domain in epochs that are over, out of
        /// the domain's reward pool.
        ///
        /// Origin: signed, by anybody.
        /// * `owner`: who is paid, whose agent is a member of the domain.
        ///
        /// Emits [`Event::Collected`]; also [`Event::EpochPaid`] and [`Event::PayReturned`] if the
        /// pool was not touched in this epoch.
        /// Errors: [`Error::NothingToCollect`], [`Error::Suspended`]; the currency's, if the
        /// account is gone and the amount is too little for a new one.
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::collect())]
        pub fn collect(
            origin: OriginFor<T>,
            domain: DomainId,
            owner: T::AccountId,
        ) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_collect(domain, owner)
        }
    }
}
