//! What auditors may get of a round that was judged: some of its answers, if it is a sample.

use super::gather::Gathered;
use crate::{
    types::{GradesStatus, Member, RoundRecord},
    Config, Pallet, Prompts, SealedAnswers,
};
use alloc::vec::Vec;
use waggle_primitives::{
    audit::sample::{MAX_SAMPLE_ANSWERS, MAX_SAMPLE_ANSWER_BYTES},
    seal,
    traits::{SampledRound, SampledRounds, TakenAnswer},
    AgentIndex, RoundId,
};

/// What is handed over of an answer at most, in bytes: one character more than is kept.
const MAX_TAKEN_BYTES: u32 = MAX_SAMPLE_ANSWER_BYTES + 4;

impl<T: Config> Pallet<T> {
    /// Hand over what is wanted of a judged round, of which everything is still stored. Returns how
    /// many answers that were.
    pub(crate) fn sample(
        round: RoundId,
        record: &RoundRecord<T::AccountId>,
        gathered: &Gathered<T::AccountId>,
    ) -> u32 {
        let (domain, seed) = (record.domain, &gathered.seed);
        let members = gathered.members.len() as u32;
        let wanted = T::Audits::wanted(domain, record.blocks.submitted, seed, members);
        if wanted.is_empty() {
            return 0;
        }
        let answers: Vec<_> = wanted
            .into_iter()
            .take(members.min(MAX_SAMPLE_ANSWERS) as usize)
            .filter_map(|index| Self::taken_answer(round, index, gathered))
            .collect();
        let count = answers.len() as u32;
        let prompt = Prompts::<T>::get(round).map(|prompt| prompt.into_inner()).unwrap_or_default();
        T::Audits::keep(domain, seed, SampledRound { round, prompt, answers });
        count
    }

    /// What auditors get of the member with this index. `None`: there is none.
    fn taken_answer(
        round: RoundId,
        index: AgentIndex,
        gathered: &Gathered<T::AccountId>,
    ) -> Option<TakenAnswer<T::AccountId>> {
        let member = gathered.members.get(index as usize)?;
        let has_to_grade = gathered.places.grades_each() > 0;
        let has_graded = member.grades == GradesStatus::Opened;
        Some(TakenAnswer {
            owner: member.owner.clone(),
            text: Self::beginning_of_answer(round, index, member).unwrap_or_default(),
            kept_word: member.answer_key.is_some() && (has_graded || !has_to_grade),
        })
    }

    /// As much of an open answer as auditors get. The cipher goes byte by byte: the rest need not
    /// be decrypted.
    fn beginning_of_answer(
        round: RoundId,
        index: AgentIndex,
        member: &Member<T::AccountId>,
    ) -> Option<Vec<u8>> {
        let key = member.answer_key?;
        let sealed = SealedAnswers::<T>::get(round, index)?;
        let length = sealed.len().min(MAX_TAKEN_BYTES as usize);
        Some(seal::decrypt(&key, sealed.get(..length)?))
    }
}
