//! From one layout of this pallet's storage to the next.
//!
//! | from | to | what changed |
//! | --- | --- | --- |
//! | 1 | 2 | [`crate::Records`] are kept by domain: those of before are of the general one |
//!
//! The recipe for another one is in `docs/upgrades.md`.

use crate::{Config, Pallet, Records};
use alloc::vec::Vec;
use core::marker::PhantomData;
use frame_support::{
    migrations::VersionedMigration,
    traits::{Get, UncheckedOnRuntimeUpgrade},
    weights::Weight,
};
use waggle_primitives::domain::GENERAL;
#[cfg(any(feature = "try-runtime", test))]
use {
    codec::{Decode, Encode},
    frame_support::ensure,
    sp_runtime::TryRuntimeError,
    waggle_primitives::record::RatingRecord,
};

/// Storage as version 1 kept it.
pub(crate) mod until_v1 {
    use frame_support::{storage_alias, Blake2_128Concat};
    use waggle_primitives::record::RatingRecord;

    /// The records, by owner.
    #[storage_alias]
    pub(crate) type Records<T: crate::Config> = StorageMap<
        crate::Pallet<T>,
        Blake2_128Concat,
        <T as frame_system::Config>::AccountId,
        RatingRecord,
    >;
}

/// Most records that are moved, and most that are dropped: a sixth of a second's work, by the
/// weights of a database. An upgrade may take more than a block's share.
pub const MAX_MIGRATED: u32 = 800;

/// Moves what was known of agents until now into the general domain, to which all rounds of before
/// belong: up to [`MAX_MIGRATED`] records. Up to as many again are dropped, so their agents are
/// newcomers to the rules of single answers. If there are still more, nothing finds them any more.
pub type V1ToV2<T> = VersionedMigration<
    1,
    2,
    MoveToGeneralDomain<T>,
    Pallet<T>,
    <T as frame_system::Config>::DbWeight,
>;

/// What [`V1ToV2`] does, without a look at the storage's version.
pub struct MoveToGeneralDomain<T>(PhantomData<T>);

impl<T: Config> UncheckedOnRuntimeUpgrade for MoveToGeneralDomain<T> {
    fn on_runtime_upgrade() -> Weight {
        // All are read before one is written: old keys and new ones begin alike.
        let records: Vec<_> = until_v1::Records::<T>::iter().take(MAX_MIGRATED as usize).collect();
        // In the same order: these, and as many again.
        let limit = MAX_MIGRATED.saturating_mul(2);
        let removed = u64::from(until_v1::Records::<T>::clear(limit, None).loops);
        for (owner, record) in &records {
            Records::<T>::insert(GENERAL, owner, record);
        }
        let moved = records.len() as u64;
        // Each that is moved is found, read and written; each that is removed, moved or not, is
        // found; and two looks find no more.
        T::DbWeight::get().reads_writes(
            moved.saturating_mul(2).saturating_add(removed).saturating_add(2),
            moved.saturating_add(removed),
        )
    }

    #[cfg(feature = "try-runtime")]
    fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
        Ok(Self::before())
    }

    #[cfg(feature = "try-runtime")]
    fn post_upgrade(before: Vec<u8>) -> Result<(), TryRuntimeError> {
        Self::after(before)
    }
}

#[cfg(any(feature = "try-runtime", test))]
impl<T: Config> MoveToGeneralDomain<T> {
    /// The records that are to be moved, encoded.
    pub(crate) fn before() -> Vec<u8> {
        until_v1::Records::<T>::iter().take(MAX_MIGRATED as usize).collect::<Vec<_>>().encode()
    }

    /// They are all in the general domain, and there are no others in it.
    pub(crate) fn after(before: Vec<u8>) -> Result<(), TryRuntimeError> {
        let records = Vec::<(T::AccountId, RatingRecord)>::decode(&mut before.as_slice())
            .map_err(|_| "not what `before` wrote")?;
        ensure!(
            Records::<T>::iter_prefix_values(GENERAL).count() == records.len(),
            "there are more records than were to be moved, or fewer"
        );
        for (owner, record) in records {
            ensure!(Records::<T>::get(GENERAL, owner) == Some(record), "a record was lost");
        }
        Pallet::<T>::do_try_state()
    }
}
