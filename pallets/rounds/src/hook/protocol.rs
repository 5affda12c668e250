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
use waggle_primitives::{
    choice::Question, view::Candidate, AgentIndex, AgentKey, DomainId, Grade, Hash32,
    MAX_ANSWER_BYTES,
};

/// What the worker is asked to do for an agent in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task<'a> {
    /// Answer a prompt.
    Answer {
        /// The prompt's bytes.
        prompt: &'a [u8],
        /// What the round pays and costs.
        price: Price,
        /// Where it was asked.
        field: Field,
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
    /// What the best answer has to score, or nobody wins.
    pub min_score: Grade,
}

/// Where a prompt was asked: its domain, and what kind of questions that one takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The domain's number.
    pub domain: DomainId,
    /// What it says that two answers are equal.
    pub question: Question,
}

/// How much time a job has, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
        let body = match *self {
            Task::Answer { prompt, price, field } => JobBody::Answer {
                prompt: text(prompt),
                times,
                max_bytes: MAX_ANSWER_BYTES,
                reward: decimal(price.reward),
                ticket: decimal(price.ticket),
                domain: field.domain,
                question: question_name(field.question),
                min_score: Some(price.min_score.basis_points()).filter(|score| *score > 0),
            },
            Task::Grade { prompt, own_answer, candidates } => JobBody::Grade {
                prompt: text(prompt),
                reference: Some(text(own_answer)).filter(|own| !own.is_empty()),
                candidates: candidates.iter().map(CandidateText::from).collect(),
                times,
            },
        };
        request(id, agent, body)
    }
}

/// The body of `POST /v1/jobs` for a job of any kind: `body` has the kind, and what goes with it.
pub fn request(id: &Hash32, agent: &AgentKey, body: impl Serialize) -> Vec<u8> {
    let request = JobRequest { id: hex(id), agent: hex(&agent.0), body };
    // Strings, numbers and lists of them: there is nothing that JSON could not express.
    serde_json::to_vec(&request).unwrap_or_default()
}

/// A job on the wire.
#[derive(Serialize)]
struct JobRequest<Body> {
    id: String,
    agent: String,
    #[serde(flatten)]
    body: Body,
}

/// What a job of each kind is, on the wire.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum JobBody<'a> {
    Answer {
        prompt: Cow<'a, str>,
        #[serde(flatten)]
        times: JobTimes,
        max_bytes: u32,
        reward: String,
        ticket: String,
        domain: DomainId,
        question: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        min_score: Option<u16>,
    },
    Grade {
        prompt: Cow<'a, str>,
        reference: Option<Cow<'a, str>>,
        candidates: Vec<CandidateText<'a>>,
        #[serde(flatten)]
        times: JobTimes,
    },
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
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// What the worker calls a kind of questions.
pub fn question_name(question: Question) -> &'static str {
    match question {
        Question::Closed => "closed",
        Question::Open => "open",
    }
}

/// A balance: more than a JSON number holds safely.
fn decimal(balance: u128) -> String {
    format!("{balance}")
}

/// 64 hexadecimal digits.
pub fn hex(bytes: &Hash32) -> String {
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

/// A reply on the wire, with the result of its kind of job.
#[derive(Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
enum JobReply<Done> {
    Done(Done),
    Pending,
    Declined { reason: String },
    Failed { reason: String },
}

#[derive(Deserialize)]
struct AnswerDone {
    answer: String,
}

#[derive(Deserialize)]
struct GradesDone {
    grades: Vec<AuthorGrade>,
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
    let Outcome::Done(AnswerDone { answer }) = outcome(reply)? else {
        return Ok(Outcome::Pending);
    };
    match answer.len() {
        0 => Err(Trouble::EmptyAnswer),
        length if length > MAX_ANSWER_BYTES as usize => Err(Trouble::AnswerTooLong(length)),
        _ => Ok(Outcome::Done(answer.into_bytes())),
    }
}

/// The grades in a reply to a grade job: exactly one for each of `authors`, in their order.
pub fn read_grades(reply: &Reply, authors: &[AgentIndex]) -> Result<Outcome<Vec<Grade>>, Trouble> {
    let Outcome::Done(GradesDone { grades }) = outcome(reply)? else {
        return Ok(Outcome::Pending);
    };
    let mut open: BTreeMap<AgentIndex, Option<Grade>> =
        authors.iter().map(|author| (*author, None)).collect();
    for AuthorGrade { author, grade } in grades {
        let grade = Grade::new(grade).ok_or(Trouble::GradeTooHigh(author, grade))?;
        match open.entry(author) {
            Entry::Occupied(mut asked) if asked.get().is_none() => asked.insert(Some(grade)),
            _ => return Err(Trouble::UnaskedGrade(author)),
        };
    }
    authors
        .iter()
        .map(|author| open.get(author).copied().flatten().ok_or(Trouble::MissingGrade(*author)))
        .collect::<Result<_, _>>()
        .map(Outcome::Done)
}

/// The result in a reply, if the worker has not refused the job.
pub fn outcome<'a, Done: Deserialize<'a>>(reply: &'a Reply) -> Result<Outcome<Done>, Trouble> {
    match parse(reply)? {
        JobReply::Done(done) => Ok(Outcome::Done(done)),
        JobReply::Pending => Ok(Outcome::Pending),
        JobReply::Declined { reason } => Err(Trouble::Declined(reason)),
        JobReply::Failed { reason } => Err(Trouble::Failed(reason)),
    }
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
