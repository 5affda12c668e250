//! Weights of `frame_system`, measured. Written by `./scripts/weights`: do not edit.
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

impl<T: frame_system::Config> frame_system::WeightInfo for WeightInfo<T> {
    // `b` is in `0..=3932160`.
    // At least 2_764_000 picoseconds.
    fn remark(b: u32) -> Weight {
        Weight::from_parts(29_143_392, 0)
            // Standard error: 1
            .saturating_add(Weight::from_parts(382, 0).saturating_mul(b.into()))
    }
    // `b` is in `0..=3932160`.
    // At least 6_550_000 picoseconds.
    fn remark_with_event(b: u32) -> Weight {
        Weight::from_parts(8_006_629, 0)
            // Standard error: 12
            .saturating_add(Weight::from_parts(1_828, 0).saturating_mul(b.into()))
    }
    // Storage: UNKNOWN KEY `0x3a686561707061676573` (r:0 w:1)
    // Proof: UNKNOWN KEY `0x3a686561707061676573` (r:0 w:1)
    // At least 4_957_000 picoseconds.
    fn set_heap_pages() -> Weight {
        Weight::from_parts(5_469_000, 0).saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: UNKNOWN KEY `0x3a636f6465` (r:0 w:1)
    // Proof: UNKNOWN KEY `0x3a636f6465` (r:0 w:1)
    // At least 158_072_510_000 picoseconds.
    fn set_code() -> Weight {
        Weight::from_parts(164_865_905_000, 0).saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `Skipped::Metadata` (r:0 w:0)
    // Proof: `Skipped::Metadata` (`max_values`: None, `max_size`: None, mode: `Measured`)
    // `i` is in `0..=1000`.
    // At least 2_774_000 picoseconds.
    fn set_storage(i: u32) -> Weight {
        Weight::from_parts(2_854_000, 0)
            // Standard error: 4_449
            .saturating_add(Weight::from_parts(1_129_399, 0).saturating_mul(i.into()))
            .saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(i.into())))
    }
    // Storage: `Skipped::Metadata` (r:0 w:0)
    // Proof: `Skipped::Metadata` (`max_values`: None, `max_size`: None, mode: `Measured`)
    // `i` is in `0..=1000`.
    // At least 2_774_000 picoseconds.
    fn kill_storage(i: u32) -> Weight {
        Weight::from_parts(2_884_000, 0)
            // Standard error: 1_577
            .saturating_add(Weight::from_parts(752_913, 0).saturating_mul(i.into()))
            .saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(i.into())))
    }
    // Storage: `Skipped::Metadata` (r:0 w:0)
    // Proof: `Skipped::Metadata` (`max_values`: None, `max_size`: None, mode: `Measured`)
    // `p` is in `0..=1000`.
    // At least 5_388_000 picoseconds.
    fn kill_prefix(p: u32) -> Weight {
        Weight::from_parts(5_488_000, 69)
            // Standard error: 5_410
            .saturating_add(Weight::from_parts(1_457_969, 0).saturating_mul(p.into()))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(p.into())))
            .saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(p.into())))
            .saturating_add(Weight::from_parts(0, 70).saturating_mul(p.into()))
    }
    // Storage: `System::AuthorizedUpgrade` (r:0 w:1)
    // Proof: `System::AuthorizedUpgrade` (`max_values`: Some(1), `max_size`: Some(33), added: 528, mode: `MaxEncodedLen`)
    // At least 28_822_000 picoseconds.
    fn authorize_upgrade() -> Weight {
        Weight::from_parts(36_855_000, 0).saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `System::AuthorizedUpgrade` (r:1 w:1)
    // Proof: `System::AuthorizedUpgrade` (`max_values`: Some(1), `max_size`: Some(33), added: 528, mode: `MaxEncodedLen`)
    // Storage: UNKNOWN KEY `0x3a636f6465` (r:0 w:1)
    // Proof: UNKNOWN KEY `0x3a636f6465` (r:0 w:1)
    // At least 183_233_308_000 picoseconds.
    fn apply_authorized_upgrade() -> Weight {
        Weight::from_parts(194_676_433_000, 1518)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(2))
    }
}
