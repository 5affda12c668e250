//! What [`super`] promises.

use super::*;
use proptest::prelude::*;

const PRICES: AskingPrices = AskingPrices { seat: 5_000, crowded_block: 20_000, vain_answer: 0 };

#[test]
fn prices_should_be_as_by_hand() {
    assert_eq!(PRICES.seats(7), 7 * 5_000);
    // Sixteen of 64 rounds run: a sixteenth of the full price.
    assert_eq!(PRICES.room(40, 16, 64), 40 * 20_000 / 16);
    assert_eq!(PRICES.room(40, 64, 64), 40 * 20_000);
    assert_eq!(PRICES.room(40, 1, 0), 0);
    let free = AskingPrices::default();
    assert_eq!((free.seats(100), free.room(14_400, 64, 64)), (0, 0));
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
        prop_assert!(PRICES.seats(seats) <= PRICES.seats(seats + more));
        let room = PRICES.room(blocks, running, 64);
        prop_assert!(room <= PRICES.room(blocks + more, running, 64));
        prop_assert!(room <= PRICES.room(blocks, running + more, 64));
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
        let _ = (prices.seats(seats), prices.room(blocks, running, most));
    }
}
