//! What the calls cost: database reads and writes counted by hand, plus time for each validator of a full set.
//! Generous rather than exact.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::RocksDbWeight, RuntimeDbWeight, Weight},
};

/// Decoding a call and a full set, and making an event. In picoseconds.
const BASE_TIME: u64 = 50_000_000;
/// Making the trie of a full set, twice. In picoseconds.
const ROOTS_TIME: u64 = 10_000_000_000;
/// A full set as this pallet's only large entry adds to a proof of the state, in bytes, rounded up.
const PROOF_PER_READ: u64 = 8_192;
/// Validators of a full set, whose keys may all have to be looked at.
const FULL_SET: u64 = 100;

/// What the calls cost.
pub trait WeightInfo {
    /// `add_validator` with a full set.
    fn add_validator() -> Weight;
    /// `remove_validator` with a full set of which only the last has keys.
    fn remove_validator() -> Weight;
    /// The migration [`BeginWithSessionValidators`](crate::migrations::BeginWithSessionValidators) with a full set.
    fn begin() -> Weight;
}

/// The costs with the runtime's database.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn add_validator() -> Weight {
        add_validator(T::DbWeight::get())
    }
    fn remove_validator() -> Weight {
        remove_validator(T::DbWeight::get())
    }
    fn begin() -> Weight {
        begin(T::DbWeight::get())
    }
}

/// The costs with RocksDB's defaults, for tests.
impl WeightInfo for () {
    fn add_validator() -> Weight {
        add_validator(RocksDbWeight::get())
    }
    fn remove_validator() -> Weight {
        remove_validator(RocksDbWeight::get())
    }
    fn begin() -> Weight {
        begin(RocksDbWeight::get())
    }
}

/// Reads the set, the account's keys and the session's index; writes the set.
fn add_validator(db: RuntimeDbWeight) -> Weight {
    cost(db, BASE_TIME, 3, 1)
}

/// Reads the set twice, the keys of all, and the session's index; writes the set.
fn remove_validator(db: RuntimeDbWeight) -> Weight {
    cost(db, BASE_TIME, FULL_SET.saturating_add(3), 1)
}

/// Reads the session's validators and index and, for either root, the set and the keys of all; writes the set, both
/// roots and their range.
fn begin(db: RuntimeDbWeight) -> Weight {
    cost(db, ROOTS_TIME, FULL_SET.saturating_mul(4).saturating_add(5), 5)
}

fn cost(db: RuntimeDbWeight, time: u64, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(time, reads.saturating_mul(PROOF_PER_READ)).saturating_add(db.reads_writes(reads, writes))
}
