//! A server that speaks OpenAI's protocol as a [`Backend`]: vLLM, llama.cpp, Ollama, mistral.rs'
//! own, or OpenAI itself.
//!
//! Answers come from `POST {base_url}/chat/completions`. A grade is the same request for one token
//! with `logprobs`: the ids of this backend are indices of its list of grade texts, and its
//! "logits" are the logarithms of their probabilities, so that the total is 0. Forms with a space
//! or a word mark before them (`" 5"`) count too. A grade that is not among the `top_logprobs`
//! likeliest tokens counts as impossible.
//!
//! The server is trusted to reply in good faith, but no further: replies are bounded in size and
//! time, redirects are not followed, and what it says about an error goes to the log at the level
//! `debug` only, since it may hold the prompt. The key is never logged.

use super::{Backend, BackendError, Chat, Generated, Sampling, ToolCall};
use crate::grading::NextLogits;
use reqwest::{
    header::{HeaderMap, HeaderValue, AUTHORIZATION},
    redirect, Client, StatusCode, Url,
};
use serde::Deserialize;
use serde_json::{json, Map, Value};
use std::{fmt, time::Duration};
use tracing::debug;

/// The most likely tokens that OpenAI shows; others show as many or more.
pub const MOST_TOP_LOGPROBS: usize = 20;

/// How long to wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A key that is not shown by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(HeaderValue);

impl ApiKey {
    /// A key of visible ASCII characters, without the white space around it; `None` for anything
    /// else.
    pub fn new(key: &str) -> Option<Self> {
        let key = key.trim();
        let visible = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
        let mut value = HeaderValue::from_str(&format!("Bearer {key}")).ok().filter(|_| visible)?;
        value.set_sensitive(true);
        Some(Self(value))
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ApiKey(…)")
    }
}

/// The base of the server's logarithms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum LogBase {
    /// Natural: OpenAI, vLLM, llama.cpp, Ollama, mistral.rs from 0.9.1 on.
    #[default]
    #[serde(rename = "e")]
    Natural,
    /// Decimal: mistral.rs up to 0.9.0.
    #[serde(rename = "10")]
    Ten,
}

/// A server and what bounds it.
#[derive(Clone, Debug)]
pub struct OpenAiSpec {
    /// Up to and including `/v1`.
    pub base_url: Url,
    /// What the server calls the model.
    pub model: String,
    /// Sent as `Authorization: Bearer`.
    pub api_key: Option<ApiKey>,
    /// For a whole request.
    pub timeout: Duration,
    /// The largest reply, in bytes.
    pub reply_bytes: usize,
    /// How many likely tokens to ask for when grading.
    pub top_logprobs: usize,
    /// The base of their logarithms.
    pub log_base: LogBase,
    /// Fields for the body of every request, over those of this backend.
    pub extra: Map<String, Value>,
    /// The texts of the grades; their indices are the ids of [`Backend::next_logits`].
    pub grades: Vec<String>,
}

/// A model behind a server.
#[derive(Debug)]
pub struct OpenAiBackend {
    spec: OpenAiSpec,
    url: Url,
    client: Client,
}

#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
    #[serde(default)]
    logprobs: Option<Logprobs>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    tool_calls: Option<Vec<Call>>,
}

#[derive(Deserialize)]
struct Call {
    #[serde(default)]
    id: Option<String>,
    function: CalledFunction,
}

#[derive(Deserialize)]
struct CalledFunction {
    name: String,
    #[serde(default)]
    arguments: Value,
}

#[derive(Deserialize)]
struct Logprobs {
    #[serde(default)]
    content: Option<Vec<TokenLogprobs>>,
}

#[derive(Deserialize)]
struct TokenLogprobs {
    #[serde(default)]
    top_logprobs: Vec<TopLogprob>,
}

/// One likely token. Servers write −∞ as null.
#[derive(Clone, Debug, Deserialize)]
pub struct TopLogprob {
    token: Option<String>,
    logprob: Option<f64>,
}

