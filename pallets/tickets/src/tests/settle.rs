//! Settling a round.

use super::{open, payments};
use crate::{mock::*, Event, Rewards, Stakes};
use frame_support::{assert_ok, traits::fungible::MutateFreeze};
use waggle_primitives::{rewards::Payments, traits::Ticketing};

#[test]
fn settle_should_pay_return_and_forfeit_in_a_fixed_order() {
    build_and_execute(|| {
        open(7, 1_000, &[2, 3, 4], 250);
        // 2 wins, 3 gave a poor answer, 4 broke its word; 3 units are dust.
        Tickets::settle(7, &CLIENT, &[2, 3, 4], &payments(&[825, 297, 0], &[0, 125, 250], 253));
        assert_eq!(free(CLIENT), ENDOWMENT - 1_000);
        assert_eq!(free(2), ENDOWMENT + 825);
        assert_eq!(free(3), ENDOWMENT - 125 + 297);
        assert_eq!(free(4), ENDOWMENT - 250);
        assert_eq!(free(TREASURY), 10 + 253);
        assert_eq!(
            events(),
            vec![
                Event::TicketReturned { round: 7, owner: 2, amount: 250 },
                Event::TicketReturned { round: 7, owner: 3, amount: 125 },
                Event::RewardPaid { round: 7, to: 2, amount: 825 },
                Event::RewardPaid { round: 7, to: 3, amount: 297 },
                Event::TicketForfeited { round: 7, owner: 3, amount: 125 },
                Event::TicketForfeited { round: 7, owner: 4, amount: 250 },
                Event::TreasuryPaid { round: 7, amount: 253 },
            ]
        );
    });
}

#[test]
fn settle_should_leave_nothing_on_hold_and_nothing_in_storage() {
    build_and_execute(|| {
        open(7, 1_000, &[2, 3], 250);
        Tickets::settle(7, &CLIENT, &[2, 3], &payments(&[1_000, 0], &[0, 0], 0));
        for account in 1..=3 {
            assert_eq!(held(account), (0, 0));
        }
        assert_eq!(Rewards::<Test>::iter().count(), 0);
        assert_eq!(Stakes::<Test>::iter().count(), 0);
    });
}

#[test]
fn settle_should_leave_other_rounds_alone() {
    build_and_execute(|| {
        open(7, 1_000, &[2, 3], 250);
        open(8, 500, &[2, 3], 125);
        Tickets::settle(7, &CLIENT, &[2, 3], &payments(&[1_250, 0], &[0, 250], 0));
        assert_eq!(held(CLIENT), (500, 0));
        assert_eq!((held(2), held(3)), ((0, 125), (0, 125)));
        assert_eq!(Stakes::<Test>::get(8, 2), Some(125));
    });
}

#[test]
fn settle_should_work_when_the_client_owns_an_agent_in_its_round() {
    build_and_execute(|| {
        open(7, 1_000, &[CLIENT, 2], 250);
        Tickets::settle(7, &CLIENT, &[CLIENT, 2], &payments(&[800, 400], &[0, 250], 50));
        assert_eq!(free(CLIENT), ENDOWMENT - 200);
        assert_eq!(free(2), ENDOWMENT + 150);
        assert_eq!(free(TREASURY), 60);
    });
}

#[test]
fn settle_should_return_to_the_client_what_nobody_earned() {
    build_and_execute(|| {
        open(7, 1_000, &[2, 3], 250);
        let earned = payments(&[700, 0], &[0, 250], 250);
        Tickets::settle(7, &CLIENT, &[2, 3], &Payments { returned: 300, ..earned });
        assert_eq!((free(CLIENT), held(CLIENT)), (ENDOWMENT - 700, (0, 0)));
        assert_eq!((free(2), free(3)), (ENDOWMENT + 700, ENDOWMENT - 250));
        assert_eq!(free(TREASURY), 260);
        let returned = Event::RewardReturned { round: 7, client: CLIENT, amount: 300 };
        assert_eq!(events()[0], returned);
    });
}

#[test]
fn settle_should_return_no_more_than_the_reward() {
    build_and_execute(|| {
        open(7, 1_000, &[2], 250);
        let all = payments(&[0], &[250], 0);
        Tickets::settle(7, &CLIENT, &[2], &Payments { returned: u128::MAX, ..all });
        assert_eq!((free(CLIENT), free(TREASURY)), (ENDOWMENT, 260));
    });
}

#[test]
fn settle_should_give_everything_that_is_not_paid_to_the_treasury() {
    build_and_execute(|| {
        open(7, 1_000, &[2], 250);
        Tickets::settle(7, &CLIENT, &[2], &payments(&[], &[], 0));
        assert_eq!((free(2), free(TREASURY)), (ENDOWMENT, 1_010));
    });
}

#[test]
fn settle_should_pay_no_more_than_there_is() {
    build_and_execute(|| {
        open(7, 1_000, &[2, 3], 250);
        open(8, 500, &[2, 3], 125);
        Tickets::settle(7, &CLIENT, &[2, 3], &payments(&[900, 900], &[u128::MAX, 0], u128::MAX));
        assert_eq!((free(2), free(3)), (ENDOWMENT - 375 + 900, ENDOWMENT - 125 + 350));
        assert_eq!((held(CLIENT), held(2), held(3)), ((500, 0), (0, 125), (0, 125)));
        assert_eq!(free(TREASURY), 10);
    });
}

#[test]
fn settle_should_take_what_was_frozen_after_it_was_staked() {
    build_and_execute(|| {
        open(7, 1_000, &[2], 250);
        assert_ok!(Balances::set_freeze(&1, &CLIENT, ENDOWMENT));
        assert_ok!(Balances::set_freeze(&1, &2, ENDOWMENT));
        Tickets::settle(7, &CLIENT, &[2], &payments(&[0], &[250], 1_250));
        assert_eq!(free(TREASURY), 1_260);
    });
}
