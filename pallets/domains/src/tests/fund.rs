//! The call `fund`.

use crate::{mock::*, Error, Event, Pool, Pools};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::traits::BadOrigin;
use waggle_primitives::{choice::Question, domain::GENERAL, view::PoolView};

#[test]
fn fund_should_move_the_amount_into_the_pool() {
    build_and_execute(|| {
        let domain = found(Question::Open);
        let issuance = Balances::total_issuance();
        go_to_epoch(2);
        assert_ok!(Domains::fund(RuntimeOrigin::signed(1), domain, 300));
        assert_eq!(events(), vec![Event::PoolFunded { domain, funder: 1, amount: 300 }]);
        assert_ok!(Domains::fund(RuntimeOrigin::signed(2), domain, 40));
        assert_ok!(Domains::fund(RuntimeOrigin::signed(2), GENERAL, 50));
        assert_eq!(Balances::free_balance(1), ENDOWMENT - 300);
        assert_eq!(Balances::free_balance(Domains::pools_account()), 390);
        assert_eq!(Balances::total_issuance(), issuance);
        let pool = Pool { balance: 340, epoch: 2, rounds: 0 };
        assert_eq!(Pools::<Test>::get(domain), Some(pool));
        let view = PoolView { balance: 340, owed: 0, epoch: 2, rounds: 0 };
        assert_eq!(Domains::view(domain).unwrap().pool, Some(view));
        assert_eq!(Domains::view(GENERAL).unwrap().pool.unwrap().balance, 50);
    });
}

#[test]
fn fund_should_leave_the_funder_the_existential_deposit() {
    build_and_execute(|| {
        let deposit = ExistentialDeposit::get();
        assert_ok!(Domains::fund(RuntimeOrigin::signed(1), GENERAL, ENDOWMENT - deposit));
        assert_eq!(Balances::free_balance(1), deposit);
    });
}

#[test]
fn fund_should_fail_when_the_origin_is_not_signed() {
    build_and_execute(|| {
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Domains::fund(origin, GENERAL, 100), BadOrigin);
        }
    });
}

#[test]
fn fund_should_fail_when_there_is_no_such_domain() {
    build_and_execute(|| {
        let funded = Domains::fund(RuntimeOrigin::signed(1), 1, 100);
        assert_noop!(funded, Error::<Test>::NoSuchDomain);
    });
}

#[test]
fn fund_should_fail_below_the_existential_deposit() {
    build_and_execute(|| {
        let least = ExistentialDeposit::get();
        for amount in [0, least - 1] {
            let funded = Domains::fund(RuntimeOrigin::signed(1), GENERAL, amount);
            assert_noop!(funded, Error::<Test>::TooLittle);
        }
        assert_ok!(Domains::fund(RuntimeOrigin::signed(1), GENERAL, least));
    });
}

#[test]
fn fund_should_fail_when_amount_and_existential_deposit_are_not_covered() {
    build_and_execute(|| {
        let too_much = ENDOWMENT - ExistentialDeposit::get() + 1;
        for (funder, amount) in [(1, too_much), (42, 100), (1, u128::MAX)] {
            let funded = Domains::fund(RuntimeOrigin::signed(funder), GENERAL, amount);
            assert_noop!(funded, Error::<Test>::FundingUnaffordable);
        }
    });
}
