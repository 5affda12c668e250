//! Weights of `pallet_waggle_domains`, measured. Written by `./scripts/weights`: do not edit.
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

impl<T: frame_system::Config> pallet_waggle_domains::WeightInfo for WeightInfo<T> {
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Domains::CounterForFounded` (r:1 w:1)
    // Proof: `Domains::CounterForFounded` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Domains::Founded` (r:1 w:1)
    // Proof: `Domains::Founded` (`max_values`: None, `max_size`: Some(597), added: 3072, mode: `MaxEncodedLen`)
    // `t` is in `1..=64`.
    // `d` is in `0..=512`.
    // At least 46_740_000 picoseconds.
    fn found(t: u32, d: u32) -> Weight {
        Weight::from_parts(48_025_096, 4062)
            // Standard error: 311
            .saturating_add(Weight::from_parts(2_010, 0).saturating_mul(t.into()))
            // Standard error: 38
            .saturating_add(Weight::from_parts(349, 0).saturating_mul(d.into()))
            .saturating_add(T::DbWeight::get().reads(3))
            .saturating_add(T::DbWeight::get().writes(3))
    }
    // Storage: `Agents::Agents` (r:1 w:0)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // Storage: `Domains::Founded` (r:1 w:0)
    // Proof: `Domains::Founded` (`max_values`: None, `max_size`: Some(597), added: 3072, mode: `MaxEncodedLen`)
    // Storage: `Domains::Memberships` (r:1 w:1)
    // Proof: `Domains::Memberships` (`max_values`: None, `max_size`: Some(91), added: 2566, mode: `MaxEncodedLen`)
    // Storage: `Domains::DomainsOf` (r:1 w:1)
    // Proof: `Domains::DomainsOf` (`max_values`: None, `max_size`: Some(81), added: 2556, mode: `MaxEncodedLen`)
    // Storage: `Domains::Populations` (r:1 w:1)
    // Proof: `Domains::Populations` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
    // Storage: `Domains::Rosters` (r:0 w:1)
    // Proof: `Domains::Rosters` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
    // At least 35_763_000 picoseconds.
    // Estimated, not measured: a read and a write of `Domains::Suspensions`.
    fn join() -> Weight {
        Weight::from_parts(37_576_000, 4062)
            .saturating_add(T::DbWeight::get().reads(6))
            .saturating_add(T::DbWeight::get().writes(5))
    }
    // Storage: `Domains::Memberships` (r:2 w:2)
    // Proof: `Domains::Memberships` (`max_values`: None, `max_size`: Some(91), added: 2566, mode: `MaxEncodedLen`)
    // Storage: `Agents::Agents` (r:1 w:0)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // Storage: `Domains::DomainsOf` (r:1 w:1)
    // Proof: `Domains::DomainsOf` (`max_values`: None, `max_size`: Some(81), added: 2556, mode: `MaxEncodedLen`)
    // Storage: `Domains::Populations` (r:1 w:1)
    // Proof: `Domains::Populations` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
    // Storage: `Domains::Rosters` (r:1 w:2)
    // Proof: `Domains::Rosters` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
    // Storage: `Ratings::Standings` (r:1 w:1)
    // Proof: `Ratings::Standings` (`max_values`: None, `max_size`: Some(208), added: 2683, mode: `MaxEncodedLen`)
    // Storage: `Ratings::Records` (r:1 w:0)
    // Proof: `Ratings::Records` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
    // At least 53_840_000 picoseconds.
    // Estimated, not measured: writes of `Domains::Claims` and `Domains::Served`, a read and a
    // write of `Domains::Suspensions`, a read of `Audits::Samplings`, a write of `Audits::Leavers`
    // or two of `Audits::Standings` and `Audits::Tallies`, and the end of an offer: three reads and
    // five writes.
    fn leave() -> Weight {
        Weight::from_parts(59_805_000, 6122)
            .saturating_add(T::DbWeight::get().reads(13))
            .saturating_add(T::DbWeight::get().writes(17))
    }
    // Storage: `Agents::Agents` (r:1 w:0)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // Storage: `Domains::Memberships` (r:1 w:1)
    // Proof: `Domains::Memberships` (`max_values`: None, `max_size`: Some(91), added: 2566, mode: `MaxEncodedLen`)
    // Storage: `Domains::Populations` (r:1 w:1)
    // Proof: `Domains::Populations` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
    // Storage: `Domains::Rosters` (r:0 w:1)
    // Proof: `Domains::Rosters` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
    // At least 21_101_000 picoseconds.
    // Estimated, not measured: a second change of `Domains::Memberships`, whose entries are five
    // bytes longer, and a read of `Domains::Suspensions`.
    fn rejoin() -> Weight {
        Weight::from_parts(26_153_000, 3894)
            .saturating_add(T::DbWeight::get().reads(4))
            .saturating_add(T::DbWeight::get().writes(3))
    }
    // Estimated, not measured: reads of `Agents::Agents`, `Domains::Memberships`,
    // `Domains::EpochBlocks` and `Domains::Claims`, a write of the last, a hash.
    fn claim() -> Weight {
        Weight::from_parts(25_000_000, 3894)
            .saturating_add(T::DbWeight::get().reads(4))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // Estimated, not measured: reads of `Domains::Founded`, `Domains::EpochBlocks`,
    // `Domains::Pools`, `Domains::Payouts` and two accounts, writes of all but the first two.
    fn fund() -> Weight {
        Weight::from_parts(80_000_000, 6196)
            .saturating_add(T::DbWeight::get().reads(6))
            .saturating_add(T::DbWeight::get().writes(4))
    }
    // Estimated, not measured: reads of `Agents::Agents`, `Domains::Suspensions` and
    // `Domains::EpochBlocks`, reads and writes of `Domains::Pools`, `Domains::Payouts`,
    // `Domains::Served` and two accounts.
    fn collect() -> Weight {
        Weight::from_parts(104_000_000, 6196)
            .saturating_add(T::DbWeight::get().reads(8))
            .saturating_add(T::DbWeight::get().writes(5))
    }
}
