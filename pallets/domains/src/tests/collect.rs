//! The call `collect`, and how pools pay. An epoch pays a tenth of what is in the pool beyond the
//! existential deposit of 10, and at most 15 for a round; pay is kept for two epochs after its own.

use crate::{mock::*, Error, Event, Payout, Payouts, Pools, Served};
use frame_support::{assert_noop, assert_ok, traits::fungible::Mutate};
use pallet_waggle_agents::Agents as AgentsMap;
use sp_runtime::{traits::BadOrigin, DispatchResult};
use waggle_primitives::{domain::GENERAL, reward_pool::MAX_COUNTED, traits::Domains as _};

/// Somebody who is neither client nor owner.
const ANYBODY: AccountId = 9;

/// Pay the agent of `owner`.
fn collect(owner: AccountId) -> DispatchResult {
    Domains::collect(RuntimeOrigin::signed(ANYBODY), GENERAL, owner)
}

/// So much was in the pool that the next epoch pays 100 if enough rounds are served.
const FUNDS: u128 = 1_010;

/// Run `test` in epoch 1 with three agents in the general domain, whose pool has [`FUNDS`].
fn with_pool(test: impl FnOnce()) {
    build_and_execute(|| {
        registered(3);
        go_to_epoch(1);
        fund(GENERAL, FUNDS);
        test();
    });
}

/// These agents serve a round each time.
fn serve(owners: &[AccountId], times: u32) {
    for _ in 0..times {
        Domains::served(GENERAL, owners);
    }
}

/// What the pool has for later, and what it owes.
fn pool() -> (u128, u128) {
    let pool = Domains::view(GENERAL).unwrap().pool.unwrap();
    (pool.balance, pool.owed)
}

/// What each of the three agents may collect.
fn collectable() -> [u128; 3] {
    [1, 2, 3].map(|owner| Domains::collectable(GENERAL, &owner))
}

#[test]
fn collect_should_pay_the_part_of_the_rounds_that_were_served() {
    with_pool(|| {
        let issuance = Balances::total_issuance();
        serve(&[1, 2], 6);
        serve(&[3], 8);
        go_to_epoch(2);
        assert_eq!(collectable(), [30, 30, 40]);
        let before = Balances::free_balance(3);
        assert_ok!(collect(3));
        assert_eq!(
            events(),
            vec![
                Event::EpochPaid { domain: GENERAL, epoch: 1, rounds: 20, amount: 100 },
                Event::Collected { domain: GENERAL, owner: 3, amount: 40 },
            ]
        );
        assert_eq!(Balances::free_balance(3), before + 40);
        assert_eq!((pool(), collectable()), ((FUNDS - 100, 60), [30, 30, 0]));
        assert_ok!(collect(1));
        assert_ok!(collect(2));
        assert_eq!((pool(), collectable()), ((FUNDS - 100, 0), [0; 3]));
        assert_eq!(Served::<Test>::iter_keys().count(), 0);
        assert_eq!(Balances::free_balance(Domains::pools_account()), FUNDS - 100);
        assert_eq!(Balances::total_issuance(), issuance);
    });
}

#[test]
fn a_round_should_be_paid_no_more_than_the_bound() {
    with_pool(|| {
        serve(&[1, 2], 2);
        go_to_epoch(2);
        assert_eq!((collectable(), pool()), ([30, 30, 0], (FUNDS - 60, 60)));
    });
}

#[test]
fn collect_should_pay_for_all_epochs_that_are_over_at_once() {
    with_pool(|| {
        serve(&[1, 2], 1);
        go_to_epoch(2);
        serve(&[1], 2);
        go_to_epoch(3);
        serve(&[1], 1);
        assert_eq!(collectable(), [45, 15, 0], "what is served now is paid later");
        assert_ok!(collect(1));
        assert_eq!(Served::<Test>::get(GENERAL, 1).len(), 1);
        assert_noop!(collect(1), Error::<Test>::NothingToCollect);
        go_to_epoch(4);
        assert_eq!(collectable(), [15, 0, 0], "the other came too late");
    });
}

#[test]
fn what_nobody_collects_in_time_should_return_to_the_pool() {
    with_pool(|| {
        serve(&[1, 2], 1);
        go_to_epoch(3);
        assert_eq!((collectable(), pool()), ([15, 15, 0], (FUNDS - 30, 30)));
        assert_ok!(collect(1));
        go_to_epoch(4);
        assert_eq!((collectable(), pool()), ([0; 3], (FUNDS - 15, 0)));
        assert_noop!(collect(2), Error::<Test>::NothingToCollect);
        let _ = events();
        assert_ok!(Domains::fund(RuntimeOrigin::signed(FOUNDER), GENERAL, 10));
        assert_eq!(
            events(),
            vec![
                Event::PayReturned { domain: GENERAL, amount: 15 },
                Event::PoolFunded { domain: GENERAL, funder: FOUNDER, amount: 10 },
            ]
        );
        assert_eq!(pool(), (FUNDS - 5, 0));
        assert!(!Payouts::<Test>::contains_key(GENERAL));
    });
}

