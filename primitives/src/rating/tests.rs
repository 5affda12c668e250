//! What [`super`] promises: who grades well is found out, who does not loses weight, and nobody
//! rates itself.

use super::*;
use crate::{
    grades::GradeMatrix,
    score::{scores, winner},
    simulation::{any_grades, extreme_record, fixed, learnt, moved_to, permuted, Grader, World},
    types::{Grade, Hash32},
    weighting::{weights, Aggregation},
};
use proptest::prelude::*;

fn honest(noise: f64) -> Grader {
    Grader::Honest { noise, bias: 0.0 }
}

fn distance(a: Fixed, b: f64) -> f64 {
    (a.to_float() - b).abs()
}

#[test]
fn sums_halve_in_a_hundred_rounds() {
    let after = (0..100).fold(Fixed::one(), |sum, _| sum * DECAY);
    assert!(distance(after, 0.5) < 1e-15, "{after:?}");
}

#[test]
fn small_rounds_and_silence_change_nothing() {
    let records = vec![RatingRecord { grades: fixed(5.0), ..Default::default() }; 4];
    for estimator in [Estimator::LeaveOneOut, Estimator::Paper] {
        assert_eq!(learnt(estimator, &records[..3], &any_grades(&[1; 32], 3)), records[..3]);
        let mut grades = any_grades(&[1; 32], 4);
        grades.given[2].clear();
        let after = learnt(estimator, &records, &grades);
        assert_eq!(after[2], records[2]);
        assert!([0, 1, 3].iter().all(|place| after[*place] != records[2]));
    }
}

#[test]
fn one_round_is_learnt_as_by_hand() {
    // Place 0 grades the answer of place 3 with 1; newcomers 1 and 2 say 0.5 and 0: m = (0.5 + 0 +
    // 0.5)/3, v = 0.26/3.
    let said = |basis_points| vec![(3, Grade::new(basis_points).unwrap())];
    let grades = GradeMatrix { given: vec![said(10_000), said(5_000), said(0), vec![]] };
    let after = learnt(Estimator::LeaveOneOut, &[RatingRecord::default(); 4], &grades)[0];
    assert!(distance(after.squared_deviations, 4.0 / 9.0 - 0.26 / 3.0) < 1e-15);
    assert!(distance(after.deviations, 2.0 / 3.0) < 1e-15);
    assert_eq!((after.grades, after.rounds), (Fixed::one(), 1));
    assert!(distance(after.variance(), (2.5 + 4.0 / 9.0 - 0.26 / 3.0) / 11.0) < 1e-15);
    assert!(distance(after.bias(), 2.0 / 33.0) < 1e-15);

    // The paper's mean has the grade itself in it: (1 + 0.5 + 0)/3.
    let after = learnt(Estimator::Paper, &[RatingRecord::default(); 4], &grades)[0];
    assert_eq!(after.squared_deviations, fixed(0.25));
    assert_eq!((after.deviations, after.grades, after.rounds), (Fixed::zero(), Fixed::one(), 1));
}

#[test]
fn every_rated_round_decays_what_was_known() {
    let old = RatingRecord {
        squared_deviations: fixed(3.0),
        deviations: fixed(2.0),
        grades: fixed(50.0),
        rounds: 9,
    };
    let mut grades = any_grades(&[2; 32], 6);
    grades.given.iter_mut().skip(1).for_each(|given| given.clear());
    let k = Fixed::from_u32(grades.given[0].len() as u32);
    let after = learnt(Estimator::LeaveOneOut, &[old; 6], &grades)[0];
    assert_eq!((after.grades, after.rounds), (old.grades * DECAY + k, 10));
    assert_eq!(learnt(Estimator::Paper, &[old; 6], &grades)[0].grades, old.grades + k);
}

