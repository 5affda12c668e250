//! The four moves of an agent, as admission has understood them: each has what it needs to be made,
//! and nothing about it can turn out otherwise.

use crate::{
    places::Places,
    types::{GradesStatus, Member, RoundRecord},
    weights::WeightInfo,
    Config, Error, Event, MemberByKey, MemberByOwner, Members, OpenedGrades, Pallet, SealedAnswers,
    SealedGrades,
};
use frame_support::{pallet_prelude::*, traits::Defensive};
use waggle_primitives::{
    act::{SealedAnswer, SealedGrades as SealedGradesOf},
    seal,
    traits::{AgentRegistry, Domains, Ticketing},
    AgentIndex, AgentKey, Hash32, RoundId,
};

/// An admitted move, by whom it is made. What was sealed is the act's own.
pub(crate) enum Move<'a, T: Config> {
    /// An agent enters the round with a sealed answer.
    Enter {
        /// Its owner, who buys the ticket.
        owner: T::AccountId,
        /// The agent.
        agent: AgentKey,
        /// The answer.
        sealed: &'a SealedAnswer,
    },
    /// A member opens its answer.
    OpenAnswer {
        /// Its index.
        index: AgentIndex,
        /// Its entry.
        member: Member<T::AccountId>,
        /// The key of the sealed answer.
        key: Hash32,
    },
    /// A member commits sealed grades.
    CommitGrades {
        /// Its index.
        index: AgentIndex,
        /// Its entry.
        member: Member<T::AccountId>,
        /// The grades.
        sealed: &'a SealedGradesOf,
    },
    /// A member opens its grades.
    OpenGrades {
        /// Its index.
        index: AgentIndex,
        /// Its entry.
        member: Member<T::AccountId>,
        /// The key of the sealed grades.
        key: Hash32,
    },
}

impl<T: Config> Move<'_, T> {
    /// Make the move. `record` is the round's, in the move's phase; the caller writes it back.
    /// Returns what the move cost.
    pub(crate) fn make(
        self,
        round: RoundId,
        record: &mut RoundRecord<T::AccountId>,
    ) -> Result<Weight, DispatchError> {
        match self {
            Move::Enter { owner, agent, sealed } => {
                enter::<T>(round, record, owner, agent, sealed)?;
                Ok(T::WeightInfo::commit_answer(sealed.ciphertext.len() as u32))
            }
            Move::OpenAnswer { index, member, key } => {
                let answer_bytes = open_answer::<T>(round, record, index, member, key)?;
                Ok(T::WeightInfo::open_answer(answer_bytes))
            }
            Move::CommitGrades { index, member, sealed } => {
                commit_grades::<T>(round, record, index, member, sealed);
                Ok(T::WeightInfo::commit_grades())
            }
            Move::OpenGrades { index, member, key } => {
                open_grades::<T>(round, record, index, member, key)?;
                Ok(T::WeightInfo::open_grades())
            }
        }
    }
}

fn enter<T: Config>(
    round: RoundId,
    record: &mut RoundRecord<T::AccountId>,
    owner: T::AccountId,
    agent: AgentKey,
    sealed: &SealedAnswer,
) -> DispatchResult {
    // Before it is known to be there: that may put it on the roster.
    let is_entitled = Pallet::<T>::is_entitled(&owner, record);
    T::AgentRegistry::entered_round(&owner)?;
    T::Domains::came(record.domain, &owner);
    record.entitled = record.entitled.saturating_add(is_entitled.into());
    T::Ticketing::buy_ticket(round, &owner, record.ticket)?;
    let index = record.committed;
    record.committed = index.saturating_add(1);
    MemberByKey::<T>::insert(round, agent, index);
    MemberByOwner::<T>::insert(round, &owner, index);
    SealedAnswers::<T>::insert(round, index, &sealed.ciphertext);
    Members::<T>::insert(
        round,
        index,
        Member {
            owner: owner.clone(),
            key: agent,
            answer_commitment: sealed.commitment,
            answer_key: None,
            grades: GradesStatus::Missing,
        },
    );
    Pallet::<T>::deposit_event(Event::AnswerCommitted { round, index, owner, agent });
    Ok(())
}

/// Returns how many bytes of answer were read.
fn open_answer<T: Config>(
    round: RoundId,
    record: &mut RoundRecord<T::AccountId>,
    index: AgentIndex,
    mut member: Member<T::AccountId>,
    key: Hash32,
) -> Result<u32, DispatchError> {
    Places::add(record, index).ok_or(Error::<T>::AlreadyActed)?;
    member.answer_key = Some(key);
    let answer = Pallet::<T>::opened_answer(round, index, &member).defensive_unwrap_or_default();
    Pallet::<T>::remember_final_answer(round, index, &answer);
    Members::<T>::insert(round, index, member);
    Pallet::<T>::deposit_event(Event::AnswerOpened { round, index });
    Ok(answer.len() as u32)
}

fn commit_grades<T: Config>(
    round: RoundId,
    record: &mut RoundRecord<T::AccountId>,
    index: AgentIndex,
    mut member: Member<T::AccountId>,
    sealed: &SealedGradesOf,
) {
    record.grades_committed = record.grades_committed.saturating_add(1);
    member.grades = GradesStatus::Committed { commitment: sealed.commitment };
    SealedGrades::<T>::insert(round, index, &sealed.ciphertext);
    Members::<T>::insert(round, index, member);
    Pallet::<T>::deposit_event(Event::GradesCommitted { round, index });
}

fn open_grades<T: Config>(
    round: RoundId,
    record: &mut RoundRecord<T::AccountId>,
    index: AgentIndex,
    mut member: Member<T::AccountId>,
    key: Hash32,
) -> DispatchResult {
    let ciphertext = SealedGrades::<T>::take(round, index).ok_or(Error::<T>::MissedStep)?;
    let plaintext = seal::decrypt(&key, &ciphertext);
    let grades = seal::decode_grades(&plaintext, Places::of(record).grades_each())
        .and_then(|grades| BoundedVec::try_from(grades).ok());
    record.grades_opened = record.grades_opened.saturating_add(1);
    if let Some(grades) = grades {
        record.well_formed = record.well_formed.saturating_add(1);
        member.grades = GradesStatus::Opened;
        OpenedGrades::<T>::insert(round, index, grades);
        Pallet::<T>::deposit_event(Event::GradesOpened { round, index });
    } else {
        member.grades = GradesStatus::Malformed;
        Pallet::<T>::deposit_event(Event::GradesMalformed { round, index });
    }
    Members::<T>::insert(round, index, member);
    Ok(())
}
