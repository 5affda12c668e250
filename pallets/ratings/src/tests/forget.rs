//! Forgetting an agent that left a domain, or for good.

use super::records::standing;
use crate::{mock::*, Event, Pasts, Records, Standings};
use waggle_primitives::{
    domain::GENERAL,
    record::RatingRecord,
    rule::Rule,
    traits::{OnAgents, OnMemberLeft, Ratings as _, RoundOutcome},
    Fixed,
};

#[test]
fn member_left_should_make_the_agent_a_newcomer_in_that_domain_only() {
    build_and_execute(|| {
        for (domain, agent) in [(GENERAL, 1), (GENERAL, 2), (3, 1)] {
            Ratings::set(domain, &agent, standing((2, 1), 6));
        }
        let _ = events();
        Ratings::member_left(GENERAL, &1);
        assert_eq!(Ratings::get(GENERAL, &1), Rule::default().newcomer());
        assert!(!Standings::<Test>::contains_key(GENERAL, 1));
        assert!(Standings::<Test>::contains_key(GENERAL, 2), "another agent");
        assert!(Standings::<Test>::contains_key(3, 1), "another domain");
        assert_eq!(events(), vec![Event::RatingForgotten { domain: GENERAL, agent: 1 }]);
    });
}

#[test]
fn member_left_should_leave_nothing_that_another_rule_knew() {
    build_and_execute(|| {
        let record = RatingRecord { grades: Fixed::from_u32(3), ..Default::default() };
        Records::<Test>::insert(3, 1, record);
        Records::<Test>::insert(4, 1, record);
        Ratings::member_left(3, &1);
        assert!(!Records::<Test>::contains_key(3, 1));
        assert!(Records::<Test>::contains_key(4, 1));
        assert_eq!(events(), vec![Event::RatingForgotten { domain: 3, agent: 1 }]);
    });
}

#[test]
fn member_left_should_be_silent_when_nothing_is_known() {
    build_and_execute(|| {
        Ratings::set(GENERAL, &1, standing((2, 1), 6));
        let _ = events();
        Ratings::member_left(3, &1);
        Ratings::member_left(GENERAL, &2);
        assert_eq!(events(), vec![]);
    });
}

#[test]
fn member_left_should_leave_the_past() {
    build_and_execute(|| {
        let (round, domain) = (0, 3);
        let outcome =
            RoundOutcome { round, domain, won: false, paid: 0, forfeited: 0, rated: false };
        Ratings::round_ended(&1, outcome);
        Ratings::member_left(3, &1);
        assert!(Pasts::<Test>::contains_key(1));
    });
}

/// As an agent that had retired before there were domains.
#[test]
fn removed_should_forget_what_is_known_in_the_general_domain_of_whoever_is_no_member() {
    build_and_execute(|| {
        let record = RatingRecord { grades: Fixed::from_u32(3), ..Default::default() };
        for agent in [1, 2] {
            Records::<Test>::insert(GENERAL, agent, record);
        }
        Ratings::removed(&1);
        assert!(!Records::<Test>::contains_key(GENERAL, 1));
        assert!(Records::<Test>::contains_key(GENERAL, 2));
        assert_eq!(events(), vec![Event::RatingForgotten { domain: GENERAL, agent: 1 }]);
    });
}

#[test]
fn removed_should_tell_once_what_has_been_forgotten() {
    build_and_execute(|| {
        Ratings::set(GENERAL, &1, standing((2, 1), 6));
        let _ = events();
        Ratings::member_left(GENERAL, &1);
        Ratings::removed(&1);
        assert_eq!(events(), vec![Event::RatingForgotten { domain: GENERAL, agent: 1 }]);
    });
}

#[test]
fn registered_and_retired_should_change_nothing() {
    build_and_execute(|| {
        Ratings::set(GENERAL, &1, standing((2, 1), 6));
        let _ = events();
        Ratings::registered(&1, 5, false);
        Ratings::retired(&1);
        assert_eq!(Ratings::get(GENERAL, &1), standing((2, 1), 6));
        assert_eq!(events(), vec![]);
    });
}
