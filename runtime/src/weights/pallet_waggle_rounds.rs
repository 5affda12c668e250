//! Weights of `pallet_waggle_rounds`, measured. Written by `./scripts/weights`: do not edit.
//!
//! | | |
//! | --- | --- |
//! | date | 2026-11-24 |
//! | machine | AMD EPYC |
//! | command | `./scripts/weights --steps 20 --repeat 20` |
//! | tool | frame-omni-bencher on frame-benchmarking-cli 64.0.0, Compiled wasm |
//!
//! By hand since, until the next run: all of `open_answer`, from a run of another machine, and one
//! read and two writes more of `settle_round` and `cancel_round`, one write more of `prune`, for
//! `FinalAnswers` and `Candidacies`; one write more of `submit`, for `SealedTruths`, one of
//! `settle_round`, for `CandidateKeys`, two of `prune`, for both.

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
    // Storage: `Tickets::Rewards` (r:1 w:1)
    // Proof: `Tickets::Rewards` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Rounds` (r:1 w:1)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(604), added: 3079, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Agenda` (r:0 w:1)
    // Proof: `Rounds::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Prompts` (r:0 w:1)
    // Proof: `Rounds::Prompts` (`max_values`: None, `max_size`: Some(16404), added: 18879, mode: `MaxEncodedLen`)
    // `p` is in `1..=16384`.
    // At least 94_430_000 picoseconds.
    fn submit(p: u32) -> Weight {
        Weight::from_parts(96_705_508, 4069)
            // Standard error: 5
            .saturating_add(Weight::from_parts(1_361, 0).saturating_mul(p.into()))
            .saturating_add(T::DbWeight::get().reads(6))
            .saturating_add(T::DbWeight::get().writes(9))
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
    // Storage: `System::Account` (r:1 w:0)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:0)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // `b` is in `1..=16384`.
    // At least 134_940_000 picoseconds.
    fn authorize_act(b: u32) -> Weight {
        Weight::from_parts(154_062_004, 4069)
            // Standard error: 244
            .saturating_add(Weight::from_parts(8_348, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(8))
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
    // At least 208_509_000 picoseconds.
    fn commit_answer(b: u32) -> Weight {
        Weight::from_parts(238_154_907, 4069)
            // Standard error: 113
            .saturating_add(Weight::from_parts(618, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(8))
            .saturating_add(T::DbWeight::get().writes(9))
    }
    // Storage: `Rounds::Rounds` (r:1 w:1)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(604), added: 3079, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MemberByKey` (r:1 w:0)
    // Proof: `Rounds::MemberByKey` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Members` (r:1 w:1)
    // Proof: `Rounds::Members` (`max_values`: None, `max_size`: Some(190), added: 2665, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Rounds::SealedAnswers` (r:1 w:0), `Rounds::FinalAnswers` (r:1 w:1)
    // `b` is in `1..=16384`.
    fn open_answer(b: u32) -> Weight {
        Weight::from_parts(149_000_000, 19881)
            .saturating_add(Weight::from_parts(52_000, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(6))
            .saturating_add(T::DbWeight::get().writes(3))
    }
    // Storage: `Rounds::Rounds` (r:1 w:1)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(604), added: 3079, mode: `MaxEncodedLen`)
    // Storage: `Rounds::MemberByKey` (r:1 w:0)
    // Proof: `Rounds::MemberByKey` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Members` (r:1 w:1)
    // Proof: `Rounds::Members` (`max_values`: None, `max_size`: Some(190), added: 2665, mode: `MaxEncodedLen`)
    // Storage: `Rounds::SealedGrades` (r:0 w:1)
    // Proof: `Rounds::SealedGrades` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
    // At least 96_243_000 picoseconds.
    fn commit_grades() -> Weight {
        Weight::from_parts(102_542_000, 4069)
            .saturating_add(T::DbWeight::get().reads(3))
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
    // Storage: `Rounds::SealedGrades` (r:1 w:1)
    // Proof: `Rounds::SealedGrades` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
    // Storage: `Rounds::OpenedGrades` (r:0 w:1)
    // Proof: `Rounds::OpenedGrades` (`max_values`: None, `max_size`: Some(95), added: 2570, mode: `MaxEncodedLen`)
    // At least 105_807_000 picoseconds.
    fn open_grades() -> Weight {
        Weight::from_parts(119_567_000, 4069)
            .saturating_add(T::DbWeight::get().reads(5))
            .saturating_add(T::DbWeight::get().writes(4))
    }
    // Storage: `Rounds::Members` (r:99 w:0)
    // Proof: `Rounds::Members` (`max_values`: None, `max_size`: Some(190), added: 2665, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Rounds` (r:1 w:1)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(604), added: 3079, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Agenda` (r:0 w:2)
    // Proof: `Rounds::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // `n` is in `2..=99`.
    // At least 31_997_000 picoseconds.
    fn change_phase(n: u32) -> Weight {
        Weight::from_parts(23_586_564, 4069)
            // Standard error: 22_956
            .saturating_add(Weight::from_parts(5_466_903, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(3))
            .saturating_add(Weight::from_parts(0, 2665).saturating_mul(n.into()))
    }
    // Storage: `Rounds::Members` (r:100 w:100)
    // Proof: `Rounds::Members` (`max_values`: None, `max_size`: Some(190), added: 2665, mode: `MaxEncodedLen`)
    // Storage: `Rounds::OpenedGrades` (r:100 w:100)
    // Proof: `Rounds::OpenedGrades` (`max_values`: None, `max_size`: Some(95), added: 2570, mode: `MaxEncodedLen`)
    // Storage: `Ratings::Records` (r:100 w:99)
    // Proof: `Ratings::Records` (`max_values`: None, `max_size`: Some(100), added: 2575, mode: `MaxEncodedLen`)
    // Storage: `Tickets::Rewards` (r:1 w:1)
    // Proof: `Tickets::Rewards` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    // Storage: `Tickets::Stakes` (r:101 w:100)
    // Proof: `Tickets::Stakes` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:102 w:102)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:101 w:101)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
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
    // Proof: `Rounds::Results` (`max_values`: None, `max_size`: Some(67495), added: 69970, mode: `MaxEncodedLen`)
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
    // Storage: `Rounds::Expiries` (r:0 w:1)
    // Proof: `Rounds::Expiries` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // `n` is in `2..=100`.
    // `b` is in `1..=16384`.
    // At least 382_607_000 picoseconds.
    fn settle_round(n: u32, _b: u32) -> Weight {
        Weight::from_parts(385_401_000, 19881)
            // Standard error: 405_977
            .saturating_add(Weight::from_parts(194_134_971, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(10))
            .saturating_add(T::DbWeight::get().reads((8_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(13))
            .saturating_add(T::DbWeight::get().writes((12_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3332).saturating_mul(n.into()))
    }
    // `g` is in `2..=3300`.
    // At least 12_669_000 picoseconds.
    fn judge(g: u32) -> Weight {
        Weight::from_parts(12_869_000, 0)
            // Standard error: 1_034
            .saturating_add(Weight::from_parts(1_509_624, 0).saturating_mul(g.into()))
    }
    // Storage: `Rounds::Members` (r:100 w:100)
    // Proof: `Rounds::Members` (`max_values`: None, `max_size`: Some(190), added: 2665, mode: `MaxEncodedLen`)
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
    // Storage: `Agents::Agents` (r:100 w:100)
    // Proof: `Agents::Agents` (`max_values`: None, `max_size`: Some(429), added: 2904, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Rounds` (r:1 w:1)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(604), added: 3079, mode: `MaxEncodedLen`)
    // Storage: `Rounds::CounterForRounds` (r:1 w:1)
    // Proof: `Rounds::CounterForRounds` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Rounds::OpenRoundsOf` (r:1 w:1)
    // Proof: `Rounds::OpenRoundsOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Results` (r:0 w:1)
    // Proof: `Rounds::Results` (`max_values`: None, `max_size`: Some(67495), added: 69970, mode: `MaxEncodedLen`)
    // Storage: `Rounds::SealedAnswers` (r:0 w:100)
    // Proof: `Rounds::SealedAnswers` (`max_values`: None, `max_size`: Some(16416), added: 18891, mode: `MaxEncodedLen`)
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
    // Storage: `Rounds::OpenedGrades` (r:0 w:100)
    // Proof: `Rounds::OpenedGrades` (`max_values`: None, `max_size`: Some(95), added: 2570, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Expiries` (r:0 w:1)
    // Proof: `Rounds::Expiries` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // `n` is in `2..=100`.
    // At least 279_344_000 picoseconds.
    fn cancel_round(n: u32) -> Weight {
        Weight::from_parts(3_100_675, 6196)
            // Standard error: 160_722
            .saturating_add(Weight::from_parts(97_577_982, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(9))
            .saturating_add(T::DbWeight::get().reads((6_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(13))
            .saturating_add(T::DbWeight::get().writes((11_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3332).saturating_mul(n.into()))
    }
    // Storage: `Rounds::Rounds` (r:1 w:0)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(604), added: 3079, mode: `MaxEncodedLen`)
    // At least 41_832_000 picoseconds.
    fn poke() -> Weight {
        Weight::from_parts(45_017_000, 4069).saturating_add(T::DbWeight::get().reads(1))
    }
    // Storage: `Rounds::AgendaCursor` (r:1 w:1)
    // Proof: `Rounds::AgendaCursor` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // At least 2_824_000 picoseconds.
    fn agenda() -> Weight {
        Weight::from_parts(3_074_000, 1489)
            .saturating_add(T::DbWeight::get().reads(1))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // Storage: `Rounds::Agenda` (r:2 w:0)
    // Proof: `Rounds::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Rounds` (r:1 w:0)
    // Proof: `Rounds::Rounds` (`max_values`: None, `max_size`: Some(604), added: 3079, mode: `MaxEncodedLen`)
    // At least 37_766_000 picoseconds.
    fn agenda_step() -> Weight {
        Weight::from_parts(40_650_000, 5996).saturating_add(T::DbWeight::get().reads(3))
    }
    // Storage: `Rounds::Results` (r:0 w:1)
    // Proof: `Rounds::Results` (`max_values`: None, `max_size`: Some(67495), added: 69970, mode: `MaxEncodedLen`)
    // Storage: `Rounds::Expiries` (r:0 w:1)
    // Proof: `Rounds::Expiries` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // At least 17_536_000 picoseconds.
    fn prune() -> Weight {
        Weight::from_parts(20_139_000, 0).saturating_add(T::DbWeight::get().writes(5))
    }
}
