//! `dismiss`.

use crate::{mock::*, Error, Event, Examiners};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;
use waggle_primitives::domain::GENERAL;

#[test]
fn dismiss_should_forget_the_examiner() {
    build_and_execute(|| {
        assert_ok!(Examinations::appoint(RuntimeOrigin::root(), GENERAL, EXAMINER, 500));
        assert_ok!(Examinations::appoint(RuntimeOrigin::root(), GENERAL, 9, 500));
        let _ = events();
        assert_ok!(Examinations::dismiss(RuntimeOrigin::root(), GENERAL, EXAMINER));
        assert_eq!(Examiners::<Test>::iter_keys().collect::<Vec<_>>(), [(GENERAL, 9)]);
        assert_eq!(
            events(),
            [Event::ExaminerDismissed { domain: GENERAL, examiner: EXAMINER, left: 500 }]
        );
    });
}

#[test]
fn dismiss_should_leave_what_the_examiner_is_in_other_domains() {
    build_and_execute(|| {
        for domain in [GENERAL, ELSEWHERE] {
            assert_ok!(Examinations::appoint(RuntimeOrigin::root(), domain, EXAMINER, 500));
        }
        assert_ok!(Examinations::dismiss(RuntimeOrigin::root(), ELSEWHERE, EXAMINER));
        assert_eq!(Examiners::<Test>::iter_keys().collect::<Vec<_>>(), [(GENERAL, EXAMINER)]);
        assert_noop!(
            Examinations::dismiss(RuntimeOrigin::root(), ELSEWHERE, EXAMINER),
            Error::<Test>::NotExaminer
        );
    });
}

#[test]
fn dismiss_should_fail_when_the_origin_is_not_governance() {
    build_and_execute(|| {
        assert_ok!(Examinations::appoint(RuntimeOrigin::root(), GENERAL, EXAMINER, 500));
        for origin in [RuntimeOrigin::signed(EXAMINER), RuntimeOrigin::none()] {
            assert_noop!(Examinations::dismiss(origin, GENERAL, EXAMINER), BadOrigin);
        }
    });
}

#[test]
fn dismiss_should_fail_when_the_account_is_no_examiner() {
    build_and_execute(|| {
        assert_noop!(
            Examinations::dismiss(RuntimeOrigin::root(), GENERAL, EXAMINER),
            Error::<Test>::NotExaminer
        );
    });
}
