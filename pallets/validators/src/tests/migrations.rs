//! A chain that was started without this pallet, and one that knew of no bonds.

use crate::{
    migrations::{BeginWithSessionValidators, V1ToV2},
    mock::*,
    Bonded, Bonds, Event, Member, Validators as Set,
};
use frame_support::{
    traits::{GetStorageVersion, KeyOwnerProofSystem, OnRuntimeUpgrade, StorageVersion},
    weights::RuntimeDbWeight,
};
use pallet_session::historical::{HistoricalSessions, StoredRange};
use sp_runtime::key_types::DUMMY;

/// Run `test` in session `session` of a chain on which neither this pallet nor the historical one
/// has stored anything.
fn without_this_pallet(session: u32, test: impl FnOnce()) {
    build_and_execute(3, || {
        Set::<Test>::kill();
        forget_bonds(3);
        while Session::current_index() < session {
            next_session();
        }
        StoredRange::<Test>::kill();
        let _ = HistoricalSessions::<Test>::clear(u32::MAX, None);
        test();
    });
}

#[test]
fn sessions_should_keep_their_validators_when_there_is_no_set() {
    without_this_pallet(4, || assert_eq!(authors(), vec![1, 2, 3]));
}

#[test]
fn the_migration_should_fill_the_set_and_note_the_roots() {
    without_this_pallet(4, || {
        let weight = BeginWithSessionValidators::<Test>::on_runtime_upgrade();
        assert_eq!(weight, <() as crate::WeightInfo>::begin());
        let expected: Vec<_> = (1..=3).map(|account| Member { account, since: 0 }).collect();
        assert_eq!(Set::<Test>::get().into_inner(), expected);
        assert_eq!(StoredRange::<Test>::get(), Some((4, 6)));
        assert!((1..=3).all(|account| held(account) == BOND));

        let key = codec::Encode::encode(&keys(3).dummy);
        let proof = Historical::prove((DUMMY, key.clone())).unwrap();
        next_session();
        assert_eq!(Historical::check_proof((DUMMY, key), proof), Some((3, ())));
        assert_eq!(authors(), vec![1, 2, 3]);
        assert_eq!(report(3, 1), Ok(()));
        assert_eq!(set(), vec![1, 2]);
    });
}

#[test]
fn the_migration_should_do_nothing_when_there_is_a_set() {
    build_and_execute(3, || {
        assert_eq!(report(3, 1), Ok(()));
        let root = sp_io::storage::root(sp_runtime::StateVersion::V1);
        BeginWithSessionValidators::<Test>::on_runtime_upgrade();
        assert_eq!(sp_io::storage::root(sp_runtime::StateVersion::V1), root);
        assert_eq!(set(), vec![1, 2]);
    });
}

/// Run `test` on a chain as version 1 left it: of its validators, 3 has too little for a bond.
fn version_1(test: impl FnOnce()) {
    build_and_execute(3, || {
        forget_bonds(3);
        let rest = free(3) - BOND;
        Balances::transfer_keep_alive(RuntimeOrigin::signed(3), 9, rest).expect("3 has it");
        StorageVersion::new(1).put::<Validators>();
        let _ = events();
        test();
    });
}

#[test]
fn v1_to_v2_should_bond_who_can_pay_and_leave_the_others_in_the_set() {
    version_1(|| {
        let weight = V1ToV2::<Test>::on_runtime_upgrade();
        assert_eq!(Validators::on_chain_storage_version(), StorageVersion::new(2));
        let database: RuntimeDbWeight = <Test as frame_system::Config>::DbWeight::get();
        // Three validators, the set, and the version itself.
        assert_eq!(weight, database.reads_writes(3 * 3 + 1 + 1, 3 * 3 + 1));
        let bonded = |validator| Event::ValidatorBonded { validator, amount: BOND };
        assert_eq!(events(), vec![bonded(1), bonded(2)]);
        assert_eq!([1, 2, 3].map(held), [BOND, BOND, 0]);
        assert_eq!(Bonds::<Test>::get(1), Some(Bonded::default()));
        assert_eq!((set(), authors()), (vec![1, 2, 3], vec![1, 2, 3]));
    });
}

#[test]
fn v1_to_v2_should_do_nothing_the_second_time() {
    version_1(|| {
        V1ToV2::<Test>::on_runtime_upgrade();
        let root = sp_io::storage::root(sp_runtime::StateVersion::V1);
        V1ToV2::<Test>::on_runtime_upgrade();
        assert_eq!(sp_io::storage::root(sp_runtime::StateVersion::V1), root);
    });
}
