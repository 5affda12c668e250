//! A server as the configuration describes it: where it is, what it serves, what bounds it.

use super::dialect::Dialect;
use reqwest::{header::HeaderValue, Url};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::{fmt, time::Duration};

/// The most likely tokens that OpenAI shows; others show as many or more.
pub const MOST_TOP_LOGPROBS: usize = 20;

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

    /// As `Authorization` has it.
    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
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

/// Fields of requests that the operator adds and removes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields {
    /// For every request, over those of this backend.
    pub all: Map<String, Value>,
    /// For answers, over those for every request.
    pub answer: Map<String, Value>,
    /// For grades, over those for every request.
    pub grade: Map<String, Value>,
    /// What is never sent.
    pub omit: Vec<String>,
}

/// A server and what bounds it.
#[derive(Clone, Debug)]
pub struct OpenAiSpec {
    /// Up to and including `/v1`.
    pub base_url: Url,
    /// What the server calls the model.
    pub model: String,
    /// Sent as `Authorization: Bearer`, to `base_url` only.
    pub api_key: Option<ApiKey>,
    /// For a whole request.
    pub timeout: Duration,
    /// The largest reply, in bytes.
    pub reply_bytes: usize,
    /// How many requests the server gets at a time, at least 1.
    pub parallel: usize,
    /// How many likely tokens to ask for when grading.
    pub top_logprobs: usize,
    /// The base of their logarithms; `None`: natural, unless the server is seen to use the other.
    pub log_base: Option<LogBase>,
    /// What kind of server it is; `None`: as it shows itself.
    pub dialect: Option<Dialect>,
    /// What the operator adds and removes.
    pub fields: Fields,
    /// The texts of the grades; their indices are the ids of
    /// [`crate::backend::Backend::next_logits`].
    pub grades: Vec<String>,
}

impl OpenAiSpec {
    /// A model of a server, with the defaults of the configuration.
    pub fn new(base_url: Url, model: String, grades: Vec<String>) -> Self {
        Self {
            base_url,
            model,
            api_key: None,
            timeout: Duration::from_secs(30),
            reply_bytes: 1 << 20,
            parallel: 4,
            top_logprobs: MOST_TOP_LOGPROBS,
            log_base: None,
            dialect: None,
            fields: Fields::default(),
            grades,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_should_not_be_shown() {
        let key = ApiKey::new(" sk-secret\n").unwrap();
        assert!(!format!("{key:?}").contains("secret"));
        assert!(!format!("{:?}", key.header()).contains("secret"));
        assert!(ApiKey::new("two words").is_none() && ApiKey::new("").is_none());
    }
}
