//! What [`super`] promises: equal answers stand together, junk gains nothing by number, the order
//! of agents does not matter.

use super::{Question::*, *};
use crate::{
    assignment::assign,
    rewards::{settle, Outcome, PaymentRules},
    simulation::{any_grades, fixed, grade, moved_to, permuted, World},
    types::{Grade, MIN_SWARM},
};
use proptest::prelude::*;
use sp_arithmetic::Perbill;

const SEED: Hash32 = [7; 32];

/// Everybody grades all others by `grade_of(grader, answer)`.
fn all_grade(places: usize, grade_of: impl Fn(usize, usize) -> u16) -> GradeMatrix {
    let given = |grader: usize| {
        (0..places)
            .filter(|answer| *answer != grader)
            .map(|answer| (answer, grade(grade_of(grader, answer))))
            .collect()
    };
    GradeMatrix { given: (0..places).map(given).collect() }
}

fn candidates(numbers: &[u8]) -> Candidates {
    Candidates::of(&numbers.iter().copied().map(Some).collect::<Vec<_>>())
}

/// Play the same round again and again.
fn live(standings: &[Standing], candidates: &Candidates, grades: &GradeMatrix) -> Vec<Standing> {
    (0..50).fold(standings.to_vec(), |standings, _| {
        judge(&standings, candidates, grades, Closed, &SEED).unwrap().after
    })
}

#[test]
fn judge_should_choose_what_the_graders_praise() {
    let grades = all_grade(6, |_, answer| if answer == 4 { 9_000 } else { 4_000 });
    let newcomers = vec![Standing::default(); 6];
    let verdict = judge(&newcomers, &Candidates::apart(6), &grades, Closed, &SEED).unwrap();
    assert_eq!((verdict.winner, verdict.candidate), (4, 4));
    let mean = verdict.weights.iter().fold(Fixed::zero(), |sum, weight| sum + *weight)
        / Fixed::from_u32(6);
    assert!((mean - MEAN_WEIGHT).to_float().abs() < 1e-9, "{mean:?}");
}

#[test]
fn judge_should_say_none_without_answers() {
    assert_eq!(judge(&[], &Candidates::default(), &GradeMatrix::default(), Closed, &SEED), None);
}

#[test]
fn equal_answers_should_stand_together() {
    // One answer is graded a little better than each of three that say the same.
    let grades = all_grade(6, |_, answer| [6_000, 6_000, 6_000, 6_500, 3_000, 3_000][answer]);
    let newcomers = vec![Standing::default(); 6];
    let together = candidates(&[0, 0, 0, 1, 2, 3]);
    let verdict = judge(&newcomers, &together, &grades, Closed, &SEED).unwrap();
    assert_eq!(verdict.candidate, 0);
    let apart = judge(&newcomers, &Candidates::apart(6), &grades, Closed, &SEED).unwrap();
    assert_eq!(apart.winner, 3);
    assert_eq!(apart.scores, verdict.scores);
}

#[test]
fn the_client_should_get_the_best_answer_of_the_winning_candidate() {
    let grades = all_grade(5, |_, answer| [6_000, 9_000, 6_000, 1_000, 1_000][answer]);
    let newcomers = vec![Standing::default(); 5];
    let verdict = judge(&newcomers, &candidates(&[0, 0, 0, 1, 2]), &grades, Closed, &SEED).unwrap();
    assert_eq!((verdict.candidate, verdict.winner), (0, 1));
}

#[test]
fn copies_of_junk_should_gain_nothing_by_number() {
    // Three of ten praise each other's common junk and nobody else; the others see what it is, and
    // one answer that is better than the rest. No two honest answers are equal.
    let ring = |place: usize| place < 3;
    let grades = all_grade(10, |grader, answer| match (ring(grader), ring(answer)) {
        (true, true) => 10_000,
        (true, false) => 0,
        (false, true) => 1_000,
        (false, false) => 3_000 + 450 * answer as u16,
    });
    let copies = candidates(&[0, 0, 0, 1, 2, 3, 4, 5, 6, 7]);
    let newcomers = vec![Standing::default(); 10];
    for standings in [newcomers.clone(), live(&newcomers, &copies, &grades)] {
        let verdict = judge(&standings, &copies, &grades, Closed, &SEED).unwrap();
        assert_eq!(verdict.winner, 9);
        let apart = judge(&standings, &Candidates::apart(10), &grades, Closed, &SEED).unwrap();
        assert!(verdict.totals[0] < apart.totals[9]);
    }
}

