//! Audits as clients and auditors see them.

use crate::{
    AuditTerms, Audited, Committed, Config, Offers, Opened, Pallet, Purses, Samples, Sampling,
    Samplings, Standing, Standings, Work, Works,
};
use alloc::vec::Vec;
use waggle_primitives::{
    audit::{
        sample::Stage,
        view::{
            AuditDuty, AuditProgress, AuditView, AuditWork, AuditorView, SampleView,
            SampledAnswerView, StandingView,
        },
    },
    claim::Epoch,
    traits::AuditedDomains,
    AgentKey, DomainId,
};

/// Most standings that [`Pallet::standings`] returns.
const MAX_STANDINGS: u32 = 1_000;

impl<T: Config> Pallet<T> {
    /// The domains that are audited, in the order of their numbers.
    pub fn audits() -> Vec<AuditView<T::AccountId>> {
        let mut audits: Vec<_> =
            Audited::<T>::iter().map(|(domain, terms)| Self::audit_view(domain, terms)).collect();
        audits.sort_by_key(|audit| audit.domain);
        audits
    }

    /// A sample that is kept now. `None`: there is none of this number.
    pub fn audit_sample(
        domain: DomainId,
        epoch: Epoch,
        number: u32,
    ) -> Option<SampleView<T::AccountId>> {
        let sample = Samples::<T>::get((domain, epoch), number)?;
        let answers = sample.answers.into_iter().map(|answer| SampledAnswerView {
            owner: answer.owner,
            claim: answer.claim,
            text: answer.text.into_inner(),
        });
        Some(SampleView {
            round: sample.round,
            question: T::Domains::question_of(domain)?,
            prompt: sample.prompt.map(|prompt| prompt.into_inner()),
            answers: answers.collect(),
        })
    }

    /// What the last epoch that was judged said of a member. `None`: nothing yet.
    pub fn standing(domain: DomainId, owner: &T::AccountId) -> Option<StandingView> {
        Some(Self::standing_view(domain, owner, Standings::<T>::get(domain, owner)?))
    }

    /// The same of all of whom something was said, also of those that have left and answer for it
    /// still, in an order of no meaning: those that come after `after` there. At most `limit`, and
    /// at most 1 000.
    pub fn standings(
        domain: DomainId,
        after: Option<&T::AccountId>,
        limit: u32,
    ) -> Vec<(T::AccountId, StandingView)> {
        let standings = match after {
            None => Standings::<T>::iter_prefix(domain),
            Some(owner) => {
                let key = Standings::<T>::hashed_key_for(domain, owner);
                Standings::<T>::iter_prefix_from(domain, key)
            }
        };
        standings
            .take(limit.min(MAX_STANDINGS) as usize)
            .map(|(owner, standing)| {
                let view = Self::standing_view(domain, &owner, standing);
                (owner, view)
            })
            .collect()
    }

    /// What an auditor owes in the next block, in the order of the domains' numbers. What is listed
    /// would be admitted.
    pub fn audit_duties(agent: &AgentKey) -> Vec<AuditDuty> {
        let next = Self::current_block().saturating_add(1);
        let duties = Works::<T>::iter();
        let mut duties: Vec<_> =
            duties.filter_map(|(domain, work)| Self::duty_in(agent, domain, &work, next)).collect();
        duties.sort_by_key(|duty| duty.work().domain);
        duties
    }

    fn duty_in(
        agent: &AgentKey,
        domain: DomainId,
        work: &Work<T::AccountId>,
        block: u32,
    ) -> Option<AuditDuty> {
        work.committee.iter().find(|auditor| auditor.key == *agent)?;
        let blocks = T::Domains::epoch_blocks();
        let stage = Stage::at(block, work.epoch, blocks);
        let seals = Committed::<T>::get(domain, agent);
        let owed = AuditWork {
            domain,
            epoch: work.epoch,
            scope: Self::scope_of(domain, work),
            samples: work.samples,
            embedder: work.terms.embedder,
            dimensions: work.terms.dimensions,
            deadline: stage.last_block(work.epoch, blocks)?,
        };
        match (stage, seals) {
            (Stage::Examining, None) => Some(AuditDuty::Examine { work: owed }),
            (Stage::Opening, Some(seals)) => {
                let samples: Vec<u32> =
                    (0u32..).zip(seals).filter_map(|(number, seal)| seal.map(|_| number)).collect();
                (!samples.is_empty()).then_some(AuditDuty::Open { work: owed, samples })
            }
            _ => None,
        }
    }

    fn audit_view(domain: DomainId, terms: AuditTerms) -> AuditView<T::AccountId> {
        let new = Sampling { epoch: T::Domains::epoch(), ..Default::default() };
        let Sampling { epoch, rounds, samples } = Samplings::<T>::get(domain).unwrap_or(new);
        AuditView {
            domain,
            embedder: terms.embedder,
            dimensions: terms.dimensions,
            purse: Purses::<T>::get(domain).unwrap_or_default(),
            auditors: Offers::<T>::get(domain),
            epoch,
            rounds,
            samples,
            work: Works::<T>::get(domain).map(|work| Self::progress(domain, work)),
        }
    }

    fn progress(domain: DomainId, work: Work<T::AccountId>) -> AuditProgress<T::AccountId> {
        let Work { epoch, samples, judged, committee, .. } = work;
        let blocks = T::Domains::epoch_blocks();
        let stage = Stage::at(Self::current_block(), epoch, blocks);
        let opened = |key: &AgentKey| {
            let numbers = judged..samples;
            numbers.filter(|number| Opened::<T>::contains_key((domain, *number), key)).count()
        };
        let committee = committee.into_iter().map(|auditor| AuditorView {
            has_committed: Committed::<T>::contains_key(domain, auditor.key),
            opened: opened(&auditor.key) as u32,
            owner: auditor.owner,
            key: auditor.key,
        });
        AuditProgress {
            epoch,
            stage,
            deadline: stage.last_block(epoch, blocks),
            samples,
            judged,
            committee: committee.collect(),
        }
    }

    fn standing_view(domain: DomainId, owner: &T::AccountId, standing: Standing) -> StandingView {
        let Standing { epoch, tally, verdicts, since: _ } = standing;
        let margins = tally.contrasts.iter();
        let verdicts = verdicts.into_iter();
        StandingView {
            epoch,
            claim: tally.claim,
            prompts: tally.prompts,
            margins: margins
                .map(|(claim, votes)| (*claim, votes.margin(), votes.prompts))
                .collect(),
            distance: tally.deviations.z(),
            replay: tally.replay.z(),
            tokens: tally.replay.tokens,
            conduct: tally.conduct,
            verdicts: verdicts
                .map(|(evidence, verdict, row)| (evidence, verdict, row.flags()))
                .collect(),
            suspended: T::Domains::suspended_since(domain, owner),
        }
    }
}
