//! From one layout of this pallet's storage to the next.
//!
//! | from | to | what changed |
//! | --- | --- | --- |
//! | 1 | 2 | agents are members of domains: those of before join the general one |
//!
//! The recipe for another one is in `docs/upgrades.md`.

use crate::{Agents, Config, Enrolments, Pallet};
use core::marker::PhantomData;
use frame_support::{
    migrations::VersionedMigration,
    traits::{Get, UncheckedOnRuntimeUpgrade},
    weights::Weight,
};
use sp_runtime::traits::SaturatedConversion;
use waggle_primitives::traits::OnAgents;

/// Most agents that are looked at: a quarter of a second's work, by the weights of a database. An
/// upgrade may take more than a block's share. The others join domains themselves.
pub const MAX_MIGRATED: usize = 800;

/// What one agent costs: it is found and read, and since when it is there; then whether it is a
/// member, its domains and the count of members.
const READS_FOR_AGENT: u64 = 6;
/// What one agent costs: its domains, its membership, the count of members and the roster, one of
/// them twice.
const WRITES_FOR_AGENT: u64 = 5;

/// Lets the agents that are there when the runtime is upgraded join the general domain, to which
/// all rounds of before belong. They count as members since they registered, so rounds that run
/// stay open to them.
pub type V1ToV2<T> = VersionedMigration<
    1,
    2,
    JoinGeneralDomain<T>,
    Pallet<T>,
    <T as frame_system::Config>::DbWeight,
>;

/// What [`V1ToV2`] does, without a look at the storage's version.
pub struct JoinGeneralDomain<T>(PhantomData<T>);

impl<T: Config> UncheckedOnRuntimeUpgrade for JoinGeneralDomain<T> {
    fn on_runtime_upgrade() -> Weight {
        let mut agents = 0u64;
        for (owner, agent) in Agents::<T>::iter().take(MAX_MIGRATED) {
            agents = agents.saturating_add(1);
            // A retired one enters no more rounds.
            if agent.is_active() {
                let since = Enrolments::<T>::get(&owner).since;
                T::OnAgents::registered(&owner, since.saturated_into(), false);
            }
        }
        // And one look finds no more agents.
        T::DbWeight::get().reads_writes(
            agents.saturating_mul(READS_FOR_AGENT).saturating_add(1),
            agents.saturating_mul(WRITES_FOR_AGENT),
        )
    }

    /// Whether they are members is what the domains' own checks see.
    #[cfg(feature = "try-runtime")]
    fn post_upgrade(_: alloc::vec::Vec<u8>) -> Result<(), sp_runtime::TryRuntimeError> {
        Pallet::<T>::do_try_state()
    }
}
