//! Buying in, settling and cancelling: the pallet's side of [`Ticketing`].

use crate::{pool::Pool, Config, Error, Event, HeldReward, HoldReason, Pallet, Rewards, Stakes};
use alloc::vec::Vec;
use frame_support::{
    ensure,
    traits::{
        fungible::{
            hold::{Inspect as _, Mutate as _},
            Inspect,
        },
        tokens::{Fortitude::Polite, Preservation::Preserve},
        Get,
    },
};
use sp_runtime::DispatchResult;
use waggle_primitives::{rewards::Payments, traits::Ticketing, RoundId, MAX_SWARM};

impl<T: Config> Ticketing<T::AccountId> for Pallet<T> {
    type Balance = u128;

    fn minimum_reward() -> u128 {
        T::MinimumReward::get()
    }

    fn minimum_ticket() -> u128 {
        T::MinimumTicket::get()
    }

    fn charge(round: RoundId, client: &T::AccountId, fee: u128) -> DispatchResult {
        Self::take_fee(round, client, fee)
    }

    fn hold_reward(round: RoundId, client: &T::AccountId, reward: u128) -> DispatchResult {
        ensure!(!Rewards::<T>::contains_key(round), Error::<T>::RewardAlreadyHeld);
        ensure!(
            Self::can_stake(&HoldReason::Reward, client, reward),
            Error::<T>::RewardUnaffordable
        );
        T::Currency::hold(&HoldReason::Reward.into(), client, reward)
            .map_err(|_| Error::<T>::RewardUnaffordable)?;
        Rewards::<T>::insert(round, HeldReward { client: client.clone(), amount: reward });
        Self::deposit_event(Event::RewardHeld { round, client: client.clone(), amount: reward });
        Ok(())
    }

    fn can_buy_ticket(owner: &T::AccountId, price: u128) -> bool {
        Self::can_stake(&HoldReason::Ticket, owner, price)
    }

    fn at_stake(owner: &T::AccountId) -> u128 {
        T::Currency::balance_on_hold(&HoldReason::Ticket.into(), owner)
    }

    fn buy_ticket(round: RoundId, owner: &T::AccountId, price: u128) -> DispatchResult {
        ensure!(!Stakes::<T>::contains_key(round, owner), Error::<T>::TicketAlreadyBought);
        ensure!(Self::can_stake(&HoldReason::Ticket, owner, price), Error::<T>::TicketUnaffordable);
        T::Currency::hold(&HoldReason::Ticket.into(), owner, price)
            .map_err(|_| Error::<T>::TicketUnaffordable)?;
        Stakes::<T>::insert(round, owner, price);
        Self::deposit_event(Event::TicketBought { round, owner: owner.clone(), amount: price });
        Ok(())
    }

    fn settle(
        round: RoundId,
        client: &T::AccountId,
        owners: &[T::AccountId],
        payments: &Payments<u128>,
    ) {
        let mut losses = Vec::new();
        for (reason, client, reward) in Self::take_reward(round, client) {
            let returned = payments.returned.min(reward);
            Self::return_reward(round, reason, &client, returned);
            losses.push((reason, client, reward.saturating_sub(returned)));
        }
        losses.extend(Self::settle_tickets(round, owners, |index, _| {
            payments.forfeited.get(index).copied().unwrap_or_default()
        }));
        let mut pool = Pool::<T>::new(round, losses);
        for (owner, amount) in owners.iter().zip(&payments.paid) {
            pool.pay(owner, *amount);
        }
        pool.close();
    }

    fn cancel(
        round: RoundId,
        client: &T::AccountId,
        owners: &[T::AccountId],
        keeps_ticket: &[bool],
    ) {
        for (reason, client, reward) in Self::take_reward(round, client) {
            Self::return_reward(round, reason, &client, reward);
        }
        let losses = Self::settle_tickets(round, owners, |index, ticket| {
            if keeps_ticket.get(index).copied().unwrap_or(true) {
                0
            } else {
                ticket
            }
        });
        Pool::<T>::new(round, losses).close();
    }

    fn console(round: RoundId, owners: &[T::AccountId], amount: u128) {
        for owner in owners {
            let amount = Self::pay_from_treasury(owner, amount);
            if amount > 0 {
                Self::deposit_event(Event::Consoled { round, owner: owner.clone(), amount });
            }
        }
    }
}

impl<T: Config> Pallet<T> {
    /// Whether `who` can spend `amount` and keep the existential deposit, and has room for the
    /// hold. Stricter than the hold itself, which would take frozen money and the existential
    /// deposit of an account with another provider: what is staked must be spendable, and the
    /// account must be able to receive small amounts later.
    fn can_stake(reason: &HoldReason, who: &T::AccountId, amount: u128) -> bool {
        T::Currency::reducible_balance(who, Preserve, Polite) >= amount
            && T::Currency::can_hold(&(*reason).into(), who, amount)
    }

    /// Forget the round's reward. Returns it, still on hold, as something that its client is to
    /// lose or to get back.
    fn take_reward(round: RoundId, client: &T::AccountId) -> Vec<(HoldReason, T::AccountId, u128)> {
        let Some(held) = Rewards::<T>::take(round) else {
            frame_support::defensive!("a round that ends has a reward");
            return Vec::new();
        };
        if held.client != *client {
            frame_support::defensive!("a round ends for the client that pays it");
        }
        alloc::vec![(HoldReason::Reward, held.client, held.amount)]
    }

    /// Give a reward, or a part of it, back to its client.
    fn return_reward(round: RoundId, reason: HoldReason, client: &T::AccountId, reward: u128) {
        let amount = Self::give_back(round, reason, client, reward);
        if amount > 0 {
            let client = client.clone();
            Self::deposit_event(Event::RewardReturned { round, client, amount });
        }
    }

    /// Forget the round's tickets and give them back, less what `forfeited` says of each, by index
    /// and price. Returns the forfeits, still on hold, by index.
    fn settle_tickets(
        round: RoundId,
        owners: &[T::AccountId],
        forfeited: impl Fn(usize, u128) -> u128,
    ) -> Vec<(HoldReason, T::AccountId, u128)> {
        let mut losses = Vec::new();
        for (index, owner) in owners.iter().enumerate() {
            let ticket = Stakes::<T>::take(round, owner).unwrap_or_default();
            let forfeit = forfeited(index, ticket).min(ticket);
            Self::return_ticket(round, owner, ticket.saturating_sub(forfeit));
            losses.push((HoldReason::Ticket, owner.clone(), forfeit));
        }
        // Tickets of owners that the caller did not name: there are none, but nothing may stay on
        // hold.
        for (owner, ticket) in Stakes::<T>::drain_prefix(round).take(MAX_SWARM as usize) {
            frame_support::defensive!("a ticket is that of an agent in the round");
            Self::return_ticket(round, &owner, ticket);
        }
        losses
    }

    /// Give a ticket, or what is left of it, back to its owner.
    fn return_ticket(round: RoundId, owner: &T::AccountId, ticket: u128) {
        let amount = Self::give_back(round, HoldReason::Ticket, owner, ticket);
        if amount > 0 {
            Self::deposit_event(Event::TicketReturned { round, owner: owner.clone(), amount });
        }
    }
}
