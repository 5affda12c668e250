//! Dialects of OpenAI's protocol: how a kind of server is recognised, and what it wants of a
//! request that others do not.
//!
//! | dialect | no reasoning by | knows `top_k`, `min_p` | goes on from a prefill |
//! | --- | --- | --- | --- |
//! | OpenAI | – | no | no |
//! | vLLM | `chat_template_kwargs` | yes | with `continue_final_message` |
//! | llama.cpp | `chat_template_kwargs` | yes | after a last message of the assistant |
//! | Ollama | `reasoning_effort`, `think` | no, not under `/v1` | no |
//! | LM Studio | – (a switch of its own) | yes | no |
//! | mistral.rs | `enable_thinking` | yes | no |
//!
//! A server that is none of them gets what the protocol has, and the sampling fields that the
//! operator wants.

use serde::Deserialize;
use serde_json::{json, Map, Value};
use std::fmt;

/// A kind of server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// OpenAI itself, and services that take its fields and no others.
    #[serde(rename = "openai")]
    OpenAi,
    /// vLLM.
    Vllm,
    /// llama.cpp's `llama-server`.
    #[serde(rename = "llama.cpp")]
    LlamaCpp,
    /// Ollama, under `/v1`.
    Ollama,
    /// LM Studio.
    LmStudio,
    /// mistral.rs' server.
    #[serde(rename = "mistral.rs")]
    MistralRs,
}

impl fmt::Display for Dialect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::OpenAi => "OpenAI",
            Self::Vllm => "vLLM",
            Self::LlamaCpp => "llama.cpp",
            Self::Ollama => "Ollama",
            Self::LmStudio => "LM Studio",
            Self::MistralRs => "mistral.rs",
        })
    }
}

impl Dialect {
    /// What a server says of itself: its header `Server`, and its list of models
    /// (`GET {base_url}/models`). `None` where that tells nothing.
    pub(super) fn of(server: Option<&str>, models: &Value) -> Option<Self> {
        if server.is_some_and(|name| name.eq_ignore_ascii_case("llama.cpp")) {
            return Some(Self::LlamaCpp);
        }
        let owners =
            models["data"].as_array()?.iter().filter_map(|model| model["owned_by"].as_str());
        owners.into_iter().find_map(|owner| match owner {
            "vllm" => Some(Self::Vllm),
            "llamacpp" => Some(Self::LlamaCpp),
            "library" => Some(Self::Ollama),
            "organization_owner" => Some(Self::LmStudio),
            "local" => Some(Self::MistralRs),
            "openai" | "openai-internal" => Some(Self::OpenAi),
            _ => None,
        })
    }

    /// The fields that keep a model from reasoning, for both answers and grades.
    pub(super) fn without_thinking(self) -> Map<String, Value> {
        let fields = match self {
            // Templates call it by one of two names, and ignore what they do not know.
            Self::Vllm => json!({"chat_template_kwargs": {
                "enable_thinking": false, "thinking": false
            }}),
            Self::LlamaCpp => json!({"chat_template_kwargs": {"enable_thinking": false}}),
            Self::Ollama => json!({"reasoning_effort": "none", "think": false}),
            Self::MistralRs => json!({"enable_thinking": false}),
            Self::OpenAi | Self::LmStudio => Value::Null,
        };
        match fields {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }

    /// Whether `top_k` and `min_p` mean something to it.
    pub(super) fn knows_top_k(self) -> bool {
        !matches!(self, Self::OpenAi | Self::Ollama)
    }

    /// Whether a reply can go on from a given beginning, and with which fields; that beginning is
    /// the last message.
    pub(super) fn prefill(self) -> Option<Map<String, Value>> {
        let fields = match self {
            Self::Vllm => json!({"continue_final_message": true, "add_generation_prompt": false}),
            Self::LlamaCpp => json!({}),
            _ => return None,
        };
        fields.as_object().cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_should_be_recognised_by_what_they_say() {
        let owned =
            |owner: &str| json!({"object": "list", "data": [{"id": "m", "owned_by": owner}]});
        for (owner, dialect) in [
            ("vllm", Some(Dialect::Vllm)),
            ("llamacpp", Some(Dialect::LlamaCpp)),
            ("library", Some(Dialect::Ollama)),
            ("organization_owner", Some(Dialect::LmStudio)),
            ("local", Some(Dialect::MistralRs)),
            ("openai-internal", Some(Dialect::OpenAi)),
            ("somebody", None),
        ] {
            assert_eq!(Dialect::of(Some("uvicorn"), &owned(owner)), dialect, "{owner}");
        }
        assert_eq!(Dialect::of(Some("llama.cpp"), &Value::Null), Some(Dialect::LlamaCpp));
        assert_eq!(Dialect::of(None, &json!({"data": null})), None);
    }

    #[test]
    fn names_of_the_configuration_should_be_those_of_the_pages() {
        for (name, dialect) in [
            ("openai", Dialect::OpenAi),
            ("vllm", Dialect::Vllm),
            ("llama.cpp", Dialect::LlamaCpp),
            ("ollama", Dialect::Ollama),
            ("lm-studio", Dialect::LmStudio),
            ("mistral.rs", Dialect::MistralRs),
        ] {
            assert_eq!(serde_json::from_value::<Dialect>(json!(name)).unwrap(), dialect);
        }
    }
}
