//! The JSON that a node and a worker exchange: `docs/worker-protocol.md` as types.
//!
//! A [`JobRequest`] is one job of one agent, a [`JobStatus`] what has become of it. Parsing is
//! strict: an unknown field, a wrong type, bad hex or a repeated author is a [`Malformed`] request
//! (HTTP 400). Limits that depend on the configuration are not checked here.

use serde::{Deserialize, Deserializer, Serialize};
use std::{collections::HashSet, fmt, time::Duration};

/// The byte limit of an answer when a job does not name one: the chain's default limit, 16 KiB.
pub const DEFAULT_ANSWER_BYTES: usize = 16 * 1024;

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

/// An answer to be graded.
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
}

impl Task {
    /// `answer` or `grade`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Answer { .. } => "answer",
            Self::Grade { .. } => "grade",
        }
    }

    /// The longest of the task's texts, in bytes.
    pub fn longest_text(&self) -> usize {
        match self {
            Self::Answer { prompt, .. } => prompt.len(),
            Self::Grade { prompt, reference, candidates } => candidates
                .iter()
                .map(|candidate| candidate.text.len())
                .chain([prompt.len(), reference.as_ref().map_or(0, String::len)])
                .max()
                .unwrap_or(0),
        }
    }

    /// How many candidates there are to grade; 0 for an answer.
    pub fn candidates(&self) -> usize {
        match self {
            Self::Answer { .. } => 0,
            Self::Grade { candidates, .. } => candidates.len(),
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
    /// Two candidates of one author.
    #[error("not a job: author {0} twice")]
    RepeatedAuthor(u32),
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
        let milliseconds = Duration::from_millis;
        match serde_json::from_slice(body)? {
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
            } => Ok(Self {
                id,
                agent,
                task: Task::Answer { prompt, max_bytes, field: Field { domain, question } },
                deadline: milliseconds(deadline_ms),
                wait: milliseconds(wait_ms),
                price: Price { reward, ticket, min_score },
            }),
            Body::Grade { id, agent, prompt, reference, candidates, deadline_ms, wait_ms } => {
                let mut authors = HashSet::new();
                let twice = candidates.iter().find(|one| !authors.insert(one.author));
                if let Some(candidate) = twice {
                    return Err(Malformed::RepeatedAuthor(candidate.author));
                }
                if candidates.is_empty() {
                    return Err(Malformed::NoCandidates);
                }
                Ok(Self {
                    id,
                    agent,
                    task: Task::Grade { prompt, reference, candidates },
                    deadline: milliseconds(deadline_ms),
                    wait: milliseconds(wait_ms),
                    price: Price::default(),
                })
            }
        }
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
}

