//! Reading and replacing records.

use crate::{mock::*, Event, Records};
use frame_support::traits::{GetStorageVersion, StorageVersion};
use waggle_primitives::{record::RatingRecord, traits::Ratings as _, Fixed};

/// A record as one rated round leaves it: `grades` grades with these squared deviations.
pub(crate) fn record(squared: (u128, u128), grades: u32) -> RatingRecord {
    RatingRecord {
        squared_deviations: Fixed::from_rational(squared.0, squared.1),
        deviations: Fixed::from_rational(1, 10),
        grades: Fixed::from_u32(grades),
        rounds: 1,
    }
}

#[test]
fn get_should_return_a_newcomer_when_there_is_no_record() {
    build_and_execute(|| {
        assert_eq!(Ratings::get(&1), RatingRecord::default());
        assert!(!Records::<Test>::contains_key(1));
    });
}

#[test]
fn set_should_replace_the_record_and_tell_both_ratings() {
    build_and_execute(|| {
        let (first, second) = (record((1, 10), 3), record((3, 1), 6));
        Ratings::set(&1, first);
        assert_eq!(Ratings::get(&1), first);
        Ratings::set(&1, second);
        assert_eq!(Ratings::get(&1), second);
        assert_eq!(Ratings::get(&2), RatingRecord::default());
        assert_eq!(
            events(),
            vec![
                Event::RatingChanged {
                    agent: 1,
                    before: RatingRecord::default().rating(),
                    after: first.rating()
                },
                Event::RatingChanged { agent: 1, before: first.rating(), after: second.rating() },
            ]
        );
    });
}

#[test]
fn set_should_do_nothing_when_the_record_is_the_same() {
    build_and_execute(|| {
        Ratings::set(&1, RatingRecord::default());
        assert!(!Records::<Test>::contains_key(1));
        Ratings::set(&1, record((1, 10), 3));
        let _ = events();
        Ratings::set(&1, record((1, 10), 3));
        assert_eq!(events(), vec![]);
    });
}

#[test]
fn set_should_keep_no_record_of_a_newcomer() {
    build_and_execute(|| {
        Ratings::set(&1, record((1, 10), 3));
        Ratings::set(&1, RatingRecord::default());
        assert!(!Records::<Test>::contains_key(1));
    });
}

#[test]
fn the_storage_version_is_set_at_genesis() {
    build_and_execute(|| {
        assert_eq!(Ratings::on_chain_storage_version(), StorageVersion::new(1));
        assert_eq!(Ratings::in_code_storage_version(), StorageVersion::new(1));
    });
}

#[test]
fn try_state_should_fail_when_a_newcomer_is_stored() {
    build_and_execute(|| {
        Records::<Test>::insert(1, RatingRecord::default());
        assert!(Ratings::do_try_state().is_err());
        Records::<Test>::remove(1);
    });
}
