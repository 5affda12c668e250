//! Prices and limits.

use crate::mock::*;
use frame_support::traits::{GetStorageVersion, Hooks, StorageVersion};
use waggle_primitives::traits::Ticketing;

#[test]
fn the_minima_should_be_the_runtimes() {
    build_and_execute(|| {
        assert_eq!(Tickets::minimum_reward(), MinimumReward::get());
        assert_eq!(Tickets::minimum_ticket(), MinimumTicket::get());
    });
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
