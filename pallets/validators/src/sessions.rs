//! Planning sessions with the validators of the set, and what is due when a session starts.

use crate::{Config, Member, Pallet, Suspensions, Validators};
use alloc::vec::Vec;
use frame_support::traits::Get;
use pallet_session::{
    historical::{self, NoteHistoricalRoot},
    Pallet as Session, QueuedKeys, SessionManager,
};
use sp_runtime::traits::Convert;
use sp_staking::SessionIndex;

/// How a validator is identified, apart from its account: not at all, since its bond is found by
/// the account, and it has no nominators.
pub struct NoIdentification;

impl<AccountId> Convert<AccountId, Option<()>> for NoIdentification {
    fn convert(_: AccountId) -> Option<()> {
        Some(())
    }
}

impl<T: Config> Pallet<T> {
    /// The validators of the set that have keys, with these.
    fn ready() -> Vec<(T::AccountId, T::Keys)> {
        let with_keys = |member: Member<T::AccountId>| {
            Some((member.account.clone(), Session::<T>::load_keys(&member.account)?))
        };
        Validators::<T>::get().into_iter().filter_map(with_keys).collect()
    }

    /// Begin with the validators of the running session as the set, bonded where they can pay, and
    /// with the roots of this session and the next, by which offences in them are proved. Does
    /// nothing if there is a set.
    pub(crate) fn begin_with_session_validators() -> bool {
        if Validators::<T>::exists() {
            return false;
        }
        let members: Vec<_> = Session::<T>::validators()
            .into_iter()
            .map(|account| Member { account, since: 0 })
            .collect();
        if members.is_empty() {
            return false;
        }
        Validators::<T>::put(frame_support::BoundedVec::truncate_from(members));
        Self::bond_set();
        let now = Session::<T>::current_index();
        for session in [now, now.saturating_add(1)] {
            <NoteHistoricalRoot<T, Self> as SessionManager<_>>::new_session_genesis(session);
        }
        true
    }

    /// Forget the roots of sessions whose offences are too old to be reported.
    fn forget_old_sessions(now: SessionIndex) {
        let first_kept = now.saturating_sub(T::ReportSessions::get());
        // Asked first, because pruning makes an event even if there is nothing to prune.
        if historical::StoredRange::<T>::get().is_some_and(|(first, _)| first < first_kept) {
            historical::Pallet::<T>::prune_up_to(first_kept);
        }
    }

    /// Disable offenders again that sit in the session that starts, because the session pallet
    /// forgets whom it disabled when validators change; and enable those whose suspension is
    /// over.
    fn apply_suspensions(now: SessionIndex) {
        Suspensions::<T>::mutate(|suspensions| {
            suspensions.retain(|suspension| {
                let holds = suspension.until >= now;
                if holds {
                    Session::<T>::report_offence(suspension.account.clone(), suspension.severity);
                } else if let Some(index) = Session::<T>::validator_id_to_index(&suspension.account)
                {
                    Session::<T>::reenable_index(index);
                }
                holds
            });
        });
    }
}

impl<T: Config> SessionManager<T::AccountId> for Pallet<T> {
    fn new_session(index: SessionIndex) -> Option<Vec<T::AccountId>> {
        let validators = <Self as historical::SessionManager<_, _>>::new_session(index)?;
        Some(validators.into_iter().map(|(account, ())| account).collect())
    }

    fn new_session_genesis(index: SessionIndex) -> Option<Vec<T::AccountId>> {
        let validators = <Self as historical::SessionManager<_, _>>::new_session_genesis(index)?;
        Some(validators.into_iter().map(|(account, ())| account).collect())
    }

    fn start_session(index: SessionIndex) {
        Self::forget_old_sessions(index);
        Self::apply_suspensions(index);
        Self::pay(index.saturating_sub(1));
    }

    fn end_session(_: SessionIndex) {}
}

impl<T: Config> historical::SessionManager<T::AccountId, ()> for Pallet<T> {
    /// `None` if neither the validators nor their keys have changed since the last plan: a change
    /// costs a new set of voters. New keys are a change, because the root of a session without
    /// one is taken over from the session before.
    fn new_session(index: SessionIndex) -> Option<Vec<(T::AccountId, ())>> {
        if Self::ready() == QueuedKeys::<T>::get() {
            return None;
        }
        <Self as historical::SessionManager<_, _>>::new_session_genesis(index)
    }

    /// `None` if there is no validator with keys: then the session pallet goes on with those that
    /// it has.
    fn new_session_genesis(_: SessionIndex) -> Option<Vec<(T::AccountId, ())>> {
        let ready = Self::ready();
        (!ready.is_empty()).then(|| ready.into_iter().map(|(account, _)| (account, ())).collect())
    }

    fn start_session(index: SessionIndex) {
        <Self as SessionManager<_>>::start_session(index)
    }

    fn end_session(index: SessionIndex) {
        <Self as SessionManager<_>>::end_session(index)
    }
}
