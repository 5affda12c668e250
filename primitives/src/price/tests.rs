//! What [`super`] promises.

use super::*;
use proptest::prelude::*;

const PRICES: AskingPrices = AskingPrices { seat: 5_000, crowded_block: 20_000, vain_answer: 0 };

#[test]
fn a_fee_should_be_as_by_hand() {
    // Seven seats; forty blocks while 16 of 64 rounds run, which is a sixteenth of the full price.
    assert_eq!(PRICES.fee(7, 40, 16, 64), 7 * 5_000 + 40 * 20_000 / 16);
    assert_eq!(PRICES.fee(7, 40, 64, 64), 7 * 5_000 + 40 * 20_000);
    assert_eq!(PRICES.fee(7, 40, 1, 0), 7 * 5_000);
    assert_eq!(AskingPrices::default().fee(100, 14_400, 64, 64), 0);
}

proptest! {
    /// Whoever takes more never pays less.
    #[test]
    fn more_should_cost_no_less(
        seats in 2u32..=100,
        blocks in 1u32..=14_400,
        running in 1u32..=64,
        more in 0u32..10,
    ) {
        let fee = PRICES.fee(seats, blocks, running, 64);
        prop_assert!(fee <= PRICES.fee(seats + more, blocks, running, 64));
        prop_assert!(fee <= PRICES.fee(seats, blocks + more, running, 64));
        prop_assert!(fee <= PRICES.fee(seats, blocks, running + more, 64));
    }

    #[test]
    fn nothing_should_overflow(
        prices: (u128, u128),
        seats: u32,
        blocks: u32,
        running: u32,
        most: u32,
    ) {
        let prices = AskingPrices { seat: prices.0, crowded_block: prices.1, vain_answer: 0 };
        let _ = prices.fee(seats, blocks, running, most);
    }
}
