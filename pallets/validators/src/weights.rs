//! What the calls cost: one function for each, and one for the migration. The runtime measures them
//! (`./scripts/weights`).

use frame_support::weights::Weight;

/// What the calls cost.
pub trait WeightInfo {
    /// `add_validator` with a full set.
    fn add_validator() -> Weight;
    /// `remove_validator` with a full set of which only the last has keys.
    fn remove_validator() -> Weight;
    /// The migration [`BeginWithSessionValidators`](crate::migrations::BeginWithSessionValidators)
    /// with a full set.
    fn begin() -> Weight;
}

/// Made up, for mocks: everything weighs something.
impl WeightInfo for () {
    fn add_validator() -> Weight {
        Weight::from_parts(1_000, 0)
    }
    fn remove_validator() -> Weight {
        Weight::from_parts(1_001, 0)
    }
    fn begin() -> Weight {
        Weight::from_parts(1_002, 0)
    }
}
