//! What the worker needs of whatever runs a language model.
//!
//! Two implementations: [`mistral`] in this process, and [`openai`], a server that speaks OpenAI's
//! protocol. Tests use others. [`directory`] looks through a model's directory before it is loaded;
//! [`threads`] is about which threads mistral.rs computes on. [`crate::loading`] puts them to work.

pub mod directory;
pub mod mistral;
pub mod openai;
pub mod threads;

use crate::grading::NextLogits;
use std::time::Duration;

/// What a model is given: at most one system message, one of the user, and then its calls of tools
/// with what came of them. Chat templates make tokens of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chat {
    /// The system message.
    pub system: Option<String>,
    /// The user's message.
    pub user: String,
    /// What the model may call; empty: nothing.
    pub tools: Vec<ToolDescription>,
    /// What it called, in order.
    pub exchanges: Vec<ToolExchange>,
}

/// A tool as a model is told of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolDescription {
    /// What the model calls it: letters, digits, `_` and `-`.
    pub name: String,
    /// What it does.
    pub description: String,
    /// Its arguments, as a JSON schema of an object.
    pub parameters: serde_json::Value,
}

/// A model's wish to call a tool.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolCall {
    /// The server's name for it; empty for models in this process.
    pub id: String,
    /// The tool's name, as the model wrote it.
    pub name: String,
    /// Its arguments, as the model wrote them: meant to be a JSON object.
    pub arguments: String,
}

/// A reply of calls, and what came of them.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolExchange {
    /// What the model wrote, calls included where they are text.
    pub text: String,
    /// At least one.
    pub calls: Vec<ToolCall>,
    /// One for each call, in their order.
    pub results: Vec<String>,
}

/// What a model replies.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Generated {
    /// Without control tokens, reasoning and surrounding white space; may be empty.
    pub text: String,
    /// Calls of the chat's tools; if there are any, the text is no answer yet.
    pub calls: Vec<ToolCall>,
}

impl From<&str> for Generated {
    fn from(text: &str) -> Self {
        Self { text: text.to_string(), calls: Vec::new() }
    }
}

/// What a reply took, as far as the engine says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens read.
    pub prompt: Option<u32>,
    /// Tokens written.
    pub reply: Option<u32>,
    /// Until the first token, where it is known.
    pub first_token: Option<Duration>,
}

/// How an agent's answers are drawn from its model's probabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampling {
    /// 0 is greedy: always the likeliest token. Above, the logits are divided by it.
    pub temperature: f64,
    /// Only the likeliest tokens that together reach this probability, `0.0 < p <= 1.0`.
    pub top_p: Option<f64>,
    /// Only this many likeliest tokens, at least 1.
    pub top_k: Option<usize>,
    /// Only tokens at least this probable, relative to the likeliest, `0.0..=1.0`.
    pub min_p: Option<f64>,
}

impl Sampling {
    /// Always the likeliest token.
    pub const GREEDY: Self = Self { temperature: 0.0, top_p: None, top_k: None, min_p: None };
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
    /// The server asks to wait, or is not there: worth another attempt then.
    #[error("the engine is unavailable: {reason}")]
    Unavailable {
        /// One line for people.
        reason: String,
        /// How long the server asks to wait, if it says.
        retry_after: Option<Duration>,
    },
}

/// A loaded model. Calls may come at the same time; an implementation that cannot run them so lets
/// them wait.
///
/// A call's future must be driven to its end, since dropping it half-way may harm the engine,
/// unless [`Self::may_be_dropped`]. The scheduler gives each its own task.
#[async_trait::async_trait]
pub trait Backend: Send + Sync {
    /// Generates at most `max_tokens` tokens, fewer if the context ends before.
    async fn generate(
        &self,
        chat: &Chat,
        sampling: &Sampling,
        max_tokens: usize,
    ) -> Result<Generated, BackendError>;

    /// Reads the logits with which the model would choose the first token of its reply. What an id
    /// names is the backend's own affair: a [`crate::grading::Scale`] fits one backend only.
    async fn next_logits(&self, chat: &Chat, ids: &[u32]) -> Result<NextLogits, BackendError>;

    /// Asks for something small to see that the engine is alive.
    async fn probe(&self) -> Result<(), BackendError> {
        Ok(())
    }

    /// Whether the future of [`Self::generate`] may be dropped half-way, and that stops the engine:
    /// true of servers, which notice that nobody listens any more.
    fn may_be_dropped(&self) -> bool {
        false
    }
}

/// The first line of an error: candle's errors go on with a stack trace, which is nothing for a
/// reply or an operator.
pub(crate) fn first_line(error: &dyn std::fmt::Display) -> String {
    format!("{error:#}").lines().next().unwrap_or_default().trim_end().to_string()
}

/// What follows the reasoning of a model that could not be kept from it; nothing if it never
/// got that far.
pub(crate) fn without_reasoning(text: &str) -> &str {
    match text.rsplit_once("</think>") {
        Some((_, answer)) => answer,
        None if text.trim_start().starts_with("<think>") => "",
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasoning_should_not_be_part_of_an_answer() {
        assert_eq!(without_reasoning("<think>\nhm\n</think>\n49"), "\n49");
        assert_eq!(without_reasoning("hm</think>49"), "49");
        assert_eq!(without_reasoning("\n<think>hm"), "");
        assert_eq!(without_reasoning("4 < 9"), "4 < 9");
    }
}
