//! Bonds that are taken in part: the pallet's side of [`Bonds`].

use crate::{AgentRecord, Agents, Config, Event, Pallet};
use frame_support::traits::{fungible::Inspect, Get};
use sp_runtime::Perbill;
use waggle_primitives::traits::Bonds;

impl<T: Config> Bonds<T::AccountId> for Pallet<T> {
    /// Takes nothing if too little would be left to be taken for a double seal, or given back.
    fn slash(owner: &T::AccountId, part: Perbill) -> u128 {
        let Some(agent) = Agents::<T>::get(owner) else { return 0 };
        let amount = part.mul_floor(agent.bond);
        let bond = agent.bond.saturating_sub(amount);
        let treasurys = bond.saturating_sub(Self::reporters_part(bond));
        if amount == 0 || treasurys < T::Currency::minimum_balance() {
            return 0;
        }
        // The treasury cannot receive less than an existential deposit if it does not exist.
        let Ok(slashed) = Self::take_bond(owner, &T::Treasury::get(), amount) else { return 0 };
        Agents::<T>::insert(owner, AgentRecord { bond, ..agent });
        Self::deposit_event(Event::BondSlashed { owner: owner.clone(), slashed });
        slashed
    }
}
