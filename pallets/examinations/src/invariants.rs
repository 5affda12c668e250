//! What must hold of the storage after every call. For tests and `try-runtime`.

use crate::{Config, Examiners, Pallet};
use frame_support::{ensure, traits::Get};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
    /// Check that examiners are counted, and that there are not too many.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let examiners = Examiners::<T>::iter_keys().count() as u32;
        ensure!(Examiners::<T>::count() == examiners, "the count of examiners is wrong");
        ensure!(examiners <= T::MaxExaminers::get(), "there are too many examiners");
        Ok(())
    }
}
