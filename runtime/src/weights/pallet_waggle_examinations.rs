//! Weights of `pallet_waggle_examinations`, measured. Written by `./scripts/weights`: do not edit.
//!
//! | | |
//! | --- | --- |
//! | date | 2026-11-30 |
//! | machine | AMD EPYC |
//! | command | `./scripts/weights --steps 50 --repeat 20` |
//! | tool | `weigher/`, frame-benchmarking-cli 64.0.0, Compiled wasm |

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// What was measured, with the database of `T`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_waggle_examinations::WeightInfo for WeightInfo<T> {
    // Storage: `Examinations::Examiners` (r:1 w:1)
    // Proof: `Examinations::Examiners` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Examinations::CounterForExaminers` (r:1 w:1)
    // Proof: `Examinations::CounterForExaminers` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // At least 11_648_000 picoseconds.
    fn appoint() -> Weight {
        Weight::from_parts(12_318_000, 3533)
            .saturating_add(T::DbWeight::get().reads(2))
            .saturating_add(T::DbWeight::get().writes(2))
    }
    // Storage: `Examinations::Examiners` (r:1 w:1)
    // Proof: `Examinations::Examiners` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Examinations::CounterForExaminers` (r:1 w:1)
    // Proof: `Examinations::CounterForExaminers` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // At least 9_825_000 picoseconds.
    fn dismiss() -> Weight {
        Weight::from_parts(10_486_000, 3533)
            .saturating_add(T::DbWeight::get().reads(2))
            .saturating_add(T::DbWeight::get().writes(2))
    }
    // Storage: `Rounds::AskedIn` (r:1 w:0)
    // Proof: `Rounds::AskedIn` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
    // Storage: `Examinations::Examiners` (r:1 w:1)
    // Proof: `Examinations::Examiners` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Results` (r:1 w:0)
    // Proof: `Rounds::Results` (`max_values`: None, `max_size`: Some(70695), added: 73170, mode: `MaxEncodedLen`)
    // Storage: `Rounds::SealedTruths` (r:1 w:1)
    // Proof: `Rounds::SealedTruths` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Candidacies` (r:1 w:0)
    // Proof: `Rounds::Candidacies` (`max_values`: None, `max_size`: Some(518), added: 2993, mode: `MaxEncodedLen`)
    // Storage: `Rounds::CandidateKeys` (r:1 w:0)
    // Proof: `Rounds::CandidateKeys` (`max_values`: None, `max_size`: Some(3318), added: 5793, mode: `MaxEncodedLen`)
    // Storage: `Ratings::Standings` (r:100 w:100)
    // Proof: `Ratings::Standings` (`max_values`: None, `max_size`: Some(208), added: 2683, mode: `MaxEncodedLen`)
    // Storage: `Domains::Memberships` (r:100 w:0)
    // Proof: `Domains::Memberships` (`max_values`: None, `max_size`: Some(91), added: 2566, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:2 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Domains::Suspensions` (r:100 w:0), counted by hand: not measured yet
    // Proof: `Domains::Suspensions` (`max_values`: None, `max_size`: Some(72), added: 2547, mode: `MaxEncodedLen`)
    // `n` is in `2..=100`.
    // `g` is in `1..=3300`.
    // At least 1_943_779_000 picoseconds.
    fn reveal(n: u32, g: u32) -> Weight {
        Weight::from_parts(1_987_554_000, 74160)
            // Standard error: 250_243
            .saturating_add(Weight::from_parts(8_185_682, 0).saturating_mul(n.into()))
            // Standard error: 7_602
            .saturating_add(Weight::from_parts(264_137, 0).saturating_mul(g.into()))
            .saturating_add(T::DbWeight::get().reads(8))
            .saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(4))
            .saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 2683).saturating_mul(n.into()))
    }
}
