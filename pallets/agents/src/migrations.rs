//! From one layout of this pallet's storage to the next.
//!
//! | from | to | what changed |
//! | --- | --- | --- |
//! | 1 | 2 | [`crate::Roster`] lists the agents among which seats are drawn |
//!
//! The recipe for another one is in `docs/upgrades.md`.

#[cfg(any(feature = "try-runtime", test))]
use crate::{AgentRecord, Roster};
use crate::{Agents, Config, Pallet};
use core::marker::PhantomData;
use frame_support::{
    migrations::VersionedMigration,
    traits::{Get, UncheckedOnRuntimeUpgrade},
    weights::Weight,
};

/// Most agents that are put on the roster at once: what fits into a block, about. The others come
/// onto it when they enter a round, or say so.
pub const MAX_MIGRATED: usize = 800;

/// Puts the agents that are there when the runtime is upgraded on the roster.
pub type V1ToV2<T> =
    VersionedMigration<1, 2, FillRoster<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// What [`V1ToV2`] does, without a look at the storage's version.
pub struct FillRoster<T>(PhantomData<T>);

impl<T: Config> UncheckedOnRuntimeUpgrade for FillRoster<T> {
    fn on_runtime_upgrade() -> Weight {
        let agents = Pallet::<T>::fill_roster(Agents::<T>::iter().take(MAX_MIGRATED));
        let agents = u64::from(agents);
        // Each is found, read and looked for on the roster; the count is read and written, its
        // number and its entry are written.
        T::DbWeight::get()
            .reads_writes(agents.saturating_mul(4).saturating_add(1), agents.saturating_mul(3))
    }

    #[cfg(feature = "try-runtime")]
    fn post_upgrade(_: alloc::vec::Vec<u8>) -> Result<(), sp_runtime::TryRuntimeError> {
        Self::after()
    }
}

#[cfg(any(feature = "try-runtime", test))]
impl<T: Config> FillRoster<T> {
    /// What must hold after: all agents that may enter rounds are on the roster, as far as they
    /// fit.
    pub(crate) fn after() -> Result<(), sp_runtime::TryRuntimeError> {
        let first = Agents::<T>::iter_values().take(MAX_MIGRATED);
        frame_support::ensure!(
            Roster::<T>::count() as usize == first.filter(AgentRecord::is_active).count(),
            "an agent is not on the roster"
        );
        Pallet::<T>::do_try_state()
    }
}
