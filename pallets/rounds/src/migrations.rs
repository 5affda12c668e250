//! From one layout of this pallet's storage to the next, while rounds run.
//!
//! | from | to | what changed |
//! | --- | --- | --- |
//! | 1 | 2 | [`crate::OpenRoundsOf`] counts the running rounds of each client |
//! | 2 | 3 | [`crate::BoundFrom`] says from which round on acts are bound to their round's scope |
//!
//! The recipe for another one is in `docs/upgrades.md`.

use crate::{BoundFrom, Config, NextRound, OpenRoundsOf, Pallet, Rounds};
#[cfg(any(feature = "try-runtime", test))]
use codec::Encode;
use core::marker::PhantomData;
use frame_support::{
    migrations::VersionedMigration,
    traits::{Get, UncheckedOnRuntimeUpgrade},
    weights::Weight,
};

/// Counts the rounds that run when the runtime is upgraded. A client may be above
/// `MaxOpenRoundsPerClient` until enough of its rounds have ended.
pub type V1ToV2<T> = VersionedMigration<
    1,
    2,
    CountRoundsOfClients<T>,
    Pallet<T>,
    <T as frame_system::Config>::DbWeight,
>;

/// What [`V1ToV2`] does, without a look at the storage's version.
pub struct CountRoundsOfClients<T>(PhantomData<T>);

impl<T: Config> UncheckedOnRuntimeUpgrade for CountRoundsOfClients<T> {
    fn on_runtime_upgrade() -> Weight {
        let mut rounds = 0u64;
        // At most `MaxOpenRounds`.
        for record in Rounds::<T>::iter_values() {
            OpenRoundsOf::<T>::mutate(&record.client, |running| {
                *running = running.saturating_add(1)
            });
            rounds = rounds.saturating_add(1);
        }
        // Each round is found and read, its client's count read and written; and one look finds no
        // more rounds.
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
    /// What must hold before: nothing has been counted yet. Returns the number of running rounds,
    /// encoded.
    pub(crate) fn before() -> Result<alloc::vec::Vec<u8>, sp_runtime::TryRuntimeError> {
        frame_support::ensure!(
            OpenRoundsOf::<T>::iter_keys().next().is_none(),
            "rounds of clients are counted already"
        );
        Ok(Rounds::<T>::count().encode())
    }

    /// What must hold after: every round is there and counted once.
    pub(crate) fn after(before: alloc::vec::Vec<u8>) -> Result<(), sp_runtime::TryRuntimeError> {
        let rounds = <u32 as codec::Decode>::decode(&mut before.as_slice())
            .map_err(|_| "not what `before` wrote")?;
        frame_support::ensure!(
            Rounds::<T>::count() == rounds,
            "the migration changed the number of rounds"
        );
        Pallet::<T>::check_clients()
    }
}

/// Lets the rounds that run when the runtime is upgraded go on as they began: what their agents
/// sealed and signed was bound to the chain alone. Rounds that begin later are bound to what they
/// are about.
pub type V2ToV3<T> =
    VersionedMigration<2, 3, BindLaterRounds<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// What [`V2ToV3`] does, without a look at the storage's version.
pub struct BindLaterRounds<T>(PhantomData<T>);

impl<T: Config> UncheckedOnRuntimeUpgrade for BindLaterRounds<T> {
    fn on_runtime_upgrade() -> Weight {
        BoundFrom::<T>::put(NextRound::<T>::get());
        T::DbWeight::get().reads_writes(1, 1)
    }

    #[cfg(feature = "try-runtime")]
    fn pre_upgrade() -> Result<alloc::vec::Vec<u8>, sp_runtime::TryRuntimeError> {
        Ok(Self::before())
    }

    #[cfg(feature = "try-runtime")]
    fn post_upgrade(before: alloc::vec::Vec<u8>) -> Result<(), sp_runtime::TryRuntimeError> {
        Self::after(before)
    }
}

#[cfg(any(feature = "try-runtime", test))]
impl<T: Config> BindLaterRounds<T> {
    /// What must hold after: the id of the round that comes next, encoded.
    pub(crate) fn before() -> alloc::vec::Vec<u8> {
        NextRound::<T>::get().encode()
    }

    /// Rounds that run are not bound to what their agents did not sign, and later ones are bound.
    pub(crate) fn after(before: alloc::vec::Vec<u8>) -> Result<(), sp_runtime::TryRuntimeError> {
        frame_support::ensure!(
            BoundFrom::<T>::get().encode() == before,
            "the first bound round is not the next one"
        );
        Ok(())
    }
}
