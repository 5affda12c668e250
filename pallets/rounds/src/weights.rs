//! What the pallet's work costs. The runtime measures it (`./scripts/weights`, with the benchmarks
//! in `benchmarking`).
//!
//! Each function names one piece of work; a call adds up its pieces. The pieces of a phase's end
//! are kept apart from those of an act, because most acts do not end a phase: calls charge the
//! worst case and refund what was not done.

use frame_support::weights::Weight;
use waggle_primitives::{assignment, audit::sample::MAX_SAMPLE_ANSWERS, reward_pool::MAX_COUNTED};

/// The cost of each piece of work.
pub trait WeightInfo {
    /// `submit` with a prompt of `p` bytes.
    fn submit(p: u32) -> Weight;
    /// Checking one act in the pool and in the block, signature included; `b` bytes of ciphertext.
    fn authorize_act(b: u32) -> Weight;
    /// Entering a round with `b` bytes of sealed answer.
    fn commit_answer(b: u32) -> Weight;
    /// Opening a sealed answer of `b` bytes.
    fn open_answer(b: u32) -> Weight;
    /// Committing sealed grades.
    fn commit_grades() -> Weight;
    /// Opening sealed grades.
    fn open_grades() -> Weight;
    /// The end of a phase that leads to another; `n` answers' keys are hashed into a seed, if it is
    /// drawn then.
    fn change_phase(n: u32) -> Weight;
    /// Settlement of a round of `n` agents with a winning answer of `b` bytes, with a look whether
    /// it is a sample, without [`Self::judge`].
    fn settle_round(n: u32, b: u32) -> Weight;
    /// What is made of `g` grades: scores, ratings, payments. Apart from [`Self::settle_round`],
    /// because the number of grades grows with the square of the number of agents.
    fn judge(g: u32) -> Weight;
    /// Telling the domain that `n` agents served in a round, where it has a reward pool.
    fn note_service(n: u32) -> Weight;
    /// Handing `n` answers of a round that is a sample over to its auditors, at least one.
    fn sample(n: u32) -> Weight;
    /// Cancellation of a round of `n` agents.
    fn cancel_round(n: u32) -> Weight;
    /// A block's contribution to `d` draws of seats, which are over with it.
    fn draw_seats(d: u32) -> Weight;
    /// Looking for a roll that is to be called, and noting for `n` agents that they had a seat and
    /// did not come.
    fn call_roll(n: u32) -> Weight;
    /// `poke`, without the end of the phase.
    fn poke() -> Weight;
    /// Reading and writing one agenda's cursor: once for each block and agenda.
    fn agenda() -> Weight;
    /// Looking at one block, or one round, of an agenda.
    fn agenda_step() -> Weight;
    /// Removing one result.
    fn prune() -> Weight;

    /// Settlement of a round of `n` agents, all of which gave their grades, with a winning answer
    /// of `b` bytes, if it is no sample.
    fn settlement(n: u32, b: u32) -> Weight {
        let grades_each = assignment::grades_per_agent(n as usize) as u32;
        Self::settle_round(n, b)
            .saturating_add(Self::judge(n.saturating_mul(grades_each)))
            .saturating_add(Self::note_service(n.min(MAX_COUNTED)))
    }

    /// The dearest way in which a round of `n` agents can end.
    fn end_round(n: u32, b: u32) -> Weight {
        let sampled = Self::sample(n.min(MAX_SAMPLE_ANSWERS));
        Self::settlement(n, b).saturating_add(sampled).max(Self::cancel_round(n))
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
    fn open_answer(b: u32) -> Weight {
        made_up(1_003, b)
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
    fn note_service(n: u32) -> Weight {
        made_up(15, n)
    }
    fn sample(n: u32) -> Weight {
        made_up(16, n)
    }
    fn cancel_round(n: u32) -> Weight {
        made_up(1_009, n.saturating_mul(500))
    }
    fn draw_seats(d: u32) -> Weight {
        made_up(13, d)
    }
    fn call_roll(n: u32) -> Weight {
        made_up(14, n)
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
