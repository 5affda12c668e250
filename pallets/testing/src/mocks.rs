//! Mocks of the traits between the pallets, for tests of one pallet alone.

use std::cell::RefCell;
use waggle_primitives::{
    answering::AnswerRecord,
    calibration::Calibration,
    choice::Standing,
    rule::{Known, Rule},
    traits::{OnAgentRemoved, Ratings, RoundOutcome},
    view::AgentPast,
    Fixed,
};

thread_local! {
    static REMOVED: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// Remembers, in this thread, which agents were removed.
pub struct Removed;

impl Removed {
    /// The owners that were removed since the last call, oldest first.
    pub fn take() -> Vec<u64> {
        REMOVED.take()
    }
}

impl OnAgentRemoved<u64> for Removed {
    fn agent_removed(owner: &u64) {
        REMOVED.with_borrow_mut(|removed| removed.push(*owner));
    }
}

/// Ratings in which owner 1 is known and everybody else is a newcomer. They never change.
pub struct OneKnown;

impl OneKnown {
    /// What is known of owner 1.
    pub fn standing() -> Known {
        Known::Standing(Standing {
            grading: Calibration {
                grades: Fixed::from_u32(9),
                said: Fixed::from_u32(5),
                heard: Fixed::from_u32(4),
                rounds: 3,
                ..Default::default()
            },
            answering: AnswerRecord { got: Fixed::from_u32(2), answers: Fixed::from_u32(3) },
        })
    }
}

impl Ratings<u64> for OneKnown {
    fn rule() -> Rule {
        Rule::default()
    }
    fn get(agent: &u64) -> Known {
        if *agent == 1 {
            Self::standing()
        } else {
            Self::rule().newcomer()
        }
    }
    fn set(_: &u64, _: Known) {}
    fn round_ended(_: &u64, _: RoundOutcome) {}
    fn past(agent: &u64) -> AgentPast<u128> {
        AgentPast { rounds: if *agent == 1 { 4 } else { 0 }, ..Default::default() }
    }
}
