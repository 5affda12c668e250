//! `set_limits`, and since when agents are there.

use crate::{mock::*, Enrolment, Enrolments, Error, Event};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;
use waggle_primitives::{traits::AgentRegistry, StakeLimits};

const LIMITS: StakeLimits = StakeLimits { ticket: 5, at_stake: 12 };

#[test]
fn set_limits_should_replace_the_limits_and_nothing_else() {
    build_and_execute(|| {
        System::set_block_number(7);
        assert_ok!(register(1, 1));
        let _ = events();
        assert_eq!(Agents::limits_of(&1), None);
        System::set_block_number(9);
        for limits in [Some(LIMITS), None] {
            assert_ok!(Agents::set_limits(RuntimeOrigin::signed(1), limits));
            assert_eq!(Enrolments::<Test>::get(1), Enrolment { since: 7, limits });
            assert_eq!(Agents::limits_of(&1), limits);
            assert_eq!(events(), vec![Event::LimitsSet { owner: 1, limits }]);
        }
    });
}

#[test]
fn limits_should_allow_what_is_within_both() {
    assert!(LIMITS.allow(5, 12));
    assert!(!LIMITS.allow(6, 12) && !LIMITS.allow(5, 13));
}

#[test]
fn set_limits_should_fail_when_the_origin_is_not_signed() {
    build_and_execute(|| {
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Agents::set_limits(origin, None), BadOrigin);
        }
    });
}

#[test]
fn set_limits_should_fail_when_there_is_no_agent() {
    build_and_execute(|| {
        let call = Agents::set_limits(RuntimeOrigin::signed(1), Some(LIMITS));
        assert_noop!(call, Error::<Test>::NotRegistered);
    });
}

#[test]
fn limits_should_go_with_the_agent_and_not_come_back() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        assert_ok!(Agents::set_limits(RuntimeOrigin::signed(1), Some(LIMITS)));
        assert_ok!(Agents::retire(RuntimeOrigin::signed(1)));
        System::set_block_number(1 + UnbondingBlocks::get());
        assert_ok!(Agents::unbond(RuntimeOrigin::signed(1)));
        assert!(!Enrolments::<Test>::contains_key(1));
        assert_ok!(register(1, 1));
        let since = 1 + UnbondingBlocks::get();
        assert_eq!(Enrolments::<Test>::get(1), Enrolment { since, limits: None });
    });
}

/// As of agents of a chain that did not note this.
#[test]
fn agents_of_before_should_have_been_there_for_ever_and_may_be_limited() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        Enrolments::<Test>::remove(1);
        assert_eq!(Agents::limits_of(&1), None);
        assert_ok!(Agents::set_limits(RuntimeOrigin::signed(1), Some(LIMITS)));
        assert_eq!(Enrolments::<Test>::get(1), Enrolment { since: 0, limits: Some(LIMITS) });
    });
}
