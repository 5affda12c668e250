//! What audits see of domains: the pallet's side of [`AuditedDomains`]. They suspend members, and
//! take that back; what follows from a suspension is said where it does.
//!
//! Also who has left can be suspended, and whoever takes its bond while it is suspended stays so:
//! it is *barred*. It joins again when `SuspensionBlocks` have passed, like whoever has waited for
//! as long to leave. Those that are barred stand in a queue, from which audits' hook takes them
//! when their time is over, so that nothing is kept of those that never come back.

use crate::{Barred, BarredNumbers, Claims, Config, Memberships, Pallet, Suspensions};
use frame_support::traits::Get;
use sp_runtime::{traits::SaturatedConversion, Saturating};
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

    /// Whether the agent of `owner` is suspended, and has been for less than `SuspensionBlocks`.
    pub(crate) fn is_held(domain: DomainId, owner: &T::AccountId) -> bool {
        let now = frame_system::Pallet::<T>::block_number();
        Suspensions::<T>::get(domain, owner)
            .is_some_and(|since| now < since.saturating_add(T::SuspensionBlocks::get()))
    }

    /// Remember that somebody who is no member is suspended, to forget it in time.
    pub(crate) fn bar(domain: DomainId, owner: &T::AccountId) {
        let (first, next) = BarredNumbers::<T>::get();
        Barred::<T>::insert(next, (domain, owner.clone()));
        BarredNumbers::<T>::put((first, next.saturating_add(1)));
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
        if Suspensions::<T>::contains_key(domain, owner) {
            return;
        }
        if Memberships::<T>::contains_key(domain, owner) {
            Self::take_off_roster(domain, owner);
        } else {
            Self::bar(domain, owner);
        }
        Suspensions::<T>::insert(domain, owner, frame_system::Pallet::<T>::block_number());
    }

    fn reinstate(domain: DomainId, owner: &T::AccountId) -> bool {
        Suspensions::<T>::take(domain, owner).is_some()
    }

    fn suspended_since(domain: DomainId, owner: &T::AccountId) -> Option<u32> {
        Self::suspended_in(domain, owner)
    }

    fn is_release_due() -> bool {
        let (first, next) = BarredNumbers::<T>::get();
        // Who is a member again is suspended as such, if at all.
        let is_free = |(domain, owner): (DomainId, T::AccountId)| {
            Memberships::<T>::contains_key(domain, &owner) || !Self::is_held(domain, &owner)
        };
        first < next && Barred::<T>::get(first).is_none_or(is_free)
    }

    fn release() {
        if !<Self as AuditedDomains<T::AccountId>>::is_release_due() {
            return;
        }
        let (first, next) = BarredNumbers::<T>::get();
        if let Some((domain, owner)) = Barred::<T>::take(first) {
            if !Memberships::<T>::contains_key(domain, &owner) {
                Suspensions::<T>::remove(domain, &owner);
            }
        }
        let first = first.saturating_add(1);
        if first < next {
            BarredNumbers::<T>::put((first, next));
        } else {
            BarredNumbers::<T>::kill();
        }
    }
}
