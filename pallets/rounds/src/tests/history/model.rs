//! What the chain should be: a second, simple account of the protocol that a history compares the
//! chain with.
//!
//! It knows accounts' money from the chain, and everything else by itself: who is an agent, where
//! each round stands, which act is refused and why, and with which events a step goes. Arithmetic
//! is that of `waggle_primitives`, which has tests of its own. How rounds end is in
//! [`super::endings`].

use super::{candidates::Candidacies, examinations::Truths};
use crate::{
    mock::*,
    types::{GradesStatus, Member, RoundResult},
    Event, Refusal,
};
use codec::Encode;
use pallet_waggle_agents::{AgentRecord, AgentStatus, Enrolment};
use sp_io::hashing::blake2_256;
use std::collections::{BTreeMap, BTreeSet};
use waggle_primitives::{
    act::{ActKind, SealedAnswer, SealedGrades},
    assignment,
    rule::Known,
    seal::{self, SealContext},
    view::{AgentPast, RoundBlocks},
    Act, AgentIndex, AgentKey, CancelReason, Grade, Hash32, Phase, RoundId, RoundTerms, SealStep,
    SignedAct,
};

/// The phases' lengths in this mock, in blocks.
pub(crate) const OPENING: u32 = 3;
/// See [`OPENING`].
pub(crate) const GRADING: u32 = 4;
/// See [`OPENING`].
pub(crate) const OPENING_GRADES: u32 = 3;
/// Blocks from retirement to the bond.
pub(crate) const UNBONDING: u32 = 5;

/// The chain as it should be after what has happened so far.
#[derive(Clone)]
pub(crate) struct Model {
    /// The current block.
    pub(crate) now: u32,
    /// What the seed of a round is drawn from whose answers are all there in this block.
    pub(crate) source: Hash32,
    /// Id of the next round.
    pub(crate) next_round: RoundId,
    /// The running rounds.
    pub(crate) rounds: BTreeMap<RoundId, Round>,
    /// The results that have not been pruned.
    pub(crate) results: BTreeMap<RoundId, RoundResult<AccountId>>,
    /// The domains of the rounds with these results, but for the general one.
    pub(crate) asked_in: BTreeMap<RoundId, DomainId>,
    /// Which answers of the rounds with these results were equal, where there were any.
    pub(crate) candidacies: BTreeMap<RoundId, Candidacies>,
    /// The registered agents, by owner.
    pub(crate) agents: BTreeMap<AccountId, AgentRecord<u32>>,
    /// The keys that they had before, and the blocks in which their owners answer for them no more.
    pub(crate) formers: BTreeMap<AccountId, (AgentKey, u32)>,
    /// The keys that have sealed doubly.
    pub(crate) barred: BTreeSet<AgentKey>,
    /// Since when they are there, and how much they may put at stake.
    pub(crate) enrolments: BTreeMap<AccountId, Enrolment<u32>>,
    /// Since when agents are members of domains, by domain and owner.
    pub(crate) memberships: BTreeMap<(DomainId, AccountId), u32>,
    /// What is known of agents, by domain and owner; of newcomers nothing.
    pub(crate) known: BTreeMap<(DomainId, AccountId), Known>,
    /// What answers had to score in ended rounds, where their clients asked for something.
    pub(crate) min_scores: BTreeMap<RoundId, Grade>,
    /// What agents' rounds brought them, by owner.
    pub(crate) pasts: BTreeMap<AccountId, AgentPast<u128>>,
    /// What may be examined, and what is known of it.
    pub(crate) truths: Truths,
    /// The total issuance.
    pub(crate) issuance: u128,
    /// Blocks so far in which the hook could not do all that was due.
    pub(crate) tight_blocks: u32,
}

/// A running round.
#[derive(Clone)]
pub(crate) struct Round {
    pub(crate) client: AccountId,
    pub(crate) domain: DomainId,
    pub(crate) terms: RoundTerms<u128>,
    pub(crate) ticket: u128,
    pub(crate) prompt: Vec<u8>,
    pub(crate) phase: Phase,
    pub(crate) deadline: u32,
    pub(crate) blocks: RoundBlocks,
    pub(crate) players: Vec<Player>,
    pub(crate) randomness: Option<Hash32>,
    pub(crate) seed: Option<Hash32>,
    /// How many agents were on the roster of its domain when it was submitted.
    pub(crate) members: u32,
    /// [`Model::tight_blocks`] when it was submitted.
    pub(crate) tight_blocks: u32,
}

