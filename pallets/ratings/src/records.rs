//! Reading, replacing and forgetting what is known of agents: the pallet's side of the traits in
//! `waggle_primitives::traits`.

use crate::{Config, Event, Pallet, Pasts, Records, Standings};
use frame_support::traits::Get;
use waggle_primitives::{
    domain::GENERAL,
    rule::{Known, Rule},
    traits::{OnAgents, OnMemberLeft, Ratings, RoundOutcome},
    view::AgentPast,
    DomainId,
};

impl<T: Config> Ratings<T::AccountId> for Pallet<T> {
    fn rule() -> Rule {
        T::Rule::get()
    }

    fn get(domain: DomainId, agent: &T::AccountId) -> Known {
        let rule = T::Rule::get();
        let known = match rule {
            Rule::Calibrated(_) => Standings::<T>::get(domain, agent).map(Known::Standing),
            Rule::Separate { .. } => Records::<T>::get(domain, agent).map(Known::Record),
        };
        known.unwrap_or(rule.newcomer())
    }

    fn set(domain: DomainId, agent: &T::AccountId, known: Known) {
        let before = Self::get(domain, agent);
        // An agent that gave no grades in a rated round stays as it was: no write, no event.
        if before == known {
            return;
        }
        // Nothing is stored of a newcomer, however it came to be one.
        match known {
            Known::Standing(standing) => {
                let stored = (standing != Default::default()).then_some(standing);
                Standings::<T>::set(domain, agent, stored);
            }
            Known::Record(record) => {
                let stored = (record != Default::default()).then_some(record);
                Records::<T>::set(domain, agent, stored);
            }
        }
        Self::deposit_event(Event::RatingChanged {
            domain,
            agent: agent.clone(),
            before: before.rating(),
            after: known.rating(),
        });
    }

    fn round_ended(agent: &T::AccountId, outcome: RoundOutcome) {
        Self::remember(agent, outcome);
    }

    fn past(agent: &T::AccountId) -> AgentPast<u128> {
        Pasts::<T>::get(agent).into()
    }
}

impl<T: Config> OnMemberLeft<T::AccountId> for Pallet<T> {
    fn member_left(domain: DomainId, owner: &T::AccountId) {
        let standing = Standings::<T>::take(domain, owner);
        let record = Records::<T>::take(domain, owner);
        if standing.is_some() || record.is_some() {
            Self::deposit_event(Event::RatingForgotten { domain, agent: owner.clone() });
        }
    }
}

impl<T: Config> OnAgents<T::AccountId> for Pallet<T> {
    fn removed(owner: &T::AccountId) {
        Pasts::<T>::remove(owner);
        // Of an agent of before there were domains something may be known in the general one of
        // which it never was a member: it had retired by then.
        Self::member_left(GENERAL, owner);
    }
}

#[cfg(any(feature = "std", feature = "try-runtime"))]
impl<T: Config> Pallet<T> {
    /// Check that what is stored is of agents of which something is known, and every past one of
    /// an agent that was in a round. For tests and `try-runtime`.
    pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
        for standing in Standings::<T>::iter_values() {
            frame_support::ensure!(
                standing != Default::default(),
                "a stored standing is a newcomer's"
            );
            frame_support::ensure!(
                standing.grading.grades >= Default::default()
                    && standing.answering.answers >= Default::default(),
                "a standing has a negative number of grades or answers"
            );
        }
        for record in Records::<T>::iter_values() {
            frame_support::ensure!(record != Default::default(), "a stored record is a newcomer's");
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
