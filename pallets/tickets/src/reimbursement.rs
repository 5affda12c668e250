//! Paying clients back from the treasury: the pallet's side of [`Reimbursement`].

use crate::{Config, Pallet};
use frame_support::traits::{
    fungible::{Inspect, Mutate},
    tokens::{Fortitude::Polite, Preservation::Preserve},
    Get,
};
use waggle_primitives::traits::Reimbursement;

impl<T: Config> Reimbursement<T::AccountId> for Pallet<T> {
    fn reimburse(client: &T::AccountId, amount: u128) -> u128 {
        let treasury = T::Treasury::get();
        let amount = amount.min(T::Currency::reducible_balance(&treasury, Preserve, Polite));
        if amount == 0 {
            return 0;
        }
        T::Currency::transfer(&treasury, client, amount, Preserve).unwrap_or_default()
    }
}
