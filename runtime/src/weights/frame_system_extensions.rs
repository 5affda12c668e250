//! Weights of `frame_system_extensions`, measured. Written by `./scripts/weights`: do not edit.
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

impl<T: frame_system::Config> frame_system::ExtensionsWeightInfo for WeightInfo<T> {
    // At least 1_252_000 picoseconds.
    fn check_genesis() -> Weight {
        Weight::from_parts(1_402_000, 0)
    }
    // At least 2_604_000 picoseconds.
    fn check_mortality_mortal_transaction() -> Weight {
        Weight::from_parts(2_845_000, 0)
    }
    // At least 2_593_000 picoseconds.
    fn check_mortality_immortal_transaction() -> Weight {
        Weight::from_parts(2_834_000, 0)
    }
    // At least 440_000 picoseconds.
    fn check_non_zero_sender() -> Weight {
        Weight::from_parts(510_000, 0)
    }
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // At least 5_508_000 picoseconds.
    fn check_nonce() -> Weight {
        Weight::from_parts(5_909_000, 3593)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // At least 330_000 picoseconds.
    fn check_spec_version() -> Weight {
        Weight::from_parts(391_000, 0)
    }
    // At least 331_000 picoseconds.
    fn check_tx_version() -> Weight {
        Weight::from_parts(391_000, 0)
    }
    // At least 2_583_000 picoseconds.
    fn check_weight() -> Weight {
        Weight::from_parts(2_845_000, 0)
    }
    // At least 1_392_000 picoseconds.
    fn weight_reclaim() -> Weight {
        Weight::from_parts(1_552_000, 0)
    }
}
