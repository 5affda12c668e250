//! What the hook and the worker say to each other: `docs/worker-protocol.md`, seen from the node.
//!
//! Requests carry bytes of strangers (prompts, other agents' answers) as lossy UTF-8 text. Replies
//! are read into exact types and then checked against the job, so that what leaves this file is an
//! answer the chain takes, or one grade for each assigned answer in the order of the assignment, or
//! a [`Trouble`]. Unknown fields of a reply are ignored: a worker may say more than a node
//! understands.

use super::{acting::Purpose, trouble::Trouble, worker::Reply};
use alloc::{
    borrow::Cow,
    collections::btree_map::{BTreeMap, Entry},
    format,
    string::String,
    vec::Vec,
};
use codec::Encode;
use serde::{Deserialize, Serialize};
use sp_core::hexdisplay::HexDisplay;
use sp_io::hashing::blake2_256;
use waggle_primitives::{view::Candidate, AgentIndex, AgentKey, Grade, Hash32, MAX_ANSWER_BYTES};

/// What the worker is asked to do for an agent in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task<'a> {
    /// Answer a prompt.
    Answer {
        /// The prompt's bytes.
        prompt: &'a [u8],
        /// What the round pays and costs.
        price: Price,
    },
    /// Grade answers to a prompt.
    Grade {
        /// The prompt's bytes.
        prompt: &'a [u8],
        /// The agent's own answer: what the worker may compare with.
        own_answer: &'a [u8],
        /// The answers to grade.
        candidates: &'a [Candidate],
    },
}

/// What a round pays and costs an agent: for workers whose agents have a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// What the client pays for the round, in the chain's smallest unit.
    pub reward: u128,
    /// What the agent pays for its ticket, held until the round is over.
    pub ticket: u128,
}

/// How much time a job has, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobTimes {
    /// From now until the last block in which the result is of use.
    pub deadline_ms: u64,
    /// How long the worker may hold back its reply in the hope of a result.
    pub wait_ms: u64,
}

impl Task<'_> {
    /// The id under which the worker knows the job: posting it again in a later block is the same
    /// job.
    ///
    /// It covers everything that the result and its signature depend on. After a re-org the same
    /// round can have another prompt, or the same agent other answers to grade: that is another
    /// job then.
    pub fn job_id(&self, purpose: &Purpose, agent: &AgentKey) -> Hash32 {
        let job = (b"waggle/job", purpose.scope, purpose.round, agent);
        match self {
            Task::Answer { prompt, .. } => (job, 0u8, prompt).using_encoded(blake2_256),
            Task::Grade { prompt, own_answer, candidates } => {
                (job, 1u8, prompt, own_answer, candidates).using_encoded(blake2_256)
            }
        }
    }

    /// The body of `POST /v1/jobs`.
    pub fn body(&self, id: &Hash32, agent: &AgentKey, times: JobTimes) -> Vec<u8> {
        let (kind, prompt) = match self {
            Task::Answer { prompt, .. } => ("answer", prompt),
            Task::Grade { prompt, .. } => ("grade", prompt),
        };
        let (reference, candidates, max_bytes) = match self {
            Task::Answer { .. } => (None, None, Some(MAX_ANSWER_BYTES)),
            Task::Grade { own_answer, candidates, .. } => (
                Some(Some(text(own_answer)).filter(|own| !own.is_empty())),
                Some(candidates.iter().map(CandidateText::from).collect()),
                None,
            ),
        };
        let price = match self {
            Task::Answer { price, .. } => Some(price),
            Task::Grade { .. } => None,
        };
        let request = JobRequest {
            id: hex(id),
            agent: hex(&agent.0),
            kind,
            prompt: text(prompt),
            reference,
            candidates,
            deadline_ms: times.deadline_ms,
            wait_ms: times.wait_ms,
            max_bytes,
            reward: price.map(|price| decimal(price.reward)),
            ticket: price.map(|price| decimal(price.ticket)),
        };
        // Strings, numbers and lists of them: there is nothing that JSON could not express.
        serde_json::to_vec(&request).unwrap_or_default()
    }
}

