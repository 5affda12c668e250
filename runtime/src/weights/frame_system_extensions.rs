//! Weights of `frame_system_extensions`, measured. Written by `./scripts/weights`: do not edit.
//!
//! | | |
//! | --- | --- |
//! | date | 2026-11-24 |
//! | machine | AMD EPYC |
//! | command | `./scripts/weights --steps 50 --repeat 20` |
//! | tool | frame-omni-bencher on frame-benchmarking-cli 64.0.0, Compiled wasm |

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// What was measured, with the database of `T`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> frame_system::ExtensionsWeightInfo for WeightInfo<T> {
    // At least 2_294_000 picoseconds.
    fn check_genesis() -> Weight {
        Weight::from_parts(2_494_000, 0)
    }
    // At least 4_677_000 picoseconds.
    fn check_mortality_mortal_transaction() -> Weight {
        Weight::from_parts(5_027_000, 0)
    }
    // At least 4_697_000 picoseconds.
    fn check_mortality_immortal_transaction() -> Weight {
        Weight::from_parts(5_027_000, 0)
    }
    // At least 751_000 picoseconds.
    fn check_non_zero_sender() -> Weight {
        Weight::from_parts(832_000, 0)
    }
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // At least 9_104_000 picoseconds.
    fn check_nonce() -> Weight {
        Weight::from_parts(9_694_000, 3593)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // At least 571_000 picoseconds.
    fn check_spec_version() -> Weight {
        Weight::from_parts(641_000, 0)
    }
    // At least 571_000 picoseconds.
    fn check_tx_version() -> Weight {
        Weight::from_parts(651_000, 0)
    }
    // At least 4_666_000 picoseconds.
    fn check_weight() -> Weight {
        Weight::from_parts(5_048_000, 0)
    }
    // At least 2_594_000 picoseconds.
    fn weight_reclaim() -> Weight {
        Weight::from_parts(2_894_000, 0)
    }
}
