//! mistral.rs as a [`Backend`], within the rules that its version 0.8.1 needs.
//!
//! - One request at a time: on a CPU, batched decoding gives every row the attention of the last
//!   one, and the scheduler does not keep to its maximum. A semaphore of one, here, so that no
//!   caller can get it wrong. A turn ends when the engine has let go of the request, not with the
//!   reply: after a reply of a single token it computes another.
//! - Prompts go in as tokens. They are counted before (beyond the context the engine fails instead
//!   of stopping), and a beginning-of-text token that both template and tokenizer added is taken
//!   out again.
//! - Grades are read by a logits processor, which sees the raw logits; the reported
//!   log-probabilities come after sampling and are of base 10.
//! - Tokens are drawn by a logits processor too ([`super::draw`]), since the engine draws the same
//!   for everybody. It also ends an answer that is late.
//! - A template that refuses the system message gets it as a part of the user's.
//! - Tools are offered in the chat template and their calls read from the text: the engine's own
//!   loop recurses endlessly.
//! - Replays read the raw logits of a whole text, of one request alone (`replay`).
//! - An engine that died (`channel closed`) is restarted by asking for its sender again: the
//!   attempt is repeated.

mod replay;
mod tools;

use super::{
    draw::Draw,
    first_line,
    reasoning::{Said, STILL_REASONING},
    replay::Replay,
    threads::EngineThread,
    Backend, BackendError, Chat, Ending, Generated, Generation, Sampling, Usage,
};
use crate::grading::NextLogits;
use either::Either;
use mistralrs::{
    CompletionResponse, CustomLogitsProcessor, Model, NormalRequest, Request, RequestMessage,
    Response, SamplingParams, StopTokens, Tensor, TextMessageRole, TextMessages,
};
use std::{
    future::Future,
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc, OnceLock,
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, Semaphore},
    time::timeout,
};
use tools::{described, tool_calls};
use tracing::{info, warn};

/// Tokens that end a turn in common formats. One that the model has as a single token ends an
/// answer that is late.
const END_TOKENS: [&str; 10] = [
    "<|im_end|>",
    "<|eot_id|>",
    "<end_of_turn>",
    "<|end|>",
    "</s>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<｜end▁of▁sentence｜>",
    "<|eos|>",
    "<eos>",
];

/// How often a request goes to an engine that dies over it.
const ATTEMPTS: u32 = 3;

/// How long an engine may take for one more token after its reply.
const LETTING_GO: Duration = Duration::from_secs(60);

/// A model loaded by mistral.rs.
pub struct MistralBackend {
    model: Model,
    context_tokens: Option<usize>,
    in_flight: Arc<Semaphore>,
    /// What ends an answer that is late, looked for at the first answer; `None`: nothing does.
    end: tokio::sync::OnceCell<Option<u32>>,
    /// Whether the engine refused to end replies with that.
    end_is_refused: AtomicBool,
    /// Whether the template refused a system message.
    merges_system: AtomicBool,
    /// Whether the engine's own generator draws answers.
    engine_draws: bool,
    /// The sorted ids of ends and blanks, looked for at the first replay.
    ends: tokio::sync::OnceCell<Vec<usize>>,
    /// How many tokens there are to choose from, counted at the first replay.
    vocabulary: tokio::sync::OnceCell<usize>,
}

/// Keeps what it sees at the first token and changes nothing.
struct Probe {
    ids: Vec<u32>,
    seen: OnceLock<NextLogits>,
}

impl CustomLogitsProcessor for Probe {
    fn apply(&self, logits: &Tensor, _context: &[u32]) -> candle_core::Result<Tensor> {
        // The engine may run one more step after the last token: only the first call counts.
        if self.seen.get().is_none() {
            let all = logits.flatten_all()?.to_vec1::<f32>()?;
            let _ = self.seen.set(NextLogits::pick(&all, &self.ids));
        }
        Ok(logits.clone())
    }
}

impl MistralBackend {
    /// Takes over a loaded model; nobody else may send requests to it. Prompt and reply together
    /// have at most `max_context` tokens, or as many as the model takes if that is less.
    pub fn new(model: Model, max_context: Option<usize>) -> Self {
        let own = model.max_sequence_length().ok().flatten();
        Self {
            model,
            context_tokens: own.into_iter().chain(max_context).min(),
            in_flight: Arc::new(Semaphore::new(1)),
            end: tokio::sync::OnceCell::new(),
            end_is_refused: AtomicBool::new(false),
            merges_system: AtomicBool::new(false),
            engine_draws: false,
            ends: tokio::sync::OnceCell::new(),
            vocabulary: tokio::sync::OnceCell::new(),
        }
    }

