//! What [`super`] promises of every rule.

use super::*;
use crate::{
    answering::AnswerRecord,
    calibration::Calibration,
    simulation::{any_grades, extreme_record, fixed, grade, moved_to, permuted},
};
use codec::Decode;
use proptest::prelude::*;

const SEPARATE: Rule =
    Rule::Separate { aggregation: Aggregation::Sharpened, estimator: Estimator::LeaveOneOut };
const RULES: [Rule; 4] =
    [Rule::Calibrated(Question::Closed), Rule::Calibrated(Question::Open), SEPARATE, Rule::PAPER];

/// Everybody grades the next four answers: highly those of odd places.
fn odd_ones_praised(n: usize) -> GradeMatrix {
    let said =
        |answer: usize| (answer, grade(if answer.is_multiple_of(2) { 2_500 } else { 7_500 }));
    let given = |grader: usize| (1..5).map(|step| said((grader + step) % n)).collect();
    GradeMatrix { given: (0..n).map(given).collect() }
}

/// Everybody gives 0.9 to those of the others whose answers seem right to it, 0.1 to the rest.
fn all_grade(n: usize, seems_right: impl Fn(usize, usize) -> bool) -> GradeMatrix {
    let said = |grader: usize, answer: usize| {
        (answer, grade(if seems_right(grader, answer) { 9_000 } else { 1_000 }))
    };
    let given = |grader: usize| {
        (0..n).filter(|answer| *answer != grader).map(|answer| said(grader, answer)).collect()
    };
    GradeMatrix { given: (0..n).map(given).collect() }
}

fn candidates(numbers: &[u8]) -> Candidates {
    Candidates::of(&numbers.iter().copied().map(Some).collect::<Vec<_>>())
}

#[test]
fn every_rule_should_choose_what_is_praised_and_learn_who_saw_it() {
    for rule in RULES {
        let newcomers = vec![rule.newcomer(); 8];
        let verdict =
            rule.judge(&newcomers, &Candidates::apart(8), &odd_ones_praised(8), &[7; 32]).unwrap();
        assert_eq!(verdict.winner % 2, 1, "{rule:?}");
        assert_ne!(verdict.after, newcomers, "{rule:?}");
        for (judgement, after) in verdict.judgements.iter().zip(&verdict.after) {
            let (before_it, after_it) = judgement.ratings().unwrap();
            assert_eq!((before_it, after_it), (fixed(0.5), after.rating()), "{rule:?}");
            assert_eq!(after.rounds(), 1);
        }
        assert_eq!(
            rule.judge(&[], &Candidates::default(), &GradeMatrix::default(), &[7; 32]),
            None
        );
    }
}

#[test]
fn what_another_kind_of_rule_knew_should_count_for_nothing() {
    let (calibrated, grades) = (Rule::default(), odd_ones_praised(8));
    let apart = Candidates::apart(8);
    for (rule, other) in [(calibrated, SEPARATE), (SEPARATE, calibrated)] {
        let newcomers = vec![rule.newcomer(); 8];
        let others = vec![other.newcomer(); 8];
        let strangers = other.judge(&others, &apart, &grades, &[7; 32]).unwrap().after;
        assert_eq!(
            rule.judge(&strangers, &apart, &grades, &[7; 32]),
            rule.judge(&newcomers, &apart, &grades, &[7; 32])
        );
    }
}

#[test]
fn who_answered_should_be_known_by_the_default_only() {
    assert_eq!(Rule::default().newcomer().quality(), Some(fixed(0.4)));
    assert_eq!(Rule::PAPER.newcomer().quality(), None);
}

/// Results that an earlier runtime wrote say `Option<(score, weight, bias, before, after)>`.
#[test]
fn judgements_of_earlier_runtimes_should_be_read() {
    let five = [0.1, 0.2, 0.3, 0.4, 0.5].map(fixed);
    let [score, weight, bias, rating_before, rating_after] = five;
    let old = Some((score, weight, bias, rating_before, rating_after)).encode();
    assert_eq!(
        Judgement::decode(&mut old.as_slice()),
        Ok(Judgement::Separate { score, weight, bias, rating_before, rating_after })
    );
    let none = None::<Fixed>.encode();
    assert_eq!(Judgement::decode(&mut none.as_slice()), Ok(Judgement::Unjudged));
}

#[test]
fn the_truth_should_side_with_those_who_know_it_against_a_majority_that_lies() {
    // Six give the same wrong answer and praise it; three know better.
    let lies = |place: usize| place < 6;
    let right: Vec<bool> = (0..9).map(|place| !lies(place)).collect();
    let grades = all_grade(9, |grader, answer| lies(grader) == lies(answer));
    for rule in RULES {
        let newcomers = vec![rule.newcomer(); 9];
        let says = candidates(&[0, 0, 0, 0, 0, 0, 1, 1, 1]);
        let swarm = rule.judge(&newcomers, &says, &grades, &[7; 32]).unwrap();
        assert!(lies(swarm.winner), "{rule:?}");
        let examined = rule.examine(&swarm.after, &right, &grades);
        for (place, (before, after)) in swarm.after.iter().zip(&examined).enumerate() {
            assert_eq!(after.rounds(), before.rounds() + 1);
            if lies(place) {
                assert!(before.rating() > fixed(0.5) && after.rating() < fixed(0.3), "{rule:?}");
                assert!(after.quality() < before.quality() || after.quality().is_none());
            } else {
                assert!(before.rating() < fixed(0.5) && after.rating() > fixed(0.6), "{rule:?}");
                assert!(after.quality() > before.quality() || after.quality().is_none());
            }
        }
    }
}

