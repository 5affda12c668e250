//! Whether an act is admitted: the checks that the pool and the block share.
//!
//! [`Pallet::admit`] reads and never writes. It looks at the round as it stands at the block in
//! question, moved on or not, so that an act which a deadline admits is not refused because the
//! hook has not come by yet. The pool validates for the block after the one whose state it reads,
//! and `frame_system` tells that number.

use crate::{
    types::{GradesStatus, Member, RoundRecord},
    weights::WeightInfo,
    Config, MemberByKey, MemberByOwner, Members, NextRound, Pallet, Refusal, Rounds,
};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use codec::Encode;
use frame_support::{ensure, traits::Get, weights::Weight};
use sp_runtime::transaction_validity::ValidTransaction;
use waggle_primitives::{
    act::ActKind,
    assignment,
    seal::SealContext,
    traits::{AgentRegistry, Ticketing},
    Act, AgentIndex, AgentKey, Hash32, Phase, RoundId, SignedAct, MAX_ANSWER_BYTES, MAX_SWARM,
};

/// What acts' tags in the pool begin with.
pub(crate) const TAG: &[u8] = b"waggle";

/// Priority in the pool of a batch of members' acts. Above all tips, because a round waits for its
/// last act and there are few: three for each ticket that somebody has at stake, of at most 250
/// bytes.
pub(crate) const BATCH_PRIORITY: u64 = 1 << 60;

/// Priority in the pool of entering a round: the ticket, in the smallest unit. Entering is free for
/// whoever can pay a ticket, in any number of rounds and with the longest bodies of all acts, so it
/// must neither push out who pays nor stand in the way of rounds in which more is at stake. A
/// transaction's priority is its tip times how often it fits into a block: where that is 200, a tip
/// of a two-hundredth of the ticket goes first.
pub(crate) fn entry_priority(ticket: u128) -> u64 {
    u64::try_from(ticket).unwrap_or(u64::MAX).min(BATCH_PRIORITY / 2)
}

/// Priority of an act of its own in a round with this ticket: above batches, so that a batch of
/// somebody else's making, which falls with any of its acts, cannot keep an agent's own transaction
/// out of the pool. Later steps go first: they free the swarm.
pub(crate) fn act_priority(kind: ActKind, ticket: u128) -> u64 {
    match kind {
        ActKind::CommitAnswer => entry_priority(ticket).saturating_add(1),
        ActKind::OpenAnswer => BATCH_PRIORITY.saturating_add(2),
        ActKind::CommitGrades => BATCH_PRIORITY.saturating_add(3),
        ActKind::OpenGrades => BATCH_PRIORITY.saturating_add(4),
    }
}

/// The phase that an act belongs to.
pub(crate) fn phase_of(kind: ActKind) -> Phase {
    match kind {
        ActKind::CommitAnswer => Phase::Answering,
        ActKind::OpenAnswer => Phase::OpeningAnswers,
        ActKind::CommitGrades => Phase::Grading,
        ActKind::OpenGrades => Phase::OpeningGrades,
    }
}

/// An act that passed, with what was read on the way.
pub(crate) struct Admission<AccountId> {
    /// The round as it stands in storage.
    pub record: RoundRecord<AccountId>,
    /// Who acts.
    pub actor: Actor<AccountId>,
    /// Last block in which the act is accepted.
    pub deadline: u32,
    /// What the act must be signed for.
    pub scope: Hash32,
}

/// Who makes an admitted move.
pub(crate) enum Actor<AccountId> {
    /// An agent that enters the round.
    Newcomer {
        /// Its owner.
        owner: AccountId,
    },
    /// A member of the round.
    Member {
        /// Its index.
        index: AgentIndex,
        /// Its entry.
        member: Member<AccountId>,
    },
}

