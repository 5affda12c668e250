//! What audits see of domains: the pallet's side of [`AuditedDomains`]. They suspend members, and
//! take that back; what follows from a suspension is said where it does.

use crate::{Claims, Config, Memberships, Pallet, Suspensions};
use sp_runtime::traits::SaturatedConversion;
use waggle_primitives::{
    choice::Question,
    claim::Epoch,
    traits::{AuditedDomains, Domains},
    Claim, DomainId,
};

impl<T: Config> Pallet<T> {
    /// The block since which the agent of `owner` is suspended from the domain. `None`: it is not.
    pub(crate) fn suspended_in(domain: DomainId, owner: &T::AccountId) -> Option<u32> {
        Suspensions::<T>::get(domain, owner).map(|since| since.saturated_into())
    }
}

impl<T: Config> AuditedDomains<T::AccountId> for Pallet<T> {
    fn question_of(domain: DomainId) -> Option<Question> {
        Self::question_in(domain)
    }

    fn is_member(domain: DomainId, owner: &T::AccountId) -> bool {
        Memberships::<T>::contains_key(domain, owner)
    }

    fn epoch_blocks() -> u32 {
        <Self as Domains<T::AccountId>>::epoch_blocks()
    }

    fn epoch() -> Epoch {
        Self::epoch()
    }

    fn claim_of(domain: DomainId, owner: &T::AccountId) -> Option<Claim> {
        Claims::<T>::get(domain, owner)?.at(Self::epoch())?.claim.clone()
    }

    /// Who is suspended already stays so since then.
    fn suspend(domain: DomainId, owner: &T::AccountId) {
        if !Memberships::<T>::contains_key(domain, owner)
            || Suspensions::<T>::contains_key(domain, owner)
        {
            return;
        }
        Self::take_off_roster(domain, owner);
        Suspensions::<T>::insert(domain, owner, frame_system::Pallet::<T>::block_number());
    }

    fn reinstate(domain: DomainId, owner: &T::AccountId) -> bool {
        Suspensions::<T>::take(domain, owner).is_some()
    }

    fn suspended_since(domain: DomainId, owner: &T::AccountId) -> Option<u32> {
        Self::suspended_in(domain, owner)
    }
}
