//! What a chain needs that was started without this pallet, and from one layout of this pallet's
//! storage to the next.
//!
//! | from | to | what changed |
//! | --- | --- | --- |
//! | 1 | 2 | validators have bonds: those of before bond if they can |
//!
//! The recipe for another one is in `docs/upgrades.md`.

use crate::{weights::WeightInfo, Config, Pallet};
use core::marker::PhantomData;
use frame_support::{
    migrations::VersionedMigration,
    traits::{Get, OnRuntimeUpgrade, UncheckedOnRuntimeUpgrade},
    weights::Weight,
};
#[cfg(feature = "try-runtime")]
use {
    crate::Validators,
    alloc::vec::Vec,
    codec::{Decode, Encode},
    frame_support::ensure,
    pallet_session::Pallet as Session,
    sp_runtime::TryRuntimeError,
};

/// What one validator's bond costs: its account, its holds, and what is kept of the bond.
const ACCESSES_FOR_BOND: u64 = 3;

/// Puts the bonds of the validators that are in the set when the runtime is upgraded on hold. Who
/// cannot pay goes on without: nobody loses its seat by an upgrade, or a chain could be left
/// without authors. It must bond before it is added again.
pub type V1ToV2<T> =
    VersionedMigration<1, 2, BondSet<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// What [`V1ToV2`] does, without a look at the storage's version.
pub struct BondSet<T>(PhantomData<T>);

impl<T: Config> UncheckedOnRuntimeUpgrade for BondSet<T> {
    fn on_runtime_upgrade() -> Weight {
        let accesses = Pallet::<T>::bond_set().saturating_mul(ACCESSES_FOR_BOND);
        // And the set itself is read.
        <T as frame_system::Config>::DbWeight::get()
            .reads_writes(accesses.saturating_add(1), accesses)
    }

    #[cfg(feature = "try-runtime")]
    fn post_upgrade(_: Vec<u8>) -> Result<(), TryRuntimeError> {
        Pallet::<T>::do_try_state()
    }
}

/// Fills the set with the validators of the running session, bonded where they can pay, and notes
/// the roots of this session and the next, so that offences in them can be proved.
///
/// Does nothing where there is a set, so it may stay registered. It is no `VersionedMigration`:
/// FRAME gives a pallet that is new on a chain its newest storage version before any migration
/// runs, so there is no version from which to migrate.
pub struct BeginWithSessionValidators<T>(PhantomData<T>);

impl<T: Config> OnRuntimeUpgrade for BeginWithSessionValidators<T> {
    fn on_runtime_upgrade() -> Weight {
        if Pallet::<T>::begin_with_session_validators() {
            <T as Config>::WeightInfo::begin()
        } else {
            <T as frame_system::Config>::DbWeight::get().reads(1)
        }
    }

    #[cfg(feature = "try-runtime")]
    fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
        let set: Vec<_> = Validators::<T>::get().into_iter().map(|member| member.account).collect();
        Ok(if set.is_empty() { Session::<T>::validators() } else { set }.encode())
    }

    #[cfg(feature = "try-runtime")]
    fn post_upgrade(before: Vec<u8>) -> Result<(), TryRuntimeError> {
        let expected = Vec::<T::AccountId>::decode(&mut &before[..])
            .map_err(|_| "the expected set does not decode")?;
        let set: Vec<_> = Validators::<T>::get().into_iter().map(|member| member.account).collect();
        ensure!(set == expected, "the set is not the validators of the running session");
        let (now, root) = (
            Session::<T>::current_index(),
            pallet_session::historical::HistoricalSessions::<T>::get,
        );
        ensure!(
            root(now).is_some() && root(now.saturating_add(1)).is_some(),
            "a session has no root"
        );
        Pallet::<T>::do_try_state()
    }
}
