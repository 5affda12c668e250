//! Punishing double seals: what is evidence, what it costs, and how nodes report by themselves.
//!
//! Whoever has an agent's key can make evidence against it, of rounds that never were even: the
//! bond is what a stolen key costs. It is of no use to an agent to report itself, for it loses more
//! than it is paid.

use crate::{
    keys::Owned, AgentStatus, Agents, BarredKeys, Config, Error, Event, HoldReason, Pallet,
};
use codec::Encode;
use frame_support::{
    ensure,
    traits::{
        fungible::hold::Mutate,
        tokens::{Fortitude::Force, Precision::Exact, Restriction::Free},
        Get,
    },
    weights::Weight,
};
use sp_runtime::{
    transaction_validity::{
        InvalidTransaction, TransactionSource, TransactionValidityWithRefund, UnknownTransaction,
        ValidTransaction,
    },
    DispatchError, DispatchResult,
};
use waggle_primitives::DoubleSeal;

/// What reports' tags in the pool begin with: it keeps one for each key.
const TAG: &[u8] = b"waggle/double-seal";

/// Priority in the pool of a report of a node. Above all tips, because there is one for each bond
/// at most; below what running rounds wait for.
const PRIORITY: u64 = 1 << 59;

/// For how many blocks a report stays in the pool at most, if nobody includes it.
const LONGEVITY: u64 = 64;

impl<T: Config> Pallet<T> {
    /// Whether a report with this evidence would be accepted now.
    pub fn can_be_punished(evidence: &DoubleSeal<T::AccountId>) -> bool {
        Self::offender(evidence).is_ok()
    }

    /// See [`Pallet::report_double_seal`].
    pub(crate) fn do_report_double_seal(
        reporter: Option<T::AccountId>,
        evidence: &DoubleSeal<T::AccountId>,
    ) -> DispatchResult {
        let (owner, mut agent) = Self::offender(evidence)?;
        let (key, slashed) = (*evidence.agent(), agent.bond);
        // Who cannot receive its part leaves it to the treasury.
        let paid = reporter.as_ref().map_or(0, |reporter| {
            Self::take_bond(&owner, reporter, Self::reporters_part(slashed)).unwrap_or(0)
        });
        Self::take_bond(&owner, &T::Treasury::get(), slashed.saturating_sub(paid))?;
        agent.bond = 0;
        let now = frame_system::Pallet::<T>::block_number();
        let retires = agent.is_active();
        if retires {
            agent.status = AgentStatus::Retired { since: now };
        }
        Agents::<T>::insert(&owner, agent);
        BarredKeys::<T>::insert(key, ());
        if retires {
            Self::tell_of_retirement(owner.clone(), now);
        }
        let round = evidence.round();
        Self::deposit_event(Event::DoubleSealPunished {
            owner,
            key,
            round,
            slashed,
            reporter,
            paid,
        });
        Ok(())
    }

    /// Whether a report of a node, which nobody signs, may be in a block; with it, how the pool is
    /// to treat it.
    pub(crate) fn authorize_report(
        _: TransactionSource,
        evidence: &DoubleSeal<T::AccountId>,
    ) -> TransactionValidityWithRefund {
        match Self::offender(evidence) {
            Ok(_) => {
                let validity = ValidTransaction {
                    priority: PRIORITY,
                    requires: alloc::vec![],
                    provides: alloc::vec![(TAG, evidence.agent()).encode()],
                    longevity: LONGEVITY,
                    propagate: true,
                };
                Ok((validity, Weight::zero()))
            }
            // A node that is behind bans nothing.
            Err(Error::NobodysKey) => Err(UnknownTransaction::CannotLookup.into()),
            Err(Error::AlreadyPunished) => Err(InvalidTransaction::Stale.into()),
            Err(_) => Err(InvalidTransaction::BadProof.into()),
        }
    }

    /// Who is to be punished for what this proves. The signatures come last: everything else costs
    /// less.
    fn offender(evidence: &DoubleSeal<T::AccountId>) -> Result<Owned<T>, Error<T>> {
        evidence.check_acts().map_err(|_| Error::<T>::NoDoubleSeal)?;
        let key = evidence.agent();
        ensure!(!BarredKeys::<T>::contains_key(key), Error::<T>::AlreadyPunished);
        let (owner, agent) = Self::responsible_for(key).ok_or(Error::<T>::NobodysKey)?;
        ensure!(agent.bond > 0, Error::<T>::AlreadyPunished);
        evidence.verify(&Self::genesis_hash()).map_err(|_| Error::<T>::NoDoubleSeal)?;
        Ok((owner, agent))
    }

    /// What a reporter gets of a bond of this much.
    pub(crate) fn reporters_part(bond: u128) -> u128 {
        T::ReporterShare::get().mul_floor(bond)
    }

    /// Make `amount` of the bond of `owner` free money of `payee`. Errors: `payee` cannot receive
    /// it.
    pub(crate) fn take_bond(
        owner: &T::AccountId,
        payee: &T::AccountId,
        amount: u128,
    ) -> Result<u128, DispatchError> {
        let reason = HoldReason::Bond.into();
        // Forced: what the owner has frozen meanwhile is at stake all the same.
        T::Currency::transfer_on_hold(&reason, owner, payee, amount, Exact, Free, Force)
    }
}
