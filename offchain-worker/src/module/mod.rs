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
    backend::{BackendError, Sampling},
    grading::NoGrade,
    jobs::Outcome,
    program::ProgramError,
    prompts::TemplateError,
    protocol::{AuthorGrade, Candidate},
    units::{Toolbox, UnitError},
};

/// A prompt to be answered.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The client's prompt.
    pub prompt: &'a str,
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
}

/// Answers to be graded.
#[derive(Clone, Copy, Debug)]
pub struct Grading<'a> {
    /// The client's prompt.
    pub prompt: &'a str,
    /// The agent's own answer, if it has one.
    pub reference: Option<&'a str>,
    /// At least one.
    pub candidates: &'a [Candidate],
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
    /// The agent's answers to the same prompt differ too much for it to stand for one of them.
    #[error("only {share:.2} of the agent's answers agree, {least} is needed")]
    Unsure {
        /// Of the most frequent answer, `0.0..=1.0`.
        share: f64,
        /// What the agent asks of itself.
        least: f64,
    },
    /// A candidate without a grade.
    #[error("no grade for the answer of author {author}: {source}")]
    NoGrade {
        /// Whose answer.
        author: u32,
        /// Why.
        source: NoGrade,
    },
    /// The model or its template is at fault.
    #[error("the model replies to no candidate with a grade")]
    NoGrades,
}

impl From<NoResult> for Outcome {
    fn from(reason: NoResult) -> Self {
        match &reason {
            NoResult::Backend(BackendError::Engine(_))
            | NoResult::Program(_)
            | NoResult::Unit(UnitError::Program { .. })
            // Drawn by chance as often as not: the next draw can have a text.
            | NoResult::Empty => Self::Failed(reason.to_string()),
            _ => Self::Declined(reason.to_string()),
        }
    }
}

/// What an agent thinks with. A call's future must be driven to its end: dropping it half-way may
/// harm an engine.
#[async_trait::async_trait]
pub trait Module: Send + Sync {
    /// Answers a prompt; the text may be empty or too long.
    async fn answer(&self, question: &Question<'_>) -> Result<String, NoResult>;

    /// Grades all candidates, or none.
    async fn grade(&self, grading: &Grading<'_>) -> Graded;
}
