//! What pools pay, and that nobody gains by asking in order to serve.

use super::*;
use crate::price::AskingPrices;
use proptest::prelude::*;

const RULES: PoolRules = PoolRules { epoch_part: Perbill::from_percent(10), most_for_round: 30 };

#[test]
fn an_epoch_should_pay_its_part_of_the_pool_when_many_rounds_were_served() {
    assert_eq!(RULES.epoch_pays(1_000, 4), 100);
    assert_eq!(RULES.epoch_pays(1_009, 1_000), 100, "rounded down");
}

#[test]
fn an_epoch_should_pay_no_more_than_the_bound_for_each_round() {
    assert_eq!(RULES.epoch_pays(1_000, 3), 90);
    assert_eq!(RULES.epoch_pays(u128::MAX, 1), 30);
    assert_eq!(RULES.epoch_pays(u128::MAX, 0), 0);
}

#[test]
fn part_for_should_be_in_proportion_to_the_rounds_served() {
    assert_eq!([1, 2, 4].map(|rounds| part_for(100, rounds, 7)), [14, 28, 57]);
    assert_eq!((part_for(100, 7, 7), part_for(100, 0, 7)), (100, 0));
    assert_eq!((part_for(100, 1, 0), part_for(100, 8, 7)), (0, 100));
    assert_eq!(part_for(u128::MAX, u32::MAX, u32::MAX), u128::MAX);
}

#[test]
fn counted_should_be_all_where_they_are_few_and_a_row_where_they_are_many() {
    let few: Vec<u32> = (0..MAX_COUNTED).collect();
    assert_eq!(counted(&[1; 32], few.clone()), few);
    assert!(counted(&[1; 32], Vec::<u32>::new()).is_empty());
    let row = counted(&[1; 32], (0..100u32).collect());
    assert_eq!(row.len(), MAX_COUNTED as usize);
    assert!(row.windows(2).all(|pair| pair[1] == (pair[0] + 1) % 100), "{row:?}");
}

/// In the mean: each of a hundred in 32 of a hundred rounds, give or take five deviations.
#[test]
fn counted_should_prefer_nobody() {
    let mut times = [0u32; 100];
    for round in 0..10_000u32 {
        let seed = round.using_encoded(blake2_256);
        for member in counted(&seed, (0..100usize).collect()) {
            times[member] += 1;
        }
    }
    assert!(times.iter().all(|times| times.abs_diff(3_200) < 5 * 47), "{times:?}");
}

proptest! {
    #[test]
    fn the_parts_of_all_should_be_no_more_than_the_amount_and_leave_less_than_a_unit_each(
        amount in any::<u128>(),
        served in prop::collection::vec(0u32..1_000, 1..50),
    ) {
        let all: u32 = served.iter().sum();
        let parts = served.iter().map(|rounds| part_for(amount, *rounds, all));
        let paid = parts.fold(0u128, |sum, part| sum.checked_add(part).expect("no more than all"));
        prop_assert!(paid <= amount);
        prop_assert!(all == 0 || amount - paid <= served.len() as u128);
    }

    #[test]
    fn nobody_should_be_paid_more_for_a_round_than_the_bound(
        available in any::<u128>(),
        rounds in 1u32..100_000,
        others in 0u32..100_000,
    ) {
        let pays = RULES.epoch_pays(available, rounds + others);
        prop_assert!(pays <= available);
        let own = part_for(pays, rounds, rounds + others);
        prop_assert!(own <= RULES.most_for_round * u128::from(rounds));
    }

    /// Whatever is in the pool, and whatever others serve: who asks in order to serve, with agents
    /// of its own on all seats, pays at least twice what the pool pays for it.
    #[test]
    fn asking_in_order_to_serve_should_cost_more_than_it_brings(
        available in any::<u128>(),
        others in 0u32..10_000,
        swarms in prop::collection::vec((4u32..=100, 0u32..=100), 1..50),
    ) {
        let prices = AskingPrices { seat: 60, ..Default::default() };
        let fees: u128 = swarms.iter().map(|(seats, _)| prices.seats(*seats)).sum();
        let served: u32 = swarms.iter().map(|(seats, own)| (*own).min(*seats)).sum();
        let pays = RULES.epoch_pays(available, served + others);
        let gain = part_for(pays, served, served + others);
        prop_assert!(2 * gain <= fees, "{gain} for {fees}");
    }
}
