//! Founding domains, and what is known of them.

use crate::{Config, Description, Domain, Error, Event, Founded, Pallet, Title};
use frame_support::{
    ensure,
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{Fortitude::Polite, Preservation::Preserve},
        Get,
    },
};
use sp_runtime::DispatchResult;
use waggle_primitives::{choice::Question, domain::GENERAL, DomainId};

/// What is asked in the general domain. Of a question nothing is known there but its text, so all
/// count as closed, as most that have a right answer are: there the rule gains most.
pub(crate) const GENERAL_QUESTION: Question = Question::Closed;

impl<T: Config> Pallet<T> {
    /// See [`Pallet::found`].
    pub(crate) fn do_found(
        founder: T::AccountId,
        title: Title,
        description: Description,
        question: Question,
    ) -> DispatchResult {
        ensure!(!title.is_empty(), Error::<T>::EmptyTitle);
        let fee = T::FoundingFee::get();
        let affordable = T::Currency::reducible_balance(&founder, Preserve, Polite);
        ensure!(affordable >= fee, Error::<T>::FeeUnaffordable);
        T::Currency::transfer(&founder, &T::Treasury::get(), fee, Preserve)
            .map_err(|_| Error::<T>::FeeUnaffordable)?;
        let domain = Self::next_domain();
        let founded = frame_system::Pallet::<T>::block_number();
        Founded::<T>::insert(domain, Domain { title, description, question, founded });
        Self::deposit_event(Event::DomainFounded { domain, founder, question });
        Ok(())
    }

    /// The number of the domain that is founded next: they are never removed.
    pub(crate) fn next_domain() -> DomainId {
        GENERAL.saturating_add(1).saturating_add(Founded::<T>::count())
    }

    /// What kind of questions are asked in a domain. `None`: there is none of this number.
    pub(crate) fn question_in(domain: DomainId) -> Option<Question> {
        if domain == GENERAL {
            Some(GENERAL_QUESTION)
        } else {
            Founded::<T>::get(domain).map(|domain| domain.question)
        }
    }
}
