//! What an offence does, and which reports count.

use crate::{mock::*, Event, Suspensions};
use frame_support::assert_ok;
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
        assert_eq!(events(), vec![Event::OffenderRemoved { validator: 3, until: 2 }]);
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
        set_keys(7, 70);
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
        assert_ok!(Validators::add_validator(RuntimeOrigin::root(), 3));
        next_session();
        assert_eq!(authors(), vec![1, 2, 4], "it is disabled still");
        next_session();
        assert_eq!(authors(), vec![1, 2, 4, 3]);
        let forgiven = Misdeed { offender: 3, session: 1, moment: 2 };
        assert_eq!(Reports::report_offence(vec![], forgiven), Err(OffenceError::DuplicateReport));
        assert_eq!(authors(), vec![1, 2, 4, 3]);
        assert_eq!(report(3, 3), Ok(()), "it answers for what it does now");
        assert_eq!(authors(), vec![1, 2, 4]);
    });
}

#[test]
fn an_offender_should_be_enabled_again_when_the_set_does_not_change() {
    build_and_execute(4, || {
        // The last of the set is added where it was, so no session is planned anew.
        assert_eq!(report(4, 1), Ok(()));
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
        assert_eq!(events(), vec![Event::OffenderKept { validator: 1 }]);
        assert_eq!((set(), authors()), (vec![1], vec![1]));
        assert_eq!(report(1, 2), Err(OffenceError::DuplicateReport));
        next_session();
        next_session();
        assert_eq!((set(), authors()), (vec![1], vec![1]));
        assert_eq!(report(1, 3), Ok(()), "suspensions end, also where they had no effect");
    });
}

#[test]
fn a_validator_that_leaves_should_answer_while_it_sits() {
    build_and_execute(4, || {
        assert_ok!(Validators::remove_validator(RuntimeOrigin::root(), 2));
        next_session();
        let _ = events();
        assert_eq!(report(2, 1), Ok(()));
        assert_eq!(events(), vec![Event::OffenderRemoved { validator: 2, until: 3 }]);
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
fn the_handler_should_pass_over_offenders_it_has_dealt_with() {
    build_and_execute(5, || {
        assert_eq!(report(3, 1), Ok(()));
        let _ = events();
        // As the offences pallet does when a second validator offends at the same moment.
        let details = |account| OffenceDetails::<AccountId, IdentificationTuple<Test>> {
            offender: (account, ()),
            reporters: vec![],
        };
        Validators::on_offence(&[details(3), details(4)], &[Perbill::from_percent(50); 2], 1);
        assert_eq!(events(), vec![Event::OffenderRemoved { validator: 4, until: 2 }]);
        assert_eq!(Suspensions::<Test>::get().len(), 2);
    });
}
