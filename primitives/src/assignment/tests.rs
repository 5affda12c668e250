//! What [`super`] promises, for every size of swarm.

use super::*;
use crate::types::{MAX_GRADES_PER_GRADER, MAX_SWARM};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Fewest agents that may open their answers and have somebody to grade.
const FEWEST: u32 = 2;

#[test]
fn k_is_about_a_third_of_the_others_but_two_where_there_are_two() {
    for n in 2..=1_000usize {
        let third = ((n - 1) as f64 / 3.0).round() as usize;
        assert_eq!(grades_per_agent(n), third.clamp(2.min(n - 1), n - 1), "{n}");
    }
    let of_small =
        [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (7, 2), (8, 2), (9, 3), (10, 3), (100, 33)];
    for (n, k) in of_small {
        assert_eq!(grades_per_agent(n), k, "{n}");
    }
}

#[test]
fn the_limits_agree_with_the_largest_swarm() {
    assert_eq!(grades_per_agent(MAX_SWARM as usize), MAX_GRADES_PER_GRADER as usize);
    assert!((FEWEST..=MAX_SWARM)
        .all(|n| grades_per_agent(n as usize) <= MAX_GRADES_PER_GRADER as usize));
}

#[test]
fn nobody_grades_in_a_swarm_of_one() {
    assert_eq!(assign(&[1; 32], 0), Vec::<Vec<usize>>::new());
    assert_eq!(assign(&[1; 32], 1), vec![Vec::<usize>::new()]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn every_answer_gets_exactly_k_grades_and_nobody_grades_itself(seed: Hash32) {
        for n in FEWEST as usize..=MAX_SWARM as usize {
            let k = grades_per_agent(n);
            let assigned = assign(&seed, n);
            prop_assert_eq!(assigned.len(), n);
            let mut received = vec![0; n];
            for (grader, graded) in assigned.iter().enumerate() {
                prop_assert_eq!(graded.len(), k);
                prop_assert_eq!(graded.iter().collect::<BTreeSet<_>>().len(), k);
                prop_assert!(!graded.contains(&grader));
                graded.iter().for_each(|answer| received[*answer] += 1);
            }
            prop_assert!(received.iter().all(|grades| *grades == k));
        }
    }
}

proptest! {
    #[test]
    fn the_seed_depends_on_all_that_it_is_made_of(
        round: u64,
        randomness: Hash32,
        keys: [Hash32; 3],
        byte in 0usize..32,
    ) {
        let original = seed(round, &randomness, &keys);
        prop_assert_ne!(original, seed(round ^ 1, &randomness, &keys));
        let mut other = randomness;
        other[byte] ^= 1;
        prop_assert_ne!(original, seed(round, &other, &keys));
        for place in 0..3 {
            let mut other = keys;
            other[place][byte] ^= 1;
            prop_assert_ne!(original, seed(round, &randomness, &other));
        }
        prop_assert_ne!(original, seed(round, &randomness, &keys[..2]));
    }

    #[test]
    fn draws_stay_below_their_bound(key: Hash32, bound in 1usize..5_000) {
        let mut draws = Draws::new(&key);
        prop_assert!((0..100).all(|_| draws.below(bound) < bound));
    }
}

#[test]
fn draws_of_no_or_one_number_yield_zero() {
    let mut draws = Draws::new(&[3; 32]);
    assert_eq!((draws.below(0), draws.below(1)), (0, 0));
}

#[test]
fn draws_are_even_where_a_plain_remainder_would_not_be() {
    // With 3/4 of 2³² as the bound, a remainder without refusals would make the first third twice
    // as likely.
    let bound = 3usize << 30;
    let mut draws = Draws::new(&[4; 32]);
    let first_third = (0..30_000).filter(|_| draws.below(bound) < bound / 3).count();
    assert!((9_500..10_500).contains(&first_third), "{first_third} of 30 000");
}

#[test]
fn every_pair_is_as_likely() {
    const SEEDS: usize = 4_000;
    let n = 5;
    let mut times = vec![vec![0usize; n]; n];
    for i in 0..SEEDS as u64 {
        for (grader, graded) in assign(&seed(i, &[9; 32], &[]), n).iter().enumerate() {
            graded.iter().for_each(|answer| times[grader][*answer] += 1);
        }
    }
    // k/(n − 1) = 1/2 of the seeds; the standard deviation is 32.
    for (grader, row) in times.iter().enumerate() {
        for (answer, count) in row.iter().enumerate().filter(|(answer, _)| *answer != grader) {
            assert!(count.abs_diff(SEEDS / 2) < 190, "{grader} → {answer}: {count}");
        }
    }
}

#[test]
fn the_vector_of_the_protocol_page_holds() {
    let made = seed(7, &[1; 32], &[[2; 32], [3; 32]]);
    assert_eq!(
        format!("{:?}", sp_core::hexdisplay::HexDisplay::from(&made)),
        "68f7af0b18fb3edd3996b3a047ebb8078c1eee6b74e5521b18fcf42de782f34b"
    );
    assert_eq!(assign(&[0; 32], 7), [[6, 1], [3, 4], [1, 5], [5, 0], [0, 2], [4, 6], [2, 3]]);
}
