//! Holding rewards and tickets.

use crate::{mock::*, Error, Event, HeldReward, Rewards, Stakes};
use frame_support::{assert_noop, assert_ok, traits::fungible::MutateFreeze};
use waggle_primitives::traits::Ticketing;

/// The most that an endowed account can put on hold.
const MOST: u128 = ENDOWMENT - 10;

#[test]
fn hold_reward_should_put_it_on_hold() {
    build_and_execute(|| {
        assert_ok!(Tickets::hold_reward(7, &CLIENT, 1_000));
        assert_eq!((free(CLIENT), held(CLIENT)), (ENDOWMENT - 1_000, (1_000, 0)));
        assert_eq!(Rewards::<Test>::get(7), Some(HeldReward { client: CLIENT, amount: 1_000 }));
        assert_eq!(events(), vec![Event::RewardHeld { round: 7, client: CLIENT, amount: 1_000 }]);
    });
}

#[test]
fn rewards_of_several_rounds_should_add_up() {
    build_and_execute(|| {
        assert_ok!(Tickets::hold_reward(1, &CLIENT, 100));
        assert_ok!(Tickets::hold_reward(2, &CLIENT, 200));
        assert_eq!(held(CLIENT), (300, 0));
    });
}

#[test]
fn hold_reward_should_fail_when_the_round_has_one() {
    build_and_execute(|| {
        assert_ok!(Tickets::hold_reward(7, &CLIENT, 100));
        assert_noop!(Tickets::hold_reward(7, &CLIENT, 100), Error::<Test>::RewardAlreadyHeld);
        assert_noop!(Tickets::hold_reward(7, &2, 100), Error::<Test>::RewardAlreadyHeld);
    });
}

#[test]
fn hold_reward_should_fail_when_the_client_has_too_little() {
    build_and_execute(|| {
        assert_noop!(Tickets::hold_reward(7, &CLIENT, MOST + 1), Error::<Test>::RewardUnaffordable);
        assert_noop!(Tickets::hold_reward(7, &99, 100), Error::<Test>::RewardUnaffordable);
        assert_ok!(Tickets::hold_reward(7, &CLIENT, MOST));
    });
}

#[test]
fn buy_ticket_should_put_the_price_on_hold() {
    build_and_execute(|| {
        assert!(Tickets::can_buy_ticket(&2, 25));
        assert_ok!(Tickets::buy_ticket(7, &2, 25));
        assert_eq!((free(2), held(2)), (ENDOWMENT - 25, (0, 25)));
        assert_eq!(Stakes::<Test>::get(7, 2), Some(25));
        assert_eq!(events(), vec![Event::TicketBought { round: 7, owner: 2, amount: 25 }]);
    });
}

#[test]
fn buy_ticket_should_fail_when_the_owner_has_one_for_the_round() {
    build_and_execute(|| {
        assert_ok!(Tickets::buy_ticket(7, &2, 25));
        assert_noop!(Tickets::buy_ticket(7, &2, 25), Error::<Test>::TicketAlreadyBought);
        assert_ok!(Tickets::buy_ticket(8, &2, 25));
        assert_eq!(held(2), (0, 50));
    });
}

#[test]
fn buy_ticket_should_fail_when_the_owner_has_too_little() {
    build_and_execute(|| {
        assert!(!Tickets::can_buy_ticket(&2, MOST + 1));
        assert_noop!(Tickets::buy_ticket(7, &2, MOST + 1), Error::<Test>::TicketUnaffordable);
        assert!(!Tickets::can_buy_ticket(&99, 25));
        assert_noop!(Tickets::buy_ticket(7, &99, 25), Error::<Test>::TicketUnaffordable);
        assert!(Tickets::can_buy_ticket(&2, MOST));
        assert_ok!(Tickets::buy_ticket(7, &2, MOST));
    });
}

#[test]
fn the_existential_deposit_should_stay_free_when_another_pallet_provides_for_the_account() {
    build_and_execute(|| {
        System::inc_providers(&2);
        assert!(!Tickets::can_buy_ticket(&2, ENDOWMENT));
        assert_noop!(Tickets::buy_ticket(7, &2, ENDOWMENT), Error::<Test>::TicketUnaffordable);
        assert_noop!(Tickets::hold_reward(7, &2, MOST + 1), Error::<Test>::RewardUnaffordable);
    });
}

#[test]
fn frozen_money_should_not_be_at_stake() {
    build_and_execute(|| {
        assert_ok!(Balances::set_freeze(&1, &2, ENDOWMENT - 100));
        assert!(!Tickets::can_buy_ticket(&2, 101));
        assert_noop!(Tickets::buy_ticket(7, &2, 101), Error::<Test>::TicketUnaffordable);
        assert_noop!(Tickets::hold_reward(7, &2, 101), Error::<Test>::RewardUnaffordable);
        assert_ok!(Tickets::buy_ticket(7, &2, 100));
    });
}
