//! `add_validator`.

use crate::{mock::*, Error, Event, Member, Validators as Set};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;

#[test]
fn add_validator_should_seat_it_in_the_session_after_next() {
    build_and_execute(2, || {
        prepare(7, 70);
        assert_ok!(Validators::add_validator(RuntimeOrigin::root(), 7));
        assert_eq!(Set::<Test>::get()[2], Member { account: 7, since: 2 });
        assert_eq!(events(), vec![Event::ValidatorAdded { validator: 7, from: 3 }]);
        next_session();
        assert_eq!(Session::validators(), vec![1, 2]);
        next_session();
        assert_eq!(Session::current_index(), 3);
        assert_eq!(Session::validators(), vec![1, 2, 7]);
    });
}

#[test]
fn add_validator_should_fail_when_the_origin_is_not_governance() {
    build_and_execute(2, || {
        set_keys(7, 70);
        for origin in [RuntimeOrigin::signed(1), RuntimeOrigin::none()] {
            assert_noop!(Validators::add_validator(origin, 7), BadOrigin);
        }
    });
}

#[test]
fn add_validator_should_fail_when_it_is_one() {
    build_and_execute(2, || {
        assert_noop!(
            Validators::add_validator(RuntimeOrigin::root(), 2),
            Error::<Test>::AlreadyValidator
        );
    });
}

#[test]
fn add_validator_should_fail_when_it_has_no_session_keys() {
    build_and_execute(2, || {
        assert_noop!(
            Validators::add_validator(RuntimeOrigin::root(), 7),
            Error::<Test>::NoSessionKeys
        );
        set_keys(7, 70);
        assert_ok!(Session::purge_keys(RuntimeOrigin::signed(7)));
        assert_noop!(
            Validators::add_validator(RuntimeOrigin::root(), 7),
            Error::<Test>::NoSessionKeys
        );
    });
}

#[test]
fn add_validator_should_fail_when_it_has_no_full_bond() {
    build_and_execute(4, || {
        set_keys(7, 70);
        let add = |account| Validators::add_validator(RuntimeOrigin::root(), account);
        assert_noop!(add(7), Error::<Test>::NotBonded);
        assert_ok!(Validators::bond(RuntimeOrigin::signed(7)));
        assert_ok!(add(7));
        // Nor with what an offence has left of one.
        assert_ok!(report(3, 1));
        assert_noop!(add(3), Error::<Test>::NotBonded);
        assert_ok!(Validators::bond(RuntimeOrigin::signed(3)));
        assert_ok!(add(3));
    });
}

#[test]
fn add_validator_should_fail_when_the_set_is_full() {
    build_and_execute(u64::from(MAX_VALIDATORS), || {
        prepare(10, 100);
        assert_noop!(
            Validators::add_validator(RuntimeOrigin::root(), 10),
            Error::<Test>::TooManyValidators
        );
        assert_ok!(Validators::remove_validator(RuntimeOrigin::root(), 1));
        assert_ok!(Validators::add_validator(RuntimeOrigin::root(), 10));
    });
}
