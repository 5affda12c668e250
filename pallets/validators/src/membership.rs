//! Joining and leaving the set.

use crate::{Bonded, Bonds, Config, Error, Event, Member, Pallet, Validators};
use frame_support::{ensure, traits::ValidatorRegistration};
use pallet_session::Pallet as Session;
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
    /// See [`Pallet::add_validator`].
    pub(crate) fn do_add_validator(account: T::AccountId) -> DispatchResult {
        let now = Session::<T>::current_index();
        Validators::<T>::try_mutate(|set| -> DispatchResult {
            ensure!(
                !set.iter().any(|member| member.account == account),
                Error::<T>::AlreadyValidator
            );
            ensure!(Session::<T>::is_registered(&account), Error::<T>::NoSessionKeys);
            ensure!(Self::has_full_bond(&account), Error::<T>::NotBonded);
            let member = Member { account: account.clone(), since: now.saturating_add(1) };
            set.try_push(member).map_err(|_| Error::<T>::TooManyValidators.into())
        })?;
        Self::begin_stay(&account);
        Self::deposit_event(Event::ValidatorAdded {
            validator: account,
            from: now.saturating_add(2),
        });
        Ok(())
    }

    /// See [`Pallet::remove_validator`].
    pub(crate) fn do_remove_validator(account: T::AccountId) -> DispatchResult {
        ensure!(Self::member(&account).is_some(), Error::<T>::NotValidator);
        ensure!(Self::remove(&account), Error::<T>::TooFewValidators);
        let until = Session::<T>::current_index().saturating_add(1);
        Self::deposit_event(Event::ValidatorRemoved { validator: account, until });
        Ok(())
    }

    /// The validator of the set with this account.
    pub(crate) fn member(account: &T::AccountId) -> Option<Member<T::AccountId>> {
        Validators::<T>::get().into_iter().find(|member| member.account == *account)
    }

    /// Take `account` out of the set, unless nobody with keys would be left. Returns whether it is
    /// out.
    pub(crate) fn remove(account: &T::AccountId) -> bool {
        Validators::<T>::mutate(|set| {
            let mut others = set.iter().filter(|member| member.account != *account);
            let enough = others.any(|member| Session::<T>::is_registered(&member.account));
            if enough {
                set.iter().filter(|member| member.account == *account).for_each(Self::end_stay);
                set.retain(|member| member.account != *account);
            }
            enough
        })
    }

    /// What `account` has done is settled, and it goes on as if it had just been added.
    pub(crate) fn begin_anew(account: &T::AccountId) {
        let since = Session::<T>::current_index().saturating_add(1);
        Validators::<T>::mutate(|set| {
            set.iter_mut()
                .filter(|member| member.account == *account)
                .for_each(|member| member.since = since);
        });
        Bonds::<T>::mutate_exists(account, |bonded| {
            if let Some(bonded) = bonded {
                *bonded = Bonded::default();
            }
        });
    }
}
