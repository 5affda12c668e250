//! What must hold of the storage after every call. For tests and `try-runtime`.

use crate::{Agents, BarredKeys, Config, Enrolments, FormerKeys, HoldReason, OwnerOf, Pallet};
use frame_support::{ensure, traits::fungible::hold::Inspect};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
    /// Check that owners and keys mirror each other, that each agent's bond is on hold, and that
    /// only agents that were punished have none.
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
            let former = FormerKeys::<T>::get(&owner).map(|former| former.key);
            let is_barred = BarredKeys::<T>::contains_key(agent.key)
                || former.is_some_and(BarredKeys::<T>::contains_key);
            ensure!(
                is_barred == (agent.bond == 0),
                "an agent without a bond has no barred key, or one with a bond has one"
            );
            ensure!(!is_barred || !agent.is_active(), "an agent without a bond is active");
        }
        ensure!(Agents::<T>::count() == agents, "the count of agents is wrong");
        ensure!(
            Enrolments::<T>::iter_keys().all(Agents::<T>::contains_key),
            "somebody without an agent is enrolled"
        );
        for (owner, former) in FormerKeys::<T>::iter() {
            ensure!(
                OwnerOf::<T>::get(former.key).as_ref() == Some(&owner),
                "a former key is not its owner's"
            );
        }
        for (key, owner) in OwnerOf::<T>::iter() {
            let is_former = FormerKeys::<T>::get(&owner).is_some_and(|former| former.key == key);
            ensure!(
                Agents::<T>::get(owner).is_some_and(|agent| is_former != (agent.key == key)),
                "a key is no agent's"
            );
        }
        Ok(())
    }
}
