//! What the calls and the hook's steps cost: one function for each. The runtime measures them
//! (`./scripts/weights`).

use frame_support::weights::Weight;

/// What the calls and the hook's steps cost.
pub trait WeightInfo {
    /// `set_terms`, where all that can be under way is ended.
    fn set_terms() -> Weight;
    /// `offer`.
    fn offer() -> Weight;
    /// `withdraw_offer`.
    fn withdraw_offer() -> Weight;
    /// `fund`.
    fn fund() -> Weight;
    /// `lift`.
    fn lift() -> Weight;
    /// Checking an act of `b` bytes in the pool and in the block, signature included.
    fn authorize(b: u32) -> Weight;
    /// Committing seals.
    fn commit() -> Weight;
    /// Opening findings, in an act of `b` bytes.
    fn open(b: u32) -> Weight;
    /// Looking at what is to be done in one domain.
    fn look() -> Weight;
    /// Drawing a committee, or passing an epoch over.
    fn begin_work() -> Weight;
    /// Judging a sample of embeddings of `d` dimensions.
    fn judge_sample(d: u32) -> Weight;
    /// Judging a member, and suspending it.
    fn judge_member() -> Weight;
    /// Paying the auditors and forgetting the work.
    fn end_work() -> Weight;
}

/// Made up, for mocks: everything weighs something, and more the more there is to do.
impl WeightInfo for () {
    fn set_terms() -> Weight {
        made_up(1_000, 0)
    }
    fn offer() -> Weight {
        made_up(1_001, 0)
    }
    fn withdraw_offer() -> Weight {
        made_up(1_002, 0)
    }
    fn fund() -> Weight {
        made_up(1_003, 0)
    }
    fn lift() -> Weight {
        made_up(1_004, 0)
    }
    fn authorize(b: u32) -> Weight {
        made_up(1_005, b)
    }
    fn commit() -> Weight {
        made_up(1_006, 0)
    }
    fn open(b: u32) -> Weight {
        made_up(1_007, b)
    }
    fn look() -> Weight {
        made_up(11, 0)
    }
    fn begin_work() -> Weight {
        made_up(1_008, 0)
    }
    fn judge_sample(d: u32) -> Weight {
        made_up(1_009, d)
    }
    fn judge_member() -> Weight {
        made_up(1_010, 0)
    }
    fn end_work() -> Weight {
        made_up(1_011, 0)
    }
}

fn made_up(base: u64, more: u32) -> Weight {
    Weight::from_parts(base.saturating_add(more.into()), 0)
}