impl OpenAiBackend {
    /// Prepares requests to a server; connects to nothing.
    ///
    /// # Errors
    /// One line, if the URL cannot be a base or the TLS library does not start.
    pub fn new(spec: OpenAiSpec) -> Result<Self, String> {
        let mut url = spec.base_url.clone();
        let mut segments =
            url.path_segments_mut().map_err(|()| format!("{} cannot be a base", spec.base_url))?;
        segments.pop_if_empty().extend(["chat", "completions"]);
        drop(segments);
        let mut headers = HeaderMap::new();
        if let Some(ApiKey(value)) = &spec.api_key {
            headers.insert(AUTHORIZATION, value.clone());
        }
        let mut builder = Client::builder()
            .default_headers(headers)
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(spec.timeout)
            .tcp_nodelay(true);
        // A proxy of the environment is for the world outside.
        if is_loopback(&spec.base_url) {
            builder = builder.no_proxy();
        }
        Ok(Self { client: builder.build().map_err(|error| error.to_string())?, spec, url })
    }

    async fn complete(&self, mut body: Map<String, Value>) -> Result<Choice, BackendError> {
        body.insert("model".to_string(), self.spec.model.clone().into());
        body.insert("stream".to_string(), false.into());
        body.extend(self.spec.extra.clone());
        let unreachable = |error: reqwest::Error| {
            let what =
                if error.is_timeout() { "did not reply in time" } else { "cannot be reached" };
            debug!(error = %super::first_line(&error.without_url()), "the server {what}");
            BackendError::Engine(format!("the server {what}"))
        };
        let response =
            self.client.post(self.url.clone()).json(&body).send().await.map_err(unreachable)?;
        let status = response.status();
        let reply = self.read(response).await?;
        if !status.is_success() {
            let shown = String::from_utf8_lossy(reply.get(..2000).unwrap_or(&reply));
            debug!(%status, reply = %shown, "the server refuses");
            let text = format!("the server replies {status}");
            return Err(match status {
                // The same request is refused again.
                StatusCode::BAD_REQUEST
                | StatusCode::PAYLOAD_TOO_LARGE
                | StatusCode::UNPROCESSABLE_ENTITY => BackendError::Refused(text),
                _ => BackendError::Engine(text),
            });
        }
        let completion: Completion = serde_json::from_slice(&reply).map_err(|error| {
            BackendError::Engine(format!(
                "the server's reply is no completion, column {}",
                error.column()
            ))
        })?;
        let first = completion.choices.into_iter().next();
        first.ok_or_else(|| BackendError::Engine("the server's reply has no choices".to_string()))
    }

    /// A body of at most `reply_bytes` bytes.
    async fn read(&self, mut response: reqwest::Response) -> Result<Vec<u8>, BackendError> {
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(piece)) if body.len() + piece.len() <= self.spec.reply_bytes => {
                    body.extend_from_slice(&piece)
                }
                Ok(Some(_)) => {
                    return Err(BackendError::Engine(format!(
                        "the reply has more than {} bytes",
                        self.spec.reply_bytes
                    )))
                }
                Ok(None) => return Ok(body),
                Err(_) => {
                    return Err(BackendError::Engine("the server's reply broke off".to_string()))
                }
            }
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
        max_tokens: usize,
    ) -> Result<Generated, BackendError> {
        let mut body = fields(json!({
            "messages": messages(chat),
            "max_tokens": max_tokens,
            "temperature": sampling.temperature,
        }));
        // Not of OpenAI's protocol: known to vLLM, llama.cpp and mistral.rs, so sent only when
        // wanted.
        for (key, value) in [
            ("top_p", sampling.top_p.map(Value::from)),
            ("top_k", sampling.top_k.map(Value::from)),
            ("min_p", sampling.min_p.map(Value::from)),
        ] {
            body.extend(value.map(|value| (key.to_string(), value)));
        }
        if !chat.tools.is_empty() {
            let tool = |tool: &super::ToolDescription| {
                json!({"type": "function", "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool.parameters,
                }})
            };
            body.insert("tools".to_string(), chat.tools.iter().map(tool).collect());
        }
        let message = self.complete(body).await?.message;
        let text = super::without_reasoning(message.content.as_deref().unwrap_or_default())
            .trim()
            .to_string();
        let calls = message.tool_calls.unwrap_or_default().into_iter().map(|call| ToolCall {
            id: call.id.unwrap_or_default(),
            name: call.function.name,
            arguments: match call.function.arguments {
                Value::String(text) => text,
                other => other.to_string(),
            },
        });
        Ok(Generated { text, calls: calls.collect() })
    }

    async fn next_logits(&self, chat: &Chat, ids: &[u32]) -> Result<NextLogits, BackendError> {
        // At a temperature of 1 what servers report is what the model means, before or after
        // sampling.
        let body = fields(json!({
            "messages": messages(chat), "max_tokens": 1, "temperature": 1.0, "top_p": 1.0,
            "logprobs": true, "top_logprobs": self.spec.top_logprobs
        }));
        let logprobs = self.complete(body).await?.logprobs.and_then(|logprobs| logprobs.content);
        let first = logprobs.and_then(|content| content.into_iter().next());
        // A server or a model that shows none will not show any next time.
        let shown = first
            .ok_or_else(|| BackendError::Refused("the server shows no logprobs".to_string()))?;
        let texts = ids
            .iter()
            .map(|id| usize::try_from(*id).ok().and_then(|index| self.spec.grades.get(index)));
        let log = |text: Option<&String>| {
            text.map_or(f64::NEG_INFINITY, |text| {
                log_probability(&shown.top_logprobs, text, self.spec.log_base)
            })
        };
        // The precision of a logit is enough for a logarithm of this size.
        Ok(NextLogits { picked: texts.map(|text| log(text) as f32).collect(), log_total: 0.0 })
    }
}

