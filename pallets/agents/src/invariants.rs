//! What must hold of the storage after every call. For tests and `try-runtime`.

use crate::{Agents, Config, Enrolments, HoldReason, OwnerOf, Pallet};
use frame_support::{ensure, traits::fungible::hold::Inspect};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
    /// Check that owners and keys mirror each other, and that each agent's bond is on hold.
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
        for (key, owner) in OwnerOf::<T>::iter() {
            ensure!(
                Agents::<T>::get(owner).is_some_and(|agent| agent.key == key),
                "a key is no agent's"
            );
        }
        Ok(())
    }
}
