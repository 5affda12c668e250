//! `POST /v1/responses`: the part of it that a swarm can serve. Nothing is kept from one request to
//! the next, so that whole conversations come with each.

use super::{
    fields::{
        self, is_empty, is_false, is_no_choice, is_text_format, is_zero, never, Fields, Refused,
    },
    order::{self, Placed, Wanted},
    problem::{ErrorBody, Problem},
    response_body::ResponseBody,
    response_stream::ResponseNarrator,
    stream,
};
use crate::{desk::Answered, state::GateState};
use axum::{
    body::Body,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value};
use std::time::Instant;
use utoipa::ToSchema;
use waggle_client::conversation::{Message, Role};

/// Where responses are.
pub(crate) const PATH: &str = "/v1/responses";

/// The types of parts that are text.
const PARTS: [&str; 3] = ["input_text", "output_text", "text"];

/// What a swarm cannot do, and why.
const REFUSED: [Refused; 10] = [
    Refused {
        field: "previous_response_id",
        harmless: never,
        reason: "responses are not kept; send the whole conversation",
    },
    Refused {
        field: "conversation",
        harmless: never,
        reason: "conversations are not kept; send the whole conversation",
    },
    Refused { field: "background", harmless: is_false, reason: "responses are not kept" },
    Refused { field: "prompt", harmless: never, reason: "there are no templates" },
    Refused { field: "tools", harmless: is_empty, reason: "agents call no tools" },
    Refused { field: "tool_choice", harmless: is_no_choice, reason: "agents call no tools" },
    Refused { field: "top_logprobs", harmless: is_zero, reason: "agents do not tell them" },
    Refused {
        field: "include",
        harmless: is_nothing_more,
        reason: "there is nothing more to tell",
    },
    Refused { field: "truncation", harmless: is_disabled, reason: "nothing is left out unseen" },
    Refused { field: "modalities", harmless: fields::is_text_only, reason: "answers are text" },
];

/// What of `text` a swarm cannot do.
const REFUSED_TEXT: [Refused; 1] = [Refused {
    field: "format",
    harmless: is_text_format,
    reason: "no agent is held to a format; ask for one in a message",
}];

fn is_disabled(value: &Value) -> bool {
    value.as_str() == Some("disabled")
}

/// A list of nothing but what a model without reasoning would not tell either.
fn is_nothing_more(value: &Value) -> bool {
    let is_nothing = |value: &Value| value.as_str() == Some("reasoning.encrypted_content");
    value.as_array().is_some_and(|list| list.iter().all(is_nothing))
}

/// A request, as the description has it. Reading it is the work of `parse`.
#[derive(ToSchema)]
#[allow(dead_code, reason = "its fields are for the description alone")]
pub(crate) struct ResponseRequest {
    /// One of `GET /v1/models`, such as `waggle`, `waggle-fast` or `waggle/4`.
    #[schema(example = "waggle")]
    model: String,
    /// A text, or a list of messages whose parts are texts.
    #[schema(example = "What is 37+12?")]
    input: Value,
    /// How to answer; comes before the input.
    instructions: Option<String>,
    /// Whether the reply is a stream of server-sent events.
    stream: Option<bool>,
    /// Comes back with the response.
    metadata: Option<Value>,
    /// No effect: agents choose how they write. Neither have top_p, max_output_tokens, reasoning,
    /// user and store.
    temperature: Option<f64>,
}

/// What is asked.
#[derive(Debug)]
struct Asking {
    model: String,
    messages: Vec<Message>,
    instructions: Option<String>,
    metadata: Map<String, Value>,
    stream: bool,
}

impl Asking {
    fn parse(body: &[u8]) -> Result<Self, Problem> {
        let body = fields::json(body)?;
        let fields = Fields::of(&body, "")?;
        let model = fields.model()?;
        fields.refuse(&REFUSED)?;
        if let Some(text) = fields.get("text") {
            Fields::of(text, "text")?.refuse(&REFUSED_TEXT)?;
        }
        let stream = fields.flag("stream")?;
        let metadata = match fields.get("metadata") {
            Some(Value::Object(metadata)) => metadata.clone(),
            Some(_) => return Err(fields.wrong_type("metadata", "an object")),
            None => Map::new(),
        };
        let instructions = fields.text("instructions")?.map(str::to_owned);
        let mut messages: Vec<Message> = instructions
            .iter()
            .map(|content| Message { role: Role::System, content: content.clone() })
            .collect();
        match fields.needed("input")? {
            Value::String(text) => {
                messages.push(Message { role: Role::User, content: text.clone() });
            }
            Value::Array(list) => messages.extend(fields::messages(list, "input", &PARTS)?),
            _ => return Err(fields.wrong_type("input", "a string or a list of messages")),
        }
        Ok(Self { model, messages, instructions, metadata, stream })
    }
}

