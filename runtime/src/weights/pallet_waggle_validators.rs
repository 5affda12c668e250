//! Weights of `pallet_waggle_validators`, measured. Written by `./scripts/weights`: do not edit.
//!
//! ESTIMATES since validators have bonds and pay: reads and writes are counted, time is added by
//! comparison with the balances' calls. The next run of `./scripts/weights` replaces them.
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
        Weight::from_parts(18_000_000, 7452)
            .saturating_add(T::DbWeight::get().reads(4))
            .saturating_add(T::DbWeight::get().writes(2))
    }
    // Storage: `Validators::Validators` (r:1 w:1)
    // Proof: `Validators::Validators` (`max_values`: Some(1), `max_size`: Some(3602), added: 4097, mode: `MaxEncodedLen`)
    // Storage: `Session::NextKeys` (r:99 w:0)
    // Proof: `Session::NextKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
    // Storage: `Session::CurrentIndex` (r:1 w:0)
    // Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
    // At least 130_024_000 picoseconds.
    fn remove_validator() -> Weight {
        Weight::from_parts(140_000_000, 250082)
            .saturating_add(T::DbWeight::get().reads(102))
            .saturating_add(T::DbWeight::get().writes(2))
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
        Weight::from_parts(6_000_000_000, 263290)
            .saturating_add(T::DbWeight::get().reads(404))
            .saturating_add(T::DbWeight::get().writes(304))
    }
    // Storage: `Balances::Holds` (r:1 w:1)
    // Storage: `System::Account` (r:1 w:1)
    // Storage: `Validators::Bonds` (r:1 w:1)
    fn bond() -> Weight {
        Weight::from_parts(45_000_000, 3760)
            .saturating_add(T::DbWeight::get().reads(3))
            .saturating_add(T::DbWeight::get().writes(3))
    }
    // Storage: `Validators::Bonds` (r:1 w:1)
    // Storage: `Validators::Validators` (r:1 w:0)
    // Storage: `Session::Validators` (r:1 w:0)
    // Storage: `Session::QueuedKeys` (r:1 w:0)
    // Storage: `Session::CurrentIndex` (r:1 w:0)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Storage: `System::Account` (r:1 w:1)
    fn unbond() -> Weight {
        Weight::from_parts(60_000_000, 16000)
            .saturating_add(T::DbWeight::get().reads(7))
            .saturating_add(T::DbWeight::get().writes(3))
    }
    // Storage: `Validators::Authored` (r:101 w:100)
    // Storage: `System::Account` (r:101 w:101)
    // Storage: `System::BlockWeight` (r:1 w:1), counted as any other
    fn pay() -> Weight {
        Weight::from_parts(4_500_000_000, 263290)
            .saturating_add(T::DbWeight::get().reads(203))
            .saturating_add(T::DbWeight::get().writes(202))
    }
    // Storage: `Validators::Authored` (r:1 w:1)
    fn note_author() -> Weight {
        Weight::from_parts(8_000_000, 3510)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
}
