//! Forgetting an agent that left.

use super::records::standing;
use crate::{mock::*, Event, Records, Standings};
use waggle_primitives::{
    record::RatingRecord,
    rule::Rule,
    traits::{OnAgentRemoved, Ratings as _},
    Fixed,
};

#[test]
fn agent_removed_should_make_the_agent_a_newcomer() {
    build_and_execute(|| {
        Ratings::set(&1, standing((2, 1), 6));
        Ratings::set(&2, standing((2, 1), 6));
        let _ = events();
        Ratings::agent_removed(&1);
        assert_eq!(Ratings::get(&1), Rule::default().newcomer());
        assert!(!Standings::<Test>::contains_key(1));
        assert!(Standings::<Test>::contains_key(2));
        assert_eq!(events(), vec![Event::RatingForgotten { agent: 1 }]);
    });
}

#[test]
fn agent_removed_should_leave_nothing_that_another_rule_knew() {
    build_and_execute(|| {
        Records::<Test>::insert(
            1,
            RatingRecord { grades: Fixed::from_u32(3), ..Default::default() },
        );
        Ratings::agent_removed(&1);
        assert!(!Records::<Test>::contains_key(1));
        assert_eq!(events(), vec![Event::RatingForgotten { agent: 1 }]);
    });
}

#[test]
fn agent_removed_should_be_silent_when_nothing_is_known() {
    build_and_execute(|| {
        Ratings::agent_removed(&1);
        assert_eq!(events(), vec![]);
    });
}
