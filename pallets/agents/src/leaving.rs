//! Retiring an agent and taking its bond back.

use crate::{AgentStatus, Agents, Config, Enrolments, Error, Event, HoldReason, Pallet};
use frame_support::{
    ensure,
    traits::{fungible::hold::Mutate, tokens::Precision::BestEffort, Get},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{traits::Saturating, DispatchResult};
use waggle_primitives::traits::OnAgents;

impl<T: Config> Pallet<T> {
    /// See [`Pallet::retire`].
    pub(crate) fn do_retire(owner: T::AccountId) -> DispatchResult {
        let now = frame_system::Pallet::<T>::block_number();
        Agents::<T>::try_mutate_exists(&owner, |agent| -> DispatchResult {
            let agent = agent.as_mut().ok_or(Error::<T>::NotRegistered)?;
            ensure!(agent.is_active(), Error::<T>::Retired);
            agent.status = AgentStatus::Retired { since: now };
            Ok(())
        })?;
        Self::tell_of_retirement(owner, now);
        Ok(())
    }

    /// What follows when the agent of `owner` has retired, in block `now`.
    pub(crate) fn tell_of_retirement(owner: T::AccountId, now: BlockNumberFor<T>) {
        T::OnAgents::retired(&owner);
        Self::deposit_event(Event::AgentRetired {
            owner,
            unbond_from: now.saturating_add(T::UnbondingBlocks::get()),
        });
    }

    /// See [`Pallet::unbond`].
    pub(crate) fn do_unbond(owner: T::AccountId) -> DispatchResult {
        let agent = Agents::<T>::get(&owner).ok_or(Error::<T>::NotRegistered)?;
        let AgentStatus::Retired { since } = agent.status else {
            return Err(Error::<T>::NotRetired.into());
        };
        let now = frame_system::Pallet::<T>::block_number();
        ensure!(now >= since.saturating_add(T::UnbondingBlocks::get()), Error::<T>::BondLocked);
        ensure!(agent.open_rounds == 0, Error::<T>::RoundsOpen);
        // Cannot fail: a bond is at least an existential deposit, so the account can always take
        // it. There is none where it was taken.
        let bond = match agent.bond {
            0 => 0,
            bond => T::Currency::release(&HoldReason::Bond.into(), &owner, bond, BestEffort)?,
        };
        Self::give_up_keys(&owner, agent.key);
        Agents::<T>::remove(&owner);
        Enrolments::<T>::remove(&owner);
        T::OnAgents::removed(&owner);
        Self::deposit_event(Event::AgentUnbonded { owner, key: agent.key, bond });
        Ok(())
    }
}
