//! The primary cognitive module: what an agent answers and grades with.
//!
//! Two kinds: a [`language::LanguageModel`], whatever runs it (see [`crate::backend`]), and an
//! [`expert::ExpertSystem`], a program that the worker starts. Both do whole tasks; queues, units
//! and limits are around them, not in them. A third, [`adversary::Adversary`], is for tests and
//! demos. Where one could not be loaded [`unavailable::Unavailable`] stands in for it.

pub mod adversary;
pub mod expert;
pub mod language;
pub mod recent;
pub mod unavailable;

use crate::{
    backend::{replay::Replay, BackendError, Sampling, Usage},
    grading::NoGrade,
    jobs::Outcome,
    program::ProgramError,
    prompts::TemplateError,
    protocol::{AuthorGrade, Candidate, Field},
    units::{Toolbox, UnitError},
};
use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// A prompt to be answered.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The client's prompt, as it was sent (see [`crate::conversation`]).
    pub prompt: &'a str,
    /// Where it was asked.
    pub field: Field,
    /// What the agent's units found out about it, one note each; data, like the prompt.
    pub notes: &'a [String],
    /// How the answer is drawn, if chance has a part in it.
    pub sampling: &'a Sampling,
    /// The agent's system message.
    pub system: Option<&'a str>,
    /// The longest answer in tokens, if shorter than the model's own limit.
    pub max_tokens: Option<usize>,
    /// The longest answer in bytes; longer ones are cut by the caller.
    pub max_bytes: usize,
    /// What the model may call while it answers, if it can call tools.
    pub tools: Toolbox<'a>,
    /// After this the answer is of no use: it is stopped.
    pub until: Option<Instant>,
    /// What chance is drawn from; another one for each answer.
    pub seed: u64,
    /// Where the module notes what it took, if somebody counts.
    pub tally: Option<&'a Tally>,
}

/// What answers took in tokens, noted while they are made.
#[derive(Debug, Default)]
pub struct Tally(Mutex<Usage>);

impl Tally {
    /// Adds what one reply took. The time until the first token is that of the first reply.
    pub fn note(&self, usage: &Usage) {
        let mut sum = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let add = |one: Option<u32>, other: Option<u32>| match (one, other) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            _ => one.or(other),
        };
        sum.prompt = add(sum.prompt, usage.prompt);
        sum.reply = add(sum.reply, usage.reply);
        sum.first_token = sum.first_token.or(usage.first_token);
    }

    /// The sum so far.
    pub fn sum(&self) -> Usage {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers to be graded.
#[derive(Clone, Copy, Debug)]
pub struct Grading<'a> {
    /// The client's prompt, as it was sent.
    pub prompt: &'a str,
    /// The agent's own answer, if it has one.
    pub reference: Option<&'a str>,
    /// At least one.
    pub candidates: &'a [Candidate],
    /// After this the grades are of no use.
    pub until: Option<Instant>,
}

/// What grading brings.
#[derive(Debug)]
pub struct Graded {
    /// One grade for each candidate, in their order.
    pub grades: Result<Vec<AuthorGrade>, NoResult>,
    /// What was seen meanwhile, which counts whether there are grades or not.
    pub readings: Readings,
}

/// What a language model shows while it grades; of other modules there is nothing to read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readings {
    /// Of each grade that the model gave, the probability of all grade tokens together.
    pub masses: Vec<f64>,
    /// How often it was not asked, because it had been asked the same lately.
    pub recalled: u64,
}

impl From<Result<Vec<AuthorGrade>, NoResult>> for Graded {
    fn from(grades: Result<Vec<AuthorGrade>, NoResult>) -> Self {
        Self { grades, readings: Readings::default() }
    }
}

