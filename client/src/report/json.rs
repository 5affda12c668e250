//! The JSON of one round, as docs/json.md describes it.
//!
//! Agents are named by the SS58 address of their owner: the same agent has the same name in every
//! round. Grades, scores and ratings are numbers; amounts are decimal strings in WAG, which are
//! exact. What only some rules know of an agent is `null` under the others.

use crate::amount::Amount;
use serde::Serialize;
use waggle_primitives::{lots, DomainId, Hash32};

/// One round.
#[derive(Clone, Debug, Serialize)]
pub struct RoundReport {
    /// The round's number.
    pub round: u64,
    /// How it ended.
    pub status: Status,
    /// Why it was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancelled_because: Option<String>,
    /// What the best answer had to score, 0 to 1. `null` if any was good enough.
    pub min_score: Option<f64>,
    /// Whose answer was the best one, if nobody won.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best: Option<String>,
    /// What was asked. `null` when the chain no longer has it.
    pub prompt: Option<String>,
    /// Who asked.
    pub client: String,
    /// The domain in which it was asked: only its members could answer.
    pub domain: DomainId,
    /// Who could take its seats, in the end. `null` when the chain no longer has it.
    pub seats: Option<Seats>,
    /// Everybody who entered the round, in the order of their commits.
    pub answers: Vec<Answer>,
    /// Every opened grade.
    pub grades: Vec<Grade>,
    /// Whose answer was chosen.
    pub winner: Option<String>,
    /// The chosen answer.
    pub winner_text: Option<String>,
    /// The right answer, where the demo knows one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// How many answers each agent had to grade.
    pub k: usize,
    /// Seed of the assignment.
    pub seed: Option<String>,
    /// Who had to grade whom.
    pub assignment: Vec<WorkAssignment>,
    /// The rule by which the chain judges rounds of the domain.
    pub rule: Rule,
    /// Who was paid what.
    pub payments: Payments,
    /// How long each phase took.
    pub phases_ms: PhasesMs,
    /// When things happened.
    pub blocks: Blocks,
    /// Resident memory of the demo's node and worker when the round was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
}

/// How a round ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// An answer was chosen and paid for.
    Settled,
    /// No answer was good enough for the client; those who answered have a part of the reward.
    NobodyWon,
    /// No answer; the reward went back.
    Cancelled,
}

/// Who may take the seats of a round, by its `kind`: of the members of its domain. `members` is how
/// many of them were on the roster when the round was submitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Seats {
    /// All: there are seats enough.
    ForAll {
        /// How many were on the roster.
        members: u32,
    },
    /// Nobody yet: they are being drawn.
    Drawing {
        /// Among how many.
        members: u32,
    },
    /// Those whose lots were drawn.
    Drawn {
        /// Among how many.
        members: u32,
        /// What their lots follow from, in hex.
        seed: String,
    },
    /// All: too few of those came who had a right to a seat.
    Widened {
        /// How many were on the roster.
        members: u32,
        /// What their lots followed from, in hex. `null` if there had been seats for all of them.
        seed: Option<String>,
    },
}

impl From<lots::Seats> for Seats {
    fn from(seats: lots::Seats) -> Self {
        match seats {
            lots::Seats::ForAll { members } => Self::ForAll { members },
            lots::Seats::Drawing { members } => Self::Drawing { members },
            lots::Seats::Drawn { members, seed } => Self::Drawn { members, seed: in_hex(&seed) },
            lots::Seats::Widened { members, seed } => {
                Self::Widened { members, seed: seed.as_ref().map(in_hex) }
            }
        }
    }
}

fn in_hex(seed: &Hash32) -> String {
    format!("0x{}", hex::encode(seed))
}

