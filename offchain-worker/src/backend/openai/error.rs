//! What a server means when it refuses: to wait, to be asked otherwise, or not at all.
//!
//! Servers say why in their own words. These may hold the prompt, so what goes to the log is cut
//! and has no part of it.

use super::request::Lesson;
use crate::backend::{BackendError, Chat};
use jiff::{fmt::rfc2822, Timestamp};
use reqwest::StatusCode;
use serde_json::{Map, Value};
use std::time::Duration;

/// The longest wait that a server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The longest of a server's words that are shown, in characters.
const SHOWN_CHARACTERS: usize = 200;

/// The shortest piece of a prompt that is looked for in a server's words, in characters: shorter
/// ones are in any sentence.
const SHORTEST_PIECE: usize = 12;

/// A reply that is no completion.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    retry_after: Option<Duration>,
    /// The server's words, without the prompt.
    pub(super) words: String,
    /// In small letters, what it says of the kind of error besides.
    clues: String,
    body: Value,
}

impl Refusal {
    /// From a reply to a request about `chat`.
    pub(super) fn new(
        status: StatusCode,
        retry_after: Option<&str>,
        body: &[u8],
        chat: Option<&Chat>,
    ) -> Self {
        let text = String::from_utf8_lossy(body.get(..8_192).unwrap_or(body)).into_owned();
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let words = said(&body).unwrap_or(text);
        let words = chat.map_or_else(|| words.clone(), |chat| without_prompt(&words, chat));
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let words: String = words.chars().take(SHOWN_CHARACTERS).collect();
        let error = &body["error"];
        let extra = [&error["param"], &error["code"], &error["type"]];
        let extra = extra.into_iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
        let clues = format!("{words} {extra}").to_lowercase();
        let retry_after = retry_after.and_then(|value| wait(value, Timestamp::now()));
        Self { status, retry_after, words, clues, body }
    }

    /// What to do otherwise next time, if the server's words tell; `sent` is the refused body.
    pub(super) fn lesson(&self, sent: &Map<String, Value>) -> Option<Lesson> {
        let says = |any: &[&str]| any.iter().any(|words| self.clues.contains(words));
        let system = sent.get("messages").is_some_and(|messages| messages[0]["role"] == "system");
        // llama.cpp tells of an exception in a template with 500.
        let refused = matches!(self.status.as_u16(), 400 | 422);
        if system && (refused || self.status == StatusCode::INTERNAL_SERVER_ERROR) {
            let template = ["system role", "role system", "role 'system'", "\"system\" role"];
            let roles = ["roles must alternate", "only user", "system message", "system prompt"];
            if says(&template) || says(&roles) {
                return Some(Lesson::MergeSystem);
            }
        }
        if !refused || self.too_long() {
            return None;
        }
        if !says(&[
            "unsupported",
            "not support",
            "unrecognized",
            "unrecognised",
            "unknown",
            "extra_forbidden",
            "extra inputs",
            "extra fields",
            "not permitted",
            "not allowed",
            "only the default",
        ]) {
            return None;
        }
        if sent.contains_key("max_tokens") && says(&["max_completion_tokens"]) {
            return Some(Lesson::CompletionTokens);
        }
        let needed = ["model", "messages", "stream", "max_tokens", "max_completion_tokens"];
        let grading = ["logprobs", "top_logprobs"];
        let names = |field: &&String| {
            let field = field.to_lowercase();
            let mut words =
                self.clues.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-'));
            !needed.contains(&field.as_str())
                && !grading.contains(&field.as_str())
                && words.any(|word| word == field)
        };
        sent.keys().find(names).map(|field| Lesson::Omit(field.clone()))
    }

    fn too_long(&self) -> bool {
        let signs = [
            "context length",
            "context size",
            "context window",
            "context_length",
            "exceed_context",
        ];
        signs.iter().any(|sign| self.clues.contains(sign))
    }

