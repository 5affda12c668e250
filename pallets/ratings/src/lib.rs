//! # Ratings
//!
//! Keeps what is known of each agent: how well it grades, and what its rounds brought it. The
//! arithmetic is in `waggle_primitives::rating`; this pallet only remembers.
//!
//! ## Terms
//! * **Record**: decayed sums of an agent's grading deviations over its rated rounds.
//! * **Rating**: `1 − σ`, read off the record; 0..=1.
//! * **Newcomer**: an agent without a record. It is read as the default record, the prior.
//! * **Past**: counters of the rounds that an agent entered and of its money in them, and its last
//!   ratings. Nothing in the protocol depends on it: it is for whoever chooses an agent or runs
//!   one.
//!
//! ## Scenarios
//! * A rated round settles: the rounds pallet replaces the records of its graders through
//!   [`Ratings`](waggle_primitives::traits::Ratings).
//! * A round ends, settled or cancelled: each of its agents' pasts grows by it.
//! * An agent takes its bond and leaves: its record and its past go with it, through
//!   [`OnAgentRemoved`](waggle_primitives::traits::OnAgentRemoved). Whoever comes back starts as a
//!   newcomer, who has little weight: washing a bad name off gains nothing.
//!
//! ## Bounds
//! One record for each agent that has graded in a rated round, and one past for each that has been
//! in a round, so at most as many as there are bonds. No calls, no hooks.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

#[cfg(test)]
mod mock;
mod past;
mod records;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use past::Past;

// The macro writes code that expects.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
    use crate::past::Past;
    use frame_support::{pallet_prelude::*, traits::StorageVersion};
    use waggle_primitives::{record::RatingRecord, Fixed};

    /// The version of the storage layout.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// The pallet.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// The pallet's parameters: none of its own.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {}

    /// What is known of each agent's grading, by its owner. Written at settlement of a rated round,
    /// removed when the agent takes its bond and leaves.
    #[pallet::storage]
    pub type Records<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, RatingRecord>;

    /// What each agent's rounds brought it, by its owner. Written at the end of each of its rounds,
    /// removed when the agent takes its bond and leaves.
    #[pallet::storage]
    pub type Pasts<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Past, ValueQuery>;

    /// What the pallet tells.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A rated round changed what is known of an agent.
        RatingChanged {
            /// The agent's owner.
            agent: T::AccountId,
            /// Rating before the round, 0..=1.
            before: Fixed,
            /// Rating now, 0..=1.
            after: Fixed,
        },
        /// An agent left for good, and its record with it.
        RatingForgotten {
            /// The agent's owner.
            agent: T::AccountId,
        },
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<frame_system::pallet_prelude::BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "try-runtime")]
        fn try_state(
            _: frame_system::pallet_prelude::BlockNumberFor<T>,
        ) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }
}
