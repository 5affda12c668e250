//! What the pallet's work costs: estimates from the number of storage accesses and the bytes that are hashed or
//! enciphered, not yet measured.
//!
//! Each function names one piece of work; a call adds up its pieces. The pieces of a phase's end are kept apart from
//! those of an act, because most acts do not end a phase: calls charge the worst case and refund what was not done.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};
use waggle_primitives::assignment;

/// The cost of each piece of work.
pub trait WeightInfo {
    /// `submit` with a prompt of `p` bytes.
    fn submit(p: u32) -> Weight;
    /// Checking one act in the pool and in the block, signature included; `b` bytes of ciphertext.
    fn authorize_act(b: u32) -> Weight;
    /// Entering a round with `b` bytes of sealed answer.
    fn commit_answer(b: u32) -> Weight;
    /// Opening a sealed answer.
    fn open_answer() -> Weight;
    /// Committing sealed grades.
    fn commit_grades() -> Weight;
    /// Opening sealed grades.
    fn open_grades() -> Weight;
    /// The end of a phase that leads to another; `n` answers' keys are hashed into a seed, if it is drawn then.
    fn change_phase(n: u32) -> Weight;
    /// Settlement of a round of `n` agents with a winning answer of `b` bytes, without [`Self::judge`].
    fn settle_round(n: u32, b: u32) -> Weight;
    /// What is made of `g` grades: scores, ratings, payments. Apart from [`Self::settle_round`], because the number of
    /// grades grows with the square of the number of agents.
    fn judge(g: u32) -> Weight;
    /// Cancellation of a round of `n` agents.
    fn cancel_round(n: u32) -> Weight;
    /// `poke`, without the end of the phase.
    fn poke() -> Weight;
    /// Reading and writing one agenda's cursor: once for each block and agenda.
    fn agenda() -> Weight;
    /// Looking at one block, or one round, of an agenda.
    fn agenda_step() -> Weight;
    /// Removing one result.
    fn prune() -> Weight;

    /// Settlement of a round of `n` agents, all of which gave their grades, with a winning answer of `b` bytes.
    fn settlement(n: u32, b: u32) -> Weight {
        let grades_each = assignment::ranks_per_agent(n as usize) as u32;
        Self::settle_round(n, b).saturating_add(Self::judge(n.saturating_mul(grades_each)))
    }

    /// The dearer way in which a round of `n` agents can end.
    fn end_round(n: u32, b: u32) -> Weight {
        Self::settlement(n, b).max(Self::cancel_round(n))
    }
}

/// Picoseconds for one ed25519 verification in wasm.
const VERIFY: u64 = 60_000_000;
/// Picoseconds to hash or encipher one byte in wasm.
const BYTE: u64 = 6_000;
/// Picoseconds for the rest of a call: decoding, checks, an event.
const BASE: u64 = 20_000_000;
/// Picoseconds for one agent's part in payments and results.
const JUDGE: u64 = 20_000_000;
/// Picoseconds for one grade's part in scores and ratings.
const GRADE: u64 = 1_000_000;

/// Estimates on the runtime's own `DbWeight`.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> SubstrateWeight<T> {
    fn db(reads: u64, writes: u64) -> Weight {
        T::DbWeight::get().reads_writes(reads, writes)
    }

    fn time(picoseconds: u64) -> Weight {
        Weight::from_parts(picoseconds, 0)
    }

    fn bytes(bytes: u32) -> Weight {
        Self::time(BYTE.saturating_mul(bytes.into()))
    }
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    // Next id, counter, client's account and holds, minimum reward; record, prompt, agenda, event.
    fn submit(p: u32) -> Weight {
        Self::time(BASE).saturating_add(Self::bytes(p)).saturating_add(Self::db(6, 8))
    }

    // Round, member and its index, registry, owner's account and holds.
    fn authorize_act(b: u32) -> Weight {
        Self::time(BASE.saturating_add(VERIFY)).saturating_add(Self::bytes(b)).saturating_add(Self::db(8, 0))
    }

    // The checks again; record, member, its two indices, ciphertext, registry, account, holds, ticket, event.
    fn commit_answer(b: u32) -> Weight {
        Self::time(BASE).saturating_add(Self::bytes(b)).saturating_add(Self::db(9, 10))
    }

    fn open_answer() -> Weight {
        Self::time(BASE).saturating_add(Self::db(3, 3))
    }

    fn commit_grades() -> Weight {
        Self::time(BASE).saturating_add(Self::db(3, 4))
    }

    fn open_grades() -> Weight {
        Self::time(BASE).saturating_add(Self::db(4, 5))
    }

    // Every opened key is read and hashed when the seed is drawn; record, two places of the agenda, event.
    fn change_phase(n: u32) -> Weight {
        Self::time(BASE)
            .saturating_add(Self::db(2, 4))
            .saturating_add(Self::bytes(n.saturating_mul(32)))
            .saturating_add(Self::db(1, 0).saturating_mul(n.into()))
    }

    // Each agent: member, grades, rating, past, registry, account, holds, ticket are read; its six entries are removed,
    // rating, past, registry, account, holds and ticket are written.
    fn settle_round(n: u32, b: u32) -> Weight {
        Self::time(BASE)
            .saturating_add(Self::bytes(b))
            .saturating_add(Self::db(8, 10))
            .saturating_add(Self::time(JUDGE).saturating_add(Self::db(8, 12)).saturating_mul(n.into()))
    }

    fn judge(g: u32) -> Weight {
        Self::time(GRADE.saturating_mul(g.into()))
    }

    fn cancel_round(n: u32) -> Weight {
        Self::settle_round(n, 0)
    }

    fn poke() -> Weight {
        Self::time(BASE).saturating_add(Self::db(1, 0))
    }

    fn agenda() -> Weight {
        Self::db(1, 1)
    }

    fn agenda_step() -> Weight {
        Self::db(2, 1)
    }

    fn prune() -> Weight {
        Self::time(BASE).saturating_add(Self::db(1, 3))
    }
}

/// Made up, for mocks: every piece weighs something, and more the more there is to do.
impl WeightInfo for () {
    fn submit(p: u32) -> Weight {
        made_up(1_000, p)
    }
    fn authorize_act(b: u32) -> Weight {
        made_up(1_001, b)
    }
    fn commit_answer(b: u32) -> Weight {
        made_up(1_002, b)
    }
    fn open_answer() -> Weight {
        made_up(1_003, 0)
    }
    fn commit_grades() -> Weight {
        made_up(1_004, 0)
    }
    fn open_grades() -> Weight {
        made_up(1_005, 0)
    }
    fn change_phase(n: u32) -> Weight {
        made_up(1_006, n)
    }
    fn settle_round(n: u32, b: u32) -> Weight {
        made_up(1_007, n.saturating_mul(1_000).saturating_add(b))
    }
    fn judge(g: u32) -> Weight {
        made_up(1_008, g)
    }
    fn cancel_round(n: u32) -> Weight {
        made_up(1_009, n.saturating_mul(500))
    }
    fn poke() -> Weight {
        made_up(1_010, 0)
    }
    fn agenda() -> Weight {
        made_up(11, 0)
    }
    fn agenda_step() -> Weight {
        made_up(12, 0)
    }
    fn prune() -> Weight {
        made_up(1_011, 0)
    }
}

fn made_up(base: u64, more: u32) -> Weight {
    Weight::from_parts(base.saturating_add(more.into()), 0)
}
