//! `remove_validator`.

use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;

#[test]
fn remove_validator_should_let_it_sit_through_the_next_session() {
    build_and_execute(3, || {
        assert_ok!(Validators::remove_validator(RuntimeOrigin::root(), 2));
        assert_eq!(events(), vec![Event::ValidatorRemoved { validator: 2, until: 2 }]);
        next_session();
        assert_eq!(authors(), vec![1, 2, 3]);
        next_session();
        assert_eq!(authors(), vec![1, 3]);
    });
}

#[test]
fn remove_validator_should_fail_when_the_origin_is_not_governance() {
    build_and_execute(3, || {
        for origin in [RuntimeOrigin::signed(2), RuntimeOrigin::none()] {
            assert_noop!(Validators::remove_validator(origin, 2), BadOrigin);
        }
    });
}

#[test]
fn remove_validator_should_fail_when_it_is_none() {
    build_and_execute(3, || {
        assert_noop!(
            Validators::remove_validator(RuntimeOrigin::root(), 7),
            Error::<Test>::NotValidator
        );
    });
}

#[test]
fn remove_validator_should_fail_when_it_is_the_last() {
    build_and_execute(2, || {
        assert_ok!(Validators::remove_validator(RuntimeOrigin::root(), 1));
        assert_noop!(
            Validators::remove_validator(RuntimeOrigin::root(), 2),
            Error::<Test>::TooFewValidators
        );
    });
}

#[test]
fn remove_validator_should_fail_when_it_is_the_last_with_keys() {
    build_and_execute(2, || {
        assert_ok!(Session::purge_keys(RuntimeOrigin::signed(1)));
        assert_noop!(
            Validators::remove_validator(RuntimeOrigin::root(), 2),
            Error::<Test>::TooFewValidators
        );
        assert_ok!(Validators::remove_validator(RuntimeOrigin::root(), 1));
    });
}
