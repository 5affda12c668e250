//! Who is an examiner: governance's affair.

use crate::{Config, Error, Event, Examiners, Pallet};
use frame_support::{ensure, traits::Get};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
    /// See [`Pallet::appoint`].
    pub(crate) fn do_appoint(examiner: T::AccountId, budget: u128) -> DispatchResult {
        ensure!(
            Examiners::<T>::contains_key(&examiner)
                || Examiners::<T>::count() < T::MaxExaminers::get(),
            Error::<T>::TooManyExaminers
        );
        Examiners::<T>::insert(&examiner, budget);
        Self::deposit_event(Event::ExaminerAppointed { examiner, budget });
        Ok(())
    }

    /// See [`Pallet::dismiss`].
    pub(crate) fn do_dismiss(examiner: T::AccountId) -> DispatchResult {
        let left = Examiners::<T>::take(&examiner).ok_or(Error::<T>::NotExaminer)?;
        Self::deposit_event(Event::ExaminerDismissed { examiner, left });
        Ok(())
    }
}
