//! What the runtime API shows of rounds and agents: read by the hook, the node and clients, encoded
//! in SCALE.

use crate::{
    choice::Question,
    claim::{Claim, Declared, Epoch},
    domain::DomainId,
    lots::Seats,
    rule::{Judgement, Rule},
    types::{
        AgentIndex, AgentKey, CancelReason, Fixed, Grade, Hash32, Phase, RoundId, RoundTerms,
        SealStep,
    },
};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// What an agent owes at this block, if it wants to take part.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum Duty<Balance> {
    /// A round is open: the agent may answer.
    Answer {
        /// The round.
        round: RoundId,
        /// The prompt's bytes, as the client sent them.
        prompt: Vec<u8>,
        /// Last block in which the commit is accepted.
        deadline: u32,
        /// What the client pays.
        reward: Balance,
        /// What the ticket costs.
        ticket: Balance,
    },
    /// The agent has committed an answer and must open it.
    OpenAnswer {
        /// The round.
        round: RoundId,
        /// Last block in which the act is accepted.
        deadline: u32,
    },
    /// The agent must grade these answers.
    Grade {
        /// The round.
        round: RoundId,
        /// The prompt's bytes.
        prompt: Vec<u8>,
        /// The agent's own answer, as opened.
        own_answer: Vec<u8>,
        /// The answers assigned to it, in the order in which grades are sealed.
        candidates: Vec<Candidate>,
        /// Last block in which the commit is accepted.
        deadline: u32,
    },
    /// The agent has committed grades and must open them.
    OpenGrades {
        /// The round.
        round: RoundId,
        /// Last block in which the act is accepted.
        deadline: u32,
    },
}

impl<Balance> Duty<Balance> {
    /// The round in which it is owed.
    pub fn round(&self) -> RoundId {
        match self {
            Duty::Answer { round, .. }
            | Duty::OpenAnswer { round, .. }
            | Duty::Grade { round, .. }
            | Duty::OpenGrades { round, .. } => *round,
        }
    }

    /// Which of the two sealed things it is about.
    pub fn step(&self) -> SealStep {
        match self {
            Duty::Answer { .. } | Duty::OpenAnswer { .. } => SealStep::Answer,
            Duty::Grade { .. } | Duty::OpenGrades { .. } => SealStep::Grades,
        }
    }

    /// Last block in which the act is accepted.
    pub fn deadline(&self) -> u32 {
        match self {
            Duty::Answer { deadline, .. }
            | Duty::OpenAnswer { deadline, .. }
            | Duty::Grade { deadline, .. }
            | Duty::OpenGrades { deadline, .. } => *deadline,
        }
    }
}

/// An answer to be graded.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Candidate {
    /// Whose answer.
    pub author: AgentIndex,
    /// The answer's bytes: data of a stranger.
    pub answer: Vec<u8>,
}

/// A round as clients see it, running or finished.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct RoundView<AccountId, Balance> {
    /// The round.
    pub id: RoundId,
    /// Who asked.
    pub client: AccountId,
    /// The domain in which it was asked.
    pub domain: DomainId,
    /// What was asked; empty once the round is over.
    pub prompt: Vec<u8>,
    /// The client's terms.
    pub terms: RoundTerms<Balance>,
    /// What a ticket costs.
    pub ticket: Balance,
    /// Where it stands.
    pub state: RoundState,
    /// Blocks in which things happened.
    pub blocks: RoundBlocks,
    /// Seed of the assignment, once the answers are open.
    pub seed: Option<Hash32>,
    /// The agents, by [`AgentIndex`].
    pub agents: Vec<AgentInRound<AccountId, Balance>>,
    /// The opened grades.
    pub grades: Vec<GradeEntry>,
    /// Who may take its seats. `None` once the round is over.
    pub seats: Option<Seats>,
    /// The winning answer's bytes, once settled. None where nobody won.
    pub winning_answer: Option<Vec<u8>>,
    /// What of the reward went back to the client: all of it if the round was cancelled.
    pub returned: Balance,
    /// What went to the treasury of the reward and of forfeited tickets.
    pub treasury: Balance,
}

