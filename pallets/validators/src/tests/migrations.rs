//! A chain that was started without this pallet.

use crate::{migrations::BeginWithSessionValidators, mock::*, Member, Validators as Set};
use frame_support::traits::{KeyOwnerProofSystem, OnRuntimeUpgrade};
use pallet_session::historical::{HistoricalSessions, StoredRange};
use sp_runtime::key_types::DUMMY;

/// Run `test` in session `session` of a chain on which neither this pallet nor the historical one
/// has stored anything.
fn without_this_pallet(session: u32, test: impl FnOnce()) {
    build_and_execute(3, || {
        Set::<Test>::kill();
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
