//! Tests of the lots: that they are the numbers in another order, and a fair one.

use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn lots_should_be_the_members_numbers_in_another_order(
        seed: [u8; 32], members in 1u32..2_000,
    ) {
        let lots = Lots::new(seed, members);
        let mut drawn: Vec<u32> =
            (0..members).map(|number| lots.lot_of(number).unwrap()).collect();
        for (number, lot) in (0..).zip(&drawn) {
            prop_assert_eq!(lots.number_with(*lot), Some(number));
        }
        drawn.sort_unstable();
        prop_assert_eq!(drawn, (0..members).collect::<Vec<_>>());
    }

    #[test]
    fn a_large_roster_should_have_lots_too(seed: [u8; 32], members: u32, number: u32) {
        let lots = Lots::new(seed, members);
        match lots.lot_of(number) {
            Some(lot) => {
                prop_assert!(number < members && lot < members);
                prop_assert_eq!(lots.number_with(lot), Some(number));
            }
            None => prop_assert!(number >= members),
        }
    }
}

#[test]
fn strangers_should_have_no_lot() {
    let lots = Lots::new([1; 32], 5);
    assert_eq!(lots.lot_of(5), None);
    assert_eq!(lots.number_with(5), None);
    assert_eq!(Lots::new([1; 32], 0).lot_of(0), None);
}

/// In how many of `draws` draws for `seats` seats each of `members` members has one, and each two
/// of them.
fn draws(members: u32, seats: u32, draws: u64) -> (Vec<u32>, Vec<u32>) {
    let pairs = || (0..members).flat_map(|one| (0..one).map(move |other| (one, other)));
    let mut drawn = vec![0; members as usize];
    let mut together = vec![0; pairs().count()];
    for round in 0..draws {
        let mut draw = Draw::new(round);
        draw.add(0, &[7; 32]);
        let lots = Lots::new(draw.seed(1, 1).unwrap(), members);
        let has_seat: Vec<bool> =
            (0..members).map(|number| lots.lot_of(number).unwrap() < seats).collect();
        for (count, has_seat) in drawn.iter_mut().zip(&has_seat) {
            *count += u32::from(*has_seat);
        }
        for (count, (one, other)) in together.iter_mut().zip(pairs()) {
            *count += u32::from(has_seat[one as usize] && has_seat[other as usize]);
        }
    }
    (drawn, together)
}

#[test]
fn every_member_should_be_drawn_as_often_as_any_other_and_with_any_other() {
    for (members, seats, count) in
        [(5, 2, 40_000), (12, 4, 10_000), (17, 10, 10_000), (40, 10, 4_000)]
    {
        let (drawn, together) = draws(members, seats, count);
        let (members, seats, count) = (f64::from(members), f64::from(seats), count as f64);
        // Five standard deviations.
        let is_near = |drawn: &u32, chance: f64| {
            let spread = (count * chance * (1.0 - chance)).sqrt();
            (f64::from(*drawn) - count * chance).abs() < 5.0 * spread
        };
        assert!(drawn.iter().all(|drawn| is_near(drawn, seats / members)), "{drawn:?}");
        let pair = seats * (seats - 1.0) / (members * (members - 1.0));
        assert!(together.iter().all(|drawn| is_near(drawn, pair)), "{members}: {together:?}");
    }
}

#[test]
fn lots_should_never_change() {
    let lots = Lots::new([3; 32], 10);
    let drawn: Vec<u32> = (0..10).map(|number| lots.lot_of(number).unwrap()).collect();
    assert_eq!(drawn, LOTS_OF_TEN);
    let mut draw = Draw::new(5);
    draw.add(1, &[2; 32]);
    assert_eq!(draw.seed(1, 1), Some(SEED));
}

const LOTS_OF_TEN: [u32; 10] = [0, 3, 7, 8, 1, 4, 5, 2, 9, 6];
const SEED: Hash32 = [
    0x26, 0xda, 0x44, 0xe0, 0x5a, 0x26, 0xd0, 0x32, 0x86, 0x06, 0x3e, 0xec, 0xb7, 0xa3, 0x6f, 0x27,
    0x80, 0x0a, 0xc7, 0x7b, 0x69, 0x09, 0xd4, 0xf4, 0xb3, 0xd4, 0x73, 0xa3, 0x4e, 0x3f, 0xfb, 0x49,
];

#[test]
fn two_authors_should_contribute_where_there_are_two() {
    let mut draw = Draw::new(0);
    for _ in 0..3 {
        assert_eq!(draw.seed(3, 4), None);
        draw.add(2, &[1; 32]);
    }
    assert_eq!(draw.seed(3, 4), None);
    assert!(draw.seed(3, 1).is_some(), "a lone validator draws alone");
    draw.add(3, &[1; 32]);
    assert!(draw.seed(3, 4).is_some());
}

#[test]
fn a_draw_should_end_though_one_author_makes_all_blocks() {
    let mut draw = Draw::new(0);
    for _ in 0..MAX_DRAW_BLOCKS {
        assert_eq!(draw.seed(3, 4), None);
        draw.add(2, &[1; 32]);
    }
    assert!(draw.seed(3, 4).is_some());
}

#[test]
fn each_block_and_each_round_should_draw_other_lots() {
    let seed = |round, randomness: &[Hash32]| {
        let mut draw = Draw::new(round);
        for output in randomness {
            draw.add(0, output);
        }
        draw.seed(1, 1).unwrap()
    };
    let one = seed(1, &[[1; 32], [2; 32]]);
    assert_ne!(one, seed(2, &[[1; 32], [2; 32]]));
    assert_ne!(one, seed(1, &[[2; 32], [1; 32]]));
    assert_ne!(one, seed(1, &[[1; 32], [3; 32]]));
}
