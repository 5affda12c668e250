//! What the rounds pallet sees of agents: the pallet's side of [`AgentRegistry`].

use crate::{Agents, Config, Enrolments, Error, OwnerOf, Pallet};
use frame_support::ensure;
use sp_runtime::{DispatchResult, Saturating};
use waggle_primitives::{traits::AgentRegistry, AgentKey, StakeLimits};

impl<T: Config> AgentRegistry<T::AccountId> for Pallet<T> {
    fn owner_of(key: &AgentKey) -> Option<T::AccountId> {
        let owner = OwnerOf::<T>::get(key)?;
        let agent = Agents::<T>::get(&owner)?;
        (agent.is_active() && agent.key == *key).then_some(owner)
    }

    fn key_of(owner: &T::AccountId) -> Option<AgentKey> {
        Agents::<T>::get(owner).filter(|agent| agent.is_active()).map(|agent| agent.key)
    }

    fn is_registered(owner: &T::AccountId) -> bool {
        Agents::<T>::contains_key(owner)
    }

    fn is_punished(owner: &T::AccountId) -> bool {
        Agents::<T>::get(owner).is_some_and(|agent| agent.bond == 0)
    }

    fn is_in_rounds(owner: &T::AccountId) -> bool {
        Agents::<T>::get(owner).is_some_and(|agent| agent.open_rounds > 0)
    }

    fn limits_of(owner: &T::AccountId) -> Option<StakeLimits> {
        Enrolments::<T>::get(owner).limits
    }

    fn entered_round(owner: &T::AccountId) -> DispatchResult {
        Agents::<T>::try_mutate_exists(owner, |agent| -> DispatchResult {
            let agent = agent.as_mut().ok_or(Error::<T>::NotRegistered)?;
            ensure!(agent.is_active(), Error::<T>::Retired);
            agent.open_rounds.saturating_inc();
            Ok(())
        })
    }

    fn left_round(owner: &T::AccountId) {
        Agents::<T>::mutate_exists(owner, |agent| match agent {
            Some(agent) => agent.open_rounds.saturating_dec(),
            None => {
                frame_support::defensive!("an agent in a running round stays registered");
            }
        });
    }
}
