//! What must hold of the storage after every call. For tests and `try-runtime`.

use crate::{Config, Pallet, Suspensions, Validators};
use alloc::collections::BTreeSet;
use frame_support::ensure;
use pallet_session::Pallet as Session;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
    /// Check that nobody is in the set twice or suspended twice, and that no suspension is over or
    /// lasts longer than the next session.
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
        Ok(())
    }
}
