//! Paying clients back from the treasury: the pallet's side of [`Reimbursement`].

use crate::{Config, Pallet};
use waggle_primitives::traits::Reimbursement;

impl<T: Config> Reimbursement<T::AccountId> for Pallet<T> {
    fn reimburse(client: &T::AccountId, amount: u128) -> u128 {
        Self::pay_from_treasury(client, amount)
    }
}
