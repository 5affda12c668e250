//! What the worker needs of whatever runs a language model.
//!
//! Two implementations: [`mistral`] in this process, and [`openai`], a server that speaks OpenAI's
//! protocol. Tests use others. [`directory`] looks through a model's directory before it is loaded;
//! [`threads`] is about which threads mistral.rs computes on; [`replay`] is what audits ask.
//! [`crate::loading`] puts them to work.

pub mod directory;
pub mod draw;
pub mod mistral;
pub mod openai;
pub mod reasoning;
pub mod replay;
pub mod threads;

use crate::{conversation::Turn, grading::NextLogits, protocol::ClaimedSampling};
use replay::Replay;
use std::{
    hash::{BuildHasher, RandomState},
    time::{Duration, Instant},
};

/// The most dimensions of the points that embedders give: what the chain takes.
pub const MOST_DIMENSIONS: usize = 1_024;

/// What a model is given: at most one system message, what was said before, one message of the
/// user, and then its calls of tools with what came of them. User and assistant alternate, as chat
/// templates want it. They make tokens of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chat {
    /// The system message.
    pub system: Option<String>,
    /// What the user said and the model answered before, the first first.
    pub earlier: Vec<Turn>,
    /// The user's message that is to be answered.
    pub user: String,
    /// What the model may call; empty: nothing.
    pub tools: Vec<ToolDescription>,
    /// What it called, in order.
    pub exchanges: Vec<ToolExchange>,
    /// What the reply begins with: the model goes on from there, and the reply does not repeat it.
    /// A server that cannot do that is not told of it.
    pub prefill: Option<String>,
}

impl Chat {
    /// The same for a model whose template knows no system message: the user's first one begins
    /// with it.
    pub(crate) fn without_system(&self) -> Self {
        let mut chat = self.clone();
        if let Some(system) = chat.system.take() {
            chat.begin_with(system.trim_end());
        }
        chat
    }

    /// Lets the user's first message begin with `text`, as a paragraph.
    pub(crate) fn begin_with(&mut self, text: &str) {
        let first = self.earlier.first_mut().map_or(&mut self.user, |turn| &mut turn.user);
        *first = format!("{text}\n\n{first}");
    }

    /// All texts of it, in no particular order.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let earlier = self.earlier.iter().flat_map(|turn| [&turn.user, &turn.assistant]);
        let results = self.exchanges.iter().flat_map(|exchange| &exchange.results);
        self.system.iter().chain([&self.user]).chain(earlier).chain(results).map(String::as_str)
    }
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

/// What bounds and seeds one answer.
#[derive(Clone, Copy, Debug)]
pub struct Generation {
    /// The longest reply, in tokens, at least 1. A server may go on once from there.
    pub max_tokens: usize,
    /// After this the answer is of no use: it is stopped. `None`: never.
    pub until: Option<Instant>,
    /// What chance is drawn from; another one for each request.
    pub seed: u64,
}

impl Generation {
    /// At most `max_tokens` tokens, whenever they come, drawn from a seed of the system's.
    pub fn of(max_tokens: usize) -> Self {
        // Each of them is keyed anew.
        Self { max_tokens, until: None, seed: RandomState::new().hash_one(0u8) }
    }

    /// Whether the answer is of no use any more.
    pub fn is_late(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }
}

/// Why a reply ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// The model had said it all.
    #[default]
    Stop,
    /// At the limit of tokens: what there is may end in the middle of a word.
    Length,
    /// Its time was over. What there is, if anything, may end anywhere.
    Late,
}

/// What a reply took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens read; `None` if nobody counted.
    pub prompt: Option<u32>,
    /// Tokens written, reasoning included; `None` if nobody counted.
    pub reply: Option<u32>,
    /// From the request to the first token, waiting included; `None` where it is not known.
    pub first_token: Option<Duration>,
}

/// What a model replies.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Generated {
    /// Without control tokens, reasoning and surrounding white space; may be empty.
    pub text: String,
    /// Calls of the chat's tools; if there are any, the text is no answer yet.
    pub calls: Vec<ToolCall>,
    /// Why it ended.
    pub ending: Ending,
    /// What it took.
    pub tokens: Usage,
}

impl Generated {
    /// Nothing, since its time was over.
    pub(crate) fn late() -> Self {
        Self { ending: Ending::Late, ..Self::default() }
    }
}

