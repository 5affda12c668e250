//! Weights of `pallet_waggle_rounds`, measured. Written by `./scripts/weights`: do not edit.
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

impl<T: frame_system::Config> pallet_waggle_rounds::WeightInfo for WeightInfo<T> {
    // Storage: `Domains::Founded` (r:1 w:0)
    // Proof: `Domains::Founded` (`max_values`: None, `max_size`: Some(597), added: 3072, mode: `MaxEncodedLen`)
    // Storage: `Rounds::CounterForRounds` (r:1 w:1)
    // Proof: `Rounds::CounterForRounds` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Rounds::OpenRoundsOf` (r:1 w:1)
    // Proof: `Rounds::OpenRoundsOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    // Storage: `Rounds::NextRound` (r:1 w:1)
    // Proof: `Rounds::NextRound` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Domains::Populations` (r:1 w:0)
    // Proof: `Domains::Populations` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Tickets::Rewards` (r:1 w:1)
    // Proof: `Tickets::Rewards` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Draws` (r:1 w:1)
    // Proof: `Rounds::Draws` (`max_values`: Some(1), `max_size`: Some(3202), added: 3697, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Rounds` (r:1 w:1)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(650), added: 3125, mode: `MaxEncodedLen`)
    // Storage: `Rounds::SealedTruths` (r:0 w:1)
    // Proof: `Rounds::SealedTruths` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Agenda` (r:0 w:1)
    // Proof: `Rounds::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Prompts` (r:0 w:1)
    // Proof: `Rounds::Prompts` (`max_values`: None, `max_size`: Some(16404), added: 18879, mode: `MaxEncodedLen`)
    // `p` is in `1..=16384`.
    // At least 169_994_000 picoseconds.
    fn submit(p: u32) -> Weight {
        Weight::from_parts(191_079_191, 4687)
            // Standard error: 179
            .saturating_add(Weight::from_parts(3_095, 0).saturating_mul(p.into()))
            .saturating_add(T::DbWeight::get().reads(10))
            .saturating_add(T::DbWeight::get().writes(11))
    }
    // Storage: `Rounds::Rounds` (r:1 w:0)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(650), added: 3125, mode: `MaxEncodedLen`)
    // Storage: `Agents::OwnerOf` (r:1 w:0)
    // Proof: `Agents::OwnerOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `Agents::Agents` (r:1 w:0)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MemberByKey` (r:1 w:0)
    // Proof: `Rounds::MemberByKey` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MemberByOwner` (r:1 w:0)
    // Proof: `Rounds::MemberByOwner` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Domains::Memberships` (r:1 w:0)
    // Proof: `Domains::Memberships` (`max_values`: None, `max_size`: Some(91), added: 2566, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Rounds::BoundFrom` (r:1 w:0)
    // Proof: `Rounds::BoundFrom` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:0)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:0)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
    // Storage: `Agents::Enrolments` (r:1 w:0)
    // Proof: `Agents::Enrolments` (`max_values`: None, `max_size`: Some(85), added: 2560, mode: `MaxEncodedLen`)
    // Storage: `Domains::Suspensions` (r:1 w:0), counted by hand: not measured yet
    // Proof: `Domains::Suspensions` (`max_values`: None, `max_size`: Some(72), added: 2547, mode: `MaxEncodedLen`)
    // `b` is in `1..=16384`.
    // At least 152_157_000 picoseconds.
    fn authorize_act(b: u32) -> Weight {
        Weight::from_parts(218_305_823, 4115)
            // Standard error: 152
            .saturating_add(Weight::from_parts(4_711, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(12))
    }
    // Storage: `Rounds::Rounds` (r:1 w:1)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(650), added: 3125, mode: `MaxEncodedLen`)
    // Storage: `Agents::OwnerOf` (r:1 w:0)
    // Proof: `Agents::OwnerOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `Agents::Agents` (r:1 w:1)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MemberByKey` (r:1 w:1)
    // Proof: `Rounds::MemberByKey` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MemberByOwner` (r:1 w:1)
    // Proof: `Rounds::MemberByOwner` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Domains::Memberships` (r:1 w:1)
    // Proof: `Domains::Memberships` (`max_values`: None, `max_size`: Some(91), added: 2566, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Rounds::BoundFrom` (r:1 w:0)
    // Proof: `Rounds::BoundFrom` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
    // Storage: `Agents::Enrolments` (r:1 w:0)
    // Proof: `Agents::Enrolments` (`max_values`: None, `max_size`: Some(85), added: 2560, mode: `MaxEncodedLen`)
    // Storage: `Domains::Populations` (r:1 w:1)
    // Proof: `Domains::Populations` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
    // Storage: `Tickets::Stakes` (r:1 w:1)
    // Proof: `Tickets::Stakes` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `Domains::Rosters` (r:0 w:1)
    // Proof: `Domains::Rosters` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
    // Storage: `Rounds::SealedAnswers` (r:0 w:1)
    // Proof: `Rounds::SealedAnswers` (`max_values`: None, `max_size`: Some(16416), added: 18891, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Members` (r:0 w:1)
    // Proof: `Rounds::Members` (`max_values`: None, `max_size`: Some(190), added: 2665, mode: `MaxEncodedLen`)
    // Storage: `Domains::Suspensions` (r:1 w:0), counted by hand: not measured yet
    // Proof: `Domains::Suspensions` (`max_values`: None, `max_size`: Some(72), added: 2547, mode: `MaxEncodedLen`)
    // `b` is in `1..=16384`.
    // At least 176_583_000 picoseconds.
    fn commit_answer(b: u32) -> Weight {
        Weight::from_parts(220_090_357, 4115)
            // Standard error: 187
            .saturating_add(Weight::from_parts(3_735, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(14))
            .saturating_add(T::DbWeight::get().writes(12))
    }
    // Storage: `Rounds::Rounds` (r:1 w:1)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(650), added: 3125, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MemberByKey` (r:1 w:0)
    // Proof: `Rounds::MemberByKey` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Members` (r:1 w:1)
    // Proof: `Rounds::Members` (`max_values`: None, `max_size`: Some(190), added: 2665, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Rounds::BoundFrom` (r:1 w:0)
    // Proof: `Rounds::BoundFrom` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Rounds::SealedAnswers` (r:1 w:0)
    // Proof: `Rounds::SealedAnswers` (`max_values`: None, `max_size`: Some(16416), added: 18891, mode: `MaxEncodedLen`)
    // Storage: `Rounds::FinalAnswers` (r:1 w:1)
    // Proof: `Rounds::FinalAnswers` (`max_values`: None, `max_size`: Some(3618), added: 6093, mode: `MaxEncodedLen`)
    // `b` is in `1..=16384`.
    // At least 127_160_000 picoseconds.
    fn open_answer(b: u32) -> Weight {
        Weight::from_parts(162_094_542, 19881)
            // Standard error: 129
            .saturating_add(Weight::from_parts(23_894, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(7))
            .saturating_add(T::DbWeight::get().writes(3))
    }
    // Storage: `Rounds::Rounds` (r:1 w:1)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(650), added: 3125, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MemberByKey` (r:1 w:0)
    // Proof: `Rounds::MemberByKey` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Members` (r:1 w:1)
    // Proof: `Rounds::Members` (`max_values`: None, `max_size`: Some(190), added: 2665, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Rounds::BoundFrom` (r:1 w:0)
    // Proof: `Rounds::BoundFrom` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Rounds::SealedGrades` (r:0 w:1)
    // Proof: `Rounds::SealedGrades` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
    // At least 97_235_000 picoseconds.
    fn commit_grades() -> Weight {
        Weight::from_parts(111_627_000, 4115)
            .saturating_add(T::DbWeight::get().reads(5))
            .saturating_add(T::DbWeight::get().writes(3))
    }
    // Storage: `Rounds::Rounds` (r:1 w:1)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(650), added: 3125, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MemberByKey` (r:1 w:0)
    // Proof: `Rounds::MemberByKey` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Members` (r:1 w:1)
    // Proof: `Rounds::Members` (`max_values`: None, `max_size`: Some(190), added: 2665, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Rounds::BoundFrom` (r:1 w:0)
    // Proof: `Rounds::BoundFrom` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Rounds::SealedGrades` (r:1 w:1)
    // Proof: `Rounds::SealedGrades` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
    // Storage: `Rounds::OpenedGrades` (r:0 w:1)
    // Proof: `Rounds::OpenedGrades` (`max_values`: None, `max_size`: Some(95), added: 2570, mode: `MaxEncodedLen`)
    // At least 112_869_000 picoseconds.
    fn open_grades() -> Weight {
        Weight::from_parts(137_375_000, 4115)
            .saturating_add(T::DbWeight::get().reads(6))
            .saturating_add(T::DbWeight::get().writes(4))
    }
    // Storage: `Rounds::Members` (r:99 w:0)
    // Proof: `Rounds::Members` (`max_values`: None, `max_size`: Some(190), added: 2665, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Rounds` (r:1 w:1)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(650), added: 3125, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Rolls` (r:0 w:1)
    // Proof: `Rounds::Rolls` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Agenda` (r:0 w:2)
    // Proof: `Rounds::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // `n` is in `2..=99`.
    // At least 25_468_000 picoseconds.
    fn change_phase(n: u32) -> Weight {
        Weight::from_parts(30_719_576, 4115)
            // Standard error: 31_889
            .saturating_add(Weight::from_parts(4_970_253, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(4))
            .saturating_add(Weight::from_parts(0, 2665).saturating_mul(n.into()))
    }
    // Storage: `Rounds::Members` (r:100 w:100)
    // Proof: `Rounds::Members` (`max_values`: None, `max_size`: Some(190), added: 2665, mode: `MaxEncodedLen`)
    // Storage: `Rounds::FinalAnswers` (r:1 w:1)
    // Proof: `Rounds::FinalAnswers` (`max_values`: None, `max_size`: Some(3618), added: 6093, mode: `MaxEncodedLen`)
    // Storage: `Rounds::OpenedGrades` (r:100 w:100)
    // Proof: `Rounds::OpenedGrades` (`max_values`: None, `max_size`: Some(95), added: 2570, mode: `MaxEncodedLen`)
    // Storage: `Ratings::Standings` (r:100 w:100), writes counted by hand: not measured yet
    // Proof: `Ratings::Standings` (`max_values`: None, `max_size`: Some(208), added: 2683, mode: `MaxEncodedLen`)
    // Storage: `Domains::Founded` (r:1 w:0)
    // Proof: `Domains::Founded` (`max_values`: None, `max_size`: Some(597), added: 3072, mode: `MaxEncodedLen`)
    // Storage: `Tickets::Rewards` (r:1 w:1)
    // Proof: `Tickets::Rewards` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:102 w:102)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:101 w:101)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
    // Storage: `Tickets::Stakes` (r:101 w:100)
    // Proof: `Tickets::Stakes` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `Ratings::Pasts` (r:100 w:100)
    // Proof: `Ratings::Pasts` (`max_values`: None, `max_size`: Some(857), added: 3332, mode: `MaxEncodedLen`)
    // Storage: `Rounds::SealedAnswers` (r:1 w:100)
    // Proof: `Rounds::SealedAnswers` (`max_values`: None, `max_size`: Some(16416), added: 18891, mode: `MaxEncodedLen`)
    // Storage: `Agents::Agents` (r:100 w:100)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Rounds` (r:1 w:1)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(650), added: 3125, mode: `MaxEncodedLen`)
    // Storage: `Rounds::CounterForRounds` (r:1 w:1)
    // Proof: `Rounds::CounterForRounds` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Rounds::OpenRoundsOf` (r:1 w:1)
    // Proof: `Rounds::OpenRoundsOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Results` (r:0 w:1)
    // Proof: `Rounds::Results` (`max_values`: None, `max_size`: Some(70695), added: 73170, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Agenda` (r:0 w:1)
    // Proof: `Rounds::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MemberByKey` (r:0 w:100)
    // Proof: `Rounds::MemberByKey` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Prompts` (r:0 w:1)
    // Proof: `Rounds::Prompts` (`max_values`: None, `max_size`: Some(16404), added: 18879, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MemberByOwner` (r:0 w:100)
    // Proof: `Rounds::MemberByOwner` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Rounds::SealedGrades` (r:0 w:100)
    // Proof: `Rounds::SealedGrades` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
    // Storage: `Rounds::CandidateKeys` (r:0 w:1)
    // Proof: `Rounds::CandidateKeys` (`max_values`: None, `max_size`: Some(3318), added: 5793, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Expiries` (r:0 w:1)
    // Proof: `Rounds::Expiries` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // Storage: `Rounds::AskedIn` (r:0 w:1)
    // Proof: `Rounds::AskedIn` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MinScores` (r:0 w:1), counted by hand: not measured yet
    // Proof: `Rounds::MinScores` (`max_values`: None, `max_size`: Some(18), added: 2493, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Candidacies` (r:0 w:1)
    // Proof: `Rounds::Candidacies` (`max_values`: None, `max_size`: Some(518), added: 2993, mode: `MaxEncodedLen`)
    // Storage: `Audits::Audited` (r:1 w:0), counted by hand: not measured yet
    // Proof: `Audits::Audited` (`max_values`: None, `max_size`: Some(46), added: 2521, mode: `MaxEncodedLen`)
    // Storage: `Audits::Samplings` (r:1 w:1), counted by hand: not measured yet
    // Proof: `Audits::Samplings` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Domains::EpochBlocks` (r:1 w:0), counted by hand: not measured yet
    // Proof: `Domains::EpochBlocks` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // `n` is in `2..=100`.
    // `b` is in `1..=16384`.
    // At least 356_411_000 picoseconds.
    fn settle_round(n: u32, _b: u32) -> Weight {
        Weight::from_parts(472_850_693, 19881)
            // Standard error: 421_851
            .saturating_add(Weight::from_parts(112_577_714, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(14))
            .saturating_add(T::DbWeight::get().reads((8_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(17))
            .saturating_add(T::DbWeight::get().writes((12_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3332).saturating_mul(n.into()))
    }
    // Storage: `Domains::Founded` (r:1 w:0)
    // Proof: `Domains::Founded` (`max_values`: None, `max_size`: Some(597), added: 3072, mode: `MaxEncodedLen`)
    // `g` is in `2..=3300`.
    // At least 34_762_000 picoseconds.
    fn judge(g: u32) -> Weight {
        Weight::from_parts(213_044_462, 4062)
            // Standard error: 2_306
            .saturating_add(Weight::from_parts(1_398_988, 0).saturating_mul(g.into()))
            .saturating_add(T::DbWeight::get().reads(1))
    }
    // Estimated, not measured: a read of `Domains::EpochBlocks`, reads and writes of
    // `Domains::Pools`, `Domains::Payouts` and `n` of `Domains::Served`.
    // `n` is in `1..=32`.
    fn note_service(n: u32) -> Weight {
        Weight::from_parts(20_000_000, 3894)
            .saturating_add(Weight::from_parts(4_000_000, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(3))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(2))
            .saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 2800).saturating_mul(n.into()))
    }
    // Estimated, not measured: a read of `Rounds::Prompts`, `n` reads each of
    // `Rounds::SealedAnswers`, whose beginnings are decrypted, and of `Domains::Claims`, a write of
    // `Audits::Samples`, of 43 KiB.
    // `n` is in `1..=16`.
    fn sample(n: u32) -> Weight {
        Weight::from_parts(60_000_000, 19881)
            .saturating_add(Weight::from_parts(90_000_000, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(1))
            .saturating_add(Weight::from_parts(0, 18891).saturating_mul(n.into()))
    }
    // Storage: `Rounds::Draws` (r:1 w:1)
    // Proof: `Rounds::Draws` (`max_values`: Some(1), `max_size`: Some(3202), added: 3697, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Members` (r:99 w:99)
    // Proof: `Rounds::Members` (`max_values`: None, `max_size`: Some(190), added: 2665, mode: `MaxEncodedLen`)
    // Storage: `Tickets::Rewards` (r:1 w:1)
    // Proof: `Tickets::Rewards` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:101 w:101)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:100 w:100)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
    // Storage: `Tickets::Stakes` (r:100 w:99)
    // Proof: `Tickets::Stakes` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `Ratings::Pasts` (r:99 w:99)
    // Proof: `Ratings::Pasts` (`max_values`: None, `max_size`: Some(857), added: 3332, mode: `MaxEncodedLen`)
    // Storage: `Agents::Agents` (r:99 w:99)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // Storage: `Rounds::FinalAnswers` (r:1 w:0)
    // Proof: `Rounds::FinalAnswers` (`max_values`: None, `max_size`: Some(3618), added: 6093, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Rounds` (r:1 w:1)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(650), added: 3125, mode: `MaxEncodedLen`)
    // Storage: `Rounds::CounterForRounds` (r:1 w:1)
    // Proof: `Rounds::CounterForRounds` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Rounds::OpenRoundsOf` (r:1 w:1)
    // Proof: `Rounds::OpenRoundsOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Results` (r:0 w:1)
    // Proof: `Rounds::Results` (`max_values`: None, `max_size`: Some(70695), added: 73170, mode: `MaxEncodedLen`)
    // Storage: `Rounds::SealedAnswers` (r:0 w:99)
    // Proof: `Rounds::SealedAnswers` (`max_values`: None, `max_size`: Some(16416), added: 18891, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Agenda` (r:0 w:1)
    // Proof: `Rounds::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MemberByKey` (r:0 w:99)
    // Proof: `Rounds::MemberByKey` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Prompts` (r:0 w:1)
    // Proof: `Rounds::Prompts` (`max_values`: None, `max_size`: Some(16404), added: 18879, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MemberByOwner` (r:0 w:99)
    // Proof: `Rounds::MemberByOwner` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Rounds::SealedGrades` (r:0 w:99)
    // Proof: `Rounds::SealedGrades` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
    // Storage: `Rounds::OpenedGrades` (r:0 w:99)
    // Proof: `Rounds::OpenedGrades` (`max_values`: None, `max_size`: Some(95), added: 2570, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Expiries` (r:0 w:1)
    // Proof: `Rounds::Expiries` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // Storage: `Rounds::AskedIn` (r:0 w:1)
    // Proof: `Rounds::AskedIn` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MinScores` (r:0 w:1), counted by hand: not measured yet
    // Proof: `Rounds::MinScores` (`max_values`: None, `max_size`: Some(18), added: 2493, mode: `MaxEncodedLen`)
    // `n` is in `1..=99`.
    // At least 176_513_000 picoseconds.
    fn cancel_round(n: u32) -> Weight {
        Weight::from_parts(181_190_000, 7083)
            // Standard error: 134_233
            .saturating_add(Weight::from_parts(107_879_550, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(10))
            .saturating_add(T::DbWeight::get().reads((6_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(14))
            .saturating_add(T::DbWeight::get().writes((11_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3332).saturating_mul(n.into()))
    }
    // Storage: `Rounds::Draws` (r:1 w:1)
    // Proof: `Rounds::Draws` (`max_values`: Some(1), `max_size`: Some(3202), added: 3697, mode: `MaxEncodedLen`)
    // Storage: `Babe::Authorities` (r:1 w:0)
    // Proof: `Babe::Authorities` (`max_values`: Some(1), `max_size`: Some(4002), added: 4497, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Rounds` (r:64 w:64)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(650), added: 3125, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Agenda` (r:0 w:64)
    // Proof: `Rounds::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // `d` is in `0..=64`.
    // At least 1_322_000 picoseconds.
    fn draw_seats(d: u32) -> Weight {
        Weight::from_parts(1_342_000, 5487)
            // Standard error: 25_243
            .saturating_add(Weight::from_parts(12_916_121, 0).saturating_mul(d.into()))
            .saturating_add(T::DbWeight::get().reads(2))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(d.into())))
            .saturating_add(T::DbWeight::get().writes(1))
            .saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(d.into())))
            .saturating_add(Weight::from_parts(0, 3125).saturating_mul(d.into()))
    }
    // Storage: `Rounds::Rolls` (r:2 w:1)
    // Proof: `Rounds::Rolls` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Rounds` (r:1 w:0)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(650), added: 3125, mode: `MaxEncodedLen`)
    // Storage: `Domains::Rosters` (r:59 w:59)
    // Proof: `Domains::Rosters` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
    // Storage: `Domains::Memberships` (r:59 w:59)
    // Proof: `Domains::Memberships` (`max_values`: None, `max_size`: Some(91), added: 2566, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MemberByOwner` (r:31 w:0)
    // Proof: `Rounds::MemberByOwner` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Domains::Populations` (r:1 w:1)
    // Proof: `Domains::Populations` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
    // `n` is in `1..=32`.
    // At least 124_346_000 picoseconds.
    fn call_roll(n: u32) -> Weight {
        Weight::from_parts(135_770_286, 5980)
            // Standard error: 325_559
            .saturating_add(Weight::from_parts(75_669_462, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(7))
            .saturating_add(T::DbWeight::get().reads((5_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(5))
            .saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 4724).saturating_mul(n.into()))
    }
    // Storage: `Rounds::Rounds` (r:1 w:0)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(650), added: 3125, mode: `MaxEncodedLen`)
    // At least 22_633_000 picoseconds.
    fn poke() -> Weight {
        Weight::from_parts(26_569_000, 4115).saturating_add(T::DbWeight::get().reads(1))
    }
    // Storage: `Rounds::AgendaCursor` (r:1 w:1)
    // Proof: `Rounds::AgendaCursor` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // At least 2_123_000 picoseconds.
    fn agenda() -> Weight {
        Weight::from_parts(2_254_000, 1489)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `Rounds::Agenda` (r:2 w:0)
    // Proof: `Rounds::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Rounds` (r:1 w:0)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(650), added: 3125, mode: `MaxEncodedLen`)
    // At least 27_972_000 picoseconds.
    fn agenda_step() -> Weight {
        Weight::from_parts(33_851_000, 5996).saturating_add(T::DbWeight::get().reads(3))
    }
    // Storage: `Rounds::Results` (r:0 w:1)
    // Proof: `Rounds::Results` (`max_values`: None, `max_size`: Some(70695), added: 73170, mode: `MaxEncodedLen`)
    // Storage: `Rounds::SealedTruths` (r:0 w:1)
    // Proof: `Rounds::SealedTruths` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
    // Storage: `Rounds::CandidateKeys` (r:0 w:1)
    // Proof: `Rounds::CandidateKeys` (`max_values`: None, `max_size`: Some(3318), added: 5793, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Expiries` (r:0 w:1)
    // Proof: `Rounds::Expiries` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // Storage: `Rounds::AskedIn` (r:0 w:1)
    // Proof: `Rounds::AskedIn` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MinScores` (r:0 w:1), counted by hand: not measured yet
    // Proof: `Rounds::MinScores` (`max_values`: None, `max_size`: Some(18), added: 2493, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Candidacies` (r:0 w:1)
    // Proof: `Rounds::Candidacies` (`max_values`: None, `max_size`: Some(518), added: 2993, mode: `MaxEncodedLen`)
    // At least 17_837_000 picoseconds.
    fn prune() -> Weight {
        Weight::from_parts(21_452_000, 0).saturating_add(T::DbWeight::get().writes(7))
    }
}
