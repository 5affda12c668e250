//! What [`super`] promises of graders of every kind.

use super::*;
use crate::simulation::{fixed, grade};
use proptest::prelude::*;

/// What an agent said of an answer, and what the others said.
fn comparison(said: f64, heard: f64) -> Comparison {
    Comparison {
        answer: 0,
        grade: fixed(said),
        unbiased: fixed(said),
        reference: fixed(heard),
        others: Some(fixed(heard)),
        reference_variance: Fixed::zero(),
    }
}

/// A grader of long standing that says `says` of what the others call 0.2, 0.4, 0.6 and 0.8.
fn seasoned(says: impl Fn(f64) -> f64) -> Calibration {
    let round: Vec<Comparison> =
        [0.2, 0.4, 0.6, 0.8].map(|heard| comparison(says(heard), heard)).to_vec();
    (0..400).fold(Calibration::default(), |known, _| known.after(&round).unwrap())
}

fn close(one: Fixed, other: f64, within: f64) -> bool {
    (one.to_float() - other).abs() <= within
}

#[test]
fn a_newcomer_should_be_in_the_middle() {
    let newcomer = Calibration::default();
    assert!(close(newcomer.rating(), 0.5, 1e-12));
    assert_eq!(newcomer.skill(), Fixed::zero());
    assert_eq!(newcomer.bias(), Fixed::zero());
    assert_eq!(newcomer.variance(), PRIOR_VARIANCE);
    assert!(close(newcomer.weight(), 0.2 / 0.26f64.sqrt(), 1e-9));
    assert!(close(newcomer.reading().of(grade(7_500)), 0.75, 1e-9));
}

#[test]
fn lenient_harsh_narrow_and_bold_graders_should_mean_the_same() {
    let exact = seasoned(|heard| heard);
    for other in [
        seasoned(|heard| heard + 0.2),
        seasoned(|heard| heard - 0.2),
        seasoned(|heard| 0.5 + (heard - 0.5) / 3.0),
        seasoned(|heard| 0.5 + (heard - 0.5) * 1.5),
    ] {
        assert!(close(other.rating(), 1.0, 0.2), "{:?}", other.rating());
        assert!(other.skill() > fixed(0.4));
    }
    let lenient = seasoned(|heard| heard + 0.2);
    for basis_points in [2_000, 5_000, 8_000] {
        let (one, other) = (
            exact.reading().of(grade(basis_points)),
            lenient.reading().of(grade(basis_points + 2_000)),
        );
        assert!(close(one, other.to_float(), 0.02), "{one:?} {other:?}");
    }
    assert!(close(lenient.bias(), 0.2, 0.01));
}

#[test]
fn a_constant_grader_should_weigh_little_and_be_paid_nothing() {
    for constant in [0.0, 0.5, 1.0] {
        let constant = seasoned(|_| constant);
        assert!(close(constant.rating(), 0.5, 1e-9));
        assert_eq!(constant.skill(), Fixed::zero());
        assert!(constant.weight() < Calibration::default().weight());
        assert!(constant.weight() < seasoned(|heard| heard).weight() / Fixed::from_u32(10));
    }
}

#[test]
fn a_constant_grader_should_gain_nothing_where_all_answers_are_good_or_all_are_bad() {
    for heard in [[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]] {
        for says in [0.0, 0.2, 0.5, 0.9, 1.0] {
            let round = heard.map(|heard| comparison(says, heard));
            for rounds in [1, 5, 20, 100] {
                let known = (0..rounds)
                    .fold(Calibration::default(), |known, _| known.after(&round).unwrap());
                assert!(close(known.rating(), 0.5, 1e-9), "{says} of {heard:?}");
                assert_eq!(known.skill(), Fixed::zero());
                assert!(known.weight() <= Calibration::default().weight());
            }
        }
    }
}

#[test]
fn a_contrary_grader_should_count_for_nothing() {
    let contrary = seasoned(|heard| 1.0 - heard);
    assert!(contrary.rating() < fixed(0.05));
    assert_eq!(contrary.weight(), Fixed::zero());
    assert_eq!(contrary.skill(), Fixed::zero());
}

#[test]
fn going_too_far_should_cost_weight() {
    let bold = seasoned(|heard| if heard > 0.5 { 1.0 } else { 0.0 });
    assert!(bold.weight() < seasoned(|heard| heard).weight());
    assert!(bold.weight() > Calibration::default().weight());
}

#[test]
fn grades_that_nobody_else_gave_should_teach_nothing() {
    let lone = Comparison { others: None, ..comparison(1.0, 0.5) };
    assert_eq!(Calibration::default().after(&[lone]), None);
    assert_eq!(Calibration::default().after(&[]), None);
    let with_one = Calibration::default().after(&[lone, comparison(0.8, 0.7)]).unwrap();
    assert_eq!(with_one.grades, Fixed::one());
}

#[test]
fn what_was_known_should_fade() {
    let changed = (0..300).fold(seasoned(|heard| heard), |known, _| {
        let round: Vec<Comparison> =
            [0.2, 0.8].map(|heard| comparison(1.0 - heard, heard)).to_vec();
        known.after(&round).unwrap()
    });
    assert_eq!(changed.weight(), Fixed::zero());
}

proptest! {
    #[test]
    fn nothing_overflows(inner in any::<[i128; 7]>(), basis_points in 0..=10_000u16) {
        let [grades, said, heard, said_squared, heard_squared, product, uncertainty] =
            inner.map(Fixed::from_inner);
        let known = Calibration {
            grades,
            said,
            heard,
            said_squared,
            heard_squared,
            product,
            uncertainty,
            rounds: u32::MAX,
        };
        let one = Fixed::one();
        prop_assert!((Fixed::zero()..=one).contains(&known.rating()));
        prop_assert!((Fixed::zero()..=one).contains(&known.skill()));
        prop_assert!((Fixed::zero() - one..=one).contains(&known.bias()));
        prop_assert!((VARIANCE_FLOOR..=one).contains(&known.variance()));
        prop_assert!(known.weight() >= Fixed::zero() && known.weight() <= Fixed::from_u32(10));
        let standardised = known.reading().of(grade(basis_points));
        prop_assert!((STANDARD_BOUNDS.0..=STANDARD_BOUNDS.1).contains(&standardised));
        prop_assert!(known.after(&[comparison(0.3, 0.6)]).is_some());
    }

    /// Whoever says the same in other units is not known as another.
    #[test]
    fn a_shift_changes_no_rating(
        said in prop::collection::vec((0.0..0.6f64, 0.0..1.0f64), 60..90),
    ) {
        let play = |shift: f64| {
            said.chunks(3).fold(Calibration::default(), |known, round| {
                let round: Vec<Comparison> =
                    round.iter().map(|(said, heard)| comparison(said + shift, *heard)).collect();
                known.after(&round).unwrap()
            })
        };
        let (low, high) = (play(0.0).correlation(), play(0.4).correlation());
        prop_assert!((low.to_float() - high.to_float()).abs() < 1e-6, "{low:?} {high:?}");
    }
}
