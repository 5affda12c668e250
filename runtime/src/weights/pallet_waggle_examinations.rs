//! Weights of `pallet_waggle_examinations`, estimated by hand and generous: to be measured by
//! `./scripts/weights`, which writes this file anew.
//!
//! Besides the database: 2 ms to read a result of the greatest length and to open its seal, 0.3 ms
//! for what is known of an agent, 18 µs for a grade, for which `judge` of `pallet_waggle_rounds`
//! takes 1.5 µs.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// What was estimated, with the database of `T`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_waggle_examinations::WeightInfo for WeightInfo<T> {
    // Storage: `Examinations::Examiners` (r:1 w:1)
    // Storage: `Examinations::CounterForExaminers` (r:1 w:1)
    fn appoint() -> Weight {
        Weight::from_parts(50_000_000, 4_069)
            .saturating_add(T::DbWeight::get().reads(2))
            .saturating_add(T::DbWeight::get().writes(2))
    }
    // Storage: `Examinations::Examiners` (r:1 w:1)
    // Storage: `Examinations::CounterForExaminers` (r:1 w:1)
    fn dismiss() -> Weight {
        Weight::from_parts(50_000_000, 4_069)
            .saturating_add(T::DbWeight::get().reads(2))
            .saturating_add(T::DbWeight::get().writes(2))
    }
    // Storage: `Examinations::Examiners` (r:1 w:1)
    // Storage: `Rounds::Results` (r:1 w:0)
    // Storage: `Rounds::SealedTruths` (r:1 w:1)
    // Storage: `Rounds::Candidacies` (r:1 w:0)
    // Storage: `Rounds::CandidateKeys` (r:1 w:0)
    // Storage: `Ratings::Standings` (r:100 w:100)
    // Storage: `Agents::Agents` (r:100 w:0)
    // Storage: `System::Account` (r:2 w:2)
    // `n` is in `2..=100`.
    // `g` is in `1..=3300`.
    fn reveal(n: u32, g: u32) -> Weight {
        Weight::from_parts(2_000_000_000, 69_970)
            .saturating_add(Weight::from_parts(300_000_000, 5_808).saturating_mul(n.into()))
            .saturating_add(Weight::from_parts(18_000_000, 0).saturating_mul(g.into()))
            .saturating_add(T::DbWeight::get().reads(7))
            .saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(4))
            .saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
    }
}
