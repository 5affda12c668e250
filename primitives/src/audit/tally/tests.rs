//! What [`super`] promises of lessons, and of what they come to.

use super::*;
use crate::simulation::fixed;
use proptest::prelude::*;
use sp_runtime::Perbill;

const A: Hash32 = [1; 32];
const B: Hash32 = [2; 32];
const C: Hash32 = [3; 32];

fn rules() -> AuditRules {
    AuditRules {
        contrast: ContrastRules::default(),
        distance: DistanceRules::default(),
        replay: ReplayRules::default(),
        conduct: ConductBounds {
            least_seats: 8,
            timeouts: Perbill::from_percent(20),
            slow: Perbill::from_percent(50),
            exceptions: Perbill::from_percent(25),
        },
        far: fixed(0.01),
    }
}

/// An answer that lies there.
fn reading(claim: Hash32, quanta: &[i8]) -> Reading {
    let embedding = Embedding::new(quanta.to_vec());
    Reading { claim: Some(claim), embedding, ..Default::default() }
}

/// Four members that claim A, of which the last runs B, and three that claim B.
fn sample() -> Vec<Reading> {
    let (a, b) = ([100, 10, 1], [10, 100, 1]);
    [(A, a), (A, [101, 10, 1]), (A, [100, 11, 1]), (A, b), (B, b), (B, [11, 100, 1]), (B, b)]
        .map(|(claim, quanta)| reading(claim, &quanta))
        .to_vec()
}

/// What so many samples like this one say of answer number `answer`.
fn tally(sample: &[Reading], answer: usize, prompts: u32) -> Tally {
    let lesson = &lessons(sample)[answer];
    (0..prompts).fold(Tally::default(), |tally, _| tally.after(lesson))
}

/// What the epoch says by this evidence.
fn verdict(tally: &Tally, evidence: Evidence) -> Verdict {
    let verdicts = tally.verdicts(&rules());
    verdicts.into_iter().find(|(kind, _)| *kind == evidence).map(|(_, verdict)| verdict).unwrap()
}

#[test]
fn who_runs_the_other_claim_should_be_flagged_and_nobody_else() {
    for answer in 0..7 {
        let tally = tally(&sample(), answer, 10);
        assert_eq!((tally.prompts, tally.contrasts.len()), (10, 1));
        let found = [Evidence::Contrast, Evidence::Distance].map(|kind| verdict(&tally, kind));
        let expected = match answer {
            3 => [Verdict::Flag, Verdict::Flag],
            0..=2 => [Verdict::Pass, Verdict::Pass],
            // Two kin do not say how far they are apart.
            _ => [Verdict::Pass, Verdict::NotEnough { have: 0, want: 8 }],
        };
        assert_eq!(found, expected, "answer {answer}");
    }
}

#[test]
fn an_answer_should_be_no_reference_of_itself() {
    // Alone with its claim, it has nothing to be held against.
    let mut sample = sample();
    sample.truncate(3);
    sample.push(reading(C, &[100, 10, 1]));
    let found = lessons(&sample);
    assert!(found[3].is_embedded);
    assert!(found[3].contrasts.is_empty() && found[3].deviation.is_none());
    // And it is too little to hold others against.
    assert!(found[0].contrasts.is_empty());
    // Those that are equal are references of each other.
    let equal = vec![reading(A, &[100, 10, 1]); 4];
    assert!(lessons(&equal).iter().all(|lesson| lesson.deviation.is_some()));
    assert!(lessons(&equal[..3]).iter().all(|lesson| lesson.deviation.is_none()));
}

#[test]
fn what_is_absent_should_say_nothing() {
    let mut sample = sample();
    sample[3].embedding = None;
    sample[4].claim = None;
    let found = lessons(&sample);
    assert_eq!(found[3], Lesson { claim: Some(A), ..Default::default() });
    assert_eq!(found[4], Lesson { is_embedded: true, ..Default::default() });
    let tally = tally(&sample, 3, 10);
    assert_eq!((tally.prompts, tally.contrasts.len(), tally.deviations.prompts), (0, 0, 0));
    for evidence in [Evidence::Contrast, Evidence::Distance, Evidence::Replay] {
        assert!(matches!(verdict(&tally, evidence), Verdict::NotEnough { have: 0, .. }));
    }
    assert_eq!(lessons(&[]), []);
}

