//! What happens when an examiner tells the truth of a round.

use crate::{Config, Error, Event, Examiners, Pallet, WeightInfo};
use frame_support::weights::Weight;
use sp_runtime::DispatchError;
use waggle_primitives::{
    assignment,
    traits::{ExaminationError, Examined, ExaminedRounds, Reimbursement},
    Hash32, RoundId,
};

impl<T: Config> Pallet<T> {
    /// See [`Pallet::reveal`]. Returns what was spent at most: how many of the round's agents gave
    /// their grades is not told.
    pub(crate) fn do_reveal(
        examiner: T::AccountId,
        round: RoundId,
        truth: &[u8],
        salt: &Hash32,
    ) -> Result<Weight, DispatchError> {
        let office = (T::Rounds::domain_of(round), examiner);
        let budget = Examiners::<T>::get(&office).ok_or(Error::<T>::NotExaminer)?;
        let Examined { client, cost, right, agents } =
            T::Rounds::examine(round, truth, salt).map_err(Error::<T>::from)?;
        let reimbursed = T::Reimbursement::reimburse(&client, cost.min(budget));
        Examiners::<T>::insert(&office, budget.saturating_sub(reimbursed));
        Self::deposit_event(Event::Examined { round, right, agents, reimbursed });
        let grades_each = assignment::grades_per_agent(agents as usize) as u32;
        Ok(T::WeightInfo::reveal(agents, agents.saturating_mul(grades_each)))
    }
}

impl<T: Config> From<ExaminationError> for Error<T> {
    fn from(error: ExaminationError) -> Self {
        match error {
            ExaminationError::NoResult => Error::NoResult,
            ExaminationError::NothingSealed => Error::NothingSealed,
            ExaminationError::WrongTruth => Error::WrongTruth,
            ExaminationError::EmptyTruth => Error::EmptyTruth,
        }
    }
}
