//! Prices and limits.

use crate::mock::*;
use frame_support::traits::{GetStorageVersion, Hooks, StorageVersion};
use waggle_primitives::traits::Ticketing;

#[test]
fn a_ticket_should_cost_what_a_poor_answer_loses_in_the_smallest_swarm() {
    build_and_execute(|| {
        assert_eq!(Tickets::ticket_price(1_000, 3), 250);
        assert_eq!(Tickets::ticket_price(1_000, 2), 375);
    });
}

#[test]
fn a_ticket_should_cost_the_minimum_when_the_reward_is_small() {
    build_and_execute(|| {
        assert_eq!(Tickets::ticket_price(79, 3), MinimumTicket::get());
        assert_eq!(Tickets::ticket_price(0, 3), MinimumTicket::get());
    });
}

#[test]
fn the_minimum_reward_should_be_the_runtimes() {
    build_and_execute(|| assert_eq!(Tickets::minimum_reward(), MinimumReward::get()));
}

#[test]
fn the_parameters_should_make_sense() {
    <Tickets as Hooks<u64>>::integrity_test();
}

#[test]
fn the_storage_version_is_set_at_genesis() {
    build_and_execute(|| {
        assert_eq!(Tickets::on_chain_storage_version(), StorageVersion::new(1));
        assert_eq!(Tickets::in_code_storage_version(), StorageVersion::new(1));
    });
}
