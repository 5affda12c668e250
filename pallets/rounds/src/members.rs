//! The members of a running round: all of them, the one with a key, and what one has answered.

use crate::{
    types::{Answer, Member, RoundRecord},
    Config, MemberByKey, Members, Pallet, SealedAnswers,
};
use alloc::vec::Vec;
use frame_support::defensive;
use waggle_primitives::{seal, AgentIndex, AgentKey, RoundId};

impl<T: Config> Pallet<T> {
    /// The members of a round, by index.
    pub(crate) fn members_of(
        round: RoundId,
        record: &RoundRecord<T::AccountId>,
    ) -> Vec<Member<T::AccountId>> {
        let members: Vec<_> =
            (0..record.committed).filter_map(|index| Members::<T>::get(round, index)).collect();
        if members.len() != record.committed as usize {
            defensive!("members are numbered without gaps");
        }
        members
    }

    /// The member that entered the round with this agent key, and its index.
    pub(crate) fn member_by_key(
        round: RoundId,
        agent: &AgentKey,
    ) -> Option<(AgentIndex, Member<T::AccountId>)> {
        let index = MemberByKey::<T>::get(round, agent)?;
        Some((index, Members::<T>::get(round, index)?))
    }

    /// The plaintext of a member's answer, once it is open.
    pub(crate) fn opened_answer(
        round: RoundId,
        index: AgentIndex,
        member: &Member<T::AccountId>,
    ) -> Option<Answer> {
        let key = member.answer_key?;
        let sealed = SealedAnswers::<T>::get(round, index)?;
        Answer::try_from(seal::decrypt(&key, &sealed)).ok()
    }
}