/// Why a job brings no result.
#[derive(Debug, thiserror::Error)]
pub enum NoResult {
    /// The model, or what runs it.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The operator's template.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The program that is the agent's module.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The program does not want the job.
    #[error("the program declines: {0}")]
    ProgramDeclines(String),
    /// An auxiliary unit does not let it pass, or failed.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// There is no model: only a stand-in.
    #[error("its model could not be loaded: {0}")]
    NotLoaded(String),
    /// Nothing came.
    #[error("the model gave an empty answer")]
    Empty,
    /// Not even a sentence fits into the model's limit of tokens.
    #[error("the answer has no end within the model's limit of tokens")]
    CutShort,
    /// The agent's answers to the same prompt differ too much for it to stand for one of them.
    #[error("only {share:.2} of the agent's answers agree, {least} is needed")]
    Unsure {
        /// Of the most frequent answer, `0.0..=1.0`.
        share: f64,
        /// What the agent asks of itself.
        least: f64,
    },
    /// Not replied to with a grade.
    #[error(transparent)]
    NoGrade(#[from] NoGrade),
    /// The model or its template is at fault.
    #[error("the model replies to no candidate with a grade")]
    NoGrades,
    /// A job of another kind of lane: the worker's own fault.
    #[error("audits are not done along with answers")]
    Audit,
    /// What the module is cannot say how likely an answer is.
    #[error("{0}")]
    NoReplay(&'static str),
    /// It took longer than the result would have been of use.
    #[error("stopped: the deadline passed while it was done")]
    Late,
}

impl NoResult {
    /// Whether the engine is at fault, rather than what it was asked.
    pub fn is_of_engine(&self) -> bool {
        matches!(
            self,
            Self::Backend(BackendError::Engine(_) | BackendError::Unavailable { .. })
                | Self::Program(_)
        )
    }

    /// The kind of reason as a label of metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Backend(BackendError::TooLong { .. }) => "context",
            Self::Backend(BackendError::Refused(_)) => "refused",
            Self::Backend(_) | Self::Program(_) => "engine",
            Self::Template(_) => "template",
            Self::ProgramDeclines(_) => "program",
            Self::Unit(_) => "unit",
            Self::Empty => "empty",
            Self::Unsure { .. } => "unsure",
            Self::NoGrade(_) | Self::NoGrades => "no_grade",
            Self::CutShort => "cut",
            Self::NotLoaded(_) => "not_loaded",
            Self::NoReplay(_) | Self::Audit => "no_replay",
            Self::Late => "stopped",
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Backend(BackendError::Unavailable { retry_after, .. }) => *retry_after,
            _ => None,
        }
    }
}

impl From<NoResult> for Outcome {
    fn from(reason: NoResult) -> Self {
        let (label, after) = (reason.label(), reason.retry_after());
        match &reason {
            NoResult::Unit(UnitError::Program { .. }) => {
                Self::Again { reason: reason.to_string(), after }
            }
            engine if engine.is_of_engine() => Self::Again { reason: reason.to_string(), after },
            // Drawn by chance as often as not: the next draw can have a text.
            NoResult::Empty => Self::Failed(reason.to_string()),
            NoResult::Late => Self::Late(reason.to_string()),
            _ => Self::Declined { reason: reason.to_string(), label },
        }
    }
}

/// Programs and adversaries have no probabilities.
const NO_REPLAY: &str = "only a language model can replay answers";

/// What an agent thinks with. A call's future must be driven to its end, since dropping it half-way
/// may harm an engine, unless [`Self::may_be_dropped`] says otherwise.
#[async_trait::async_trait]
pub trait Module: Send + Sync {
    /// Answers a prompt; the text may be empty or too long.
    async fn answer(&self, question: &Question<'_>) -> Result<String, NoResult>;

    /// Why it can do nothing at all; `None` of a module that was loaded.
    fn problem(&self) -> Option<String> {
        None
    }

    /// Grades all candidates, or none.
    async fn grade(&self, grading: &Grading<'_>) -> Graded;

    /// How likely each token of `answer` is as an answer to the question, drawn as that says, which
    /// leaves something to chance. `None` where nothing can be said of it.
    async fn replay(
        &self,
        _question: &Question<'_>,
        _answer: &str,
    ) -> Result<Option<Replay>, NoResult> {
        Err(NoResult::NoReplay(NO_REPLAY))
    }

    /// Why it never replays; `None` if it does.
    fn cannot_replay(&self) -> Option<&'static str> {
        Some(NO_REPLAY)
    }

    /// Sees whether what it runs on is alive, with a small request where there is one.
    async fn probe(&self) -> Result<(), NoResult> {
        Ok(())
    }

    /// Whether the future of [`Self::answer`] may be dropped half-way, and that stops the work.
    fn may_be_dropped(&self) -> bool {
        false
    }
}