#[test]
fn the_truth_should_count_as_four_grades_and_four_answers_and_fade_once() {
    let grading = Calibration { grades: fixed(10.0), said: fixed(5.0), ..Default::default() };
    let answering = AnswerRecord { got: fixed(2.0), answers: fixed(5.0) };
    let known = Known::Standing(Standing { grading, answering });
    let grades = GradeMatrix { given: vec![vec![(1, grade(5_000))], vec![]] };
    let after = Rule::default().examine(&[known, known], &[true, false], &grades);
    let [Known::Standing(one), Known::Standing(other)] = after[..] else { panic!("{after:?}") };
    assert_eq!(one.grading.grades, fixed(9.8) + fixed(4.0));
    assert_eq!(one.grading.said, fixed(4.9) + fixed(2.0));
    assert_eq!((one.grading.heard, one.grading.uncertainty), (fixed(0.0), fixed(0.0)));
    assert_eq!((one.grading.said_squared, one.grading.rounds), (fixed(1.0), 1));
    assert_eq!(one.answering.got, fixed(2.0) * fixed(0.97) + fixed(4.0) * fixed(0.8));
    assert_eq!(one.answering.answers, fixed(5.0) * fixed(0.97) + fixed(4.0));
    // The other gave no grades, and was wrong.
    assert_eq!(other.grading, grading);
    assert_eq!(other.answering.got, fixed(2.0) * fixed(0.97) + fixed(4.0) * fixed(0.2));
}

#[test]
fn the_truth_should_teach_records_of_single_answers_as_by_hand() {
    let record = RatingRecord {
        squared_deviations: fixed(1.0),
        deviations: fixed(2.0),
        grades: fixed(10.0),
        rounds: 3,
    };
    let grades = GradeMatrix { given: vec![vec![(1, grade(5_000))], vec![]] };
    let known = [Known::Record(record); 2];
    let after = SEPARATE.examine(&known, &[true, false], &grades);
    let [Known::Record(one), Known::Record(other)] = after[..] else { panic!("{after:?}") };
    // A bias of 2/20: of a wrong answer it said 0.4, bias aside.
    let decay = rating::DECAY;
    assert_eq!(one.squared_deviations, decay + fixed(4.0) * fixed(0.16));
    assert_eq!(one.deviations, fixed(2.0) * decay + fixed(4.0) * fixed(0.5));
    assert_eq!((one.grades, one.rounds), (fixed(10.0) * decay + fixed(4.0), 4));
    assert_eq!(other, record, "it said nothing");

    // The paper's ratings forget nothing and know no bias.
    let record = RatingRecord { deviations: fixed(0.0), ..record };
    let after = Rule::PAPER.examine(&[Known::Record(record); 2], &[true, false], &grades);
    let Known::Record(one) = after[0] else { panic!("{after:?}") };
    assert_eq!(one.squared_deviations, fixed(1.0) + fixed(4.0) * fixed(0.25));
    assert_eq!((one.deviations, one.grades), (fixed(0.0), fixed(14.0)));
}

#[test]
fn the_truth_should_say_nothing_of_a_grader_that_always_says_the_same() {
    for basis_points in [0, 3_000, 5_000, 10_000] {
        let said = |answer: usize| (answer, grade(basis_points));
        let given = vec![(1..6).map(said).collect(), vec![], vec![], vec![], vec![], vec![]];
        let grades = GradeMatrix { given };
        let rule = Rule::default();
        let right = [true, true, false, false, true, false];
        let mut known = vec![rule.newcomer(); 6];
        for _ in 0..50 {
            known = rule.examine(&known, &right, &grades);
            let rating = known[0].rating().to_float();
            assert!((rating - 0.5).abs() < 1e-9, "{basis_points}: {rating}");
        }
    }
}

#[test]
fn the_truth_should_teach_in_swarms_of_any_size() {
    for rule in RULES {
        let newcomers = vec![rule.newcomer(); 3];
        let grades = all_grade(3, |_, answer| answer == 0);
        let swarm = rule.judge(&newcomers, &Candidates::apart(3), &grades, &[7; 32]).unwrap();
        assert_eq!(swarm.after, newcomers);
        let after = rule.examine(&newcomers, &[true, false, false], &grades);
        assert!(after.iter().all(|known| known.rounds() == 1), "{rule:?}");
        assert!(after[1].rating() > fixed(0.5), "{rule:?}");
        assert_eq!(rule.examine(&[], &[], &GradeMatrix::default()), []);
    }
}

