//! What [`super`] promises of votes and of what they come to.

use super::*;
use crate::simulation::fixed;
use proptest::prelude::*;

const RULES: ContrastRules = ContrastRules {
    least_prompts: 8,
    threshold: Fixed::from_rational(5, 100),
    least_apart: Fixed::from_rational(5, 100),
    early_votes: Fixed::from_u32(4),
};

fn embedding(quanta: &[i8]) -> Embedding {
    Embedding::new(quanta.to_vec()).unwrap()
}

fn centroid(points: &[[i8; 2]]) -> Centroid {
    let points: Vec<Embedding> = points.iter().map(|quanta| embedding(quanta)).collect();
    Centroid::of(&points).unwrap()
}

/// Votes between two claims that are well apart.
fn votes(lean: f64, prompts: u32) -> Votes {
    Votes { lean: fixed(lean), apart: fixed(f64::from(prompts) / 2.0), prompts }
}

fn vote(lean: f64) -> Option<Vote> {
    Some(Vote { lean: fixed(lean), apart: fixed(0.5) })
}

#[test]
fn votes_should_be_the_way_from_one_claim_to_the_other() {
    let (claimed, other) = (centroid(&[[100, 10], [100, 10]]), centroid(&[[10, 100], [10, 100]]));
    let at =
        |quanta: &[i8]| Vote::of(&embedding(quanta), &claimed, &other).unwrap().lean.to_float();
    assert!((at(&[100, 10]) + 1.0).abs() < 0.01);
    assert!((at(&[10, 100]) - 1.0).abs() < 0.01);
    assert_eq!(at(&[55, 55]), 0.0);
    assert_eq!(at(&[-127, 127]), 1.0, "cut off");
    assert_eq!(at(&[127, -127]), -1.0, "cut off");
    assert_eq!(Vote::of(&embedding(&[1, 2, 3]), &claimed, &other), None);
    let alone = centroid(&[[10, 100]]);
    assert_eq!(Vote::of(&embedding(&[100, 10]), &claimed, &alone), None, "one is too few");
}

#[test]
fn claims_that_say_the_same_should_hardly_vote() {
    let (claimed, other) = (centroid(&[[100, 10], [100, 10]]), centroid(&[[100, 11], [100, 11]]));
    let vote = Vote::of(&embedding(&[100, 11]), &claimed, &other).unwrap();
    assert!(vote.lean.to_float() < 0.01 && vote.apart.to_float() < 0.01, "{vote:?}");
}

#[test]
fn claims_that_are_the_same_model_should_not_be_apart() {
    // Both draw two of the same four answers; on average over all draws they are not apart.
    let answers = [[100i8, 40], [100, -40], [60, 0], [20, 0]];
    let mut sum = 0.0;
    for draw in 0..256usize {
        let [a, b, c, d] = [draw % 4, draw / 4 % 4, draw / 16 % 4, draw / 64].map(|n| answers[n]);
        let (claimed, other) = (centroid(&[a, b]), centroid(&[c, d]));
        let by_chance = claimed.error().unwrap().saturating_add(other.error().unwrap());
        let separation = claimed.separation(&other).unwrap();
        sum += separation.to_float() - by_chance.to_float();
    }
    assert!(sum.abs() < 1e-9, "{sum}");
    // Members far on the other's side are no reason for a flag then.
    let same = Votes { apart: fixed(0.9), ..votes(15.0, 20) };
    let nothing = Verdict::NotEnough { have: 0, want: 8 };
    assert_eq!((same.verdict(&RULES), same.early(&RULES)), (nothing, None));
    assert_eq!(verdict(&[same, votes(-9.0, 20)], &RULES), Verdict::Pass, "left out");
    assert_eq!(verdict(&[same, votes(9.0, 20)], &RULES), Verdict::Flag);
    assert_eq!(verdict(&[same], &RULES), Verdict::NotEnough { have: 0, want: 1 });
    assert_eq!(early(&[same, votes(-9.0, 20)], &RULES), None);
}