/// An agent in a running round.
#[derive(Clone)]
pub(crate) struct Player {
    pub(crate) owner: AccountId,
    pub(crate) key: AgentKey,
    pub(crate) sealed: SealedAnswer,
    pub(crate) answer_key: Option<Hash32>,
    pub(crate) grading: Grading,
}

/// How far a player's grades are.
#[derive(Clone, PartialEq)]
pub(crate) enum Grading {
    None,
    Sealed(SealedGrades),
    Opened(Vec<Grade>),
    Malformed,
}

/// What follows a phase.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Next {
    Phase(Phase, u32),
    Settlement,
    Cancellation(CancelReason),
}

/// What a step changes that can be told from outside.
#[derive(Default)]
pub(crate) struct Effects {
    /// The rounds pallet's events, in order.
    pub(crate) events: Vec<Event<Test>>,
    /// What accounts gain and lose, money on hold included.
    pub(crate) gains: BTreeMap<AccountId, i128>,
    /// Owners who answered in vain, and are consoled if the treasury can.
    pub(crate) in_vain: Vec<AccountId>,
}

impl Effects {
    /// Add what another step changes after this one.
    pub(crate) fn extend(&mut self, other: Effects) {
        self.events.extend(other.events);
        self.in_vain.extend(other.in_vain);
        for (account, gain) in other.gains {
            *self.gains.entry(account).or_default() += gain;
        }
    }

    /// `account` gains `amount`.
    pub(crate) fn gain(&mut self, account: AccountId, amount: i128) {
        *self.gains.entry(account).or_default() += amount;
    }
}

impl Round {
    /// The indices of those that opened their answers.
    pub(crate) fn opened(&self) -> Vec<AgentIndex> {
        (0..)
            .zip(&self.players)
            .filter(|(_, player)| player.answer_key.is_some())
            .map(|(index, _)| index)
            .collect()
    }

    fn graders(&self, is_counted: impl Fn(&Grading) -> bool) -> u32 {
        self.players.iter().filter(|player| is_counted(&player.grading)).count() as u32
    }

    /// Those that committed grades.
    pub(crate) fn grades_committed(&self) -> u32 {
        self.graders(|grading| *grading != Grading::None)
    }

    /// Those that opened grades of whatever form.
    pub(crate) fn grades_opened(&self) -> u32 {
        self.graders(|grading| matches!(grading, Grading::Opened(_) | Grading::Malformed))
    }

    /// Those that opened well-formed grades.
    pub(crate) fn well_formed(&self) -> u32 {
        self.graders(|grading| matches!(grading, Grading::Opened(_)))
    }

    /// Whether nobody is missing in this phase.
    fn is_complete(&self) -> bool {
        match self.phase {
            Phase::Answering => self.players.len() as u32 == self.terms.max_agents,
            Phase::OpeningAnswers => self.opened().len() == self.players.len(),
            Phase::Grading => self.grades_committed() == self.opened().len() as u32,
            Phase::OpeningGrades => self.grades_opened() == self.grades_committed(),
        }
    }

    /// Whether an agent has committed an answer.
    pub(crate) fn is_answered(&self) -> bool {
        !self.players.is_empty()
    }

    /// Whether only the hook is missing.
    pub(crate) fn awaits_settlement(&self) -> bool {
        self.phase == Phase::OpeningGrades && self.is_complete()
    }

    /// What follows if the phase ends now.
    pub(crate) fn next(&self) -> Next {
        let enough = |agents: usize| agents as u32 >= self.terms.min_agents;
        match self.phase {
            Phase::Answering if enough(self.players.len()) => {
                Next::Phase(Phase::OpeningAnswers, OPENING)
            }
            Phase::Answering => Next::Cancellation(CancelReason::TooFewCommitted),
            Phase::OpeningAnswers => match self.opened().len() {
                0 => Next::Cancellation(CancelReason::TooFewOpened),
                1 => Next::Settlement,
                _ => Next::Phase(Phase::Grading, GRADING),
            },
            Phase::Grading if self.grades_committed() > 0 => {
                Next::Phase(Phase::OpeningGrades, OPENING_GRADES)
            }
            Phase::Grading | Phase::OpeningGrades => Next::Settlement,
        }
    }

