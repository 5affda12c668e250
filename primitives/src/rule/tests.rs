//! What [`super`] promises of every rule.

use super::*;
use crate::simulation::{any_grades, fixed, grade, moved_to, permuted};
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
}