impl From<&str> for Generated {
    fn from(text: &str) -> Self {
        Self { text: text.to_string(), ..Self::default() }
    }
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

/// As it is claimed on chain, in basis points. What bounds nothing is left out, as an agent's
/// configuration would.
impl From<&ClaimedSampling> for Sampling {
    fn from(claimed: &ClaimedSampling) -> Self {
        let ClaimedSampling { temperature, top_p, top_k, min_p } = *claimed;
        let share = |points: u16| f64::from(points) / 10_000.0;
        Self {
            temperature: f64::from(temperature) / 10_000.0,
            top_p: (top_p < 10_000).then(|| share(top_p)),
            top_k: usize::try_from(top_k).ok().filter(|top_k| *top_k > 0),
            min_p: (min_p > 0).then(|| share(min_p)),
        }
    }
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
    #[error("{reason}")]
    Unavailable {
        /// In one line.
        reason: String,
        /// What the server asks for, at most a minute; `None` if it does not say.
        retry_after: Option<Duration>,
    },
}

/// Servers show a few likely tokens, if any: of the others neither the probability is known nor the
/// entropy.
const NO_REPLAY: &str = "a server does not show how likely all tokens are";

/// A loaded model. Calls may come at the same time; an implementation that cannot run them so lets
/// them wait.
///
/// A call's future must be driven to its end, since dropping it half-way may harm the engine,
/// unless [`Self::may_be_dropped`]. The scheduler gives each its own task.
#[async_trait::async_trait]
pub trait Backend: Send + Sync {
    /// Generates at most `limits.max_tokens` tokens, fewer if the context ends or their time is
    /// over before.
    async fn generate(
        &self,
        chat: &Chat,
        sampling: &Sampling,
        limits: &Generation,
    ) -> Result<Generated, BackendError>;

    /// Reads the logits with which the model would choose the first token of its reply, after the
    /// prefill if there is one. What an id names is the backend's own affair: a
    /// [`crate::grading::Scale`] fits one backend only.
    async fn next_logits(&self, chat: &Chat, ids: &[u32]) -> Result<NextLogits, BackendError>;

    /// How likely each token of `reply` is as the reply to `chat`, drawn as `sampling` says, which
    /// must leave something to chance. `None` where nothing can be said: there is no token, or it
    /// does not fit into the context.
    async fn replay(
        &self,
        _chat: &Chat,
        _reply: &str,
        _sampling: &Sampling,
    ) -> Result<Option<Replay>, BackendError> {
        Err(BackendError::Refused(NO_REPLAY.to_string()))
    }

    /// Why it never replays; `None` if it does.
    fn cannot_replay(&self) -> Option<&'static str> {
        Some(NO_REPLAY)
    }

    /// Asks for something small, to see that the engine is alive.
    async fn probe(&self) -> Result<(), BackendError> {
        Ok(())
    }

    /// How many requests it takes at a time, at least 1; more of them wait.
    fn parallel(&self) -> usize {
        1
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_should_mean_the_sampling_that_an_agent_would_configure() {
        let claimed = ClaimedSampling { temperature: 7_000, top_p: 9_000, top_k: 40, min_p: 500 };
        let expected =
            Sampling { temperature: 0.7, top_p: Some(0.9), top_k: Some(40), min_p: Some(0.05) };
        assert_eq!(Sampling::from(&claimed), expected);
        let all = ClaimedSampling { temperature: 10_000, top_p: 10_000, top_k: 0, min_p: 0 };
        assert_eq!(Sampling::from(&all), Sampling { temperature: 1.0, ..Sampling::GREEDY });
    }

    #[test]
    fn seeds_should_differ_when_nobody_chose_them() {
        let seeds: std::collections::HashSet<u64> =
            (0..100).map(|_| Generation::of(1).seed).collect();
        assert_eq!(seeds.len(), 100);
    }

    #[test]
    fn system_message_should_be_the_users_when_the_template_knows_none() {
        let chat =
            Chat { system: Some("Be brief.\n".into()), user: "2+2".into(), ..Chat::default() };
        let merged = chat.without_system();
        assert_eq!((merged.system, merged.user.as_str()), (None, "Be brief.\n\n2+2"));
        let earlier = vec![Turn { user: "1+1".into(), assistant: "2".into() }];
        let merged = Chat { earlier, ..chat }.without_system();
        assert_eq!((merged.system, merged.user.as_str()), (None, "2+2"));
        assert_eq!(merged.earlier[0].user, "Be brief.\n\n1+1");
    }
}
