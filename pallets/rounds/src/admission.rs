//! Whether an act is admitted: the checks that the pool and the block share. What passes them is a
//! [`Move`].
//!
//! [`Pallet::admit`] reads and never writes. It looks at the round as it stands at the block in
//! question, moved on or not, so that an act which a deadline admits is not refused because the
//! hook has not come by yet. The pool validates for the block after the one whose state it reads,
//! and `frame_system` tells that number.

use crate::{
    moves::Move,
    places::Places,
    types::{GradesStatus, Member, RoundRecord},
    Config, MemberByKey, MemberByOwner, NextRound, Pallet, Refusal, Rounds,
};
use frame_support::ensure;
use waggle_primitives::{
    act::ActKind,
    seal::SealContext,
    traits::{AgentRegistry, Domains, Ticketing},
    Act, AgentIndex, AgentKey, Hash32, Phase, RoundId, SealStep,
};

/// An act that passed, with what was read on the way.
pub(crate) struct Admitted<'a, T: Config> {
    /// The act's round.
    pub(crate) round: RoundId,
    /// The round as it stands in storage.
    pub(crate) record: RoundRecord<T::AccountId>,
    /// What the act does.
    pub(crate) action: Move<'a, T>,
    /// Last block in which the act is accepted.
    pub(crate) deadline: u32,
    /// What the act must be signed for.
    pub(crate) scope: Hash32,
}

/// The phase that an act belongs to.
fn phase_of(kind: ActKind) -> Phase {
    match kind {
        ActKind::CommitAnswer => Phase::Answering,
        ActKind::OpenAnswer => Phase::OpeningAnswers,
        ActKind::CommitGrades => Phase::Grading,
        ActKind::OpenGrades => Phase::OpeningGrades,
    }
}

