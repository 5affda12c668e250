//! What an agent may or must do next: the question that a node's hook asks at every block.
//!
//! The answer is for acts in the block after the one whose state is read, so a round that falls due
//! there is looked at as it will stand then. What is listed would be admitted; what is not listed
//! would be refused.

use crate::{
    places::Places,
    types::{GradesStatus, Member, RoundRecord},
    Config, MemberByOwner, Members, Pallet, Prompts, Rounds,
};
use alloc::vec::Vec;
use waggle_primitives::{
    traits::AgentRegistry,
    view::{Candidate, Duty},
    AgentIndex, AgentKey, Phase, RoundId,
};

impl<T: Config> Pallet<T> {
    /// What `agent` may or must do in the next block, oldest round first. Looks at all running
    /// rounds, of which there are at most `MaxOpenRounds`; decrypts the answers that the agent
    /// has to grade.
    pub fn duties(agent: &AgentKey) -> Vec<Duty<u128>> {
        let next = Self::current_block().saturating_add(1);
        let mut rounds: Vec<_> = Rounds::<T>::iter().collect();
        rounds.sort_by_key(|(round, _)| *round);
        rounds
            .iter()
            .filter_map(|(round, record)| Self::duty_in(agent, *round, record, next))
            .collect()
    }

    fn duty_in(
        agent: &AgentKey,
        round: RoundId,
        record: &RoundRecord<T::AccountId>,
        next: u32,
    ) -> Option<Duty<u128>> {
        let (phase, deadline) = Self::phase_at(record, next)?;
        match (phase, Self::member_by_key(round, agent)) {
            (Phase::Answering, None) => Self::duty_to_answer(agent, round, record, deadline, next),
            (Phase::OpeningAnswers, Some((_, member))) if member.answer_key.is_none() => {
                Some(Duty::OpenAnswer { round, deadline })
            }
            (Phase::Grading, Some((index, member)))
                if member.answer_key.is_some() && member.grades == GradesStatus::Missing =>
            {
                Self::duty_to_grade(round, record, index, &member, deadline)
            }
            (Phase::OpeningGrades, Some((_, member)))
                if matches!(member.grades, GradesStatus::Committed { .. }) =>
            {
                Some(Duty::OpenGrades { round, deadline })
            }
            _ => None,
        }
    }

    fn duty_to_answer(
        agent: &AgentKey,
        round: RoundId,
        record: &RoundRecord<T::AccountId>,
        deadline: u32,
        next: u32,
    ) -> Option<Duty<u128>> {
        let owner = T::AgentRegistry::owner_of(agent)?;
        let may_enter = owner != record.client
            && !MemberByOwner::<T>::contains_key(round, &owner)
            && Self::came_in_time(&owner, record)
            && Self::check_seat(&owner, record, next).is_ok()
            && Self::check_stake(&owner, record.ticket, record.ticket).is_ok();
        if !may_enter {
            return None;
        }
        Some(Duty::Answer {
            round,
            prompt: Prompts::<T>::get(round)?.into_inner(),
            deadline,
            reward: record.terms.reward,
            ticket: record.ticket,
        })
    }

    fn duty_to_grade(
        round: RoundId,
        record: &RoundRecord<T::AccountId>,
        index: AgentIndex,
        member: &Member<T::AccountId>,
        deadline: u32,
    ) -> Option<Duty<u128>> {
        let candidates = Places::of(record)
            .assignment(record.seed)
            .given_to(index)?
            .into_iter()
            .map(|author| {
                let member = Members::<T>::get(round, author)?;
                let answer = Self::opened_answer(round, author, &member)?.into_inner();
                Some(Candidate { author, answer })
            })
            .collect::<Option<Vec<_>>>()?;
        Some(Duty::Grade {
            round,
            prompt: Prompts::<T>::get(round)?.into_inner(),
            own_answer: Self::opened_answer(round, index, member)?.into_inner(),
            candidates,
            deadline,
        })
    }
}
