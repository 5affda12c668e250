//! What the worker needs of whatever runs a language model.
//!
//! [`mistral`] is the one implementation; [`directory`] and [`loading`] turn a directory or a Hub id into it. Tests put
//! others in its place.

pub mod directory;
pub mod loading;
pub mod mistral;

use crate::{grading::NextLogits, roster::Sampling};

/// What a model is given: at most one system message, then one of the user. Chat templates make tokens of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Chat {
    /// The system message.
    pub system: Option<String>,
    /// The user's message.
    pub user: String,
}

/// Why a model gave nothing.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BackendError {
    /// The request's fault: it does not fit into the model's context.
    #[error("the text has {tokens} tokens, the model takes {limit}")]
    TooLong {
        /// Of the request.
        tokens: usize,
        /// Of the model's context, less one for the reply.
        limit: usize,
    },
    /// The request's or the model's fault; the same request is refused again.
    #[error("the model refuses the request: {0}")]
    Refused(String),
    /// The engine's fault: worth another attempt.
    #[error("the engine failed: {0}")]
    Engine(String),
}

/// A loaded model. Calls may come at the same time; an implementation that cannot run them so lets them wait.
///
/// A call's future must be driven to its end: dropping it half-way may harm the engine. The scheduler gives each its
/// own task.
#[async_trait::async_trait]
pub trait Backend: Send + Sync {
    /// Generates at most `max_tokens` tokens, fewer if the context ends before. The text comes without control tokens,
    /// reasoning and surrounding white space, and may be empty.
    async fn generate(&self, chat: &Chat, sampling: &Sampling, max_tokens: usize) -> Result<String, BackendError>;

    /// Reads the logits with which the model would choose the first token of its reply.
    async fn next_logits(&self, chat: &Chat, ids: &[u32]) -> Result<NextLogits, BackendError>;
}

/// The first line of an error: candle's errors go on with a stack trace, which is nothing for a reply or an operator.
pub(crate) fn first_line(error: &dyn std::fmt::Display) -> String {
    format!("{error:#}").lines().next().unwrap_or_default().trim_end().to_string()
}
