//! What clients pay to the treasury for asking, and what it pays to those who answered in vain.

use crate::{Config, Error, Event, Pallet};
use frame_support::{
    ensure,
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{Fortitude::Polite, Preservation::Preserve},
        Get,
    },
};
use sp_runtime::DispatchResult;
use waggle_primitives::RoundId;

impl<T: Config> Pallet<T> {
    /// Take the fee of a round from its client.
    pub(crate) fn take_fee(round: RoundId, client: &T::AccountId, fee: u128) -> DispatchResult {
        if fee == 0 {
            return Ok(());
        }
        ensure!(
            T::Currency::reducible_balance(client, Preserve, Polite) >= fee,
            Error::<T>::FeeUnaffordable
        );
        T::Currency::transfer(client, &T::Treasury::get(), fee, Preserve)
            .map_err(|_| Error::<T>::FeeUnaffordable)?;
        Self::deposit_event(Event::FeePaid { round, client: client.clone(), amount: fee });
        Ok(())
    }

    /// Pay up to `amount` from the treasury to `who`: as much as the treasury can spend and keep
    /// the existential deposit. Returns what was paid; 0 also if the account would stay below the
    /// existential deposit.
    pub(crate) fn pay_from_treasury(who: &T::AccountId, amount: u128) -> u128 {
        let treasury = T::Treasury::get();
        let amount = amount.min(T::Currency::reducible_balance(&treasury, Preserve, Polite));
        if amount == 0 {
            return 0;
        }
        T::Currency::transfer(&treasury, who, amount, Preserve).unwrap_or_default()
    }
}