#[test]
fn equal_answers_to_an_open_question_should_count_once() {
    // Forty of a hundred give the same text, which is nearly as good as what all others write.
    let copied = |place: usize| place < 40;
    let grades = all_grade(100, |_, answer| if copied(answer) { 5_000 } else { 5_500 });
    let says: Vec<u8> =
        (0..100).map(|place| if copied(place.into()) { 0 } else { place }).collect();
    let newcomers = vec![Standing::default(); 100];
    let won_by_copies = |question| {
        copied(judge(&newcomers, &candidates(&says), &grades, question, &SEED).unwrap().winner)
    };
    assert!(won_by_copies(Closed) && !won_by_copies(Open));
}

#[test]
fn new_rings_should_not_profit_from_having_no_record() {
    let ring = |place: usize| place < 3;
    let honest = all_grade(10, |_, answer| 3_000 + 500 * answer as u16);
    let apart = Candidates::apart(10);
    let mut standings = live(&vec![Standing::default(); 10], &apart, &honest);
    standings[..3].fill(Standing::default());
    let grades = all_grade(10, |grader, answer| match (ring(grader), ring(answer)) {
        (true, like) => u16::from(like) * 10_000,
        (false, true) => 1_000,
        (false, false) => 3_000 + 500 * answer as u16,
    });
    let verdict = judge(&standings, &apart, &grades, Closed, &SEED).unwrap();
    assert_eq!(verdict.winner, 9);
    assert!(verdict.weights[0] < verdict.weights[5]);
}

#[test]
fn a_made_up_record_should_count_for_little() {
    let grades = all_grade(6, |_, answer| if answer == 5 { 8_000 } else { 4_000 });
    let mut standings = vec![Standing::default(); 6];
    standings[0].answering = AnswerRecord { got: fixed(90.0), answers: fixed(100.0) };
    let verdict = judge(&standings, &Candidates::apart(6), &grades, Closed, &SEED).unwrap();
    assert_eq!(verdict.winner, 5);
}

#[test]
fn who_answered_should_decide_where_graders_do_not() {
    let alike = all_grade(6, |_, _| 5_000);
    let mut standings = vec![Standing::default(); 6];
    standings[2].answering = AnswerRecord { got: fixed(30.0), answers: fixed(50.0) };
    let verdict = judge(&standings, &Candidates::apart(6), &alike, Closed, &SEED).unwrap();
    assert_eq!(verdict.winner, 2);
}

#[test]
fn graders_of_long_standing_should_be_told_apart() {
    // Half grade well, a quarter say the same of everything, a quarter the opposite.
    let truth = |answer: usize| 1_000 * answer as u16 + 1_000;
    let grades = all_grade(8, |grader, answer| match grader {
        0..=3 => truth(answer),
        4..=5 => 5_000,
        _ => 10_000 - truth(answer),
    });
    let apart = Candidates::apart(8);
    let standings = live(&vec![Standing::default(); 8], &apart, &grades);
    let ratings: Vec<f64> =
        standings.iter().map(|standing| standing.grading.rating().to_float()).collect();
    assert!(ratings[..4].iter().all(|rating| *rating > 0.8), "{ratings:?}");
    assert!(ratings[4..6].iter().all(|rating| (0.45..0.55).contains(rating)), "{ratings:?}");
    assert!(ratings[6..].iter().all(|rating| *rating < 0.3), "{ratings:?}");
    assert_eq!(judge(&standings, &apart, &grades, Closed, &SEED).unwrap().winner, 7);
    assert!(standings[7].answering.quality() > standings[0].answering.quality());
}

#[test]
fn colluders_should_lose_their_weight() {
    let ring = |place: usize| place < 3;
    let grades = all_grade(10, |grader, answer| match (ring(grader), ring(answer)) {
        (true, like) => u16::from(like) * 10_000,
        (false, true) => 1_000,
        (false, false) => 3_000 + 500 * answer as u16,
    });
    let apart = Candidates::apart(10);
    let standings = live(&vec![Standing::default(); 10], &apart, &grades);
    let verdict = judge(&standings, &apart, &grades, Closed, &SEED).unwrap();
    let weight = |side: bool| {
        let weights = verdict.weights.iter().enumerate().filter(|(place, _)| ring(*place) == side);
        weights.map(|(_, weight)| *weight).max().unwrap()
    };
    assert!(weight(true) * Fixed::from_u32(10) < weight(false), "{:?}", verdict.weights);
    assert!((0..3).all(|place| standings[place].grading.skill().is_zero()));
}