/// Where a round stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum RoundState {
    /// Running.
    Running {
        /// The phase.
        phase: Phase,
        /// Last block in which this phase's acts are accepted.
        deadline: u32,
    },
    /// Settled.
    Settled {
        /// The winner.
        winner: AgentIndex,
    },
    /// Cancelled, with refunds.
    Cancelled {
        /// Why.
        reason: CancelReason,
    },
    /// Judged and paid, but no answer was good enough for the client.
    NobodyWon {
        /// Whose answer came nearest.
        best: AgentIndex,
    },
}

/// Blocks in which the phases of a round ended.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    codec::DecodeWithMemTracking,
    TypeInfo,
    codec::MaxEncodedLen,
)]
pub struct RoundBlocks {
    /// The prompt was submitted.
    pub submitted: u32,
    /// The last answer commit, or the deadline: answering ended.
    pub answering_ended: Option<u32>,
    /// Opening ended.
    pub opening_answers_ended: Option<u32>,
    /// Grading ended.
    pub grading_ended: Option<u32>,
    /// Settled, without a winner too, or cancelled.
    pub ended: Option<u32>,
}

/// One grade, opened.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    codec::DecodeWithMemTracking,
    TypeInfo,
    codec::MaxEncodedLen,
)]
pub struct GradeEntry {
    /// Who graded.
    pub grader: AgentIndex,
    /// Whose answer.
    pub author: AgentIndex,
    /// The grade.
    pub grade: Grade,
}

/// An agent in a round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct AgentInRound<AccountId, Balance> {
    /// Its owner.
    pub owner: AccountId,
    /// The agent key it entered with.
    pub key: AgentKey,
    /// The answer, once opened and until the round is over.
    pub answer: Option<Vec<u8>>,
    /// Whether it opened its answer.
    pub opened_answer: bool,
    /// Whether it opened well-formed grades.
    pub opened_grades: bool,
    /// The answers it has to grade, once assigned.
    pub assigned: Vec<AgentIndex>,
    /// What the round made of it, once settled.
    pub judgement: Judgement,
    /// What it was paid beyond its ticket, once settled.
    pub paid: Balance,
    /// What it lost of its ticket.
    pub forfeited: Balance,
}

/// A registered agent.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct AgentView<AccountId> {
    /// Its owner.
    pub owner: AccountId,
    /// Its agent key.
    pub key: AgentKey,
    /// The model it declares.
    pub model: Vec<u8>,
    /// The topics it declares.
    pub topics: Vec<u8>,
    /// Whether it has retired.
    pub retired: bool,
}

/// An agent in a domain of which it is a member.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct MembershipView {
    /// The domain.
    pub domain: DomainId,
    /// The block in which it joined: it may enter rounds that were submitted in later ones.
    pub since: u32,
    /// How often in a row it had a seat and did not come, each in a time of its own. `None`: it is
    /// not on the roster, so that no seats are drawn for it.
    pub absences: Option<u32>,
    /// How well it grades, 0..=1: see [`crate::rule::Known::rating`].
    pub rating: Fixed,
    /// By how much it habitually says more than the others.
    pub bias: Fixed,
    /// What an answer of its may be expected to get, 0..=1; `None` under rules that do not ask.
    pub quality: Option<Fixed>,
    /// Rated rounds so far.
    pub rounds: u32,
    /// What it says that it answers with in this epoch.
    pub claim: Option<ClaimView>,
    /// What it declared for a later epoch.
    pub next_claim: Option<ClaimView>,
    /// What it may collect of the domain's reward pool now, in the chain's smallest unit.
    pub collectable: u128,
    /// The block since which it is suspended: it is on no roster, enters no rounds and collects
    /// nothing. `None`: it is not.
    pub suspended: Option<u32>,
}

/// What a member claims from an epoch on.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ClaimView {
    /// What, and from when on.
    pub declared: Declared,
    /// [`Claim::digest`], the same for all kin. `None`: nothing is claimed.
    pub digest: Option<Hash32>,
}

impl From<&Declared> for ClaimView {
    fn from(declared: &Declared) -> Self {
        let digest = declared.claim.as_ref().map(Claim::digest);
        Self { declared: declared.clone(), digest }
    }
}

/// A member of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct MemberView<AccountId> {
    /// Which agent.
    pub agent: AgentView<AccountId>,
    /// What is known of it in the domain.
    pub membership: MembershipView,
}