#[test]
fn absent_votes_should_be_no_pass_and_no_flag() {
    assert_eq!(Votes::of([]).verdict(&RULES), Verdict::NotEnough { have: 0, want: 8 });
    assert_eq!(Votes::of(vec![None; 100]), Votes::default());
    for lean in [1.0, -1.0] {
        let few = Votes::of((0..7).map(|_| vote(lean)).chain(vec![None; 20]));
        assert_eq!(few.verdict(&RULES), Verdict::NotEnough { have: 7, want: 8 });
        assert_eq!(few.early(&RULES), None);
    }
    let lax = ContrastRules { least_prompts: 0, least_apart: fixed(0.0), ..RULES };
    assert_eq!(Votes::default().verdict(&lax), Verdict::NotEnough { have: 0, want: 1 });
    assert_eq!(Votes::default().early(&lax), None);
    assert_eq!(verdict(&[], &RULES), Verdict::NotEnough { have: 0, want: 1 });
    assert_eq!(early(&[], &RULES), None);
}

#[test]
fn a_margin_above_the_threshold_should_flag() {
    assert_eq!(votes(1.0, 20).verdict(&RULES), Verdict::Pass, "at the threshold");
    assert_eq!(votes(1.01, 20).verdict(&RULES), Verdict::Flag);
    assert_eq!(votes(-8.0, 20).verdict(&RULES), Verdict::Pass);
    assert_eq!(verdict(&[votes(-9.0, 20), votes(1.01, 20)], &RULES), Verdict::Flag);
    let gap = Verdict::NotEnough { have: 3, want: 8 };
    assert_eq!(verdict(&[votes(-9.0, 20), votes(-1.0, 3)], &RULES), gap);
}

#[test]
fn clear_cases_should_be_settled_early() {
    assert_eq!(votes(4.0, 8).early(&RULES), Some(Verdict::Flag));
    assert_eq!(votes(-4.0, 8).early(&RULES), Some(Verdict::Pass));
    assert_eq!(votes(3.9, 19).early(&RULES), None);
    assert_eq!(early(&[votes(-5.0, 8), votes(-3.0, 8)], &RULES), None, "one is still open");
    assert_eq!(early(&[votes(-5.0, 8), votes(4.5, 8)], &RULES), Some(Verdict::Flag));
    assert_eq!(early(&[votes(-3.0, 8), votes(4.5, 8)], &RULES), Some(Verdict::Flag));
    assert_eq!(early(&[votes(-5.0, 8), votes(-4.0, 8)], &RULES), Some(Verdict::Pass));
}

/// Two references of a claim, and a member's answer, in two dimensions.
fn points() -> impl Strategy<Value = [[i8; 2]; 2]> {
    prop::array::uniform2(prop::array::uniform2(1i8..=127))
}

proptest! {
    #[test]
    fn votes_should_be_bounded_and_opposite(
        mine in points(),
        theirs in points(),
        answer in prop::array::uniform2(1i8..=127),
    ) {
        let (claimed, other) = (centroid(&mine), centroid(&theirs));
        let answer = embedding(&answer);
        let one = Vote::of(&answer, &claimed, &other).unwrap();
        prop_assert!(one.lean.to_float().abs() <= 1.0 && one.apart.to_float().abs() <= 1.0);
        let opposite = Vote::of(&answer, &other, &claimed).unwrap();
        prop_assert_eq!(one.lean.saturating_add(opposite.lean), Fixed::zero());
        prop_assert_eq!(one.apart, opposite.apart);
    }

    #[test]
    fn order_of_prompts_should_not_matter(
        sums in prop::collection::vec(prop::option::of(-1_000i32..=1_000), 0..40),
    ) {
        let vote = |thousandths: &Option<i32>| {
            thousandths.and_then(|thousandths| vote(f64::from(thousandths) / 1_000.0))
        };
        let straight = Votes::of(sums.iter().map(vote));
        prop_assert_eq!(Votes::of(sums.iter().rev().map(vote)), straight);
        let present = sums.iter().flatten().count() as u32;
        prop_assert_eq!(straight.prompts, present);
    }
}
