//! Which owner answers for which agent key.
//!
//! For each key one at most does: its agent's owner, and for a while the one whose agent had it
//! until its last rotation. So whoever has sealed doubly does not get away with another key, and no
//! key has two owners to blame.

use crate::{
    AgentRecord, Agents, BarredKeys, Config, Error, FormerKey, FormerKeys, OwnerOf, Pallet,
};
use frame_support::{ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{traits::Zero, DispatchResult, Saturating};
use waggle_primitives::{registration::verify_registration, AgentKey, AgentSignature, Hash32};

/// An agent, after its owner.
pub(crate) type Owned<T> = (<T as frame_system::Config>::AccountId, AgentRecord<BlockNumberFor<T>>);

impl<T: Config> Pallet<T> {
    /// The agent, retired or not, whose owner answers for this key now.
    pub(crate) fn responsible_for(key: &AgentKey) -> Option<Owned<T>> {
        let owner = OwnerOf::<T>::get(key)?;
        let agent = Agents::<T>::get(&owner)?;
        let answers = agent.key == *key
            || FormerKeys::<T>::get(&owner)
                .is_some_and(|former| former.key == *key && Self::is_answered_for(&former));
        answers.then_some((owner, agent))
    }

    /// Take `new` for `owner` in place of `old`, for which it answers for a while. Errors: it
    /// answers for the key before that still; those of [`Self::claim`]. Nothing changed then.
    pub(crate) fn exchange_keys(
        owner: &T::AccountId,
        old: AgentKey,
        new: AgentKey,
        proof: &AgentSignature,
    ) -> DispatchResult {
        let is_recent =
            FormerKeys::<T>::get(owner).is_some_and(|former| Self::is_answered_for(&former));
        ensure!(!is_recent, Error::<T>::RotatedTooRecently);
        Self::claim(owner, new, proof)?;
        if let Some(former) = FormerKeys::<T>::take(owner) {
            OwnerOf::<T>::remove(former.key);
        }
        let now = frame_system::Pallet::<T>::block_number();
        let until = now.saturating_add(T::UnbondingBlocks::get());
        FormerKeys::<T>::insert(owner, FormerKey { key: old, until });
        Ok(())
    }

    /// Write down that `key` is one of `owner`'s. Errors: it is barred, somebody answers for it, or
    /// the proof is not the key's for this owner. Nothing changed then.
    pub(crate) fn claim(
        owner: &T::AccountId,
        key: AgentKey,
        proof: &AgentSignature,
    ) -> DispatchResult {
        ensure!(!BarredKeys::<T>::contains_key(key), Error::<T>::KeyBarred);
        ensure!(Self::responsible_for(&key).is_none(), Error::<T>::KeyTaken);
        let genesis = Self::genesis_hash();
        ensure!(verify_registration(&genesis, owner, &key, proof), Error::<T>::BadProof);
        if let Some(before) = OwnerOf::<T>::take(key) {
            // Its former owner's time is over.
            FormerKeys::<T>::remove(before);
        }
        OwnerOf::<T>::insert(key, owner);
        Ok(())
    }

    /// Forget the keys of `owner`, whose agent with this key is gone.
    pub(crate) fn give_up_keys(owner: &T::AccountId, key: AgentKey) {
        OwnerOf::<T>::remove(key);
        if let Some(former) = FormerKeys::<T>::take(owner) {
            OwnerOf::<T>::remove(former.key);
        }
    }

    fn is_answered_for(former: &FormerKey<BlockNumberFor<T>>) -> bool {
        frame_system::Pallet::<T>::block_number() < former.until
    }

    /// The hash of block 0, which frame-system keeps for ever: what ties a proof to this chain.
    pub(crate) fn genesis_hash() -> Hash32 {
        let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
        let mut bytes = Hash32::default();
        for (byte, of_hash) in bytes.iter_mut().zip(hash.as_ref()) {
            *byte = *of_hash;
        }
        bytes
    }
}
