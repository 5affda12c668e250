//! Who is a member of which domain: agents join and leave, or come and go altogether.

use crate::{
    Claims, Config, DomainsOf, Error, Event, Membership, Memberships, Pallet, Populations, Served,
    Suspensions,
};
use frame_support::{dispatch::Pays, ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{traits::SaturatedConversion, DispatchError, DispatchResult, Saturating};
use waggle_primitives::{
    domain::GENERAL,
    traits::{AgentRegistry, OnAgents, OnMemberLeft},
    DomainId,
};

impl<T: Config> Pallet<T> {
    /// See [`Pallet::join`].
    pub(crate) fn do_join(domain: DomainId, owner: T::AccountId) -> DispatchResult {
        ensure!(T::Agents::key_of(&owner).is_some(), Error::<T>::NotAnAgent);
        ensure!(Self::question_in(domain).is_some(), Error::<T>::NoSuchDomain);
        ensure!(!Memberships::<T>::contains_key(domain, &owner), Error::<T>::AlreadyMember);
        ensure!(!Self::is_held(domain, &owner), Error::<T>::Suspended);
        let since = frame_system::Pallet::<T>::block_number();
        Self::let_join(domain, &owner, since)?;
        Self::put_on_roster(domain, &owner);
        Self::deposit_event(Event::MemberJoined { domain, owner });
        Ok(())
    }

    /// See [`Pallet::leave`].
    pub(crate) fn do_leave(domain: DomainId, owner: T::AccountId) -> DispatchResult {
        let membership = Memberships::<T>::get(domain, &owner).ok_or(Error::<T>::NotMember)?;
        let may_leave = membership.since.saturating_add(T::MembershipBlocks::get());
        let now = frame_system::Pallet::<T>::block_number();
        ensure!(now >= may_leave, Error::<T>::TooEarlyToLeave);
        ensure!(!Self::is_held(domain, &owner), Error::<T>::TooEarlyToLeave);
        // Or an agent of which others know too much would be judged as a newcomer.
        ensure!(!T::Agents::is_in_rounds(&owner), Error::<T>::RoundsOpen);
        DomainsOf::<T>::mutate_exists(&owner, |domains| {
            let Some(joined) = domains else { return };
            joined.retain(|joined| *joined != domain);
            if joined.is_empty() {
                *domains = None;
            }
        });
        Self::forget(domain, &owner);
        Self::deposit_event(Event::MemberLeft { domain, owner });
        Ok(())
    }

    /// See [`Pallet::rejoin`]. Returns whether it costs the fee.
    pub(crate) fn do_rejoin(domain: DomainId, owner: T::AccountId) -> Result<Pays, DispatchError> {
        ensure!(T::Agents::key_of(&owner).is_some(), Error::<T>::NotAnAgent);
        let membership = Memberships::<T>::get(domain, &owner).ok_or(Error::<T>::NotMember)?;
        ensure!(membership.place.is_none(), Error::<T>::OnRoster);
        ensure!(!Suspensions::<T>::contains_key(domain, &owner), Error::<T>::Suspended);
        let now = frame_system::Pallet::<T>::block_number();
        // Often, for nothing, would fill blocks for nothing.
        let period = T::MembershipBlocks::get();
        let is_free = membership.rejoined.is_none_or(|at| now >= at.saturating_add(period));
        if is_free {
            let membership = Membership { rejoined: Some(now), ..membership };
            Memberships::<T>::insert(domain, &owner, membership);
        }
        Self::put_on_roster(domain, &owner);
        Self::deposit_event(Event::RosterJoined { domain, owner });
        Ok(if is_free { Pays::No } else { Pays::Yes })
    }

    /// The agent of `owner`, which is no member of the domain, is one since block `since`, and not
    /// on the roster yet.
    fn let_join(
        domain: DomainId,
        owner: &T::AccountId,
        since: BlockNumberFor<T>,
    ) -> Result<(), DispatchError> {
        DomainsOf::<T>::try_mutate(owner, |domains| domains.try_push(domain))
            .map_err(|_| Error::<T>::TooManyMemberships)?;
        let membership =
            Membership { since, place: None, absences: 0, absent_at: None, rejoined: None };
        Memberships::<T>::insert(domain, owner, membership);
        // Its time is over, and it is not forgotten yet.
        Suspensions::<T>::remove(domain, owner);
        Populations::<T>::mutate(domain, |population| {
            population.members = population.members.saturating_add(1);
        });
        Ok(())
    }

    /// The agent of `owner` is a member of the domain no more. That it is suspended stays, until
    /// its time is over: or who takes its bond would be back sooner than who leaves.
    fn forget(domain: DomainId, owner: &T::AccountId) {
        Self::take_off_roster(domain, owner);
        Memberships::<T>::remove(domain, owner);
        Claims::<T>::remove(domain, owner);
        Served::<T>::remove(domain, owner);
        if Self::is_held(domain, owner) {
            Self::bar(domain, owner);
        } else {
            Suspensions::<T>::remove(domain, owner);
        }
        Populations::<T>::mutate(domain, |population| {
            population.members = population.members.saturating_sub(1);
        });
        T::OnMemberLeft::member_left(domain, owner);
    }
}

impl<T: Config> OnAgents<T::AccountId> for Pallet<T> {
    fn registered(owner: &T::AccountId, since: u32, away: bool) {
        if Memberships::<T>::contains_key(GENERAL, owner) || Self::is_held(GENERAL, owner) {
            return;
        }
        if Self::let_join(GENERAL, owner, since.saturated_into()).is_ok() && !away {
            Self::put_on_roster(GENERAL, owner);
        }
    }

    fn retired(owner: &T::AccountId) {
        for domain in DomainsOf::<T>::get(owner) {
            Self::take_off_roster(domain, owner);
            Claims::<T>::remove(domain, owner);
        }
    }

    fn removed(owner: &T::AccountId) {
        for domain in DomainsOf::<T>::take(owner) {
            Self::forget(domain, owner);
        }
    }
}
