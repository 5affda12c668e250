//! Reading, replacing and forgetting records: the pallet's side of the traits in
//! `waggle_primitives::traits`.

use crate::{Config, Event, Pallet, Pasts, Records};
use waggle_primitives::{
    record::RatingRecord,
    traits::{OnAgentRemoved, Ratings, RoundOutcome},
    view::AgentPast,
};

impl<T: Config> Ratings<T::AccountId> for Pallet<T> {
    fn get(agent: &T::AccountId) -> RatingRecord {
        Records::<T>::get(agent).unwrap_or_default()
    }

    fn set(agent: &T::AccountId, record: RatingRecord) {
        let old = Self::get(agent);
        // An agent that gave no grades in a rated round stays as it was: no write, no event.
        if old == record {
            return;
        }
        // A newcomer has no record, however it came to be one.
        if record == RatingRecord::default() {
            Records::<T>::remove(agent);
        } else {
            Records::<T>::insert(agent, record);
        }
        Self::deposit_event(Event::RatingChanged {
            agent: agent.clone(),
            before: old.rating(),
            after: record.rating(),
        });
    }

    fn round_ended(agent: &T::AccountId, outcome: RoundOutcome) {
        Self::remember(agent, outcome);
    }

    fn past(agent: &T::AccountId) -> AgentPast<u128> {
        Pasts::<T>::get(agent).into()
    }
}

impl<T: Config> OnAgentRemoved<T::AccountId> for Pallet<T> {
    fn agent_removed(owner: &T::AccountId) {
        Pasts::<T>::remove(owner);
        if Records::<T>::take(owner).is_some() {
            Self::deposit_event(Event::RatingForgotten { agent: owner.clone() });
        }
    }
}

#[cfg(any(feature = "std", feature = "try-runtime"))]
impl<T: Config> Pallet<T> {
    /// Check that every stored record is one of an agent that has graded, and every past one of an
    /// agent that was in a round. For tests and `try-runtime`.
    pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
        for record in Records::<T>::iter_values() {
            frame_support::ensure!(
                record != RatingRecord::default(),
                "a stored record is a newcomer's"
            );
            frame_support::ensure!(
                record.grades >= Default::default(),
                "a record has a negative number of grades"
            );
        }
        for past in Pasts::<T>::iter_values() {
            frame_support::ensure!(
                past.rounds > 0,
                "the past of an agent without rounds is stored"
            );
            frame_support::ensure!(
                past.won <= past.rounds,
                "an agent won more rounds than it was in"
            );
        }
        Ok(())
    }
}