proptest! {
    #[test]
    fn learning_never_overflows(
        records in prop::collection::vec(extreme_record(), 4..12),
        seed: Hash32,
    ) {
        let grades = any_grades(&seed, records.len());
        for estimator in [Estimator::LeaveOneOut, Estimator::Paper] {
            prop_assert_eq!(learnt(estimator, &records, &grades).len(), records.len());
        }
    }

    #[test]
    fn the_order_of_agents_never_changes_what_is_learnt(
        seed: Hash32,
        moved in Just((0..11).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let grades = any_grades(&seed, 11);
        for estimator in [Estimator::LeaveOneOut, Estimator::Paper] {
            let records = learnt(estimator, &[RatingRecord::default(); 11], &grades);
            let after = learnt(estimator, &records, &grades);
            let other = learnt(estimator, &moved_to(&records, &moved), &permuted(&grades, &moved));
            prop_assert_eq!(moved_to(&after, &moved), other);
        }
    }

    #[test]
    fn nobody_moves_the_mean_that_it_is_measured_by(seed: Hash32, said in 0u16..=10_000) {
        let grades = any_grades(&seed, 9);
        let mut other = grades.clone();
        other.given[4].iter_mut().for_each(|(_, grade)| *grade = Grade::new(said).unwrap());
        let references = |grades| -> Vec<Fixed> {
            let comparisons = Comparisons::of(&[RatingRecord::default(); 9], grades);
            comparisons.by_grader()[4].iter().map(|c| c.reference).collect()
        };
        prop_assert_eq!(references(&grades), references(&other));
    }
}

#[test]
fn careful_graders_are_told_from_careless_ones() {
    for seed in 0..3 {
        let mut world = World::new(seed, [vec![honest(0.05); 5], vec![honest(0.4); 5]].concat());
        world.live(Estimator::LeaveOneOut, 100);
        let sigma = |place: usize| world.records[place].sigma();
        let worst_careful = (0..5).map(sigma).max().unwrap();
        let best_careless = (5..10).map(sigma).min().unwrap();
        assert!(worst_careful < best_careless, "{worst_careful:?} {best_careless:?}");
    }
}

#[test]
fn a_habit_of_praise_is_learnt() {
    let mut graders = vec![honest(0.1); 10];
    graders[0] = Grader::Honest { noise: 0.1, bias: 0.2 };
    let mut world = World::new(5, graders);
    world.live(Estimator::LeaveOneOut, 150);
    assert!(world.records[0].bias() > fixed(0.1), "{:?}", world.records[0].bias());
    assert!(world.records[1..].iter().all(|record| record.bias() < fixed(0.06)));
}

/// Ten agents with noises from 0.05 to 0.5 and little biases; the first two collude.
fn with_colluders(seed: u8) -> World {
    let graders = (0..10)
        .map(|place| match place {
            0 | 1 => Grader::Colluder,
            _ => Grader::Honest {
                noise: 0.05 + 0.45 * (place - 2) as f64 / 7.0,
                bias: [0.1, -0.1][place % 2],
            },
        })
        .collect();
    World::new(seed, graders)
}

#[test]
fn colluders_lose_their_weight() {
    let mut world = with_colluders(1);
    world.live(Estimator::LeaveOneOut, 100);
    let round = world.play();
    let weights = weights(Aggregation::Precision, &world.records, &round.grades).weights;
    let best_colluder = weights[0].max(weights[1]);
    let careful = &weights[2..6];
    assert!(careful.iter().all(|weight| *weight > best_colluder), "{weights:?}");
}

#[test]
fn the_default_rule_picks_better_answers_than_the_sum_when_a_fifth_colludes() {
    let mut regrets = [0.0, 0.0];
    let mut rounds = 0;
    for seed in 0..6 {
        let mut world = with_colluders(seed);
        world.live(Estimator::LeaveOneOut, 100);
        for _ in 0..150 {
            let round = world.play();
            let best = round.qualities.iter().copied().fold(0.0, f64::max);
            for (regret, aggregation) in
                regrets.iter_mut().zip([Aggregation::Precision, Aggregation::WeightedSum])
            {
                let weights = weights(aggregation, &world.records, &round.grades);
                let winner =
                    winner(&scores(aggregation, &weights, &round.grades), &round.seed).unwrap();
                *regret += best - round.qualities[winner];
            }
            rounds += 1;
            world.learn(Estimator::LeaveOneOut, &round);
        }
    }
    let [default, sum] = regrets.map(|regret| regret / f64::from(rounds));
    println!("regret: {default:.3} by default, {sum:.3} with the sum");
    assert!(default < 0.85 * sum, "{default} {sum}");
}

#[test]
fn sharpened_weights_pick_better_answers_when_four_in_ten_collude() {
    let mut regrets = [0.0, 0.0];
    for seed in 0..12 {
        let graders = (0..10)
            .map(|place| match place {
                0..4 => Grader::Colluder,
                _ => Grader::Honest {
                    noise: 0.05 + 0.45 * (place - 4) as f64 / 5.0,
                    bias: [0.1, -0.1][place % 2],
                },
            })
            .collect();
        let mut world = World::new(seed, graders);
        world.live(Estimator::LeaveOneOut, 100);
        for _ in 0..100 {
            let round = world.play();
            let best = round.qualities.iter().copied().fold(0.0, f64::max);
            for (regret, aggregation) in
                regrets.iter_mut().zip([Aggregation::Sharpened, Aggregation::Precision])
            {
                let weights = weights(aggregation, &world.records, &round.grades);
                let winner =
                    winner(&scores(aggregation, &weights, &round.grades), &round.seed).unwrap();
                *regret += (best - round.qualities[winner]) / 1_200.0;
            }
            world.learn(Estimator::LeaveOneOut, &round);
        }
    }
    let [sharpened, precision] = regrets;
    println!("regret: {sharpened:.3} sharpened, {precision:.3} by precision");
    assert!(sharpened < 0.92 * precision, "{sharpened} {precision}");
}