#[test]
fn an_epoch_that_nobody_touched_in_time_should_pay_nothing() {
    with_pool(|| {
        serve(&[1], 1);
        go_to_epoch(4);
        assert_eq!((collectable(), pool()), ([0; 3], (FUNDS, 0)));
        serve(&[1], 1);
        assert_eq!(Served::<Test>::get(GENERAL, 1).len(), 1, "what is too old goes");
        go_to_epoch(5);
        assert_eq!(collectable(), [15, 0, 0]);
    });
}

#[test]
fn rounds_should_not_be_counted_before_there_is_a_pool() {
    build_and_execute(|| {
        registered(1);
        serve(&[1], 3);
        assert_eq!(Served::<Test>::iter_keys().count(), 0);
        fund(GENERAL, FUNDS);
        serve(&[1], 1);
        go_to_epoch(1);
        assert_eq!(Domains::collectable(GENERAL, &1), 15);
    });
}

#[test]
fn no_more_than_the_most_should_be_counted_of_a_round() {
    with_pool(|| {
        let owners: Vec<_> = (0..MAX_COUNTED + 5).map(|number| u64::from(100 + number)).collect();
        for owner in &owners {
            assert_ok!(Balances::mint_into(owner, ENDOWMENT));
            register(*owner);
        }
        serve(&owners, 1);
        assert_eq!(Pools::<Test>::get(GENERAL).unwrap().rounds, MAX_COUNTED);
        assert_eq!(Served::<Test>::iter_keys().count() as u32, MAX_COUNTED);
    });
}

#[test]
fn a_pool_should_never_pay_its_existential_deposit() {
    with_pool(|| {
        for epoch in 2..200 {
            serve(&[1], 100);
            go_to_epoch(epoch);
            let _ = collect(1);
        }
        let (left, owed) = pool();
        assert!((ExistentialDeposit::get()..30).contains(&left) && owed == 0, "{left} {owed}");
        assert_eq!(Balances::free_balance(Domains::pools_account()), left);
    });
}

#[test]
fn whoever_leaves_should_leave_its_pay_to_the_pool() {
    with_pool(|| {
        serve(&[1, 2], 1);
        assert_ok!(Domains::leave(RuntimeOrigin::signed(1), GENERAL));
        go_to_epoch(2);
        assert_noop!(collect(1), Error::<Test>::NothingToCollect);
        assert_eq!(collectable(), [0, 15, 0]);
        assert_ok!(collect(2));
        go_to_epoch(4);
        assert_eq!(pool(), (FUNDS - 15, 0));
    });
}

#[test]
fn whoever_sealed_doubly_should_leave_its_pay_to_the_pool() {
    with_pool(|| {
        let has_bond = |bond| {
            AgentsMap::<Test>::mutate(1, |agent| agent.as_mut().unwrap().bond = bond);
        };
        serve(&[1, 2], 1);
        go_to_epoch(2);
        has_bond(0);
        assert_eq!(collectable(), [0, 15, 0]);
        assert_noop!(collect(1), Error::<Test>::NothingToCollect);
        assert_ok!(collect(2));
        go_to_epoch(4);
        assert_eq!(pool(), (FUNDS - 15, 0));
        has_bond(Bond::get());
    });
}

#[test]
fn whoever_retires_should_collect_until_it_takes_its_bond() {
    with_pool(|| {
        serve(&[1, 2], 1);
        retire(1);
        retire(2);
        go_to_epoch(2);
        assert_ok!(collect(1));
        unbond(2);
        assert_noop!(collect(2), Error::<Test>::NothingToCollect);
    });
}

#[test]
fn collect_should_fail_when_nothing_is_owed() {
    build_and_execute(|| {
        registered(1);
        assert_noop!(collect(1), Error::<Test>::NothingToCollect);
        fund(GENERAL, FUNDS);
        serve(&[1], 1);
        assert_noop!(collect(1), Error::<Test>::NothingToCollect);
        go_to_epoch(1);
        assert_noop!(collect(2), Error::<Test>::NothingToCollect);
        assert_ok!(collect(1));
    });
}

#[test]
fn collect_should_fail_when_the_origin_is_not_signed() {
    build_and_execute(|| {
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Domains::collect(origin, GENERAL, 1), BadOrigin);
        }
    });
}

/// What is to be seen before a pool is touched is what happens when it is.
#[test]
fn what_is_shown_should_be_what_is_paid() {
    with_pool(|| {
        serve(&[1, 2, 3], 3);
        for epoch in [2, 3] {
            go_to_epoch(epoch);
            for (owner, due) in [1, 2, 3].into_iter().zip(collectable()) {
                let before = Balances::free_balance(owner);
                let paid = collect(owner).is_ok();
                assert_eq!((Balances::free_balance(owner) - before, paid), (due, due > 0));
            }
            serve(&[1, 3], 40);
        }
        go_to_epoch(4);
        let [of_1, of_2, of_3] = collectable();
        assert!(of_1 > 0 && of_1 == of_3 && of_2 == 0);
        assert_ok!(collect(1));
        let payouts = Payouts::<Test>::get(GENERAL);
        let left: Vec<_> =
            payouts.iter().map(|Payout { epoch, left, .. }| (*epoch, *left)).collect();
        assert_eq!(left.last().map(|(epoch, _)| *epoch), Some(3));
        assert_eq!(left.iter().map(|(_, left)| left).sum::<u128>(), pool().1);
    });
}
