//! `unbond`.

use crate::{mock::*, Bonds, Error, Event};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;

fn unbond(account: AccountId) -> sp_runtime::DispatchResult {
    Validators::unbond(RuntimeOrigin::signed(account))
}

#[test]
fn unbond_should_free_the_bond_of_who_never_was_a_validator() {
    build_and_execute(2, || {
        assert_ok!(Validators::bond(RuntimeOrigin::signed(7)));
        let _ = events();
        assert_ok!(unbond(7));
        assert_eq!(events(), vec![Event::ValidatorUnbonded { validator: 7, amount: BOND }]);
        assert_eq!((held(7), free(7)), (0, ENDOWMENT));
        assert_eq!(Bonds::<Test>::get(7), None);
    });
}

#[test]
fn unbond_should_wait_until_nothing_can_be_proved_any_more() {
    build_and_execute(3, || {
        assert_noop!(unbond(2), Error::<Test>::StillValidator);
        assert_ok!(Validators::remove_validator(RuntimeOrigin::root(), 2));
        // Removed in session 1, it sits in session 2, of which an offence is proved until 6.
        assert_noop!(unbond(2), Error::<Test>::StillValidator);
        next_session();
        assert_noop!(unbond(2), Error::<Test>::StillValidator);
        while Session::current_index() < 2 + REPORT_SESSIONS {
            next_session();
            assert_noop!(unbond(2), Error::<Test>::BondLocked);
        }
        assert!(Historical::historical_root(2).is_some());
        next_session();
        assert_eq!(Historical::historical_root(2), None);
        assert_ok!(unbond(2));
        assert_eq!((held(2), free(2)), (0, ENDOWMENT));
    });
}

#[test]
fn unbond_should_fail_when_the_account_is_planned_to_sit() {
    build_and_execute(2, || {
        prepare(7, 70);
        assert_ok!(Validators::add_validator(RuntimeOrigin::root(), 7));
        assert_noop!(unbond(7), Error::<Test>::StillValidator);
        next_session();
        assert_ok!(Validators::remove_validator(RuntimeOrigin::root(), 7));
        assert_eq!(Session::validators(), vec![1, 2], "it sits from the next session on");
        assert_noop!(unbond(7), Error::<Test>::StillValidator);
    });
}

#[test]
fn unbond_should_free_what_an_offence_has_left() {
    build_and_execute(4, || {
        assert_ok!(report(3, 1));
        while Session::current_index() <= 2 + REPORT_SESSIONS {
            next_session();
        }
        let _ = events();
        assert_ok!(unbond(3));
        let amount = BOND * 3 / 4;
        assert_eq!(events(), vec![Event::ValidatorUnbonded { validator: 3, amount }]);
    });
}

#[test]
fn unbond_should_fail_when_there_is_no_bond() {
    build_and_execute(2, || {
        assert_noop!(unbond(7), Error::<Test>::NotBonded);
    });
}

#[test]
fn unbond_should_fail_when_the_origin_is_no_account() {
    build_and_execute(2, || {
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Validators::unbond(origin), BadOrigin);
        }
    });
}