/// The natural logarithm of the probability of all forms of `text` among `top` together.
pub fn log_probability(top: &[TopLogprob], text: &str, base: LogBase) -> f64 {
    let scale = match base {
        LogBase::Natural => 1.0,
        LogBase::Ten => std::f64::consts::LN_10,
    };
    let bare = |token: &str| token.trim_matches([' ', '\n', '▁', 'Ġ']) == text;
    let forms = top.iter().filter(|entry| entry.token.as_deref().is_some_and(bare));
    forms.filter_map(|entry| entry.logprob).map(|log| (log * scale).exp()).sum::<f64>().ln()
}

fn messages(chat: &Chat) -> Value {
    let system = chat.system.iter().map(|text| json!({"role": "system", "content": text}));
    let user = std::iter::once(json!({"role": "user", "content": chat.user}));
    let mut messages: Vec<Value> = system.chain(user).collect();
    for exchange in &chat.exchanges {
        let call = |call: &ToolCall| {
            let function = json!({"name": call.name, "arguments": call.arguments});
            json!({"id": call.id, "type": "function", "function": function})
        };
        let calls: Vec<Value> = exchange.calls.iter().map(call).collect();
        messages.push(json!({"role": "assistant", "content": exchange.text, "tool_calls": calls}));
        for (call, result) in exchange.calls.iter().zip(&exchange.results) {
            messages.push(json!({"role": "tool", "tool_call_id": call.id, "content": result}));
        }
    }
    Value::Array(messages)
}

fn fields(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// Whether a URL names this machine.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn top(entries: &[(&str, Option<f64>)]) -> Vec<TopLogprob> {
        let entry = |(token, logprob): &(&str, Option<f64>)| TopLogprob {
            token: Some((*token).into()),
            logprob: *logprob,
        };
        entries.iter().map(entry).collect()
    }

    #[test]
    fn probabilities_of_all_forms_of_a_grade_should_add_up() {
        let shown = top(&[
            ("5", Some(0.25f64.ln())),
            (" 5", Some(0.5f64.ln())),
            ("15", Some(0.1f64.ln())),
            ("▁4", None),
        ]);
        assert!((log_probability(&shown, "5", LogBase::Natural) - 0.75f64.ln()).abs() < 1e-12);
        assert_eq!(log_probability(&shown, "4", LogBase::Natural), f64::NEG_INFINITY);
        let decimal = top(&[("5", Some(0.25f64.log10()))]);
        assert!((log_probability(&decimal, "5", LogBase::Ten) - 0.25f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn keys_should_not_be_shown() {
        let key = ApiKey::new(" sk-secret\n").unwrap();
        assert!(!format!("{key:?}").contains("secret"));
        assert!(!format!("{:?}", key.0).contains("secret"));
        assert!(ApiKey::new("two words").is_none() && ApiKey::new("").is_none());
    }

    #[test]
    fn proxies_should_not_stand_before_this_machine() {
        let loopback = |url: &str| is_loopback(&url.parse().unwrap());
        assert!(
            loopback("http://127.0.0.1:8000/v1")
                && loopback("http://localhost/v1")
                && loopback("http://[::1]:1/v1")
        );
        assert!(!loopback("https://api.example.org/v1"));
    }
}
