//! Agents as clients see them, for the runtime API. Never called in a block.

use crate::{AgentRecord, AgentStatus, Agents, Config, Enrolments, OwnerOf, Pallet, RosterEntries};
use alloc::vec::Vec;
use frame_support::traits::Get;
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{traits::SaturatedConversion, Saturating};
use waggle_primitives::{
    traits::Ratings,
    view::{AgentDetail, AgentView},
    AgentKey,
};

/// Most agents that [`Pallet::listed`] returns.
pub const MAX_LISTED: usize = 1_000;

impl<T: Config> Pallet<T> {
    /// Agents with their owners, in no order, at most [`MAX_LISTED`].
    pub fn listed() -> Vec<(T::AccountId, AgentRecord<BlockNumberFor<T>>)> {
        Agents::<T>::iter().take(MAX_LISTED).collect()
    }

    /// Agents with what `R` knows of their grading, at most [`MAX_LISTED`].
    pub fn views<R: Ratings<T::AccountId>>() -> Vec<AgentView<T::AccountId>> {
        Self::listed().into_iter().map(|(owner, agent)| Self::view::<R>(owner, agent)).collect()
    }

    /// The agent of `owner`, with all that this pallet and `R` know of it.
    pub fn detail<R: Ratings<T::AccountId>>(
        owner: &T::AccountId,
    ) -> Option<AgentDetail<T::AccountId, u128>> {
        let agent = Agents::<T>::get(owner)?;
        let enrolment = Enrolments::<T>::get(owner);
        Some(AgentDetail {
            bond: agent.bond,
            open_rounds: agent.open_rounds,
            since: enrolment.since.saturated_into(),
            limits: enrolment.limits,
            absences: RosterEntries::<T>::get(owner).map(|entry| entry.absences),
            unbond_from: match agent.status {
                AgentStatus::Active => None,
                AgentStatus::Retired { since } => {
                    Some(since.saturating_add(T::UnbondingBlocks::get()).saturated_into())
                }
            },
            past: R::past(owner),
            agent: Self::view::<R>(owner.clone(), agent),
        })
    }

    /// The agent with this agent key, retired or not. See [`Self::detail`].
    pub fn detail_of_key<R: Ratings<T::AccountId>>(
        key: &AgentKey,
    ) -> Option<AgentDetail<T::AccountId, u128>> {
        Self::detail::<R>(&OwnerOf::<T>::get(key)?)
    }

    fn view<R: Ratings<T::AccountId>>(
        owner: T::AccountId,
        agent: AgentRecord<BlockNumberFor<T>>,
    ) -> AgentView<T::AccountId> {
        let known = R::get(&owner);
        AgentView {
            retired: !agent.is_active(),
            owner,
            key: agent.key,
            model: agent.model.into_inner(),
            topics: agent.topics.into_inner(),
            rating: known.rating(),
            bias: known.bias(),
            quality: known.quality(),
            rounds: known.rounds(),
        }
    }
}
