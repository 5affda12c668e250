//! Weights of `pallet_balances`, measured. Written by `./scripts/weights`: do not edit.
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

impl<T: frame_system::Config> pallet_balances::WeightInfo for WeightInfo<T> {
    // Storage: `System::Account` (r:2 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // At least 89_603_000 picoseconds.
    fn transfer_allow_death() -> Weight {
        Weight::from_parts(92_227_000, 6196)
            .saturating_add(T::DbWeight::get().reads(2))
            .saturating_add(T::DbWeight::get().writes(2))
    }
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // At least 55_882_000 picoseconds.
    fn transfer_keep_alive() -> Weight {
        Weight::from_parts(57_565_000, 3593)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // At least 26_359_000 picoseconds.
    fn force_set_balance_creating() -> Weight {
        Weight::from_parts(27_450_000, 3593)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // At least 26_148_000 picoseconds.
    fn force_set_balance_killing() -> Weight {
        Weight::from_parts(27_340_000, 3593)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `System::Account` (r:3 w:3)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // At least 91_276_000 picoseconds.
    fn force_transfer() -> Weight {
        Weight::from_parts(94_019_000, 8799)
            .saturating_add(T::DbWeight::get().reads(3))
            .saturating_add(T::DbWeight::get().writes(3))
    }
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // At least 69_744_000 picoseconds.
    fn transfer_all() -> Weight {
        Weight::from_parts(72_117_000, 3593)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // At least 21_812_000 picoseconds.
    fn force_unreserve() -> Weight {
        Weight::from_parts(22_914_000, 3593)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `System::Account` (r:999 w:999)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // `u` is in `1..=1000`.
    // At least 22_003_000 picoseconds.
    fn upgrade_accounts(u: u32) -> Weight {
        Weight::from_parts(22_583_000, 990)
            // Standard error: 122_243
            .saturating_add(Weight::from_parts(23_980_139, 0).saturating_mul(u.into()))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(u.into())))
            .saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(u.into())))
            .saturating_add(Weight::from_parts(0, 2603).saturating_mul(u.into()))
    }
    // At least 6_720_000 picoseconds.
    fn force_adjust_total_issuance() -> Weight {
        Weight::from_parts(7_321_000, 0)
    }
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // At least 61_882_000 picoseconds.
    fn burn_allow_death() -> Weight {
        Weight::from_parts(65_517_000, 3593)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // At least 27_481_000 picoseconds.
    fn burn_keep_alive() -> Weight {
        Weight::from_parts(29_033_000, 0)
    }
}
