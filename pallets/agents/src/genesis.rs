//! Agents that are there from the first block.

use crate::{Agents, Config, Model, OwnerOf, Pallet, Topics};
use waggle_primitives::AgentKey;

impl<T: Config> Pallet<T> {
    /// Register an agent without a proof, which is `away` or not. Panics on a genesis that makes no
    /// sense: no chain may start from one.
    pub(crate) fn register_at_genesis(
        owner: &T::AccountId,
        key: AgentKey,
        model: &[u8],
        away: bool,
    ) {
        assert!(!Agents::<T>::contains_key(owner), "an owner has one agent at genesis");
        assert!(!OwnerOf::<T>::contains_key(key), "an agent key is registered once at genesis");
        let model = Model::try_from(model.to_vec());
        assert!(model.is_ok(), "a model at genesis is not longer than MAX_MODEL_BYTES");
        let (model, topics) = (model.unwrap_or_default(), Topics::default());
        OwnerOf::<T>::insert(key, owner);
        let entered = Self::enter(owner.clone(), key, model, topics, away);
        assert!(entered.is_ok(), "an owner at genesis has the bond and the existential deposit");
    }
}
