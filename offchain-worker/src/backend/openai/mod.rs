//! A server that speaks OpenAI's protocol as a [`Backend`]: vLLM, llama.cpp, Ollama, LM Studio,
//! mistral.rs' own, or OpenAI itself.
//!
//! Answers come from `POST {base_url}/chat/completions`. A grade is the same request for one token
//! with `logprobs`: the ids of this backend are indices of its list of grade texts, and its
//! "logits" are the logarithms of their probabilities, so that the total is 0. Forms with a space
//! or a word mark before them (`" 5"`) count too. A grade that is not among the `top_logprobs`
//! likeliest tokens counts as impossible.
//!
//! - [`dialect`]: servers differ. Unless the configuration says which it is, it is asked once, and
//!   again as long as it is away.
//! - `request` and `error`: what a server refuses to take is left out from then on.
//! - `reply`, [`logprobs`], `clipping`: what comes back, and whether it can be believed.
//! - `embeddings`: points of texts, from the same kind of servers.
//!
//! The server is trusted to reply in good faith, but no further: replies are bounded in size and
//! time, redirects are not followed, and what it says about an error is shown without the prompt.
//! The key is never logged.

mod clipping;
pub mod dialect;
mod embeddings;
mod error;
mod http;
pub mod logprobs;
mod reply;
mod request;
mod spec;

pub use dialect::Dialect;
pub use embeddings::Embeddings;
pub use spec::{ApiKey, Fields, LogBase, OpenAiSpec, MOST_TOP_LOGPROBS};

