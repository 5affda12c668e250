//! Weights of `pallet_treasury`, measured. Written by `./scripts/weights`: do not edit.
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

impl<T: frame_system::Config> pallet_treasury::WeightInfo for WeightInfo<T> {
    // Storage: `Treasury::ProposalCount` (r:1 w:1)
    // Proof: `Treasury::ProposalCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Treasury::Approvals` (r:1 w:1)
    // Proof: `Treasury::Approvals` (`max_values`: Some(1), `max_size`: Some(402), added: 897, mode: `MaxEncodedLen`)
    // Storage: `Treasury::Proposals` (r:0 w:1)
    // Proof: `Treasury::Proposals` (`max_values`: None, `max_size`: Some(108), added: 2583, mode: `MaxEncodedLen`)
    // At least 6_179_000 picoseconds.
    fn spend_local() -> Weight {
        Weight::from_parts(6_570_000, 1887)
            .saturating_add(T::DbWeight::get().reads(2))
            .saturating_add(T::DbWeight::get().writes(3))
    }
    // Storage: `Treasury::Approvals` (r:1 w:1)
    // Proof: `Treasury::Approvals` (`max_values`: Some(1), `max_size`: Some(402), added: 897, mode: `MaxEncodedLen`)
    // At least 3_476_000 picoseconds.
    fn remove_approval() -> Weight {
        Weight::from_parts(3_766_000, 1887)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `System::Account` (r:1 w:0)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Treasury::Deactivated` (r:1 w:1)
    // Proof: `Treasury::Deactivated` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Treasury::LastSpendPeriod` (r:1 w:1)
    // Proof: `Treasury::LastSpendPeriod` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // `p` is in `0..=99`.
    // At least 7_331_000 picoseconds.
    fn on_initialize_proposals(p: u32) -> Weight {
        Weight::from_parts(8_432_539, 3593)
            // Standard error: 243
            .saturating_add(Weight::from_parts(20_782, 0).saturating_mul(p.into()))
            .saturating_add(T::DbWeight::get().reads(3))
            .saturating_add(T::DbWeight::get().writes(2))
    }
    // Storage: `Treasury::SpendCount` (r:1 w:1)
    // Proof: `Treasury::SpendCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Treasury::Spends` (r:0 w:1)
    // Proof: `Treasury::Spends` (`max_values`: None, `max_size`: Some(69), added: 2544, mode: `MaxEncodedLen`)
    // At least 5_798_000 picoseconds.
    fn spend() -> Weight {
        Weight::from_parts(6_200_000, 1489)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(2))
    }
    // Storage: `Treasury::Spends` (r:1 w:1)
    // Proof: `Treasury::Spends` (`max_values`: None, `max_size`: Some(69), added: 2544, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:2 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // At least 38_237_000 picoseconds.
    fn payout() -> Weight {
        Weight::from_parts(40_440_000, 6196)
            .saturating_add(T::DbWeight::get().reads(3))
            .saturating_add(T::DbWeight::get().writes(3))
    }
    // Storage: `Treasury::Spends` (r:1 w:1)
    // Proof: `Treasury::Spends` (`max_values`: None, `max_size`: Some(69), added: 2544, mode: `MaxEncodedLen`)
    // At least 6_720_000 picoseconds.
    fn check_status() -> Weight {
        Weight::from_parts(7_231_000, 3534)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `Treasury::Spends` (r:1 w:1)
    // Proof: `Treasury::Spends` (`max_values`: None, `max_size`: Some(69), added: 2544, mode: `MaxEncodedLen`)
    // At least 6_149_000 picoseconds.
    fn void_spend() -> Weight {
        Weight::from_parts(6_630_000, 3534)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
}
