//! What must hold of the storage after every call. For tests and `try-runtime`.

use crate::{
    Audited, Auditors, Committed, Config, Draws, Leavers, OfferOf, Offers, Opened, Pallet, Purses,
    Samples, Samplings, Settled, Standings, Tallies, Work, Works,
};
use alloc::vec::Vec;
use frame_support::{
    ensure,
    traits::{fungible::Inspect, Get},
};
use sp_runtime::TryRuntimeError;
use waggle_primitives::{
    audit::{median::LEAST_AUDITORS, sample::MAX_SAMPLES},
    claim::Epoch,
    traits::AuditedDomains,
    AgentKey, DomainId,
};

impl<T: Config> Pallet<T> {
    /// Check that offers are numbered without gaps and mirror each other, that samples are those of
    /// the two epochs that they can be of, that all that is committed and opened is an auditor's at
    /// work, that what is said is said of members or of leavers that are remembered, and that the
    /// purses' money is there.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_terms()?;
        Self::check_offers()?;
        Self::check_samples()?;
        for (domain, work) in Works::<T>::iter() {
            Self::check_work(domain, &work)?;
        }
        Self::check_acts()?;
        Self::check_members()?;
        Self::check_purses()
    }

    fn check_terms() -> Result<(), TryRuntimeError> {
        let count = Audited::<T>::iter_keys().count() as u32;
        ensure!(count == Audited::<T>::count(), "the count of audited domains is wrong");
        ensure!(count <= T::MaxAudited::get(), "too many domains are audited");
        ensure!(Audited::<T>::iter_values().all(|terms| terms.is_valid()), "terms out of range");
        let mut sampled = Samplings::<T>::iter_keys().chain(Works::<T>::iter_keys());
        let all_audited = sampled.all(Audited::<T>::contains_key);
        ensure!(all_audited, "samples of a domain that is not audited");
        let is_due = |domain: DomainId| {
            Samplings::<T>::contains_key(domain) && !Works::<T>::contains_key(domain)
        };
        ensure!(Draws::<T>::iter_keys().all(is_due), "a committee is drawn for no samples");
        Ok(())
    }

    /// Numbers and offers mirror each other.
    fn check_offers() -> Result<(), TryRuntimeError> {
        let mut offers = 0usize;
        for (domain, count) in Offers::<T>::iter() {
            ensure!(count > 0, "a domain without offers is kept");
            offers = offers.saturating_add(count as usize);
            for number in 0..count {
                let owner = Auditors::<T>::get(domain, number).ok_or("offers have a gap")?;
                ensure!(
                    OfferOf::<T>::get(domain, &owner) == Some(number),
                    "an offer with another number"
                );
            }
        }
        ensure!(Auditors::<T>::iter_keys().count() == offers, "a number beyond the offers");
        ensure!(OfferOf::<T>::iter_keys().count() == offers, "an offer without a number");
        Ok(())
    }

    /// There are samples of the epoch that is sampled and of the one that is worked on: all of
    /// them, and no others.
    fn check_samples() -> Result<(), TryRuntimeError> {
        let mut known: Vec<((DomainId, Epoch), u32)> = Vec::new();
        for (domain, sampling) in Samplings::<T>::iter() {
            ensure!(sampling.epoch <= T::Domains::epoch(), "an epoch is sampled before it is");
            let kept = sampling.rounds.min(MAX_SAMPLES);
            ensure!(sampling.samples == kept, "the count of samples is wrong");
            known.extend((0..sampling.samples).map(|number| ((domain, sampling.epoch), number)));
        }
        for (domain, work) in Works::<T>::iter() {
            let samples = work.judged..work.samples;
            known.extend(samples.map(|number| ((domain, work.epoch), number)));
        }
        let are_kept =
            known.iter().all(|(epoch, number)| Samples::<T>::contains_key(*epoch, *number));
        ensure!(are_kept, "a sample is missing");
        ensure!(Samples::<T>::iter_keys().count() == known.len(), "a sample of another epoch");
        Ok(())
    }

    fn check_work(domain: DomainId, work: &Work<T::AccountId>) -> Result<(), TryRuntimeError> {
        let size = work.committee.len();
        ensure!(size >= LEAST_AUDITORS, "a committee is too small");
        ensure!(size as u32 <= T::CommitteeSize::get(), "a committee is too large");
        ensure!(work.judged <= work.samples, "more was judged than there is");
        let sampled = Samplings::<T>::get(domain).map(|sampling| sampling.epoch);
        ensure!(sampled > Some(work.epoch), "an epoch is sampled and worked on");
        let is_sound = work.committee.iter().all(|auditor| auditor.done <= work.judged);
        ensure!(is_sound, "an auditor has done more than was judged");
        Ok(())
    }

    /// What is committed and opened is of auditors at work, and of samples that are not judged.
    fn check_acts() -> Result<(), TryRuntimeError> {
        let is_at_work = |work: &Work<T::AccountId>, key: &AgentKey| {
            work.committee.iter().any(|auditor| auditor.key == *key)
        };
        for (domain, key, seals) in Committed::<T>::iter() {
            let work = Works::<T>::get(domain).ok_or("seals without work")?;
            ensure!(is_at_work(&work, &key), "seals of nobody at work");
            ensure!(seals.len() as u32 == work.samples, "more or fewer seals than samples");
        }
        for ((domain, number), key, findings) in Opened::<T>::iter() {
            let work = Works::<T>::get(domain).ok_or("findings without work")?;
            ensure!(is_at_work(&work, &key), "findings of nobody at work");
            let sample =
                Samples::<T>::get((domain, work.epoch), number).ok_or("findings of no sample")?;
            ensure!(sample.answers.len() == findings.len(), "more or fewer findings than answers");
            let seals = Committed::<T>::get(domain, key).ok_or("findings that were not sealed")?;
            let seal = seals.get(number as usize).copied().flatten();
            ensure!(seal.is_none(), "findings are open and sealed");
        }
        Ok(())
    }

    /// What is said, and being said, is of members, and of those who answer for it still or are to
    /// be forgotten. All leavers will be.
    fn check_members() -> Result<(), TryRuntimeError> {
        let is_known = |domain: DomainId, epoch: Epoch| {
            Self::live_epochs(domain).any(|live| live == epoch)
                || Settled::<T>::contains_key(domain, epoch)
        };
        let all_known =
            Leavers::<T>::iter_keys().all(|((domain, epoch), _)| is_known(domain, epoch));
        ensure!(all_known, "a leaver that nobody forgets");
        let has_left = |domain: DomainId, owner: &T::AccountId| {
            Self::is_answerable(domain, owner)
                || Settled::<T>::iter_key_prefix(domain)
                    .any(|epoch| Leavers::<T>::contains_key((domain, epoch), owner))
        };
        for (domain, owner) in Standings::<T>::iter_keys().chain(Tallies::<T>::iter_keys()) {
            let is_member = T::Domains::is_member(domain, &owner);
            ensure!(is_member || has_left(domain, &owner), "a standing of no member");
        }
        let are_at_work = Tallies::<T>::iter_keys()
            .all(|(domain, _)| Works::<T>::get(domain).is_some_and(|work| work.judged > 0));
        ensure!(are_at_work, "a tally without work");
        Ok(())
    }

    /// The account of the purses has what they have, and a deposit for each.
    fn check_purses() -> Result<(), TryRuntimeError> {
        let least = T::Currency::minimum_balance();
        let owed = Purses::<T>::iter_values()
            .fold(0u128, |sum, purse| sum.saturating_add(purse).saturating_add(least));
        ensure!(owed <= T::Currency::balance(&Self::purses_account()), "a purse has no money");
        Ok(())
    }
}
