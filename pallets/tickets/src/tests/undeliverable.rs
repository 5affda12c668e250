//! Payments that their payee cannot receive, because the account would stay below the existential
//! deposit.

use super::{open, payments};
use crate::{mock::*, Event};
use frame_support::{
    assert_ok,
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{Fortitude, Precision, Preservation},
    },
};
use waggle_primitives::traits::Ticketing;

/// An account that does not exist.
const NOBODY: AccountId = 99;

/// Take away all that `who` could spend. An account with something on hold can get there only when
/// another pallet provides for it.
fn strip(who: AccountId) {
    strip_to(who, 0);
}

/// The same, but for `left`.
fn strip_to(who: AccountId, left: u128) {
    System::inc_providers(&who);
    assert_ok!(Balances::burn_from(
        &who,
        free(who) - left,
        Preservation::Expendable,
        Precision::Exact,
        Fortitude::Force
    ));
    assert_eq!(free(who), left);
}

#[test]
fn a_payment_should_go_to_the_treasury_when_its_payee_cannot_receive_it() {
    build_and_execute(|| {
        open(7, 1_000, &[2], 250);
        Tickets::settle(7, &CLIENT, &[2, NOBODY], &payments(&[500, 9], &[0, 0], 491));
        assert_eq!((free(2), free(NOBODY), free(TREASURY)), (ENDOWMENT + 500, 0, 510));
        assert_eq!(
            events(),
            vec![
                Event::TicketReturned { round: 7, owner: 2, amount: 250 },
                Event::RewardPaid { round: 7, to: 2, amount: 500 },
                Event::Undeliverable { round: 7, to: NOBODY, amount: 9 },
                Event::TreasuryPaid { round: 7, amount: 500 },
            ]
        );
    });
}

#[test]
fn a_payment_should_go_back_when_the_treasury_cannot_receive_it_either() {
    execute(|| {
        open(7, 1_000, &[], 250);
        strip(TREASURY);
        Tickets::settle(7, &CLIENT, &[NOBODY], &payments(&[9], &[0], 991));
        assert_eq!((free(CLIENT), held(CLIENT)), (ENDOWMENT - 991, (0, 0)));
        assert_eq!((free(NOBODY), free(TREASURY)), (0, 991));
        assert_eq!(
            events(),
            vec![
                Event::Undeliverable { round: 7, to: NOBODY, amount: 9 },
                Event::TreasuryPaid { round: 7, amount: 991 },
            ]
        );
    });
}

#[test]
fn a_payment_should_be_burnt_when_nobody_can_receive_it() {
    execute(|| {
        open(7, 1_000, &[], 250);
        strip(TREASURY);
        strip(CLIENT);
        let issued = Balances::total_issuance();
        Tickets::settle(7, &CLIENT, &[NOBODY], &payments(&[9], &[0], 991));
        assert_eq!(Balances::total_issuance(), issued - 9);
        assert_eq!((free(CLIENT), held(CLIENT), free(TREASURY)), (0, (0, 0), 991));
        assert_eq!(
            events(),
            vec![
                Event::DustBurnt { round: 7, from: CLIENT, amount: 9 },
                Event::Undeliverable { round: 7, to: NOBODY, amount: 9 },
                Event::TreasuryPaid { round: 7, amount: 991 },
            ]
        );
    });
}

#[test]
fn what_is_left_of_a_ticket_should_go_to_the_treasury_when_its_owner_cannot_receive_it() {
    execute(|| {
        open(7, 1_000, &[2], 25);
        strip(2);
        Tickets::settle(7, &CLIENT, &[2], &payments(&[0], &[20], 1_020));
        assert_eq!((free(2), held(2), free(TREASURY)), (0, (0, 0), 10 + 1_025));
        assert_eq!(
            events(),
            vec![
                Event::Undeliverable { round: 7, to: 2, amount: 5 },
                Event::TicketForfeited { round: 7, owner: 2, amount: 5 },
                Event::TreasuryPaid { round: 7, amount: 5 },
                Event::TicketForfeited { round: 7, owner: 2, amount: 20 },
                Event::TreasuryPaid { round: 7, amount: 1_020 },
            ]
        );
    });
}

#[test]
fn dust_should_leave_the_issuance_when_it_leaves_the_last_account() {
    execute(|| {
        open(7, 1_000, &[], 250);
        strip(TREASURY);
        strip_to(CLIENT, 6);
        Tickets::settle(7, &CLIENT, &[2, NOBODY], &payments(&[991, 9], &[0, 0], 0));
        assert_eq!((free(CLIENT), held(CLIENT), free(TREASURY)), (0, (0, 0), 0));
        let everything: u128 =
            (1..=ACCOUNTS).map(|account| Balances::total_balance(&account)).sum();
        assert_eq!(Balances::total_issuance(), everything);
    });
}
