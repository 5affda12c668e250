//! Weights of `pallet_waggle_agents`, measured. Written by `./scripts/weights`: do not edit.
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

impl<T: frame_system::Config> pallet_waggle_agents::WeightInfo for WeightInfo<T> {
    // Storage: `Agents::Agents` (r:1 w:1)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // Storage: `Agents::OwnerOf` (r:1 w:1)
    // Proof: `Agents::OwnerOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
    // Storage: `Agents::CounterForAgents` (r:1 w:1)
    // Proof: `Agents::CounterForAgents` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // `m` is in `0..=64`.
    // `t` is in `0..=256`.
    // At least 79_850_000 picoseconds.
    fn register(m: u32, t: u32) -> Weight {
        Weight::from_parts(83_342_478, 3894)
            // Standard error: 2_549
            .saturating_add(Weight::from_parts(37_438, 0).saturating_mul(m.into()))
            // Standard error: 641
            .saturating_add(Weight::from_parts(4_253, 0).saturating_mul(t.into()))
            .saturating_add(T::DbWeight::get().reads(5))
            .saturating_add(T::DbWeight::get().writes(4))
    }
    // Storage: `Agents::Agents` (r:1 w:1)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // Storage: `Agents::OwnerOf` (r:1 w:2)
    // Proof: `Agents::OwnerOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // At least 49_213_000 picoseconds.
    fn rotate_key() -> Weight {
        Weight::from_parts(51_557_000, 3894)
            .saturating_add(T::DbWeight::get().reads(3))
            .saturating_add(T::DbWeight::get().writes(3))
    }
    // Storage: `Agents::Agents` (r:1 w:1)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // `m` is in `0..=64`.
    // `t` is in `0..=256`.
    // At least 7_772_000 picoseconds.
    fn set_profile(_m: u32, t: u32) -> Weight {
        Weight::from_parts(8_333_097, 3894)
            // Standard error: 41
            .saturating_add(Weight::from_parts(655, 0).saturating_mul(t.into()))
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `Agents::Agents` (r:1 w:1)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // At least 7_762_000 picoseconds.
    fn retire() -> Weight {
        Weight::from_parts(8_323_000, 3894)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `Agents::Agents` (r:1 w:1)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
    // Storage: `Agents::CounterForAgents` (r:1 w:1)
    // Proof: `Agents::CounterForAgents` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Ratings::Standings` (r:1 w:0)
    // Proof: `Ratings::Standings` (`max_values`: None, `max_size`: Some(196), added: 2671, mode: `MaxEncodedLen`)
    // Storage: `Ratings::Records` (r:1 w:0)
    // Proof: `Ratings::Records` (`max_values`: None, `max_size`: Some(100), added: 2575, mode: `MaxEncodedLen`)
    // Storage: `Agents::OwnerOf` (r:0 w:1)
    // Proof: `Agents::OwnerOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `Ratings::Pasts` (r:0 w:1)
    // Proof: `Ratings::Pasts` (`max_values`: None, `max_size`: Some(857), added: 3332, mode: `MaxEncodedLen`)
    // At least 42_624_000 picoseconds.
    fn unbond() -> Weight {
        Weight::from_parts(44_667_000, 3894)
            .saturating_add(T::DbWeight::get().reads(5))
            .saturating_add(T::DbWeight::get().writes(5))
    }
}