impl<T: Config> Pallet<T> {
    /// Whether this act, apart from its signature, is admitted in block `now`.
    pub(crate) fn admit<'a>(
        agent: &AgentKey,
        act: &'a Act,
        now: u32,
    ) -> Result<Admitted<'a, T>, Refusal> {
        let round = act.round();
        let record = Rounds::<T>::get(round).ok_or_else(|| {
            if round < NextRound::<T>::get() {
                Refusal::NoSuchRound
            } else {
                Refusal::TooEarly
            }
        })?;
        let phase = Self::phase_at(&record, now);
        // Who it is comes first: a stranger learns that it is one, whatever the round is at.
        let member = || Self::member(agent, round, phase);
        let action = match act {
            Act::CommitAnswer { sealed, .. } => {
                let owner = Self::newcomer(agent, round, &record, now)?;
                ensure!(!sealed.ciphertext.is_empty(), Refusal::EmptyAnswer);
                Move::Enter { owner, agent: *agent, sealed }
            }
            Act::OpenAnswer { key, .. } => {
                let (index, member) = member()?;
                Move::OpenAnswer { index, member, key: *key }
            }
            Act::CommitGrades { sealed, .. } => {
                let (index, member) = member()?;
                Move::CommitGrades { index, member, sealed }
            }
            Act::OpenGrades { key, .. } => {
                let (index, member) = member()?;
                Move::OpenGrades { index, member, key: *key }
            }
        };
        let deadline = Self::deadline_of(&record, phase, phase_of(act.kind()), now)?;
        // Where the assignment is due but not drawn, nobody can have graded yet.
        let scope = Self::scope_of(round, &record, act.step()).ok_or(Refusal::TooEarly)?;
        Self::check_move(round, &record, &action, scope)?;
        Ok(Admitted { round, record, action, deadline, scope })
    }

    /// The owner of an agent that may enter the round if there is time, a seat and money.
    fn newcomer(
        agent: &AgentKey,
        round: RoundId,
        record: &RoundRecord<T::AccountId>,
        now: u32,
    ) -> Result<T::AccountId, Refusal> {
        let owner = T::AgentRegistry::owner_of(agent).ok_or(Refusal::UnknownAgent)?;
        ensure!(owner != record.client, Refusal::OwnRound);
        let has_entered = MemberByKey::<T>::contains_key(round, agent)
            || MemberByOwner::<T>::contains_key(round, &owner);
        ensure!(!has_entered, Refusal::AlreadyActed);
        ensure!(Self::came_in_time(&owner, record), Refusal::JoinedTooLate);
        Self::check_seat(&owner, record, now)?;
        Ok(owner)
    }

    /// Whether the agent of `owner` joined the round's domain before the block in which the round
    /// was submitted: otherwise whoever sees a round, in the pool even, could register as many
    /// agents as it takes to win it.
    pub(crate) fn came_in_time(owner: &T::AccountId, record: &RoundRecord<T::AccountId>) -> bool {
        T::Domains::member_since(record.domain, owner)
            .is_some_and(|since| since < record.blocks.submitted)
    }

    /// Whether `owner` can and may pay these tickets, of which the dearest costs `ticket`.
    pub(crate) fn check_stake(
        owner: &T::AccountId,
        ticket: u128,
        tickets: u128,
    ) -> Result<(), Refusal> {
        ensure!(T::Ticketing::can_buy_ticket(owner, tickets), Refusal::CannotPayTicket);
        if let Some(limits) = T::AgentRegistry::limits_of(owner) {
            let at_stake = T::Ticketing::at_stake(owner).saturating_add(tickets);
            ensure!(limits.allow(ticket, at_stake), Refusal::BeyondLimits);
        }
        Ok(())
    }

    /// The member that entered the round with this agent key, and its index.
    fn member(
        agent: &AgentKey,
        round: RoundId,
        phase: Option<(Phase, u32)>,
    ) -> Result<(AgentIndex, Member<T::AccountId>), Refusal> {
        Self::member_by_key(round, agent).ok_or_else(|| {
            match (T::AgentRegistry::owner_of(agent), phase) {
                (None, _) => Refusal::UnknownAgent,
                // It may still enter, or has done so in a block that this state is behind of.
                (Some(_), Some((Phase::Answering, _))) => Refusal::TooEarly,
                (Some(_), _) => Refusal::NotInRound,
            }
        })
    }

    /// The deadline of the phase that an act wants, if that is the phase at block `now`.
    fn deadline_of(
        record: &RoundRecord<T::AccountId>,
        phase: Option<(Phase, u32)>,
        wanted: Phase,
        now: u32,
    ) -> Result<u32, Refusal> {
        match phase {
            Some((phase, deadline)) if phase == wanted => Ok(deadline),
            _ if wanted == record.phase && now > record.deadline => Err(Refusal::DeadlinePassed),
            _ if wanted == Phase::Answering && record.committed >= record.terms.max_agents => {
                Err(Refusal::SwarmFull)
            }
            Some((phase, _)) if wanted > phase => Err(Refusal::TooEarly),
            _ => Err(Refusal::WrongPhase),
        }
    }

    /// What who moves must have done, and must not have done, before; and whether the move's
    /// content fits.
    fn check_move(
        round: RoundId,
        record: &RoundRecord<T::AccountId>,
        action: &Move<'_, T>,
        scope: Hash32,
    ) -> Result<(), Refusal> {
        let context = |member: &Member<T::AccountId>, step: SealStep| SealContext {
            scope,
            round,
            agent: member.key,
            step,
        };
        match action {
            Move::Enter { owner, .. } => {
                Self::check_stake(owner, record.ticket, record.ticket)?;
            }
            Move::OpenAnswer { member, key, .. } => {
                ensure!(member.answer_key.is_none(), Refusal::AlreadyActed);
                ensure!(
                    context(member, SealStep::Answer).opens(&member.answer_commitment, key),
                    Refusal::WrongKey
                );
            }
            Move::CommitGrades { member, sealed, .. } => {
                ensure!(member.answer_key.is_some(), Refusal::MissedStep);
                ensure!(member.grades == GradesStatus::Missing, Refusal::AlreadyActed);
                let expected = Places::of(record).grades_each().saturating_mul(2);
                ensure!(sealed.ciphertext.len() == expected, Refusal::WrongLength);
            }
            Move::OpenGrades { member, key, .. } => {
                let commitment = match &member.grades {
                    GradesStatus::Missing => return Err(Refusal::MissedStep),
                    GradesStatus::Opened | GradesStatus::Malformed => {
                        return Err(Refusal::AlreadyActed)
                    }
                    GradesStatus::Committed { commitment } => commitment,
                };
                ensure!(
                    context(member, SealStep::Grades).opens(commitment, key),
                    Refusal::WrongKey
                );
            }
        }
        Ok(())
    }
}
