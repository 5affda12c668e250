//! What [`super`] promises: the same winner whatever the order of the agents, scores by hand.

use super::*;
use crate::{
    consensus::{PRIOR_GRADE, PRIOR_WEIGHT},
    record::RatingRecord,
    simulation::{any_grades, any_swarm, fixed, grade, moved_to, permuted, seasoned},
    weighting::weights,
};
use proptest::prelude::*;
use sp_arithmetic::traits::{One, Zero};

const ALL: [Aggregation; 3] =
    [Aggregation::Precision, Aggregation::WeightedSum, Aggregation::Sharpened];

proptest! {
    #[test]
    fn the_order_of_agents_never_changes_the_winner(
        (records, seed, moved) in any_swarm(),
        silent in any::<bool>(),
    ) {
        let mut grades = any_grades(&seed, records.len());
        if silent {
            grades.given[0].clear();
        }
        let (other_records, other_grades) = (moved_to(&records, &moved), permuted(&grades, &moved));
        for aggregation in ALL {
            let scores = scores(aggregation, &weights(aggregation, &records, &grades), &grades);
            let other_weights = weights(aggregation, &other_records, &other_grades);
            let other_scores = super::scores(aggregation, &other_weights, &other_grades);
            prop_assert_eq!(moved_to(&scores, &moved), other_scores.clone());

            let first = winner(&scores, &seed).unwrap();
            let second = winner(&other_scores, &seed).unwrap();
            prop_assert_eq!(scores[first], other_scores[second]);
            if scores.iter().filter(|score| **score == scores[first]).count() == 1 {
                prop_assert_eq!(moved[first], second);
            }
        }
    }

    #[test]
    fn a_better_grade_never_lowers_a_score((records, seed, _) in any_swarm()) {
        let grades = any_grades(&seed, records.len());
        let mut better = grades.clone();
        let (answer, given) = better.given[0][0];
        better.given[0][0] = (answer, grade((given.basis_points() + 2_500).min(10_000)));
        for aggregation in ALL {
            let weights = weights(aggregation, &records, &grades);
            let before = scores(aggregation, &weights, &grades);
            let after = scores(aggregation, &weights, &better);
            prop_assert!(before[answer] <= after[answer]);
            let unchanged = |other: usize| other == answer || before[other] == after[other];
            prop_assert!((0..records.len()).all(unchanged));
        }
    }

    #[test]
    fn nothing_overflows(inner in prop::collection::vec(any::<[i128; 3]>(), 2..8), seed: Hash32) {
        let records: Vec<RatingRecord> = inner
            .iter()
            .map(|[a, b, c]| RatingRecord {
                squared_deviations: Fixed::from_inner(*a),
                deviations: Fixed::from_inner(*b),
                grades: Fixed::from_inner(*c),
                rounds: u32::MAX,
            })
            .collect();
        let grades = any_grades(&seed, records.len());
        for aggregation in ALL {
            let scores = scores(aggregation, &weights(aggregation, &records, &grades), &grades);
            prop_assert!(winner(&scores, &seed).is_some());
        }
    }
}

#[test]
fn two_newcomers_and_the_prior_are_averaged() {
    // (1 + 0.5 + 0.5)/3 for the answer at place 0, g₀ for those without grades.
    let grades =
        GradeMatrix { given: vec![vec![], vec![(0, grade(10_000))], vec![(0, grade(5_000))]] };
    let weights = weights(Aggregation::Precision, &[RatingRecord::default(); 3], &grades);
    let scores = scores(Aggregation::Precision, &weights, &grades);
    assert_eq!(scores[0].into_inner(), 666_666_666_666_666_667);
    assert_eq!(scores[1..], [PRIOR_GRADE; 2]);
}

#[test]
fn sharpened_scores_are_as_by_hand() {
    // Newcomers weigh 100/26 each, as before sharpening: (1 + 0.5) of those and 12 of g₀, for the
    // answer at place 0.
    let grades =
        GradeMatrix { given: vec![vec![], vec![(0, grade(10_000))], vec![(0, grade(5_000))]] };
    let weights = weights(Aggregation::Sharpened, &[RatingRecord::default(); 3], &grades);
    assert_eq!(weights.weights[0], Fixed::zero());
    assert!(weights.weights[1..]
        .iter()
        .all(|weight| (*weight - PRIOR_WEIGHT).into_inner().abs() < 10));
    let scores = scores(Aggregation::Sharpened, &weights, &grades);
    assert!(
        (scores[0].to_float() - (1.5 * 100.0 / 26.0 + 6.0) / (200.0 / 26.0 + 12.0)).abs() < 1e-15
    );
    assert_eq!(scores[1..], [PRIOR_GRADE; 2]);
}

#[test]
fn a_habitual_bias_is_taken_off() {
    let given = |basis_points| GradeMatrix { given: vec![vec![], vec![(0, grade(basis_points))]] };
    let score = |record, basis_points| {
        let grades = given(basis_points);
        scores(
            Aggregation::Precision,
            &weights(Aggregation::Precision, &[record; 2], &grades),
            &grades,
        )[0]
    };
    let difference = score(seasoned(0.04, 0.2), 9_000).into_inner()
        - score(seasoned(0.04, 0.0), 7_000).into_inner();
    assert!(difference.abs() < 1_000_000_000_000, "{difference}");
}

#[test]
fn the_papers_sum_weighs_by_rating_and_takes_no_bias_off() {
    let grades =
        GradeMatrix { given: vec![vec![], vec![(0, grade(10_000))], vec![(0, grade(5_000))]] };
    let records = [RatingRecord::default(), RatingRecord::default(), seasoned(0.01, 0.3)];
    let weights = weights(Aggregation::WeightedSum, &records, &grades);
    let scores = scores(Aggregation::WeightedSum, &weights, &grades);
    assert_eq!(weights.biases, [Fixed::zero(); 3]);
    assert_eq!(scores[0], fixed(0.5) + records[2].rating() * fixed(0.5));
    assert_eq!(scores[1..], [Fixed::zero(); 2]);
}

#[test]
fn grades_of_nobody_are_passed_over() {
    let grades = GradeMatrix { given: vec![vec![(7, grade(10_000))], vec![]] };
    for aggregation in ALL {
        let weights = weights(aggregation, &[], &grades);
        assert_eq!(scores(aggregation, &weights, &grades).len(), 2);
    }
}

#[test]
fn ties_are_broken_evenly_by_the_seed() {
    let scores = [fixed(0.9), fixed(0.2), fixed(0.9), fixed(0.9)];
    let mut won = [0usize; 4];
    for i in 0..3_000u32 {
        won[winner(&scores, &i.using_encoded(blake2_256)).unwrap()] += 1;
    }
    assert_eq!(won[1], 0);
    assert!([won[0], won[2], won[3]].iter().all(|times| (850..1_150).contains(times)), "{won:?}");
}

#[test]
fn there_is_no_winner_without_answers() {
    assert_eq!(winner(&[], &[0; 32]), None);
    assert_eq!(winner(&[Fixed::zero() - Fixed::one()], &[0; 32]), Some(0));
}
