//! What a settlement starts from: who took part, who graded what how, and who was known for what.

use crate::{
    places::Places,
    types::{Member, RoundRecord},
    Config, OpenedGrades, Pallet,
};
use alloc::vec::Vec;
use frame_support::{
    traits::{ConstU32, Defensive},
    BoundedVec,
};
use waggle_primitives::{
    candidates::Candidates, grades::GradeMatrix, rule::Known, traits::Ratings, view::GradeEntry,
    Hash32, RoundId, MAX_GRADES,
};

/// What is known of a round when it is settled.
pub(crate) struct Gathered<AccountId> {
    /// The members, by index.
    pub(crate) members: Vec<Member<AccountId>>,
    /// Those that opened their answers.
    pub(crate) places: Places,
    /// Which of the answers are equal, by place.
    pub(crate) candidates: Candidates,
    /// The seed of the assignment.
    pub(crate) seed: Hash32,
    /// The opened grades, by place.
    pub(crate) grades: GradeMatrix,
    /// What was known of the agents before the round, by place.
    pub(crate) before: Vec<Known>,
}

impl<T: Config> Pallet<T> {
    /// Read what there is.
    pub(crate) fn gather(
        round: RoundId,
        record: &RoundRecord<T::AccountId>,
    ) -> Gathered<T::AccountId> {
        let members = Self::members_of(round, record);
        let places = Places::of(record);
        let seed = record.seed.defensive_unwrap_or_default();
        let candidates = Self::candidates_at(round, &places);
        let grades = Self::opened_grades(round, &places, &seed);
        let before = places
            .indices()
            .filter_map(|index| members.get(index as usize))
            .map(|member| T::Ratings::get(record.domain, &member.owner))
            .collect();
        Gathered { members, places, candidates, seed, grades, before }
    }

    /// The opened grades, by place.
    fn opened_grades(round: RoundId, places: &Places, seed: &Hash32) -> GradeMatrix {
        let given = places
            .indices()
            .zip(places.assigned(seed))
            .map(|(grader, graded)| match OpenedGrades::<T>::get(round, grader) {
                Some(grades) => graded.into_iter().zip(grades).collect(),
                None => Vec::new(),
            })
            .collect();
        GradeMatrix { given }
    }
}

impl<AccountId> Gathered<AccountId> {
    /// The grades as they are kept: by index.
    pub(crate) fn grade_entries(&self) -> BoundedVec<GradeEntry, ConstU32<MAX_GRADES>> {
        let places = &self.places;
        let entries = places
            .indices()
            .zip(&self.grades.given)
            .flat_map(|(grader, given)| {
                given.iter().filter_map(move |(place, grade)| {
                    let author = places.index_at(*place)?;
                    Some(GradeEntry { grader, author, grade: *grade })
                })
            })
            .collect();
        BoundedVec::truncate_from(entries)
    }
}
