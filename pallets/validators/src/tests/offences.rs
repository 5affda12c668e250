//! What an offence does, and which reports count.

use crate::{mock::*, Bonds, Event, Suspensions};
use frame_support::{assert_noop, assert_ok};
use pallet_session::historical::IdentificationTuple;
use sp_runtime::Perbill;
use sp_staking::offence::{OffenceDetails, OffenceError, OnOffenceHandler, ReportOffence};

/// How many reports the offences pallet keeps.
fn kept_reports() -> usize {
    pallet_offences::Reports::<Test>::iter().count()
}

#[test]
fn an_offender_should_be_disabled_at_once_and_out_from_the_session_after_next() {
    build_and_execute(4, || {
        assert!(!is_known(3, 1));
        assert_eq!(report(3, 1), Ok(()));
        let slashed = Event::OffenderSlashed { validator: 3, amount: BOND / 4 };
        assert_eq!(events(), vec![slashed, Event::OffenderRemoved { validator: 3, until: 2 }]);
        assert_eq!(set(), vec![1, 2, 4]);
        assert_eq!((Session::validators(), authors()), (vec![1, 2, 3, 4], vec![1, 2, 4]));
        next_session();
        assert_eq!((Session::validators(), authors()), (vec![1, 2, 3, 4], vec![1, 2, 4]));
        next_session();
        assert_eq!((Session::validators(), authors()), (vec![1, 2, 4], vec![1, 2, 4]));
        assert!(Suspensions::<Test>::get().is_empty());
    });
}

#[test]
fn an_offender_should_stay_disabled_when_the_validators_change_meanwhile() {
    build_and_execute(4, || {
        // Session 3 has other validators, in another order, and was planned before the offence.
        prepare(7, 70);
        assert_ok!(Validators::add_validator(RuntimeOrigin::root(), 7));
        assert_ok!(Validators::remove_validator(RuntimeOrigin::root(), 1));
        next_session();
        assert_eq!(report(3, 1), Ok(()));
        assert_eq!(authors(), vec![1, 2, 4]);
        next_session();
        assert_eq!((Session::validators(), authors()), (vec![2, 3, 4, 7], vec![2, 4, 7]));
        next_session();
        assert_eq!((Session::validators(), authors()), (vec![2, 4, 7], vec![2, 4, 7]));
    });
}

#[test]
fn an_offender_should_count_once_for_each_stay() {
    build_and_execute(4, || {
        assert_eq!(report(3, 1), Ok(()));
        for moment in [1, 2] {
            assert!(is_known(3, moment));
            assert_eq!(report(3, moment), Err(OffenceError::DuplicateReport));
        }
        next_session();
        assert_eq!(report(3, 3), Err(OffenceError::DuplicateReport));
        next_session();
        // Out of the set and out of the session.
        assert!(is_known(3, 4));
        assert_eq!(report(3, 4), Err(OffenceError::DuplicateReport));
        assert_eq!(kept_reports(), 1);
    });
}

#[test]
fn an_offender_that_governance_adds_again_should_sit_again_and_be_forgiven() {
    build_and_execute(4, || {
        assert_eq!(report(3, 1), Ok(()));
        assert_ok!(Validators::bond(RuntimeOrigin::signed(3)));
        assert_ok!(Validators::add_validator(RuntimeOrigin::root(), 3));
        next_session();
        assert_eq!(authors(), vec![1, 2, 4], "it is disabled still");
        next_session();
        assert_eq!(authors(), vec![1, 2, 4, 3]);
        let forgiven = Misdeed { offender: 3, session: 1, moment: 2 };
        assert_eq!(Reports::report_offence(vec![], forgiven), Err(OffenceError::DuplicateReport));
        assert_eq!((authors(), held(3)), (vec![1, 2, 4, 3], BOND));
        assert_eq!(report(3, 3), Ok(()), "it answers for what it does now");
        assert_eq!((authors(), held(3)), (vec![1, 2, 4], BOND * 3 / 4));
    });
}

