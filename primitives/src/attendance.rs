//! Which rounds teach anything of their agents. Who chooses the seats of a round can have its
//! agents praise each other, so only rounds count whose seats others could have had, and did.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::Perbill;

/// What a round must have been for its grades to change what is known of agents.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    MaxEncodedLen,
)]
pub struct LearningRules {
    /// The least reward for each agent that may take part, in the chain's smallest unit: for less,
    /// whoever works for money does not come.
    pub reward_per_seat: u128,
    /// The least time for answers, in blocks: in less, whoever thinks does not come.
    pub answering_blocks: u32,
    /// The least part of the seats, and of the answers, that must be theirs who had a right to a
    /// seat.
    pub present: Perbill,
    /// The fewest agents that opened grades.
    pub graders: u32,
}

/// What a round offered, and who came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attendance {
    /// How many agents had a right to a seat.
    pub seats: u32,
    /// How many of those committed an answer.
    pub entitled: u32,
    /// How many agents opened an answer.
    pub opened: u32,
    /// How many agents opened well-formed grades.
    pub graders: u32,
}

impl LearningRules {
    /// Whether agents had a reason to come, where `seats` may take part in so many blocks for this
    /// reward: those that did not were absent.
    pub fn is_worth_coming(&self, reward: u128, seats: u32, answering_blocks: u32) -> bool {
        reward >= self.reward_per_seat.saturating_mul(seats.into())
            && answering_blocks >= self.answering_blocks
    }

    /// Whether a round that was worth coming teaches anything with this attendance.
    pub fn are_met_by(&self, round: &Attendance) -> bool {
        round.entitled >= self.present.mul_ceil(round.seats.max(round.opened))
            && round.opened >= self.present.mul_ceil(round.seats)
            && round.graders >= self.graders
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: LearningRules = LearningRules {
        reward_per_seat: 10,
        answering_blocks: 20,
        present: Perbill::from_percent(66),
        graders: 4,
    };
    const ROUND: Attendance = Attendance { seats: 9, entitled: 6, opened: 6, graders: 4 };

    #[test]
    fn a_round_should_be_worth_coming_when_it_pays_each_and_gives_time() {
        assert!(RULES.is_worth_coming(90, 9, 20));
        assert!(!RULES.is_worth_coming(89, 9, 20));
        assert!(!RULES.is_worth_coming(90, 9, 19));
        assert!(!RULES.is_worth_coming(90, u32::MAX, 20));
    }

    #[test]
    fn a_round_should_teach_when_enough_came_who_had_a_seat_and_graded() {
        assert!(RULES.are_met_by(&ROUND));
        assert!(!RULES.are_met_by(&Attendance { seats: 10, ..ROUND }));
        assert!(!RULES.are_met_by(&Attendance { opened: 5, ..ROUND }));
        assert!(!RULES.are_met_by(&Attendance { graders: 3, ..ROUND }));
        // Guests do not count, and may not be too many.
        assert!(!RULES.are_met_by(&Attendance { entitled: 5, ..ROUND }));
        assert!(!RULES.are_met_by(&Attendance { opened: 10, ..ROUND }));
        let nobody = Attendance { seats: 0, entitled: 0, ..ROUND };
        assert!(!RULES.are_met_by(&nobody), "an empty roster is nobody's");
    }
}
