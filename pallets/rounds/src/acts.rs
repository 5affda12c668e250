//! What acts do: the four moves of an agent, alone or in a batch.

use crate::{
    authorisation::{Actor, Admission},
    types::{GradesStatus, Member, RoundRecord},
    Config, Error, Event, MemberByKey, MemberByOwner, Members, OpenedGrades, Pallet, Rounds,
    SealedAnswers, SealedGrades,
};
use frame_support::{ensure, pallet_prelude::*, storage::with_storage_layer};
use waggle_primitives::{
    act::{SealedAnswer, SealedGrades as SealedGradesOf},
    assignment, seal,
    traits::{AgentRegistry, Ticketing},
    Act, AgentIndex, AgentKey, Hash32, RoundId, SignedAct,
};

impl<T: Config> Pallet<T> {
    /// See [`Pallet::act`]. Returns what was spent.
    pub(crate) fn do_act(signed: &SignedAct) -> Result<Weight, DispatchError> {
        let now = Self::current_block();
        let Admission { mut record, actor, .. } =
            Self::admit(&signed.agent, &signed.act, now).map_err(Error::<T>::from)?;
        let round = signed.act.round();
        let mut spent = Self::weight_of_act(&signed.act);
        if now > record.deadline {
            // Due, but the hook has not come by: the act moves the round on itself.
            spent = spent.saturating_add(Self::finish_phase(round, record, now));
            record = Rounds::<T>::get(round).ok_or(Error::<T>::NoSuchRound)?;
        }
        match (&signed.act, actor) {
            (Act::CommitAnswer { sealed, .. }, Actor::Newcomer { owner }) => {
                Self::enter(round, &mut record, owner, signed.agent, sealed)?
            }
            (Act::OpenAnswer { key, .. }, Actor::Member { index, member }) => {
                Self::open_answer(round, &mut record, index, member, *key)?
            }
            (Act::CommitGrades { sealed, .. }, Actor::Member { index, member }) => {
                Self::commit_grades(round, &mut record, index, member, sealed)
            }
            (Act::OpenGrades { key, .. }, Actor::Member { index, member }) => {
                Self::open_grades(round, &mut record, index, member, key)?
            }
            (Act::CommitAnswer { .. }, Actor::Member { .. }) => {
                return Err(Error::<T>::AlreadyActed.into())
            }
            (_, Actor::Newcomer { .. }) => return Err(Error::<T>::NotInRound.into()),
        }
        if Self::is_complete(&record) {
            spent = spent.saturating_add(Self::finish_phase(round, record, now));
        } else {
            Rounds::<T>::insert(round, record);
        }
        Ok(spent)
    }

    /// See [`Pallet::act_batch`]. Returns what was spent.
    pub(crate) fn do_act_batch(acts: &[SignedAct]) -> Result<Weight, DispatchError> {
        ensure!(!acts.is_empty(), Error::<T>::EmptyBatch);
        let mut spent = Weight::zero();
        for signed in acts {
            match with_storage_layer(|| Self::do_act(signed)) {
                Ok(weight) => spent = spent.saturating_add(weight),
                Err(error) => {
                    spent = spent.saturating_add(Self::weight_of_act(&signed.act));
                    Self::deposit_event(Event::ActRefused {
                        agent: signed.agent,
                        round: signed.act.round(),
                        kind: signed.act.kind(),
                        error,
                    });
                }
            }
        }
        Ok(spent)
    }

    fn enter(
        round: RoundId,
        record: &mut RoundRecord<T::AccountId>,
        owner: T::AccountId,
        agent: AgentKey,
        sealed: &SealedAnswer,
    ) -> DispatchResult {
        T::AgentRegistry::entered_round(&owner)?;
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
        Self::deposit_event(Event::AnswerCommitted { round, index, owner, agent });
        Ok(())
    }

    fn open_answer(
        round: RoundId,
        record: &mut RoundRecord<T::AccountId>,
        index: AgentIndex,
        mut member: Member<T::AccountId>,
        key: Hash32,
    ) -> DispatchResult {
        // Kept ascending: places follow the order of commits, whoever opens first.
        let place = record.opened.binary_search(&index).err().ok_or(Error::<T>::AlreadyActed)?;
        record.opened.try_insert(place, index).map_err(|_| Error::<T>::SwarmFull)?;
        member.answer_key = Some(key);
        Members::<T>::insert(round, index, member);
        Self::deposit_event(Event::AnswerOpened { round, index });
        Ok(())
    }

    fn commit_grades(
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
        Self::deposit_event(Event::GradesCommitted { round, index });
    }

    fn open_grades(
        round: RoundId,
        record: &mut RoundRecord<T::AccountId>,
        index: AgentIndex,
        mut member: Member<T::AccountId>,
        key: &Hash32,
    ) -> DispatchResult {
        let ciphertext = SealedGrades::<T>::take(round, index).ok_or(Error::<T>::MissedStep)?;
        let expected = assignment::grades_per_agent(record.opened.len());
        let grades = seal::decode_grades(&seal::decrypt(key, &ciphertext), expected)
            .and_then(|grades| BoundedVec::try_from(grades).ok());
        record.grades_opened = record.grades_opened.saturating_add(1);
        if let Some(grades) = grades {
            record.well_formed = record.well_formed.saturating_add(1);
            member.grades = GradesStatus::Opened;
            OpenedGrades::<T>::insert(round, index, grades);
            Self::deposit_event(Event::GradesOpened { round, index });
        } else {
            member.grades = GradesStatus::Malformed;
            Self::deposit_event(Event::GradesMalformed { round, index });
        }
        Members::<T>::insert(round, index, member);
        Ok(())
    }
}
