//! What the calls cost: one function for each. The runtime measures them (`./scripts/weights`).

use frame_support::weights::Weight;

/// What the calls cost.
pub trait WeightInfo {
    /// `appoint`, of the last examiner for whom there is room.
    fn appoint() -> Weight;
    /// `dismiss`.
    fn dismiss() -> Weight;
    /// `reveal` of a round of `n` agents that gave `g` grades. With none of both, that of a round
    /// that is looked at and not examined.
    fn reveal(n: u32, g: u32) -> Weight;
}

/// Made up, for mocks: every call weighs something, and more the more there is to learn.
impl WeightInfo for () {
    fn appoint() -> Weight {
        made_up(1_000, 0)
    }
    fn dismiss() -> Weight {
        made_up(1_001, 0)
    }
    fn reveal(n: u32, g: u32) -> Weight {
        made_up(1_002, n.saturating_mul(10).saturating_add(g))
    }
}

fn made_up(base: u64, more: u32) -> Weight {
    Weight::from_parts(base.saturating_add(more.into()), 0)
}