/// Ask a swarm, by the responses API.
///
/// The reply has the chosen answer, or is a stream that ends with it.
#[utoipa::path(
    post,
    path = "/v1/responses",
    operation_id = "create_response",
    request_body = ResponseRequest,
    responses(
        (
            status = 200,
            description = "The chosen answer; server-sent events, if streamed",
            body = ResponseBody
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
    let Asking { model, messages, instructions, metadata, stream } = Asking::parse(&body)?;
    let wanted = Wanted { path: PATH, body: &body, model: &model, messages: &messages };
    let Placed { request, replayed, following } =
        order::place(gate, &key, headers, arrived, wanted).await?;
    let begun = ResponseBody::begun(request, model, instructions, metadata);
    if stream {
        let narrator = ResponseNarrator::new(request, replayed, begun);
        return Ok(stream::respond(following, narrator));
    }
    let write = |answered: &Answered| begun.answered(request, answered, replayed);
    order::reply(gate, following, write).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(extra: Value) -> Result<Asking, Problem> {
        let mut body = json!({"model": "waggle", "input": "37+12"});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        Asking::parse(body.to_string().as_bytes())
    }

    #[test]
    fn requests_should_be_read_when_input_is_a_text_or_messages() {
        let plain = parse(json!({})).unwrap();
        assert_eq!(plain.messages, [Message { role: Role::User, content: "37+12".into() }]);
        let told = parse(json!({
            "instructions": "Be brief.",
            "input": [
                {"role": "user", "content": [{"type": "input_text", "text": "2+2"}]},
                {"type": "message", "role": "assistant", "id": "msg_1", "status": "completed",
                 "content": [{"type": "output_text", "text": "4", "annotations": []}]},
                {"role": "user", "content": "and 3+3?"},
            ],
            "stream": true, "store": true, "temperature": 1, "max_output_tokens": 50, "tools": [],
            "reasoning": {"effort": "low"}, "include": ["reasoning.encrypted_content"],
            "text": {"format": {"type": "text"}, "verbosity": "low"}, "metadata": {"a": "b"},
            "truncation": "disabled", "background": false, "previous_response_id": null,
        }))
        .unwrap();
        let roles: Vec<_> = told.messages.iter().map(|message| message.role).collect();
        assert_eq!(roles, [Role::System, Role::User, Role::Assistant, Role::User]);
        assert!(told.stream);
        assert_eq!(told.metadata["a"], "b");
    }

    #[test]
    fn parameters_should_be_refused_by_name_when_a_swarm_cannot_do_them() {
        let image = json!([{"role": "user", "content": [{"type": "input_image"}]}]);
        for (extra, param) in [
            (json!({"previous_response_id": "resp_1"}), "previous_response_id"),
            (json!({"conversation": "conv_1"}), "conversation"),
            (json!({"background": true}), "background"),
            (json!({"prompt": {"id": "p"}}), "prompt"),
            (json!({"tools": [{"type": "file_search"}]}), "tools"),
            (json!({"tool_choice": "required"}), "tool_choice"),
            (json!({"top_logprobs": 2}), "top_logprobs"),
            (json!({"include": ["message.output_text.logprobs"]}), "include"),
            (json!({"truncation": "auto"}), "truncation"),
            (json!({"text": {"format": {"type": "json_schema"}}}), "text.format"),
            (json!({"input": image}), "input[0].content[0]"),
            (json!({"input": [{"type": "function_call_output"}]}), "input[0]"),
        ] {
            let detail = parse(extra.clone()).unwrap_err().detail();
            assert_eq!(detail.param.as_deref(), Some(param), "{extra}");
            assert_eq!(detail.code, "unsupported_parameter", "{extra}");
        }
        for (extra, param) in [
            (json!({"input": null}), "input"),
            (json!({"input": 5}), "input"),
            (json!({"metadata": []}), "metadata"),
            (json!({"instructions": ["x"]}), "instructions"),
        ] {
            let detail = parse(extra.clone()).unwrap_err().detail();
            assert_eq!(detail.param.as_deref(), Some(param), "{extra}");
        }
    }
}
