//! Weights of `pallet_waggle_agents`, measured. Written by `./scripts/weights`: do not edit.
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
    // Storage: `Domains::Memberships` (r:1 w:1)
    // Proof: `Domains::Memberships` (`max_values`: None, `max_size`: Some(91), added: 2566, mode: `MaxEncodedLen`)
    // Storage: `Domains::DomainsOf` (r:1 w:1)
    // Proof: `Domains::DomainsOf` (`max_values`: None, `max_size`: Some(81), added: 2556, mode: `MaxEncodedLen`)
    // Storage: `Domains::Populations` (r:1 w:1)
    // Proof: `Domains::Populations` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
    // Storage: `Domains::Rosters` (r:0 w:1)
    // Proof: `Domains::Rosters` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
    // Storage: `Agents::Enrolments` (r:0 w:1)
    // Proof: `Agents::Enrolments` (`max_values`: None, `max_size`: Some(85), added: 2560, mode: `MaxEncodedLen`)
    // `m` is in `0..=64`.
    // `t` is in `0..=256`.
    // At least 116_413_000 picoseconds.
    // Estimated, not measured: a read of `Agents::BarredKeys`, a read and a write of
    // `Domains::Suspensions`.
    fn register(_m: u32, _t: u32) -> Weight {
        Weight::from_parts(120_235_879, 3894)
            .saturating_add(T::DbWeight::get().reads(10))
            .saturating_add(T::DbWeight::get().writes(10))
    }
    // Storage: `Agents::Agents` (r:1 w:1)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // Storage: `Agents::OwnerOf` (r:1 w:2)
    // Proof: `Agents::OwnerOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // At least 53_550_000 picoseconds.
    // Estimated, not measured: reads of `Agents::BarredKeys` and `Agents::FormerKeys`, a write of
    // the latter and of `Agents::OwnerOf`.
    fn rotate_key() -> Weight {
        Weight::from_parts(64_962_000, 3894)
            .saturating_add(T::DbWeight::get().reads(5))
            .saturating_add(T::DbWeight::get().writes(5))
    }
    // Storage: `Agents::Agents` (r:1 w:1)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // `m` is in `0..=64`.
    // `t` is in `0..=256`.
    // At least 9_995_000 picoseconds.
    fn set_profile(m: u32, t: u32) -> Weight {
        Weight::from_parts(10_580_959, 3894)
            // Standard error: 120
            .saturating_add(Weight::from_parts(488, 0).saturating_mul(m.into()))
            // Standard error: 30
            .saturating_add(Weight::from_parts(351, 0).saturating_mul(t.into()))
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `Agents::Agents` (r:1 w:1)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // Storage: `Domains::DomainsOf` (r:1 w:0)
    // Proof: `Domains::DomainsOf` (`max_values`: None, `max_size`: Some(81), added: 2556, mode: `MaxEncodedLen`)
    // Storage: `Domains::Memberships` (r:16 w:16)
    // Proof: `Domains::Memberships` (`max_values`: None, `max_size`: Some(91), added: 2566, mode: `MaxEncodedLen`)
    // Storage: `Domains::Populations` (r:8 w:8)
    // Proof: `Domains::Populations` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
    // Storage: `Domains::Rosters` (r:8 w:16)
    // Proof: `Domains::Rosters` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
    // At least 133_980_000 picoseconds.
    // Estimated, not measured: eight writes of `Domains::Claims`.
    fn retire() -> Weight {
        Weight::from_parts(150_257_000, 42046)
            .saturating_add(T::DbWeight::get().reads(34))
            .saturating_add(T::DbWeight::get().writes(49))
    }
    // Storage: `Agents::Agents` (r:1 w:1)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
    // Storage: `Agents::CounterForAgents` (r:1 w:1)
    // Proof: `Agents::CounterForAgents` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Domains::DomainsOf` (r:1 w:1)
    // Proof: `Domains::DomainsOf` (`max_values`: None, `max_size`: Some(81), added: 2556, mode: `MaxEncodedLen`)
    // Storage: `Domains::Memberships` (r:8 w:8)
    // Proof: `Domains::Memberships` (`max_values`: None, `max_size`: Some(91), added: 2566, mode: `MaxEncodedLen`)
    // Storage: `Domains::Populations` (r:8 w:8)
    // Proof: `Domains::Populations` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
    // Storage: `Ratings::Standings` (r:8 w:8)
    // Proof: `Ratings::Standings` (`max_values`: None, `max_size`: Some(208), added: 2683, mode: `MaxEncodedLen`)
    // Storage: `Ratings::Records` (r:8 w:0)
    // Proof: `Ratings::Records` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
    // Storage: `Agents::Enrolments` (r:0 w:1)
    // Proof: `Agents::Enrolments` (`max_values`: None, `max_size`: Some(85), added: 2560, mode: `MaxEncodedLen`)
    // Storage: `Agents::OwnerOf` (r:0 w:1)
    // Proof: `Agents::OwnerOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `Ratings::Pasts` (r:0 w:1)
    // Proof: `Ratings::Pasts` (`max_values`: None, `max_size`: Some(857), added: 3332, mode: `MaxEncodedLen`)
    // At least 189_863_000 picoseconds.
    // Estimated, not measured: a read and a write of `Agents::FormerKeys`, a write of
    // `Agents::OwnerOf`, eight writes each of `Domains::Claims`, `Domains::Served`,
    // `Audits::Standings` and `Audits::Tallies` (or of `Audits::Leavers`), eight reads each of
    // `Domains::Suspensions` and `Audits::Samplings`, eight changes of `Domains::BarredNumbers` and
    // writes of `Domains::Barred`, and the ends of eight offers: three reads and five writes each.
    fn unbond() -> Weight {
        Weight::from_parts(226_836_000, 22454)
            .saturating_add(T::DbWeight::get().reads(85))
            .saturating_add(T::DbWeight::get().writes(121))
    }
    // Storage: `Agents::Agents` (r:1 w:0)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // Storage: `Agents::Enrolments` (r:1 w:1)
    // Proof: `Agents::Enrolments` (`max_values`: None, `max_size`: Some(85), added: 2560, mode: `MaxEncodedLen`)
    // At least 12_048_000 picoseconds.
    fn set_limits() -> Weight {
        Weight::from_parts(12_689_000, 3894)
            .saturating_add(T::DbWeight::get().reads(2))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // Estimated, not measured: what `retire` costs, two signatures and hashes of `b` bytes, and two
    // transfers.
    // `b` is in `0..=32768`.
    fn report_double_seal(b: u32) -> Weight {
        Weight::from_parts(462_000_000, 42046)
            .saturating_add(Weight::from_parts(5_000, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(42))
            .saturating_add(T::DbWeight::get().writes(54))
    }
    // Estimated, not measured: two signatures and hashes of `b` bytes.
    // `b` is in `0..=32768`.
    fn authorize_report(b: u32) -> Weight {
        Weight::from_parts(200_000_000, 3894)
            .saturating_add(Weight::from_parts(5_000, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(5))
    }
}