/// A domain.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct DomainView {
    /// Its number.
    pub id: DomainId,
    /// Its title: free text of whoever founded it.
    pub title: Vec<u8>,
    /// What it is about: free text of whoever founded it.
    pub description: Vec<u8>,
    /// What kind of questions are asked in it.
    pub question: Question,
    /// The block in which it was founded; 0 of the general domain.
    pub founded: u32,
    /// How many agents are members.
    pub members: u32,
    /// How many of them are on its roster: those among which seats are drawn.
    pub on_roster: u32,
    /// Its reward pool. `None`: nobody ever funded it.
    pub pool: Option<PoolView>,
}

/// The reward pool of a domain. Amounts in the chain's smallest unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct PoolView {
    /// What is in it for this epoch and later ones.
    pub balance: u128,
    /// What it owes for epochs that are over, and nobody has collected yet.
    pub owed: u128,
    /// The epoch of this block.
    pub epoch: Epoch,
    /// How many rounds its members have served in this epoch, all of them together.
    pub rounds: u32,
}

/// An agent's past: what its rounds brought it since it registered, and how its rating went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct AgentPast<Balance> {
    /// Rounds entered that are over.
    pub rounds: u32,
    /// Rounds won.
    pub won: u32,
    /// What it was paid beyond its tickets, all rounds together.
    pub paid: Balance,
    /// What it lost of its tickets, all rounds together.
    pub forfeited: Balance,
    /// Its rating after the last rated rounds, each in its round's domain, oldest first: at most
    /// [`crate::MAX_RATING_POINTS`].
    pub ratings: Vec<RatingPoint>,
}

/// A rating as a round left it.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    codec::DecodeWithMemTracking,
    TypeInfo,
    codec::MaxEncodedLen,
)]
pub struct RatingPoint {
    /// The round.
    pub round: RoundId,
    /// The rating after it, 0..=1.
    pub rating: Fixed,
}

/// A registered agent, and all that the chain knows of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct AgentDetail<AccountId, Balance> {
    /// Who it is.
    pub agent: AgentView<AccountId>,
    /// What its owner has on hold for it.
    pub bond: Balance,
    /// Rounds that it is in.
    pub open_rounds: u32,
    /// The block in which it registered.
    pub since: u32,
    /// How much its owner lets it put at stake. `None`: all that the owner can spend.
    pub limits: Option<crate::types::StakeLimits>,
    /// First block in which the bond of a retired agent may be taken back, if its rounds are over
    /// by then.
    pub unbond_from: Option<u32>,
    /// The domains of which it is a member, in the order in which it joined.
    pub memberships: Vec<MembershipView>,
    /// What its rounds brought it.
    pub past: AgentPast<Balance>,
}

/// What a client or an agent must know of the chain's rules. Times in blocks, money in the chain's
/// smallest unit.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ProtocolConstants<Balance> {
    /// Slot duration in milliseconds.
    pub slot_ms: u64,
    /// Longest prompt, in bytes.
    pub max_prompt_bytes: u32,
    /// Longest answer, in bytes.
    pub max_answer_bytes: u32,
    /// Smallest reward.
    pub minimum_reward: Balance,
    /// Bounds of the answering time, in blocks.
    pub answering_blocks: (u32, u32),
    /// Fewest and most agents that a client may ask for.
    pub swarm: (u32, u32),
    /// The rule by which rounds are judged, and agents known.
    pub rule: Rule,
    /// Who gets which part of the reward and of forfeited tickets.
    pub payments: crate::rewards::PaymentRules,
    /// What asking costs besides the reward.
    pub asking: crate::price::AskingPrices,
    /// Which rounds change what is known of agents.
    pub learning: crate::attendance::LearningRules,
    /// How many blocks draw the seats of a round that has fewer than there are agents. 0: seats are
    /// not drawn.
    pub draw_blocks: u32,
    /// The cheapest ticket.
    pub minimum_ticket: Balance,
    /// Time to open answers, to grade, and to open grades.
    pub phase_blocks: (u32, u32, u32),
    /// How long results stay in state.
    pub result_retention: u32,
    /// Rounds that may run at once.
    pub open_rounds: u32,
    /// Rounds of one client that may run at once.
    pub open_rounds_per_client: u32,
    /// How many blocks an epoch of domains has: claims hold for whole ones, pools pay for them, and
    /// audits go by them.
    pub epoch_blocks: u32,
}
