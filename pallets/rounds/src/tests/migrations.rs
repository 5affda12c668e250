//! Upgrading the storage while rounds run, with the checks that `try-runtime` makes.

use super::swarm::*;
use crate::{
    migrations::{CountRoundsOfClients, V1ToV2},
    mock::*,
    OpenRoundsOf,
};
use frame_support::{
    assert_ok,
    traits::{Get, GetStorageVersion, OnRuntimeUpgrade, StorageVersion},
};

/// A chain as version 1 left it: two rounds of the client, one of a stranger, and one that is over.
fn version_1(test: impl FnOnce()) {
    on_chain(|| {
        play(&[0, 1]);
        ask(2, 5);
        ask(2, 5);
        let stranger = RuntimeOrigin::signed(STRANGER);
        assert_ok!(Rounds::submit(stranger, prompt(PROMPT), terms(2, 5), NO_TRUTH));
        let _ = OpenRoundsOf::<Test>::clear(u32::MAX, None);
        StorageVersion::new(1).put::<Rounds>();
        test();
    });
}

#[test]
fn v1_to_v2_should_count_the_rounds_that_run() {
    version_1(|| {
        let before = CountRoundsOfClients::<Test>::before().unwrap();
        let weight = V1ToV2::<Test>::on_runtime_upgrade();
        assert_ok!(CountRoundsOfClients::<Test>::after(before));
        assert_eq!(Rounds::on_chain_storage_version(), StorageVersion::new(2));
        assert_eq!(
            (OpenRoundsOf::<Test>::get(CLIENT), OpenRoundsOf::<Test>::get(STRANGER)),
            (2, 1)
        );
        let database: frame_support::weights::RuntimeDbWeight =
            <Test as frame_system::Config>::DbWeight::get();
        // Three rounds, and the version itself.
        assert_eq!(weight, database.reads_writes(3 * 2 + 1 + 1, 3 + 1));
    });
}

#[test]
fn v1_to_v2_should_do_nothing_the_second_time() {
    version_1(|| {
        V1ToV2::<Test>::on_runtime_upgrade();
        V1ToV2::<Test>::on_runtime_upgrade();
        assert_eq!(
            (OpenRoundsOf::<Test>::get(CLIENT), OpenRoundsOf::<Test>::get(STRANGER)),
            (2, 1)
        );
    });
}

#[test]
fn checks_should_notice_when_a_round_was_not_counted() {
    version_1(|| {
        let before = CountRoundsOfClients::<Test>::before().unwrap();
        V1ToV2::<Test>::on_runtime_upgrade();
        OpenRoundsOf::<Test>::remove(STRANGER);
        assert!(CountRoundsOfClients::<Test>::after(before).is_err());
        OpenRoundsOf::<Test>::insert(STRANGER, 1);
        assert!(CountRoundsOfClients::<Test>::before().is_err(), "counted already");
    });
}
