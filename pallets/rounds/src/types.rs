//! What the pallet keeps of a round: the record and the members while it runs, the result
//! afterwards.
//!
//! - **Member**: an agent that has committed an answer. Its **index** is the order of its commit.
//! - **Place**: a position among members that opened their answers, in the order of indices.
//!   Assignment, scores and ratings count places, money counts indices.
//! - **Candidate**: the members whose answers are equal, for they come to the same in the end.
//! - **Due**: a round whose deadline has passed. **Agenda**: the due blocks of all running rounds.
//! - **Ending**: settlement, with a winner or, if no answer is good enough for the client, without;
//!   or cancellation, with refunds. All leave a *result*.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedBTreeMap, BoundedVec};
use scale_info::TypeInfo;
use waggle_primitives::{
    act::MAX_SEALED_GRADES_BYTES,
    lots::Seats,
    rule::Judgement,
    view::{GradeEntry, RoundBlocks},
    AgentIndex, AgentKey, CancelReason, DomainId, Grade, Hash32, Phase, RoundTerms,
    MAX_ANSWER_BYTES, MAX_GRADES, MAX_GRADES_PER_GRADER, MAX_PROMPT_BYTES, MAX_SWARM,
};

/// The runtime's block number.
pub type BlockNumberOf<T> = frame_system::pallet_prelude::BlockNumberFor<T>;
/// A prompt's bytes, as the client sent them.
pub type Prompt = BoundedVec<u8, ConstU32<MAX_PROMPT_BYTES>>;
/// An answer's bytes: ciphertext, or, in a result, plaintext.
pub type Answer = BoundedVec<u8, ConstU32<MAX_ANSWER_BYTES>>;
/// A grader's grades in the order of its assignment.
pub type Grades = BoundedVec<Grade, ConstU32<MAX_GRADES_PER_GRADER>>;
/// Sealed grades: two bytes for each.
pub type GradesCiphertext = BoundedVec<u8, ConstU32<MAX_SEALED_GRADES_BYTES>>;
/// Indices of agents in a round, ascending.
pub type AgentIndices = BoundedVec<AgentIndex, ConstU32<MAX_SWARM>>;

/// By index, the key of an opened answer's final answer. Without those that have none.
pub type FinalAnswerKeys = BoundedBTreeMap<AgentIndex, Hash32, ConstU32<MAX_SWARM>>;
/// By index, the number of the candidate to which the agent's answer belongs; `None` if the agent
/// did not open it.
pub type CandidateNumbers = BoundedVec<Option<u32>, ConstU32<MAX_SWARM>>;
/// By the candidate's number, the key of the final answer to which its answers come; `None` if it
/// is an answer that comes to nothing.
pub type KeysByCandidate = BoundedVec<Option<Hash32>, ConstU32<MAX_SWARM>>;

/// A running round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct RoundRecord<AccountId> {
    /// Who asked and pays.
    pub client: AccountId,
    /// The domain whose members may answer.
    pub domain: DomainId,
    /// The client's terms. The reward is held on the client's account.
    pub terms: RoundTerms<u128>,
    /// What a ticket costs in this round; held on each member's owner.
    pub ticket: u128,
    /// The phase as last written. Past `deadline` the round is really in a later one: see
    /// `Pallet::phase_at`.
    pub phase: Phase,
    /// Last block in which this phase's acts are accepted.
    pub deadline: u32,
    /// Blocks in which the phases ended.
    pub blocks: RoundBlocks,
    /// Blake2b-256 of the prompt: outlives the prompt in the result.
    pub prompt_hash: Hash32,
    /// Agents that committed an answer; their indices are `0..committed`.
    pub committed: u32,
    /// Agents that opened their answer, ascending. A *place* is a position in this list.
    pub opened: AgentIndices,
    /// Agents that committed grades.
    pub grades_committed: u32,
    /// Agents that opened their grades, well-formed or not.
    pub grades_opened: u32,
    /// Agents that opened well-formed grades.
    pub well_formed: u32,
    /// Randomness of the block in which answering ended, from which the seed is drawn. `None` until
    /// then.
    pub randomness: Option<Hash32>,
    /// Seed of the assignment, once the opening phase has ended.
    pub seed: Option<Hash32>,
    /// Who may take its seats.
    pub seats: Seats,
    /// How many of those who committed had a right to a seat: they were drawn, or were on the
    /// roster before a round that is for all.
    pub entitled: u32,
}

/// An agent in a running round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct Member<AccountId> {
    /// Its owner, who paid the ticket.
    pub owner: AccountId,
    /// The agent key it entered with. It signs with this key to the end, even if the owner
    /// registers another.
    pub key: AgentKey,
    /// Commitment to the key of the sealed answer.
    pub answer_commitment: Hash32,
    /// The key of the sealed answer, once opened.
    pub answer_key: Option<Hash32>,
    /// How far its grades are.
    pub grades: GradesStatus,
}

