//! Swarms in each phase, as the benchmarks need them.

use super::{
    stage::{self, Stage},
    Setup,
};
use crate::Pallet;
use alloc::vec::Vec;
use frame_support::{traits::ConstU32, BoundedVec};
use waggle_primitives::{Phase, SignedAct, MAX_ANSWER_BYTES, MAX_BATCH, MAX_SWARM};

/// A swarm that is full but for agents 0 and 1, in the answering phase, with answers of
/// `answer_bytes` bytes.
pub(super) fn answering<T: Setup>(answer_bytes: u32) -> Stage<T> {
    let stage = Stage::<T>::asked(stage::hire::<T>(MAX_SWARM), answer_bytes);
    stage.all_commit(2..MAX_SWARM);
    stage
}

/// A full swarm in the opening phase, where agents 0 and 1 have not opened their answers.
pub(super) fn opening<T: Setup>() -> Stage<T> {
    T::provide_randomness();
    let stage = Stage::<T>::asked(stage::hire::<T>(MAX_SWARM), MAX_ANSWER_BYTES);
    stage.all_commit(0..MAX_SWARM);
    stage.all_open(2..MAX_SWARM);
    stage
}

/// A full swarm in the grading phase, where agents 0 and 1 have not committed grades.
pub(super) fn grading<T: Setup>() -> Stage<T> {
    let stage = opening::<T>();
    stage.all_open(0..2);
    stage.all_grade(2..MAX_SWARM);
    stage
}

/// A full swarm in the last phase, where agents 0 and 1 have not opened their grades.
pub(super) fn opening_grades<T: Setup>() -> Stage<T> {
    let stage = grading::<T>();
    stage.all_grade(0..2);
    stage.all_open_grades(2..MAX_SWARM);
    stage
}

/// `members` agents with answers of `answer_bytes` bytes, all of which have committed grades and
/// none opened them. Each has a past, and a rating.
pub(super) fn grades_sealed<T: Setup>(members: u32, answer_bytes: u32) -> Stage<T> {
    T::provide_randomness();
    let stage = Stage::<T>::asked(stage::hire::<T>(members), answer_bytes);
    stage.all_commit(0..members);
    if members < MAX_SWARM {
        stage.pass_deadline();
    }
    stage.all_open(0..members);
    stage.all_grade(0..members);
    stage.give_pasts();
    assert_eq!(stage.record().phase, Phase::OpeningGrades);
    stage
}

/// As [`grades_sealed`], and due to be settled: all but the last agent have opened their grades.
pub(super) fn due_to_be_settled<T: Setup>(members: u32, answer_bytes: u32) -> Stage<T> {
    let stage = grades_sealed(members, answer_bytes);
    stage.all_open_grades(0..members - 1);
    stage.until_due();
    stage
}

/// Entries of `agents` agents with answers of the greatest length.
pub(super) fn entries<T: Setup>(
    stage: &Stage<T>,
    agents: u32,
) -> BoundedVec<SignedAct, ConstU32<MAX_BATCH>> {
    let acts: Vec<SignedAct> =
        (0..agents).map(|agent| stage.signed(agent, stage.commit_answer(agent))).collect();
    acts.try_into().expect("as many as fit into a batch")
}

/// Whether an act passes the check that pool and block make before they take it.
pub(super) fn is_authorised<T: Setup>(act: &SignedAct) -> bool {
    Pallet::<T>::check_act(act).is_ok()
}
