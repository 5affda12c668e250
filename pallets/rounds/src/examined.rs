//! Examinations: rounds of which somebody knew the right answer and tells it when they are over.
//! What the truth teaches is the rule's affair, who may tell it another pallet's.

use crate::{places::Places, types::RoundResult, AskedIn, Config, Pallet, Results, SealedTruths};
use alloc::vec::Vec;
use frame_support::ensure;
use waggle_primitives::{
    examination,
    final_answer::FinalAnswer,
    grades::GradeMatrix,
    rule::Known,
    traits::{Domains, ExaminationError, Examined, ExaminedRounds, Ratings},
    view::GradeEntry,
    DomainId, Grade, Hash32, RoundId,
};

impl<T: Config> ExaminedRounds<T::AccountId> for Pallet<T> {
    fn domain_of(round: RoundId) -> DomainId {
        AskedIn::<T>::get(round)
    }

    fn examine(
        round: RoundId,
        truth: &[u8],
        salt: &Hash32,
    ) -> Result<Examined<T::AccountId>, ExaminationError> {
        let result = Results::<T>::get(round)
            .filter(|result| result.ending.is_judged())
            .ok_or(ExaminationError::NoResult)?;
        let sealed = SealedTruths::<T>::get(round).ok_or(ExaminationError::NothingSealed)?;
        let told = examination::seal(&result.client, salt, truth);
        ensure!(told == sealed, ExaminationError::WrongTruth);
        let truth = FinalAnswer::of(truth).ok_or(ExaminationError::EmptyTruth)?;

        let places = Places::of_result(&result);
        let right = Self::answers_with_key(round, &places, &truth.key());
        Self::learn_truth(Self::domain_of(round), &result, &places, &right);
        SealedTruths::<T>::remove(round);
        Ok(Examined {
            cost: result.terms.reward.saturating_sub(result.returned()),
            right: right.iter().filter(|right| **right).count() as u32,
            agents: places.count() as u32,
            client: result.client,
        })
    }
}

impl<T: Config> Pallet<T> {
    /// Let what is known of the agents in the round's domain learn from which answers are right, by
    /// place. Of those that have left it nothing is known, and so it stays; who has come back is
    /// who it was.
    fn learn_truth(
        domain: DomainId,
        result: &RoundResult<T::AccountId>,
        places: &Places,
        right: &[bool],
    ) {
        let owners: Vec<&T::AccountId> = places
            .indices()
            .filter_map(|index| result.members.get(index as usize))
            .map(|member| &member.owner)
            .collect();
        let before: Vec<Known> =
            owners.iter().map(|owner| T::Ratings::get(domain, owner)).collect();
        let after = T::Ratings::rule().examine(&before, right, &grades_by_place(result, places));
        for (owner, after) in owners.into_iter().zip(after) {
            if T::Domains::member_since(domain, owner).is_some() {
                T::Ratings::set(domain, owner, after);
            }
        }
    }
}

/// The grades of a round that is over, by place.
fn grades_by_place<AccountId>(result: &RoundResult<AccountId>, places: &Places) -> GradeMatrix {
    let mut given: Vec<Vec<(usize, Grade)>> = places.indices().map(|_| Vec::new()).collect();
    for GradeEntry { grader, author, grade } in &result.grades {
        let grader = places.place_of(*grader).and_then(|place| given.get_mut(place));
        if let (Some(given), Some(author)) = (grader, places.place_of(*author)) {
            given.push((author, *grade));
        }
    }
    GradeMatrix { given }
}