#[test]
fn graders_should_be_paid_for_skill_that_they_are_known_for_and_show() {
    let honest = all_grade(8, |_, answer| 2_000 + 800 * answer as u16);
    let apart = Candidates::apart(8);
    let known = live(&vec![Standing::default(); 8], &apart, &honest);
    // Of four of good name the first now praises the bad and the second says the same of all; the
    // third goes on. A newcomer does as it does.
    let mut standings = known;
    standings[3] = Standing::default();
    let grades = all_grade(8, |grader, answer| match grader {
        0 => 10_000 - 800 * answer as u16,
        1 => 5_000,
        _ => 2_000 + 800 * answer as u16,
    });
    let skill = judge(&standings, &apart, &grades, Closed, &SEED).unwrap().skill;
    assert!(skill[0].is_zero() && skill[1].is_zero(), "{skill:?}");
    assert!(skill[2] > fixed(0.3), "{skill:?}");
    assert!(skill[3] > Fixed::zero() && skill[3] < skill[2] / Fixed::from_u32(5), "{skill:?}");
}

#[test]
fn ties_are_broken_by_the_seed_alone() {
    let alike = all_grade(4, |_, _| 5_000);
    let mut won = [0; 4];
    for seed in 0..=255u8 {
        let newcomers = [Standing::default(); 4];
        let apart = Candidates::apart(4);
        let verdict = judge(&newcomers, &apart, &alike, Closed, &[seed; 32]).unwrap();
        won[verdict.winner] += 1;
    }
    assert!(won.iter().all(|times| (32..=96).contains(times)), "{won:?}");
}

#[test]
fn small_rounds_should_teach_nothing() {
    let grades = all_grade(3, |_, answer| 3_000 * answer as u16);
    let newcomers = vec![Standing::default(); 3];
    let verdict = judge(&newcomers, &Candidates::apart(3), &grades, Closed, &SEED).unwrap();
    assert_eq!(verdict.winner, 2);
    assert_eq!(verdict.after, newcomers);
}

/// What an agent earns in a round, in fair shares, in a swarm that answers a thousand closed
/// questions: each agent two of three right, and all grade with the same noise. If `one_lowers`,
/// agent 0 gives all others 0 instead, and what it earns is told; else what all earn on average.
fn earned(agents: usize, one_lowers: bool) -> f64 {
    const ROUNDS: u64 = 1_000;
    const FAIR_SHARE: u128 = 1_000_000;
    let rules = PaymentRules {
        winner_share: Perbill::from_percent(70),
        poor_answer_loss: Fixed::from_u32(1),
        unwon_share: Perbill::zero(),
    };
    let reward = FAIR_SHARE * agents as u128;
    // Which covers what a poor answer loses.
    let ticket = FAIR_SHARE;
    let (opened, kept_word) = ((0..agents).collect::<Vec<_>>(), vec![true; agents]);
    let mut world = World::new(7, Vec::new());
    let mut standings = vec![Standing::default(); agents];
    let mut earned = 0i128;
    for round in 0..ROUNDS {
        let seed = (round, agents as u64).using_encoded(blake2_256);
        let answer = |drawn: f64| if drawn < 2.0 / 3.0 { 0 } else { 1 + (drawn * 9.0) as u8 % 3 };
        let says: Vec<u8> = (0..agents).map(|_| answer(world.uniform())).collect();
        let mut said = |grader: usize, answer: usize| {
            let quality: f64 = if says[answer] == 0 { 0.8 } else { 0.2 };
            let level = ((quality + 0.3 * world.gaussian()).clamp(0.0, 1.0) * 4.0).round() as u16;
            (answer, grade(if one_lowers && grader == 0 { 0 } else { level * 2_500 }))
        };
        let given = assign(&seed, agents).into_iter().enumerate();
        let grades = GradeMatrix {
            given: given
                .map(|(grader, graded)| graded.into_iter().map(|one| said(grader, one)).collect())
                .collect(),
        };
        let together = candidates(&says);
        let verdict = judge(&standings, &together, &grades, Closed, &seed).unwrap();
        let outcome = Outcome {
            reward,
            ticket,
            committed: agents,
            opened: &opened,
            kept_word: &kept_word,
            scores: &verdict.scores,
            candidates: &together,
            winner: verdict.winner,
            is_won: true,
            skill: &verdict.skill,
        };
        let payments = settle(&rules, &outcome);
        let of = |agent: usize| payments.paid[agent] as i128 - payments.forfeited[agent] as i128;
        let all: i128 = (0..agents).map(of).sum();
        earned += if one_lowers { of(0) * agents as i128 } else { all };
        standings = verdict.after;
    }
    earned as f64 / (FAIR_SHARE * u128::from(ROUNDS) * agents as u128) as f64
}

