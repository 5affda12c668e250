//! What validators are paid: the authors of a session share the pot when the next one starts.
//!
//! Each block is paid alike, whatever was in it. So tips and fees are no reason to put one
//! transaction into a block before another, and whoever fills its own blocks pays for others'.

use crate::{Authored, Config, CurrencyOf, Event, Pallet, WeightInfo};
use alloc::vec::Vec;
use frame_support::{
    dispatch::DispatchClass,
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{Fortitude::Polite, Preservation::Preserve},
        Get,
    },
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::AccountIdConversion;
use sp_staking::SessionIndex;

impl<T: Config> Pallet<T> {
    /// The account of the pot. What is put into it when it does not exist, and is less than an
    /// existential deposit, does not get there.
    pub fn pot() -> T::AccountId {
        T::PotId::get().into_account_truncating()
    }

    /// Share the pot among the authors of session `ended`. What rounding leaves, and what an author
    /// cannot receive because its account is gone, stays in the pot.
    pub(crate) fn pay(ended: SessionIndex) {
        Self::open_pot();
        let most = T::MaxValidators::get() as usize;
        let authored: Vec<(T::AccountId, u32)> = Authored::<T>::drain().take(most).collect();
        let blocks = authored.iter().fold(0u32, |sum, (_, made)| sum.saturating_add(*made));
        let pot = Self::pot();
        let shared = CurrencyOf::<T>::reducible_balance(&pot, Preserve, Polite);
        let Some(of_block) = shared.checked_div(u128::from(blocks)) else { return };
        frame_system::Pallet::<T>::register_extra_weight_unchecked(
            <T as Config>::WeightInfo::pay(),
            DispatchClass::Mandatory,
        );
        let mut amount = 0u128;
        for (author, made) in authored {
            let part = of_block.saturating_mul(u128::from(made));
            let paid = CurrencyOf::<T>::transfer(&pot, &author, part, Preserve);
            amount = amount.saturating_add(paid.unwrap_or_default());
        }
        if amount > 0 {
            Self::deposit_event(Event::ValidatorsPaid { session: ended, blocks, amount });
        }
    }

    /// Give the pot its existential deposit, from the treasury, if it does not exist: most fees are
    /// less, and could not be put into it.
    fn open_pot() {
        let (pot, deposit) = (Self::pot(), CurrencyOf::<T>::minimum_balance());
        if CurrencyOf::<T>::balance(&pot) < deposit {
            // If the treasury cannot spare it, the next session tries again; fees go to the
            // treasury until then.
            let _ = CurrencyOf::<T>::transfer(&T::Treasury::get(), &pot, deposit, Preserve);
        }
    }
}

impl<T: Config> pallet_authorship::EventHandler<T::AccountId, BlockNumberFor<T>> for Pallet<T> {
    /// Count the block. There are no more authors in a session than validators.
    fn note_author(author: T::AccountId) {
        Authored::<T>::mutate(author, |blocks| *blocks = blocks.saturating_add(1));
        // The authorship pallet says that its hook weighs nothing.
        frame_system::Pallet::<T>::register_extra_weight_unchecked(
            <T as Config>::WeightInfo::note_author(),
            DispatchClass::Mandatory,
        );
    }
}
