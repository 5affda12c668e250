//! Records of a chain that knew of no domains, with the checks that `try-runtime` makes.

use crate::{
    migrations::{until_v1, MoveToGeneralDomain, V1ToV2, MAX_MIGRATED},
    mock::*,
    Records,
};
use codec::Encode;
use frame_support::{
    assert_ok,
    traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion},
    weights::RuntimeDbWeight,
};
use sp_runtime::{BuildStorage, Storage};
use waggle_primitives::{
    domain::GENERAL,
    record::RatingRecord,
    rule::{Known, Rule},
    traits::Ratings as _,
    Fixed,
};

/// What is stored of agents 1 to this, as version 1 stored it in blocks of before.
struct Version1(u64);

impl BuildStorage for Version1 {
    fn assimilate_storage(&self, storage: &mut Storage) -> Result<(), String> {
        RuntimeGenesisConfig::default().assimilate_storage(storage)?;
        let records = (1..=self.0).map(|agent| {
            (until_v1::Records::<Test>::hashed_key_for(agent), record(agent).encode())
        });
        storage.top.extend(records);
        Ok(())
    }
}

/// What was known of the agent.
fn record(agent: u64) -> RatingRecord {
    RatingRecord { grades: Fixed::from_u32(agent as u32), ..Default::default() }
}

/// A chain as version 1 left it, with records of this many agents.
fn version_1(agents: u64, test: impl FnOnce()) {
    execute_on(&Version1(agents), || {
        StorageVersion::new(1).put::<Ratings>();
        test();
    });
}

#[test]
fn v1_to_v2_should_move_the_records_to_the_general_domain() {
    version_1(3, || {
        let before = MoveToGeneralDomain::<Test>::before();
        let weight = V1ToV2::<Test>::on_runtime_upgrade();
        assert_ok!(MoveToGeneralDomain::<Test>::after(before));
        assert_eq!(Ratings::on_chain_storage_version(), StorageVersion::new(2));
        let database: RuntimeDbWeight = <Test as frame_system::Config>::DbWeight::get();
        // Three records are found, read, found again, removed and written; two looks find no more;
        // and the version itself.
        assert_eq!(weight, database.reads_writes(3 * 3 + 2 + 1, 3 * 2 + 1));
        Judging::set(Rule::PAPER);
        for agent in 1..=3 {
            assert!(!until_v1::Records::<Test>::contains_key(agent));
            assert_eq!(Ratings::get(GENERAL, &agent), Known::Record(record(agent)));
            assert_eq!(Ratings::get(1, &agent), Rule::PAPER.newcomer());
        }
        assert_eq!(Records::<Test>::iter_keys().count(), 3);
    });
}

#[test]
fn v1_to_v2_should_do_nothing_the_second_time() {
    version_1(3, || {
        V1ToV2::<Test>::on_runtime_upgrade();
        // Its key begins like the old ones.
        Records::<Test>::insert(5, 4, record(4));
        let records = || Records::<Test>::iter().collect::<Vec<_>>();
        let before = records();
        V1ToV2::<Test>::on_runtime_upgrade();
        assert_eq!((records().len(), records()), (4, before));
    });
}

#[test]
fn v1_to_v2_should_do_nothing_when_nothing_is_known() {
    version_1(0, || {
        let before = MoveToGeneralDomain::<Test>::before();
        V1ToV2::<Test>::on_runtime_upgrade();
        assert_ok!(MoveToGeneralDomain::<Test>::after(before));
        assert_eq!(Records::<Test>::iter_keys().count(), 0);
    });
}

#[test]
fn v1_to_v2_should_move_and_drop_no_more_than_its_bound() {
    let bound = u64::from(MAX_MIGRATED);
    // So many are left that nothing finds.
    for (agents, left) in [(bound + 5, 0), (2 * bound, 0), (2 * bound + 3, 3)] {
        version_1(agents, || {
            let before = MoveToGeneralDomain::<Test>::before();
            V1ToV2::<Test>::on_runtime_upgrade();
            assert_ok!(MoveToGeneralDomain::<Test>::after(before));
            assert_eq!(Records::<Test>::iter_prefix_values(GENERAL).count() as u64, bound);
            let found = (1..=agents).filter(|agent| Records::<Test>::contains_key(GENERAL, agent));
            assert_eq!(found.count() as u64, bound);
            assert_eq!(Records::<Test>::iter_values().count() as u64, bound + left);
        });
    }
}

#[test]
fn checks_should_notice_when_a_record_was_not_moved() {
    version_1(3, || {
        let before = MoveToGeneralDomain::<Test>::before();
        assert!(MoveToGeneralDomain::<Test>::after(before.clone()).is_err(), "none was");
        V1ToV2::<Test>::on_runtime_upgrade();
        Records::<Test>::insert(GENERAL, 2, record(7));
        assert!(MoveToGeneralDomain::<Test>::after(before.clone()).is_err(), "another one");
        Records::<Test>::remove(GENERAL, 2);
        assert!(MoveToGeneralDomain::<Test>::after(before).is_err(), "one was not");
    });
}
