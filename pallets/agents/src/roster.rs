//! The roster: the agents among which the seats of rounds are drawn, numbered without gaps, so that
//! a draw need not look at all of them. When one leaves, the last one takes its number; rounds that
//! were submitted before go by the number that it had then.
//!
//! Agents that stay away from rounds in which they have a seat are taken off, so that others need
//! not wait for them. They come back by entering a round that is open to all, or by saying so.

use crate::{
    AgentRecord, Agents, Config, Error, Event, Pallet, Roster, RosterEntries, RosterEntry,
};
use frame_support::{defensive, ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{traits::SaturatedConversion, DispatchResult, Saturating};

impl<T: Config> Pallet<T> {
    /// See [`Pallet::rejoin`].
    pub(crate) fn do_rejoin(owner: T::AccountId) -> DispatchResult {
        let agent = Agents::<T>::get(&owner).ok_or(Error::<T>::NotRegistered)?;
        ensure!(agent.is_active(), Error::<T>::Retired);
        ensure!(!RosterEntries::<T>::contains_key(&owner), Error::<T>::OnRoster);
        Self::put_on_roster(&owner);
        Self::deposit_event(Event::RosterJoined { owner });
        Ok(())
    }

    /// The agent of `owner`, which is not on the roster, gets the next number there.
    pub(crate) fn put_on_roster(owner: &T::AccountId) {
        let number = Roster::<T>::count();
        Roster::<T>::insert(number, owner);
        let since = frame_system::Pallet::<T>::block_number();
        RosterEntries::<T>::insert(
            owner,
            RosterEntry { number, since, former: None, absences: 0, absent_at: None },
        );
    }

    /// The agent of `owner` leaves the roster, if it is there, and the last one takes its number.
    pub(crate) fn take_off_roster(owner: &T::AccountId) {
        let Some(RosterEntry { number, .. }) = RosterEntries::<T>::take(owner) else { return };
        let last = Roster::<T>::count().saturating_sub(1);
        let Some(moved) = Roster::<T>::take(last) else {
            defensive!("the roster has no gaps");
            return;
        };
        if last == number {
            return;
        }
        let since = frame_system::Pallet::<T>::block_number();
        RosterEntries::<T>::mutate_extant(&moved, |entry| {
            entry.former = Some((entry.number, entry.since));
            entry.number = number;
            entry.since = since;
        });
        Roster::<T>::insert(number, moved);
    }

    /// The agent of `owner` came to a round.
    pub(crate) fn note_presence(owner: &T::AccountId) {
        match RosterEntries::<T>::get(owner) {
            None => {
                Self::put_on_roster(owner);
                Self::deposit_event(Event::RosterJoined { owner: owner.clone() });
            }
            Some(entry) if entry.absences > 0 => {
                RosterEntries::<T>::insert(
                    owner,
                    RosterEntry { absences: 0, absent_at: None, ..entry },
                );
            }
            Some(_) => {}
        }
    }

    /// The agent of `owner` had a seat and did not come: counts once in `AbsencePeriod` blocks.
    pub(crate) fn note_absence(owner: &T::AccountId) {
        let Some(mut entry) = RosterEntries::<T>::get(owner) else { return };
        let now = frame_system::Pallet::<T>::block_number();
        // Or whoever asks several rounds at once could have all others taken off.
        if entry.absent_at.is_some_and(|at| now < at.saturating_add(T::AbsencePeriod::get())) {
            return;
        }
        entry.absent_at = Some(now);
        entry.absences = entry.absences.saturating_add(1);
        if entry.absences < T::MaxAbsences::get() {
            RosterEntries::<T>::insert(owner, entry);
        } else {
            Self::take_off_roster(owner);
            Self::deposit_event(Event::RosterLeft { owner: owner.clone() });
        }
    }

    /// The number that `owner`'s agent had before block `before`, as far as that is known.
    pub(crate) fn number_before(owner: &T::AccountId, before: u32) -> Option<u32> {
        let RosterEntry { number, since, former, .. } = RosterEntries::<T>::get(owner)?;
        core::iter::once((number, since))
            .chain(former)
            .find(|(_, since)| (*since).saturated_into::<u32>() < before)
            .map(|(number, _)| number)
    }

    /// Put all agents on the roster that have not retired: for agents of before there was one.
    pub(crate) fn fill_roster(
        agents: impl Iterator<Item = (T::AccountId, AgentRecord<BlockNumberFor<T>>)>,
    ) -> u32 {
        let mut looked_at = 0u32;
        for (owner, agent) in agents {
            looked_at = looked_at.saturating_add(1);
            if agent.is_active() && !RosterEntries::<T>::contains_key(&owner) {
                Self::put_on_roster(&owner);
            }
        }
        looked_at
    }
}