    /// Lets the engine draw answers, always from the same beginning, instead of each request from
    /// a seed of its own.
    #[must_use]
    pub fn with_engine_draws(mut self, engine_draws: bool) -> Self {
        self.engine_draws = engine_draws;
        self
    }

    /// Prompt and reply together, in tokens; `None` if neither model nor operator says.
    pub fn context_tokens(&self) -> Option<usize> {
        self.context_tokens
    }

    /// The ids with which the model writes `text` as a single token, alone and after a space; empty
    /// if it cannot.
    ///
    /// # Errors
    /// [`BackendError`] if the tokenizer does not reply.
    pub async fn single_tokens(&self, text: &str) -> Result<Vec<u32>, BackendError> {
        let mut found = Vec::new();
        for written in [text.to_string(), format!(" {text}")] {
            let ids = self
                .model
                .tokenize(Either::Right(written), None, false, false, None)
                .await
                .map_err(engine)?;
            let id = match *ids.as_slice() {
                [id] => id,
                // SentencePiece writes a word mark before the first word: what follows it is the
                // bare token.
                [_, id]
                    if self.model.detokenize(vec![id], false).await.map_err(engine)? == text =>
                {
                    id
                }
                _ => continue,
            };
            if !found.contains(&id) {
                found.push(id);
            }
        }
        Ok(found)
    }

    /// The tokens of `chat` up to where the reply goes on; at least one more fits into the context.
    async fn tokens(&self, chat: &Chat) -> Result<Vec<u32>, BackendError> {
        let merges = chat.system.is_some() && self.merges_system.load(Ordering::Relaxed);
        let mut templated = if merges {
            self.templated(&chat.without_system()).await
        } else {
            self.templated(chat).await
        };
        if let (Err(BackendError::Refused(reason)), Some(_), false) =
            (&templated, &chat.system, merges)
        {
            let reason = reason.clone();
            templated = self.templated(&chat.without_system()).await;
            if templated.is_ok() && !self.merges_system.swap(true, Ordering::Relaxed) {
                info!(
                    reason,
                    "the template refuses a system message: the user's text begins with it"
                );
            }
        }
        let mut ids = templated?;
        if let [first, second, ..] = ids.as_slice() {
            if first == second {
                ids.remove(0);
            }
        }
        if let Some(prefill) = chat.prefill.as_ref().filter(|prefill| !prefill.is_empty()) {
            let text = Either::Right(prefill.clone());
            let more = self.model.tokenize(text, None, false, false, None).await;
            ids.extend(more.map_err(engine)?);
        }
        match self.context_tokens {
            Some(context) if ids.len() >= context => {
                Err(BackendError::TooLong { tokens: ids.len(), limit: context.saturating_sub(1) })
            }
            _ => Ok(ids),
        }
    }

    /// What the model's template makes of `chat`.
    async fn templated(&self, chat: &Chat) -> Result<Vec<u32>, BackendError> {
        let mut messages = TextMessages::new();
        if let Some(system) = &chat.system {
            messages = messages.add_message(TextMessageRole::System, system);
        }
        for turn in &chat.earlier {
            messages = messages.add_message(TextMessageRole::User, &turn.user);
            messages = messages.add_message(TextMessageRole::Assistant, &turn.assistant);
        }
        messages = messages.add_message(TextMessageRole::User, &chat.user);
        for exchange in &chat.exchanges {
            messages = messages.add_message(TextMessageRole::Assistant, &exchange.text);
            for result in &exchange.results {
                messages = messages.add_message(TextMessageRole::Tool, result);
            }
        }
        let tools = (!chat.tools.is_empty()).then(|| chat.tools.iter().map(described).collect());
        let ids = self.model.tokenize(Either::Left(messages), tools, true, true, Some(false)).await;
        ids.map_err(|error| match error {
            mistralrs::error::Error::Inference(inner) => BackendError::Refused(first_line(&inner)),
            other => engine(other),
        })
    }

    /// A token with which the model can be made to end its reply.
    async fn end(&self) -> Option<u32> {
        let found = self.end.get_or_init(|| async {
            for text in END_TOKENS {
                let text = Either::Right(text.to_string());
                match self.model.tokenize(text, None, false, false, None).await.as_deref() {
                    Ok([id]) => return Some(*id),
                    Ok(_) => (),
                    Err(_) => break,
                }
            }
            warn!("no end token of the model is known: answers that are late are not stopped");
            None
        });
        // The engine takes no token that other tokens begin with.
        found.await.filter(|_| !self.end_is_refused.load(Ordering::Relaxed))
    }