#[test]
fn replays_and_faults_should_be_added_up() {
    let mut sample = sample();
    let unlikely = Replay { tokens: 20, surprise: 81_920, entropy: 20_480, variance: 20_480 };
    sample[0].replay = Some(unlikely);
    sample[1].fault = Some(Fault::Exception);
    let exception = Evidence::Conduct(Fault::Exception);
    let first = tally(&sample, 0, 10);
    assert_eq!(first.replay.tokens, 200);
    assert_eq!(verdict(&first, Evidence::Replay), Verdict::Flag);
    assert_eq!(verdict(&first, exception), Verdict::Pass);
    let second = tally(&sample, 1, 10);
    assert_eq!((second.conduct.seats, second.conduct.exceptions), (10, 10));
    assert_eq!(verdict(&second, exception), Verdict::Flag);
    assert_eq!(second.replay, Replay::default());
    let few = Verdict::NotEnough { have: 7, want: 8 };
    assert_eq!(verdict(&tally(&sample, 1, 7), exception), few);
}

#[test]
fn replays_should_say_nothing_of_who_claims_nothing() {
    let mut sample = sample();
    let unlikely = Replay { tokens: 20, surprise: 81_920, entropy: 20_480, variance: 20_480 };
    sample[0] = Reading { claim: None, replay: Some(unlikely), ..sample[0].clone() };
    let tally = tally(&sample, 0, 10);
    assert_eq!(tally.replay, Replay::default());
    assert!(matches!(verdict(&tally, Evidence::Replay), Verdict::NotEnough { have: 0, .. }));
}

#[test]
fn claims_beyond_the_bound_should_be_left_out_and_the_others_count_on() {
    let with_claims = |claims: core::ops::Range<u8>| {
        let mut sample = sample();
        for claim in claims {
            sample.extend(vec![reading([claim; 32], &[-50, -50, 1]); 2]);
        }
        lessons(&sample).swap_remove(0)
    };
    // B and seven others; then B and as many again, for which there is no place.
    let (known, new) = (with_claims(10..17), with_claims(20..27));
    assert_eq!((known.contrasts.len(), new.contrasts.len()), (8, 8));
    let tally = Tally::default().after(&known).after(&new);
    assert_eq!(tally.contrasts.len(), MAX_CLAIMS as usize);
    let prompts: Vec<u32> = tally.contrasts.iter().map(|(_, votes)| votes.prompts).collect();
    assert_eq!(prompts, [2, 1, 1, 1, 1, 1, 1, 1]);
}

#[test]
fn embeddings_of_other_dimensions_should_compare_with_nothing() {
    let mut sample = sample();
    sample[0] = reading(A, &[100, 10]);
    let found = lessons(&sample);
    assert!(found.iter().all(|lesson| lesson.is_embedded));
    // Nobody can say where that claim's answers are.
    assert!(found.iter().all(|lesson| lesson.contrasts.is_empty()));
}

#[test]
fn who_left_in_an_epoch_and_came_back_should_be_known_by_its_claim_in_any_order() {
    let claimed = lessons(&sample()).swap_remove(3);
    let without = Lesson { claim: None, is_embedded: true, ..Default::default() };
    let of = |learnt: &[&Lesson]| {
        learnt.iter().fold(Tally::default(), |tally, lesson| tally.after(lesson))
    };
    let tally = of(&[&claimed, &without]);
    assert_eq!((tally.claim, tally.prompts), (Some(A), 2));
    assert_eq!(of(&[&without, &claimed]), tally);
}

proptest! {
    #[test]
    fn order_of_answers_should_not_matter(
        points in prop::collection::vec((0u8..3, prop::array::uniform3(1i8..=127)), 1..16),
        turn in 0usize..16,
    ) {
        let sample: Vec<Reading> =
            points.iter().map(|(claim, quanta)| reading([*claim; 32], quanta)).collect();
        let turn = turn % sample.len();
        let mut turned = sample.clone();
        turned.rotate_left(turn);
        let mut straight = lessons(&sample);
        straight.rotate_left(turn);
        prop_assert_eq!(lessons(&turned), straight);
    }

    #[test]
    fn order_of_samples_should_not_matter(
        points in prop::collection::vec(
            prop::array::uniform7(prop::array::uniform3(1i8..=127)),
            1..12,
        ),
    ) {
        let claims = [A, A, A, B, B, C, C];
        let of = |quanta: &[[i8; 3]; 7]| {
            let answers = claims.iter().zip(quanta);
            let sample: Vec<Reading> =
                answers.map(|(claim, quanta)| reading(*claim, quanta)).collect();
            lessons(&sample).swap_remove(0)
        };
        let learnt: Vec<Lesson> = points.iter().map(of).collect();
        let straight = learnt.iter().fold(Tally::default(), Tally::after);
        prop_assert_eq!(learnt.iter().rev().fold(Tally::default(), Tally::after), straight);
    }
}
