//! `reveal`, with made-up rounds. What it does to real ones is in the rounds pallet's tests.

use crate::{mock::*, Call, Error, Event, Examiners, WeightInfo};
use frame_support::{
    assert_noop, assert_ok,
    dispatch::{DispatchResultWithPostInfo, GetDispatchInfo, Pays},
};
use sp_runtime::DispatchError;
use waggle_primitives::{
    domain::GENERAL,
    traits::{ExaminationError, Examined},
};

/// What an account tells of round 7.
fn reveal(who: AccountId) -> DispatchResultWithPostInfo {
    let truth = b"49".to_vec().try_into().unwrap();
    Examinations::reveal(RuntimeOrigin::signed(who), 7, truth, [8; 32])
}

/// Appoint the examiner for the general domain.
fn appoint(budget: u128) {
    assert_ok!(Examinations::appoint(RuntimeOrigin::root(), GENERAL, EXAMINER, budget));
    let _ = events();
}

#[test]
fn reveal_should_examine_the_round_and_pay_the_client_back_for_free() {
    build_and_execute(|| {
        appoint(500);
        let info = reveal(EXAMINER).unwrap();
        assert_eq!(info.pays_fee, Pays::No);
        assert_eq!(Asked::get(), Some((7, b"49".to_vec(), [8; 32])));
        assert_eq!(Paid::get(), [(CLIENT, COST)]);
        assert_eq!(Examiners::<Test>::get((GENERAL, EXAMINER)), Some(500 - COST));
        let (right, agents) = (2, 5);
        assert_eq!(events(), [Event::Examined { round: 7, right, agents, reimbursed: COST }]);
    });
}

#[test]
fn reveal_should_weigh_what_the_round_s_size_asks_for() {
    build_and_execute(|| {
        appoint(500);
        let call = Call::<Test>::reveal { round: 7, truth: Default::default(), salt: [8; 32] };
        let largest = <() as WeightInfo>::reveal(100, 3_300);
        assert_eq!(call.get_dispatch_info().call_weight, largest);
        for (agents, grades) in [(2, 2), (5, 10), (100, 3_300)] {
            Says::set(Ok(examined(agents)));
            let expected = <() as WeightInfo>::reveal(agents, grades);
            assert_eq!(reveal(EXAMINER).unwrap().actual_weight, Some(expected));
        }
    });
}

#[test]
fn reveal_should_pay_no_more_than_the_budget() {
    build_and_execute(|| {
        appoint(COST + 30);
        for (reimbursed, left) in [(COST, 30), (30, 0), (0, 0)] {
            assert_ok!(reveal(EXAMINER));
            assert_eq!(Examiners::<Test>::get((GENERAL, EXAMINER)), Some(left));
            let examined = Event::Examined { round: 7, right: 2, agents: 5, reimbursed };
            assert_eq!(events(), [examined]);
        }
    });
}

#[test]
fn reveal_should_spend_of_the_budget_what_the_treasury_paid() {
    build_and_execute(|| {
        appoint(500);
        Treasury::set(40);
        assert_ok!(reveal(EXAMINER));
        assert_eq!(Paid::get(), [(CLIENT, 40)]);
        assert_eq!(Examiners::<Test>::get((GENERAL, EXAMINER)), Some(460));
        let examined = Event::Examined { round: 7, right: 2, agents: 5, reimbursed: 40 };
        assert_eq!(events(), [examined]);
    });
}

#[test]
fn reveal_should_pay_nothing_when_the_round_cost_nothing() {
    build_and_execute(|| {
        appoint(500);
        Says::set(Ok(Examined { cost: 0, ..examined(5) }));
        assert_ok!(reveal(EXAMINER));
        assert_eq!((Paid::get(), Treasury::get()), (vec![(CLIENT, 0)], 10_000));
        assert_eq!(Examiners::<Test>::get((GENERAL, EXAMINER)), Some(500));
    });
}

#[test]
fn reveal_should_fail_when_the_account_is_no_examiner() {
    build_and_execute(|| {
        appoint(500);
        assert_noop!(reveal(CLIENT).map_err(|e| e.error), Error::<Test>::NotExaminer);
        assert_ok!(Examinations::dismiss(RuntimeOrigin::root(), GENERAL, EXAMINER));
        assert_noop!(reveal(EXAMINER).map_err(|e| e.error), Error::<Test>::NotExaminer);
        assert_eq!((Asked::get(), Paid::get()), (None, vec![]));
    });
}

#[test]
fn reveal_should_fail_when_the_account_is_an_examiner_of_another_domain() {
    build_and_execute(|| {
        appoint(500);
        AskedIn::set(ELSEWHERE);
        assert_noop!(reveal(EXAMINER).map_err(|e| e.error), Error::<Test>::NotExaminer);
        let info = reveal(EXAMINER).unwrap_err().post_info;
        assert_eq!(info.pays_fee, Pays::Yes);
        assert_eq!((Asked::get(), Paid::get()), (None, vec![]));
    });
}

#[test]
fn reveal_should_spend_the_budget_of_the_round_s_domain() {
    build_and_execute(|| {
        appoint(500);
        assert_ok!(Examinations::appoint(RuntimeOrigin::root(), ELSEWHERE, EXAMINER, 300));
        AskedIn::set(ELSEWHERE);
        assert_ok!(reveal(EXAMINER));
        let left = |domain| Examiners::<Test>::get((domain, EXAMINER));
        assert_eq!((left(GENERAL), left(ELSEWHERE)), (Some(500), Some(300 - COST)));
    });
}

#[test]
fn reveal_should_fail_when_the_origin_is_not_signed() {
    build_and_execute(|| {
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            let revealed = Examinations::reveal(origin, 7, Default::default(), [8; 32]);
            assert_noop!(revealed.map_err(|e| e.error), DispatchError::BadOrigin);
        }
    });
}

#[test]
fn reveal_should_tell_why_a_round_was_not_examined_and_cost_the_look_at_it() {
    build_and_execute(|| {
        appoint(500);
        for (says, error) in [
            (ExaminationError::NoResult, Error::<Test>::NoResult),
            (ExaminationError::NothingSealed, Error::<Test>::NothingSealed),
            (ExaminationError::WrongTruth, Error::<Test>::WrongTruth),
            (ExaminationError::EmptyTruth, Error::<Test>::EmptyTruth),
        ] {
            Says::set(Err(says));
            assert_noop!(reveal(EXAMINER).map_err(|e| e.error), error);
            let info = reveal(EXAMINER).unwrap_err().post_info;
            assert_eq!(info.pays_fee, Pays::Yes);
            assert_eq!(info.actual_weight, Some(<() as WeightInfo>::reveal(0, 0)));
        }
        assert_eq!((Paid::get(), Examiners::<Test>::get((GENERAL, EXAMINER))), (vec![], Some(500)));
    });
}