use super::{
    reasoning::{Said, STILL_REASONING},
    Backend, BackendError, Chat, Ending, Generated, Generation, Sampling, Usage,
};
use crate::grading::NextLogits;
use error::Refusal;
use http::Http;
use reply::Reply;
use request::{Lessons, Purpose};
use serde_json::Value;
use std::{
    sync::{
        atomic::{AtomicBool, Ordering},
        Mutex, OnceLock, PoisonError,
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout_at,
};
use tracing::{info, warn};

/// How long the server may take to say what it is or that it is there.
const PROBE_TIMEOUT: Duration = Duration::from_secs(3);

/// How often a request is put otherwise when the server refuses it.
const MOST_LESSONS: usize = 5;

/// A model behind a server.
#[derive(Debug)]
pub struct OpenAiBackend {
    spec: OpenAiSpec,
    http: Http,
    turns: Semaphore,
    /// What it showed itself to be, once it did.
    seen: OnceLock<Option<Dialect>>,
    lessons: Mutex<Lessons>,
    /// Whether its logarithms were seen to be decimal.
    decimal: AtomicBool,
    /// Whether its template was seen to open a block of reasoning itself.
    opens_block: AtomicBool,
}

impl OpenAiBackend {
    /// Prepares requests to a server; connects to nothing.
    ///
    /// # Errors
    /// One line, if the URL cannot be a base or the TLS library does not start.
    pub fn new(spec: OpenAiSpec) -> Result<Self, String> {
        Ok(Self {
            http: Http::new(&spec)?,
            turns: Semaphore::new(spec.parallel.max(1)),
            seen: OnceLock::new(),
            lessons: Mutex::default(),
            decimal: AtomicBool::new(false),
            opens_block: AtomicBool::new(false),
            spec,
        })
    }

    /// What kind of server it is, as configured or as it shows itself; asks it if that is not known
    /// yet. `None` if it is of no known kind, or away.
    pub async fn dialect(&self) -> Option<Dialect> {
        if let Some(dialect) = self.spec.dialect.or(self.seen.get().copied().flatten()) {
            return Some(dialect);
        }
        if self.seen.get().is_some() {
            return None;
        }
        let found = self.recognise().await?;
        if self.seen.set(found).is_ok() {
            let (model, url) = (&self.spec.model, &self.spec.base_url);
            match found {
                Some(dialect) => info!(model, %url, "the server is recognised: {dialect}"),
                None => info!(
                    model,
                    %url,
                    "the server is of no kind that is known here: it gets plain requests (see \
                     dialect)"
                ),
            }
        }
        found
    }

    /// What the server says of itself; `None` while it says nothing.
    async fn recognise(&self) -> Option<Option<Dialect>> {
        let listed = self.http.get(&["models"], PROBE_TIMEOUT).await.ok()?;
        let found = Dialect::of(listed.server.as_deref(), &listed.json());
        if found.is_some() || !listed.status.is_server_error() {
            self.look_for_model(found, &listed.json());
        } else {
            return None;
        }
        if found.is_some() {
            return Some(found);
        }
        let version = self.http.get_beside(&["api", "version"], PROBE_TIMEOUT).await.ok()?.json();
        if version["version"].is_string() {
            return Some(Some(Dialect::Ollama));
        }
        let props = self.http.get_beside(&["props"], PROBE_TIMEOUT).await.ok()?.json();
        Some(props["default_generation_settings"].is_object().then_some(Dialect::LlamaCpp))
    }

    /// Warns if the server lists models, and not this one.
    fn look_for_model(&self, dialect: Option<Dialect>, listed: &Value) {
        let Some(models) = listed["data"].as_array() else { return };
        let model = &self.spec.model;
        let named =
            |id: &&str| *id == model || id.strip_suffix(":latest").is_some_and(|id| id == model);
        let ids: Vec<&str> = models.iter().filter_map(|model| model["id"].as_str()).collect();
        // llama.cpp serves one and takes any name for it.
        if dialect != Some(Dialect::LlamaCpp) && !ids.iter().any(named) {
            let known = ids.iter().take(8).copied().collect::<Vec<_>>().join(", ");
            warn!(model, "the server does not list this model; it lists: {known}");
        }
    }

    /// Waits for its turn; `None` if that comes after `until`.
    async fn turn(
        &self,
        until: Option<Instant>,
    ) -> Result<Option<SemaphorePermit<'_>>, BackendError> {
        let turn = match until {
            None => self.turns.acquire().await,
            Some(until) => match timeout_at(until.into(), self.turns.acquire()).await {
                Ok(turn) => turn,
                Err(_) => return Ok(None),
            },
        };
        turn.map(Some).map_err(|error| BackendError::Engine(error.to_string()))
    }

    /// One reply to `chat`. A request that the server refuses in a way that can be mended is put
    /// otherwise; what helped is remembered.
    async fn complete(
        &self,
        dialect: Option<Dialect>,
        chat: &Chat,
        purpose: Purpose<'_>,
    ) -> Result<Reply, BackendError> {
        let mut lessons = self.lessons.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut learnt = Vec::new();
        loop {
            let body = request::body(&self.spec, dialect, &lessons, chat, purpose);
            let timeout = match purpose {
                Purpose::Answer(_, Generation { until: Some(until), .. }) => {
                    self.spec.timeout.min(until.saturating_duration_since(Instant::now()))
                }
                _ => self.spec.timeout,
            };
            let response = self.http.post(&["chat", "completions"], &body, timeout).await?;
            if response.status.is_success() {
                self.remember(learnt);
                return reply::read(&response.body).map_err(BackendError::Engine);
            }
            let retry_after = response.retry_after.as_deref();
            let refusal = Refusal::new(response.status, retry_after, &response.body, Some(chat));
            let (model, status) = (&self.spec.model, response.status);
            warn!(model, %status, said = refusal.words, "the server refuses a request");
            match refusal.lesson(&body) {
                Some(lesson) if learnt.len() < MOST_LESSONS && lessons.learn(lesson.clone()) => {
                    learnt.push(lesson);
                }
                _ => return Err(refusal.into_error(&self.spec.model)),
            }
        }
    }

    fn remember(&self, learnt: Vec<request::Lesson>) {
        if learnt.is_empty() {
            return;
        }
        let mut lessons = self.lessons.lock().unwrap_or_else(PoisonError::into_inner);
        for lesson in learnt {
            info!(model = self.spec.model, ?lesson, "the server is asked otherwise from now on");
            lessons.learn(lesson);
        }
    }

    /// What a server writes after `prefill`: llama.cpp repeats that first.
    fn after(dialect: Option<Dialect>, prefill: Option<&str>, text: String) -> String {
        match (dialect, prefill) {
            (Some(Dialect::LlamaCpp), Some(prefill)) => {
                text.strip_prefix(prefill).map(str::to_string).unwrap_or(text)
            }
            _ => text,
        }
    }

    /// An answer from what the model said.
    fn generated(&self, reply: Reply) -> Result<Generated, BackendError> {
        let Reply { text, thought, calls, ending, tokens, .. } = reply;
        let said = match Said::of(&text) {
            Said::Answer("") if thought && calls.is_empty() && ending == Ending::Length => {
                Said::Reasoning
            }
            // The template began the block, and it had no end yet.
            Said::Answer(_) if self.is_in_open_block(thought, ending) => Said::Reasoning,
            said => said,
        };
        match said {
            Said::AfterOpenBlock(text) => {
                self.opens_block.store(true, Ordering::Relaxed);
                Ok(Generated { text: text.to_string(), calls, ending, tokens })
            }
            Said::Answer(text) => {
                if ending == Ending::Stop && !text.is_empty() {
                    self.opens_block.store(false, Ordering::Relaxed);
                }
                Ok(Generated { text: text.to_string(), calls, ending, tokens })
            }
            Said::Reasoning if ending == Ending::Length => {
                Err(BackendError::Refused(STILL_REASONING.to_string()))
            }
            Said::Reasoning => Ok(Generated { calls, ending, tokens, ..Generated::default() }),
        }
    }

    fn is_in_open_block(&self, thought: bool, ending: Ending) -> bool {
        self.opens_block.load(Ordering::Relaxed) && !thought && ending == Ending::Length
    }

    /// An answer that was cut at the limit goes on once, if the server can go on from a text;
    /// otherwise it stays as it is.
    async fn go_on(
        &self,
        dialect: Option<Dialect>,
        chat: &Chat,
        purpose: Purpose<'_>,
        cut: &Reply,
    ) -> Option<Reply> {
        let whole = matches!(Said::of(&cut.text), Said::Answer(text) if text == cut.text.trim());
        let can = dialect.and_then(Dialect::prefill).is_some()
            && cut.ending == Ending::Length
            && cut.calls.is_empty()
            && !cut.thought
            && !cut.repeats_itself()
            && !cut.text.trim().is_empty();
        if !can || !whole || self.is_in_open_block(cut.thought, cut.ending) {
            return None;
        }
        let so_far = format!("{}{}", chat.prefill.as_deref().unwrap_or_default(), cut.text);
        let further = Chat { prefill: Some(so_far), ..chat.clone() };
        // What there is already is worth more than an error.
        let rest = self.complete(dialect, &further, purpose).await.ok()?;
        let text = Self::after(dialect, further.prefill.as_deref(), rest.text);
        let sum = |one: Option<u32>, other: Option<u32>| Some(one?.saturating_add(other?));
        let tokens = Usage { reply: sum(cut.tokens.reply, rest.tokens.reply), ..cut.tokens };
        Some(Reply { text: format!("{}{text}", cut.text), tokens, ..rest })
    }

    /// The logarithms of the probabilities of the grades that `ids` name.
    fn logs(
        &self,
        dialect: Option<Dialect>,
        reply: &Reply,
        ids: &[u32],
    ) -> Result<Vec<f32>, String> {
        let top = reply.top.as_deref().ok_or_else(|| {
            let known = match dialect {
                Some(Dialect::LmStudio) => ": LM Studio has none, so its models cannot grade",
                Some(Dialect::Ollama) => ": Ollama has them from 0.12.11 on",
                _ => ", without which its models cannot grade",
            };
            format!("the server shows no logprobs{known}")
        })?;
        let of = |base| {
            let text = |id: &u32| {
                let index = usize::try_from(*id).ok();
                index.and_then(|index| self.spec.grades.get(index)).map(String::as_str)
            };
            logprobs::log_probabilities(top, ids.iter().map(text), base)
        };
        if let Some(base) = self.spec.log_base {
            return of(base).map_err(|error| error.to_string());
        }
        if !self.decimal.load(Ordering::Relaxed) {
            match of(LogBase::Natural) {
                // Its older versions report decimal logarithms, and none says which it is.
                Err(logprobs::Impossible::TooMuch(_)) if dialect == Some(Dialect::MistralRs) => {
                    of(LogBase::Ten).map_err(|error| error.to_string())?;
                    self.decimal.store(true, Ordering::Relaxed);
                }
                other => return other.map_err(|error| error.to_string()),
            }
        }
        of(LogBase::Ten).map_err(|error| error.to_string())
    }

    /// An error if the server did not read all of `chat`.
    async fn check_read(
        &self,
        dialect: Option<Dialect>,
        chat: &Chat,
        tokens: Usage,
    ) -> Result<(), BackendError> {
        let Some(read) = tokens.prompt.and_then(|read| usize::try_from(read).ok()) else {
            return Ok(());
        };
        let least = clipping::least_tokens(chat);
        if read < least {
            warn!(
                model = self.spec.model,
                read, least, "the server read less than it was sent: raise its context"
            );
            return Err(BackendError::TooLong { tokens: least, limit: read });
        }
        if dialect != Some(Dialect::Ollama) || read < clipping::LEAST_CONTEXT {
            return Ok(());
        }
        let Ok(running) = self.http.get_beside(&["api", "ps"], PROBE_TIMEOUT).await else {
            return Ok(());
        };
        match clipping::context(&running.json(), &self.spec.model) {
            Some(context) if clipping::fills(read, context) => {
                warn!(
                    model = self.spec.model,
                    context, "the prompt fills Ollama's context, which clips: raise num_ctx"
                );
                Err(BackendError::TooLong { tokens: read, limit: context.saturating_sub(1) })
            }
            _ => Ok(()),
        }
    }
}

