//! The invariants notice what they are for, and the storage has its version.

use crate::{mock::*, Examiners};
use frame_support::traits::{GetStorageVersion, StorageVersion};
use waggle_primitives::domain::GENERAL;

#[test]
fn try_state_should_fail_when_there_are_too_many_examiners() {
    build_and_execute(|| {
        for who in 0..=u64::from(MAX_EXAMINERS) {
            Examiners::<Test>::insert((GENERAL, who), 1);
        }
        let verdict = Examinations::do_try_state();
        assert_eq!(verdict, Err("there are too many examiners".into()));
        Examiners::<Test>::remove((GENERAL, 0u64));
    });
}

#[test]
fn the_storage_version_is_set_at_genesis() {
    build_and_execute(|| {
        assert_eq!(Examinations::on_chain_storage_version(), StorageVersion::new(1));
        assert_eq!(Examinations::in_code_storage_version(), StorageVersion::new(1));
    });
}
