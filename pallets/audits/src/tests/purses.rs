//! Purses: the call `fund`, and what they pay.

use super::scene::*;
use crate::{mock::*, Error, Event, Purses};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::traits::BadOrigin;

/// Have the domain audited, with as much in its purse.
fn audit_for(purse: u128) {
    assert_ok!(Audits::set_terms(RuntimeOrigin::root(), DOMAIN, Some(terms())));
    if purse > 0 {
        assert_ok!(Audits::fund(RuntimeOrigin::signed(FUNDER), DOMAIN, purse + DEPOSIT));
    }
    for auditor in AUDITORS {
        assert_ok!(Audits::offer(RuntimeOrigin::signed(auditor), DOMAIN));
    }
    let _ = events();
}

/// What the auditors were paid, in their order.
fn payments() -> Vec<u128> {
    let paid = events().into_iter().filter_map(|event| match event {
        Event::AuditorPaid { amount, .. } => Some(amount),
        _ => None,
    });
    paid.collect()
}

#[test]
fn fund_should_keep_a_deposit_for_each_purse() {
    build_and_execute(|| {
        audit_for(0);
        let fund = |amount| Audits::fund(RuntimeOrigin::signed(FUNDER), DOMAIN, amount);
        for amount in [0, DEPOSIT, 2 * DEPOSIT - 1] {
            assert_noop!(fund(amount), Error::<Test>::TooLittle);
        }
        assert_ok!(fund(2 * DEPOSIT));
        let (domain, funder) = (DOMAIN, FUNDER);
        assert_eq!(events(), [Event::PurseFunded { domain, funder, amount: 2 * DEPOSIT }]);
        assert_eq!(Purses::<Test>::get(DOMAIN), Some(DEPOSIT));
        // Afterwards all of it is for auditors.
        assert_noop!(fund(DEPOSIT - 1), Error::<Test>::TooLittle);
        assert_ok!(fund(DEPOSIT));
        assert_eq!(Purses::<Test>::get(DOMAIN), Some(2 * DEPOSIT));
        assert_eq!(Balances::free_balance(Audits::purses_account()), 3 * DEPOSIT);
        assert_eq!(Balances::free_balance(FUNDER), ENDOWMENT - 3 * DEPOSIT);
    });
}

#[test]
fn fund_should_leave_the_funder_the_existential_deposit() {
    build_and_execute(|| {
        audit_for(0);
        let fund = |funder, amount| Audits::fund(RuntimeOrigin::signed(funder), DOMAIN, amount);
        for (funder, amount) in [(1, ENDOWMENT - DEPOSIT + 1), (999, 100), (1, u128::MAX)] {
            assert_noop!(fund(funder, amount), Error::<Test>::FundingUnaffordable);
        }
        assert_ok!(fund(1, ENDOWMENT - DEPOSIT));
        assert_eq!(Balances::free_balance(1), DEPOSIT);
    });
}

#[test]
fn fund_should_fail_where_nothing_is_audited() {
    build_and_execute(|| {
        let funded = Audits::fund(RuntimeOrigin::signed(FUNDER), DOMAIN, 100);
        assert_noop!(funded, Error::<Test>::NotAudited);
    });
}

#[test]
fn fund_should_fail_when_the_origin_is_not_signed() {
    build_and_execute(|| {
        audit_for(0);
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Audits::fund(origin, DOMAIN, 100), BadOrigin);
        }
    });
}

#[test]
fn a_purse_should_pay_as_far_as_it_reaches() {
    build_and_execute(|| {
        audit_for(250);
        whole_epoch(&SWARM, all_honest);
        assert_eq!(payments(), [210, 40]);
        assert_eq!(Purses::<Test>::get(DOMAIN), Some(0));
        assert_eq!(Balances::free_balance(Audits::purses_account()), DEPOSIT);
        // Nobody is paid then, and the work goes on.
        whole_epoch(&SWARM, all_honest);
        assert!(payments().is_empty());
        assert_ok!(Audits::fund(RuntimeOrigin::signed(FUNDER), DOMAIN, 2_000));
        whole_epoch(&SWARM, all_honest);
        assert_eq!(payments(), [210; 5]);
        assert_eq!(Purses::<Test>::get(DOMAIN), Some(2_000 - 5 * 210));
    });
}

#[test]
fn auditors_should_work_where_there_is_no_purse() {
    build_and_execute(|| {
        audit_for(0);
        whole_epoch(&SWARM, all_honest);
        assert!(payments().is_empty());
        assert_eq!(Purses::<Test>::get(DOMAIN), None);
    });
}

#[test]
fn what_cannot_be_delivered_should_stay_in_the_purse() {
    build_and_execute(|| {
        audit_for(1_000);
        // One answer: less than an account needs.
        assert!(judged(&[(1, vec![b'A', 1, 1])]));
        begin_epoch(1);
        let gone = committee()[0];
        let rest = Balances::free_balance(gone);
        assert_ok!(Balances::transfer_allow_death(RuntimeOrigin::signed(gone), FUNDER, rest));
        work_through(all_honest);
        let _ = events();
        next_block();
        assert_eq!(payments(), [PAY; 4]);
        assert_eq!(Balances::free_balance(gone), 0);
        assert_eq!(Purses::<Test>::get(DOMAIN), Some(1_000 - 4 * PAY));
    });
}

#[test]
fn purses_should_be_those_of_one_domain() {
    build_and_execute(|| {
        audit_for(250);
        assert_ok!(Audits::set_terms(RuntimeOrigin::root(), 2, Some(terms())));
        assert_ok!(Audits::fund(RuntimeOrigin::signed(FUNDER), 2, 500));
        whole_epoch(&SWARM, all_honest);
        assert_eq!(Purses::<Test>::get(DOMAIN), Some(0));
        assert_eq!(Purses::<Test>::get(2), Some(500 - DEPOSIT));
        assert_eq!(Balances::free_balance(Audits::purses_account()), 500 + DEPOSIT);
    });
}
