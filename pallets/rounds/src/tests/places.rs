//! Places and indices, and who grades whom.

use super::swarm::*;
use crate::{mock::*, places::Places, Rounds as RoundsMap};

#[test]
fn places_should_follow_the_order_of_commits_whoever_opens_first() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        all_open(round, &[2, 0]);
        let mut record = RoundsMap::<Test>::get(round).unwrap();
        let places = Places::of(&record);
        assert_eq!(places.indices().collect::<Vec<_>>(), [0, 2]);
        assert_eq!(
            (places.place_of(0), places.place_of(1), places.place_of(2)),
            (Some(0), None, Some(1))
        );
        assert_eq!((places.index_at(1), places.index_at(2)), (Some(2), None));
        assert_eq!(Places::add(&mut record, 2), None, "it has its place");
        assert_eq!(Places::of(&record), places);
        assert_eq!(Places::add(&mut record, 1), Some(()));
        assert_eq!(Places::of(&record).indices().collect::<Vec<_>>(), [0, 1, 2]);
    });
}

#[test]
fn assignment_should_name_indices_and_stay_the_same_in_the_result() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        all_open(round, &[0, 2]);
        let before = RoundsMap::<Test>::get(round).unwrap();
        assert_eq!(Places::of(&before).assignment(before.seed).given_to(0), None, "no seed yet");
        all_open(round, &[3]);
        run_to(5);
        let record = RoundsMap::<Test>::get(round).unwrap();
        let places = Places::of(&record);
        let assignment = places.assignment(record.seed);
        assert_eq!(assignment.given_to(1), None, "it did not open its answer");
        for index in [0, 2, 3] {
            let graded = assignment.given_to(index).unwrap();
            assert_eq!(graded.len(), places.grades_each());
            assert!(graded.iter().all(|author| *author != index && [0, 2, 3].contains(author)));
        }
        all_grade(round, &[0, 2, 3]);
        all_open_grades(round, &[0, 2, 3]);
        let result = result(round);
        assert_eq!(Places::of_result(&result), places);
        assert_eq!(result.seed, record.seed);
    });
}
