//! The grades of a round, as all of the arithmetic takes them.
//!
//! *Place*: a position 0..n among the n agents that opened their answers, in commit order. Scores,
//! the assignment, weights and ratings count in places; money and views in indices
//! ([`crate::AgentIndex`]), which number all that committed.

use crate::types::Grade;
use alloc::vec::Vec;

/// The grades of a round. `given[j]` is what the grader at place j said: (place of the answer,
/// grade); empty for a grader that opened none. Places are 0..n with `n = given.len()`; grades of
/// other places are passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GradeMatrix {
    /// By the grader's place.
    pub given: Vec<Vec<(usize, Grade)>>,
}
