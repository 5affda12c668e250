//! What must hold of the storage after every call. For tests and `try-runtime`.

use crate::{Agents, Config, Enrolments, HoldReason, OwnerOf, Pallet, Roster, RosterEntries};
use frame_support::{
    ensure,
    traits::{fungible::hold::Inspect, Get},
};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
    /// Check that owners and keys mirror each other, that each agent's bond is on hold, and that
    /// the roster has no gaps.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut agents = 0u32;
        for (owner, agent) in Agents::<T>::iter() {
            agents = agents.saturating_add(1);
            ensure!(
                OwnerOf::<T>::get(agent.key).as_ref() == Some(&owner),
                "an agent's key is not its owner's"
            );
            let held = T::Currency::balance_on_hold(&HoldReason::Bond.into(), &owner);
            ensure!(held >= agent.bond, "an agent's bond is not on hold");
        }
        ensure!(Agents::<T>::count() == agents, "the count of agents is wrong");
        ensure!(
            Enrolments::<T>::iter_keys().all(Agents::<T>::contains_key),
            "somebody without an agent is enrolled"
        );
        Self::check_roster()?;
        for (key, owner) in OwnerOf::<T>::iter() {
            ensure!(
                Agents::<T>::get(owner).is_some_and(|agent| agent.key == key),
                "a key is no agent's"
            );
        }
        Ok(())
    }

    /// Numbers and entries mirror each other, and only active agents have them.
    fn check_roster() -> Result<(), TryRuntimeError> {
        let members = Roster::<T>::iter_keys().count() as u32;
        ensure!(Roster::<T>::count() == members, "the count of the roster is wrong");
        ensure!(
            RosterEntries::<T>::iter_keys().count() as u32 == members,
            "the roster has not as many entries as numbers"
        );
        for number in 0..members {
            let owner = Roster::<T>::get(number).ok_or("the roster has a gap")?;
            let entry = RosterEntries::<T>::get(&owner).ok_or("a member without an entry")?;
            ensure!(entry.number == number, "an entry with another number");
            ensure!(entry.absences < T::MaxAbsences::get(), "a member that should have left");
            ensure!(
                Agents::<T>::get(&owner).is_some_and(|agent| agent.is_active()),
                "a member of the roster is no active agent"
            );
        }
        Ok(())
    }
}
