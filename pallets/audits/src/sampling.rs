//! Which rounds are kept for auditors, and what of them: told by pallet-waggle-rounds as it judges
//! them.
//!
//! A round counts in the epoch in which it was submitted and judged: then its answers belong to one
//! claim. The samples of an epoch wait for the work on them to begin ([`crate::work`]), and while
//! they do, the next epoch is not sampled. In the blocks of a draw next to nothing is lost by that:
//! what is judged there was mostly submitted before.

use crate::{Audited, Config, Pallet, Sample, SampledAnswer, Samples, Sampling, Samplings};
use alloc::vec::Vec;
use frame_support::BoundedVec;
use waggle_primitives::{
    audit::sample::{self, SampleText, MAX_SAMPLE_ANSWER_BYTES},
    claim::{epoch_of, Epoch},
    traits::{AuditedDomains, SampledRound, SampledRounds, TakenAnswer},
    DomainId, Hash32,
};

/// Most bytes of a character in UTF-8 that come after its first one.
const MAX_CONTINUATION_BYTES: usize = 3;

impl<T: Config> SampledRounds<T::AccountId> for Pallet<T> {
    fn is_audited(domain: DomainId) -> bool {
        Audited::<T>::contains_key(domain)
    }

    fn wanted(domain: DomainId, submitted: u32, seed: &Hash32, members: u32) -> Vec<u32> {
        let epoch = T::Domains::epoch();
        if members == 0 || epoch_of(submitted, T::Domains::epoch_blocks()) != epoch {
            return Vec::new();
        }
        let Some(sampling) = Self::sampling_in(domain, epoch) else { return Vec::new() };
        if sample::slot(seed, sampling.rounds).is_some() {
            // Counted when it is kept.
            return sample::chosen(seed, members);
        }
        let rounds = sampling.rounds.saturating_add(1);
        Samplings::<T>::insert(domain, Sampling { rounds, ..sampling });
        Vec::new()
    }

    fn keep(domain: DomainId, seed: &Hash32, round: SampledRound<T::AccountId>) {
        let epoch = T::Domains::epoch();
        let Some(sampling) = Self::sampling_in(domain, epoch) else { return };
        let Some(slot) = sample::slot(seed, sampling.rounds) else { return };
        let answers = round.answers.into_iter().map(|answer| Self::taken(domain, answer)).collect();
        let kept = Sample {
            round: round.round,
            prompt: round.prompt.try_into().ok(),
            answers: BoundedVec::truncate_from(answers),
        };
        Samples::<T>::insert((domain, epoch), slot, kept);
        let sampling = Sampling {
            epoch,
            rounds: sampling.rounds.saturating_add(1),
            samples: sampling.samples.max(slot.saturating_add(1)),
        };
        Samplings::<T>::insert(domain, sampling);
    }
}

impl<T: Config> Pallet<T> {
    /// How far the sampling of this epoch is. `None`: the domain is not audited, or samples of an
    /// earlier epoch wait to be worked on.
    fn sampling_in(domain: DomainId, epoch: Epoch) -> Option<Sampling> {
        if !Audited::<T>::contains_key(domain) {
            return None;
        }
        let new = Sampling { epoch, ..Default::default() };
        Some(Samplings::<T>::get(domain).unwrap_or(new)).filter(|sampling| sampling.epoch == epoch)
    }

    /// What is kept of an answer.
    fn taken(domain: DomainId, answer: TakenAnswer<T::AccountId>) -> SampledAnswer<T::AccountId> {
        let TakenAnswer { owner, text, kept_word } = answer;
        let claim = T::Domains::claim_of(domain, &owner);
        SampledAnswer { owner, claim, text: beginning(&text), kept_word }
    }
}

/// As much of a text as is kept, cut between two characters.
fn beginning(text: &[u8]) -> SampleText {
    let is_inside = |at: usize| text.get(at).is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000);
    let mut end = text.len().min(MAX_SAMPLE_ANSWER_BYTES as usize);
    for _ in 0..MAX_CONTINUATION_BYTES {
        end = end.saturating_sub(is_inside(end).into());
    }
    SampleText::truncate_from(text.get(..end).unwrap_or_default().to_vec())
}
