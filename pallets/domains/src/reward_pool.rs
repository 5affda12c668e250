//! Reward pools: what anybody gives for a domain's members, and what these collect for the rounds
//! that they served. How much an epoch pays, and whose part is how large, is
//! `waggle_primitives::reward_pool`'s affair.
//!
//! Nothing happens at the end of an epoch. Whoever touches a pool next brings it up to date: it
//! sets aside what the last epoch pays, takes back what nobody collected in time, and counts anew.
//! An epoch in which nobody served anything pays nothing. Whoever sealed doubly collects nothing,
//! not even what it serves in rounds that go on; nor does whoever is suspended, until it is not any
//! more. All pools are on one account, and each keeps an
//! existential deposit that it never pays, so that the account is never too poor to be.

use crate::{
    Config, Error, Event, Pallet, Payout, Payouts, Pool, Pools, Served, Service, Suspensions,
};
use frame_support::{
    defensive, ensure,
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{Fortitude::Polite, Preservation::Preserve},
        Get,
    },
    BoundedVec,
};
use sp_runtime::{traits::AccountIdConversion, DispatchResult};
use waggle_primitives::{
    claim::Epoch,
    reward_pool::{part_for, MAX_COUNTED},
    traits::AgentRegistry,
    view::PoolView,
    DomainId,
};

/// What a pool pays for epochs that are over.
type PayoutsOf<T> = BoundedVec<Payout, <T as Config>::CollectionEpochs>;
/// What a member served.
type ServicesOf<T> = BoundedVec<Service, <T as Config>::CollectionEpochs>;

/// A pool as it is in this epoch, and what it pays for those before.
struct Current<T: Config> {
    pool: Pool,
    payouts: PayoutsOf<T>,
    /// What it took to bring it up to date. `None`: it was.
    turned: Option<Turned>,
}

/// What became of a pool when an epoch was over.
struct Turned {
    /// What is paid for that epoch.
    payout: Option<Payout>,
    /// What of earlier ones was not collected in time.
    returned: u128,
}

impl<T: Config> Pallet<T> {
    /// The account of all pools.
    pub fn pools_account() -> T::AccountId {
        T::PoolsId::get().into_account_truncating()
    }

    /// See [`Pallet::fund`].
    pub(crate) fn do_fund(domain: DomainId, funder: T::AccountId, amount: u128) -> DispatchResult {
        ensure!(Self::question_in(domain).is_some(), Error::<T>::NoSuchDomain);
        ensure!(amount >= T::Currency::minimum_balance(), Error::<T>::TooLittle);
        let affordable = T::Currency::reducible_balance(&funder, Preserve, Polite);
        ensure!(affordable >= amount, Error::<T>::FundingUnaffordable);
        T::Currency::transfer(&funder, &Self::pools_account(), amount, Preserve)
            .map_err(|_| Error::<T>::FundingUnaffordable)?;
        let mut current = Self::current(domain).unwrap_or_else(|| Current {
            pool: Pool { balance: 0, epoch: Self::epoch(), rounds: 0 },
            payouts: Default::default(),
            turned: None,
        });
        current.pool.balance = current.pool.balance.saturating_add(amount);
        Self::keep(domain, current);
        Self::deposit_event(Event::PoolFunded { domain, funder, amount });
        Ok(())
    }

    /// See [`Pallet::collect`].
    pub(crate) fn do_collect(domain: DomainId, owner: T::AccountId) -> DispatchResult {
        ensure!(!T::Agents::is_punished(&owner), Error::<T>::NothingToCollect);
        ensure!(!Suspensions::<T>::contains_key(domain, &owner), Error::<T>::Suspended);
        let mut current = Self::current(domain).ok_or(Error::<T>::NothingToCollect)?;
        let mut served = Served::<T>::get(domain, &owner);
        let amount = Self::take_pay(&mut served, &mut current);
        ensure!(amount > 0, Error::<T>::NothingToCollect);
        T::Currency::transfer(&Self::pools_account(), &owner, amount, Preserve)?;
        Payouts::<T>::insert(domain, &current.payouts);
        Self::keep(domain, current);
        if served.is_empty() {
            Served::<T>::remove(domain, &owner);
        } else {
            Served::<T>::insert(domain, &owner, served);
        }
        Self::deposit_event(Event::Collected { domain, owner, amount });
        Ok(())
    }

    /// Each of `owners`, of whom there are [`MAX_COUNTED`] at most and all are members, has served
    /// a round. Where there is no pool, nothing is counted.
    pub(crate) fn note_service(domain: DomainId, owners: &[T::AccountId]) {
        let Some(mut current) = Self::current(domain) else { return };
        let pool = &mut current.pool;
        for owner in owners.iter().take(MAX_COUNTED as usize) {
            let counted =
                Served::<T>::mutate(domain, owner, |served| Self::count_round(served, pool.epoch));
            if counted {
                pool.rounds = pool.rounds.saturating_add(1);
            }
        }
        Self::keep(domain, current);
    }