#[async_trait::async_trait]
impl Backend for OpenAiBackend {
    fn may_be_dropped(&self) -> bool {
        true
    }

    async fn generate(
        &self,
        chat: &Chat,
        sampling: &Sampling,
        limits: &Generation,
    ) -> Result<Generated, BackendError> {
        let Some(_turn) = self.turn(limits.until).await? else { return Ok(Generated::late()) };
        let dialect = self.dialect().await;
        if limits.is_late() {
            return Ok(Generated::late());
        }
        let purpose = Purpose::Answer(sampling, limits);
        let mut reply = match self.complete(dialect, chat, purpose).await {
            // What it may have said by then is of no use.
            Err(_) if limits.is_late() => return Ok(Generated::late()),
            other => other?,
        };
        reply.text = Self::after(dialect, chat.prefill.as_deref(), reply.text);
        if let Some(longer) = self.go_on(dialect, chat, purpose, &reply).await {
            reply = longer;
        }
        self.generated(reply)
    }

    async fn next_logits(&self, chat: &Chat, ids: &[u32]) -> Result<NextLogits, BackendError> {
        let _turn = self.turn(None).await?;
        let dialect = self.dialect().await;
        let reply = self.complete(dialect, chat, Purpose::Grade).await?;
        self.check_read(dialect, chat, reply.tokens).await?;
        // A server or a model that shows none will not show any next time.
        let picked = self.logs(dialect, &reply, ids).map_err(BackendError::Refused)?;
        Ok(NextLogits { picked, log_total: 0.0 })
    }

    async fn probe(&self) -> Result<(), BackendError> {
        let response = self.http.get(&["models"], PROBE_TIMEOUT).await?;
        let gone = response.status.is_server_error() || response.status.as_u16() == 429;
        if gone || matches!(response.status.as_u16(), 401 | 403) {
            let retry_after = response.retry_after.as_deref();
            let refusal = Refusal::new(response.status, retry_after, &response.body, None);
            return Err(refusal.into_error(&self.spec.model));
        }
        Ok(())
    }

    fn parallel(&self) -> usize {
        self.spec.parallel.max(1)
    }
}
