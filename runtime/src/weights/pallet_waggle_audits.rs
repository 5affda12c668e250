//! Weights of `pallet_waggle_audits`: estimated by hand from what is read and written, not measured
//! yet. `./scripts/weights` replaces this file.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// What was estimated, with the database of `T`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_waggle_audits::WeightInfo for WeightInfo<T> {
    // What is under way is ended: 64 samples of 43 KiB, what 15 auditors opened of 32 of them and
    // sealed, 512 tallies. Twice the next of `Audits::Leavers`, and `Audits::Settled`.
    fn set_terms() -> Weight {
        Weight::from_parts(4_000_000_000, 48_000)
            .saturating_add(T::DbWeight::get().reads(1_078))
            .saturating_add(T::DbWeight::get().writes(1_078))
    }
    // `Audits::Audited`, `Agents::Agents`, `Audits::Draws`, `Audits::OfferOf`, `Audits::Offers`;
    // the last two and `Audits::Auditors` are written.
    fn offer() -> Weight {
        Weight::from_parts(35_000_000, 4_062)
            .saturating_add(T::DbWeight::get().reads(5))
            .saturating_add(T::DbWeight::get().writes(3))
    }
    // The last offer takes the number of the one that ends.
    fn withdraw_offer() -> Weight {
        Weight::from_parts(35_000_000, 4_062)
            .saturating_add(T::DbWeight::get().reads(4))
            .saturating_add(T::DbWeight::get().writes(5))
    }
    // `Audits::Audited`, `Audits::Purses` and two accounts.
    fn fund() -> Weight {
        Weight::from_parts(75_000_000, 6_196)
            .saturating_add(T::DbWeight::get().reads(4))
            .saturating_add(T::DbWeight::get().writes(3))
    }
    // `Domains::Suspensions` and `Audits::Standings`.
    fn lift() -> Weight {
        Weight::from_parts(30_000_000, 4_062)
            .saturating_add(T::DbWeight::get().reads(2))
            .saturating_add(T::DbWeight::get().writes(2))
    }
    // A signature and two hashes of `b` bytes; `Audits::Works`, `Domains::EpochBlocks`,
    // `System::BlockHash`, `Audits::Opened`, `Audits::Committed` and `Audits::Samples`.
    fn authorize(b: u32) -> Weight {
        Weight::from_parts(240_000_000, 48_000)
            .saturating_add(Weight::from_parts(6_000, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(6))
    }
    // `Audits::Works`, `Domains::EpochBlocks`, `System::BlockHash` and `Audits::Committed`.
    fn commit() -> Weight {
        Weight::from_parts(60_000_000, 4_062)
            .saturating_add(T::DbWeight::get().reads(4))
            .saturating_add(T::DbWeight::get().writes(1))
    }
    // The same with `Audits::Opened` and `Audits::Samples`, and a hash of `b` bytes.
    fn open(b: u32) -> Weight {
        Weight::from_parts(130_000_000, 48_000)
            .saturating_add(Weight::from_parts(3_000, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(6))
            .saturating_add(T::DbWeight::get().writes(2))
    }
    // The next of `Audits::Audited`, `Audits::Works`, `Domains::EpochBlocks` and
    // `Audits::Samplings`; or the next of `Audits::Settled`, `Domains::BarredNumbers`,
    // `Domains::Barred`, `Domains::Suspensions` and `Domains::Memberships`.
    fn look() -> Weight {
        Weight::from_parts(20_000_000, 4_062).saturating_add(T::DbWeight::get().reads(5))
    }
    // The last block of a draw. 64 lots with an agent each, whose offers all end, and 32 samples
    // that are forgotten. The next of `Audits::Leavers`, and `Audits::Settled`.
    fn begin_work() -> Weight {
        Weight::from_parts(2_500_000_000, 48_000)
            .saturating_add(T::DbWeight::get().reads(402))
            .saturating_add(T::DbWeight::get().writes(362))
    }
    // What 15 auditors opened of 16 answers: medians, and each answer compared with its kin and
    // with every other claim. 16 tallies are changed.
    fn judge_sample(d: u32) -> Weight {
        Weight::from_parts(3_000_000_000, 48_000)
            .saturating_add(Weight::from_parts(35_000_000, 0).saturating_mul(d.into()))
            .saturating_add(T::DbWeight::get().reads(65))
            .saturating_add(T::DbWeight::get().writes(34))
    }
    // `Audits::Tallies` and `Audits::Standings`; `Domains::Suspensions`, two of
    // `Domains::Memberships`, `Domains::Populations` and `Domains::Rosters`; `Agents::Agents`,
    // `Balances::Holds` and two accounts. To forget one that has left takes less.
    fn judge_member() -> Weight {
        Weight::from_parts(220_000_000, 6_196)
            .saturating_add(T::DbWeight::get().reads(12))
            .saturating_add(T::DbWeight::get().writes(12))
    }
    // 15 auditors are paid, or their offers end; what they sealed goes. The next of
    // `Audits::Leavers`, and `Audits::Settled`.
    fn end_work() -> Weight {
        Weight::from_parts(1_400_000_000, 6_196)
            .saturating_add(T::DbWeight::get().reads(111))
            .saturating_add(T::DbWeight::get().writes(126))
    }
}
