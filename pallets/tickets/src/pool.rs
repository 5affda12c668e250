//! Moving held money from the accounts that lose it to those that get it.
//!
//! A [`Pool`] holds what a round takes: its sources are drawn on in the order in which they were
//! added, so that who pays whom is the same on every node. Every movement ends somewhere: at the
//! payee, in the treasury, back with its source, or, below an existential deposit, burnt.

use crate::{Config, Event, HoldReason, Pallet};
use alloc::vec::Vec;
use frame_support::traits::{
    fungible::{hold::Mutate, Inspect},
    tokens::{Fortitude::Force, Precision::BestEffort, Restriction::Free},
    Get,
};
use waggle_primitives::RoundId;

/// Money on hold that its account is to lose.
struct Source<AccountId> {
    /// What it is held for.
    reason: HoldReason,
    /// On whose account.
    account: AccountId,
    /// How much of it is still to be moved.
    left: u128,
    /// How much of it the account has lost so far.
    lost: u128,
}

/// Where money went.
enum Destination {
    /// To its payee.
    Payee,
    /// To the treasury instead of the payee.
    Treasury,
    /// It is free again on the account it was held on.
    Source,
    /// Nobody could receive it.
    Burnt,
}

/// What a round takes from its client and its agents, to be paid out.
pub(crate) struct Pool<T: Config> {
    round: RoundId,
    /// In reverse: the next source is the last.
    sources: Vec<Source<T::AccountId>>,
    to_treasury: u128,
}

impl<T: Config> Pool<T> {
    /// What `round` takes: `losses` in the order in which they are to be drawn on.
    pub(crate) fn new(round: RoundId, losses: Vec<(HoldReason, T::AccountId, u128)>) -> Self {
        let sources = losses
            .into_iter()
            .rev()
            .map(|(reason, account, left)| Source { reason, account, left, lost: 0 })
            .collect();
        Self { round, sources, to_treasury: 0 }
    }

    /// Pay `amount` to `payee`, less if the pool has less. Tells what really arrived.
    pub(crate) fn pay(&mut self, payee: &T::AccountId, amount: u128) {
        let paid = self.draw(payee, amount);
        if paid > 0 {
            Pallet::<T>::deposit_event(Event::RewardPaid {
                round: self.round,
                to: payee.clone(),
                amount: paid,
            });
        }
    }

    /// Everything that is left goes to the treasury.
    pub(crate) fn close(mut self) {
        let paid = self.draw(&T::Treasury::get(), u128::MAX);
        let amount = paid.saturating_add(self.to_treasury);
        if amount > 0 {
            Pallet::<T>::deposit_event(Event::TreasuryPaid { round: self.round, amount });
        }
    }

    /// Move up to `amount` from the sources, in order, to `payee`. Returns what arrived there.
    fn draw(&mut self, payee: &T::AccountId, amount: u128) -> u128 {
        let (mut wanted, mut arrived) = (amount, 0u128);
        while wanted > 0 {
            let Some(mut source) = self.sources.pop() else { break };
            let piece = wanted.min(source.left);
            arrived = arrived.saturating_add(self.move_piece(&mut source, payee, piece));
            wanted = wanted.saturating_sub(piece);
            source.left = source.left.saturating_sub(piece);
            if source.left > 0 {
                self.sources.push(source);
            } else if source.reason == HoldReason::Ticket && source.lost > 0 {
                Pallet::<T>::deposit_event(Event::TicketForfeited {
                    round: self.round,
                    owner: source.account,
                    amount: source.lost,
                });
            }
        }
        arrived
    }

    /// Move `piece` to `payee` or, failing that, to where it can go; tells what did not arrive.
    /// Returns what did.
    fn move_piece(
        &mut self,
        source: &mut Source<T::AccountId>,
        payee: &T::AccountId,
        piece: u128,
    ) -> u128 {
        if piece == 0 {
            return 0;
        }
        let round = self.round;
        let (destination, moved) = deliver::<T>(source, payee, piece);
        if !matches!(destination, Destination::Source) {
            source.lost = source.lost.saturating_add(moved);
        }
        match destination {
            Destination::Payee => return moved,
            Destination::Treasury => self.to_treasury = self.to_treasury.saturating_add(moved),
            Destination::Source => {}
            Destination::Burnt => Pallet::<T>::deposit_event(Event::DustBurnt {
                round,
                from: source.account.clone(),
                amount: moved,
            }),
        }
        Pallet::<T>::deposit_event(Event::Undeliverable {
            round,
            to: payee.clone(),
            amount: moved,
        });
        0
    }
}

/// Take `amount` off the hold, to the first destination that can receive it. Returns what moved:
/// less than `amount` only if less is on hold.
fn deliver<T: Config>(
    source: &Source<T::AccountId>,
    payee: &T::AccountId,
    amount: u128,
) -> (Destination, u128) {
    if let Some(moved) = hand_over::<T>(source, payee, amount) {
        return (Destination::Payee, moved);
    }
    if let Some(moved) = hand_over::<T>(source, &T::Treasury::get(), amount) {
        return (Destination::Treasury, moved);
    }
    if let Some(moved) = release::<T>(source.reason, &source.account, amount) {
        return (Destination::Source, moved);
    }
    // An amount that would leave every account below the existential deposit is dust.
    let reason = source.reason.into();
    let burnt = T::Currency::burn_held(&reason, &source.account, amount, BestEffort, Force)
        .unwrap_or_default();
    (Destination::Burnt, burnt)
}

/// Take `amount` off the hold and make it `payee`'s free money. `None` if it cannot receive it;
/// then nothing changed.
fn hand_over<T: Config>(
    source: &Source<T::AccountId>,
    payee: &T::AccountId,
    amount: u128,
) -> Option<u128> {
    if *payee == source.account {
        return release::<T>(source.reason, payee, amount);
    }
    let reason = source.reason.into();
    // Forced: money that was frozen after it had been staked is at stake all the same.
    T::Currency::transfer_on_hold(&reason, &source.account, payee, amount, BestEffort, Free, Force)
        .ok()
}

/// Make `amount` on hold free again. `None` if its account cannot receive it; then nothing changed.
fn release<T: Config>(reason: HoldReason, account: &T::AccountId, amount: u128) -> Option<u128> {
    let existential_deposit = T::Currency::minimum_balance();
    // `release` adds up what is free and what it is to release before it looks; but taking the last
    // hold away makes dust of what is free below the existential deposit, and the amount alone
    // would then vanish.
    if amount < existential_deposit && T::Currency::balance(account) < existential_deposit {
        return None;
    }
    T::Currency::release(&reason.into(), account, amount, BestEffort).ok()
}

impl<T: Config> Pallet<T> {
    /// Give back up to `amount` of what is held on `account`. Tells nothing. Returns what is free
    /// again.
    pub(crate) fn give_back(
        round: RoundId,
        reason: HoldReason,
        account: &T::AccountId,
        amount: u128,
    ) -> u128 {
        if amount == 0 {
            return 0;
        }
        match release::<T>(reason, account, amount) {
            Some(released) => released,
            None => {
                // The account cannot take its own money back: the same way out as for any other
                // payee.
                let mut pool =
                    Pool::<T>::new(round, alloc::vec![(reason, account.clone(), amount)]);
                let arrived = pool.draw(account, amount);
                pool.close();
                arrived
            }
        }
    }
}
