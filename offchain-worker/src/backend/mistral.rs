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
//! - Tools are offered in the chat template and their calls read from the text: the engine's own
//!   loop recurses endlessly.
//! - An engine that died (`channel closed`) is restarted by asking for its sender again: the
//!   attempt is repeated.

use super::{
    first_line, threads::EngineThread, without_reasoning, Backend, BackendError, Chat, Generated,
    Sampling, ToolCall, ToolDescription,
};
use crate::grading::NextLogits;
use either::Either;
use mistralrs::{
    CompletionResponse, CustomLogitsProcessor, Function, Model, NormalRequest, Request,
    RequestMessage, Response, SamplingParams, Tensor, TextMessageRole, TextMessages, Tool,
    ToolType,
};
use std::{
    future::Future,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{
    sync::{mpsc, Semaphore},
    time::timeout,
};
use tracing::warn;

/// How often a request goes to an engine that dies over it.
const ATTEMPTS: u32 = 3;

/// How long an engine may take for one more token after its reply.
const LETTING_GO: Duration = Duration::from_secs(60);

/// A model loaded by mistral.rs.
pub struct MistralBackend {
    model: Model,
    context_tokens: Option<usize>,
    in_flight: Arc<Semaphore>,
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
    /// Takes over a loaded model; nobody else may send requests to it.
    pub fn new(model: Model) -> Self {
        let context_tokens = model.max_sequence_length().ok().flatten();
        Self { model, context_tokens, in_flight: Arc::new(Semaphore::new(1)) }
    }

    /// Prompt and reply together, in tokens; `None` if the model does not say.
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

    /// The tokens of `chat` up to where the reply begins; at least one more fits into the context.
    async fn tokens(&self, chat: &Chat) -> Result<Vec<u32>, BackendError> {
        let mut messages = TextMessages::new();
        if let Some(system) = &chat.system {
            messages = messages.add_message(TextMessageRole::System, system);
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
        let mut ids = ids.map_err(|error| match error {
            mistralrs::error::Error::Inference(inner) => BackendError::Refused(first_line(&inner)),
            other => engine(other),
        })?;
        if let [first, second, ..] = ids.as_slice() {
            if first == second {
                ids.remove(0);
            }
        }
        match self.context_tokens {
            Some(context) if ids.len() >= context => {
                Err(BackendError::TooLong { tokens: ids.len(), limit: context.saturating_sub(1) })
            }
            _ => Ok(ids),
        }
    }

    /// In its turn.
    async fn complete(
        &self,
        ids: Vec<u32>,
        sampling: SamplingParams,
        probe: Option<Arc<Probe>>,
    ) -> Result<CompletionResponse, BackendError> {
        let turn = self.in_flight.clone().acquire_owned().await;
        let turn = turn.map_err(|error| BackendError::Engine(error.to_string()))?;
        // Room for a second response: an engine that finds its response channel gone dies over it.
        let (sender, mut receiver) = mpsc::channel(2);
        let message = RequestMessage::CompletionTokens(ids);
        let (thread, ended) = EngineThread::new();
        let mut processors: Vec<Arc<dyn CustomLogitsProcessor>> = vec![Arc::new(thread)];
        processors.extend(probe.map(|probe| probe as Arc<dyn CustomLogitsProcessor>));
        let request = NormalRequest {
            logits_processors: Some(processors),
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
        match response {
            Some(Response::CompletionDone(response)) => Ok(response),
            Some(Response::ValidationError(error)) => {
                Err(BackendError::Refused(first_line(&error)))
            }
            Some(Response::InternalError(error)) => Err(BackendError::Engine(first_line(&error))),
            Some(Response::CompletionModelError(error, _)) => {
                Err(BackendError::Engine(first_line(&error)))
            }
            Some(_) => Err(BackendError::Engine("an unexpected kind of response".to_string())),
            None => Err(BackendError::Engine("channel closed".to_string())),
        }
    }
}

#[async_trait::async_trait]
impl Backend for MistralBackend {
    async fn generate(
        &self,
        chat: &Chat,
        sampling: &Sampling,
        max_tokens: usize,
    ) -> Result<Generated, BackendError> {
        let attempt = || async move {
            let ids = self.tokens(chat).await?;
            let left = |context: usize| context.saturating_sub(ids.len());
            let room = self.context_tokens.map_or(max_tokens, left);
            self.complete(ids, params(sampling, max_tokens.min(room).max(1)), None).await
        };
        let response = repeated("an answer", attempt).await?;
        let text = response.choices.into_iter().next().map(|choice| choice.text);
        let text = without_reasoning(&text.unwrap_or_default()).trim().to_string();
        let calls = if chat.tools.is_empty() { Vec::new() } else { tool_calls(&text) };
        Ok(Generated { text, calls })
    }

    async fn next_logits(&self, chat: &Chat, ids: &[u32]) -> Result<NextLogits, BackendError> {
        let attempt = || async move {
            let probe = Arc::new(Probe { ids: ids.to_vec(), seen: OnceLock::new() });
            let tokens = self.tokens(chat).await?;
            let sampling = SamplingParams { max_len: Some(1), ..SamplingParams::deterministic() };
            self.complete(tokens, sampling, Some(probe.clone())).await?;
            Ok(probe.seen.get().cloned())
        };
        let seen = repeated("a grade", attempt).await?;
        seen.ok_or_else(|| BackendError::Engine("the engine showed no logits".to_string()))
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

fn params(sampling: &Sampling, max_tokens: usize) -> SamplingParams {
    // Without a temperature mistral.rs uses 1.0, and 0.0 makes it report other log-probabilities:
    // the likeliest single token at 1.0 is greedy too.
    if sampling.temperature <= 0.0 {
        return SamplingParams { max_len: Some(max_tokens), ..SamplingParams::deterministic() };
    }
    SamplingParams {
        temperature: Some(sampling.temperature),
        top_p: sampling.top_p,
        top_k: sampling.top_k,
        min_p: sampling.min_p,
        max_len: Some(max_tokens),
        ..SamplingParams::neutral()
    }
}

/// A tool as mistral.rs hands it to the chat template.
fn described(tool: &ToolDescription) -> Tool {
    let parameters = tool.parameters.as_object();
    let parameters = parameters
        .map(|fields| fields.iter().map(|(key, value)| (key.clone(), value.clone())).collect());
    let (name, description) = (tool.name.clone(), Some(tool.description.clone()));
    Tool { tp: ToolType::Function, function: Function { description, name, parameters } }
}

/// The calls in a reply: `<tool_call>{"name": …, "arguments": {…}}</tool_call>`, as Qwen and Hermes
/// write them, or the bare object alone, as Llama does. The engine's own parser stays out of it,
/// since its loop never ends (see the module).
fn tool_calls(text: &str) -> Vec<ToolCall> {
    let marked: Vec<&str> = text
        .split("<tool_call>")
        .skip(1)
        .map(|rest| rest.split_once("</tool_call>").map_or(rest, |(inner, _)| inner))
        .collect();
    let bare = text.trim_start().starts_with('{').then_some(text);
    let written = if marked.is_empty() { bare.into_iter().collect() } else { marked };
    let read = |text: &str| {
        let call: serde_json::Value = serde_json::from_str(text.trim()).ok()?;
        let name = call.get("name")?.as_str()?.to_string();
        let arguments = match call.get("arguments").or_else(|| call.get("parameters"))? {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Some(ToolCall { id: String::new(), name, arguments })
    };
    written.into_iter().filter_map(read).collect()
}

fn engine(error: mistralrs::error::Error) -> BackendError {
    BackendError::Engine(first_line(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mistralrs::{
        DeviceMapSetting, ModelDType, NormalLoaderType, TextModelBuilder, TokenSource,
    };

    #[test]
    fn tool_calls_should_be_found_in_the_forms_that_models_use() {
        let call = |text: &str| {
            tool_calls(text).into_iter().map(|call| (call.name, call.arguments)).collect::<Vec<_>>()
        };
        let one = [("calculate".to_string(), r#"{"expression":"1+1"}"#.to_string())];
        let object = r#"{"name": "calculate", "arguments": {"expression": "1+1"}}"#;
        assert_eq!(call(&format!("Let me see.\n<tool_call>\n{object}\n</tool_call>")), one);
        assert_eq!(call(&format!("<tool_call>{object}")), one);
        assert_eq!(call(&object.replace("arguments", "parameters")), one);
        assert_eq!(
            call(&format!("<tool_call>{object}</tool_call><tool_call>{object}</tool_call>")).len(),
            2
        );
        assert!(call("49").is_empty());
        assert!(call("{\"name\": 1}").is_empty());
        assert!(call("<tool_call>nonsense</tool_call>").is_empty());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn engine_should_be_through_with_a_request_when_it_is_the_next_ones_turn() {
        let package = std::env::var("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
        let model = TextModelBuilder::new(format!("{package}/models/llama-scout"))
            .with_token_source(TokenSource::None)
            .with_loader_type(NormalLoaderType::Llama)
            .with_dtype(ModelDType::F32)
            .with_prefix_cache_n(None)
            .with_force_cpu()
            .with_device_mapping(DeviceMapSetting::dummy())
            .build();
        let backend = MistralBackend::new(model.await.unwrap());
        let ids = backend.tokens(&Chat { user: "37+12".into(), ..Chat::default() }).await.unwrap();
        for max_len in [1, 1, 4, 1] {
            let probe = Arc::new(Probe { ids: vec![1], seen: OnceLock::new() });
            let sampling =
                SamplingParams { max_len: Some(max_len), ..SamplingParams::deterministic() };
            backend.complete(ids.clone(), sampling, Some(probe.clone())).await.unwrap();
            let _turn = backend.in_flight.acquire().await.unwrap();
            assert_eq!(Arc::strong_count(&probe), 1, "or the next request shares a step with it");
        }
    }

    #[test]
    fn temperature_zero_should_be_greedy() {
        let sampling =
            |temperature| Sampling { temperature, top_p: Some(0.9), top_k: None, min_p: None };
        let greedy = params(&sampling(0.0), 7);
        assert_eq!((greedy.top_k, greedy.temperature, greedy.max_len), (Some(1), None, Some(7)));
        let warm = params(&sampling(0.7), 7);
        assert_eq!(
            (warm.top_k, warm.temperature, warm.top_p, warm.max_len),
            (None, Some(0.7), Some(0.9), Some(7))
        );
    }
}