    /// The phase whose acts block `now` takes and its deadline; `None` if the round only waits to
    /// be ended.
    pub(crate) fn standing(&self, now: u32) -> Option<(Phase, u32)> {
        if now <= self.deadline {
            return Some((self.phase, self.deadline));
        }
        match self.next() {
            Next::Phase(phase, blocks) => Some((phase, now + blocks)),
            _ => None,
        }
    }

    /// The last block in which the round can end if the hook works in all blocks but `tight` ones.
    pub(crate) fn latest_end(&self, tight: u32) -> u32 {
        let phases = self.terms.answering_blocks + OPENING + GRADING + OPENING_GRADES;
        self.blocks.submitted + phases + 4 + (tight - self.tight_blocks)
    }
}

impl Player {
    /// The entry that the chain should have.
    pub(crate) fn member(&self) -> Member<AccountId> {
        Member {
            owner: self.owner,
            key: self.key,
            answer_commitment: self.sealed.commitment,
            answer_key: self.answer_key,
            grades: match &self.grading {
                Grading::None => GradesStatus::Missing,
                Grading::Sealed(sealed) => {
                    GradesStatus::Committed { commitment: sealed.commitment }
                }
                Grading::Opened(_) => GradesStatus::Opened,
                Grading::Malformed => GradesStatus::Malformed,
            },
        }
    }
}

/// What `who` can spend and still exist, as far as the chain knows of its money.
pub(crate) fn spendable(who: AccountId) -> u128 {
    let account = System::account(who).data;
    let untouchable = account.frozen.saturating_sub(account.reserved).max(EXISTENTIAL_DEPOSIT);
    account.free.saturating_sub(untouchable)
}

fn phase_of(kind: ActKind) -> Phase {
    match kind {
        ActKind::CommitAnswer => Phase::Answering,
        ActKind::OpenAnswer => Phase::OpeningAnswers,
        ActKind::CommitGrades => Phase::Grading,
        ActKind::OpenGrades => Phase::OpeningGrades,
    }
}

/// What acts and seals of this step cover in a round, in addition to its number.
fn scope_of(round: &Round, step: SealStep) -> Hash32 {
    let prompt_hash = blake2_256(&round.prompt);
    let seed = round.seed.filter(|_| step == SealStep::Grades);
    let genesis = Rounds::genesis_hash();
    let RoundTerms { reward, answering_blocks, min_agents, max_agents, min_score } = round.terms;
    let terms = (reward, answering_blocks, min_agents, max_agents);
    let mut scope = (b"waggle/scope", genesis, round.client, terms, prompt_hash, seed).encode();
    let domain = (round.domain != GENERAL).then(|| round.domain.encode());
    let min_score = (min_score != Grade::MIN).then(|| min_score.encode());
    scope.extend([domain, min_score].into_iter().flatten().flatten());
    blake2_256(&scope)
}

impl Model {
    /// The owner of the active agent with this key.
    pub(crate) fn owner_of(&self, key: &AgentKey) -> Option<AccountId> {
        let is_it = |agent: &AgentRecord<u32>| agent.key == *key && agent.is_active();
        self.agents.iter().find(|(_, agent)| is_it(agent)).map(|(owner, _)| *owner)
    }

    /// Whether an owner answers for this key: its agent, retired or not, has it, or had it lately.
    pub(crate) fn is_taken(&self, key: &AgentKey) -> bool {
        self.agents.values().any(|agent| agent.key == *key)
            || self.formers.values().any(|(former, until)| former == key && self.now < *until)
    }

    /// The status of the agent that `owner` has.
    pub(crate) fn status_of(&self, owner: AccountId) -> Option<AgentStatus<u32>> {
        self.agents.get(&owner).map(|agent| agent.status)
    }

    /// Why the act, whatever its signature, is refused in block `now`.
    pub(crate) fn refusal(&self, agent: &AgentKey, act: &Act, now: u32) -> Option<Refusal> {
        self.admit(agent, act, now).err()
    }

