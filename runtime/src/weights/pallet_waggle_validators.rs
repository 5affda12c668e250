//! Weights of `pallet_waggle_validators`, measured. Written by `./scripts/weights`: do not edit.
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

impl<T: frame_system::Config> pallet_waggle_validators::WeightInfo for WeightInfo<T> {
    // Storage: `Session::CurrentIndex` (r:1 w:0)
    // Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
    // Storage: `Validators::Validators` (r:1 w:1)
    // Proof: `Validators::Validators` (`max_values`: Some(1), `max_size`: Some(3602), added: 4097, mode: `MaxEncodedLen`)
    // Storage: `Session::NextKeys` (r:1 w:0)
    // Proof: `Session::NextKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
    // At least 10_676_000 picoseconds.
    fn add_validator() -> Weight {
        Weight::from_parts(11_467_000, 7452)
            .saturating_add(T::DbWeight::get().reads(3))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `Validators::Validators` (r:1 w:1)
    // Proof: `Validators::Validators` (`max_values`: Some(1), `max_size`: Some(3602), added: 4097, mode: `MaxEncodedLen`)
    // Storage: `Session::NextKeys` (r:99 w:0)
    // Proof: `Session::NextKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
    // Storage: `Session::CurrentIndex` (r:1 w:0)
    // Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
    // At least 130_024_000 picoseconds.
    fn remove_validator() -> Weight {
        Weight::from_parts(135_663_000, 250082)
            .saturating_add(T::DbWeight::get().reads(101))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `Validators::Validators` (r:1 w:1)
    // Proof: `Validators::Validators` (`max_values`: Some(1), `max_size`: Some(3602), added: 4097, mode: `MaxEncodedLen`)
    // Storage: `Session::Validators` (r:1 w:0)
    // Proof: `Session::Validators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
    // Storage: `Session::CurrentIndex` (r:1 w:0)
    // Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
    // Storage: `Historical::StoredRange` (r:1 w:1)
    // Proof: `Historical::StoredRange` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Session::NextKeys` (r:100 w:0)
    // Proof: `Session::NextKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
    // Storage: `Historical::HistoricalSessions` (r:0 w:2)
    // Proof: `Historical::HistoricalSessions` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
    // At least 1_711_904_000 picoseconds.
    fn begin() -> Weight {
        Weight::from_parts(1_778_935_000, 263290)
            .saturating_add(T::DbWeight::get().reads(104))
            .saturating_add(T::DbWeight::get().writes(4))
    }
}
