//! How sessions are planned with the set.

use crate::mock::*;
use frame_support::{assert_ok, traits::KeyOwnerProofSystem};
use pallet_session::{QueuedChanged, QueuedKeys};
use sp_runtime::key_types::DUMMY;

#[test]
fn sessions_should_not_count_as_changed_when_nothing_changes() {
    build_and_execute(3, || {
        for _ in 0..3 {
            next_session();
            assert!(!QueuedChanged::<Test>::get());
            assert_eq!(authors(), vec![1, 2, 3]);
        }
    });
}

#[test]
fn rotated_keys_should_be_in_force_in_the_session_after_next() {
    build_and_execute(3, || {
        set_keys(2, 20);
        next_session();
        assert!(QueuedChanged::<Test>::get());
        assert_eq!(QueuedKeys::<Test>::get()[1], (2, keys(20)));
        next_session();
        assert!(!QueuedChanged::<Test>::get());
        // The root of the session is that of the new keys.
        let proof = Historical::prove((DUMMY, codec::Encode::encode(&keys(20).dummy))).unwrap();
        next_session();
        let owner = |key: u64| {
            Historical::check_proof((DUMMY, codec::Encode::encode(&keys(key).dummy)), proof.clone())
        };
        assert_eq!(owner(20), Some((2, ())));
        assert_eq!(owner(2), None);
    });
}

/// A limit that the session pallet sets, not a wish: `docs/security.md` says what it brings.
#[test]
fn keys_in_force_should_not_be_provable_when_they_have_been_changed() {
    build_and_execute(3, || {
        set_keys(2, 20);
        for _ in 0..2 {
            let key = codec::Encode::encode(&keys(2).dummy);
            let proof = Historical::prove((DUMMY, key.clone()));
            next_session();
            assert_eq!(proof.and_then(|proof| Historical::check_proof((DUMMY, key), proof)), None);
        }
    });
}

#[test]
fn a_validator_without_keys_should_keep_its_place_and_not_sit() {
    build_and_execute(3, || {
        assert_ok!(Session::purge_keys(RuntimeOrigin::signed(2)));
        next_session();
        next_session();
        assert_eq!(authors(), vec![1, 3]);
        assert_eq!(set(), vec![1, 2, 3]);
        set_keys(2, 20);
        next_session();
        next_session();
        assert_eq!(authors(), vec![1, 2, 3]);
    });
}

#[test]
fn joining_and_leaving_should_work_in_one_session() {
    build_and_execute(2, || {
        prepare(7, 70);
        assert_ok!(Validators::add_validator(RuntimeOrigin::root(), 7));
        assert_ok!(Validators::remove_validator(RuntimeOrigin::root(), 1));
        next_session();
        assert_eq!(authors(), vec![1, 2]);
        next_session();
        assert_eq!(authors(), vec![2, 7]);
    });
}

#[test]
fn old_roots_should_be_forgotten() {
    build_and_execute(2, || {
        for _ in 0..20 {
            next_session();
        }
        let now = Session::current_index();
        let kept = pallet_session::historical::HistoricalSessions::<Test>::iter_keys();
        let mut kept: Vec<_> = kept.collect();
        kept.sort_unstable();
        assert_eq!(kept, (now - REPORT_SESSIONS..=now + 1).collect::<Vec<_>>());
    });
}