#[test]
fn an_offender_should_be_enabled_again_when_the_set_does_not_change() {
    build_and_execute(4, || {
        // The last of the set is added where it was, so no session is planned anew.
        assert_eq!(report(4, 1), Ok(()));
        assert_ok!(Validators::bond(RuntimeOrigin::signed(4)));
        assert_ok!(Validators::add_validator(RuntimeOrigin::root(), 4));
        next_session();
        assert_eq!(authors(), vec![1, 2, 3]);
        assert!(!pallet_session::QueuedChanged::<Test>::get());
        next_session();
        assert_eq!(authors(), vec![1, 2, 3, 4]);
    });
}

#[test]
fn no_more_than_a_third_should_be_disabled_but_all_offenders_leave() {
    build_and_execute(5, || {
        assert_eq!(report(3, 1), Ok(()));
        assert_eq!(report(4, 2), Ok(()));
        assert_eq!(authors(), vec![1, 2, 4, 5], "one of five may be disabled");
        assert_eq!(set(), vec![1, 2, 5]);
        next_session();
        assert_eq!(authors(), vec![1, 2, 4, 5]);
        next_session();
        assert_eq!(authors(), vec![1, 2, 5]);
    });
}

#[test]
fn the_last_validator_should_keep_its_place() {
    build_and_execute(1, || {
        assert_eq!(report(1, 1), Ok(()));
        let slashed = Event::OffenderSlashed { validator: 1, amount: BOND / 4 };
        assert_eq!(events(), vec![slashed, Event::OffenderKept { validator: 1 }]);
        assert_eq!((set(), authors()), (vec![1], vec![1]));
        assert_eq!(report(1, 2), Err(OffenceError::DuplicateReport));
        next_session();
        next_session();
        assert_eq!((set(), authors()), (vec![1], vec![1]));
        let settled = Misdeed { offender: 1, session: 1, moment: 3 };
        assert_eq!(Reports::report_offence(vec![], settled), Err(OffenceError::DuplicateReport));
        assert_eq!(report(1, 3), Ok(()), "suspensions end, also where they had no effect");
        assert_eq!(held(1), BOND / 2, "and the next offence costs as much");
    });
}

#[test]
fn a_validator_that_leaves_should_answer_while_it_sits() {
    build_and_execute(4, || {
        assert_ok!(Validators::remove_validator(RuntimeOrigin::root(), 2));
        next_session();
        let _ = events();
        assert_eq!(report(2, 1), Ok(()));
        let slashed = Event::OffenderSlashed { validator: 2, amount: BOND / 4 };
        assert_eq!(events(), vec![slashed, Event::OffenderRemoved { validator: 2, until: 3 }]);
        assert_eq!(authors(), vec![1, 3, 4]);
        next_session();
        assert_eq!(authors(), vec![1, 3, 4]);
        assert_eq!(report(2, 2), Err(OffenceError::DuplicateReport));
    });
}

#[test]
fn strangers_should_have_no_offences() {
    build_and_execute(4, || {
        assert!(is_known(9, 1));
        assert_eq!(report(9, 1), Err(OffenceError::DuplicateReport));
        assert_eq!(kept_reports(), 0);
    });
}

#[test]
fn earlier_offenders_of_the_moment_should_pay_the_rest_and_nothing_else() {
    build_and_execute(9, || {
        assert_eq!(report(3, 1), Ok(()));
        let _ = events();
        // As the offences pallet does when a second validator offends at the same moment.
        let details = |account| OffenceDetails::<AccountId, IdentificationTuple<Test>> {
            offender: (account, ()),
            reporters: vec![],
        };
        Validators::on_offence(&[details(3), details(4)], &[Perbill::from_percent(50); 2], 1);
        let slashed = |validator, amount| Event::OffenderSlashed { validator, amount };
        assert_eq!(
            events(),
            vec![
                slashed(3, BOND / 4),
                slashed(4, BOND / 2),
                Event::OffenderRemoved { validator: 4, until: 2 }
            ]
        );
        assert_eq!(Suspensions::<Test>::get().len(), 2);
        assert_eq!((held(3), held(4)), (BOND / 2, BOND / 2));
        // Told once more, and of less.
        Validators::on_offence(&[details(3)], &[Perbill::from_percent(20)], 1);
        assert_eq!(events(), vec![]);
    });
}

