//! # Tickets
//!
//! The money of rounds: clients' rewards and agents' tickets. All of it stays on its owner's
//! account, on hold, until the round ends. Which agent gets what is decided in
//! `waggle_primitives::rewards`; this pallet moves it.
//!
//! ## Terms
//! * **Reward**: what a client pays for a round. Held with [`HoldReason::Reward`] from `submit` to
//!   the end of the round.
//! * **Ticket**: the deposit of an agent's owner in one round. Held with [`HoldReason::Ticket`]
//!   from the answer commit to the end of the round.
//! * **Stake**: what is held of one owner for one round.
//! * **Pool**: the reward and the forfeited parts of the tickets of a round that is being settled.
//!
//! ## Scenarios
//! * *Settled*: what a ticket does not forfeit goes back to its owner. The pool is drawn on in a
//!   fixed order (the reward, then the forfeits by agent index) to pay the agents by agent index;
//!   the rest goes to the treasury.
//! * *Cancelled*: the reward goes back to the client; tickets go back, or to the treasury where the
//!   agent broke its word.
//! * *Asked*: the client pays a fee to the treasury, which stays paid.
//! * *Answered in vain*: where a round did not come about for want of agents, the treasury consoles
//!   those who did commit an answer, as far as it reaches.
//! * *Reimbursed*: what a settled round cost its client comes back from the treasury, if another
//!   pallet says so and as far as the treasury reaches.
//!
//! ## Properties
//! * After a round has ended nothing is held for it: no storage entry, no hold.
//! * Total issuance never changes, with one exception below.
//! * `settle` and `cancel` never fail. A payment that its payee cannot receive (it would leave the
//!   payee's account below the existential deposit) goes to the treasury; if that is impossible
//!   too, back to the account it was held on; if that account cannot take it either, the amount is
//!   less than an existential deposit and is burnt, as pallet-balances does with dust. An account
//!   that keeps the existential deposit free, as every account must to buy in, never gets there.
//! * Only what an account could spend is taken: not frozen money, not its existential deposit.
//! * For each account, what is on hold for a reason is the sum of its stakes.
//!
//! ## Bounds
//! As many stakes as agents in running rounds, one reward for each running round. No calls, no
//! hooks.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;

mod fees;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod invariants;
#[cfg(test)]
mod mock;
mod pool;
mod reimbursement;
#[cfg(test)]
mod tests;
mod ticketing;

pub use pallet::*;

