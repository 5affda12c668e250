//! Weights of `pallet_waggle_agents`, measured. Written by `./scripts/weights`: do not edit.
//!
//! | | |
//! | --- | --- |
//! | date | 2026-11-29 |
//! | machine | AMD EPYC |
//! | command | `./scripts/weights --steps 50 --repeat 20` |
//! | tool | `weigher/`, frame-benchmarking-cli 64.0.0, Compiled wasm |
//!
//! Not measured yet: what domains added since. Where a line says *estimated*, that was added
//! from what the same work costs elsewhere on this page.

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
    // Storage: `Agents::Enrolments` (r:0 w:1)
    // Proof: `Agents::Enrolments` (`max_values`: None, `max_size`: Some(85), added: 2560, mode: `MaxEncodedLen`)
    // `m` is in `0..=64`.
    // `t` is in `0..=256`.
    // At least 81_682_000 picoseconds.
    fn register(m: u32, t: u32) -> Weight {
        Weight::from_parts(84_554_074, 3894)
            // Standard error: 441
            .saturating_add(Weight::from_parts(8_397, 0).saturating_mul(m.into()))
            // Standard error: 111
            .saturating_add(Weight::from_parts(1_541, 0).saturating_mul(t.into()))
            .saturating_add(T::DbWeight::get().reads(5))
            .saturating_add(T::DbWeight::get().writes(5))
            // Estimated: joining the general domain.
            .saturating_add(Weight::from_parts(30_000_000, 5_000))
            .saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    // Storage: `Agents::Agents` (r:1 w:1)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // Storage: `Agents::OwnerOf` (r:1 w:2)
    // Proof: `Agents::OwnerOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // At least 48_283_000 picoseconds.
    fn rotate_key() -> Weight {
        Weight::from_parts(50_305_000, 3894)
            .saturating_add(T::DbWeight::get().reads(3))
            .saturating_add(T::DbWeight::get().writes(3))
    }
    // Storage: `Agents::Agents` (r:1 w:1)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // `m` is in `0..=64`.
    // `t` is in `0..=256`.
    // At least 7_852_000 picoseconds.
    fn set_profile(m: u32, t: u32) -> Weight {
        Weight::from_parts(8_328_385, 3894)
            // Standard error: 69
            .saturating_add(Weight::from_parts(1_234, 0).saturating_mul(m.into()))
            // Standard error: 17
            .saturating_add(Weight::from_parts(210, 0).saturating_mul(t.into()))
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `Agents::Agents` (r:1 w:1)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // At least 7_862_000 picoseconds.
    fn retire() -> Weight {
        Weight::from_parts(8_362_000, 3894)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
            // Estimated: its places on eight rosters, which others take.
            .saturating_add(Weight::from_parts(25_000_000, 9_000).saturating_mul(8))
            .saturating_add(T::DbWeight::get().reads_writes(4, 5).saturating_mul(8))
            .saturating_add(T::DbWeight::get().reads(1))
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
    // Storage: `Agents::Enrolments` (r:0 w:1)
    // Proof: `Agents::Enrolments` (`max_values`: None, `max_size`: Some(85), added: 2560, mode: `MaxEncodedLen`)
    // Storage: `Agents::OwnerOf` (r:0 w:1)
    // Proof: `Agents::OwnerOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `Ratings::Pasts` (r:0 w:1)
    // Proof: `Ratings::Pasts` (`max_values`: None, `max_size`: Some(857), added: 3332, mode: `MaxEncodedLen`)
    // At least 43_885_000 picoseconds.
    fn unbond() -> Weight {
        Weight::from_parts(46_259_000, 3894)
            .saturating_add(T::DbWeight::get().reads(5))
            .saturating_add(T::DbWeight::get().writes(6))
            // Estimated: leaving eight domains, in which something is known of it.
            .saturating_add(Weight::from_parts(25_000_000, 9_000).saturating_mul(8))
            .saturating_add(T::DbWeight::get().reads_writes(4, 4).saturating_mul(8))
            .saturating_add(T::DbWeight::get().reads_writes(1, 1))
    }
    // Storage: `Agents::Agents` (r:1 w:0)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // Storage: `Agents::Enrolments` (r:1 w:1)
    // Proof: `Agents::Enrolments` (`max_values`: None, `max_size`: Some(85), added: 2560, mode: `MaxEncodedLen`)
    // At least 9_364_000 picoseconds.
    fn set_limits() -> Weight {
        Weight::from_parts(10_035_000, 3894)
            .saturating_add(T::DbWeight::get().reads(2))
            .saturating_add(T::DbWeight::get().writes(1))
    }
}