#[test]
fn all_who_offend_at_one_moment_should_lose_alike_in_whatever_order_they_are_reported() {
    build_and_execute(9, || {
        let treasury = free(TREASURY);
        for offender in [3, 4] {
            assert_eq!(report(offender, 1), Ok(()));
        }
        assert_eq!((held(3), held(4)), (BOND / 2, BOND / 2));
        assert_eq!(free(TREASURY), treasury + BOND);
    });
}

#[test]
fn an_offence_should_cost_a_tenth_at_least_and_the_whole_bond_at_most() {
    let offence = |account: AccountId, percent| {
        let details = OffenceDetails::<AccountId, IdentificationTuple<Test>> {
            offender: (account, ()),
            reporters: vec![],
        };
        Validators::on_offence(&[details], &[Perbill::from_percent(percent)], 1);
    };
    build_and_execute(5, || {
        offence(3, 1);
        assert_eq!(held(3), BOND - BOND / 10);
    });
    build_and_execute(5, || {
        offence(4, 100);
        assert_eq!((held(4), Bonds::<Test>::get(4)), (0, None));
        assert_eq!(free(4), ENDOWMENT - BOND);
    });
}

#[test]
fn offenders_of_different_moments_should_pay_as_if_it_were_one_while_they_sit() {
    build_and_execute(9, || {
        assert_eq!(report(3, 1), Ok(()));
        assert_eq!(held(3), BOND * 3 / 4);
        next_session();
        assert_eq!(report(4, 2), Ok(()));
        let two_of_nine = Perbill::from_rational(6u32, 9).square().mul_floor(BOND);
        assert_eq!((held(3), held(4)), (BOND - two_of_nine, BOND - two_of_nine));
        // A third of all: they can make two chains final.
        assert_eq!(report(5, 3), Ok(()));
        assert_eq!((held(3), held(4), held(5)), (0, 0, 0));
        for _ in 0..2 {
            next_session();
        }
        assert_eq!(report(6, 4), Ok(()));
        assert_eq!(held(6), BOND * 3 / 4, "those sit no more");
    });
}

#[test]
fn who_has_left_should_lose_bond_for_what_it_did_while_it_can_be_proved() {
    build_and_execute(4, || {
        assert_ok!(Validators::remove_validator(RuntimeOrigin::root(), 2));
        let misdeed = |session, moment| {
            Reports::report_offence(vec![], Misdeed { offender: 2, session, moment })
        };
        for _ in 0..3 {
            next_session();
        }
        let _ = events();
        assert!(!is_known(2, 1));
        assert_eq!(misdeed(3, 1), Err(OffenceError::DuplicateReport), "it did not sit");
        assert_eq!(misdeed(2, 1), Ok(()));
        // It has no seat to lose.
        assert_eq!(events(), vec![Event::OffenderSlashed { validator: 2, amount: BOND / 4 }]);
        assert!(Suspensions::<Test>::get().is_empty());
        assert!(is_known(2, 2));
        assert_eq!(misdeed(1, 2), Err(OffenceError::DuplicateReport), "once for each stay");
        assert_eq!((held(2), kept_reports()), (BOND * 3 / 4, 1));
    });
}

#[test]
fn whoever_never_bonded_should_lose_its_seat_and_no_money() {
    build_and_execute(4, || {
        forget_bonds(4);
        assert_eq!(report(3, 1), Ok(()));
        assert_eq!(events(), vec![Event::OffenderRemoved { validator: 3, until: 2 }]);
        assert_eq!((set(), authors()), (vec![1, 2, 4], vec![1, 2, 4]));
        assert_eq!(free(3), ENDOWMENT);
        // It may bond while it sits, but answers for nothing then, and cannot take it back.
        assert_ok!(Validators::bond(RuntimeOrigin::signed(3)));
        assert_noop!(
            Validators::unbond(RuntimeOrigin::signed(3)),
            crate::Error::<Test>::StillValidator
        );
        next_session();
        next_session();
        assert_ok!(Validators::unbond(RuntimeOrigin::signed(3)));
    });
}

#[test]
fn frozen_money_should_be_at_stake_all_the_same() {
    build_and_execute(4, || {
        use frame_support::traits::{LockableCurrency, WithdrawReasons};
        Balances::set_lock(*b"election", &3, ENDOWMENT, WithdrawReasons::all());
        assert_eq!(report(3, 1), Ok(()));
        assert_eq!(held(3), BOND * 3 / 4);
    });
}
