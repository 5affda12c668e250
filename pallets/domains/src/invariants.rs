//! What must hold of the storage after every call. For tests and `try-runtime`.

use crate::{
    Barred, BarredNumbers, Claims, Config, DomainsOf, EpochBlocks, Memberships, Pallet, Payout,
    Payouts, Pools, Populations, Rosters, Served, Suspensions,
};
use alloc::vec::Vec;
use frame_support::{
    ensure,
    traits::{fungible::Inspect, Get},
};
use sp_runtime::TryRuntimeError;
use waggle_primitives::{reward_pool::part_for, traits::AgentRegistry, Claim, DomainId};

impl<T: Config> Pallet<T> {
    /// Check that members, their domains, rosters and populations mirror each other, that the
    /// rosters have no gaps, that claims are members', that suspensions are members' or will be
    /// forgotten, and that the pools' money is there.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut memberships = 0usize;
        for (owner, domains) in DomainsOf::<T>::iter() {
            ensure!(!domains.is_empty(), "an agent without domains is kept");
            ensure!(T::Agents::is_registered(&owner), "a member is no agent");
            memberships = memberships.saturating_add(domains.len());
            for domain in domains {
                ensure!(Self::question_in(domain).is_some(), "a member of no domain");
                ensure!(
                    Memberships::<T>::contains_key(domain, &owner),
                    "a domain of an agent that is no member"
                );
            }
        }
        ensure!(
            Memberships::<T>::iter_keys().count() == memberships,
            "a member whose domains do not say so"
        );
        let (mut members, mut on_rosters) = (0usize, 0usize);
        for (domain, population) in Populations::<T>::iter() {
            members = members.saturating_add(population.members as usize);
            on_rosters = on_rosters.saturating_add(population.on_roster as usize);
            ensure!(
                Memberships::<T>::iter_prefix_values(domain).count() as u32 == population.members,
                "the count of members is wrong"
            );
            Self::check_roster(domain, population.on_roster)?;
        }
        ensure!(members == memberships, "a domain whose members are not counted");
        ensure!(Rosters::<T>::iter_keys().count() == on_rosters, "a number beyond a roster");
        Self::check_claims()?;
        Self::check_suspensions()?;
        Self::check_pools()
    }

    /// Claims are active members', and are what a claim may be.
    fn check_claims() -> Result<(), TryRuntimeError> {
        for (domain, owner, declarations) in Claims::<T>::iter() {
            ensure!(Memberships::<T>::contains_key(domain, &owner), "a claim of no member");
            ensure!(T::Agents::key_of(&owner).is_some(), "a claim of no active agent");
            let declared = declarations.current.iter().chain(&declarations.next);
            let mut claims = declared.filter_map(|declared| declared.claim.as_ref());
            ensure!(claims.all(Claim::is_valid), "a claim that is out of range");
        }
        Ok(())
    }

    /// Who is suspended is a member and on no roster, or barred. Those that are barred have numbers
    /// without gaps.
    fn check_suspensions() -> Result<(), TryRuntimeError> {
        ensure!(EpochBlocks::<T>::get() >= 1, "an epoch without blocks");
        let (first, next) = BarredNumbers::<T>::get();
        let barred: Vec<(DomainId, T::AccountId)> = Barred::<T>::iter_values().collect();
        let count = Barred::<T>::iter_keys().count() as u64;
        let are_in_line = Barred::<T>::iter_keys().all(|number| (first..next).contains(&number));
        ensure!(are_in_line && next.saturating_sub(first) == count, "the queue has a gap");
        for (domain, owner) in Suspensions::<T>::iter_keys() {
            match Memberships::<T>::get(domain, &owner) {
                Some(membership) => {
                    ensure!(membership.place.is_none(), "a suspended one is on the roster");
                }
                None => ensure!(barred.contains(&(domain, owner)), "a suspended one is no member"),
            }
        }
        Ok(())
    }

    /// What pools have and owe is there, and nobody is owed more than is set aside.
    fn check_pools() -> Result<(), TryRuntimeError> {
        let mut owed = 0u128;
        for (domain, pool) in Pools::<T>::iter() {
            ensure!(Self::question_in(domain).is_some(), "a pool of no domain");
            ensure!(pool.balance >= T::Currency::minimum_balance(), "a pool that is empty");
            let payouts = Payouts::<T>::get(domain);
            owed = payouts.iter().fold(owed.saturating_add(pool.balance), |sum, payout| {
                sum.saturating_add(payout.left)
            });
            let served: u32 = Self::served_in(domain, pool.epoch).sum();
            ensure!(served <= pool.rounds, "rounds that were served and not counted");
            for payout in payouts {
                Self::check_payout(domain, &payout)?;
            }
        }
        ensure!(owed <= T::Currency::balance(&Self::pools_account()), "a pool has no money");
        for (domain, owner) in Served::<T>::iter_keys() {
            ensure!(Memberships::<T>::contains_key(domain, &owner), "one who served is no member");
        }
        let funded = Payouts::<T>::iter_keys().all(Pools::<T>::contains_key);
        ensure!(funded, "pay without a pool");
        Ok(())
    }

    /// What is left of a payout is enough for those who have not collected it.
    fn check_payout(domain: DomainId, payout: &Payout) -> Result<(), TryRuntimeError> {
        ensure!(payout.left <= payout.amount, "more is left than there was");
        let parts = Self::served_in(domain, payout.epoch)
            .map(|rounds| part_for(payout.amount, rounds, payout.rounds));
        let needed = parts.fold(0u128, u128::saturating_add);
        ensure!(needed <= payout.left, "less is left than is owed");
        Ok(())
    }

    /// How many rounds each member served in this epoch, of those who have not collected their pay.
    fn served_in(domain: DomainId, epoch: u32) -> impl Iterator<Item = u32> {
        Served::<T>::iter_prefix_values(domain).flat_map(move |served| {
            let now = served.into_iter().filter(move |service| service.epoch == epoch);
            now.map(|service| service.rounds)
        })
    }

    /// Numbers and places mirror each other, and only active agents have them.
    fn check_roster(domain: u32, size: u32) -> Result<(), TryRuntimeError> {
        for number in 0..size {
            let owner = Rosters::<T>::get(domain, number).ok_or("a roster has a gap")?;
            let membership =
                Memberships::<T>::get(domain, &owner).ok_or("one on a roster is no member")?;
            let place = membership.place.ok_or("one on a roster has no place")?;
            ensure!(place.number == number, "a place with another number");
            ensure!(
                membership.absences < T::MaxAbsences::get(),
                "one on a roster should have left it"
            );
            ensure!(T::Agents::key_of(&owner).is_some(), "one on a roster is no active agent");
        }
        let placed = Memberships::<T>::iter_prefix_values(domain)
            .filter(|membership| membership.place.is_some())
            .count();
        ensure!(placed as u32 == size, "a member has a place that the roster does not know");
        Ok(())
    }
}