    fn admit(&self, agent: &AgentKey, act: &Act, now: u32) -> Result<(), Refusal> {
        let id = act.round();
        let missing = if id < self.next_round { Refusal::NoSuchRound } else { Refusal::TooEarly };
        let round = self.rounds.get(&id).ok_or(missing)?;
        if let Act::CommitAnswer { sealed, .. } = act {
            let owner = self.owner_of(agent).ok_or(Refusal::UnknownAgent)?;
            let is_in =
                round.players.iter().any(|player| player.owner == owner || player.key == *agent);
            refuse_if(owner == round.client, Refusal::OwnRound)?;
            refuse_if(is_in, Refusal::AlreadyActed)?;
            refuse_if(!self.came_in_time(owner, round), Refusal::JoinedTooLate)?;
            refuse_if(sealed.ciphertext.is_empty(), Refusal::EmptyAnswer)?;
            self.in_time(round, act, now)?;
            return self.check_stake(owner, round.ticket, round.ticket);
        }
        let Some(player) = round.players.iter().find(|player| player.key == *agent) else {
            refuse_if(self.owner_of(agent).is_none(), Refusal::UnknownAgent)?;
            let may_enter = round.standing(now).is_some_and(|(phase, _)| phase == Phase::Answering);
            return Err(if may_enter { Refusal::TooEarly } else { Refusal::NotInRound });
        };
        self.in_time(round, act, now)?;
        // The assignment is due, but nobody has drawn it.
        let is_unassigned =
            round.phase == Phase::OpeningAnswers && phase_of(act.kind()) > Phase::OpeningAnswers;
        refuse_if(is_unassigned, Refusal::TooEarly)?;
        let opens = |step, commitment: &Hash32, key: &Hash32| {
            SealContext { scope: scope_of(round, step), round: id, agent: *agent, step }
                .opens(commitment, key)
        };
        match act {
            Act::CommitAnswer { .. } => unreachable!("seen to above"),
            Act::OpenAnswer { key, .. } => {
                refuse_if(player.answer_key.is_some(), Refusal::AlreadyActed)?;
                refuse_if(
                    !opens(SealStep::Answer, &player.sealed.commitment, key),
                    Refusal::WrongKey,
                )
            }
            Act::CommitGrades { sealed, .. } => {
                refuse_if(player.answer_key.is_none(), Refusal::MissedStep)?;
                refuse_if(player.grading != Grading::None, Refusal::AlreadyActed)?;
                let bytes = 2 * assignment::grades_per_agent(round.opened().len());
                refuse_if(sealed.ciphertext.len() != bytes, Refusal::WrongLength)
            }
            Act::OpenGrades { key, .. } => match &player.grading {
                Grading::None => Err(Refusal::MissedStep),
                Grading::Sealed(sealed) => {
                    refuse_if(!opens(SealStep::Grades, &sealed.commitment, key), Refusal::WrongKey)
                }
                Grading::Opened(_) | Grading::Malformed => Err(Refusal::AlreadyActed),
            },
        }
    }

    /// Whether the owner can and may pay all these tickets, of which the last costs `ticket`.
    pub(crate) fn check_stake(
        &self,
        owner: AccountId,
        ticket: u128,
        all: u128,
    ) -> Result<(), Refusal> {
        refuse_if(spendable(owner) < all, Refusal::CannotPayTicket)?;
        let limits = self.enrolments.get(&owner).and_then(|enrolment| enrolment.limits);
        let Some(limits) = limits else { return Ok(()) };
        let is_in = |round: &&Round| round.players.iter().any(|player| player.owner == owner);
        let at_stake: u128 = self.rounds.values().filter(is_in).map(|round| round.ticket).sum();
        let is_allowed = ticket <= limits.ticket && at_stake + all <= limits.at_stake;
        refuse_if(!is_allowed, Refusal::BeyondLimits)
    }

    fn in_time(&self, round: &Round, act: &Act, now: u32) -> Result<(), Refusal> {
        let wanted = phase_of(act.kind());
        let standing = round.standing(now).map(|(phase, _)| phase);
        if standing == Some(wanted) {
            return Ok(());
        }
        refuse_if(wanted == round.phase, Refusal::DeadlinePassed)?;
        let is_full = round.players.len() as u32 >= round.terms.max_agents;
        refuse_if(wanted == Phase::Answering && is_full, Refusal::SwarmFull)?;
        refuse_if(standing.is_some_and(|phase| wanted > phase), Refusal::TooEarly)?;
        Err(Refusal::WrongPhase)
    }