    /// As the caller gets it: in one line, about the server of `model`.
    pub(super) fn into_error(self, model: &str) -> BackendError {
        let Self { status, retry_after, words, .. } = &self;
        let code = status.as_u16();
        let unavailable =
            |reason: String| BackendError::Unavailable { reason, retry_after: *retry_after };
        match code {
            404 => unavailable(format!(
                "the server does not know the model {model:?} or the path (404): pull it there, or \
                 mend model and base_url; it says: {words}"
            )),
            401 | 403 => BackendError::Engine(format!("the server refuses the key ({status})")),
            408 | 425 | 429 | 502 | 503 | 504 | 520..=524 | 529 => {
                unavailable(format!("the server asks to wait ({status})"))
            }
            400 | 413 | 422 if self.too_long() => self.length(),
            // The same request is refused again.
            400 | 413 | 422 => BackendError::Refused(format!("the server replies {status}")),
            _ => BackendError::Engine(format!("the server replies {status}")),
        }
    }

    /// Too long, with the numbers if the server has them.
    fn length(&self) -> BackendError {
        let number = |key: &str| {
            self.body["error"][key].as_u64().and_then(|number| usize::try_from(number).ok())
        };
        match (number("n_prompt_tokens"), number("n_ctx")) {
            (Some(tokens), Some(context)) => {
                BackendError::TooLong { tokens, limit: context.saturating_sub(1) }
            }
            _ => BackendError::Refused(
                "the server says that it is longer than the model's context".to_string(),
            ),
        }
    }
}

/// What an error's body says for people, in the forms of common servers.
fn said(body: &Value) -> Option<String> {
    let error = &body["error"];
    let direct = [&error["message"], error, &body["message"], &body["detail"]];
    if let Some(text) = direct.into_iter().find_map(Value::as_str) {
        return Some(text.to_string());
    }
    // pydantic: also the input, which is left out.
    let detail = |one: &Value| {
        let place = one["loc"]
            .as_array()
            .map(|loc| loc.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("."));
        format!(
            "{} {}: {}",
            one["type"].as_str().unwrap_or_default(),
            place.unwrap_or_default(),
            one["msg"].as_str().unwrap_or_default()
        )
    };
    let details = body["detail"].as_array()?;
    Some(details.iter().map(detail).collect::<Vec<_>>().join("; "))
}

/// `words` with an ellipsis for what they have of the chat.
fn without_prompt(words: &str, chat: &Chat) -> String {
    let texts: Vec<&str> = chat.texts().chain(chat.prefill.as_deref()).collect();
    let mut shown = words.to_string();
    for text in texts.iter().map(|text| text.trim()).filter(|text| text.chars().count() > 2) {
        shown = shown.replace(text, "…");
    }
    let letters: Vec<char> = shown.chars().take(4 * SHOWN_CHARACTERS).collect();
    let piece = |from: usize, length: usize| {
        letters.get(from..from + length).map(|letters| letters.iter().collect::<String>())
    };
    let known = |piece: &str| texts.iter().any(|text| text.contains(piece));
    let (mut cleaned, mut at) = (String::new(), 0);
    while let Some(letter) = letters.get(at) {
        let mut length = SHORTEST_PIECE;
        if !piece(at, length).is_some_and(|piece| known(&piece)) {
            cleaned.push(*letter);
            at += 1;
            continue;
        }
        while piece(at, length + 1).is_some_and(|piece| known(&piece)) {
            length += 1;
        }
        cleaned.push('…');
        at += length;
    }
    cleaned
}

