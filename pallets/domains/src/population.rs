//! What the rounds pallet sees of domains: the pallet's side of [`Domains`].

use crate::{Config, EpochBlocks, Memberships, Pallet, Populations, Rosters, Suspensions};
use sp_runtime::traits::SaturatedConversion;
use waggle_primitives::{choice::Question, traits::Domains, DomainId};

impl<T: Config> Domains<T::AccountId> for Pallet<T> {
    fn question_of(domain: DomainId) -> Option<Question> {
        Self::question_in(domain)
    }

    fn member_since(domain: DomainId, owner: &T::AccountId) -> Option<u32> {
        let membership = Memberships::<T>::get(domain, owner)?;
        let is_suspended = Suspensions::<T>::contains_key(domain, owner);
        (!is_suspended).then(|| membership.since.saturated_into())
    }

    fn epoch_blocks() -> u32 {
        EpochBlocks::<T>::get().max(1)
    }

    fn roster_size(domain: DomainId) -> u32 {
        Populations::<T>::get(domain).on_roster
    }

    fn number_of(domain: DomainId, owner: &T::AccountId, before: u32) -> Option<u32> {
        Self::number_before(domain, owner, before)
    }

    fn member_with(domain: DomainId, number: u32, before: u32) -> Option<T::AccountId> {
        let owner = Rosters::<T>::get(domain, number)?;
        (Self::number_before(domain, &owner, before) == Some(number)).then_some(owner)
    }

    fn came(domain: DomainId, owner: &T::AccountId) {
        Self::note_presence(domain, owner);
    }

    fn was_absent(domain: DomainId, owner: &T::AccountId) {
        Self::note_absence(domain, owner);
    }

    fn served(domain: DomainId, owners: &[T::AccountId]) {
        Self::note_service(domain, owners);
    }
}