/// What the newcomers of a batch take together. Each of them could enter alone; without this check
/// a batch could carry many for one free seat, or one owner into many rounds with the money for a
/// single ticket, and all but one would fill the block without effect and without a fee.
struct Entries<AccountId> {
    /// Members that each round would have.
    members: BTreeMap<RoundId, u32>,
    /// The tickets of each owner, added up.
    tickets: BTreeMap<AccountId, u128>,
    /// The cheapest ticket; none if nobody enters a round.
    cheapest: Option<u128>,
}

impl<AccountId> Default for Entries<AccountId> {
    fn default() -> Self {
        Self { members: BTreeMap::new(), tickets: BTreeMap::new(), cheapest: None }
    }
}

impl<AccountId: Clone + Ord> Entries<AccountId> {
    /// `owner` enters `round` too. Refused if a seat or the money is missing.
    fn add<T: Config<AccountId = AccountId>>(
        &mut self,
        round: RoundId,
        record: &RoundRecord<AccountId>,
        owner: AccountId,
    ) -> Result<(), Refusal> {
        let members = self.members.entry(round).or_insert(record.committed);
        *members = members.saturating_add(1);
        ensure!(*members <= record.terms.max_agents, Refusal::SwarmFull);
        let tickets = self.tickets.entry(owner.clone()).or_insert(0);
        *tickets = tickets.saturating_add(record.ticket);
        ensure!(T::Ticketing::can_buy_ticket(&owner, *tickets), Refusal::CannotPayTicket);
        self.cheapest =
            Some(self.cheapest.map_or(record.ticket, |ticket| ticket.min(record.ticket)));
        Ok(())
    }
}

impl<T: Config> Pallet<T> {
    /// Whether this act, apart from its signature, is admitted in block `now`.
    pub(crate) fn admit(
        agent: &AgentKey,
        act: &Act,
        now: u32,
    ) -> Result<Admission<T::AccountId>, Refusal> {
        let round = act.round();
        let Some(record) = Rounds::<T>::get(round) else {
            return Err(if round < NextRound::<T>::get() {
                Refusal::NoSuchRound
            } else {
                Refusal::TooEarly
            });
        };
        let phase = Self::phase_at(&record, now);
        // Who it is comes first: a stranger learns that it is one, whatever the round is at.
        let actor = match act {
            Act::CommitAnswer { sealed, .. } => {
                let owner = T::AgentRegistry::owner_of(agent).ok_or(Refusal::UnknownAgent)?;
                ensure!(owner != record.client, Refusal::OwnRound);
                let has_entered = MemberByKey::<T>::contains_key(round, agent)
                    || MemberByOwner::<T>::contains_key(round, &owner);
                ensure!(!has_entered, Refusal::AlreadyActed);
                ensure!(!sealed.ciphertext.is_empty(), Refusal::EmptyAnswer);
                Actor::Newcomer { owner }
            }
            _ => {
                let index = MemberByKey::<T>::get(round, agent);
                let member = index.and_then(|index| {
                    Members::<T>::get(round, index).map(|member| (index, member))
                });
                let Some((index, member)) = member else {
                    return Err(match (T::AgentRegistry::owner_of(agent), phase) {
                        (None, _) => Refusal::UnknownAgent,
                        // It may still enter, or has done so in a block that this state is behind
                        // of.
                        (Some(_), Some((Phase::Answering, _))) => Refusal::TooEarly,
                        (Some(_), _) => Refusal::NotInRound,
                    });
                };
                Actor::Member { index, member }
            }
        };
        let deadline = Self::deadline_of(&record, phase, act, now)?;
        // Where the assignment is due but not drawn, nobody can have graded yet.
        let scope = Self::scope_of(round, &record, act.step()).ok_or(Refusal::TooEarly)?;
        match (&actor, act) {
            (Actor::Newcomer { owner }, _) => {
                ensure!(
                    T::Ticketing::can_buy_ticket(owner, record.ticket),
                    Refusal::CannotPayTicket
                );
            }
            (Actor::Member { member, .. }, act) => Self::admit_member(&record, member, act, scope)?,
        }
        Ok(Admission { record, actor, deadline, scope })
    }

