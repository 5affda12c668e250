//! Who offers to audit a domain, by number without gaps, so that a committee is drawn by lot
//! without a look at all of them. When an offer ends, the last one takes its number.

use crate::{Audited, Auditors, Config, Draws, Error, Event, OfferOf, Offers, Pallet};
use frame_support::{defensive, ensure};
use sp_runtime::DispatchResult;
use waggle_primitives::{traits::AgentRegistry, DomainId};

impl<T: Config> Pallet<T> {
    /// See [`Pallet::offer`].
    pub(crate) fn do_offer(domain: DomainId, owner: T::AccountId) -> DispatchResult {
        ensure!(Audited::<T>::contains_key(domain), Error::<T>::NotAudited);
        ensure!(T::Agents::key_of(&owner).is_some(), Error::<T>::NotAnAgent);
        ensure!(!OfferOf::<T>::contains_key(domain, &owner), Error::<T>::AlreadyOffered);
        ensure!(!Draws::<T>::contains_key(domain), Error::<T>::DrawUnderWay);
        let number = Offers::<T>::get(domain);
        Offers::<T>::insert(domain, number.saturating_add(1));
        Auditors::<T>::insert(domain, number, &owner);
        OfferOf::<T>::insert(domain, &owner, number);
        Self::deposit_event(Event::Offered { domain, owner });
        Ok(())
    }

    /// See [`Pallet::withdraw_offer`].
    pub(crate) fn do_withdraw_offer(domain: DomainId, owner: T::AccountId) -> DispatchResult {
        ensure!(OfferOf::<T>::contains_key(domain, &owner), Error::<T>::NotOffered);
        ensure!(!Draws::<T>::contains_key(domain), Error::<T>::DrawUnderWay);
        Self::end_offer(domain, &owner, false);
        Ok(())
    }

    /// End the offer of `owner`, because it `failed` or for another reason. Returns whether there
    /// was one.
    pub(crate) fn end_offer(domain: DomainId, owner: &T::AccountId, failed: bool) -> bool {
        let Some(number) = OfferOf::<T>::take(domain, owner) else { return false };
        let last = Offers::<T>::get(domain).saturating_sub(1);
        if last == 0 {
            Offers::<T>::remove(domain);
        } else {
            Offers::<T>::insert(domain, last);
        }
        match Auditors::<T>::take(domain, last) {
            None => {
                defensive!("offers have no gaps");
            }
            Some(_) if last == number => {}
            Some(moved) => {
                OfferOf::<T>::insert(domain, &moved, number);
                Auditors::<T>::insert(domain, number, moved);
            }
        }
        Self::deposit_event(Event::OfferEnded { domain, owner: owner.clone(), failed });
        true
    }
}
