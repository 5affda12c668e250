//! What must hold of the storage after every call. For tests and `try-runtime`.

use crate::{Config, HoldReason, Pallet, Rewards, Stakes};
use alloc::collections::BTreeMap;
use frame_support::{ensure, traits::fungible::hold::Inspect};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
    /// Check that what is on hold on every account, for either reason, is the sum of its stakes.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let rewards = Rewards::<T>::iter_values().map(|reward| (reward.client, reward.amount));
        check_holds::<T>(HoldReason::Reward, rewards)?;
        check_holds::<T>(
            HoldReason::Ticket,
            Stakes::<T>::iter().map(|(_, owner, amount)| (owner, amount)),
        )
    }
}

/// Compare the sum of `stakes` of each account, those without any included, with what it has on
/// hold for `reason`.
fn check_holds<T: Config>(
    reason: HoldReason,
    stakes: impl Iterator<Item = (T::AccountId, u128)>,
) -> Result<(), TryRuntimeError> {
    let mut sums = BTreeMap::<T::AccountId, u128>::new();
    for (account, amount) in stakes {
        let sum = sums.entry(account).or_default();
        *sum = sum.saturating_add(amount);
    }
    for account in frame_system::Account::<T>::iter_keys() {
        let sum = sums.remove(&account).unwrap_or_default();
        ensure!(
            T::Currency::balance_on_hold(&reason.into(), &account) == sum,
            "a hold is not the sum of its stakes"
        );
    }
    ensure!(sums.values().all(|sum| *sum == 0), "an account with a stake does not exist");
    Ok(())
}
