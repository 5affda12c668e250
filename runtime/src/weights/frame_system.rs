//! Weights of `frame_system`, measured. Written by `./scripts/weights`: do not edit.
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

impl<T: frame_system::Config> frame_system::WeightInfo for WeightInfo<T> {
    // `b` is in `0..=3932160`.
    // At least 1_322_000 picoseconds.
    fn remark(b: u32) -> Weight {
        Weight::from_parts(17_217_896, 0)
            // Standard error: 0
            .saturating_add(Weight::from_parts(205, 0).saturating_mul(b.into()))
    }
    // `b` is in `0..=3932160`.
    // At least 3_355_000 picoseconds.
    fn remark_with_event(b: u32) -> Weight {
        Weight::from_parts(3_395_000, 0)
            // Standard error: 1
            .saturating_add(Weight::from_parts(1_872, 0).saturating_mul(b.into()))
    }
    // Storage: UNKNOWN KEY `0x3a686561707061676573` (r:0 w:1)
    // Proof: UNKNOWN KEY `0x3a686561707061676573` (r:0 w:1)
    // At least 2_413_000 picoseconds.
    fn set_heap_pages() -> Weight {
        Weight::from_parts(2_634_000, 0).saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: UNKNOWN KEY `0x3a636f6465` (r:0 w:1)
    // Proof: UNKNOWN KEY `0x3a636f6465` (r:0 w:1)
    // At least 111_491_885_000 picoseconds.
    fn set_code() -> Weight {
        Weight::from_parts(115_728_207_000, 0).saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `Skipped::Metadata` (r:0 w:0)
    // Proof: `Skipped::Metadata` (`max_values`: None, `max_size`: None, mode: `Measured`)
    // `i` is in `0..=1000`.
    // At least 1_352_000 picoseconds.
    fn set_storage(i: u32) -> Weight {
        Weight::from_parts(1_382_000, 0)
            // Standard error: 1_349
            .saturating_add(Weight::from_parts(655_840, 0).saturating_mul(i.into()))
            .saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(i.into())))
    }
    // Storage: `Skipped::Metadata` (r:0 w:0)
    // Proof: `Skipped::Metadata` (`max_values`: None, `max_size`: None, mode: `Measured`)
    // `i` is in `0..=1000`.
    // At least 1_332_000 picoseconds.
    fn kill_storage(i: u32) -> Weight {
        Weight::from_parts(1_372_000, 0)
            // Standard error: 1_221
            .saturating_add(Weight::from_parts(468_076, 0).saturating_mul(i.into()))
            .saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(i.into())))
    }
    // Storage: `Skipped::Metadata` (r:0 w:0)
    // Proof: `Skipped::Metadata` (`max_values`: None, `max_size`: None, mode: `Measured`)
    // `p` is in `0..=1000`.
    // At least 2_754_000 picoseconds.
    fn kill_prefix(p: u32) -> Weight {
        Weight::from_parts(2_844_000, 69)
            // Standard error: 1_313
            .saturating_add(Weight::from_parts(853_288, 0).saturating_mul(p.into()))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(p.into())))
            .saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(p.into())))
            .saturating_add(Weight::from_parts(0, 70).saturating_mul(p.into()))
    }
    // Storage: `System::AuthorizedUpgrade` (r:0 w:1)
    // Proof: `System::AuthorizedUpgrade` (`max_values`: Some(1), `max_size`: Some(33), added: 528, mode: `MaxEncodedLen`)
    // At least 13_981_000 picoseconds.
    fn authorize_upgrade() -> Weight {
        Weight::from_parts(19_859_000, 0).saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `System::AuthorizedUpgrade` (r:1 w:1)
    // Proof: `System::AuthorizedUpgrade` (`max_values`: Some(1), `max_size`: Some(33), added: 528, mode: `MaxEncodedLen`)
    // Storage: UNKNOWN KEY `0x3a636f6465` (r:0 w:1)
    // Proof: UNKNOWN KEY `0x3a636f6465` (r:0 w:1)
    // At least 116_064_439_000 picoseconds.
    fn apply_authorized_upgrade() -> Weight {
        Weight::from_parts(119_967_853_000, 1518)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(2))
    }
}
