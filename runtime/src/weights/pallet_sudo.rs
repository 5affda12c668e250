//! Weights of `pallet_sudo`, measured. Written by `./scripts/weights`: do not edit.
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

impl<T: frame_system::Config> pallet_sudo::WeightInfo for WeightInfo<T> {
    // Storage: `Sudo::Key` (r:1 w:1)
    // Proof: `Sudo::Key` (`max_values`: Some(1), `max_size`: Some(32), added: 527, mode: `MaxEncodedLen`)
    // At least 5_338_000 picoseconds.
    fn set_key() -> Weight {
        Weight::from_parts(5_689_000, 1517)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `Sudo::Key` (r:1 w:0)
    // Proof: `Sudo::Key` (`max_values`: Some(1), `max_size`: Some(32), added: 527, mode: `MaxEncodedLen`)
    // At least 6_009_000 picoseconds.
    fn sudo() -> Weight {
        Weight::from_parts(6_370_000, 1517).saturating_add(T::DbWeight::get().reads(1))
    }
    // Storage: `Sudo::Key` (r:1 w:0)
    // Proof: `Sudo::Key` (`max_values`: Some(1), `max_size`: Some(32), added: 527, mode: `MaxEncodedLen`)
    // At least 5_949_000 picoseconds.
    fn sudo_as() -> Weight {
        Weight::from_parts(6_369_000, 1517).saturating_add(T::DbWeight::get().reads(1))
    }
    // Storage: `Sudo::Key` (r:1 w:1)
    // Proof: `Sudo::Key` (`max_values`: Some(1), `max_size`: Some(32), added: 527, mode: `MaxEncodedLen`)
    // At least 4_877_000 picoseconds.
    fn remove_key() -> Weight {
        Weight::from_parts(5_178_000, 1517)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `Sudo::Key` (r:1 w:0)
    // Proof: `Sudo::Key` (`max_values`: Some(1), `max_size`: Some(32), added: 527, mode: `MaxEncodedLen`)
    // At least 3_134_000 picoseconds.
    fn check_only_sudo_account() -> Weight {
        Weight::from_parts(3_375_000, 1517).saturating_add(T::DbWeight::get().reads(1))
    }
}