    /// In its turn; `processor` sees the logits of each token. `None` if its turn came after
    /// `until`.
    async fn complete(
        &self,
        ids: Vec<u32>,
        sampling: SamplingParams,
        processor: Arc<dyn CustomLogitsProcessor>,
        until: Option<Instant>,
    ) -> Result<Option<CompletionResponse>, BackendError> {
        let asked = Asked { ids, sampling, processor: Some(processor), raw: false };
        match self.ask(asked, until).await? {
            None => Ok(None),
            Some(Response::CompletionDone(response)) => Ok(Some(response)),
            Some(other) => Err(failure(&other)),
        }
    }

    /// The engine's response to a request, in its turn; `None` if that came after `until`.
    async fn ask(
        &self,
        asked: Asked,
        until: Option<Instant>,
    ) -> Result<Option<Response>, BackendError> {
        let turn = self.in_flight.clone().acquire_owned().await;
        let turn = turn.map_err(|error| BackendError::Engine(error.to_string()))?;
        if until.is_some_and(|until| Instant::now() >= until) {
            return Ok(None);
        }
        // Room for a second response: an engine that finds its response channel gone dies over it.
        let (sender, mut receiver) = mpsc::channel(2);
        let Asked { ids, sampling, processor, raw } = asked;
        let message = RequestMessage::CompletionTokens(ids);
        let (thread, ended) = EngineThread::new();
        let thread: Arc<dyn CustomLogitsProcessor> = Arc::new(thread);
        let request = NormalRequest {
            // They are dropped in this order, and the end of the last is heard.
            logits_processors: Some(processor.into_iter().chain([thread]).collect()),
            return_raw_logits: raw,
            ..NormalRequest::new_simple(message, sampling, sender, 0, None, None)
        };
        let engine_sender =
            self.model.inner().get_sender(None).map_err(|error| engine(error.into()))?;
        engine_sender
            .send(Request::Normal(Box::new(request)))
            .await
            .map_err(|error| engine(error.into()))?;
        let response = receiver.recv().await;
        // Nobody waits for it but the next request.
        tokio::spawn(async move {
            if timeout(LETTING_GO, ended).await.is_err() {
                warn!("the engine does not let go of a request that it has replied to");
            }
            drop(turn);
        });
        let gone = || BackendError::Engine("channel closed".to_string());
        response.map(Some).ok_or_else(gone)
    }
}

/// What the engine is asked.
struct Asked {
    ids: Vec<u32>,
    sampling: SamplingParams,
    /// Sees the logits of each token that is generated.
    processor: Option<Arc<dyn CustomLogitsProcessor>>,
    /// Whether it is to show the logits of all `ids` instead of going on from there.
    raw: bool,
}

/// What a response means that is not the one that was asked for.
fn failure(response: &Response) -> BackendError {
    match response {
        Response::ValidationError(error) => BackendError::Refused(first_line(error)),
        Response::InternalError(error) => BackendError::Engine(first_line(error)),
        Response::CompletionModelError(error, _) => BackendError::Engine(first_line(error)),
        _ => BackendError::Engine("an unexpected kind of response".to_string()),
    }
}

#[async_trait::async_trait]
impl Backend for MistralBackend {
    async fn generate(
        &self,
        chat: &Chat,
        sampling: &Sampling,
        limits: &Generation,
    ) -> Result<Generated, BackendError> {
        let begun = Instant::now();
        let attempt = || async move {
            let end = self.end().await;
            let ids = self.tokens(chat).await?;
            let left = |context: usize| context.saturating_sub(ids.len());
            let room = self.context_tokens.map_or(limits.max_tokens, left);
            // What is drawn is the likeliest that is left; or else nothing is drawn here.
            let (drawn, left) = if self.engine_draws {
                (&Sampling::GREEDY, engine_params(sampling))
            } else {
                (sampling, SamplingParams::deterministic())
            };
            let draw = Arc::new(Draw::new(drawn, limits.seed, limits.until.zip(end)));
            let params = SamplingParams {
                max_len: Some(limits.max_tokens.min(room).max(1)),
                stop_toks: end.map(|end| StopTokens::Ids(vec![end])),
                ..left
            };
            match self.complete(ids, params, draw.clone(), limits.until).await {
                Err(BackendError::Refused(reason)) if reason.starts_with("Stop token") => {
                    self.end_is_refused.store(true, Ordering::Relaxed);
                    Err(BackendError::Engine(reason))
                }
                other => Ok(other?.map(|response| (response, draw))),
            }
        };
        let Some((response, draw)) = repeated("an answer", attempt).await? else {
            return Ok(Generated::late());
        };
        let count = |tokens: usize| u32::try_from(tokens).ok();
        let tokens = Usage {
            prompt: count(response.usage.prompt_tokens),
            reply: count(response.usage.completion_tokens),
            first_token: draw.first_token().map(|first| first.duration_since(begun)),
        };
        let Some(choice) = response.choices.into_iter().next() else {
            return Err(BackendError::Engine("the engine's reply has no choices".to_string()));
        };
        let ending = match choice.finish_reason.as_str() {
            _ if draw.was_late() => Ending::Late,
            "length" => Ending::Length,
            _ => Ending::Stop,
        };
        let text = match Said::of(&choice.text) {
            Said::Answer(text) | Said::AfterOpenBlock(text) => text.to_string(),
            Said::Reasoning if ending == Ending::Length => {
                return Err(BackendError::Refused(STILL_REASONING.to_string()))
            }
            Said::Reasoning => String::new(),
        };
        let calls = if chat.tools.is_empty() { Vec::new() } else { tool_calls(&text) };
        Ok(Generated { text, calls, ending, tokens })
    }

