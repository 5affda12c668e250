//! Weights of `pallet_waggle_domains`, estimated from what the same work costs in
//! [`super::pallet_waggle_agents`] and in `super::pallet_balances`. `./scripts/weights
//! pallet_waggle_domains` measures them and writes this file.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// What was estimated, with the database of `T`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_waggle_domains::WeightInfo for WeightInfo<T> {
    // Estimated: a transfer, the count of domains, the domain.
    fn found(t: u32, d: u32) -> Weight {
        Weight::from_parts(80_000_000, 6_000)
            .saturating_add(Weight::from_parts(2_000, 0).saturating_mul(t.into()))
            .saturating_add(Weight::from_parts(2_000, 0).saturating_mul(d.into()))
            .saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    // Estimated: the agent, the domain, its membership, those of the agent, the population twice,
    // the place on the roster.
    fn join() -> Weight {
        Weight::from_parts(45_000_000, 6_000).saturating_add(T::DbWeight::get().reads_writes(5, 4))
    }
    // Estimated: its membership, those of the agent, the population twice, the place on the roster,
    // which another one takes; what was known of it.
    fn leave() -> Weight {
        Weight::from_parts(60_000_000, 6_000).saturating_add(T::DbWeight::get().reads_writes(7, 8))
    }
    // Estimated: the agent, its membership, the population, the place on the roster.
    fn rejoin() -> Weight {
        Weight::from_parts(30_000_000, 4_000).saturating_add(T::DbWeight::get().reads_writes(3, 3))
    }
}
