//! Ids, units and limits of the protocol.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_arithmetic::FixedI128;

/// The keystore's key type of agent keys.
pub const AGENT_KEY_TYPE: sp_core::crypto::KeyTypeId = sp_core::crypto::KeyTypeId(*b"wagl");

/// The agent key as the keystore and `sp_application_crypto` know it.
pub mod agent_crypto {
    use sp_application_crypto::{app_crypto, ed25519};
    app_crypto!(ed25519, super::AGENT_KEY_TYPE);
}

/// An agent's registered hot key: an ed25519 public key. Signs acts and derives the keys of seals.
pub type AgentKey = sp_core::ed25519::Public;
/// A signature by an [`AgentKey`].
pub type AgentSignature = sp_core::ed25519::Signature;
/// One prompt's way from submission to settlement, numbered from 0.
pub type RoundId = u64;
/// An agent's number in a round: the order of its answer commit, from 0. Stays the same throughout
/// the round. Not its *place*, which counts only those that opened ([`crate::grades`]).
pub type AgentIndex = u32;
/// 32 bytes of Blake2b.
pub type Hash32 = [u8; 32];
/// A score, a rating, a deviation, a weight: signed fixed point with 18 decimals.
pub type Fixed = FixedI128;

/// One basis point in units of [`Fixed`]'s last digit.
const FIXED_PER_BASIS_POINT: i128 = 100_000_000_000_000;

/// Longest prompt, in bytes.
pub const MAX_PROMPT_BYTES: u32 = 16 * 1024;
/// Longest answer, in bytes.
pub const MAX_ANSWER_BYTES: u32 = 16 * 1024;
/// Fewest agents that a client may ask for: as many as it takes for a round to teach
/// ([`crate::rating::MIN_RATED_AGENTS`]). In smaller swarms nobody ever learns who grades its
/// rivals down, and so it would pay. Of those that entered fewer may open their answers, even one
/// alone.
pub const MIN_SWARM: u32 = 4;
/// Most agents in a swarm.
pub const MAX_SWARM: u32 = 100;
/// Most grades that one grader gives: `k` at [`MAX_SWARM`] agents.
pub const MAX_GRADES_PER_GRADER: u32 = 33;
/// Most grades in one round: [`MAX_SWARM`] times [`MAX_GRADES_PER_GRADER`].
pub const MAX_GRADES: u32 = MAX_SWARM * MAX_GRADES_PER_GRADER;
/// Most acts in one batch.
pub const MAX_BATCH: u32 = 16;
/// How many ratings of its past are kept of an agent.
pub const MAX_RATING_POINTS: u32 = 32;

/// A grader's judgement of an answer in basis points of 1.0: 0..=10 000. The paper's `rank(r_i,
/// a_j)`. No way of decoding yields one above.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    TypeInfo,
    MaxEncodedLen,
    Serialize,
    Deserialize,
)]
#[serde(try_from = "u16")]
pub struct Grade(u16);

impl Decode for Grade {
    fn decode<I: codec::Input>(input: &mut I) -> Result<Self, codec::Error> {
        Grade::try_from(u16::decode(input)?).map_err(codec::Error::from)
    }
}

impl DecodeWithMemTracking for Grade {}

impl TryFrom<u16> for Grade {
    type Error = &'static str;
    fn try_from(basis_points: u16) -> Result<Self, Self::Error> {
        Grade::new(basis_points).ok_or("a grade is at most 10 000 basis points")
    }
}

impl Grade {
    /// The best grade, 1.0.
    pub const MAX: Grade = Grade(10_000);
    /// The worst grade, 0.0.
    pub const MIN: Grade = Grade(0);

    /// A grade of `basis_points` of 1.0. `None` above 10 000.
    pub fn new(basis_points: u16) -> Option<Self> {
        (basis_points <= Self::MAX.0).then_some(Self(basis_points))
    }

    /// Basis points of 1.0, 0..=10 000.
    pub fn basis_points(self) -> u16 {
        self.0
    }

    /// The grade as a number in 0..=1.
    pub fn to_fixed(self) -> Fixed {
        Fixed::from_inner(i128::from(self.0).saturating_mul(FIXED_PER_BASIS_POINT))
    }
}

/// Which of an agent's two seals: part of the context that a seal binds.
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
    Serialize,
    Deserialize,
)]
pub enum SealStep {
    /// The sealed answer.
    Answer,
    /// The sealed grades.
    Grades,
}

/// Where a round stands. Settled and cancelled rounds have no phase: they are results.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    MaxEncodedLen,
    Serialize,
    Deserialize,
)]
pub enum Phase {
    /// Willing agents commit sealed answers and buy tickets.
    Answering,
    /// Those agents open their answers.
    OpeningAnswers,
    /// Agents that opened commit sealed grades of the answers assigned to them.
    Grading,
    /// Graders open their grades.
    OpeningGrades,
}

/// Why a round was cancelled.
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
    Serialize,
    Deserialize,
)]
pub enum CancelReason {
    /// Fewer agents than the client's minimum committed an answer.
    TooFewCommitted,
    /// Nobody opened its answer; until spec version 5, fewer agents than the client's minimum.
    TooFewOpened,
    /// No grader opened well-formed grades. Until spec version 5: such rounds are settled now.
    NoGrades,
    /// The client withdrew its question before anybody answered.
    Withdrawn,
}

/// How much an owner lets its agent put at stake, in the chain's smallest unit: whoever has the
/// agent key cannot stake more.
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
pub struct StakeLimits {
    /// The dearest ticket that it may buy.
    pub ticket: u128,
    /// What all its tickets may come to at once.
    pub at_stake: u128,
}

impl StakeLimits {
    /// Whether a ticket of `price` may be bought, with which all tickets come to `at_stake`.
    pub fn allow(&self, price: u128, at_stake: u128) -> bool {
        price <= self.ticket && at_stake <= self.at_stake
    }
}

/// What a client asks for, apart from the prompt.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    MaxEncodedLen,
    Serialize,
    Deserialize,
)]
pub struct RoundTerms<Balance> {
    /// What the client pays for the round, held until settlement.
    pub reward: Balance,
    /// How long agents may commit answers (the paper's Δt), in blocks.
    pub answering_blocks: u32,
    /// If fewer agents than this answer in time, the round is cancelled:
    /// [`MIN_SWARM`]..=[`MAX_SWARM`]. Until spec version 5, clients could ask for 2 and 3.
    pub min_agents: u32,
    /// The answering phase ends when this many have committed: `min_agents`..=[`MAX_SWARM`].
    pub max_agents: u32,
    /// What the answer that the client gets has to score, or nobody wins. 0: nothing.
    pub min_score: Grade,
}

impl<Balance> RoundTerms<Balance> {
    /// Whether an answer with this score is good enough for the client. Under rules of single
    /// answers scores can be below 0: whoever asks for nothing takes these too.
    pub fn accept(&self, score: Fixed) -> bool {
        self.min_score == Grade::MIN || score >= self.min_score.to_fixed()
    }
}
