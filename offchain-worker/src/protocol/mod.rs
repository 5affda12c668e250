//! The JSON that a node and a worker exchange: `docs/worker-protocol.md` as types.
//!
//! A [`JobRequest`] is one job of one agent, a [`JobStatus`] what has become of it. Parsing is
//! strict: an unknown field, a wrong type, bad hex or a repeated author is a [`Malformed`] request
//! (HTTP 400). Limits that depend on the configuration are not checked here.

mod audit;

pub use audit::{ClaimedSampling, Replayed, MOST_AUDITED};

use serde::{Deserialize, Deserializer, Serialize};
use std::{collections::HashSet, fmt, time::Duration};

/// The byte limit of an answer when a job does not name one: the chain's default limit, 16 KiB.
pub const DEFAULT_ANSWER_BYTES: usize = 16 * 1024;

/// The number of the general domain, in which anything may be asked and all counts as closed.
pub const GENERAL_DOMAIN: u32 = 0;

/// The highest grade, in basis points of 1.0. Grades are `0..=MAX_GRADE`.
pub const MAX_GRADE: u16 = 10_000;

/// Thirty-two bytes, written as 64 hexadecimal digits without a prefix (capitals are accepted).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hex32(pub [u8; 32]);

/// The id of a job: the same id twice is the same job.
pub type JobId = Hex32;

/// The public ed25519 key under which an agent is registered on the chain.
pub type AgentKey = Hex32;

impl Hex32 {
    /// Reads 64 hexadecimal digits; `None` for anything else, a `0x` prefix included.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let [high, low] = pair else { return None };
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self(bytes))
    }

    /// The first eight bytes as a little-endian number: a stable, evenly spread pick for keys.
    pub fn leading_u64(&self) -> u64 {
        self.0.iter().take(8).rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

fn digit(character: u8) -> Option<u8> {
    char::from(character).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

impl fmt::Display for Hex32 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Hex32 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl<'de> Deserialize<'de> for Hex32 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("expected 64 hexadecimal digits"))
    }
}

/// An answer to be graded or replayed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// The index of its author in the round's swarm; returned with the grade, never shown to the
    /// model.
    pub author: u32,
    /// The answer's text.
    pub text: String,
}

/// A grade of one candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct AuthorGrade {
    /// The candidate's author, as given in the job.
    pub author: u32,
    /// Basis points of 1.0, `0..=10_000`.
    pub grade: u16,
}

/// What kind of questions a domain takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One answer is right. Equal answers bear each other out.
    Closed,
    /// Everybody's answer is a text of its own.
    Open,
}

impl Kind {
    /// `closed` or `open`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
        }
    }
}

/// Where a prompt was asked; `None` where the node does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Field {
    /// The domain's number. 0 is the general one.
    pub domain: Option<u32>,
    /// What kind of questions it takes.
    pub question: Option<Kind>,
}

/// What is to be done; this and the agent are what makes two jobs the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Task {
    /// Answer a prompt in at most `max_bytes` bytes of UTF-8.
    Answer {
        /// The client's prompt.
        prompt: String,
        /// Longer answers are cut.
        max_bytes: usize,
        /// Where it was asked.
        field: Field,
    },
    /// Grade each candidate, given the prompt they answer.
    Grade {
        /// The client's prompt.
        prompt: String,
        /// The agent's own answer to this prompt, if it has one.
        reference: Option<String>,
        /// At least one, each author once.
        candidates: Vec<Candidate>,
    },
    /// Make a point of each text.
    Embed {
        /// SHA-256 that names the embedder.
        embedder: Hex32,
        /// 1 to [`MOST_AUDITED`], none of them empty.
        texts: Vec<String>,
    },
    /// Say how likely the agent's model finds answers.
    Replay {
        /// SHA-256 of the model's weights.
        model: Hex32,
        /// The client's prompt.
        prompt: String,
        /// Where it was asked.
        field: Field,
        /// How the answers are said to be drawn.
        sampling: ClaimedSampling,
        /// 1 to [`MOST_AUDITED`], each author once.
        answers: Vec<Candidate>,
    },
}