/// The body of every reply that is not a success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorBody {
    /// One line, for people.
    pub error: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{json, Value};

    fn answer_body() -> Value {
        json!({
            "id": "11".repeat(32), "agent": "Ab".repeat(32), "kind": "answer",
            "prompt": "37+12", "deadline_ms": 2500, "wait_ms": 40, "max_bytes": 64
        })
    }

    fn grade_body() -> Value {
        json!({
            "id": "11".repeat(32), "agent": "22".repeat(32), "kind": "grade", "prompt": "37+12",
            "reference": null, "candidates": [{"author": 3, "text": "49"}], "deadline_ms": 1
        })
    }

    fn parse(body: &Value) -> Result<JobRequest, Malformed> {
        JobRequest::parse(body.to_string().as_bytes())
    }

    #[test]
    fn both_kinds_should_parse_when_well_formed() {
        let answer = parse(&answer_body()).unwrap();
        assert_eq!(answer.agent, Hex32([0xab; 32]));
        let field = Field::default();
        assert_eq!(answer.task, Task::Answer { prompt: "37+12".into(), max_bytes: 64, field });
        assert_eq!(
            (answer.deadline, answer.wait),
            (Duration::from_millis(2500), Duration::from_millis(40))
        );
        let grade = parse(&grade_body()).unwrap();
        assert_eq!(grade.task.candidates(), 1);
        assert_eq!(grade.wait, Duration::ZERO);
    }

    #[test]
    fn price_should_be_read_where_the_node_names_it() {
        assert_eq!(parse(&answer_body()).unwrap().price, Price::default());
        let mut body = answer_body();
        body["reward"] = json!(u128::MAX.to_string());
        body["ticket"] = json!("0");
        body["min_score"] = json!(4_500);
        let price = Price { reward: Some(u128::MAX), ticket: Some(0), min_score: 4_500 };
        assert_eq!(parse(&body).unwrap().price, price);
        for wrong in
            [json!(5), json!("-1"), json!("1.5"), json!(""), json!("+1"), json!("9".repeat(40))]
        {
            body["reward"] = wrong;
            assert!(matches!(parse(&body), Err(Malformed::Form(_))), "{body}");
        }
        let mut grade = grade_body();
        grade["reward"] = json!("1");
        assert!(parse(&grade).is_err(), "a price is of an answer job only");
    }

    #[test]
    fn field_should_be_read_where_the_node_names_it() {
        let mut body = answer_body();
        body["domain"] = json!(3);
        body["question"] = json!("open");
        let Task::Answer { field, .. } = parse(&body).unwrap().task else { panic!("an answer") };
        assert_eq!(field, Field { domain: Some(3), question: Some(Kind::Open) });
        for (name, wrong) in
            [("domain", json!(-1)), ("domain", json!("3")), ("question", json!("Open"))]
        {
            let mut body = body.clone();
            body[name] = wrong;
            assert!(matches!(parse(&body), Err(Malformed::Form(_))), "{body}");
        }
    }

    #[test]
    fn parse_should_fail_when_a_field_is_wrong() {
        for (field, value) in [
            ("id", json!("11")),
            ("id", json!("zz".repeat(32))),
            ("agent", json!(format!("0x{}", "11".repeat(31)))),
            ("kind", json!("other")),
            ("prompt", json!(5)),
            ("prompt", Value::Null),
            ("deadline_ms", json!(-1)),
            ("wait_ms", json!("soon")),
            ("unheard_of", json!(1)),
            ("candidates", json!([])),
        ] {
            let mut body = answer_body();
            body[field] = value;
            assert!(matches!(parse(&body), Err(Malformed::Form(_))), "{body}");
        }
        for missing in ["id", "agent", "kind", "prompt", "deadline_ms"] {
            let mut body = answer_body();
            body.as_object_mut().unwrap().remove(missing);
            assert!(matches!(parse(&body), Err(Malformed::Form(_))), "without {missing}");
        }
        assert!(JobRequest::parse(b"not json").is_err());
        assert!(JobRequest::parse(b"").is_err());
    }

    #[test]
    fn parse_should_fail_when_candidates_are_missing_or_repeated() {
        let mut body = grade_body();
        body["candidates"] = json!([]);
        assert!(matches!(parse(&body), Err(Malformed::NoCandidates)));
        body["candidates"] = json!([{"author": 1, "text": "a"}, {"author": 1, "text": "b"}]);
        assert!(matches!(parse(&body), Err(Malformed::RepeatedAuthor(1))));
        body["candidates"] = json!([{"author": 1, "text": "a", "owner": "x"}]);
        assert!(matches!(parse(&body), Err(Malformed::Form(_))));
        body["candidates"] = json!([{"author": -1, "text": "a"}]);
        assert!(matches!(parse(&body), Err(Malformed::Form(_))));
    }

    #[test]
    fn replies_should_have_the_documented_form() {
        let done = JobStatus::Done(JobResult::Answer { answer: "49".into() });
        assert_eq!(serde_json::to_value(done).unwrap(), json!({"status": "done", "answer": "49"}));
        let grades = JobResult::Grades { grades: vec![AuthorGrade { author: 3, grade: 9321 }] };
        assert_eq!(
            serde_json::to_value(JobStatus::Done(grades)).unwrap(),
            json!({"status": "done", "grades": [{"author": 3, "grade": 9321}]})
        );
        assert_eq!(serde_json::to_value(JobStatus::Pending).unwrap(), json!({"status": "pending"}));
        let declined = JobStatus::Declined { reason: "no".into() };
        assert_eq!(
            serde_json::to_value(declined).unwrap(),
            json!({"status": "declined", "reason": "no"})
        );
    }

    #[test]
    fn hex_should_survive_a_round_trip() {
        let key = Hex32(std::array::from_fn(|index| u8::try_from(index * 7).unwrap()));
        assert_eq!(Hex32::parse(&key.to_string()), Some(key));
        assert_eq!(
            Hex32(
                [1, 0, 0, 0, 0, 0, 0, 2]
                    .iter()
                    .copied()
                    .chain([9; 24])
                    .collect::<Vec<_>>()
                    .try_into()
                    .unwrap()
            )
            .leading_u64(),
            1 | 2 << 56
        );
    }
}
