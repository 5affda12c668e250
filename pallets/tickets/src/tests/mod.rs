//! Tests, one file for each operation or theme.

mod cancel;
mod conservation;
mod fees;
mod holding;
mod invariants;
mod price;
mod reimburse;
mod settle;
mod undeliverable;

use crate::mock::*;
use frame_support::assert_ok;
use waggle_primitives::{rewards::Payments, traits::Ticketing, RoundId};

/// Hold a reward of [`CLIENT`] and a ticket of each owner for `round`; forget the events.
fn open(round: RoundId, reward: u128, owners: &[AccountId], ticket: u128) {
    assert_ok!(Tickets::hold_reward(round, &CLIENT, reward));
    for owner in owners {
        assert_ok!(Tickets::buy_ticket(round, owner, ticket));
    }
    let _ = events();
}

/// Payments by agent index.
fn payments(paid: &[u128], forfeited: &[u128], treasury: u128) -> Payments<u128> {
    Payments { paid: paid.to_vec(), forfeited: forfeited.to_vec(), returned: 0, treasury }
}
