//! Registering an agent and changing its key and profile.

use crate::{
    AgentRecord, AgentStatus, Agents, Config, Enrolment, Enrolments, Error, Event, HoldReason,
    Model, Pallet, Topics,
};
use frame_support::{
    ensure,
    traits::{
        fungible::{hold::Mutate, Inspect},
        tokens::{Fortitude::Force, Preservation::Preserve},
        Get,
    },
};
use sp_runtime::{traits::SaturatedConversion, DispatchResult};
use waggle_primitives::{traits::OnAgents, AgentKey, AgentSignature, StakeLimits};

impl<T: Config> Pallet<T> {
    /// See [`Pallet::register`].
    pub(crate) fn do_register(
        owner: T::AccountId,
        key: AgentKey,
        proof: AgentSignature,
        model: Model,
        topics: Topics,
    ) -> DispatchResult {
        ensure!(!Agents::<T>::contains_key(&owner), Error::<T>::AlreadyRegistered);
        Self::claim(&owner, key, &proof)?;
        Self::enter(owner, key, model, topics, false)
    }

    /// See [`Pallet::rotate_key`].
    pub(crate) fn do_rotate_key(
        owner: T::AccountId,
        new: AgentKey,
        proof: AgentSignature,
    ) -> DispatchResult {
        let mut agent = Agents::<T>::get(&owner).ok_or(Error::<T>::NotRegistered)?;
        ensure!(agent.is_active(), Error::<T>::Retired);
        let old = core::mem::replace(&mut agent.key, new);
        Self::exchange_keys(&owner, old, new, &proof)?;
        Agents::<T>::insert(&owner, agent);
        Self::deposit_event(Event::KeyRotated { owner, old, new });
        Ok(())
    }

    /// See [`Pallet::set_profile`].
    pub(crate) fn do_set_profile(
        owner: T::AccountId,
        model: Model,
        topics: Topics,
    ) -> DispatchResult {
        Agents::<T>::try_mutate_exists(&owner, |agent| -> DispatchResult {
            let agent = agent.as_mut().ok_or(Error::<T>::NotRegistered)?;
            agent.model = model;
            agent.topics = topics;
            Ok(())
        })?;
        Self::deposit_event(Event::ProfileSet { owner });
        Ok(())
    }

    /// Put the bond on hold and write the new agent, whose key is the owner's already. `away`: no
    /// seats are to be drawn for it before it comes to a round.
    pub(crate) fn enter(
        owner: T::AccountId,
        key: AgentKey,
        model: Model,
        topics: Topics,
        away: bool,
    ) -> DispatchResult {
        let bond = T::Bond::get();
        // Stricter than the hold itself, which would take the existential deposit of an account
        // that another pallet provides for, and make dust of what is left of it.
        let affordable = T::Currency::reducible_balance(&owner, Preserve, Force);
        ensure!(affordable >= bond, Error::<T>::BondUnaffordable);
        T::Currency::hold(&HoldReason::Bond.into(), &owner, bond)
            .map_err(|_| Error::<T>::BondUnaffordable)?;
        let agent =
            AgentRecord { key, model, topics, bond, status: AgentStatus::Active, open_rounds: 0 };
        Agents::<T>::insert(&owner, agent);
        let since = frame_system::Pallet::<T>::block_number();
        Enrolments::<T>::insert(&owner, Enrolment { since, limits: None });
        T::OnAgents::registered(&owner, since.saturated_into(), away);
        Self::deposit_event(Event::AgentRegistered { owner, key, bond });
        Ok(())
    }

    /// See [`Pallet::set_limits`].
    pub(crate) fn do_set_limits(
        owner: T::AccountId,
        limits: Option<StakeLimits>,
    ) -> DispatchResult {
        ensure!(Agents::<T>::contains_key(&owner), Error::<T>::NotRegistered);
        Enrolments::<T>::mutate(&owner, |enrolment| enrolment.limits = limits);
        Self::deposit_event(Event::LimitsSet { owner, limits });
        Ok(())
    }
}
