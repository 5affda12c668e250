//! Who is an examiner: governance's affair.

use crate::{Config, Error, Event, Examiners, Pallet};
use frame_support::{ensure, traits::Get};
use sp_runtime::DispatchResult;
use waggle_primitives::DomainId;

impl<T: Config> Pallet<T> {
    /// See [`Pallet::appoint`].
    pub(crate) fn do_appoint(
        domain: DomainId,
        examiner: T::AccountId,
        budget: u128,
    ) -> DispatchResult {
        ensure!(
            Examiners::<T>::contains_key((domain, &examiner))
                || Examiners::<T>::count() < T::MaxExaminers::get(),
            Error::<T>::TooManyExaminers
        );
        Examiners::<T>::insert((domain, &examiner), budget);
        Self::deposit_event(Event::ExaminerAppointed { domain, examiner, budget });
        Ok(())
    }

    /// See [`Pallet::dismiss`].
    pub(crate) fn do_dismiss(domain: DomainId, examiner: T::AccountId) -> DispatchResult {
        let left = Examiners::<T>::take((domain, &examiner)).ok_or(Error::<T>::NotExaminer)?;
        Self::deposit_event(Event::ExaminerDismissed { domain, examiner, left });
        Ok(())
    }
}