/// How far a member's grades are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub enum GradesStatus {
    /// None committed.
    #[default]
    Missing,
    /// Sealed grades are on chain.
    Committed {
        /// Commitment to the key of the seal.
        commitment: Hash32,
    },
    /// Opened, and well-formed.
    Opened,
    /// Opened, but not a list of grades: counts as not opened.
    Malformed,
}

/// How a round ended.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    MaxEncodedLen,
)]
pub enum Ending {
    /// With a winner.
    Settled {
        /// The winner.
        winner: AgentIndex,
    },
    /// Without, and with refunds.
    Cancelled {
        /// Why.
        reason: CancelReason,
    },
    /// Judged and paid, but no answer was good enough for the client.
    NobodyWon {
        /// Whose answer came nearest: it would have won otherwise.
        best: AgentIndex,
    },
}

impl Ending {
    /// Whether the answers were judged: there is a winner, or none was good enough.
    pub fn is_judged(&self) -> bool {
        !matches!(self, Ending::Cancelled { .. })
    }
}

/// The client's terms as results keep them, and running rounds did before there was a minimum
/// score. [`crate::MinScores`] has that.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub struct KeptTerms {
    /// What the client offered.
    pub reward: u128,
    /// How long agents could commit answers, in blocks.
    pub answering_blocks: u32,
    /// How many had to.
    pub min_agents: u32,
    /// How many could.
    pub max_agents: u32,
}

impl From<RoundTerms<u128>> for KeptTerms {
    fn from(terms: RoundTerms<u128>) -> Self {
        let RoundTerms { reward, answering_blocks, min_agents, max_agents, min_score: _ } = terms;
        Self { reward, answering_blocks, min_agents, max_agents }
    }
}

impl KeptTerms {
    /// All terms.
    pub fn with(self, min_score: Grade) -> RoundTerms<u128> {
        let Self { reward, answering_blocks, min_agents, max_agents } = self;
        RoundTerms { reward, answering_blocks, min_agents, max_agents, min_score }
    }
}

/// What stays of a round when it is over, for `ResultRetention` blocks.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct RoundResult<AccountId> {
    /// Who asked.
    pub client: AccountId,
    /// The client's terms.
    pub terms: KeptTerms,
    /// What a ticket cost.
    pub ticket: u128,
    /// Blake2b-256 of the prompt.
    pub prompt_hash: Hash32,
    /// How it ended.
    pub ending: Ending,
    /// Blocks in which the phases ended.
    pub blocks: RoundBlocks,
    /// Seed of the assignment; `None` if the round was cancelled before it was drawn.
    pub seed: Option<Hash32>,
    /// The agents, by index.
    pub members: BoundedVec<MemberResult<AccountId>, ConstU32<MAX_SWARM>>,
    /// The well-formed grades; empty in a cancelled round.
    pub grades: BoundedVec<GradeEntry, ConstU32<MAX_GRADES>>,
    /// The winning answer, decrypted once by the chain so that any client can read it. None where
    /// nobody won.
    pub winning_answer: Option<Answer>,
    /// What went to the treasury: all that tickets lost, and rounding.
    pub treasury: u128,
}

impl<AccountId> RoundResult<AccountId> {
    /// Of the round with this record, which ends in block `now`: what the record says. Nothing yet
    /// of members, grades, answer and treasury.
    pub(crate) fn new(record: RoundRecord<AccountId>, ending: Ending, now: u32) -> Self {
        Self {
            client: record.client,
            terms: record.terms.into(),
            ticket: record.ticket,
            prompt_hash: record.prompt_hash,
            ending,
            blocks: RoundBlocks { ended: Some(now), ..record.blocks },
            seed: record.seed,
            members: Default::default(),
            grades: Default::default(),
            winning_answer: None,
            treasury: 0,
        }
    }

    /// What of the reward went back to the client: what nobody else got.
    pub fn returned(&self) -> u128 {
        let sum = |part: fn(&MemberResult<AccountId>) -> u128| {
            self.members.iter().map(part).fold(0u128, u128::saturating_add)
        };
        let came_in = self.terms.reward.saturating_add(sum(|member| member.forfeited));
        came_in.saturating_sub(sum(|member| member.paid)).saturating_sub(self.treasury)
    }
}

/// What stays of a member.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct MemberResult<AccountId> {
    /// Its owner.
    pub owner: AccountId,
    /// The agent key it played with.
    pub key: AgentKey,
    /// Whether it opened its answer.
    pub opened_answer: bool,
    /// Whether it opened well-formed grades.
    pub opened_grades: bool,
    /// What the round made of it.
    pub judgement: Judgement,
    /// What it was paid beyond its ticket.
    pub paid: u128,
    /// What it lost of its ticket.
    pub forfeited: u128,
}
