//! Forgetting an agent that left.

use super::records::record;
use crate::{mock::*, Event, Records};
use waggle_primitives::{
    record::RatingRecord,
    traits::{OnAgentRemoved, Ratings as _},
};

#[test]
fn agent_removed_should_make_the_agent_a_newcomer() {
    build_and_execute(|| {
        Ratings::set(&1, record((1, 10), 3));
        Ratings::set(&2, record((1, 10), 3));
        let _ = events();
        Ratings::agent_removed(&1);
        assert_eq!(Ratings::get(&1), RatingRecord::default());
        assert!(!Records::<Test>::contains_key(1));
        assert!(Records::<Test>::contains_key(2));
        assert_eq!(events(), vec![Event::RatingForgotten { agent: 1 }]);
    });
}

#[test]
fn agent_removed_should_be_silent_when_there_is_no_record() {
    build_and_execute(|| {
        Ratings::agent_removed(&1);
        assert_eq!(events(), vec![]);
    });
}
