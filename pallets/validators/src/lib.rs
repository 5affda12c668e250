//! # Validators
//!
//! Who makes and finalizes blocks: the set that governance decides, the bond behind each
//! validator, what it is paid, and what an offence does to it. The keys are `pallet_session`'s
//! affair, the proof of an offence BABE's and GRANDPA's, the record of it `pallet_offences`'.
//!
//! ## Terms
//! * **Set**: the accounts that governance wants as validators. It is what the next planned session
//!   is filled from.
//! * **Session**: one epoch of BABE. Its validators are planned one session ahead, so whoever joins
//!   the set in session `n` validates from session `n + 2`, and whoever leaves it validates through
//!   session `n + 1`.
//! * **To sit**: to be a validator of the running session.
//! * **Offence**: two different blocks of one validator in one slot, or two different votes in one
//!   round of GRANDPA.
//! * **Suspended**: disabled for having offended, through the last session that was planned with
//!   the offender in it.
//! * **Bond**: what an account has on hold to be a validator, `Bond` in full.
//! * **Stay**: the time in the set, from being added until the last session that was planned before
//!   the validator left.
//! * **Pot**: the account into which the runtime puts the validators' part of fees.
//!
//! ## Scenarios
//! * An account sets its session keys and bonds, governance adds it, and the session after next it
//!   validates. No node restarts.
//! * When a session starts, the authors of the one before share the pot: each of their blocks is
//!   paid alike. So are those of a validator that has left meanwhile.
//! * A validator rotates its keys: the new ones are in force from the session after next, as with
//!   every change.
//! * A validator offends. It loses a part of its bond to the treasury: as much as the offence says,
//!   which is more the more validators offend at one moment, and `LeastSlash` at least. It is
//!   disabled at once (if no more than a third of the validators are), leaves the set, and so
//!   validates no more from the session after next.
//! * Others turn out to have offended at the same moment. All of them lose what the last one does:
//!   whoever was reported first pays the rest.
//! * Governance adds the offender again, when it has bonded what it lost. That forgives all that it
//!   did up to then: it may sit again from the session after next, and answers for its offences
//!   from the next session on.
//! * A validator leaves, waits until no offence of its stay can be proved any more, and takes the
//!   bond back. An offence that is proved before costs bond, although there is no seat to lose.
//! * A validator purges its keys: it stays in the set, but no session is planned with it until it
//!   has keys.
//!
//! ## Properties
//! * The set never runs empty: the last validator that has keys can neither be removed nor leave
//!   for an offence.
//! * An offender is disabled for as long as it sits, even if the validators' order changes
//!   meanwhile; only the limit of `pallet_session`'s disabling strategy comes before that, because
//!   a chain without authors punishes everybody.
//! * One report counts for each stay in the set: more of the same would only fill the storage. See
//!   [`OncePerStay`]. So a stay costs no sum.
//! * All who offend in one session and the next pay as if it had been at one moment. So whoever has
//!   a small offence reported first pays for a great one with others all the same.
//! * Nobody is added without a full bond, and nobody takes it back before it has answered for all
//!   that it did. Whoever was in the set before there were bonds, and could not pay one, stays
//!   there and has nothing to lose.
//! * Money moves from accounts to accounts: total issuance never changes.
//!
//! ## Bounds
//! At most `MaxValidators` validators, and as many suspensions, which end with the next session.
//! Roots of past sessions, by which an offence is proved, are kept for `ReportSessions` sessions.
//! What is kept of a bond is paid for by the bond. Of each author of the running session a number
//! is kept. No hooks: the work is done when a session starts, whose block is full anyway, and when
//! the authorship pallet tells of an author; either weight is registered.
//!
//! ## Why not a stock pallet
//! Of polkadot-sdk's own, `pallet_staking` needs an election and pays by inflation.
//! `pallet_collator_selection`, with its invulnerables, is the nearest; but it takes no offences,
//! plans no historical sessions (so nothing could be proved to BABE or GRANDPA), adds all its
//! accounts again as a new set at every session, and brings candidates with bonds that would have
//! to be configured away. What the Rococo runtime had, `validator_manager`, is private to it, takes
//! no offences and keeps no minimum.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;

#[cfg(any(feature = "runtime-benchmarks", test))]
mod benchmarking;
mod bonds;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod invariants;
mod membership;
pub mod migrations;
#[cfg(test)]
mod mock;
mod offences;
mod pay;
mod sessions;
#[cfg(test)]
mod tests;
mod types;
pub mod weights;

pub use offences::OncePerStay;
pub use pallet::*;
pub use sessions::NoIdentification;
pub use types::{Bonded, Member, Stay, Suspension};
pub use weights::WeightInfo;

/// The currency of bonds and pay. The session pallet has one of the same name.
type CurrencyOf<T> = <T as Config>::Currency;

