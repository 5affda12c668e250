//! `dismiss`.

use crate::{mock::*, Error, Event, Examiners};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;

#[test]
fn dismiss_should_forget_the_examiner() {
    build_and_execute(|| {
        assert_ok!(Examinations::appoint(RuntimeOrigin::root(), EXAMINER, 500));
        assert_ok!(Examinations::appoint(RuntimeOrigin::root(), 9, 500));
        let _ = events();
        assert_ok!(Examinations::dismiss(RuntimeOrigin::root(), EXAMINER));
        assert_eq!(Examiners::<Test>::iter_keys().collect::<Vec<_>>(), [9]);
        assert_eq!(events(), [Event::ExaminerDismissed { examiner: EXAMINER, left: 500 }]);
    });
}

#[test]
fn dismiss_should_fail_when_the_origin_is_not_governance() {
    build_and_execute(|| {
        assert_ok!(Examinations::appoint(RuntimeOrigin::root(), EXAMINER, 500));
        for origin in [RuntimeOrigin::signed(EXAMINER), RuntimeOrigin::none()] {
            assert_noop!(Examinations::dismiss(origin, EXAMINER), BadOrigin);
        }
    });
}

#[test]
fn dismiss_should_fail_when_the_account_is_no_examiner() {
    build_and_execute(|| {
        assert_noop!(
            Examinations::dismiss(RuntimeOrigin::root(), EXAMINER),
            Error::<Test>::NotExaminer
        );
    });
}
