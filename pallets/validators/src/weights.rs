//! What the calls cost: one function for each, one for the migration, and two for what is done by
//! itself. The runtime measures them (`./scripts/weights`).

use frame_support::weights::Weight;

/// What the calls cost, and what is done by itself.
pub trait WeightInfo {
    /// `add_validator` with a full set.
    fn add_validator() -> Weight;
    /// `remove_validator` with a full set of which only the last has keys.
    fn remove_validator() -> Weight;
    /// The migration [`BeginWithSessionValidators`](crate::migrations::BeginWithSessionValidators)
    /// with a full set.
    fn begin() -> Weight;
    /// `bond` of an account that has none.
    fn bond() -> Weight;
    /// `unbond` next to a full set.
    fn unbond() -> Weight;
    /// Paying a full set, of which everybody has made blocks.
    fn pay() -> Weight;
    /// Counting the block of an author.
    fn note_author() -> Weight;
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
    fn bond() -> Weight {
        Weight::from_parts(1_003, 0)
    }
    fn unbond() -> Weight {
        Weight::from_parts(1_004, 0)
    }
    fn pay() -> Weight {
        Weight::from_parts(1_005, 0)
    }
    fn note_author() -> Weight {
        Weight::from_parts(1_006, 0)
    }
}
