//! Mocks of the traits between the pallets, for tests of one pallet alone.

use std::cell::RefCell;
use waggle_primitives::{
    answering::AnswerRecord,
    calibration::Calibration,
    choice::Standing,
    domain::GENERAL,
    rule::{Known, Rule},
    traits::{OnAgents, Ratings, RoundOutcome},
    view::AgentPast,
    DomainId, Fixed,
};

thread_local! {
    static TOLD: RefCell<Vec<Told>> = const { RefCell::new(Vec::new()) };
}

/// What [`Listener`] was told of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is there.
    Registered {
        /// Who owns it.
        owner: u64,
        /// Since which block.
        since: u32,
        /// Whether no seats are to be drawn for it yet.
        away: bool,
    },
    /// It enters no more rounds.
    Retired {
        /// Who owns it.
        owner: u64,
    },
    /// It has left for good.
    Removed {
        /// Who owned it.
        owner: u64,
    },
}

/// Remembers, in this thread, which agents came, retired and left.
pub struct Listener;

impl Listener {
    /// What it was told since the last call, oldest first.
    pub fn take() -> Vec<Told> {
        TOLD.take()
    }

    fn note(told: Told) {
        TOLD.with_borrow_mut(|all| all.push(told));
    }
}

impl OnAgents<u64> for Listener {
    fn registered(owner: &u64, since: u32, away: bool) {
        Self::note(Told::Registered { owner: *owner, since, away });
    }
    fn retired(owner: &u64) {
        Self::note(Told::Retired { owner: *owner });
    }
    fn removed(owner: &u64) {
        Self::note(Told::Removed { owner: *owner });
    }
}

/// Ratings in which owner 1 is known in the general domain, and all others are newcomers, as it is
/// elsewhere. They never change.
pub struct OneKnown;

impl OneKnown {
    /// What is known of owner 1 in the general domain.
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
    fn get(domain: DomainId, agent: &u64) -> Known {
        if (domain, *agent) == (GENERAL, 1) {
            Self::standing()
        } else {
            Self::rule().newcomer()
        }
    }
    fn set(_: DomainId, _: &u64, _: Known) {}
    fn round_ended(_: &u64, _: RoundOutcome) {}
    fn past(agent: &u64) -> AgentPast<u128> {
        AgentPast { rounds: if *agent == 1 { 4 } else { 0 }, ..Default::default() }
    }
}