    async fn next_logits(&self, chat: &Chat, ids: &[u32]) -> Result<NextLogits, BackendError> {
        let attempt = || async move {
            let probe = Arc::new(Probe { ids: ids.to_vec(), seen: OnceLock::new() });
            let tokens = self.tokens(chat).await?;
            let sampling = SamplingParams { max_len: Some(1), ..SamplingParams::deterministic() };
            self.complete(tokens, sampling, probe.clone(), None).await?;
            Ok(probe.seen.get().cloned())
        };
        let seen = repeated("a grade", attempt).await?;
        seen.ok_or_else(|| BackendError::Engine("the engine showed no logits".to_string()))
    }

    async fn replay(
        &self,
        chat: &Chat,
        reply: &str,
        sampling: &Sampling,
    ) -> Result<Option<Replay>, BackendError> {
        self.replayed(chat, reply, sampling).await
    }

    fn cannot_replay(&self) -> Option<&'static str> {
        None
    }
}

/// How the engine draws by itself. Without a temperature mistral.rs uses 1.0, and 0.0 makes it
/// report other log-probabilities: the likeliest single token at 1.0 is greedy too.
fn engine_params(sampling: &Sampling) -> SamplingParams {
    if sampling.temperature <= 0.0 {
        return SamplingParams::deterministic();
    }
    SamplingParams {
        temperature: Some(sampling.temperature),
        top_p: sampling.top_p,
        top_k: sampling.top_k,
        min_p: sampling.min_p,
        ..SamplingParams::neutral()
    }
}

/// Makes an attempt again when the engine died over it, which the next request restarts.
async fn repeated<T, F>(what: &str, attempt: impl Fn() -> F) -> Result<T, BackendError>
where
    F: Future<Output = Result<T, BackendError>>,
{
    let mut number = 1;
    loop {
        match attempt().await {
            Err(BackendError::Engine(error)) if number < ATTEMPTS => {
                warn!(attempt = number, error, "the engine failed over {what}");
                number += 1;
            }
            other => return other,
        }
    }
}

