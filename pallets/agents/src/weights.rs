//! What the calls cost: one function for each. The runtime measures them (`./scripts/weights`).

use frame_support::weights::Weight;

/// What the calls cost.
pub trait WeightInfo {
    /// `register` with `m` bytes of model and `t` of topics.
    fn register(m: u32, t: u32) -> Weight;
    /// `rotate_key`.
    fn rotate_key() -> Weight;
    /// `set_profile` with `m` bytes of model and `t` of topics.
    fn set_profile(m: u32, t: u32) -> Weight;
    /// `retire`.
    fn retire() -> Weight;
    /// `unbond`.
    fn unbond() -> Weight;
    /// `set_limits`.
    fn set_limits() -> Weight;
    /// `report_double_seal` with `b` bytes of ciphertext in the evidence.
    fn report_double_seal(b: u32) -> Weight;
    /// The check of a report of a node with `b` bytes of ciphertext.
    fn authorize_report(b: u32) -> Weight;
}

/// Made up, for mocks: every call weighs something, and more the longer the profile.
impl WeightInfo for () {
    fn register(m: u32, t: u32) -> Weight {
        made_up(1_000, m.saturating_add(t))
    }
    fn rotate_key() -> Weight {
        made_up(1_001, 0)
    }
    fn set_profile(m: u32, t: u32) -> Weight {
        made_up(1_002, m.saturating_add(t))
    }
    fn retire() -> Weight {
        made_up(1_003, 0)
    }
    fn unbond() -> Weight {
        made_up(1_004, 0)
    }
    fn set_limits() -> Weight {
        made_up(1_005, 0)
    }
    fn report_double_seal(b: u32) -> Weight {
        made_up(1_006, b)
    }
    fn authorize_report(b: u32) -> Weight {
        made_up(1_007, b)
    }
}

fn made_up(base: u64, more: u32) -> Weight {
    Weight::from_parts(base.saturating_add(more.into()), 0)
}
