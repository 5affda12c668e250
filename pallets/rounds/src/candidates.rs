//! Candidates: which answers of a round are equal. What an answer comes to in the end is worked out
//! when it is opened; which of them are equal is kept with the round's result, and what they come
//! to if the round was judged.

use crate::{
    places::Places,
    types::{CandidateNumbers, FinalAnswerKeys, KeysByCandidate, RoundResult},
    Candidacies, CandidateKeys, Config, FinalAnswers, Pallet, Rounds,
};
use alloc::vec::Vec;
use frame_support::{defensive, BoundedVec};
use waggle_primitives::{
    candidates::Candidates, final_answer::FinalAnswer, AgentIndex, Hash32, RoundId,
};

impl<T: Config> Pallet<T> {
    /// By index, the number of the candidate to which the agent's answer belongs: equal answers
    /// have the same one. Counted from 0 without gaps, in the order of the first index. `None` for
    /// agents that have not opened their answer.
    ///
    /// Empty where no answer is known to be open: there is no such round, nobody opened an answer
    /// in it, or it ended before the chain kept candidates.
    pub fn candidates(id: RoundId) -> Vec<Option<u32>> {
        match Rounds::<T>::get(id) {
            Some(record) if record.opened.is_empty() => Vec::new(),
            Some(record) => {
                let keys = FinalAnswers::<T>::get(id);
                numbers(&Places::of(&record), record.committed, &keys).into_inner()
            }
            None => Candidacies::<T>::get(id).into_inner(),
        }
    }

    /// Which answers of a running round are equal, by place.
    pub(crate) fn candidates_at(round: RoundId, places: &Places) -> Candidates {
        candidates(places, &FinalAnswers::<T>::get(round))
    }

    /// Remember what the answer that a member has opened comes to.
    pub(crate) fn remember_final_answer(round: RoundId, index: AgentIndex, answer: &[u8]) {
        let Some(final_answer) = FinalAnswer::of(answer) else { return };
        FinalAnswers::<T>::mutate(round, |keys| {
            if keys.try_insert(index, final_answer.key()).is_err() {
                defensive!("a round has no more answers than a swarm has agents");
            }
        });
    }

    /// Keep which answers of a round that ends with this result were equal; and, instead of what
    /// each answer comes to, what each candidate comes to, if the round was judged.
    pub(crate) fn keep_candidates(round: RoundId, result: &RoundResult<T::AccountId>) {
        let (places, keys) = (Places::of_result(result), FinalAnswers::<T>::take(round));
        if places.count() == 0 {
            return;
        }
        let members = result.members.len() as u32;
        Candidacies::<T>::insert(round, numbers(&places, members, &keys));
        if result.ending.is_judged() {
            CandidateKeys::<T>::insert(round, keys_by_candidate(&places, &keys));
        }
    }

    /// By place, whether the answer comes to the final answer with this key, in a settled round
    /// with these places.
    pub(crate) fn answers_with_key(round: RoundId, places: &Places, key: &Hash32) -> Vec<bool> {
        let (numbers, keys) = (Candidacies::<T>::get(round), CandidateKeys::<T>::get(round));
        let key_of = |index: AgentIndex| -> Option<Hash32> {
            let number = (*numbers.get(index as usize)?)?;
            *keys.get(number as usize)?
        };
        places.indices().map(|index| key_of(index).as_ref() == Some(key)).collect()
    }
}

/// Which answers are equal, by place. An answer that has no key, such as one that was opened under
/// a runtime that did not know of candidates, equals no other.
fn candidates(places: &Places, keys: &FinalAnswerKeys) -> Candidates {
    let by_place: Vec<Option<Hash32>> =
        places.indices().map(|index| keys.get(&index).copied()).collect();
    Candidates::of(&by_place)
}

/// The candidates' numbers by index, for `members` members.
fn numbers(places: &Places, members: u32, keys: &FinalAnswerKeys) -> CandidateNumbers {
    let candidates = candidates(places, keys);
    let numbers = (0..members).map(|index| {
        let number = candidates.at(places.place_of(index)?)?;
        u32::try_from(number).ok()
    });
    BoundedVec::truncate_from(numbers.collect())
}

/// What each candidate comes to, by its number.
fn keys_by_candidate(places: &Places, keys: &FinalAnswerKeys) -> KeysByCandidate {
    let candidates = candidates(places, keys);
    let key_of = |number| {
        let index = places.index_at(candidates.members(number).next()?)?;
        keys.get(&index).copied()
    };
    BoundedVec::truncate_from((0..candidates.count()).map(key_of).collect())
}