/// A job on the wire. Fields that the job's kind does not have are left out.
#[derive(Serialize)]
struct JobRequest<'a> {
    id: String,
    agent: String,
    kind: &'static str,
    prompt: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<Option<Cow<'a, str>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidates: Option<Vec<CandidateText<'a>>>,
    deadline_ms: u64,
    wait_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_bytes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reward: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<String>,
}

#[derive(Serialize)]
struct CandidateText<'a> {
    author: AgentIndex,
    text: Cow<'a, str>,
}

impl<'a> From<&'a Candidate> for CandidateText<'a> {
    fn from(candidate: &'a Candidate) -> Self {
        Self { author: candidate.author, text: text(&candidate.answer) }
    }
}

/// Bytes of a stranger as text.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// A balance: more than a JSON number holds safely.
fn decimal(balance: u128) -> String {
    format!("{balance}")
}

/// 64 hexadecimal digits.
fn hex(bytes: &Hash32) -> String {
    format!("{:?}", HexDisplay::from(bytes))
}

/// What a reply means when nothing is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<Done> {
    /// The result.
    Done(Done),
    /// Not yet: ask again in the next block.
    Pending,
}

#[derive(Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
enum AnswerReply {
    Done { answer: String },
    Pending,
    Declined { reason: String },
    Failed { reason: String },
}

#[derive(Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
enum GradeReply {
    Done { grades: Vec<AuthorGrade> },
    Pending,
    Declined { reason: String },
    Failed { reason: String },
}

#[derive(Deserialize)]
struct AuthorGrade {
    author: AgentIndex,
    grade: u16,
}

#[derive(Deserialize)]
struct ErrorReply {
    error: String,
}

/// The answer in a reply to an answer job: 1..=[`MAX_ANSWER_BYTES`] bytes.
pub fn read_answer(reply: &Reply) -> Result<Outcome<Vec<u8>>, Trouble> {
    let answer = match parse(reply)? {
        AnswerReply::Done { answer } => answer.into_bytes(),
        AnswerReply::Pending => return Ok(Outcome::Pending),
        AnswerReply::Declined { reason } => return Err(Trouble::Declined(reason)),
        AnswerReply::Failed { reason } => return Err(Trouble::Failed(reason)),
    };
    match answer.len() {
        0 => Err(Trouble::EmptyAnswer),
        length if length > MAX_ANSWER_BYTES as usize => Err(Trouble::AnswerTooLong(length)),
        _ => Ok(Outcome::Done(answer)),
    }
}

/// The grades in a reply to a grade job: exactly one for each of `authors`, in their order.
pub fn read_grades(reply: &Reply, authors: &[AgentIndex]) -> Result<Outcome<Vec<Grade>>, Trouble> {
    let grades = match parse(reply)? {
        GradeReply::Done { grades } => grades,
        GradeReply::Pending => return Ok(Outcome::Pending),
        GradeReply::Declined { reason } => return Err(Trouble::Declined(reason)),
        GradeReply::Failed { reason } => return Err(Trouble::Failed(reason)),
    };
    let mut open: BTreeMap<AgentIndex, Option<Grade>> =
        authors.iter().map(|author| (*author, None)).collect();
    for AuthorGrade { author, grade } in grades {
        let grade = Grade::new(grade).ok_or(Trouble::GradeTooHigh(author, grade))?;
        match open.entry(author) {
            Entry::Occupied(mut place) if place.get().is_none() => place.insert(Some(grade)),
            _ => return Err(Trouble::UnaskedGrade(author)),
        };
    }
    authors
        .iter()
        .map(|author| open.get(author).copied().flatten().ok_or(Trouble::MissingGrade(*author)))
        .collect::<Result<_, _>>()
        .map(Outcome::Done)
}

/// A reply with status 200 and a body of the expected form.
fn parse<'a, T: Deserialize<'a>>(reply: &'a Reply) -> Result<T, Trouble> {
    if reply.status != 200 {
        let said = serde_json::from_slice::<ErrorReply>(&reply.body)
            .map(|reply| reply.error)
            .unwrap_or_else(|_| text(&reply.body).into_owned());
        return Err(Trouble::Status(reply.status, said));
    }
    serde_json::from_slice(&reply.body).map_err(|error| Trouble::Malformed(format!("{error}")))
}