fn engine(error: mistralrs::error::Error) -> BackendError {
    BackendError::Engine(first_line(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::Turn;
    use mistralrs::{
        DeviceMapSetting, ModelDType, NormalLoaderType, TextModelBuilder, TokenSource,
    };

    fn bundled_directory() -> String {
        let package = std::env::var("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
        format!("{package}/models/llama-scout")
    }

    async fn bundled() -> MistralBackend {
        loaded(&bundled_directory()).await
    }

    async fn loaded(directory: &str) -> MistralBackend {
        let model = TextModelBuilder::new(directory)
            .with_token_source(TokenSource::None)
            .with_loader_type(NormalLoaderType::Llama)
            .with_dtype(ModelDType::F32)
            .with_prefix_cache_n(None)
            .with_force_cpu()
            .with_device_mapping(DeviceMapSetting::dummy())
            .build();
        MistralBackend::new(model.await.unwrap(), None)
    }

    /// What the template makes of a chat, as a text.
    async fn rendered(backend: &MistralBackend, chat: &Chat) -> String {
        let ids = backend.tokens(chat).await.unwrap();
        backend.model.detokenize(ids, false).await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn first_message_should_begin_with_the_system_text_when_the_template_refuses_it() {
        let folder = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(bundled_directory()).unwrap().flatten() {
            std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
        }
        // As Gemma's: no system message, and the user speaks first and in turn.
        let template = "{% if messages[0]['role'] == 'system' %}\
             {{ raise_exception('System role not supported') }}{% endif %}\
             {% for message in messages %}\
             {% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}\
             {{ raise_exception('Conversation roles must alternate') }}{% endif %}\
             ({{ message['role'] }}: {{ message['content'] }}){% endfor %}";
        let file = folder.path().join("tokenizer_config.json");
        let config = std::fs::read_to_string(&file).unwrap();
        let mut config: serde_json::Value = serde_json::from_str(&config).unwrap();
        config["chat_template"] = template.into();
        std::fs::write(file, config.to_string()).unwrap();
        let backend = loaded(&folder.path().display().to_string()).await;
        let mut chat = Chat {
            system: Some("Be brief.".into()),
            earlier: vec![Turn { user: "1+1".into(), assistant: "2".into() }],
            user: "37+12".into(),
            ..Chat::default()
        };
        let turns = "(user: Be brief.\n\n1+1)(assistant: 2)(user: 37+12)";
        for _ in 0..2 {
            assert_eq!(rendered(&backend, &chat).await, turns);
        }
        (chat.system, chat.earlier) = (None, Vec::new());
        assert_eq!(rendered(&backend, &chat).await, "(user: 37+12)");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn engine_should_be_through_with_a_request_when_it_is_the_next_ones_turn() {
        let backend = bundled().await;
        let ids = backend.tokens(&Chat { user: "37+12".into(), ..Chat::default() }).await.unwrap();
        for max_len in [1, 1, 4, 1] {
            let probe = Arc::new(Probe { ids: vec![1], seen: OnceLock::new() });
            let sampling =
                SamplingParams { max_len: Some(max_len), ..SamplingParams::deterministic() };
            backend.complete(ids.clone(), sampling, probe.clone(), None).await.unwrap();
            let _turn = backend.in_flight.acquire().await.unwrap();
            assert_eq!(Arc::strong_count(&probe), 1, "or the next request shares a step with it");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn answers_should_repeat_with_a_seed_and_differ_without() {
        let backend = bundled().await;
        let chat = Chat { user: "12+".into(), ..Chat::default() };
        let warm = Sampling { temperature: 3.0, ..Sampling::GREEDY };
        let answer = |seed| {
            let limits = Generation { seed, ..Generation::of(24) };
            let (backend, chat, warm) = (&backend, &chat, &warm);
            async move { backend.generate(chat, warm, &limits).await.unwrap().text }
        };
        assert_eq!(answer(1).await, answer(1).await);
        let mut different = std::collections::HashSet::new();
        for seed in 0..8 {
            different.insert(answer(seed).await);
        }
        assert!(different.len() > 4, "{different:?}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn answer_should_be_stopped_when_it_is_late_and_the_engine_go_on() {
        let backend = bundled().await;
        let chat = Chat { user: "37+12".into(), ..Chat::default() };
        let limits = |milliseconds| Generation {
            until: Some(Instant::now() + Duration::from_millis(milliseconds)),
            ..Generation::of(1_500)
        };
        // A temperature at which it seldom finds an end of its own.
        let wild = Sampling { temperature: 100.0, ..Sampling::GREEDY };
        let mut late = Generated::default();
        for seed in 0..20 {
            let limits = Generation { seed, ..limits(50) };
            late = backend.generate(&chat, &wild, &limits).await.unwrap();
            if late.ending != Ending::Stop {
                break;
            }
        }
        assert_eq!(late.ending, Ending::Late);
        assert!(late.tokens.reply.unwrap() < 1_500, "{:?}", late.tokens);
        assert!(late.tokens.first_token.unwrap() < Duration::from_secs(10));
        let never_begun = backend.generate(&chat, &wild, &limits(0)).await.unwrap();
        assert_eq!(never_begun, Generated::late());
        let answer = backend.generate(&chat, &Sampling::GREEDY, &limits(60_000)).await.unwrap();
        assert_eq!((answer.text.len(), answer.ending), (2, Ending::Stop), "two digits");
        let cut = backend.generate(&chat, &Sampling::GREEDY, &Generation::of(1)).await.unwrap();
        assert_eq!((cut.text.as_str(), cut.ending), (&answer.text[..1], Ending::Length));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn reply_should_go_on_from_its_prefill() {
        let backend = bundled().await;
        let limits = Generation::of(24);
        let mut chat = Chat { user: "37+12".into(), ..Chat::default() };
        let whole = backend.generate(&chat, &Sampling::GREEDY, &limits).await.unwrap().text;
        let (first, rest) = whole.split_at(1);
        chat.prefill = Some(first.to_string());
        let reply = backend.generate(&chat, &Sampling::GREEDY, &limits).await.unwrap();
        assert_eq!(reply.text, rest);
    }
}
