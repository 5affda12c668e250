//! Bonds: on hold before an account is added, taken for offences, and free again when nothing that
//! the validator did can be proved any more.

use crate::{
    Bonded, Bonds, Config, CurrencyOf, Error, Event, HoldReason, Member, Pallet, Stay, Validators,
};
use frame_support::{
    ensure,
    traits::{
        fungible::{Inspect, InspectHold, MutateHold},
        tokens::{
            Fortitude::Force, Precision::BestEffort, Preservation::Preserve, Restriction::Free,
        },
        Get,
    },
};
use pallet_session::{Pallet as Session, QueuedKeys};
use sp_runtime::{DispatchResult, Perbill};
use sp_staking::SessionIndex;

impl<T: Config> Pallet<T> {
    /// See [`Pallet::bond`].
    pub(crate) fn do_bond(account: T::AccountId) -> DispatchResult {
        ensure!(!Self::has_full_bond(&account), Error::<T>::AlreadyBonded);
        let amount = Self::hold_bond(&account)?;
        Self::deposit_event(Event::ValidatorBonded { validator: account, amount });
        Ok(())
    }

    /// See [`Pallet::unbond`].
    pub(crate) fn do_unbond(account: T::AccountId) -> DispatchResult {
        let bonded = Bonds::<T>::get(&account).ok_or(Error::<T>::NotBonded)?;
        ensure!(!Self::may_sit(&account), Error::<T>::StillValidator);
        if let Some(stay) = bonded.past {
            let last_provable = stay.last.saturating_add(T::ReportSessions::get());
            ensure!(Session::<T>::current_index() > last_provable, Error::<T>::BondLocked);
        }
        let held = Self::held(&account);
        let reason = HoldReason::ValidatorBond.into();
        let amount = CurrencyOf::<T>::release(&reason, &account, held, BestEffort)?;
        Bonds::<T>::remove(&account);
        Self::deposit_event(Event::ValidatorUnbonded { validator: account, amount });
        Ok(())
    }

    /// What `account` has on hold as a bond.
    pub(crate) fn held(account: &T::AccountId) -> u128 {
        CurrencyOf::<T>::balance_on_hold(&HoldReason::ValidatorBond.into(), account)
    }

    /// Whether governance may add `account`.
    pub(crate) fn has_full_bond(account: &T::AccountId) -> bool {
        Self::held(account) >= T::Bond::get()
    }

    /// Put on hold what `account` lacks of a full bond. Returns how much that was.
    pub(crate) fn hold_bond(account: &T::AccountId) -> Result<u128, Error<T>> {
        let amount = T::Bond::get().saturating_sub(Self::held(account));
        // Stricter than the hold itself, which would take the existential deposit of an account
        // that another pallet provides for, and make dust of what is left of it.
        let affordable = CurrencyOf::<T>::reducible_balance(account, Preserve, Force);
        ensure!(affordable >= amount, Error::<T>::BondUnaffordable);
        CurrencyOf::<T>::hold(&HoldReason::ValidatorBond.into(), account, amount)
            .map_err(|_| Error::<T>::BondUnaffordable)?;
        if !Bonds::<T>::contains_key(account) {
            Bonds::<T>::insert(account, Bonded::default());
        }
        Ok(amount)
    }

    /// Put the bonds of all in the set on hold that can pay. The others stay there without. Returns
    /// how many there are in the set.
    pub(crate) fn bond_set() -> u64 {
        let set = Validators::<T>::get();
        for member in &set {
            let _ = Self::do_bond(member.account.clone());
        }
        set.len() as u64
    }

    /// Whether `account` is in the set, sits, or is planned to.
    fn may_sit(account: &T::AccountId) -> bool {
        Self::member(account).is_some()
            || Session::<T>::validators().contains(account)
            || QueuedKeys::<T>::get().iter().any(|(validator, _)| validator == account)
    }

    /// A stay of `account` begins, with a full bond that has lost nothing.
    pub(crate) fn begin_stay(account: &T::AccountId) {
        Bonds::<T>::insert(account, Bonded::default());
    }

    /// `member` leaves the set: its bond answers for what it did, and does until it sits no more.
    pub(crate) fn end_stay(member: &Member<T::AccountId>) {
        let last = Session::<T>::current_index().saturating_add(1);
        Bonds::<T>::mutate_exists(&member.account, |bonded| {
            if let Some(bonded) = bonded {
                bonded.past = Some(Stay { since: member.since, last });
            }
        });
    }

    /// Whether an offence in `session` is one of the stay for which this bond answers.
    fn answers_with(account: &T::AccountId, bonded: &Bonded, session: SessionIndex) -> bool {
        match (Self::member(account), &bonded.past) {
            (Some(member), _) => member.since <= session,
            (None, Some(stay)) => (stay.since..=stay.last).contains(&session),
            // It bonded after it had left.
            (None, None) => false,
        }
    }

    /// Take from the bond of `offender` what an offence in `session` costs, a part `severity` of a
    /// full bond but `LeastSlash` at least, less what its stay has cost before.
    pub(crate) fn slash(offender: &T::AccountId, session: SessionIndex, severity: Perbill) {
        let Some(mut bonded) = Bonds::<T>::get(offender) else { return };
        let part = severity.max(T::LeastSlash::get());
        if part <= bonded.lost || !Self::answers_with(offender, &bonded, session) {
            return;
        }
        let due_in_all = part.mul_floor(T::Bond::get());
        let due = due_in_all.saturating_sub(bonded.lost.mul_floor(T::Bond::get()));
        bonded.lost = part;
        let (reason, treasury) = (HoldReason::ValidatorBond.into(), T::Treasury::get());
        // Forced: money that was frozen after it had been bonded is at stake all the same. It fails
        // if there is no treasury and the rest of the bond is no existential deposit.
        let amount = CurrencyOf::<T>::transfer_on_hold(
            &reason, offender, &treasury, due, BestEffort, Free, Force,
        )
        .unwrap_or_default();
        if Self::held(offender) == 0 {
            Bonds::<T>::remove(offender);
        } else {
            Bonds::<T>::insert(offender, bonded);
        }
        if amount > 0 {
            let validator = offender.clone();
            Self::deposit_event(Event::OffenderSlashed { validator, amount });
        }
    }
}
