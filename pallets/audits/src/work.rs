//! The work on samples, from its beginning to its end: what the hook does as blocks have room, step
//! by step, and what is left when governance ends it.
//!
//! A domain has one work at a time, and samples of two epochs at most: those that are worked on,
//! and those of the epoch that is sampled, which may be over. When the work is done, that on the
//! next samples begins: unless so much of the time to examine them has passed by then that honest
//! auditors might fail. Then they are passed over. What is left of the room goes to forgetting who
//! has left ([`crate::leaving`]).

use crate::{
    weights::WeightInfo, AuditTerms, Audited, Auditor, Committed, Config, Draws, Error, Event,
    Offers, Opened, Pallet, Samples, Sampling, Samplings, Tallies, Work, Works, MAX_COMMITTEE,
};
use core::ops::Range;
use frame_support::{
    ensure,
    traits::Get,
    weights::{Weight, WeightMeter},
};
use sp_runtime::{DispatchResult, Perbill};
use waggle_primitives::{
    audit::{
        embedding::MAX_DIMENSIONS,
        median::LEAST_AUDITORS,
        sample::{Stage, MAX_SAMPLES, MAX_SAMPLE_ANSWERS},
    },
    claim::Epoch,
    traits::AuditedDomains,
    DomainId, Hash32,
};

/// Most members of which an epoch's samples say something.
const MAX_TALLIES: u32 = MAX_SAMPLES * MAX_SAMPLE_ANSWERS;

/// The part of a block's weight that `on_idle` may use: an author calls it when its own time for
/// the block is over.
const END_SHARE: Perbill = Perbill::from_percent(40);

impl<T: Config> Pallet<T> {
    /// What `work_off` may use of a block. Every step fits into it.
    pub fn share_of_block() -> Weight {
        let block = T::BlockWeights::get().max_block;
        Weight::from_parts(
            END_SHARE.mul_floor(block.ref_time()),
            END_SHARE.mul_floor(block.proof_size()),
        )
    }

    /// What the dearest step of `work_off` costs, with the looks before it: at each domain, and two
    /// at who has left. The end of a work comes with a look for members that are left.
    pub fn dearest_step() -> Weight {
        let looks = u64::from(T::MaxAudited::get()).saturating_add(2);
        let looks = T::WeightInfo::look().saturating_mul(looks);
        let end = T::WeightInfo::judge_member().saturating_add(T::WeightInfo::end_work());
        let sample = T::WeightInfo::judge_sample(MAX_DIMENSIONS);
        T::WeightInfo::begin_work().max(sample).max(end).saturating_add(looks)
    }

    /// Go on in all domains as far as the room reaches. Returns what was used of it.
    pub(crate) fn work_off(room: Weight) -> Weight {
        let mut meter = WeightMeter::with_limit(room.min(Self::share_of_block()));
        let mut domains = Audited::<T>::iter();
        for _ in 0..T::MaxAudited::get() {
            if meter.try_consume(T::WeightInfo::look()).is_err() {
                break;
            }
            let Some((domain, terms)) = domains.next() else { break };
            Self::work_in(domain, terms, &mut meter);
        }
        Self::forget_leavers(&mut meter);
        meter.consumed()
    }

    fn work_in(domain: DomainId, terms: AuditTerms, meter: &mut WeightMeter) {
        if let Some(work) = Works::<T>::get(domain) {
            let blocks = T::Domains::epoch_blocks();
            let stage = Stage::at(Self::current_block(), work.epoch, blocks);
            if stage != Stage::Judging || !Self::judge(domain, work, meter) {
                return;
            }
        }
        Self::turn_to_epoch(domain, terms, meter);
    }

    /// Judge as many samples, and then members, as the meter allows. Returns whether that was all,
    /// and the work is over.
    fn judge(domain: DomainId, mut work: Work<T::AccountId>, meter: &mut WeightMeter) -> bool {
        let cost = T::WeightInfo::judge_sample(work.terms.dimensions.into());
        let before = work.judged;
        while work.judged < work.samples && meter.try_consume(cost).is_ok() {
            Self::judge_sample(domain, &mut work);
        }
        if work.judged > before {
            Works::<T>::insert(domain, &work);
        }
        let is_over = work.judged >= work.samples
            && Self::judge_members(domain, work.epoch, meter)
            && meter.try_consume(T::WeightInfo::end_work()).is_ok();
        if is_over {
            Self::end_work(domain, work);
        }
        is_over
    }

    /// Judge as many members as the meter allows. Returns whether these were all.
    fn judge_members(domain: DomainId, epoch: Epoch, meter: &mut WeightMeter) -> bool {
        let mut tallies = Tallies::<T>::drain_prefix(domain);
        while meter.try_consume(T::WeightInfo::judge_member()).is_ok() {
            let Some((owner, tally)) = tallies.next() else { return true };
            Self::judge_member(domain, epoch, &owner, tally);
        }
        false
    }

