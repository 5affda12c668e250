//! `bond`.

use crate::{mock::*, Bonded, Bonds, Error, Event};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;

#[test]
fn bond_should_put_the_bond_on_hold() {
    build_and_execute(2, || {
        assert_ok!(Validators::bond(RuntimeOrigin::signed(7)));
        assert_eq!(events(), vec![Event::ValidatorBonded { validator: 7, amount: BOND }]);
        assert_eq!((held(7), free(7)), (BOND, ENDOWMENT - BOND));
        assert_eq!(Bonds::<Test>::get(7), Some(Bonded::default()));
        assert_eq!(set(), vec![1, 2], "that alone makes no validator");
    });
}

#[test]
fn bond_should_replace_what_an_offence_has_cost() {
    build_and_execute(4, || {
        assert_ok!(report(3, 1));
        assert_eq!(held(3), BOND * 3 / 4);
        let _ = events();
        assert_ok!(Validators::bond(RuntimeOrigin::signed(3)));
        assert_eq!(events(), vec![Event::ValidatorBonded { validator: 3, amount: BOND / 4 }]);
        assert_eq!(held(3), BOND);
    });
}

#[test]
fn bond_should_fail_when_the_origin_is_no_account() {
    build_and_execute(2, || {
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Validators::bond(origin), BadOrigin);
        }
    });
}

#[test]
fn bond_should_fail_when_it_is_full() {
    build_and_execute(2, || {
        assert_noop!(Validators::bond(RuntimeOrigin::signed(1)), Error::<Test>::AlreadyBonded);
    });
}

#[test]
fn bond_should_fail_when_the_account_would_not_keep_the_existential_deposit() {
    build_and_execute(2, || {
        assert_noop!(
            Validators::bond(RuntimeOrigin::signed(POOR)),
            Error::<Test>::BondUnaffordable
        );
        assert_ok!(Balances::transfer_keep_alive(RuntimeOrigin::signed(9), POOR, 1));
        assert_ok!(Validators::bond(RuntimeOrigin::signed(POOR)));
    });
}
