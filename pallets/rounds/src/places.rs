//! Places: positions among the members that opened their answers, in the order of indices.
//!
//! Assignment, scores and ratings count places; what is stored, paid or shown counts indices. The
//! way from one to the other is here and nowhere else.

use crate::types::{RoundRecord, RoundResult};
use alloc::vec::Vec;
use waggle_primitives::{assignment, AgentIndex, Hash32};

/// The places of one round: the indices of the members that opened their answers, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Places(Vec<AgentIndex>);

impl Places {
    /// Those of a running round.
    pub(crate) fn of<AccountId>(record: &RoundRecord<AccountId>) -> Self {
        Self(record.opened.to_vec())
    }

    /// Those of a round that has ended.
    pub(crate) fn of_result<AccountId>(result: &RoundResult<AccountId>) -> Self {
        let opened = (0..).zip(&result.members).filter(|(_, member)| member.opened_answer);
        Self(opened.map(|(index, _)| index).collect())
    }

    /// Give a member its place: after those with lower indices, whoever opens first. `None`, and
    /// nothing is written, if it has one.
    pub(crate) fn add<AccountId>(
        record: &mut RoundRecord<AccountId>,
        index: AgentIndex,
    ) -> Option<()> {
        let place = record.opened.binary_search(&index).err()?;
        record.opened.try_insert(place, index).ok()
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The members' indices, by place.
    pub(crate) fn indices(&self) -> impl Iterator<Item = AgentIndex> + '_ {
        self.0.iter().copied()
    }

    /// The index of the member at a place.
    pub(crate) fn index_at(&self, place: usize) -> Option<AgentIndex> {
        self.0.get(place).copied()
    }

    /// The place of a member. `None` if it did not open its answer.
    pub(crate) fn place_of(&self, index: AgentIndex) -> Option<usize> {
        self.0.binary_search(&index).ok()
    }

    /// How many answers each grader grades.
    pub(crate) fn grades_each(&self) -> usize {
        assignment::grades_per_agent(self.count())
    }

    /// By place, the places whose answers are graded there, in the order in which grades are
    /// sealed.
    pub(crate) fn assigned(&self, seed: &Hash32) -> Vec<Vec<usize>> {
        assignment::assign(seed, self.count())
    }

    /// Who grades whom; nobody anybody before the seed is drawn.
    pub(crate) fn assignment(&self, seed: Option<Hash32>) -> Assignment<'_> {
        let assigned = seed.map(|seed| self.assigned(&seed)).unwrap_or_default();
        Assignment { places: self, assigned }
    }
}

/// Who grades whom in one round.
pub(crate) struct Assignment<'a> {
    places: &'a Places,
    assigned: Vec<Vec<usize>>,
}

impl Assignment<'_> {
    /// The indices of those whose answers a member has to grade, in the order in which grades are
    /// sealed. `None` before the seed is drawn, and for members that did not open their answer.
    pub(crate) fn given_to(&self, grader: AgentIndex) -> Option<Vec<AgentIndex>> {
        let graded = self.assigned.get(self.places.place_of(grader)?)?;
        graded.iter().map(|place| self.places.index_at(*place)).collect()
    }
}