/// Of rounds of two or three nothing is learnt, so that whoever grades its rivals down goes on for
/// ever. In larger ones it is soon known as a grader that says nothing: its word weighs next to
/// nothing, and it is not paid for it.
#[test]
fn grading_all_rivals_down_should_pay_in_no_swarm_that_may_be_asked_for() {
    for agents in [2, 3, 4, 5, 7] {
        let (honest, lowering) = (earned(agents, false), earned(agents, true));
        if agents < MIN_SWARM as usize {
            assert!(lowering > 1.1 * honest, "{agents}: {lowering} {honest}");
        } else {
            assert!(lowering < 0.95 * honest, "{agents}: {lowering} {honest}");
        }
    }
}

#[test]
fn graders_should_learn_from_others_only() {
    // The only grader of two equal answers has nobody to be compared with; once another grades one
    // of them, it has, for both.
    let mut grades = GradeMatrix { given: vec![Vec::new(); 5] };
    grades.given[0] = vec![(1, grade(9_000)), (2, grade(2_000))];
    let newcomers = vec![Standing::default(); 5];
    let equal = candidates(&[0, 1, 1, 2, 3]);
    let alone = judge(&newcomers, &equal, &grades, Closed, &SEED).unwrap();
    assert_eq!(alone.after[0].grading, Calibration::default());
    grades.given[3] = vec![(2, grade(7_000))];
    let compared = judge(&newcomers, &equal, &grades, Closed, &SEED).unwrap();
    assert_eq!(compared.after[0].grading.grades, Fixed::from_u32(2));
    assert_eq!(compared.after[3].grading.grades, Fixed::from_u32(1));
}

#[test]
fn graders_without_answers_should_never_win() {
    let outsiders = GradeMatrix {
        given: vec![
            vec![],
            vec![],
            vec![(0, grade(4_000)), (1, grade(6_000))],
            vec![(1, Grade::MIN), (0, Grade::MIN)],
        ],
    };
    let verdict =
        judge(&[Standing::default(); 4], &Candidates::apart(2), &outsiders, Closed, &SEED).unwrap();
    assert_eq!((verdict.winner, verdict.scores.len()), (1, 2));
    assert_ne!(verdict.after[2], Standing::default());
}

/// Records that rounds could leave, a seed, what the answers say, another order of the agents.
fn any_round() -> impl Strategy<Value = (Vec<Standing>, Hash32, Vec<u8>, Vec<usize>)> {
    (2usize..20).prop_flat_map(|n| {
        (
            any::<Hash32>(),
            prop::collection::vec(0..5u8, n),
            Just((0..n).collect::<Vec<_>>()).prop_shuffle(),
            0..4usize,
        )
            .prop_map(move |(seed, says, moved, rounds)| {
                let grades = any_grades(&seed, n);
                let newcomers = vec![Standing::default(); n];
                let standings = (0..rounds).fold(newcomers, |standings, _| {
                    judge(&standings, &candidates(&says), &grades, Closed, &seed).unwrap().after
                });
                (standings, seed, says, moved)
            })
    })
}