    /// The deadline of the act's phase, if that is the phase at block `now`.
    fn deadline_of(
        record: &RoundRecord<T::AccountId>,
        phase: Option<(Phase, u32)>,
        act: &Act,
        now: u32,
    ) -> Result<u32, Refusal> {
        let wanted = phase_of(act.kind());
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

    /// What a member must have done, and must not have done, before this act; and whether its
    /// content fits.
    fn admit_member(
        record: &RoundRecord<T::AccountId>,
        member: &Member<T::AccountId>,
        act: &Act,
        scope: Hash32,
    ) -> Result<(), Refusal> {
        let context =
            SealContext { scope, round: act.round(), agent: member.key, step: act.step() };
        match act {
            Act::CommitAnswer { .. } => Err(Refusal::AlreadyActed),
            Act::OpenAnswer { key, .. } => {
                ensure!(member.answer_key.is_none(), Refusal::AlreadyActed);
                ensure!(context.opens(&member.answer_commitment, key), Refusal::WrongKey);
                Ok(())
            }
            Act::CommitGrades { sealed, .. } => {
                ensure!(member.answer_key.is_some(), Refusal::MissedStep);
                ensure!(member.grades == GradesStatus::Missing, Refusal::AlreadyActed);
                let expected = assignment::grades_per_agent(record.opened.len()).saturating_mul(2);
                ensure!(sealed.ciphertext.len() == expected, Refusal::WrongLength);
                Ok(())
            }
            Act::OpenGrades { key, .. } => {
                let commitment = match &member.grades {
                    GradesStatus::Missing => return Err(Refusal::MissedStep),
                    GradesStatus::Opened | GradesStatus::Malformed => {
                        return Err(Refusal::AlreadyActed)
                    }
                    GradesStatus::Committed { commitment } => commitment,
                };
                ensure!(context.opens(commitment, key), Refusal::WrongKey);
                Ok(())
            }
        }
    }

    /// Whether a signed act is admitted in this block, and how the pool is to treat it. The
    /// signature comes last: everything else costs less.
    pub(crate) fn check_act(signed: &SignedAct) -> Result<ValidTransaction, Refusal> {
        let now = Self::current_block();
        let admission = Self::admit(&signed.agent, &signed.act, now)?;
        ensure!(signed.verify(&admission.scope), Refusal::BadSignature);
        Ok(ValidTransaction {
            priority: act_priority(signed.act.kind(), admission.record.ticket),
            requires: Vec::new(),
            provides: alloc::vec![Self::tag(signed)],
            longevity: Self::blocks_left(&admission, now),
            propagate: true,
        })
    }

    /// Whether all acts of a batch are admitted in this block, no two are the same move, and all
    /// can happen one after the other.
    pub(crate) fn check_batch(acts: &[SignedAct]) -> Result<ValidTransaction, Refusal> {
        ensure!(!acts.is_empty(), Refusal::EmptyBatch);
        let tags: BTreeSet<Vec<u8>> = acts.iter().map(Self::tag).collect();
        ensure!(tags.len() == acts.len(), Refusal::RepeatedAct);
        let now = Self::current_block();
        let mut longevity = u64::MAX;
        let mut entries = Entries::default();
        let mut scopes = Vec::with_capacity(acts.len());
        for signed in acts {
            let admission = Self::admit(&signed.agent, &signed.act, now)?;
            longevity = longevity.min(Self::blocks_left(&admission, now));
            scopes.push(admission.scope);
            if let Actor::Newcomer { owner } = admission.actor {
                entries.add::<T>(signed.act.round(), &admission.record, owner)?;
            }
        }
        // Signatures cost most, so they come last.
        let are_signed = acts.iter().zip(&scopes).all(|(signed, scope)| signed.verify(scope));
        ensure!(are_signed, Refusal::BadSignature);
        Ok(ValidTransaction {
            priority: entries.cheapest.map_or(BATCH_PRIORITY, entry_priority),
            requires: Vec::new(),
            provides: tags.into_iter().collect(),
            longevity,
            propagate: true,
        })
    }

    /// Blocks for which an act stays admissible, block `now` included.
    fn blocks_left(admission: &Admission<T::AccountId>, now: u32) -> u64 {
        u64::from(admission.deadline.saturating_sub(now)).saturating_add(1)
    }

    /// What is unique to a move: the pool keeps one transaction for each.
    pub(crate) fn tag(signed: &SignedAct) -> Vec<u8> {
        (TAG, signed.agent, signed.act.round(), signed.act.kind()).encode()
    }

    /// What checking an act costs: as measured, and [`crate::BoundFrom`], which is read since.
    pub(crate) fn weight_of_authorisation(act: &Act) -> Weight {
        T::WeightInfo::authorize_act(sealed_bytes(act)).saturating_add(T::DbWeight::get().reads(1))
    }

    /// What checking a batch costs.
    pub(crate) fn weight_of_batch_authorisation(acts: &[SignedAct]) -> Weight {
        acts.iter().fold(Weight::zero(), |weight, signed| {
            weight.saturating_add(Self::weight_of_authorisation(&signed.act))
        })
    }

    /// What an act costs by itself, whether or not it ends a phase.
    pub(crate) fn weight_of_act(act: &Act) -> Weight {
        match act.kind() {
            ActKind::CommitAnswer => T::WeightInfo::commit_answer(sealed_bytes(act)),
            ActKind::OpenAnswer => T::WeightInfo::open_answer(),
            ActKind::CommitGrades => T::WeightInfo::commit_grades(),
            ActKind::OpenGrades => T::WeightInfo::open_grades(),
        }
    }

    /// What an act costs at most: it may find its round due, and it may be the last one of its
    /// phase.
    pub(crate) fn worst_case_weight(act: &Act) -> Weight {
        Self::weight_of_any_act(act).saturating_add(Self::weight_of_rare_work(act.kind()))
    }

    /// What a batch costs at most. A round's seed is drawn once, and it ends once, however many
    /// acts it gets.
    pub(crate) fn worst_case_weight_of_batch(acts: &[SignedAct]) -> Weight {
        let mut rare = BTreeSet::new();
        acts.iter().fold(Weight::zero(), |weight, SignedAct { act, .. }| {
            let is_first = rare.insert((act.round(), act.kind() == ActKind::OpenGrades));
            let rare =
                if is_first { Self::weight_of_rare_work(act.kind()) } else { Weight::zero() };
            weight.saturating_add(Self::weight_of_any_act(act)).saturating_add(rare)
        })
    }

    /// The act, and a plain change of phase before and after it.
    fn weight_of_any_act(act: &Act) -> Weight {
        Self::weight_of_act(act).saturating_add(T::WeightInfo::change_phase(0).saturating_mul(2))
    }

    /// What grows with the swarm and happens once in a round: drawing the seed, by the last opening
    /// of an answer; ending the round, by the last opening of grades. An act never ends a round
    /// that is due to end: it is refused instead. Nor do grades draw the seed of a round that
    /// is due to be assigned: they could not be signed before.
    fn weight_of_rare_work(kind: ActKind) -> Weight {
        match kind {
            ActKind::CommitAnswer | ActKind::CommitGrades => Weight::zero(),
            ActKind::OpenAnswer => T::WeightInfo::change_phase(MAX_SWARM),
            ActKind::OpenGrades => T::WeightInfo::end_round(MAX_SWARM, MAX_ANSWER_BYTES),
        }
    }
}

/// Bytes of ciphertext in an act.
fn sealed_bytes(act: &Act) -> u32 {
    match act {
        Act::CommitAnswer { sealed, .. } => sealed.ciphertext.len() as u32,
        Act::CommitGrades { sealed, .. } => sealed.ciphertext.len() as u32,
        Act::OpenAnswer { .. } | Act::OpenGrades { .. } => 0,
    }
}
