//! Cancelling a round.

use super::open;
use crate::{mock::*, Event, Rewards, Stakes};
use waggle_primitives::traits::Ticketing;

#[test]
fn cancel_should_return_the_reward_and_the_tickets_of_those_that_kept_their_word() {
    build_and_execute(|| {
        open(7, 1_000, &[2, 3], 250);
        Tickets::cancel(7, &CLIENT, &[2, 3], &[true, false]);
        assert_eq!((free(CLIENT), free(2), free(3)), (ENDOWMENT, ENDOWMENT, ENDOWMENT - 250));
        assert_eq!(free(TREASURY), 260);
        for account in 1..=3 {
            assert_eq!(held(account), (0, 0));
        }
        assert_eq!((Rewards::<Test>::iter().count(), Stakes::<Test>::iter().count()), (0, 0));
        assert_eq!(
            events(),
            vec![
                Event::RewardReturned { round: 7, client: CLIENT, amount: 1_000 },
                Event::TicketReturned { round: 7, owner: 2, amount: 250 },
                Event::TicketForfeited { round: 7, owner: 3, amount: 250 },
                Event::TreasuryPaid { round: 7, amount: 250 },
            ]
        );
    });
}

#[test]
fn cancel_should_return_the_reward_when_nobody_came() {
    build_and_execute(|| {
        open(7, 1_000, &[], 250);
        Tickets::cancel(7, &CLIENT, &[], &[]);
        assert_eq!(free(CLIENT), ENDOWMENT);
        assert_eq!(
            events(),
            vec![Event::RewardReturned { round: 7, client: CLIENT, amount: 1_000 }]
        );
    });
}

#[test]
fn cancel_should_return_a_ticket_of_which_it_is_told_nothing() {
    build_and_execute(|| {
        open(7, 1_000, &[2], 250);
        Tickets::cancel(7, &CLIENT, &[2], &[]);
        assert_eq!(free(2), ENDOWMENT);
    });
}

// Defects of the caller stop a debug build; a release build, which is what ships, logs them and
// goes on.
#[test]
#[cfg_attr(debug_assertions, should_panic(expected = "a round that ends has a reward"))]
fn cancelling_twice_is_a_defect_of_the_caller() {
    build_and_execute(|| {
        open(7, 1_000, &[2], 250);
        Tickets::cancel(7, &CLIENT, &[2], &[true]);
        Tickets::cancel(7, &CLIENT, &[2], &[true]);
        assert_eq!(held(CLIENT), (0, 0));
    });
}

#[test]
#[cfg_attr(debug_assertions, should_panic(expected = "a ticket is that of an agent in the round"))]
fn leaving_an_owner_out_is_a_defect_of_the_caller() {
    build_and_execute(|| {
        open(7, 1_000, &[2], 250);
        Tickets::cancel(7, &CLIENT, &[], &[]);
        assert_eq!(held(2), (0, 0));
    });
}
