//! Completions as servers write them: fields null or missing, text in pieces, reasoning beside it.

use super::logprobs::TopLogprob;
use crate::backend::{Ending, ToolCall, Usage};
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// The body of a reply.
#[derive(Debug, Deserialize)]
struct Completion {
    #[serde(default)]
    choices: Option<Vec<Choice>>,
    #[serde(default)]
    usage: Option<Value>,
    /// llama.cpp's own measurements.
    #[serde(default)]
    timings: Value,
}

#[derive(Debug, Deserialize)]
struct Choice {
    message: Message,
    #[serde(default)]
    finish_reason: Value,
    #[serde(default)]
    logprobs: Option<Logprobs>,
}

#[derive(Debug, Default, Deserialize)]
struct Message {
    #[serde(default)]
    content: Value,
    /// What it only thought: vLLM, llama.cpp, LM Studio, …
    #[serde(default)]
    reasoning_content: Value,
    /// The same: Ollama, and vLLM from 0.12 on.
    #[serde(default)]
    reasoning: Value,
    #[serde(default)]
    tool_calls: Option<Vec<Call>>,
}

#[derive(Debug, Deserialize)]
struct Call {
    #[serde(default)]
    id: Option<String>,
    function: CalledFunction,
}

#[derive(Debug, Deserialize)]
struct CalledFunction {
    name: String,
    #[serde(default)]
    arguments: Value,
}

#[derive(Debug, Deserialize)]
struct Logprobs {
    #[serde(default)]
    content: Option<Vec<TokenLogprobs>>,
}

#[derive(Debug, Deserialize)]
struct TokenLogprobs {
    #[serde(default)]
    top_logprobs: Option<Vec<TopLogprob>>,
}

/// The first choice of a completion.
#[derive(Debug)]
pub(super) struct Reply {
    /// As it stands there, white space and marks included.
    pub(super) text: String,
    /// Whether the server says that the model thought.
    pub(super) thought: bool,
    /// Calls of tools.
    pub(super) calls: Vec<ToolCall>,
    /// Why it ended.
    pub(super) ending: Ending,
    /// The likeliest tokens at its first; `None` if the server shows none.
    pub(super) top: Option<Vec<TopLogprob>>,
    /// What the server counted.
    pub(super) tokens: Usage,
}

impl Reply {
    /// Whether it ends by saying one line over and over, as small models do that find no end: there
    /// is nothing to come. Its last line may be cut, and does not count.
    pub(super) fn repeats_itself(&self) -> bool {
        let lines = self.text.lines().rev().map(str::trim).filter(|line| !line.is_empty());
        let mut lines = lines.skip(1);
        let last = lines.next();
        last.is_some() && lines.next() == last && lines.next() == last
    }
}

/// Reads a body; otherwise what is wrong with it, in one line without what it holds.
pub(super) fn read(body: &[u8]) -> Result<Reply, String> {
    let completion: Completion = serde_json::from_slice(body).map_err(|error| {
        format!("the server's reply is no completion, column {}", error.column())
    })?;
    let tokens = usage(&completion);
    let choice = completion.choices.unwrap_or_default().into_iter().next();
    let Choice { message, finish_reason, logprobs } =
        choice.ok_or("the server's reply has no choices")?;
    let calls = message.tool_calls.unwrap_or_default().into_iter().map(|call| ToolCall {
        id: call.id.unwrap_or_default(),
        name: call.function.name,
        arguments: match call.function.arguments {
            Value::String(text) => text,
            other => other.to_string(),
        },
    });
    let first = logprobs.and_then(|shown| shown.content).and_then(|all| all.into_iter().next());
    Ok(Reply {
        text: text(&message.content),
        thought: !text(&message.reasoning_content).trim().is_empty()
            || !text(&message.reasoning).trim().is_empty()
            || thinks(&message.content),
        calls: calls.collect(),
        ending: match finish_reason.as_str() {
            Some("length" | "max_tokens") => Ending::Length,
            _ => Ending::Stop,
        },
        top: first.and_then(|token| token.top_logprobs).filter(|top| !top.is_empty()),
        tokens,
    })
}

