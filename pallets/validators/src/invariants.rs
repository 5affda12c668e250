//! What must hold of the storage after every call. For tests and `try-runtime`.

use crate::{Authored, Bonds, Config, CurrencyOf, Pallet, Suspensions, Validators};
use alloc::collections::BTreeSet;
use frame_support::{
    ensure,
    traits::{fungible::Inspect, Get},
};
use pallet_session::Pallet as Session;
use sp_runtime::TryRuntimeError;
use sp_staking::SessionIndex;

impl<T: Config> Pallet<T> {
    /// Check that nobody is in the set twice or suspended twice, that no suspension is over or
    /// lasts longer than the next session, that bonds are on hold where they are known, and that
    /// the pot, if it is there, has its existential deposit.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let now = Session::<T>::current_index();
        let validators = Validators::<T>::get();
        let accounts: BTreeSet<_> = validators.iter().map(|member| &member.account).collect();
        ensure!(accounts.len() == validators.len(), "a validator is in the set twice");
        ensure!(
            validators.iter().all(|member| member.since <= now.saturating_add(1)),
            "a validator answers from a later session than the next"
        );
        let suspensions = Suspensions::<T>::get();
        let suspended: BTreeSet<_> =
            suspensions.iter().map(|suspension| &suspension.account).collect();
        ensure!(suspended.len() == suspensions.len(), "an offender is suspended twice");
        ensure!(
            suspensions
                .iter()
                .all(|suspension| (now..=now.saturating_add(1)).contains(&suspension.until)),
            "a suspension is over, or lasts too long"
        );
        let authors = Authored::<T>::iter_keys().count();
        ensure!(authors <= T::MaxValidators::get() as usize, "more authors than validators");
        let pot = CurrencyOf::<T>::balance(&Self::pot());
        ensure!(
            pot == 0 || pot >= CurrencyOf::<T>::minimum_balance(),
            "the pot has less than an existential deposit"
        );
        Self::check_bonds(&accounts, now)
    }

    /// Check that bonds are on hold where something is kept of them, and nowhere else, and that the
    /// stays of validators in the set go on.
    fn check_bonds(
        set: &BTreeSet<&T::AccountId>,
        now: SessionIndex,
    ) -> Result<(), TryRuntimeError> {
        for (account, bonded) in Bonds::<T>::iter() {
            ensure!(Self::held(&account) > 0, "nothing is on hold where a bond should be");
            if let Some(stay) = bonded.past {
                ensure!(!set.contains(&account), "the stay of a validator is over");
                ensure!(
                    stay.since <= stay.last && stay.last <= now.saturating_add(1),
                    "a stay ends before it began, or in the distant future"
                );
            }
        }
        for account in frame_system::Account::<T>::iter_keys() {
            ensure!(
                Self::held(&account) == 0 || Bonds::<T>::contains_key(&account),
                "a bond is on hold of which nothing is known"
            );
        }
        Ok(())
    }
}
