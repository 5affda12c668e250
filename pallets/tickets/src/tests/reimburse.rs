//! Paying clients back from the treasury.

use crate::mock::*;
use frame_support::{assert_ok, traits::fungible::MutateFreeze};
use waggle_primitives::traits::Reimbursement;

/// An account that does not exist.
const NOBODY: AccountId = 99;

/// Let the treasury have `amount` beside its existential deposit.
fn endow_treasury(amount: u128) {
    assert_ok!(Balances::transfer_allow_death(RuntimeOrigin::signed(2), TREASURY, amount));
    assert_eq!(free(TREASURY), 10 + amount);
}

#[test]
fn reimburse_should_move_the_amount_from_the_treasury_to_the_client() {
    build_and_execute(|| {
        endow_treasury(1_000);
        assert_eq!(Tickets::reimburse(&CLIENT, 700), 700);
        assert_eq!((free(CLIENT), free(TREASURY)), (ENDOWMENT + 700, 310));
    });
}

#[test]
fn reimburse_should_leave_the_treasury_the_existential_deposit() {
    build_and_execute(|| {
        endow_treasury(1_000);
        assert_eq!(Tickets::reimburse(&CLIENT, u128::MAX), 1_000);
        assert_eq!((free(CLIENT), free(TREASURY)), (ENDOWMENT + 1_000, 10));
        assert_eq!(Tickets::reimburse(&CLIENT, 1), 0);
        assert_eq!((free(CLIENT), free(TREASURY)), (ENDOWMENT + 1_000, 10));
    });
}

#[test]
fn reimburse_should_not_touch_what_is_frozen() {
    build_and_execute(|| {
        endow_treasury(1_000);
        assert_ok!(Balances::set_freeze(&1, &TREASURY, 800));
        assert_eq!(Tickets::reimburse(&CLIENT, 500), 210);
        assert_eq!(free(TREASURY), 800);
    });
}

#[test]
fn reimburse_should_pay_nothing_when_the_client_cannot_receive_it() {
    build_and_execute(|| {
        endow_treasury(1_000);
        assert_eq!(Tickets::reimburse(&NOBODY, 9), 0);
        assert_eq!((free(NOBODY), free(TREASURY)), (0, 1_010));
        assert_eq!(Tickets::reimburse(&NOBODY, 10), 10);
        assert_eq!((free(NOBODY), free(TREASURY)), (10, 1_000));
    });
}

#[test]
fn reimburse_should_do_nothing_when_there_is_nothing_to_pay() {
    build_and_execute(|| {
        endow_treasury(1_000);
        assert_eq!(Tickets::reimburse(&CLIENT, 0), 0);
        assert_eq!((free(CLIENT), free(TREASURY)), (ENDOWMENT, 1_010));
    });
}
