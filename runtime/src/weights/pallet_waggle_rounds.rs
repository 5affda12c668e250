//! Weights of `pallet_waggle_rounds`, measured. Written by `./scripts/weights`: do not edit.
//!
//! | | |
//! | --- | --- |
//! | date | 2026-11-29 |
//! | machine | AMD EPYC |
//! | command | `./scripts/weights --steps 50 --repeat 20` |
//! | tool | `weigher/`, frame-benchmarking-cli 64.0.0, Compiled wasm |
//!
//! Not measured yet: what seats by lot and domains added since. Where a line says *estimated*, that
//! was added from what the same work costs elsewhere on this page.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// What was measured, with the database of `T`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_waggle_rounds::WeightInfo for WeightInfo<T> {
    // Storage: `Rounds::CounterForRounds` (r:1 w:1)
    // Proof: `Rounds::CounterForRounds` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Rounds::OpenRoundsOf` (r:1 w:1)
    // Proof: `Rounds::OpenRoundsOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    // Storage: `Rounds::NextRound` (r:1 w:1)
    // Proof: `Rounds::NextRound` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Tickets::Rewards` (r:1 w:1)
    // Proof: `Tickets::Rewards` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Rounds` (r:1 w:1)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(604), added: 3079, mode: `MaxEncodedLen`)
    // Storage: `Rounds::SealedTruths` (r:0 w:1)
    // Proof: `Rounds::SealedTruths` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Agenda` (r:0 w:1)
    // Proof: `Rounds::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Prompts` (r:0 w:1)
    // Proof: `Rounds::Prompts` (`max_values`: None, `max_size`: Some(16404), added: 18879, mode: `MaxEncodedLen`)
    // `p` is in `1..=16384`.
    // At least 85_839_000 picoseconds.
    fn submit(p: u32) -> Weight {
        Weight::from_parts(89_440_397, 4069)
            // Standard error: 2
            .saturating_add(Weight::from_parts(1_477, 0).saturating_mul(p.into()))
            .saturating_add(T::DbWeight::get().reads(7))
            .saturating_add(T::DbWeight::get().writes(10))
            // Estimated: the domain, its roster's size, and a draw begun beside all others.
            .saturating_add(Weight::from_parts(35_000_000, 6_300))
            .saturating_add(T::DbWeight::get().reads_writes(3, 1))
    }
    // Storage: `Rounds::Rounds` (r:1 w:0)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(604), added: 3079, mode: `MaxEncodedLen`)
    // Storage: `Agents::OwnerOf` (r:1 w:0)
    // Proof: `Agents::OwnerOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `Agents::Agents` (r:1 w:0)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MemberByKey` (r:1 w:0)
    // Proof: `Rounds::MemberByKey` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MemberByOwner` (r:1 w:0)
    // Proof: `Rounds::MemberByOwner` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Agents::Enrolments` (r:1 w:0)
    // Proof: `Agents::Enrolments` (`max_values`: None, `max_size`: Some(85), added: 2560, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Rounds::BoundFrom` (r:1 w:0)
    // Proof: `Rounds::BoundFrom` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:0)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:0)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
    // `b` is in `1..=16384`.
    // At least 86_619_000 picoseconds.
    fn authorize_act(b: u32) -> Weight {
        Weight::from_parts(108_383_489, 4069)
            // Standard error: 71
            .saturating_add(Weight::from_parts(7_742, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(10))
            // Estimated: a place on the roster, and four passes for its lot.
            .saturating_add(Weight::from_parts(45_000_000, 2_600))
            .saturating_add(T::DbWeight::get().reads(1))
    }
    // Storage: `Rounds::Rounds` (r:1 w:1)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(604), added: 3079, mode: `MaxEncodedLen`)
    // Storage: `Agents::OwnerOf` (r:1 w:0)
    // Proof: `Agents::OwnerOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `Agents::Agents` (r:1 w:1)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MemberByKey` (r:1 w:1)
    // Proof: `Rounds::MemberByKey` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MemberByOwner` (r:1 w:1)
    // Proof: `Rounds::MemberByOwner` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Agents::Enrolments` (r:1 w:0)
    // Proof: `Agents::Enrolments` (`max_values`: None, `max_size`: Some(85), added: 2560, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Rounds::BoundFrom` (r:1 w:0)
    // Proof: `Rounds::BoundFrom` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
    // Storage: `Tickets::Stakes` (r:1 w:1)
    // Proof: `Tickets::Stakes` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `Rounds::SealedAnswers` (r:0 w:1)
    // Proof: `Rounds::SealedAnswers` (`max_values`: None, `max_size`: Some(16416), added: 18891, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Members` (r:0 w:1)
    // Proof: `Rounds::Members` (`max_values`: None, `max_size`: Some(190), added: 2665, mode: `MaxEncodedLen`)
    // `b` is in `1..=16384`.
    // At least 116_634_000 picoseconds.
    fn commit_answer(b: u32) -> Weight {
        Weight::from_parts(140_069_766, 4069)
            // Standard error: 105
            .saturating_add(Weight::from_parts(1_024, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(11))
            .saturating_add(T::DbWeight::get().writes(9))
            // Estimated: the same, and a place on the roster for one that was taken off it.
            .saturating_add(Weight::from_parts(60_000_000, 5_600))
            .saturating_add(T::DbWeight::get().reads_writes(3, 3))
    }
    // Storage: `Rounds::Rounds` (r:1 w:1)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(604), added: 3079, mode: `MaxEncodedLen`)
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
    // At least 76_705_000 picoseconds.
    fn open_answer(b: u32) -> Weight {
        Weight::from_parts(89_141_532, 19881)
            // Standard error: 110
            .saturating_add(Weight::from_parts(23_964, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(7))
            .saturating_add(T::DbWeight::get().writes(3))
    }
    // Storage: `Rounds::Rounds` (r:1 w:1)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(604), added: 3079, mode: `MaxEncodedLen`)
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
    // At least 64_947_000 picoseconds.
    fn commit_grades() -> Weight {
        Weight::from_parts(74_631_000, 4069)
            .saturating_add(T::DbWeight::get().reads(5))
            .saturating_add(T::DbWeight::get().writes(3))
    }
    // Storage: `Rounds::Rounds` (r:1 w:1)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(604), added: 3079, mode: `MaxEncodedLen`)
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
    // At least 81_762_000 picoseconds.
    fn open_grades() -> Weight {
        Weight::from_parts(93_259_000, 4069)
            .saturating_add(T::DbWeight::get().reads(6))
            .saturating_add(T::DbWeight::get().writes(4))
    }
    // Storage: `Rounds::Members` (r:99 w:0)
    // Proof: `Rounds::Members` (`max_values`: None, `max_size`: Some(190), added: 2665, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Rounds` (r:1 w:1)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(604), added: 3079, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Agenda` (r:0 w:2)
    // Proof: `Rounds::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // `n` is in `2..=99`.
    // At least 18_197_000 picoseconds.
    fn change_phase(n: u32) -> Weight {
        Weight::from_parts(8_265_088, 4069)
            // Standard error: 11_236
            .saturating_add(Weight::from_parts(3_199_856, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(3))
            // Estimated: a roll that is to be called.
            .saturating_add(T::DbWeight::get().writes(1))
            .saturating_add(Weight::from_parts(0, 2665).saturating_mul(n.into()))
    }
    // Storage: `Rounds::Members` (r:100 w:100)
    // Proof: `Rounds::Members` (`max_values`: None, `max_size`: Some(190), added: 2665, mode: `MaxEncodedLen`)
    // Storage: `Rounds::FinalAnswers` (r:1 w:1)
    // Proof: `Rounds::FinalAnswers` (`max_values`: None, `max_size`: Some(3618), added: 6093, mode: `MaxEncodedLen`)
    // Storage: `Rounds::OpenedGrades` (r:100 w:100)
    // Proof: `Rounds::OpenedGrades` (`max_values`: None, `max_size`: Some(95), added: 2570, mode: `MaxEncodedLen`)
    // Storage: `Ratings::Standings` (r:100 w:99)
    // Proof: `Ratings::Standings` (`max_values`: None, `max_size`: Some(196), added: 2671, mode: `MaxEncodedLen`)
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
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(604), added: 3079, mode: `MaxEncodedLen`)
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
    // Storage: `Rounds::Candidacies` (r:0 w:1)
    // Proof: `Rounds::Candidacies` (`max_values`: None, `max_size`: Some(518), added: 2993, mode: `MaxEncodedLen`)
    // `n` is in `2..=100`.
    // `b` is in `1..=16384`.
    // At least 291_155_000 picoseconds.
    fn settle_round(n: u32, _b: u32) -> Weight {
        Weight::from_parts(293_088_000, 19881)
            // Standard error: 128_707
            .saturating_add(Weight::from_parts(97_773_773, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(10))
            .saturating_add(T::DbWeight::get().reads((8_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(13))
            .saturating_add(T::DbWeight::get().writes((12_u64).saturating_mul(n.into())))
            // Estimated: the domain.
            .saturating_add(T::DbWeight::get().reads_writes(1, 1))
            .saturating_add(Weight::from_parts(0, 3332).saturating_mul(n.into()))
    }
    // `g` is in `2..=3300`.
    // At least 27_711_000 picoseconds.
    fn judge(g: u32) -> Weight {
        Weight::from_parts(197_579_794, 0)
            // Standard error: 1_781
            .saturating_add(Weight::from_parts(1_394_282, 0).saturating_mul(g.into()))
    }
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
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(604), added: 3079, mode: `MaxEncodedLen`)
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
    // `n` is in `1..=99`.
    // At least 139_818_000 picoseconds.
    fn cancel_round(n: u32) -> Weight {
        Weight::from_parts(50_884_663, 7083)
            // Standard error: 109_766
            .saturating_add(Weight::from_parts(89_310_615, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(9))
            .saturating_add(T::DbWeight::get().reads((6_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(11))
            // Estimated: a draw that is not over, and the domain.
            .saturating_add(Weight::from_parts(20_000_000, 6_300))
            .saturating_add(T::DbWeight::get().reads_writes(1, 2))
            .saturating_add(T::DbWeight::get().writes((11_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3332).saturating_mul(n.into()))
    }
    // Estimated.
    fn draw_seats(d: u32) -> Weight {
        Weight::from_parts(4_000_000, 6300)
            .saturating_add(Weight::from_parts(20_000_000, 0).saturating_mul(d.into()))
            .saturating_add(T::DbWeight::get().reads(2))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(d.into())))
            .saturating_add(T::DbWeight::get().writes(1))
            .saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(d.into())))
            .saturating_add(Weight::from_parts(0, 3100).saturating_mul(d.into()))
    }
    // Estimated.
    fn call_roll(n: u32) -> Weight {
        Weight::from_parts(4_000_000, 3100)
            .saturating_add(Weight::from_parts(60_000_000, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(2))
            .saturating_add(T::DbWeight::get().reads((5_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(1))
            .saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 9000).saturating_mul(n.into()))
    }
    // Storage: `Rounds::Rounds` (r:1 w:0)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(604), added: 3079, mode: `MaxEncodedLen`)
    // At least 13_991_000 picoseconds.
    fn poke() -> Weight {
        Weight::from_parts(22_674_000, 4069).saturating_add(T::DbWeight::get().reads(1))
    }
    // Storage: `Rounds::AgendaCursor` (r:1 w:1)
    // Proof: `Rounds::AgendaCursor` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // At least 1_833_000 picoseconds.
    fn agenda() -> Weight {
        Weight::from_parts(1_973_000, 1489)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `Rounds::Agenda` (r:2 w:0)
    // Proof: `Rounds::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Rounds` (r:1 w:0)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(604), added: 3079, mode: `MaxEncodedLen`)
    // At least 25_288_000 picoseconds.
    fn agenda_step() -> Weight {
        Weight::from_parts(29_064_000, 5996).saturating_add(T::DbWeight::get().reads(3))
    }
    // Storage: `Rounds::Results` (r:0 w:1)
    // Proof: `Rounds::Results` (`max_values`: None, `max_size`: Some(70695), added: 73170, mode: `MaxEncodedLen`)
    // Storage: `Rounds::SealedTruths` (r:0 w:1)
    // Proof: `Rounds::SealedTruths` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
    // Storage: `Rounds::CandidateKeys` (r:0 w:1)
    // Proof: `Rounds::CandidateKeys` (`max_values`: None, `max_size`: Some(3318), added: 5793, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Expiries` (r:0 w:1)
    // Proof: `Rounds::Expiries` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Candidacies` (r:0 w:1)
    // Proof: `Rounds::Candidacies` (`max_values`: None, `max_size`: Some(518), added: 2993, mode: `MaxEncodedLen`)
    // At least 17_586_000 picoseconds.
    fn prune() -> Weight {
        Weight::from_parts(19_629_000, 0)
            .saturating_add(T::DbWeight::get().writes(5))
            // Estimated: the domain.
            .saturating_add(T::DbWeight::get().writes(1))
    }
}
