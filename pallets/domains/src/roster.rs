//! The roster of a domain: the members among which the seats of rounds are drawn, numbered without
//! gaps, so that a draw need not look at all of them. When one leaves, the last one takes its
//! number; rounds that were submitted before go by the number that it had then.
//!
//! Members that stay away from rounds in which they have a seat are taken off, so that others need
//! not wait for them. They come back by entering a round that is open to all, or by saying so.

use crate::{
    Config, Event, Membership, Memberships, Pallet, Populations, RosterPlace, Rosters, Suspensions,
};
use frame_support::{defensive, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{traits::SaturatedConversion, Saturating};
use waggle_primitives::DomainId;

impl<T: Config> Pallet<T> {
    /// The agent of `owner`, a member that is not on the roster, gets the next number there.
    pub(crate) fn put_on_roster(domain: DomainId, owner: &T::AccountId) {
        let since = frame_system::Pallet::<T>::block_number();
        let number = Populations::<T>::mutate(domain, |population| {
            let number = population.on_roster;
            population.on_roster = number.saturating_add(1);
            number
        });
        Rosters::<T>::insert(domain, number, owner);
        Self::change(domain, owner, |membership| {
            membership.place = Some(RosterPlace { number, since, former: None });
        });
    }

    /// The agent of `owner` leaves the roster, if it is there, and the last one takes its number.
    pub(crate) fn take_off_roster(domain: DomainId, owner: &T::AccountId) {
        let place = Self::change(domain, owner, |membership| {
            membership.absences = 0;
            membership.absent_at = None;
            membership.place.take()
        });
        let Some(RosterPlace { number, .. }) = place.flatten() else { return };
        let last = Populations::<T>::mutate(domain, |population| {
            population.on_roster = population.on_roster.saturating_sub(1);
            population.on_roster
        });
        let Some(moved) = Rosters::<T>::take(domain, last) else {
            defensive!("a roster has no gaps");
            return;
        };
        if last == number {
            return;
        }
        let since = frame_system::Pallet::<T>::block_number();
        Self::change(domain, &moved, |membership| {
            let former = membership.place.map(|place| (place.number, place.since));
            membership.place = Some(RosterPlace { number, since, former });
        });
        Rosters::<T>::insert(domain, number, moved);
    }

    /// Change what is kept of a member. `None` if the agent of `owner` is none.
    fn change<R>(
        domain: DomainId,
        owner: &T::AccountId,
        change: impl FnOnce(&mut Membership<BlockNumberFor<T>>) -> R,
    ) -> Option<R> {
        Memberships::<T>::mutate_exists(domain, owner, |membership| membership.as_mut().map(change))
    }

    /// The agent of `owner` came to a round.
    pub(crate) fn note_presence(domain: DomainId, owner: &T::AccountId) {
        let Some(membership) = Memberships::<T>::get(domain, owner) else { return };
        if membership.place.is_none() {
            if Suspensions::<T>::contains_key(domain, owner) {
                return;
            }
            Self::put_on_roster(domain, owner);
            Self::deposit_event(Event::RosterJoined { domain, owner: owner.clone() });
        } else if membership.absences > 0 {
            let present = Membership { absences: 0, absent_at: None, ..membership };
            Memberships::<T>::insert(domain, owner, present);
        }
    }

    /// The agent of `owner` had a seat and did not come: counts once in `AbsencePeriod` blocks.
    pub(crate) fn note_absence(domain: DomainId, owner: &T::AccountId) {
        let Some(mut membership) = Memberships::<T>::get(domain, owner) else { return };
        if membership.place.is_none() {
            return;
        }
        let now = frame_system::Pallet::<T>::block_number();
        // Or whoever asks several rounds at once could have all others taken off.
        let period = T::AbsencePeriod::get();
        if membership.absent_at.is_some_and(|at| now < at.saturating_add(period)) {
            return;
        }
        membership.absent_at = Some(now);
        membership.absences = membership.absences.saturating_add(1);
        if membership.absences < T::MaxAbsences::get() {
            Memberships::<T>::insert(domain, owner, membership);
        } else {
            Self::take_off_roster(domain, owner);
            Self::deposit_event(Event::RosterLeft { domain, owner: owner.clone() });
        }
    }

    /// The number that `owner`'s agent had before block `before`, as far as that is known.
    pub(crate) fn number_before(
        domain: DomainId,
        owner: &T::AccountId,
        before: u32,
    ) -> Option<u32> {
        let RosterPlace { number, since, former } = Memberships::<T>::get(domain, owner)?.place?;
        core::iter::once((number, since))
            .chain(former)
            .find(|(_, since)| (*since).saturated_into::<u32>() < before)
            .map(|(number, _)| number)
    }
}
