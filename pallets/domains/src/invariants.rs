//! What must hold of the storage after every call. For tests and `try-runtime`.

use crate::{Config, DomainsOf, Memberships, Pallet, Populations, Rosters};
use frame_support::{ensure, traits::Get};
use sp_runtime::TryRuntimeError;
use waggle_primitives::traits::AgentRegistry;

impl<T: Config> Pallet<T> {
    /// Check that members, their domains, rosters and populations mirror each other, and that the
    /// rosters have no gaps.
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
        Ok(())
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