/// `Retry-After`: seconds, or a date.
fn wait(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    let asked = match value.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok()?,
        Err(_) => {
            let then = rfc2822::parse(value).ok()?.timestamp();
            Duration::try_from(then.duration_since(now)).unwrap_or_default()
        }
    };
    Some(asked.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refusal(status: u16, body: &Value) -> Refusal {
        let chat = Chat { user: "what is 37+12, my dear friend?".into(), ..Chat::default() };
        let status = StatusCode::from_u16(status).unwrap();
        Refusal::new(status, Some("3"), body.to_string().as_bytes(), Some(&chat))
    }

    fn message(text: &str) -> Value {
        json!({"error": {"message": text}})
    }

    fn sent() -> Map<String, Value> {
        let sent = json!({
            "model": "m", "messages": [{"role": "system"}, {"role": "user"}], "max_tokens": 5,
            "temperature": 0.7, "seed": 1, "top_k": 4, "logprobs": true
        });
        sent.as_object().cloned().unwrap()
    }

    #[test]
    fn waits_should_be_read_and_bounded() {
        let now: Timestamp = "2026-11-28T23:00:00Z".parse().unwrap();
        for (value, seconds) in [
            ("1", Some(1)),
            (" 0 ", Some(0)),
            ("86400", Some(60)),
            ("Sat, 28 Nov 2026 23:00:30 GMT", Some(30)),
            ("Sat, 28 Nov 2026 22:00:00 GMT", Some(0)),
            ("Sun, 28 Nov 2027 23:00:30 GMT", Some(60)),
            ("soon", None),
            ("-1", None),
            ("NaN", None),
        ] {
            assert_eq!(wait(value, now), seconds.map(Duration::from_secs), "{value}");
        }
    }

    #[test]
    fn error_should_say_whose_fault_it_was() {
        let wait = Some(Duration::from_secs(3));
        for status in [408, 429, 502, 503, 504] {
            let error = refusal(status, &Value::Null).into_error("m");
            let BackendError::Unavailable { retry_after, .. } = error else { panic!("{error:?}") };
            assert_eq!(retry_after, wait);
        }
        let unknown =
            refusal(404, &json!({"error": "model \"m\" not found, try pulling it first"}));
        let unknown = unknown.into_error("m");
        let said = unknown.to_string();
        assert!(matches!(unknown, BackendError::Unavailable { .. }));
        assert!(said.contains("pull it") && said.contains("try pulling it first"), "{said}");
        assert!(matches!(refusal(400, &Value::Null).into_error("m"), BackendError::Refused(_)));
        assert!(matches!(refusal(500, &Value::Null).into_error("m"), BackendError::Engine(_)));
        assert!(refusal(401, &Value::Null).into_error("m").to_string().contains("key"));
        let long = json!({"error": {
            "type": "exceed_context_size_error", "n_prompt_tokens": 4031, "n_ctx": 2048,
            "message": "request (4031 tokens) exceeds the available context size (2048 tokens)"
        }});
        let error = refusal(400, &long).into_error("m");
        assert_eq!(error, BackendError::TooLong { tokens: 4_031, limit: 2_047 });
    }

    #[test]
    fn lessons_should_be_learnt_from_what_servers_say() {
        let lesson = |status, text: &str| refusal(status, &message(text)).lesson(&sent());
        let omit = |field: &str| Some(Lesson::Omit(field.to_string()));
        assert_eq!(
            lesson(
                400,
                "Unsupported parameter: 'max_tokens' is not supported with this model. \
                         Use 'max_completion_tokens' instead."
            ),
            Some(Lesson::CompletionTokens)
        );
        assert_eq!(
            lesson(
                400,
                "Unsupported value: 'temperature' does not support 0.7 with this model. \
                         Only the default (1) value is supported."
            ),
            omit("temperature")
        );
        assert_eq!(lesson(400, "Unrecognized request argument supplied: top_k"), omit("top_k"));
        let forbidden = json!({"detail": [{
            "type": "extra_forbidden", "loc": ["body", "seed"],
            "msg": "Extra inputs are not permitted", "input": 1
        }]});
        assert_eq!(refusal(422, &forbidden).lesson(&sent()), omit("seed"));
        for text in
            ["System role not supported", "Conversation roles must alternate user/assistant"]
        {
            assert_eq!(lesson(400, text), Some(Lesson::MergeSystem), "{text}");
            assert_eq!(lesson(500, text), Some(Lesson::MergeSystem), "{text}");
        }
        for (status, text) in [
            (
                400,
                "max_completion_tokens is too large: 512 are not supported, since this model's \
                   maximum context length is 2048 tokens",
            ),
            (400, "logprobs are not supported with this model"),
            (400, "the model does not support what you say"),
            (503, "Unsupported parameter: 'seed'"),
        ] {
            assert_eq!(lesson(status, text), None, "{text}");
        }
    }

    #[test]
    fn prompt_should_not_be_shown_when_the_server_repeats_it() {
        for (said, shown) in [
            ("no: what is 37+12, my dear friend?", "no: …"),
            ("cannot parse \"is 37+12, my dear\" here", "cannot parse \"…\" here"),
            ("out of memory", "out of memory"),
        ] {
            assert_eq!(refusal(400, &message(said)).words, shown);
        }
        let pydantic =
            json!({"detail": [{"type": "t", "loc": ["body"], "msg": "bad", "input": "37"}]});
        assert_eq!(refusal(422, &pydantic).words, "t body: bad");
        assert!(refusal(500, &message(&"x".repeat(9_999))).words.len() <= SHOWN_CHARACTERS);
    }
}
