//! From one layout of this pallet's storage to the next, while rounds run.
//!
//! | from | to | what changed |
//! | --- | --- | --- |
//! | 1 | 2 | [`crate::OpenRoundsOf`] counts the running rounds of each client |
//! | 2 | 3 | [`crate::BoundFrom`] says from which round on acts are bound to their round's scope |
//! | 3 | 4 | [`RoundRecord`] has domain, minimum score, seats, entries by right, and randomness |
//!
//! The recipe for another one is in `docs/upgrades.md`.

use crate::{
    types::{AgentIndices, KeptTerms, RoundRecord},
    BoundFrom, Config, NextRound, OpenRoundsOf, Pallet, Rounds,
};
use codec::{Decode, Encode};
use core::marker::PhantomData;
use frame_support::{
    migrations::VersionedMigration,
    traits::{Get, UncheckedOnRuntimeUpgrade},
    weights::Weight,
};
use waggle_primitives::{domain::GENERAL, lots::Seats, view::RoundBlocks, Grade, Hash32, Phase};

/// Storage as versions 1 to 3 kept it.
mod until_v3 {
    use super::RecordV3;
    use frame_support::{storage_alias, Twox64Concat};
    use waggle_primitives::RoundId;

    /// The running rounds.
    #[storage_alias]
    pub(super) type Rounds<T: crate::Config> = StorageMap<
        crate::Pallet<T>,
        Twox64Concat,
        RoundId,
        RecordV3<<T as frame_system::Config>::AccountId>,
    >;
}

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
        // At most `MaxOpenRounds`, as they were kept until version 3.
        for record in until_v3::Rounds::<T>::iter_values() {
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
        let rounds = <u32 as Decode>::decode(&mut before.as_slice())
            .map_err(|_| "not what `before` wrote")?;
        frame_support::ensure!(
            Rounds::<T>::count() == rounds,
            "the migration changed the number of rounds"
        );
        let counted = OpenRoundsOf::<T>::iter_values().fold(0u32, u32::saturating_add);
        frame_support::ensure!(counted == rounds, "a round was not counted");
        Ok(())
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

/// Leaves the seats of the rounds that run when the runtime is upgraded to whoever comes first, of
/// the general domain. They teach nothing: nobody had a right to their seats. Any answer is good
/// enough for their clients, who could not ask for less or more. Where answers are being opened
/// already, the seed comes from the block that ends that, as they began.
pub type V3ToV4<T> =
    VersionedMigration<3, 4, NameSeats<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// What [`V3ToV4`] does, without a look at the storage's version.
pub struct NameSeats<T>(PhantomData<T>);

/// A running round as version 3 kept it: [`RoundRecord`] without domain, minimum score, randomness,
/// seats and `entitled`.
#[derive(Encode, Decode)]
pub(crate) struct RecordV3<AccountId> {
    pub(crate) client: AccountId,
    pub(crate) terms: KeptTerms,
    pub(crate) ticket: u128,
    pub(crate) phase: Phase,
    pub(crate) deadline: u32,
    pub(crate) blocks: RoundBlocks,
    pub(crate) prompt_hash: Hash32,
    pub(crate) committed: u32,
    pub(crate) opened: AgentIndices,
    pub(crate) grades_committed: u32,
    pub(crate) grades_opened: u32,
    pub(crate) well_formed: u32,
    pub(crate) seed: Option<Hash32>,
}

impl<AccountId> From<RecordV3<AccountId>> for RoundRecord<AccountId> {
    fn from(old: RecordV3<AccountId>) -> Self {
        Self {
            client: old.client,
            domain: GENERAL,
            terms: old.terms.with(Grade::MIN),
            ticket: old.ticket,
            phase: old.phase,
            deadline: old.deadline,
            blocks: old.blocks,
            prompt_hash: old.prompt_hash,
            committed: old.committed,
            opened: old.opened,
            grades_committed: old.grades_committed,
            grades_opened: old.grades_opened,
            well_formed: old.well_formed,
            randomness: None,
            seed: old.seed,
            seats: Seats::ForAll { members: 0 },
            entitled: 0,
        }
    }
}

impl<T: Config> UncheckedOnRuntimeUpgrade for NameSeats<T> {
    fn on_runtime_upgrade() -> Weight {
        let mut rounds = 0u64;
        // At most `MaxOpenRounds`.
        Rounds::<T>::translate_values(|old: RecordV3<T::AccountId>| {
            rounds = rounds.saturating_add(1);
            Some(old.into())
        });
        // Each round is found, read and written; and one look finds no more rounds.
        T::DbWeight::get().reads_writes(rounds.saturating_mul(2).saturating_add(1), rounds)
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
impl<T: Config> NameSeats<T> {
    /// How many rounds run, encoded.
    pub(crate) fn before() -> alloc::vec::Vec<u8> {
        (Rounds::<T>::iter_keys().count() as u32).encode()
    }

    /// They all run still, and can be read.
    pub(crate) fn after(before: alloc::vec::Vec<u8>) -> Result<(), sp_runtime::TryRuntimeError> {
        let readable = Rounds::<T>::iter_values()
            .filter(|record| {
                record.seats == Seats::ForAll { members: 0 } && record.terms.min_score == Grade::MIN
            })
            .count() as u32;
        frame_support::ensure!(readable.encode() == before, "a round was lost");
        Ok(())
    }
}