    /// One round more in this epoch. What was not collected in time goes.
    fn count_round(served: &mut ServicesOf<T>, epoch: Epoch) -> bool {
        if let Some(now) = served.last_mut().filter(|service| service.epoch == epoch) {
            now.rounds = now.rounds.saturating_add(1);
            return true;
        }
        served.retain(|service| Self::is_in_time(service.epoch, epoch));
        if served.try_push(Service { epoch, rounds: 1 }).is_err() {
            defensive!("no more epochs are kept than can be collected");
            return false;
        }
        true
    }

    /// Whether what was earned in epoch `earned` may still be collected in epoch `now`.
    fn is_in_time(earned: Epoch, now: Epoch) -> bool {
        now.saturating_sub(earned) < T::CollectionEpochs::get()
    }

    /// The pool of a domain as it is in this epoch, whatever is in storage. `None`: there is none.
    fn current(domain: DomainId) -> Option<Current<T>> {
        let (mut pool, mut payouts) = (Pools::<T>::get(domain)?, Payouts::<T>::get(domain));
        let now = Self::epoch();
        let turned = (pool.epoch != now).then(|| Self::turn(&mut pool, &mut payouts, now));
        Some(Current { pool, payouts, turned })
    }

    /// Write the pool, and what it pays if that is not what it was; tell what became of it.
    fn keep(domain: DomainId, current: Current<T>) {
        let Current { pool, payouts, turned } = current;
        Pools::<T>::insert(domain, pool);
        let Some(Turned { payout, returned }) = turned else { return };
        if payouts.is_empty() {
            Payouts::<T>::remove(domain);
        } else {
            Payouts::<T>::insert(domain, payouts);
        }
        if returned > 0 {
            Self::deposit_event(Event::PayReturned { domain, amount: returned });
        }
        if let Some(Payout { epoch, rounds, amount, .. }) = payout {
            Self::deposit_event(Event::EpochPaid { domain, epoch, rounds, amount });
        }
    }

    /// Bring a pool to another epoch, `now`.
    fn turn(pool: &mut Pool, payouts: &mut PayoutsOf<T>, now: Epoch) -> Turned {
        let Pool { epoch, rounds, .. } = *pool;
        (pool.epoch, pool.rounds) = (now, 0);
        let mut returned = 0u128;
        payouts.retain(|payout| {
            let stays = Self::is_in_time(payout.epoch, now);
            if !stays {
                returned = returned.saturating_add(payout.left);
            }
            stays
        });
        pool.balance = pool.balance.saturating_add(returned);
        let available = pool.balance.saturating_sub(T::Currency::minimum_balance());
        let amount = T::PoolRules::get().epoch_pays(available, rounds);
        if amount == 0 || !Self::is_in_time(epoch, now) {
            return Turned { payout: None, returned };
        }
        let payout = Payout { epoch, rounds, amount, left: amount };
        if payouts.try_push(payout).is_err() {
            defensive!("no more epochs are kept than can be collected");
            return Turned { payout: None, returned };
        }
        pool.balance = pool.balance.saturating_sub(amount);
        Turned { payout: Some(payout), returned }
    }

    /// What a member is owed for epochs that are over. What it served in them is taken off
    /// `served`, and its pay off what the pool pays.
    fn take_pay(served: &mut ServicesOf<T>, current: &mut Current<T>) -> u128 {
        let Current { pool, payouts, .. } = current;
        let mut pay = 0u128;
        for Service { epoch, rounds } in served.iter().filter(|one| one.epoch != pool.epoch) {
            let Some(payout) = payouts.iter_mut().find(|payout| payout.epoch == *epoch) else {
                continue;
            };
            let part = part_for(payout.amount, *rounds, payout.rounds).min(payout.left);
            payout.left = payout.left.saturating_sub(part);
            pay = pay.saturating_add(part);
        }
        served.retain(|one| one.epoch == pool.epoch);
        pay
    }

    /// The pool of a domain as clients see it.
    pub(crate) fn pool_view(domain: DomainId) -> Option<PoolView> {
        let Current { pool: Pool { balance, epoch, rounds }, payouts, .. } = Self::current(domain)?;
        let left = payouts.iter().map(|payout| payout.left);
        Some(PoolView { balance, owed: left.fold(0, u128::saturating_add), epoch, rounds })
    }

    /// What the agent of `owner` may collect in the domain now.
    pub(crate) fn collectable(domain: DomainId, owner: &T::AccountId) -> u128 {
        let mut served = Served::<T>::get(domain, owner);
        let is_suspended = Suspensions::<T>::contains_key(domain, owner);
        if served.is_empty() || is_suspended || T::Agents::is_punished(owner) {
            return 0;
        }
        Self::current(domain).map_or(0, |mut current| Self::take_pay(&mut served, &mut current))
    }
}
