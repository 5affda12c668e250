//! Agents as clients see them, for the runtime API: one at a time, which there are is listed domain
//! by domain. Never called in a block.

use crate::{AgentRecord, AgentStatus, Agents, Config, Enrolments, OwnerOf, Pallet};
use alloc::vec::Vec;
use frame_support::traits::Get;
use sp_runtime::{traits::SaturatedConversion, Saturating};
use waggle_primitives::{
    view::{AgentDetail, AgentPast, AgentView, MembershipView},
    AgentKey,
};

impl<T: Config> Pallet<T> {
    /// The agent of `owner`, retired or not.
    pub fn view(owner: &T::AccountId) -> Option<AgentView<T::AccountId>> {
        Some(view_of(owner, Agents::<T>::get(owner)?))
    }

    /// The agent of `owner`, retired or not, with all that this pallet knows of it, and what others
    /// do: its `past`, and its `memberships`.
    pub fn detail(
        owner: &T::AccountId,
        past: AgentPast<u128>,
        memberships: Vec<MembershipView>,
    ) -> Option<AgentDetail<T::AccountId, u128>> {
        let agent = Agents::<T>::get(owner)?;
        let enrolment = Enrolments::<T>::get(owner);
        Some(AgentDetail {
            bond: agent.bond,
            open_rounds: agent.open_rounds,
            since: enrolment.since.saturated_into(),
            limits: enrolment.limits,
            unbond_from: match agent.status {
                AgentStatus::Active => None,
                AgentStatus::Retired { since } => {
                    Some(since.saturating_add(T::UnbondingBlocks::get()).saturated_into())
                }
            },
            memberships,
            past,
            agent: view_of(owner, agent),
        })
    }

    /// The owner of the agent that has this agent key now, retired or not: unlike
    /// [`owner_of`](waggle_primitives::traits::AgentRegistry::owner_of), which is for acts.
    pub fn owner_with_key(key: &AgentKey) -> Option<T::AccountId> {
        let owner = OwnerOf::<T>::get(key)?;
        Agents::<T>::get(&owner).is_some_and(|agent| agent.key == *key).then_some(owner)
    }
}

fn view_of<AccountId: Clone, BlockNumber>(
    owner: &AccountId,
    agent: AgentRecord<BlockNumber>,
) -> AgentView<AccountId> {
    AgentView {
        retired: !agent.is_active(),
        owner: owner.clone(),
        key: agent.key,
        model: agent.model.into_inner(),
        topics: agent.topics.into_inner(),
    }
}
