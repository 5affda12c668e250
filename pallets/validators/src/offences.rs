//! What an offence does to its offender.

use crate::{Bonds, Config, Event, Pallet, Suspension, Suspensions};
use alloc::vec::Vec;
use core::{marker::PhantomData, ops::RangeInclusive};
use frame_support::{defensive, traits::Get, weights::Weight};
use pallet_session::{historical::IdentificationTuple, Pallet as Session};
use sp_runtime::Perbill;
use sp_staking::{
    offence::{
        Offence, OffenceDetails, OffenceError, OffenceSeverity, OnOffenceHandler, ReportOffence,
    },
    SessionIndex,
};

impl<T: Config> Pallet<T> {
    /// The sessions in which an offence of `account` would have a consequence: because it is in the
    /// set, or has left with a bond that answers still, or sits; and is not suspended already.
    fn answers(account: &T::AccountId) -> Option<RangeInclusive<SessionIndex>> {
        if Suspensions::<T>::get().iter().any(|suspension| suspension.account == *account) {
            return None;
        }
        if let Some(member) = Self::member(account) {
            return Some(member.since..=SessionIndex::MAX);
        }
        let bonded = Bonds::<T>::get(account).unwrap_or_default();
        match bonded.past {
            Some(stay) => bonded.lost.is_zero().then_some(stay.since..=stay.last),
            // It has nothing to lose but its seat.
            None => Self::sits(account).then_some(0..=SessionIndex::MAX),
        }
    }

    /// Whether an offence of `account` in `session` has a consequence.
    fn answers_for(account: &T::AccountId, session: SessionIndex) -> bool {
        Self::answers(account).is_some_and(|sessions| sessions.contains(&session))
    }

    /// Whether `account` is a validator of the running session.
    fn sits(account: &T::AccountId) -> bool {
        Session::<T>::validators().contains(account)
    }

    /// Disable `offender`, and let it validate no more from the session after next.
    fn suspend(offender: &T::AccountId, severity: OffenceSeverity) {
        Session::<T>::report_offence(offender.clone(), severity);
        let until = Session::<T>::current_index().saturating_add(1);
        let suspension = Suspension { account: offender.clone(), until, severity };
        if Suspensions::<T>::try_append(suspension).is_err() {
            defensive!("no more offenders than validators sit in a session and the next");
        }
        if Self::member(offender).is_none() || Self::remove(offender) {
            Self::deposit_event(Event::OffenderRemoved { validator: offender.clone(), until });
        } else {
            Self::begin_anew(offender);
            Self::deposit_event(Event::OffenderKept { validator: offender.clone() });
        }
    }
}

impl<T: Config> Pallet<T> {
    /// All who are suspended pay as if they had offended at one moment: (3·k/n)² of a bond where k
    /// of n validators are. Else a third of them could each have a small offence proved, and then
    /// break the chain together for no more. Returns k.
    fn slash_together() -> u64 {
        let suspended = Suspensions::<T>::get();
        if suspended.len() > 1 {
            let (k, n) = (suspended.len() as u64, Session::<T>::validators().len() as u64);
            let part = Perbill::from_rational(k.saturating_mul(3), n).square();
            let session = Session::<T>::current_index();
            suspended.iter().for_each(|one| Self::slash(&one.account, session, part));
        }
        suspended.len() as u64
    }
}

impl<T: Config, Reporter> OnOffenceHandler<Reporter, IdentificationTuple<T>, Weight> for Pallet<T> {
    /// Is also told of earlier offenders of the same moment. They have left, and only lose what
    /// the offence costs more now.
    fn on_offence(
        offenders: &[OffenceDetails<Reporter, IdentificationTuple<T>>],
        severities: &[Perbill],
        session: SessionIndex,
    ) -> Weight {
        let mut is_news = false;
        for (details, severity) in offenders.iter().zip(severities) {
            let (offender, ()) = &details.offender;
            let settled = !Self::answers_for(offender, session);
            Self::slash(offender, session, *severity);
            // Who has left and does not sit any more had only its bond to lose.
            if !settled && (Self::member(offender).is_some() || Self::sits(offender)) {
                Self::suspend(offender, OffenceSeverity(*severity));
                is_news = true;
            }
        }
        let suspended = if is_news { Self::slash_together() } else { 0 };
        let count = (offenders.len() as u64).saturating_add(suspended);
        T::DbWeight::get().reads_writes(count.saturating_mul(10), count.saturating_mul(8))
    }
}

/// Passes to `R` the reports that have a consequence, and says of all others that they are known.
///
/// One key can sign two votes in each of 2⁶⁴ rounds, and a report costs nothing if it is true.
/// Without this an offender who is out already could fill the storage of `pallet_offences` with its
/// offences. With it there is one record for each stay, and it is governance that lets a validator
/// in.
pub struct OncePerStay<T, R>(PhantomData<(T, R)>);

impl<T, R, O> ReportOffence<T::AccountId, IdentificationTuple<T>, O> for OncePerStay<T, R>
where
    T: Config,
    R: ReportOffence<T::AccountId, IdentificationTuple<T>, O>,
    O: Offence<IdentificationTuple<T>>,
{
    fn report_offence(reporters: Vec<T::AccountId>, offence: O) -> Result<(), OffenceError> {
        let session = offence.session_index();
        let mut offenders = offence.offenders().into_iter();
        if offenders.any(|(account, ())| Pallet::<T>::answers_for(&account, session)) {
            R::report_offence(reporters, offence)
        } else {
            Err(OffenceError::DuplicateReport)
        }
    }

    fn is_known_offence(offenders: &[IdentificationTuple<T>], time: &O::Slot) -> bool {
        // The session is not known here: an offence from before its offender was added is refused
        // when it is reported.
        let settled =
            |(account, ()): &IdentificationTuple<T>| Pallet::<T>::answers(account).is_none();
        offenders.iter().all(settled) || R::is_known_offence(offenders, time)
    }
}
