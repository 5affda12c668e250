//! Agents of a chain that knew of no domains.

use crate::{
    migrations::{V1ToV2, MAX_MIGRATED},
    mock::*,
    AgentRecord, AgentStatus, Agents as AgentsMap, Enrolments, OwnerOf,
};
use frame_support::{
    assert_ok,
    traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion},
    weights::RuntimeDbWeight,
};
use sp_core::crypto::UncheckedFrom;
use waggle_primitives::AgentKey;

/// A chain as version 1 left it: agents 1 and 2 that registered in the block of that number, agent
/// 3 that has retired, and agent 4 that came before that was noted.
fn version_1() {
    for owner in 1..=4 {
        System::set_block_number(owner);
        assert_ok!(register(owner, owner as u8));
    }
    assert_ok!(Agents::retire(RuntimeOrigin::signed(3)));
    Enrolments::<Test>::remove(4);
    StorageVersion::new(1).put::<Agents>();
    let _ = Listener::take();
}

#[test]
fn v1_to_v2_should_tell_of_the_agents_that_have_not_retired_and_since_when_they_are_there() {
    build_and_execute(|| {
        version_1();
        System::set_block_number(20);
        let weight = V1ToV2::<Test>::on_runtime_upgrade();
        assert_eq!(Agents::on_chain_storage_version(), StorageVersion::new(2));
        let database: RuntimeDbWeight = <Test as frame_system::Config>::DbWeight::get();
        // Four agents, a look that finds no more, and the version itself.
        assert_eq!(weight, database.reads_writes(4 * 6 + 1 + 1, 4 * 5 + 1));
        let mut told = Listener::take();
        told.sort_unstable_by_key(|told| match told {
            Told::Registered { owner, .. } | Told::Retired { owner } | Told::Removed { owner } => {
                *owner
            }
        });
        let registered = |owner, since| Told::Registered { owner, since, away: false };
        assert_eq!(told, vec![registered(1, 1), registered(2, 2), registered(4, 0)]);
    });
}

#[test]
fn v1_to_v2_should_do_nothing_the_second_time() {
    build_and_execute(|| {
        version_1();
        V1ToV2::<Test>::on_runtime_upgrade();
        let _ = Listener::take();
        V1ToV2::<Test>::on_runtime_upgrade();
        assert_eq!(Listener::take(), vec![]);
    });
}

#[test]
fn v1_to_v2_should_stop_at_its_bound() {
    build_and_execute(|| {
        for owner in 0..MAX_MIGRATED as u64 + 5 {
            let mut bytes = [0u8; 32];
            bytes[..8].copy_from_slice(&owner.to_le_bytes());
            let key = AgentKey::unchecked_from(bytes);
            let record = AgentRecord {
                key,
                model: Default::default(),
                topics: Default::default(),
                bond: 0,
                status: AgentStatus::Active,
                open_rounds: 0,
            };
            AgentsMap::<Test>::insert(owner, record);
            OwnerOf::<Test>::insert(key, owner);
        }
        StorageVersion::new(1).put::<Agents>();
        V1ToV2::<Test>::on_runtime_upgrade();
        assert_eq!(Listener::take().len(), MAX_MIGRATED);
        // They have no bond, which is no sound state to end with.
        let _ = AgentsMap::<Test>::clear(u32::MAX, None);
        let _ = OwnerOf::<Test>::clear(u32::MAX, None);
    });
}
