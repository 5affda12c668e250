//! What the calls cost: database reads and writes counted by hand, plus time for a signature and for each byte.
//! Generous rather than exact.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::RocksDbWeight, RuntimeDbWeight, Weight},
};

/// Checking an ed25519 signature takes about 50 µs on slow machines; doubled. In picoseconds of reference time.
const SIGNATURE_TIME: u64 = 100_000_000;
/// Decoding a call and making an event. In picoseconds.
const BASE_TIME: u64 = 20_000_000;
/// Decoding, copying and encoding one byte of a profile. In picoseconds.
const TIME_PER_BYTE: u64 = 10_000;
/// What one storage entry of this pallet or of an account adds to a proof of the state, in bytes, rounded up.
const PROOF_PER_READ: u64 = 4_096;

/// What the calls cost.
pub trait WeightInfo {
    /// `register` with a profile of so many bytes.
    fn register(model: u32, topics: u32) -> Weight;
    /// `rotate_key`.
    fn rotate_key() -> Weight;
    /// `set_profile` with so many bytes.
    fn set_profile(model: u32, topics: u32) -> Weight;
    /// `retire`.
    fn retire() -> Weight;
    /// `unbond`.
    fn unbond() -> Weight;
}

/// The costs with the runtime's database.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn register(model: u32, topics: u32) -> Weight {
        register(T::DbWeight::get(), model, topics)
    }
    fn rotate_key() -> Weight {
        rotate_key(T::DbWeight::get())
    }
    fn set_profile(model: u32, topics: u32) -> Weight {
        set_profile(T::DbWeight::get(), model, topics)
    }
    fn retire() -> Weight {
        cost(T::DbWeight::get(), BASE_TIME, 1, 1)
    }
    fn unbond() -> Weight {
        unbond(T::DbWeight::get())
    }
}

/// The costs with RocksDB's defaults, for tests.
impl WeightInfo for () {
    fn register(model: u32, topics: u32) -> Weight {
        register(RocksDbWeight::get(), model, topics)
    }
    fn rotate_key() -> Weight {
        rotate_key(RocksDbWeight::get())
    }
    fn set_profile(model: u32, topics: u32) -> Weight {
        set_profile(RocksDbWeight::get(), model, topics)
    }
    fn retire() -> Weight {
        cost(RocksDbWeight::get(), BASE_TIME, 1, 1)
    }
    fn unbond() -> Weight {
        unbond(RocksDbWeight::get())
    }
}

/// Reads and writes: the agent, their count, the key's owner, the account, its holds; reads the genesis hash.
fn register(db: RuntimeDbWeight, model: u32, topics: u32) -> Weight {
    cost(db, BASE_TIME.saturating_add(SIGNATURE_TIME).saturating_add(bytes(model, topics)), 6, 5)
}

/// Reads the agent, the new key's owner and the genesis hash; writes the agent and both keys' owners.
fn rotate_key(db: RuntimeDbWeight) -> Weight {
    cost(db, BASE_TIME.saturating_add(SIGNATURE_TIME), 3, 3)
}

/// Reads and writes the agent.
fn set_profile(db: RuntimeDbWeight, model: u32, topics: u32) -> Weight {
    cost(db, BASE_TIME.saturating_add(bytes(model, topics)), 1, 1)
}

/// Reads and writes: the agent, their count, the key's owner, the account, its holds, and a record of whoever is told.
fn unbond(db: RuntimeDbWeight) -> Weight {
    cost(db, BASE_TIME, 6, 6)
}

fn bytes(model: u32, topics: u32) -> u64 {
    u64::from(model).saturating_add(u64::from(topics)).saturating_mul(TIME_PER_BYTE)
}

fn cost(db: RuntimeDbWeight, time: u64, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(time, reads.saturating_mul(PROOF_PER_READ)).saturating_add(db.reads_writes(reads, writes))
}
