//! Who has left a domain, and answers still for what it did there.
//!
//! Answers are judged up to two epochs after they were given, and what auditors found is public
//! before. So whoever leaves is judged on, like a member, until the last samples that can have an
//! answer of its own were judged, or passed over: those of the epoch that was sampled when it left,
//! since it is in no running round then. Meanwhile its standing stays, also if it joins again: its
//! rows of flags go on.
//!
//! Leavers are remembered by that epoch ([`Leavers`]). When it is done with ([`Settled`]), the hook
//! forgets them one by one.

use crate::{
    weights::WeightInfo, Config, Draws, Leavers, Pallet, Samplings, Settled, Standings, Tallies,
    Works,
};
use frame_support::weights::WeightMeter;
use waggle_primitives::{
    claim::Epoch,
    traits::{AuditedDomains, OnMemberLeft},
    DomainId,
};

/// The offer of whoever leaves ends, unless a committee is drawn among the offers at the moment.
/// One need not be a member to audit.
impl<T: Config> OnMemberLeft<T::AccountId> for Pallet<T> {
    fn member_left(domain: DomainId, owner: &T::AccountId) {
        match Samplings::<T>::get(domain) {
            Some(sampling) => Leavers::<T>::insert((domain, sampling.epoch), owner, ()),
            // There are no samples, nor will there be any with an answer of its own.
            None => {
                Standings::<T>::remove(domain, owner);
                Tallies::<T>::remove(domain, owner);
            }
        }
        if !Draws::<T>::contains_key(domain) {
            Self::end_offer(domain, owner, false);
        }
    }
}

impl<T: Config> Pallet<T> {
    /// The samples of `epoch` were judged, passed over or forgotten: nobody that left then is
    /// judged by them any more.
    pub(crate) fn settle(domain: DomainId, epoch: Epoch) {
        if Leavers::<T>::iter_key_prefix((domain, epoch)).next().is_some() {
            Settled::<T>::insert(domain, epoch, ());
        }
    }

    /// Forget those who have left and are not answerable any more, and suspensions of agents that
    /// are no members whose time is over, as far as the meter allows. None of it costs more than to
    /// judge a member.
    pub(crate) fn forget_leavers(meter: &mut WeightMeter) {
        if meter.try_consume(T::WeightInfo::look()).is_err() {
            return;
        }
        while let Some((domain, epoch)) = Settled::<T>::iter_keys().next() {
            if meter.try_consume(T::WeightInfo::look()).is_err() {
                return;
            }
            // Where governance ended audits and they began anew in one epoch, that is not over yet.
            let is_over = !Self::live_epochs(domain).any(|live| live == epoch);
            if is_over && !Self::forget_leavers_of(domain, epoch, meter) {
                return;
            }
            Settled::<T>::remove(domain, epoch);
        }
        let cost = T::WeightInfo::judge_member();
        while T::Domains::is_release_due() && meter.try_consume(cost).is_ok() {
            T::Domains::release();
        }
    }

    /// Forget those that left when `epoch` was sampled, as far as the meter allows. Returns whether
    /// these were all.
    fn forget_leavers_of(domain: DomainId, epoch: Epoch, meter: &mut WeightMeter) -> bool {
        let mut leavers = Leavers::<T>::drain_prefix((domain, epoch));
        while meter.try_consume(T::WeightInfo::judge_member()).is_ok() {
            let Some((owner, ())) = leavers.next() else { return true };
            Self::forget_leaver(domain, &owner);
        }
        false
    }

    /// Forget what was said of one that has left, unless it is a member again or left again since.
    fn forget_leaver(domain: DomainId, owner: &T::AccountId) {
        if !T::Domains::is_member(domain, owner) && !Self::is_answerable(domain, owner) {
            Standings::<T>::remove(domain, owner);
        }
    }

    /// Whether one that has left may be judged yet: by the samples that are worked on, or by those
    /// that come next.
    pub(crate) fn is_answerable(domain: DomainId, owner: &T::AccountId) -> bool {
        let mut epochs = Self::live_epochs(domain);
        epochs.any(|epoch| Leavers::<T>::contains_key((domain, epoch), owner))
    }

    /// The epochs whose samples are worked on, or will be.
    pub(crate) fn live_epochs(domain: DomainId) -> impl Iterator<Item = Epoch> {
        let at_work = Works::<T>::get(domain).map(|work| work.epoch);
        let sampled = Samplings::<T>::get(domain).map(|sampling| sampling.epoch);
        at_work.into_iter().chain(sampled)
    }
}