// The macro writes code that expects.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
    use frame_support::{pallet_prelude::*, traits::fungible, traits::StorageVersion};
    use frame_system::pallet_prelude::*;
    use waggle_primitives::RoundId;

    /// The version of the storage layout.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// The pallet.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// The pallet's parameters.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// The runtime's hold reasons.
        type RuntimeHoldReason: From<HoldReason>;

        /// The currency of rewards and tickets.
        type Currency: fungible::hold::Mutate<
                Self::AccountId,
                Balance = u128,
                Reason = Self::RuntimeHoldReason,
            > + fungible::Mutate<Self::AccountId>;

        /// The account that gets forfeited tickets and what is left of rewards, and that pays
        /// clients back. It should exist: an account below the existential deposit cannot receive
        /// small amounts.
        type Treasury: Get<Self::AccountId>;

        /// The cheapest ticket. At least the existential deposit.
        #[pallet::constant]
        type MinimumTicket: Get<u128>;

        /// The smallest reward that a client may offer. At least the existential deposit.
        #[pallet::constant]
        type MinimumReward: Get<u128>;
    }

    /// What money is on hold for.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The reward of a client's running rounds.
        Reward,
        /// The tickets of an owner's agents in running rounds.
        Ticket,
    }

    /// A client's reward.
    #[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
    pub struct HeldReward<AccountId> {
        /// Who pays, and on whose account it is held.
        pub client: AccountId,
        /// How much.
        pub amount: u128,
    }

    /// The reward of each running round, held on the client's account. Removed when the round ends.
    #[pallet::storage]
    pub type Rewards<T: Config> = StorageMap<_, Twox64Concat, RoundId, HeldReward<T::AccountId>>;

    /// What is held as a ticket, by round and owner, on the owner's account. Removed when the round
    /// ends.
    #[pallet::storage]
    pub type Stakes<T: Config> = StorageDoubleMap<
        _,
        Twox64Concat,
        RoundId,
        Blake2_128Concat,
        T::AccountId,
        u128,
        OptionQuery,
    >;

    /// What the pallet tells. Amounts are what really moved, in the currency's smallest unit.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A client paid the treasury for asking.
        FeePaid {
            /// The round.
            round: RoundId,
            /// Who asks.
            client: T::AccountId,
            /// How much.
            amount: u128,
        },
        /// The treasury paid an agent's owner something for an answer that was in vain: the round
        /// did not come about for want of others.
        Consoled {
            /// The round.
            round: RoundId,
            /// The agent's owner.
            owner: T::AccountId,
            /// How much.
            amount: u128,
        },
        /// A client's reward was put on hold.
        RewardHeld {
            /// The round.
            round: RoundId,
            /// Who pays.
            client: T::AccountId,
            /// How much.
            amount: u128,
        },
        /// The reward of a cancelled round, or what a round left of it, is free again.
        RewardReturned {
            /// The round.
            round: RoundId,
            /// Who got it back.
            client: T::AccountId,
            /// How much.
            amount: u128,
        },
        /// An agent's owner received its part of the reward.
        RewardPaid {
            /// The round.
            round: RoundId,
            /// The agent's owner.
            to: T::AccountId,
            /// How much, its own ticket not included.
            amount: u128,
        },
        /// A ticket was put on hold.
        TicketBought {
            /// The round.
            round: RoundId,
            /// The agent's owner.
            owner: T::AccountId,
            /// How much.
            amount: u128,
        },
        /// A ticket, or the part of it that was not forfeited, is free again.
        TicketReturned {
            /// The round.
            round: RoundId,
            /// The agent's owner.
            owner: T::AccountId,
            /// How much.
            amount: u128,
        },
        /// A ticket, or a part of it, was taken from its owner for the treasury.
        TicketForfeited {
            /// The round.
            round: RoundId,
            /// The agent's owner.
            owner: T::AccountId,
            /// How much.
            amount: u128,
        },
        /// The treasury received what was left of the round's pool, and what could not be
        /// delivered to others.
        TreasuryPaid {
            /// The round.
            round: RoundId,
            /// How much.
            amount: u128,
        },
        /// An account could not receive money, because that would have left it below the
        /// existential deposit. The money went to the treasury, or stayed with the account
        /// that it was held on.
        Undeliverable {
            /// The round.
            round: RoundId,
            /// Who should have received it.
            to: T::AccountId,
            /// How much.
            amount: u128,
        },
        /// Less than an existential deposit could be delivered to nobody and was burnt.
        DustBurnt {
            /// The round.
            round: RoundId,
            /// On whose account it was held.
            from: T::AccountId,
            /// How much.
            amount: u128,
        },
    }

    /// Why money was not put on hold. Nothing changed.
    #[pallet::error]
    pub enum Error<T> {
        /// The round has a reward already. The caller's fault.
        RewardAlreadyHeld,
        /// The client cannot spend so much and keep the existential deposit.
        RewardUnaffordable,
        /// The owner has a ticket for this round already: one agent each.
        TicketAlreadyBought,
        /// The owner cannot spend so much and keep the existential deposit.
        TicketUnaffordable,
        /// The client cannot pay what asking costs and keep the existential deposit.
        FeeUnaffordable,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            use frame_support::traits::fungible::Inspect;
            let existential_deposit = T::Currency::minimum_balance();
            assert!(
                T::MinimumTicket::get() >= existential_deposit,
                "a ticket is at least an existential deposit"
            );
            assert!(
                T::MinimumReward::get() >= existential_deposit,
                "a reward is at least an existential deposit"
            );
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }
}
