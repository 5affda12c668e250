//! From one layout of this pallet's storage to the next, while rounds run.
//!
//! | from | to | what changed |
//! | --- | --- | --- |
//! | 1 | 2 | [`crate::OpenRoundsOf`] counts the running rounds of each client |
//!
//! The recipe for another one is in `docs/upgrades.md`.

use crate::{Config, OpenRoundsOf, Pallet, Rounds};
use core::marker::PhantomData;
use frame_support::{
    migrations::VersionedMigration,
    traits::{Get, UncheckedOnRuntimeUpgrade},
    weights::Weight,
};

/// Counts the rounds that run when the runtime is upgraded. A client may be above `MaxOpenRoundsPerClient` until enough
/// of its rounds have ended.
pub type V1ToV2<T> =
    VersionedMigration<1, 2, CountRoundsOfClients<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// What [`V1ToV2`] does, without a look at the storage's version.
pub struct CountRoundsOfClients<T>(PhantomData<T>);

impl<T: Config> UncheckedOnRuntimeUpgrade for CountRoundsOfClients<T> {
    fn on_runtime_upgrade() -> Weight {
        let mut rounds = 0u64;
        // At most `MaxOpenRounds`.
        for record in Rounds::<T>::iter_values() {
            OpenRoundsOf::<T>::mutate(&record.client, |running| *running = running.saturating_add(1));
            rounds = rounds.saturating_add(1);
        }
        // Each round is found and read, its client's count read and written; and one look finds no more rounds.
        T::DbWeight::get().reads_writes(rounds.saturating_mul(2).saturating_add(1), rounds)
    }

    #[cfg(feature = "try-runtime")]
    fn pre_upgrade() -> Result<alloc::vec::Vec<u8>, sp_runtime::TryRuntimeError> {
        Self::before()
    }

    #[cfg(feature = "try-runtime")]
    fn post_upgrade(before: alloc::vec::Vec<u8>) -> Result<(), sp_runtime::TryRuntimeError> {
        Self::after(before)
    }
}

#[cfg(any(feature = "try-runtime", test))]
impl<T: Config> CountRoundsOfClients<T> {
    /// What must hold before: nothing has been counted yet. Returns the number of running rounds, encoded.
    pub(crate) fn before() -> Result<alloc::vec::Vec<u8>, sp_runtime::TryRuntimeError> {
        frame_support::ensure!(
            OpenRoundsOf::<T>::iter_keys().next().is_none(),
            "rounds of clients are counted already"
        );
        Ok(codec::Encode::encode(&Rounds::<T>::count()))
    }

    /// What must hold after: every round is there and counted once.
    pub(crate) fn after(before: alloc::vec::Vec<u8>) -> Result<(), sp_runtime::TryRuntimeError> {
        let rounds = <u32 as codec::Decode>::decode(&mut before.as_slice()).map_err(|_| "not what `before` wrote")?;
        frame_support::ensure!(Rounds::<T>::count() == rounds, "the migration changed the number of rounds");
        Pallet::<T>::check_clients()
    }
}
