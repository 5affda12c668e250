//! # Validators
//!
//! Who makes and finalizes blocks: the set that governance decides, and what an offence does to it.
//! The keys are `pallet_session`'s affair, the proof of an offence BABE's and GRANDPA's, the record
//! of it `pallet_offences`'.
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
//!
//! ## Scenarios
//! * An account sets its session keys, governance adds it, and the session after next it validates.
//!   No node restarts.
//! * A validator rotates its keys: the new ones are in force from the session after next, as with
//!   every change.
//! * A validator offends. It is disabled at once (if no more than a third of the validators are),
//!   leaves the set, and so validates no more from the session after next. There is no stake, so
//!   there is nothing to slash.
//! * Governance adds the offender again. That forgives all that it did up to then: it may sit again
//!   from the session after next, and answers for its offences from the next session on.
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
//!   [`OncePerStay`].
//!
//! ## Bounds
//! At most `MaxValidators` validators, and as many suspensions, which end with the next session.
//! Roots of past sessions, by which an offence is proved, are kept for `ReportSessions` sessions.
//! No hooks: the work is done when a session starts.
//!
//! ## Why not a stock pallet
//! Of polkadot-sdk's own, `pallet_staking` needs stake and an election.
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
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod invariants;
mod membership;
pub mod migrations;
#[cfg(test)]
mod mock;
mod offences;
mod sessions;
#[cfg(test)]
mod tests;
mod types;
pub mod weights;

pub use offences::OncePerStay;
pub use pallet::*;
pub use sessions::NoIdentification;
pub use types::{Member, Suspension};
pub use weights::WeightInfo;

// The macro writes code that expects.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
    use super::{Member, Suspension, WeightInfo};
    use frame_support::{pallet_prelude::*, traits::StorageVersion};
    use frame_system::pallet_prelude::*;
    use sp_staking::SessionIndex;

    /// The version of the storage layout.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

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

    /// Nothing to be configured: the set begins as the validators of `pallet_session`'s genesis,
    /// which must be built before.
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
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(T::MaxValidators::get() > 0, "there is room for a validator");
            assert!(
                T::ReportSessions::get() >= 2,
                "an offence can be proved while its offender sits"
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
        /// * `validator`: its account, which has session keys.
        ///
        /// Emits [`Event::ValidatorAdded`].
        /// Errors: [`Error::AlreadyValidator`], [`Error::NoSessionKeys`],
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
    }
}