// The macro writes code that expects.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
    use super::{Bonded, Member, Suspension, WeightInfo};
    use frame_support::{
        pallet_prelude::*,
        traits::{fungible, StorageVersion},
        PalletId,
    };
    use frame_system::pallet_prelude::*;
    use sp_runtime::Perbill;
    use sp_staking::SessionIndex;

    /// The version of the storage layout.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

    /// The pallet.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// The pallet's parameters. A validator is known by its account alone.
    #[pallet::config]
    pub trait Config:
        frame_system::Config<RuntimeEvent: From<Event<Self>>>
        + pallet_session::Config<ValidatorId = <Self as frame_system::Config>::AccountId>
        + pallet_session::historical::Config<FullIdentification = ()>
    {
        /// Who decides on the set.
        type Governance: EnsureOrigin<Self::RuntimeOrigin>;

        /// The runtime's hold reasons.
        type RuntimeHoldReason: From<HoldReason>;

        /// The currency of bonds and pay.
        type Currency: fungible::hold::Mutate<
                Self::AccountId,
                Balance = u128,
                Reason = Self::RuntimeHoldReason,
            > + fungible::Mutate<Self::AccountId>;

        /// What an account keeps on hold to be a validator. At least the existential deposit.
        #[pallet::constant]
        type Bond: Get<u128>;

        /// The part of a full bond, 0..=1, that an offence costs at least. More than 0.
        #[pallet::constant]
        type LeastSlash: Get<Perbill>;

        /// The account that gets what offenders lose, and that gives the pot its existential
        /// deposit. It should exist.
        type Treasury: Get<Self::AccountId>;

        /// What the account of the pot is derived from.
        #[pallet::constant]
        type PotId: Get<PalletId>;

        /// Validators at most. Not more than BABE and GRANDPA take.
        #[pallet::constant]
        type MaxValidators: Get<u32>;

        /// For how many sessions an offence can be proved, at least 2: the offence's own, and those
        /// during which the offender may still sit.
        #[pallet::constant]
        type ReportSessions: Get<SessionIndex>;

        /// What the calls cost.
        type WeightInfo: WeightInfo;
    }

    /// What money is on hold for.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The bond of a validator.
        ValidatorBond,
    }

    /// The set, in the order of joining. Written by genesis, governance and offences.
    #[pallet::storage]
    pub type Validators<T: Config> =
        StorageValue<_, BoundedVec<Member<T::AccountId>, <T as Config>::MaxValidators>, ValueQuery>;

    /// The offenders that must not make blocks now. Written by an offence, removed when the
    /// suspension is over.
    #[pallet::storage]
    pub type Suspensions<T: Config> = StorageValue<
        _,
        BoundedVec<Suspension<T::AccountId>, <T as Config>::MaxValidators>,
        ValueQuery,
    >;

    /// What is kept of each account that has a bond on hold. Written by `bond`, by genesis, and by
    /// whatever changes the set; removed by `unbond`, or when nothing is left on hold. Paid for
    /// with the bond.
    #[pallet::storage]
    pub type Bonds<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Bonded>;

    /// How many blocks each validator has made in the running session. Emptied when the next one
    /// starts, and paid for.
    #[pallet::storage]
    pub type Authored<T: Config> = StorageMap<_, Twox64Concat, T::AccountId, u32, ValueQuery>;

    /// Nothing to be configured: the set begins as the validators of `pallet_session`'s genesis,
    /// which must be built before, and after the balances'. Whoever has the bond and the
    /// existential deposit begins with the bond on hold.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// The runtime.
        #[serde(skip)]
        pub _config: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            Pallet::<T>::begin_with_session_validators();
        }
    }

    /// What the pallet tells.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// Governance added a validator.
        ValidatorAdded {
            /// Its account.
            validator: T::AccountId,
            /// The first session in which it may validate.
            from: SessionIndex,
        },
        /// Governance removed a validator.
        ValidatorRemoved {
            /// Its account.
            validator: T::AccountId,
            /// The last session in which it may validate.
            until: SessionIndex,
        },
        /// A validator left the set for an offence. Whether it could be disabled as well is what
        /// the session pallet's `ValidatorDisabled` tells.
        OffenderRemoved {
            /// Its account.
            validator: T::AccountId,
            /// The last session for which it is suspended. From the next one on it does not sit.
            until: SessionIndex,
        },
        /// A validator offended and stays in the set, because without it there would be no
        /// validator with keys.
        OffenderKept {
            /// Its account.
            validator: T::AccountId,
        },
        /// An account has the full bond on hold.
        ValidatorBonded {
            /// Whose.
            validator: T::AccountId,
            /// What was put on hold now, in the currency's smallest unit.
            amount: u128,
        },
        /// An account has taken its bond back.
        ValidatorUnbonded {
            /// Whose.
            validator: T::AccountId,
            /// What is free again, in the currency's smallest unit.
            amount: u128,
        },
        /// An offence cost bond, which went to the treasury.
        OffenderSlashed {
            /// Whose.
            validator: T::AccountId,
            /// How much, in the currency's smallest unit. Less than the offence's part if less was
            /// on hold, or if a part had been paid.
            amount: u128,
        },
        /// The authors of a session were paid from the pot. To whom it paid how much is what the
        /// balances' `Transfer` tells.
        ValidatorsPaid {
            /// The session in which they made their blocks.
            session: SessionIndex,
            /// How many blocks.
            blocks: u32,
            /// What they got together, in the currency's smallest unit.
            amount: u128,
        },
    }

    /// Why a call was refused. Nothing changed.
    #[pallet::error]
    pub enum Error<T> {
        /// The account is in the set already.
        AlreadyValidator,
        /// The account is not in the set.
        NotValidator,
        /// The account has no session keys: `session.set_keys` first.
        NoSessionKeys,
        /// The set is full.
        TooManyValidators,
        /// Without it no validator with session keys would be left.
        TooFewValidators,
        /// The account has no bond on hold or, if it is to be added, less than a full one: `bond`
        /// first.
        NotBonded,
        /// The account has a full bond on hold.
        AlreadyBonded,
        /// The account's balance does not cover the bond and the existential deposit.
        BondUnaffordable,
        /// The account is in the set, or sits, or is planned to. Try again when it has left and the
        /// session after next has begun.
        StillValidator,
        /// Offences of the account can still be proved. Try again when `ReportSessions` sessions
        /// have passed since the last one in which it may have sat.
        BondLocked,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(T::MaxValidators::get() > 0, "there is room for a validator");
            assert!(
                T::ReportSessions::get() >= 2,
                "an offence can be proved while its offender sits"
            );
            assert!(!T::LeastSlash::get().is_zero(), "an offence costs something");
            use frame_support::traits::fungible::Inspect;
            assert!(
                T::Bond::get() >= <T as Config>::Currency::minimum_balance(),
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
        /// Add a validator. It may validate from the session after next, and is forgiven what it
        /// did before.
        ///
        /// Origin: `Governance`.
        /// * `validator`: its account, which has session keys and a full bond.
        ///
        /// Emits [`Event::ValidatorAdded`].
        /// Errors: [`Error::AlreadyValidator`], [`Error::NoSessionKeys`], [`Error::NotBonded`],
        /// [`Error::TooManyValidators`].
        #[pallet::call_index(0)]
        #[pallet::weight((<T as Config>::WeightInfo::add_validator(), DispatchClass::Operational))]
        pub fn add_validator(origin: OriginFor<T>, validator: T::AccountId) -> DispatchResult {
            T::Governance::ensure_origin(origin)?;
            Self::do_add_validator(validator)
        }

        /// Remove a validator. It validates through the next session, and has to: blocks and votes
        /// are due until then.
        ///
        /// Origin: `Governance`.
        /// * `validator`: its account.
        ///
        /// Emits [`Event::ValidatorRemoved`].
        /// Errors: [`Error::NotValidator`], [`Error::TooFewValidators`].
        #[pallet::call_index(1)]
        #[pallet::weight(
            (<T as Config>::WeightInfo::remove_validator(), DispatchClass::Operational)
        )]
        pub fn remove_validator(origin: OriginFor<T>, validator: T::AccountId) -> DispatchResult {
            T::Governance::ensure_origin(origin)?;
            Self::do_remove_validator(validator)
        }

        /// Put the caller's bond on hold, or what an offence has cost of it, so that governance may
        /// add the caller.
        ///
        /// Origin: signed, by the validator's account.
        ///
        /// Emits [`Event::ValidatorBonded`].
        /// Errors: [`Error::AlreadyBonded`], [`Error::BondUnaffordable`].
        #[pallet::call_index(2)]
        #[pallet::weight(<T as Config>::WeightInfo::bond())]
        pub fn bond(origin: OriginFor<T>) -> DispatchResult {
            let validator = ensure_signed(origin)?;
            Self::do_bond(validator)
        }

        /// Take back what is left of the caller's bond. Possible when the caller has left, and
        /// nothing that it did as a validator can be proved any more.
        ///
        /// Origin: signed, by the validator's account.
        ///
        /// Emits [`Event::ValidatorUnbonded`].
        /// Errors: [`Error::NotBonded`], [`Error::StillValidator`], [`Error::BondLocked`].
        #[pallet::call_index(3)]
        #[pallet::weight(<T as Config>::WeightInfo::unbond())]
        pub fn unbond(origin: OriginFor<T>) -> DispatchResult {
            let validator = ensure_signed(origin)?;
            Self::do_unbond(validator)
        }
    }
}