proptest! {
    #[test]
    fn the_order_of_agents_never_matters((standings, seed, says, moved) in any_round()) {
        let grades = any_grades(&seed, standings.len());
        let one = judge(&standings, &candidates(&says), &grades, Closed, &seed).unwrap();
        let (says, grades) = (moved_to(&says, &moved), permuted(&grades, &moved));
        let standings = moved_to(&standings, &moved);
        let other = judge(&standings, &candidates(&says), &grades, Closed, &seed).unwrap();
        prop_assert_eq!(moved_to(&one.scores, &moved), other.scores);
        prop_assert_eq!(moved_to(&one.weights, &moved), other.weights);
        prop_assert_eq!(moved_to(&one.after, &moved), other.after);
        prop_assert_eq!(one.totals.iter().max(), other.totals.iter().max());
    }

    #[test]
    fn a_better_grade_never_lowers_its_answer((standings, seed, says, _) in any_round()) {
        let grades = any_grades(&seed, standings.len());
        let mut better = grades.clone();
        let (answer, given) = better.given[0][0];
        better.given[0][0] = (answer, grade((given.basis_points() + 2_500).min(10_000)));
        let before = judge(&standings, &candidates(&says), &grades, Closed, &seed).unwrap();
        let after = judge(&standings, &candidates(&says), &better, Closed, &seed).unwrap();
        prop_assert!(before.scores[answer] <= after.scores[answer]);
        let others = (0..says.len()).filter(|place| *place != answer);
        prop_assert!(others.clone().all(|place| before.scores[place] == after.scores[place]));
    }

    #[test]
    fn no_grader_weighs_more_than_four_medians((standings, seed, says, _) in any_round()) {
        let grades = any_grades(&seed, standings.len());
        let verdict = judge(&standings, &candidates(&says), &grades, Closed, &seed).unwrap();
        let middle = median(verdict.weights.clone()).unwrap_or_default().to_float();
        let most = verdict.weights.iter().max().unwrap().to_float();
        prop_assert!(most <= 4.0 * middle + 1e-9, "{:?}", verdict.weights);
    }

    /// Whatever it says: what the others say of the same answers stays what it is.
    #[test]
    fn nobody_moves_what_it_is_compared_with(
        (standings, seed, says, _) in any_round(),
        grader in 0..20usize,
        basis_points in 0..=10_000u16,
    ) {
        let (grader, together) = (grader % standings.len(), candidates(&says));
        let honest = any_grades(&seed, standings.len());
        let mut bent = honest.clone();
        bent.given[grader].iter_mut().for_each(|(_, given)| *given = grade(basis_points));
        let heard = |grades: &GradeMatrix| {
            let verdict = judge(&standings, &together, grades, Closed, &seed).unwrap();
            verdict.after[grader].grading.heard
        };
        prop_assert_eq!(heard(&honest), heard(&bent));
    }

    /// The winner is of the candidate that has the most, and no other of its answers is better.
    #[test]
    fn the_winner_is_the_best_of_the_best((standings, seed, says, _) in any_round()) {
        let together = candidates(&says);
        let grades = any_grades(&seed, standings.len());
        let verdict = judge(&standings, &together, &grades, Closed, &seed).unwrap();
        prop_assert_eq!(verdict.totals.iter().max(), Some(&verdict.totals[verdict.candidate]));
        prop_assert_eq!(together.at(verdict.winner), Some(verdict.candidate));
        let best = together.members(verdict.candidate).map(|place| verdict.scores[place]).max();
        prop_assert_eq!(best, Some(verdict.scores[verdict.winner]));
        prop_assert!(verdict.scores.iter().all(|score| (fixed(0.0)..=fixed(1.0)).contains(score)));
    }

    /// Records that no round would leave, but storage could hold.
    #[test]
    fn nothing_overflows(
        inner in prop::collection::vec(any::<[i128; 9]>(), 2..8),
        seed: Hash32,
    ) {
        let standings: Vec<Standing> = inner
            .into_iter()
            .map(|inner| {
                let [a, b, c, d, e, f, g, h, i] = inner.map(Fixed::from_inner);
                Standing {
                    grading: Calibration {
                        grades: a,
                        said: b,
                        heard: c,
                        said_squared: d,
                        heard_squared: e,
                        product: f,
                        uncertainty: g,
                        rounds: 0,
                    },
                    answering: AnswerRecord { got: h, answers: i },
                }
            })
            .collect();
        let grades = any_grades(&seed, standings.len());
        prop_assert!(
            judge(&standings, &Candidates::apart(standings.len()), &grades, Closed, &seed).is_some()
        );
    }
}
