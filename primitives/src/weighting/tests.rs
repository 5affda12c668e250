//! What [`super`] promises: weights within bounds, and nothing for those who said nothing.

use super::*;
use crate::{
    consensus::PRIOR_WEIGHT,
    record::VARIANCE_FLOOR,
    simulation::{any_grades, any_swarm, grade, seasoned},
};
use proptest::prelude::*;
use sp_arithmetic::traits::Zero;

proptest! {
    #[test]
    fn no_grader_weighs_more_than_four_medians((records, seed, _) in any_swarm()) {
        let grades = any_grades(&seed, records.len());
        let weights = weights(Aggregation::Precision, &records, &grades).weights;
        let raw: Vec<Fixed> =
            records.iter().map(|record| grading_weight(record.variance())).collect();
        let cap = median(raw.clone()).unwrap() * Fixed::from_u32(4);
        for (weight, raw) in weights.iter().zip(raw) {
            prop_assert_eq!(*weight, raw.min(cap));
            prop_assert!(*weight > Fixed::zero());
        }
    }

    #[test]
    fn sharpening_keeps_the_sum_and_the_order((records, seed, _) in any_swarm()) {
        let grades = any_grades(&seed, records.len());
        let of = |aggregation| weights(aggregation, &records, &grades);
        let (precise, sharp) = (of(Aggregation::Precision), of(Aggregation::Sharpened));
        let sum = |weights: &GraderWeights| -> f64 {
            weights.weights.iter().map(|weight| weight.to_float()).sum()
        };
        prop_assert!((sum(&precise) - sum(&sharp)).abs() < 1e-9 * sum(&precise));
        prop_assert_eq!(&precise.biases, &sharp.biases);
        for (a, sharp_a) in precise.weights.iter().zip(&sharp.weights) {
            for (b, sharp_b) in precise.weights.iter().zip(&sharp.weights) {
                prop_assert_eq!(a < b, sharp_a < sharp_b);
                // Twice the weight is 2^(3/2) times the weight.
                let plain = a.to_float() / b.to_float();
                let sharp = sharp_a.to_float() / sharp_b.to_float();
                prop_assert!((plain.powf(1.5) / sharp - 1.0).abs() < 1e-9, "{plain} {sharp}");
            }
        }
    }
}

#[test]
fn a_newcomer_weighs_what_the_prior_weighs() {
    assert_eq!(grading_weight(RatingRecord::default().variance()), PRIOR_WEIGHT);
}

#[test]
fn a_perfect_grader_is_capped_by_the_median() {
    let grades =
        GradeMatrix { given: vec![vec![(1, grade(0))], vec![(2, grade(0))], vec![(0, grade(0))]] };
    let records = [seasoned(0.0, 0.0), RatingRecord::default(), RatingRecord::default()];
    let weights = weights(Aggregation::Precision, &records, &grades).weights;
    assert_eq!(records[0].variance(), VARIANCE_FLOOR);
    assert_eq!(weights, [PRIOR_WEIGHT * Fixed::from_u32(4), PRIOR_WEIGHT, PRIOR_WEIGHT]);
}

#[test]
fn silent_graders_weigh_nothing_and_leave_the_median_alone() {
    let grades = GradeMatrix { given: vec![vec![(1, grade(0))], vec![], vec![]] };
    let records = [seasoned(0.0, 0.1), RatingRecord::default(), RatingRecord::default()];
    let of = |aggregation| weights(aggregation, &records, &grades);
    let precise = of(Aggregation::Precision);
    assert_eq!(precise.weights, [grading_weight(VARIANCE_FLOOR), Fixed::zero(), Fixed::zero()]);
    assert_eq!(precise.biases[1..], [Fixed::zero(); 2]);
    assert_eq!(
        of(Aggregation::WeightedSum).weights,
        [records[0].rating(), Fixed::zero(), Fixed::zero()]
    );
}