/// A string, or the text of typed pieces; what is of another type, thinking for one, is left out.
fn text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(pieces) => {
            let piece = |piece: &Value| match (piece, piece["type"].as_str()) {
                (Value::String(text), _) => Some(text.clone()),
                (_, Some("text" | "output_text")) => piece["text"].as_str().map(str::to_string),
                _ => None,
            };
            pieces.iter().filter_map(piece).collect()
        }
        _ => String::new(),
    }
}

fn thinks(content: &Value) -> bool {
    let kinds = |piece: &Value| matches!(piece["type"].as_str(), Some("thinking" | "reasoning"));
    content.as_array().is_some_and(|pieces| pieces.iter().any(kinds))
}

fn usage(completion: &Completion) -> Usage {
    let usage = completion.usage.as_ref().unwrap_or(&Value::Null);
    // Nobody reads or writes nothing: servers that do not count say so.
    let count = |key: &str| {
        usage[key].as_u64().and_then(|count| u32::try_from(count).ok()).filter(|count| *count > 0)
    };
    let first = completion.timings["prompt_ms"].as_f64();
    let first = first.and_then(|ms| Duration::try_from_secs_f64(ms / 1_000.0).ok());
    Usage { prompt: count("prompt_tokens"), reply: count("completion_tokens"), first_token: first }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(message: Value) -> Reply {
        read(json!({"choices": [{"message": message}]}).to_string().as_bytes()).unwrap()
    }

    #[test]
    fn text_should_be_read_in_all_forms_that_servers_write() {
        assert_eq!(of(json!({"content": "49"})).text, "49");
        for message in [json!({}), json!({"content": null}), json!({"content": ""})] {
            assert_eq!(of(message).text, "");
        }
        let pieces = of(json!({"content": [
            {"type": "thinking", "thinking": [{"type": "text", "text": "7 times 7"}]},
            {"type": "text", "text": "4"}, {"type": "text", "text": "9"}, {"type": "image_url"}
        ]}));
        assert_eq!((pieces.text.as_str(), pieces.thought), ("49", true));
        let calls = of(json!({"content": "49", "tool_calls": null})).calls;
        assert!(calls.is_empty());
        let call = json!({"function": {"name": "calculate", "arguments": {"expression": "1+1"}}});
        let calls = of(json!({"tool_calls": [call]})).calls;
        assert_eq!(
            (calls[0].id.as_str(), calls[0].arguments.as_str()),
            ("", r#"{"expression":"1+1"}"#)
        );
    }

    #[test]
    fn reply_should_repeat_itself_when_three_whole_lines_are_the_same() {
        let repeats = |text: &str| of(json!({"content": text})).repeats_itself();
        assert!(repeats("49\n\nAnswer: 49\n\nAnswer: 49\n\nAnswer: 49\n\nAns"));
        for text in ["", "a", "a\na\na", "a\na\nb\na", "a\nb\na\nb\na", "a\n\n\n\nb"] {
            assert!(!repeats(text), "{text:?}");
        }
    }

    #[test]
    fn reasoning_should_never_be_the_text() {
        for field in ["reasoning_content", "reasoning"] {
            let reply = of(json!({"content": null, field: "it is 49"}));
            assert_eq!((reply.text.as_str(), reply.thought), ("", true));
        }
        assert!(!of(json!({"content": "49", "reasoning_content": null, "reasoning": ""})).thought);
    }

    #[test]
    fn ending_and_counts_should_be_read() {
        let body = json!({
            "choices": [{"message": {"content": "4"}, "finish_reason": "length", "logprobs": null}],
            "usage": {"prompt_tokens": 40, "completion_tokens": 5},
            "timings": {"prompt_ms": 250.0}
        });
        let reply = read(body.to_string().as_bytes()).unwrap();
        assert_eq!(reply.ending, Ending::Length);
        let tokens = Usage {
            prompt: Some(40),
            reply: Some(5),
            first_token: Some(Duration::from_millis(250)),
        };
        assert_eq!(reply.tokens, tokens);
        let plain = of(json!({"content": "4"}));
        assert_eq!((plain.ending, plain.tokens), (Ending::Stop, Usage::default()));
        assert!(plain.top.is_none());
    }

    #[test]
    fn problem_should_be_named_when_it_is_no_completion() {
        assert!(read(b"no json").unwrap_err().contains("no completion"));
        assert!(read(b"{}").unwrap_err().contains("no choices"));
        assert!(read(br#"{"choices": null}"#).unwrap_err().contains("no choices"));
    }
}
