//! What the calls cost: one function for each. The runtime measures them (`./scripts/weights`).

use frame_support::weights::Weight;

/// What the calls cost.
pub trait WeightInfo {
    /// `found` with `t` bytes of title and `d` of description.
    fn found(t: u32, d: u32) -> Weight;
    /// `join`.
    fn join() -> Weight;
    /// `leave`.
    fn leave() -> Weight;
    /// `rejoin`.
    fn rejoin() -> Weight;
    /// `claim`.
    fn claim() -> Weight;
    /// `fund`.
    fn fund() -> Weight;
    /// `collect`.
    fn collect() -> Weight;
}

/// Made up, for mocks: every call weighs something, and more the longer the texts.
impl WeightInfo for () {
    fn found(t: u32, d: u32) -> Weight {
        made_up(1_000, t.saturating_add(d))
    }
    fn join() -> Weight {
        made_up(1_001, 0)
    }
    fn leave() -> Weight {
        made_up(1_002, 0)
    }
    fn rejoin() -> Weight {
        made_up(1_003, 0)
    }
    fn claim() -> Weight {
        made_up(1_004, 0)
    }
    fn fund() -> Weight {
        made_up(1_005, 0)
    }
    fn collect() -> Weight {
        made_up(1_006, 0)
    }
}

fn made_up(base: u64, more: u32) -> Weight {
    Weight::from_parts(base.saturating_add(more.into()), 0)
}
