//! `POST /v1/chat/completions`.

use super::{
    chat_stream::ChatNarrator,
    fields::{
        self, is_empty, is_false, is_no_choice, is_one, is_text_format, is_text_only, is_zero,
        never, Fields, Refused,
    },
    order::{self, Placed, Wanted},
    problem::{ErrorBody, Problem},
    stream,
    types::{now, AssistantMessage, ChatChunk, ChatCompletion, Choice, Receipt, Usage},
};
use crate::{desk::Answered, state::GateState};
use axum::{
    body::Body,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use std::time::Instant;
use utoipa::ToSchema;
use waggle_client::conversation::Message;

/// Where chat completions are.
pub(crate) const PATH: &str = "/v1/chat/completions";

/// What a swarm cannot do, and why.
const REFUSED: [Refused; 13] = [
    Refused { field: "n", harmless: is_one, reason: "a round chooses one answer" },
    Refused { field: "logprobs", harmless: is_false, reason: "agents do not tell them" },
    Refused { field: "top_logprobs", harmless: is_zero, reason: "agents do not tell them" },
    Refused { field: "tools", harmless: is_empty, reason: "agents call no tools" },
    Refused { field: "tool_choice", harmless: is_no_choice, reason: "agents call no tools" },
    Refused { field: "functions", harmless: is_empty, reason: "agents call no functions" },
    Refused { field: "function_call", harmless: is_no_choice, reason: "agents call no functions" },
    Refused {
        field: "response_format",
        harmless: is_text_format,
        reason: "no agent is held to a format; ask for one in a message",
    },
    Refused { field: "modalities", harmless: is_text_only, reason: "answers are text" },
    Refused { field: "audio", harmless: never, reason: "answers are text" },
    Refused { field: "stop", harmless: is_empty, reason: "the chosen answer is given whole" },
    Refused { field: "logit_bias", harmless: is_empty, reason: "agents choose their own words" },
    Refused { field: "web_search_options", harmless: never, reason: "agents do not search" },
];

/// A request, as the description has it. Reading it is [`ChatRequest`]'s work.
#[derive(ToSchema)]
#[allow(dead_code, reason = "its fields are for the description alone")]
pub(crate) struct ChatCompletionRequest {
    /// One of `GET /v1/models`, such as `waggle`, `waggle-fast` or `waggle/4`.
    #[schema(example = "waggle")]
    model: String,
    /// The conversation. The prompt that is made of it has at most as many bytes as the chain
    /// takes, 16 KiB by default.
    messages: Vec<ChatMessage>,
    /// Whether the reply is a stream of server-sent events.
    stream: Option<bool>,
    /// How to stream.
    stream_options: Option<StreamOptions>,
    /// No effect: agents choose how they write. Neither have top_p, seed, max_tokens,
    /// max_completion_tokens, the penalties, reasoning_effort, user, metadata and store.
    temperature: Option<f64>,
}

/// A message, as the description has it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "its fields are for the description alone")]
pub(crate) struct ChatMessage {
    /// `system`, `developer` (the same), `user` or `assistant`.
    #[schema(example = "user")]
    role: String,
    /// A text, or a list of parts whose type is `text`.
    #[schema(example = "What is 37+12?")]
    content: serde_json::Value,
}

/// How to stream, as the description has it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "its fields are for the description alone")]
pub(crate) struct StreamOptions {
    /// Whether a chunk without choices has the usage, which is zeros.
    include_usage: Option<bool>,
}

/// What is asked.
#[derive(Debug)]
struct ChatRequest {
    model: String,
    messages: Vec<Message>,
    stream: bool,
    include_usage: bool,
}

impl ChatRequest {
    fn parse(body: &[u8]) -> Result<Self, Problem> {
        let body = fields::json(body)?;
        let fields = Fields::of(&body, "")?;
        let model = fields.model()?;
        fields.refuse(&REFUSED)?;
        let stream = fields.flag("stream")?;
        let include_usage = match fields.get("stream_options") {
            Some(options) => Fields::of(options, "stream_options")?.flag("include_usage")?,
            None => false,
        };
        let list = fields.needed("messages")?.as_array();
        let list = list.ok_or_else(|| fields.wrong_type("messages", "a list of messages"))?;
        let messages = fields::messages(list, "messages", &["text"])?;
        Ok(Self { model, messages, stream, include_usage })
    }
}

/// Ask a swarm.
///
/// The reply has the chosen answer, or is a stream that ends with it.
#[utoipa::path(
    post,
    path = "/v1/chat/completions",
    operation_id = "create_chat_completion",
    request_body = ChatCompletionRequest,
    responses(
        (
            status = 200,
            description = "The chosen answer; server-sent events of chunks, if streamed",
            content(
                (ChatCompletion = "application/json"),
                (ChatChunk = "text/event-stream")
            )
        ),
        (status = 400, description = "A parameter is wrong, or asks too much", body = ErrorBody),
        (status = 401, description = "No valid key", body = ErrorBody),
        (status = 404, description = "No such model", body = ErrorBody),
        (status = 413, description = "The body is too long", body = ErrorBody),
        (status = 422, description = "Nobody won the round, or the Idempotency-Key was used for \
                                      another request", body = ErrorBody),
        (status = 429, description = "Too fast, or the budget is used up", body = ErrorBody),
        (status = 503, description = "The round was cancelled and the reward returned, or the \
                                      node is away", body = ErrorBody),
        (status = 504, description = "Whether it was asked is not known yet", body = ErrorBody),
    ),
    security(("key" = []))
)]
pub(crate) async fn create(
    State(gate): State<GateState>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let arrived = Instant::now();
    let response = answer(&gate, &headers, body, arrived).await;
    response.unwrap_or_else(IntoResponse::into_response)
}

