//! Weights of `pallet_transaction_payment`, measured. Written by `./scripts/weights`: do not edit.
//!
//! | | |
//! | --- | --- |
//! | date | 2026-11-29 |
//! | machine | AMD EPYC |
//! | command | `./scripts/weights --steps 50 --repeat 20` |
//! | tool | `weigher/`, frame-benchmarking-cli 64.0.0, Compiled wasm |

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// What was measured, with the database of `T`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_transaction_payment::WeightInfo for WeightInfo<T> {
    // Storage: `System::Account` (r:2 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // At least 45_098_000 picoseconds.
    fn charge_transaction_payment() -> Weight {
        Weight::from_parts(47_270_000, 6196)
            .saturating_add(T::DbWeight::get().reads(2))
            .saturating_add(T::DbWeight::get().writes(2))
    }
}
