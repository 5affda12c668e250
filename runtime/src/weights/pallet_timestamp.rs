//! Weights of `pallet_timestamp`, measured. Written by `./scripts/weights`: do not edit.
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

impl<T: frame_system::Config> pallet_timestamp::WeightInfo for WeightInfo<T> {
    // Storage: `Timestamp::Now` (r:1 w:1)
    // Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Slots::SlotDurationMs` (r:1 w:0)
    // Proof: `Slots::SlotDurationMs` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Babe::CurrentSlot` (r:1 w:0)
    // Proof: `Babe::CurrentSlot` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // At least 5_077_000 picoseconds.
    fn set() -> Weight {
        Weight::from_parts(5_488_000, 1493)
            .saturating_add(T::DbWeight::get().reads(3))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // At least 500_000 picoseconds.
    fn on_finalize() -> Weight {
        Weight::from_parts(571_000, 0)
    }
}
