//! What [`super`] promises: a partition of the places, whatever their order.

use super::*;
use crate::types::{Hash32, MAX_SWARM};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Keys of which several are equal, and some missing.
fn any_keys() -> impl Strategy<Value = Vec<Option<Hash32>>> {
    let key = prop_oneof![1 => Just(None), 4 => (0u8..6).prop_map(|byte| Some([byte; 32]))];
    prop::collection::vec(key, 0..=MAX_SWARM as usize)
}

#[test]
fn candidates_should_be_numbered_in_the_order_of_their_first_place() {
    let [a, b] = [Some([9; 32]), Some([1; 32])];
    let candidates = Candidates::of(&[a, None, b, a, None, b, a]);
    assert_eq!(candidates.by_place(), [0, 1, 2, 0, 3, 2, 0]);
    assert_eq!(candidates.count(), 4);
    assert_eq!(candidates.members(0).collect::<Vec<_>>(), [0, 3, 6]);
    assert_eq!(candidates.members(3).collect::<Vec<_>>(), [4]);
    assert_eq!(candidates.members(4).count(), 0);
    assert_eq!((candidates.at(5), candidates.at(7)), (Some(2), None));
    assert!(candidates.are_equal(0, 6) && !candidates.are_equal(1, 4));
    assert!(!candidates.are_equal(7, 7) && !candidates.are_equal(0, 7));
}

#[test]
fn values_should_be_gathered_by_candidate_in_the_order_of_places() {
    let candidates = Candidates::of(&[Some(7), Some(8), Some(7), None]);
    assert_eq!(candidates.gathered(&[1, 2, 3, 4]), [vec![1, 3], vec![2], vec![4]]);
    assert_eq!(candidates.gathered(&[1, 2]), [vec![1], vec![2], vec![]], "some are missing");
}

#[test]
fn no_places_should_make_no_candidates() {
    assert_eq!(Candidates::of::<Hash32>(&[]), Candidates::default());
    assert_eq!(Candidates::default().count(), 0);
    assert_eq!(Candidates::default().at(0), None);
}

proptest! {
    #[test]
    fn places_should_stand_together_when_their_keys_are_equal(keys in any_keys()) {
        let candidates = Candidates::of(&keys);
        prop_assert_eq!(candidates.by_place().len(), keys.len());
        for (place, key) in keys.iter().enumerate() {
            for (other, other_key) in keys.iter().enumerate() {
                let equal = place == other || (key.is_some() && key == other_key);
                prop_assert_eq!(candidates.are_equal(place, other), equal);
            }
        }
    }

    #[test]
    fn numbers_should_have_no_gaps_and_members_should_be_all_places(keys in any_keys()) {
        let candidates = Candidates::of(&keys);
        let used: BTreeSet<usize> = candidates.by_place().iter().copied().collect();
        prop_assert_eq!(used, (0..candidates.count()).collect());
        let members: Vec<Vec<usize>> =
            (0..candidates.count()).map(|number| candidates.members(number).collect()).collect();
        for places in &members {
            prop_assert!(!places.is_empty() && places.is_sorted());
        }
        let firsts: Vec<usize> = members.iter().map(|places| places[0]).collect();
        prop_assert!(firsts.is_sorted());
        prop_assert_eq!(members.concat().len(), keys.len());
    }

    #[test]
    fn the_partition_should_be_the_same_when_places_are_shuffled(
        (keys, order) in any_keys().prop_flat_map(|keys| {
            let order: Vec<usize> = (0..keys.len()).collect();
            (Just(keys), Just(order).prop_shuffle())
        }),
    ) {
        let shuffled: Vec<_> = order.iter().map(|place| keys[*place]).collect();
        let (before, after) = (Candidates::of(&keys), Candidates::of(&shuffled));
        prop_assert_eq!(before.count(), after.count());
        for (place, was) in order.iter().enumerate() {
            for (other, other_was) in order.iter().enumerate() {
                prop_assert_eq!(
                    after.are_equal(place, other),
                    before.are_equal(*was, *other_was)
                );
            }
        }
    }

    #[test]
    fn answers_apart_should_be_answers_without_keys(n in 0usize..=MAX_SWARM as usize) {
        prop_assert_eq!(Candidates::apart(n), Candidates::of::<Hash32>(&vec![None; n]));
    }
}
