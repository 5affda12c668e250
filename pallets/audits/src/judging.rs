//! What the auditors say together of a sample, what that says of the members, and of the auditors.
//!
//! Results count where more than half of the committee, and [`LEAST_AUDITORS`] at least, have one:
//! else a few could say something of an answer of which all others say nothing. Of an answer that
//! was not opened nothing is said, whatever auditors found.

use crate::{
    Auditor, Config, Event, Opened, Pallet, Sample, SampledAnswer, Samples, Tallies, Work,
    MAX_COMMITTEE,
};
use alloc::vec::Vec;
use frame_support::{defensive, traits::Get};
use waggle_primitives::{
    audit::{
        conduct::Fault,
        median::{is_far, of_embeddings, of_replays, LEAST_AUDITORS},
        replay::Replay,
        sample::{Finding, Findings},
        tally::{lessons, Reading},
        Embedding,
    },
    claim::Claim,
    AgentKey, DomainId, Fixed,
};

/// What the auditors say together of one answer.
#[derive(Clone, Debug, Default)]
struct Median {
    /// Where it lies.
    embedding: Option<Embedding>,
    /// How likely its tokens are.
    replay: Option<Replay>,
}

impl<T: Config> Pallet<T> {
    /// Judge the next sample of a work, and forget it. `work` is the caller's, who writes it.
    pub(crate) fn judge_sample(domain: DomainId, work: &mut Work<T::AccountId>) {
        let (epoch, number) = (work.epoch, work.judged);
        work.judged = number.saturating_add(1);
        let opened: Vec<(AgentKey, Findings)> =
            Opened::<T>::drain_prefix((domain, number)).take(MAX_COMMITTEE as usize).collect();
        let Some(sample) = Samples::<T>::take((domain, epoch), number) else {
            defensive!("all samples that are worked on are kept");
            return;
        };
        let medians = medians(&sample, &opened, work);
        let far = T::Rules::get().far;
        for auditor in work.committee.iter_mut() {
            note_work(auditor, &opened, &medians, far);
        }
        let readings: Vec<Reading> = sample
            .answers
            .iter()
            .zip(&medians)
            .map(|(answer, said)| reading(answer, said))
            .collect();
        // Also of those that have left since: they answer for it.
        for (answer, lesson) in sample.answers.iter().zip(lessons(&readings)) {
            Tallies::<T>::mutate(domain, &answer.owner, |tally| {
                *tally = Some(tally.take().unwrap_or_default().after(&lesson));
            });
        }
        let auditors = opened.len() as u32;
        Self::deposit_event(Event::SampleJudged { domain, epoch, sample: number, auditors });
    }
}

/// What the auditors say together of each answer of a sample.
fn medians<AccountId>(
    sample: &Sample<AccountId>,
    opened: &[(AgentKey, Findings)],
    work: &Work<AccountId>,
) -> Vec<Median> {
    let majority = work.committee.len().div_euclid(2).saturating_add(1);
    let (least, dimensions) = (majority.max(LEAST_AUDITORS), work.terms.dimensions.into());
    let said_of = |number: usize| {
        opened.iter().filter_map(move |(_, findings)| findings.get(number)).collect::<Vec<_>>()
    };
    let answers = sample.answers.iter().enumerate();
    answers
        .map(|(number, answer)| {
            if answer.text.is_empty() {
                return Median::default();
            }
            median(&said_of(number), least, dimensions)
        })
        .collect()
}

/// The medians of what `least` auditors at least found.
fn median(findings: &[&Finding], least: usize, dimensions: usize) -> Median {
    let embeddings: Vec<Embedding> = findings
        .iter()
        .filter_map(|finding| finding.embedding.clone())
        .filter(|embedding| embedding.dimensions() == dimensions)
        .collect();
    let replays: Vec<Replay> = findings
        .iter()
        .filter_map(|finding| finding.replay)
        .filter(|replay| replay.z().is_some())
        .collect();
    Median {
        embedding: of_embeddings(&embeddings, dimensions).filter(|_| embeddings.len() >= least),
        replay: of_replays(&replays).filter(|_| replays.len() >= least),
    }
}

/// What is read of an answer.
fn reading<AccountId>(answer: &SampledAnswer<AccountId>, median: &Median) -> Reading {
    Reading {
        claim: answer.claim.as_ref().map(Claim::digest),
        embedding: median.embedding.clone(),
        replay: median.replay,
        fault: (!answer.kept_word).then_some(Fault::Exception),
    }
}

/// Note what an auditor did for a sample.
fn note_work<AccountId>(
    auditor: &mut Auditor<AccountId>,
    opened: &[(AgentKey, Findings)],
    medians: &[Median],
    far: Fixed,
) {
    let own = opened.iter().find(|(key, _)| *key == auditor.key);
    if let Some(agreed) = own.and_then(|(_, findings)| agreed(findings, medians, far)) {
        auditor.done = auditor.done.saturating_add(1);
        auditor.findings = auditor.findings.saturating_add(agreed);
    }
}

/// For how many answers these findings are what the medians say. `None` if one of them is far from
/// that: also where nothing was found that most others found, which is as far as can be.
fn agreed(findings: &Findings, medians: &[Median], far: Fixed) -> Option<u32> {
    let mut agreed = 0u32;
    for (finding, median) in findings.iter().zip(medians) {
        let Some(median) = &median.embedding else { continue };
        let found = finding.embedding.as_ref()?;
        if is_far(found, median, far) {
            return None;
        }
        agreed = agreed.saturating_add(1);
    }
    Some(agreed)
}
