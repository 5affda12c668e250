//! # Ratings
//!
//! Keeps what is known of each agent in each domain: how well it grades and answers there; and what
//! its rounds brought it, in all of them together. The arithmetic is in `waggle_primitives::rule`;
//! this pallet only remembers.
//!
//! ## Terms
//! * **Rule**: how the chain judges rounds, and what it therefore wants to know of agents.
//! * **Standing**: what the default rule knows: decayed sums of how an agent's grades went with the
//!   others', and of what its answers got.
//! * **Record**: what the other rules know, and the only one did until spec version 5: decayed sums
//!   of an agent's grading deviations.
//! * **Rating**: how well an agent grades, 0..=1, read off its standing or record.
//! * **Newcomer**: an agent of which nothing is stored in a domain. It is read as the prior.
//! * **Past**: counters of the rounds that an agent entered and of its money in them, and its last
//!   ratings, each in its round's domain. Nothing in the protocol depends on it: it is for whoever
//!   chooses an agent or runs one.
//!
//! ## Scenarios
//! * A rated round settles: the rounds pallet replaces what was known of its agents in its domain
//!   through [`Ratings`](waggle_primitives::traits::Ratings). So it does when a round is examined
//!   ([`waggle_primitives::examination`]), whatever its size. What is known of them elsewhere
//!   stays: whoever has won over one domain has won nothing in another.
//! * A round ends, settled or cancelled: each of its agents' pasts grows by it.
//! * The chain changes its rule: all agents are newcomers to a rule that knows other things. What
//!   the rule before knew is no measure for it, stays where it is, and is found again if the chain
//!   goes back.
//! * An agent leaves a domain: what is known of it there goes with it, through
//!   [`OnMemberLeft`](waggle_primitives::traits::OnMemberLeft). Whoever comes back starts as a
//!   newcomer, who has little weight: washing a bad name off gains nothing.
//! * An agent takes its bond and leaves for good: its past goes too, through
//!   [`OnAgents`](waggle_primitives::traits::OnAgents), with what is known of it in the general
//!   domain: an agent that had retired before there were domains is no member of it.
//!
//! ## Bounds
//! One standing and one record for each member of a domain that was in a rated or examined round
//! there, and one past for each agent that has been in a round: so many for each bond as an agent
//! may have domains. No calls, no hooks.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;

pub mod migrations;
// The macros that make a runtime want public items.
#[cfg(test)]
#[allow(unreachable_pub)]
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
    use waggle_primitives::{choice::Standing, record::RatingRecord, rule::Rule, DomainId, Fixed};

    /// The version of the storage layout.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

    /// The pallet.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the runtime decides.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// The rule by which rounds are judged, and agents known.
        #[pallet::constant]
        type Rule: Get<Rule>;
    }

    /// What [`Rule::Calibrated`] knows of each agent, by domain and owner. Written at settlement of
    /// a rated round and by an examination, removed when the agent leaves the domain.
    #[pallet::storage]
    pub type Standings<T: Config> =
        StorageDoubleMap<_, Twox64Concat, DomainId, Blake2_128Concat, T::AccountId, Standing>;

    /// What [`Rule::Separate`] knows of each agent's grading, as [`Standings`].
    #[pallet::storage]
    pub type Records<T: Config> =
        StorageDoubleMap<_, Twox64Concat, DomainId, Blake2_128Concat, T::AccountId, RatingRecord>;

    /// What each agent's rounds brought it in all domains, by its owner. Written at the end of each
    /// of its rounds, removed when the agent takes its bond and leaves.
    #[pallet::storage]
    pub type Pasts<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Past, ValueQuery>;

    /// What the pallet tells.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A rated round, or an examination, changed what is known of an agent in a domain.
        RatingChanged {
            /// The domain.
            domain: DomainId,
            /// The agent's owner.
            agent: T::AccountId,
            /// Rating before, 0..=1.
            before: Fixed,
            /// Rating now, 0..=1.
            after: Fixed,
        },
        /// An agent left a domain, and what was known of it there is forgotten.
        RatingForgotten {
            /// The domain.
            domain: DomainId,
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
