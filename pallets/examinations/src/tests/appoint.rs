//! `appoint`.

use crate::{mock::*, Error, Event, Examiners};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;
use waggle_primitives::domain::GENERAL;

#[test]
fn appoint_should_give_the_examiner_its_budget() {
    build_and_execute(|| {
        assert_ok!(Examinations::appoint(RuntimeOrigin::root(), GENERAL, EXAMINER, 500));
        assert_eq!(Examiners::<Test>::get((GENERAL, EXAMINER)), Some(500));
        assert_eq!(
            events(),
            [Event::ExaminerAppointed { domain: GENERAL, examiner: EXAMINER, budget: 500 }]
        );
    });
}

#[test]
fn appoint_should_replace_the_budget_of_an_examiner() {
    build_and_execute(|| {
        for budget in [500, 900, 0, u128::MAX] {
            assert_ok!(Examinations::appoint(RuntimeOrigin::root(), GENERAL, EXAMINER, budget));
            assert_eq!(Examiners::<Test>::get((GENERAL, EXAMINER)), Some(budget));
            assert_eq!(Examiners::<Test>::count(), 1);
            assert_eq!(
                events(),
                [Event::ExaminerAppointed { domain: GENERAL, examiner: EXAMINER, budget }]
            );
        }
    });
}

#[test]
fn appoint_should_give_a_budget_for_each_domain() {
    build_and_execute(|| {
        for (domain, budget) in [(GENERAL, 500), (ELSEWHERE, 700)] {
            assert_ok!(Examinations::appoint(RuntimeOrigin::root(), domain, EXAMINER, budget));
            assert_eq!(events(), [Event::ExaminerAppointed { domain, examiner: EXAMINER, budget }]);
        }
        assert_eq!(Examiners::<Test>::get((GENERAL, EXAMINER)), Some(500));
        assert_eq!(Examiners::<Test>::get((ELSEWHERE, EXAMINER)), Some(700));
        assert_eq!(Examiners::<Test>::get((ELSEWHERE, CLIENT)), None);
    });
}

#[test]
fn appoint_should_fail_when_the_origin_is_not_governance() {
    build_and_execute(|| {
        for origin in [RuntimeOrigin::signed(EXAMINER), RuntimeOrigin::none()] {
            assert_noop!(Examinations::appoint(origin, GENERAL, EXAMINER, 500), BadOrigin);
        }
    });
}

#[test]
fn appoint_should_fail_when_there_are_enough_until_one_is_dismissed() {
    build_and_execute(|| {
        for who in 1..=u64::from(MAX_EXAMINERS) {
            assert_ok!(Examinations::appoint(RuntimeOrigin::root(), GENERAL, who, 500));
        }
        assert_noop!(
            Examinations::appoint(RuntimeOrigin::root(), GENERAL, 9, 500),
            Error::<Test>::TooManyExaminers
        );
        assert_noop!(
            Examinations::appoint(RuntimeOrigin::root(), ELSEWHERE, EXAMINER, 500),
            Error::<Test>::TooManyExaminers
        );
        // Whoever is in can get another budget all the same.
        assert_ok!(Examinations::appoint(RuntimeOrigin::root(), GENERAL, EXAMINER, 600));
        assert_ok!(Examinations::dismiss(RuntimeOrigin::root(), GENERAL, EXAMINER));
        assert_ok!(Examinations::appoint(RuntimeOrigin::root(), GENERAL, 9, 500));
    });
}