    /// Whether the agent has signed this act for what its round is about.
    pub(crate) fn is_signed(&self, signed: &SignedAct) -> bool {
        let round = self.rounds.get(&signed.act.round());
        round.is_some_and(|round| signed.verify(&scope_of(round, signed.act.step())))
    }

    /// What the pool and the block say of an act in a transaction of its own.
    pub(crate) fn verdict(&self, signed: &SignedAct, now: u32) -> Result<(), Refusal> {
        self.admit(&signed.agent, &signed.act, now)?;
        refuse_if(!self.is_signed(signed), Refusal::BadSignature)
    }

    /// What the pool and the block say of a batch.
    pub(crate) fn verdict_on_batch(&self, acts: &[SignedAct]) -> Result<(), Refusal> {
        refuse_if(acts.is_empty(), Refusal::EmptyBatch)?;
        let moves: BTreeSet<_> = acts
            .iter()
            .map(|signed| (signed.agent, signed.act.round(), signed.act.kind()))
            .collect();
        refuse_if(moves.len() < acts.len(), Refusal::RepeatedAct)?;
        let mut seats = BTreeMap::<RoundId, u32>::new();
        let mut tickets = BTreeMap::<AccountId, u128>::new();
        for signed in acts {
            self.admit(&signed.agent, &signed.act, self.now)?;
            if let (Act::CommitAnswer { round: id, .. }, Some(owner)) =
                (&signed.act, self.owner_of(&signed.agent))
            {
                let round = &self.rounds[id];
                let seat = seats.entry(*id).or_insert(round.players.len() as u32);
                *seat += 1;
                refuse_if(*seat > round.terms.max_agents, Refusal::SwarmFull)?;
                let price = tickets.entry(owner).or_default();
                *price += round.ticket;
                self.check_stake(owner, round.ticket, *price)?;
            }
        }
        refuse_if(!acts.iter().all(|signed| self.is_signed(signed)), Refusal::BadSignature)
    }

    /// What asking on these terms costs now.
    pub(crate) fn fee_of(&self, terms: &RoundTerms<u128>) -> u128 {
        Prices::get().seats(terms.max_agents) + self.price_of_room(terms)
    }

    /// What room for a round costs now.
    pub(crate) fn price_of_room(&self, terms: &RoundTerms<u128>) -> u128 {
        let running = self.rounds.len() as u32 + 1;
        let blocks = terms.answering_blocks + OPENING + GRADING + OPENING_GRADES;
        Prices::get().room(blocks, running, MaxOpenRounds::get())
    }

    /// A round begins.
    pub(crate) fn submit(
        &mut self,
        client: AccountId,
        prompt: &[u8],
        domain: DomainId,
        terms: RoundTerms<u128>,
    ) -> Effects {
        let id = self.next_round;
        self.next_round += 1;
        // Two fifths of a fair share in a swarm of four.
        let ticket = (terms.reward * 2 / 5 / 4).max(MINIMUM_TICKET);
        let deadline = self.now + terms.answering_blocks;
        let fee = self.fee_of(&terms);
        let event = Event::Submitted {
            round: id,
            client,
            domain,
            reward: terms.reward,
            fee,
            ticket,
            prompt_hash: blake2_256(prompt),
            deadline,
        };
        let round = Round {
            members: self.roster_size(domain),
            client,
            domain,
            terms,
            ticket,
            prompt: prompt.to_vec(),
            phase: Phase::Answering,
            deadline,
            blocks: RoundBlocks { submitted: self.now, ..Default::default() },
            players: Vec::new(),
            randomness: None,
            seed: None,
            tight_blocks: self.tight_blocks,
        };
        self.rounds.insert(id, round);
        self.truths.sealed.insert(id);
        let mut effects = Effects { events: vec![event], ..Default::default() };
        effects.gain(client, -(fee as i128));
        effects.gain(TREASURY, fee as i128);
        effects
    }

