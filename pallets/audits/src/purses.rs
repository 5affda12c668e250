//! Purses: what anybody gave to pay a domain's auditors with. All are on one account, and each
//! keeps an existential deposit that it never pays, so that the account is never too poor to be.

use crate::{Audited, Config, Error, Event, Pallet, Purses, LOG_TARGET};
use frame_support::{
    ensure,
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{Fortitude::Polite, Preservation::Preserve},
        Get,
    },
};
use sp_runtime::{traits::AccountIdConversion, DispatchResult};
use waggle_primitives::{claim::Epoch, DomainId};

impl<T: Config> Pallet<T> {
    /// The account of all purses.
    pub fn purses_account() -> T::AccountId {
        T::PursesId::get().into_account_truncating()
    }

    /// See [`Pallet::fund`].
    pub(crate) fn do_fund(domain: DomainId, funder: T::AccountId, amount: u128) -> DispatchResult {
        ensure!(Audited::<T>::contains_key(domain), Error::<T>::NotAudited);
        let least = T::Currency::minimum_balance();
        let purse = Purses::<T>::get(domain);
        // A new purse keeps as much.
        let kept = if purse.is_some() { 0 } else { least };
        ensure!(amount >= least.saturating_add(kept), Error::<T>::TooLittle);
        let affordable = T::Currency::reducible_balance(&funder, Preserve, Polite);
        ensure!(affordable >= amount, Error::<T>::FundingUnaffordable);
        T::Currency::transfer(&funder, &Self::purses_account(), amount, Preserve)
            .map_err(|_| Error::<T>::FundingUnaffordable)?;
        let more = amount.saturating_sub(kept);
        Purses::<T>::insert(domain, purse.unwrap_or_default().saturating_add(more));
        Self::deposit_event(Event::PurseFunded { domain, funder, amount });
        Ok(())
    }

    /// Pay an auditor for what it found in the samples of `epoch`, as far as the purse reaches.
    /// What cannot be delivered stays there.
    pub(crate) fn pay_auditor(domain: DomainId, epoch: Epoch, owner: &T::AccountId, findings: u32) {
        let purse = Purses::<T>::get(domain).unwrap_or_default();
        let owed = T::PayForFinding::get().saturating_mul(findings.into());
        let amount = owed.min(purse);
        if amount == 0 {
            return;
        }
        let paid = T::Currency::transfer(&Self::purses_account(), owner, amount, Preserve);
        if let Err(error) = paid {
            log::debug!(target: LOG_TARGET, "an auditor of {domain} is not paid: {error:?}");
            return;
        }
        Purses::<T>::insert(domain, purse.saturating_sub(amount));
        Self::deposit_event(Event::AuditorPaid { domain, epoch, owner: owner.clone(), amount });
    }
}