#[test]
fn the_truth_should_count_nothing_that_another_kind_of_rule_knew() {
    let (calibrated, grades) = (Rule::default(), odd_ones_praised(8));
    let right = [false, true, false, true, false, true, false, true];
    for (rule, other) in [(calibrated, SEPARATE), (SEPARATE, calibrated)] {
        let strangers = other.examine(&vec![other.newcomer(); 8], &right, &grades);
        let newcomers = vec![rule.newcomer(); 8];
        assert_eq!(
            rule.examine(&strangers, &right, &grades),
            rule.examine(&newcomers, &right, &grades)
        );
    }
}

proptest! {
    /// What is kept of a round is enough to compute its scores again.
    #[test]
    fn anybody_can_compute_the_scores_again(
        seed: Hash32,
        says in prop::collection::vec(0..5u8, 2..16),
        rounds in 0..3usize,
    ) {
        let (rule, together) = (Rule::default(), candidates(&says));
        let grades = any_grades(&seed, says.len());
        let mut known = vec![rule.newcomer(); says.len()];
        for _ in 0..rounds {
            known = rule.judge(&known, &together, &grades, &seed).unwrap().after;
        }
        let verdict = rule.judge(&known, &together, &grades, &seed).unwrap();
        for (place, judgement) in verdict.judgements.iter().enumerate() {
            let Judgement::Calibrated { score, prior, .. } = *judgement else {
                panic!("{judgement:?}");
            };
            let (mut weights, mut weighted) = (12.0, 12.0 * prior.to_float());
            for (judgement, given) in verdict.judgements.iter().zip(&grades.given) {
                let Judgement::Calibrated { weight, reading, .. } = judgement else { continue };
                for (_, grade) in given.iter().filter(|(answer, _)| *answer == place) {
                    weights += weight.to_float();
                    weighted += weight.to_float() * reading.of(*grade).to_float();
                }
            }
            prop_assert!((weighted / weights - score.to_float()).abs() < 1e-9);
        }
    }

    #[test]
    fn the_order_of_agents_never_matters(
        seed: Hash32,
        (says, moved) in (2usize..16).prop_flat_map(|n| (
            prop::collection::vec(0..5u8, n),
            Just((0..n).collect::<Vec<_>>()).prop_shuffle(),
        )),
    ) {
        for rule in RULES {
            let newcomers = vec![rule.newcomer(); says.len()];
            let grades = any_grades(&seed, says.len());
            let one = rule.judge(&newcomers, &candidates(&says), &grades, &seed).unwrap();
            let (others, grades) = (moved_to(&says, &moved), permuted(&grades, &moved));
            let other = rule.judge(&newcomers, &candidates(&others), &grades, &seed).unwrap();
            prop_assert_eq!(moved_to(&one.judgements, &moved), other.judgements);
            prop_assert_eq!(moved_to(&one.after, &moved), other.after);
            prop_assert_eq!(moved_to(&one.skill, &moved), other.skill);
        }
    }

    #[test]
    fn the_order_of_agents_never_matters_to_the_truth(
        seed: Hash32,
        (right, moved) in (2usize..16).prop_flat_map(|n| (
            prop::collection::vec(any::<bool>(), n),
            Just((0..n).collect::<Vec<_>>()).prop_shuffle(),
        )),
    ) {
        for rule in RULES {
            let newcomers = vec![rule.newcomer(); right.len()];
            let grades = any_grades(&seed, right.len());
            let one = rule.examine(&newcomers, &right, &grades);
            let (right, grades) = (moved_to(&right, &moved), permuted(&grades, &moved));
            let other = rule.examine(&newcomers, &right, &grades);
            prop_assert_eq!(moved_to(&one, &moved), other);
        }
    }

    #[test]
    fn the_truth_never_overflows(
        inner in any::<[i128; 9]>(),
        record in extreme_record(),
        seed: Hash32,
        right in prop::collection::vec(any::<bool>(), 0..7),
    ) {
        let [grades, said, heard, said_squared, heard_squared, product, uncertainty, got, answers] =
            inner.map(Fixed::from_inner);
        let grading = Calibration {
            grades,
            said,
            heard,
            said_squared,
            heard_squared,
            product,
            uncertainty,
            rounds: u32::MAX,
        };
        let standing = Standing { grading, answering: AnswerRecord { got, answers } };
        for rule in RULES {
            let known = match rule {
                Rule::Calibrated(_) => Known::Standing(standing),
                Rule::Separate { .. } => Known::Record(record),
            };
            let after = rule.examine(&[known; 5], &right, &any_grades(&seed, 5));
            prop_assert_eq!(after.len(), 5);
            for known in after {
                prop_assert!((Fixed::zero()..=Fixed::one()).contains(&known.rating()));
                let _ = (known.bias(), known.quality());
            }
        }
    }
}