    /// An admitted act happens.
    pub(crate) fn act(&mut self, agent: &AgentKey, act: &Act) -> Effects {
        let id = act.round();
        let mut effects = Effects::default();
        if self.now > self.rounds[&id].deadline {
            effects.extend(self.finish_phase(id));
        }
        let owner = self.owner_of(agent);
        let round = self.rounds.get_mut(&id).unwrap();
        let index = round.players.iter().position(|player| player.key == *agent);
        let expected = assignment::grades_per_agent(round.opened().len());
        let event = match (act, index) {
            (Act::CommitAnswer { sealed, .. }, _) => {
                let (owner, index) = (owner.unwrap(), round.players.len() as u32);
                round.players.push(Player {
                    owner,
                    key: *agent,
                    sealed: sealed.clone(),
                    answer_key: None,
                    grading: Grading::None,
                });
                self.agents.get_mut(&owner).unwrap().open_rounds += 1;
                Event::AnswerCommitted { round: id, index, owner, agent: *agent }
            }
            (Act::OpenAnswer { key, .. }, Some(index)) => {
                round.players[index].answer_key = Some(*key);
                Event::AnswerOpened { round: id, index: index as u32 }
            }
            (Act::CommitGrades { sealed, .. }, Some(index)) => {
                round.players[index].grading = Grading::Sealed(sealed.clone());
                Event::GradesCommitted { round: id, index: index as u32 }
            }
            (Act::OpenGrades { key, .. }, Some(at)) => {
                let Grading::Sealed(sealed) = &round.players[at].grading else {
                    unreachable!("admitted")
                };
                let index = at as u32;
                match seal::decode_grades(&seal::decrypt(key, &sealed.ciphertext), expected) {
                    Some(grades) => {
                        round.players[at].grading = Grading::Opened(grades);
                        Event::GradesOpened { round: id, index }
                    }
                    None => {
                        round.players[at].grading = Grading::Malformed;
                        Event::GradesMalformed { round: id, index }
                    }
                }
            }
            (_, None) => unreachable!("admitted"),
        };
        effects.events.push(event);
        if self.rounds[&id].awaits_settlement() {
            self.rounds.get_mut(&id).unwrap().deadline = self.now;
        } else if self.rounds[&id].is_complete() {
            effects.extend(self.finish_phase(id));
        }
        effects
    }

    /// A phase ends.
    pub(crate) fn finish_phase(&mut self, id: RoundId) -> Effects {
        let (now, source) = (self.now, self.source);
        let round = self.rounds.get_mut(&id).unwrap();
        match round.phase {
            Phase::Answering => {
                (round.blocks.answering_ended, round.randomness) = (Some(now), Some(source));
            }
            Phase::OpeningAnswers => round.blocks.opening_answers_ended = Some(now),
            Phase::Grading => round.blocks.grading_ended = Some(now),
            Phase::OpeningGrades => {}
        }
        let next = round.next();
        if round.phase == Phase::OpeningAnswers && !matches!(next, Next::Cancellation(_)) {
            let keys: Vec<_> =
                round.players.iter().filter_map(|player| player.answer_key).collect();
            round.seed = Some(assignment::seed(id, &round.randomness.unwrap(), &keys));
        }
        match next {
            Next::Phase(phase, blocks) => {
                (round.phase, round.deadline) = (phase, now + blocks);
                let event = Event::PhaseChanged { round: id, phase, deadline: round.deadline };
                Effects { events: vec![event], ..Default::default() }
            }
            Next::Settlement => self.settle(id),
            Next::Cancellation(reason) => self.cancel(id, reason),
        }
    }

    /// What the tickets and rewards of running rounds put on hold on an account.
    pub(crate) fn holds(&self, account: AccountId) -> (u128, u128) {
        let asked = self.rounds.values().filter(|round| round.client == account);
        let rewards = asked.map(|round| round.terms.reward);
        let is_player = |round: &&Round| round.players.iter().any(|player| player.owner == account);
        let tickets = self.rounds.values().filter(is_player).map(|round| round.ticket);
        (rewards.sum(), tickets.sum())
    }
}

fn refuse_if(is_so: bool, refusal: Refusal) -> Result<(), Refusal> {
    if is_so {
        Err(refusal)
    } else {
        Ok(())
    }
}