    /// Pay the auditors, end the offers of those that failed, and forget the work.
    pub(crate) fn end_work(domain: DomainId, work: Work<T::AccountId>) {
        let Work { epoch, samples, committee, .. } = work;
        for Auditor { owner, done, findings, .. } in committee {
            Self::pay_auditor(domain, epoch, &owner, findings);
            if done.saturating_mul(2) < samples {
                Self::end_offer(domain, &owner, true);
            }
        }
        Works::<T>::remove(domain);
        let _ = Committed::<T>::clear_prefix(domain, MAX_COMMITTEE, None);
        Self::settle(domain, epoch);
        Self::deposit_event(Event::EpochJudged { domain, epoch });
    }

    /// If the epoch that was sampled is over, go on with the draw of a committee. When it is drawn,
    /// begin the work on the samples, and sample this epoch.
    fn turn_to_epoch(domain: DomainId, terms: AuditTerms, meter: &mut WeightMeter) {
        let epoch = T::Domains::epoch();
        let sampling = Samplings::<T>::get(domain);
        let is_over = sampling.is_none_or(|sampling| sampling.epoch < epoch);
        if !is_over || meter.try_consume(T::WeightInfo::begin_work()).is_err() {
            return;
        }
        let new = Sampling { epoch, ..Default::default() };
        let Some(sampling) = sampling else {
            Samplings::<T>::insert(domain, new);
            return;
        };
        if let Some(seed) = Self::committee_seed(domain, sampling.epoch) {
            Samplings::<T>::insert(domain, new);
            Self::begin_work(domain, terms, sampling, seed);
        }
    }

    /// Begin the work on the samples of an epoch that is over, or pass it over.
    pub(crate) fn begin_work(
        domain: DomainId,
        terms: AuditTerms,
        sampling: Sampling,
        seed: Hash32,
    ) {
        let Sampling { epoch, samples, .. } = sampling;
        let offers = Offers::<T>::get(domain);
        let committee = if samples > 0 && Self::is_in_time(epoch) {
            Self::draw_committee(domain, seed)
        } else {
            Default::default()
        };
        if committee.len() < LEAST_AUDITORS {
            Self::forget_samples(domain, epoch, 0..samples);
            Self::settle(domain, epoch);
            Self::deposit_event(Event::EpochPassedOver {
                domain,
                epoch,
                samples,
                auditors: offers,
            });
            return;
        }
        let auditors = committee.iter().map(|auditor| auditor.owner.clone()).collect();
        Works::<T>::insert(domain, Work { epoch, terms, seed, samples, judged: 0, committee });
        Self::deposit_event(Event::CommitteeDrawn { domain, epoch, samples, auditors });
    }

    /// Whether half of the time to examine samples of this epoch is left, at least.
    fn is_in_time(epoch: Epoch) -> bool {
        let blocks = T::Domains::epoch_blocks();
        let last = Stage::Examining.last_block(epoch, blocks).unwrap_or_default();
        let left = last.checked_sub(Self::current_block());
        left.is_some_and(|left| left >= blocks.div_euclid(4))
    }

    fn forget_samples(domain: DomainId, epoch: Epoch, numbers: Range<u32>) {
        for number in numbers.take(MAX_SAMPLES as usize) {
            Samples::<T>::remove((domain, epoch), number);
        }
    }

    /// See [`Pallet::set_terms`].
    pub(crate) fn do_set_terms(domain: DomainId, terms: Option<AuditTerms>) -> DispatchResult {
        let is_audited = Audited::<T>::contains_key(domain);
        match terms {
            Some(terms) => {
                ensure!(T::Domains::question_of(domain).is_some(), Error::<T>::NoSuchDomain);
                ensure!(terms.is_valid(), Error::<T>::InvalidTerms);
                let has_room = is_audited || Audited::<T>::count() < T::MaxAudited::get();
                ensure!(has_room, Error::<T>::TooManyAudited);
                Audited::<T>::insert(domain, terms);
            }
            None => {
                ensure!(is_audited, Error::<T>::NotAudited);
                Audited::<T>::remove(domain);
                Self::forget_work(domain);
            }
        }
        Self::deposit_event(Event::TermsSet { domain, terms });
        Ok(())
    }

    /// Forget all samples of a domain and all work on them. What was said of members in earlier
    /// epochs stays, and so do offers and the purse. The hook forgets who has left.
    fn forget_work(domain: DomainId) {
        if let Some(Work { epoch, samples, judged, .. }) = Works::<T>::take(domain) {
            Self::forget_samples(domain, epoch, judged..samples);
            for number in (judged..samples).take(MAX_SAMPLES as usize) {
                let _ = Opened::<T>::clear_prefix((domain, number), MAX_COMMITTEE, None);
            }
            Self::settle(domain, epoch);
        }
        if let Some(Sampling { epoch, samples, .. }) = Samplings::<T>::take(domain) {
            Self::forget_samples(domain, epoch, 0..samples);
            Self::settle(domain, epoch);
        }
        Draws::<T>::remove(domain);
        let _ = Committed::<T>::clear_prefix(domain, MAX_COMMITTEE, None);
        let _ = Tallies::<T>::clear_prefix(domain, MAX_TALLIES, None);
    }
}
