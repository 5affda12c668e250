//! The list of agents, for the runtime API. Never called in a block.

use crate::{AgentRecord, Agents, Config, Pallet};
use alloc::vec::Vec;
use frame_system::pallet_prelude::BlockNumberFor;
use waggle_primitives::{traits::Ratings, view::AgentView};

/// Most agents that [`Pallet::listed`] returns.
pub const MAX_LISTED: usize = 1_000;

impl<T: Config> Pallet<T> {
    /// Agents with their owners, in no order, at most [`MAX_LISTED`].
    pub fn listed() -> Vec<(T::AccountId, AgentRecord<BlockNumberFor<T>>)> {
        Agents::<T>::iter().take(MAX_LISTED).collect()
    }

    /// Agents as clients see them, with what `R` knows of their grading, at most [`MAX_LISTED`].
    pub fn views<R: Ratings<T::AccountId>>() -> Vec<AgentView<T::AccountId>> {
        let view = |(owner, agent): (T::AccountId, AgentRecord<BlockNumberFor<T>>)| {
            let record = R::get(&owner);
            AgentView {
                retired: !agent.is_active(),
                owner,
                key: agent.key,
                model: agent.model.into_inner(),
                topics: agent.topics.into_inner(),
                rating: record.rating(),
                bias: record.bias(),
                rounds: record.rounds,
            }
        };
        Self::listed().into_iter().map(view).collect()
    }
}