async fn answer(
    gate: &GateState,
    headers: &HeaderMap,
    body: Body,
    arrived: Instant,
) -> Result<Response, Problem> {
    let key = order::admit(gate, headers).await?;
    let body = order::read(gate, headers, body).await?;
    let ChatRequest { model, messages, stream, include_usage } = ChatRequest::parse(&body)?;
    let wanted = Wanted { path: PATH, body: &body, model: &model, messages: &messages };
    let Placed { request, replayed, following } =
        order::place(gate, &key, headers, arrived, wanted).await?;
    if stream {
        let narrator = ChatNarrator::new(request, replayed, model, include_usage);
        return Ok(stream::respond(following, narrator));
    }
    let write =
        |answered: &Answered| completion(model, Receipt::of(request, answered, replayed), answered);
    order::reply(gate, following, write).await
}

fn completion(model: String, waggle: Receipt, answered: &Answered) -> ChatCompletion {
    let message =
        AssistantMessage { role: "assistant", content: answered.text.clone(), refusal: None };
    ChatCompletion {
        id: format!("chatcmpl-{}", waggle.request),
        object: "chat.completion",
        created: now(),
        model,
        choices: vec![Choice { index: 0, message, logprobs: None, finish_reason: "stop" }],
        usage: Usage::default(),
        system_fingerprint: None,
        waggle,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{json, Value};

    fn parse(extra: Value) -> Result<ChatRequest, Problem> {
        let mut body = json!({
            "model": "waggle",
            "messages": [{"role": "user", "content": "37+12"}],
        });
        let members = body.as_object_mut().unwrap();
        members.extend(extra.as_object().unwrap().clone());
        ChatRequest::parse(body.to_string().as_bytes())
    }

    #[test]
    fn requests_should_be_taken_when_they_are_what_clients_send() {
        let plain = parse(json!({})).unwrap();
        assert_eq!(
            (plain.model.as_str(), plain.stream, plain.include_usage),
            ("waggle", false, false)
        );
        assert_eq!(plain.messages.len(), 1);
        let chatty = parse(json!({
            "stream": true, "stream_options": {"include_usage": true, "include_obfuscation": false},
            "temperature": 0.7, "top_p": 1, "seed": 5, "max_tokens": 4096, "user": "ada",
            "max_completion_tokens": 100, "presence_penalty": 0, "frequency_penalty": 0.5,
            "metadata": {"chat": "1"}, "store": false, "reasoning_effort": "low",
            "parallel_tool_calls": true, "service_tier": "auto", "session_id": "x",
            "n": 1, "logprobs": false, "top_logprobs": 0, "tools": [], "tool_choice": "auto",
            "functions": null, "response_format": {"type": "text"}, "modalities": ["text"],
            "stop": null, "logit_bias": {}, "audio": null,
        }))
        .unwrap();
        assert!(chatty.stream && chatty.include_usage);
    }

    #[test]
    fn parameters_should_be_refused_by_name_when_a_swarm_cannot_do_them() {
        for (extra, param) in [
            (json!({"n": 2}), "n"),
            (json!({"logprobs": true}), "logprobs"),
            (json!({"top_logprobs": 3}), "top_logprobs"),
            (json!({"tools": [{"type": "function"}]}), "tools"),
            (json!({"tool_choice": "required"}), "tool_choice"),
            (json!({"functions": [{}]}), "functions"),
            (json!({"function_call": {"name": "f"}}), "function_call"),
            (json!({"response_format": {"type": "json_object"}}), "response_format"),
            (json!({"modalities": ["text", "audio"]}), "modalities"),
            (json!({"audio": {"voice": "alloy"}}), "audio"),
            (json!({"stop": ["\n"]}), "stop"),
            (json!({"stop": "END"}), "stop"),
            (json!({"logit_bias": {"50256": -100}}), "logit_bias"),
            (json!({"web_search_options": {}}), "web_search_options"),
        ] {
            let detail = parse(extra.clone()).unwrap_err().detail();
            assert_eq!(detail.param.as_deref(), Some(param), "{extra}");
            assert_eq!(detail.code, "unsupported_parameter", "{extra}");
        }
    }

    #[test]
    fn parameters_should_be_refused_by_name_when_they_are_wrong() {
        for (extra, param, code) in [
            (json!({"model": null}), "model", "missing_required_parameter"),
            (json!({"model": 4}), "model", "invalid_type"),
            (json!({"model": "m".repeat(300)}), "model", "invalid_value"),
            (json!({"messages": null}), "messages", "missing_required_parameter"),
            (json!({"messages": "hi"}), "messages", "invalid_type"),
            (json!({"messages": []}), "messages", "invalid_value"),
            (json!({"stream": "yes"}), "stream", "invalid_type"),
            (json!({"stream_options": []}), "stream_options", "invalid_type"),
            (
                json!({"stream_options": {"include_usage": 1}}),
                "stream_options.include_usage",
                "invalid_type",
            ),
        ] {
            let detail = parse(extra.clone()).unwrap_err().detail();
            assert_eq!((detail.param.as_deref(), detail.code), (Some(param), code), "{extra}");
        }
    }
}