impl Task {
    /// `answer`, `grade`, `embed` or `replay`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Answer { .. } => "answer",
            Self::Grade { .. } => "grade",
            Self::Embed { .. } => "embed",
            Self::Replay { .. } => "replay",
        }
    }

    /// The longest of the task's texts, in bytes.
    pub fn longest_text(&self) -> usize {
        let longest = |candidates: &[Candidate]| {
            candidates.iter().map(|candidate| candidate.text.len()).max().unwrap_or(0)
        };
        match self {
            Self::Answer { prompt, .. } => prompt.len(),
            Self::Grade { prompt, reference, candidates } => {
                let reference = reference.as_ref().map_or(0, String::len);
                longest(candidates).max(prompt.len()).max(reference)
            }
            Self::Embed { texts, .. } => texts.iter().map(String::len).max().unwrap_or(0),
            Self::Replay { prompt, answers, .. } => longest(answers).max(prompt.len()),
        }
    }

    /// How many candidates there are to grade; 0 where nothing is to be graded.
    pub fn candidates(&self) -> usize {
        match self {
            Self::Grade { candidates, .. } => candidates.len(),
            Self::Answer { .. } | Self::Embed { .. } | Self::Replay { .. } => 0,
        }
    }
}

/// What a round pays and costs, in the chain's smallest unit; `None` where the node does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// What the client pays for the round.
    pub reward: Option<u128>,
    /// What an agent pays to take part, held until the round is over.
    pub ticket: Option<u128>,
    /// What the best answer has to score, in basis points, or nobody wins. 0: nothing.
    pub min_score: u16,
}

/// A posted job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRequest {
    /// The job's id.
    pub id: JobId,
    /// Whose job it is.
    pub agent: AgentKey,
    /// What is to be done.
    pub task: Task,
    /// For how long, from now, the result is of use.
    pub deadline: Duration,
    /// How long the reply may wait for the result.
    pub wait: Duration,
    /// Of an answer job's round. Not a part of what makes two jobs the same.
    pub price: Price,
}