/// One agent's part in the round.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// The agent: its owner's address.
    pub agent: String,
    /// Its index in this round: the order of the commits, from 0.
    pub index: u32,
    /// Its agent key in hex.
    pub key: String,
    /// The model that it declares.
    pub model: String,
    /// What it answered. `null` if it did not open its answer, or the chain no longer has it.
    pub text: Option<String>,
    /// The number of the candidate to which its answer belongs, from 0: equal answers have the same
    /// one. `null` if it did not open its answer, or the chain does not tell.
    pub candidate: Option<u32>,
    /// Whether it opened its answer.
    pub opened_answer: bool,
    /// Whether it opened well-formed grades.
    pub opened_grades: bool,
    /// The score of its answer.
    pub score: Option<f64>,
    /// What its answer scored before anybody graded it. `null` under the separate rules.
    pub prior: Option<f64>,
    /// What its own grades counted in this round.
    pub weight: Option<f64>,
    /// The mean of its grades, by which they were read. `null` under the separate rules.
    pub mean: Option<f64>,
    /// Their standard deviation, likewise.
    pub spread: Option<f64>,
    /// Its habitual bias, taken off its grades. `null` under the calibrated rule, which reads them
    /// by `mean` and `spread`.
    pub bias: Option<f64>,
    /// Its rating when the round was settled.
    pub rating_before: Option<f64>,
    /// Its rating after that.
    pub rating_after: Option<f64>,
}

/// One opened grade.
#[derive(Clone, Debug, Serialize)]
pub struct Grade {
    /// Who graded.
    pub grader: String,
    /// Whose answer.
    pub author: String,
    /// The grade, 0 to 1 in steps of 0.0001.
    pub grade: f64,
}

/// The answers that one agent had to grade.
#[derive(Clone, Debug, Serialize)]
pub struct WorkAssignment {
    /// Who grades.
    pub grader: String,
    /// Whose answers.
    pub authors: Vec<String>,
}

/// A rule for judging rounds, by its `name`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Rule {
    /// Grades are read by what their graders usually say, and equal answers stand together.
    Calibrated {
        /// What is asked: `closed` or `open`.
        question: &'static str,
    },
    /// Every answer by itself.
    Separate {
        /// How grades become scores: `precision`, `sharpened` or `weighted_sum`.
        aggregation: &'static str,
        /// How ratings are learnt: `leave_one_out` or `paper`.
        estimator: &'static str,
    },
}

/// The money of the round.
#[derive(Clone, Debug, Serialize)]
pub struct Payments {
    /// What the client offered for the round.
    pub reward: Amount,
    /// What of it went back to the client: all if the round was cancelled, the graders' part if
    /// none of them had skill, and a quarter of the winners' part if nobody won.
    pub returned: Amount,
    /// What each agent put at stake.
    pub ticket: Amount,
    /// What the treasury got.
    pub treasury: Amount,
    /// By agent, in the order of `answers`.
    pub agents: Vec<Payment>,
}

/// What one agent got and lost.
#[derive(Clone, Debug, Serialize)]
pub struct Payment {
    /// The agent.
    pub agent: String,
    /// What it got beyond its own ticket.
    pub paid: Amount,
    /// What it lost of its ticket; the rest of the ticket went back to it.
    pub forfeited: Amount,
}

/// Durations in milliseconds. Phases are measured in chain time, from the block that began them to
/// the block that ended them; `submission` and, for a round of one's own, `total` by the client's
/// clock.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct PhasesMs {
    /// From sending the prompt to learning that it is in a block. `null` for a round that somebody
    /// else submitted.
    pub submission: Option<u64>,
    /// Answering.
    pub answering: Option<u64>,
    /// Opening of the answers.
    pub opening_answers: Option<u64>,
    /// Grading.
    pub grading: Option<u64>,
    /// Opening of the grades, and settlement.
    pub opening_grades: Option<u64>,
    /// From sending the prompt to learning that the round is over; for a round of somebody else's,
    /// from the block with the prompt to the block with the settlement.
    pub total: Option<u64>,
}

/// Block numbers.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Blocks {
    /// The prompt.
    pub submitted: u32,
    /// The last answer commit.
    pub last_commit: Option<u32>,
    /// The end of the answering phase: the last commit, or its deadline.
    pub answering_ended: Option<u32>,
    /// The end of the opening phase.
    pub opening_answers_ended: Option<u32>,
    /// The end of the grading phase.
    pub grading_ended: Option<u32>,
    /// The settlement.
    pub settled: Option<u32>,
    /// The settlement or cancellation.
    pub ended: Option<u32>,
    /// Blocks from the last answer commit to settlement.
    pub commit_to_settlement: Option<u32>,
}

/// Resident memory in MiB.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Memory {
    /// The node.
    pub node_mib: f64,
    /// The worker with its models.
    pub worker_mib: f64,
}

impl RoundReport {
    /// The report as one line of JSON.
    pub fn to_json_line(&self) -> String {
        // Serialising plain structs with string keys into memory cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}
