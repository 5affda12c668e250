//! What an upgrade from the runtime before this one does to the state, in the first block of the
//! new code.
//!
//! Each migration can stay for as long as there are chains that need it: it looks itself whether it
//! is needed. How to write the next one is in `docs/upgrades.md`.

use crate::Runtime;

/// From spec version 1: rounds are counted for each client; governance chooses the validators; what
/// agents sign is bound to what the round is about, in rounds that begin later; seats are drawn, of
/// rounds that begin later, among the members of their domain; agents are members of the general
/// one; validators bond if they can.
pub type Migrations = (
    pallet_waggle_rounds::migrations::V1ToV2<Runtime>,
    pallet_waggle_rounds::migrations::V2ToV3<Runtime>,
    pallet_waggle_rounds::migrations::V3ToV4<Runtime>,
    pallet_waggle_agents::migrations::V1ToV2<Runtime>,
    pallet_waggle_ratings::migrations::V1ToV2<Runtime>,
    pallet_waggle_validators::migrations::V1ToV2<Runtime>,
    pallet_waggle_validators::migrations::BeginWithSessionValidators<Runtime>,
);