/// Why a body is no job: the sender's fault, and sending it again does not help.
#[derive(Debug, thiserror::Error)]
pub enum Malformed {
    /// Not JSON, or not of a job's form.
    #[error("not a job: {0}")]
    Form(#[from] serde_json::Error),
    /// A grade job without candidates.
    #[error("not a job: no candidates")]
    NoCandidates,
    /// Two candidates or answers of one author.
    #[error("not a job: author {0} twice")]
    RepeatedAuthor(u32),
    /// An audit of nothing, or of too much.
    #[error("not a job: {0} texts, 1 to {MOST_AUDITED} are needed")]
    Audited(usize),
    /// A text to embed that is empty.
    #[error("not a job: an empty text")]
    EmptyText,
    /// A sampling that nobody can claim.
    #[error("not a job: sampling is out of its range")]
    Sampling,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum Body {
    Answer {
        id: JobId,
        agent: AgentKey,
        prompt: String,
        deadline_ms: u64,
        #[serde(default)]
        wait_ms: u64,
        #[serde(default = "default_answer_bytes")]
        max_bytes: usize,
        #[serde(default, deserialize_with = "decimal")]
        reward: Option<u128>,
        #[serde(default, deserialize_with = "decimal")]
        ticket: Option<u128>,
        #[serde(default)]
        domain: Option<u32>,
        #[serde(default)]
        question: Option<Kind>,
        #[serde(default)]
        min_score: u16,
    },
    Grade {
        id: JobId,
        agent: AgentKey,
        prompt: String,
        #[serde(default)]
        reference: Option<String>,
        candidates: Vec<Candidate>,
        deadline_ms: u64,
        #[serde(default)]
        wait_ms: u64,
    },
    Embed {
        id: JobId,
        agent: AgentKey,
        embedder: Hex32,
        texts: Vec<String>,
        deadline_ms: u64,
        #[serde(default)]
        wait_ms: u64,
    },
    Replay {
        id: JobId,
        agent: AgentKey,
        model: Hex32,
        prompt: String,
        #[serde(default)]
        domain: Option<u32>,
        #[serde(default)]
        question: Option<Kind>,
        sampling: ClaimedSampling,
        answers: Vec<Candidate>,
        deadline_ms: u64,
        #[serde(default)]
        wait_ms: u64,
    },
}

/// A balance: more than a JSON number holds safely, so it comes as a string of decimal digits.
fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u128>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let digits = Some(&text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let number = digits.and_then(|digits| digits.parse().ok());
    number
        .map(Some)
        .ok_or_else(|| serde::de::Error::custom("expected a string of decimal digits, below 2^128"))
}

fn default_answer_bytes() -> usize {
    DEFAULT_ANSWER_BYTES
}

impl JobRequest {
    /// Reads the body of `POST /v1/jobs`.
    ///
    /// # Errors
    /// [`Malformed`], whose text names the field.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut price = Price::default();
        let (id, agent, task, deadline_ms, wait_ms) = match serde_json::from_slice(body)? {
            Body::Answer {
                id,
                agent,
                prompt,
                deadline_ms,
                wait_ms,
                max_bytes,
                reward,
                ticket,
                domain,
                question,
                min_score,
            } => {
                price = Price { reward, ticket, min_score };
                let field = Field { domain, question };
                (id, agent, Task::Answer { prompt, max_bytes, field }, deadline_ms, wait_ms)
            }
            Body::Grade { id, agent, prompt, reference, candidates, deadline_ms, wait_ms } => {
                each_author_once(&candidates)?;
                if candidates.is_empty() {
                    return Err(Malformed::NoCandidates);
                }
                (id, agent, Task::Grade { prompt, reference, candidates }, deadline_ms, wait_ms)
            }
            Body::Embed { id, agent, embedder, texts, deadline_ms, wait_ms } => {
                audited(texts.len())?;
                if texts.iter().any(String::is_empty) {
                    return Err(Malformed::EmptyText);
                }
                (id, agent, Task::Embed { embedder, texts }, deadline_ms, wait_ms)
            }
            Body::Replay {
                id,
                agent,
                model,
                prompt,
                domain,
                question,
                sampling,
                answers,
                deadline_ms,
                wait_ms,
            } => {
                audited(answers.len())?;
                each_author_once(&answers)?;
                if !sampling.is_valid() {
                    return Err(Malformed::Sampling);
                }
                let field = Field { domain, question };
                let task = Task::Replay { model, prompt, field, sampling, answers };
                (id, agent, task, deadline_ms, wait_ms)
            }
        };
        let (deadline, wait) = (Duration::from_millis(deadline_ms), Duration::from_millis(wait_ms));
        Ok(Self { id, agent, task, deadline, wait, price })
    }
}

fn each_author_once(candidates: &[Candidate]) -> Result<(), Malformed> {
    let mut authors = HashSet::new();
    match candidates.iter().find(|one| !authors.insert(one.author)) {
        Some(candidate) => Err(Malformed::RepeatedAuthor(candidate.author)),
        None => Ok(()),
    }
}

fn audited(count: usize) -> Result<(), Malformed> {
    if (1..=MOST_AUDITED).contains(&count) {
        Ok(())
    } else {
        Err(Malformed::Audited(count))
    }
}

/// What has become of a job: the body of a reply with status 200.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum JobStatus {
    /// The result.
    Done(JobResult),
    /// Waiting or running: post it again.
    Pending,
    /// No result, and the same post brings none either (except after a passed deadline, with a
    /// later one).
    Declined {
        /// One line for the node's log.
        reason: String,
    },
    /// The attempt failed through no fault of the job: the next post of this id tries again.
    Failed {
        /// One line for the node's log.
        reason: String,
    },
}

/// A finished job's result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum JobResult {
    /// Of an answer job.
    Answer {
        /// The answer, at most the job's `max_bytes` long.
        answer: String,
    },
    /// Of a grade job.
    Grades {
        /// One grade for each candidate, in the job's order.
        grades: Vec<AuthorGrade>,
    },
    /// Of an embedding job.
    Embeddings {
        /// For each text its point in quanta of 1/256, -127..=127, all of the same length; `None`
        /// where it gives none.
        embeddings: Vec<Option<Vec<i8>>>,
    },
    /// Of a replay job.
    Replays {
        /// For each answer what the model says of it; `None` where nothing can be said.
        replays: Vec<Option<Replayed>>,
    },
}

/// The body of every reply that is not a success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorBody {
    /// One line, for people.
    pub error: String,
}

#[cfg(test)]
mod tests;
