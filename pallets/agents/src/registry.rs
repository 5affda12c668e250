//! What the rounds pallet sees of agents: the pallet's side of [`AgentRegistry`].

use crate::{Agents, Config, Enrolments, Error, OwnerOf, Pallet, Roster};
use frame_support::ensure;
use sp_runtime::{traits::SaturatedConversion, DispatchResult, Saturating};
use waggle_primitives::{traits::AgentRegistry, AgentKey, StakeLimits};

impl<T: Config> AgentRegistry<T::AccountId> for Pallet<T> {
    fn owner_of(key: &AgentKey) -> Option<T::AccountId> {
        let owner = OwnerOf::<T>::get(key)?;
        Agents::<T>::get(&owner)?.is_active().then_some(owner)
    }

    fn key_of(owner: &T::AccountId) -> Option<AgentKey> {
        Agents::<T>::get(owner).filter(|agent| agent.is_active()).map(|agent| agent.key)
    }

    fn is_registered(owner: &T::AccountId) -> bool {
        Agents::<T>::contains_key(owner)
    }

    fn member_since(owner: &T::AccountId) -> u32 {
        Enrolments::<T>::get(owner).since.saturated_into()
    }

    fn limits_of(owner: &T::AccountId) -> Option<StakeLimits> {
        Enrolments::<T>::get(owner).limits
    }

    fn members() -> u32 {
        Roster::<T>::count()
    }

    fn number_of(owner: &T::AccountId, before: u32) -> Option<u32> {
        Self::number_before(owner, before)
    }

    fn member_with(number: u32, before: u32) -> Option<T::AccountId> {
        let owner = Roster::<T>::get(number)?;
        (Self::number_before(&owner, before) == Some(number)).then_some(owner)
    }

    fn was_absent(owner: &T::AccountId) {
        Self::note_absence(owner);
    }

    fn entered_round(owner: &T::AccountId) -> DispatchResult {
        Agents::<T>::try_mutate_exists(owner, |agent| -> DispatchResult {
            let agent = agent.as_mut().ok_or(Error::<T>::NotRegistered)?;
            ensure!(agent.is_active(), Error::<T>::Retired);
            agent.open_rounds.saturating_inc();
            Ok(())
        })?;
        Self::note_presence(owner);
        Ok(())
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
