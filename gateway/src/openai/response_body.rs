//! A response of the responses API, as it grows: begun, answered, or failed.

use super::{
    problem::Problem,
    types::{now, Receipt},
};
use crate::{desk::Answered, store::RequestId};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A response. What a swarm has no part in is null, empty or zero.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ResponseBody {
    /// `resp_` and the number of the order.
    pub(crate) id: String,
    /// `response`.
    pub(crate) object: &'static str,
    /// When it was begun, in seconds since 1970.
    pub(crate) created_at: u64,
    /// `in_progress`, `completed` or `failed`.
    pub(crate) status: &'static str,
    /// Why it failed.
    pub(crate) error: Option<ResponseError>,
    /// Always null.
    pub(crate) incomplete_details: Option<String>,
    /// The instructions of the request.
    pub(crate) instructions: Option<String>,
    /// Always null.
    pub(crate) max_output_tokens: Option<u32>,
    /// The metadata of the request.
    #[schema(value_type = Object)]
    pub(crate) metadata: Map<String, Value>,
    /// The model that was asked for.
    pub(crate) model: String,
    /// One message once it is completed, nothing before.
    pub(crate) output: Vec<OutputMessage>,
    /// Always false.
    pub(crate) parallel_tool_calls: bool,
    /// Always null: nothing is kept for a later request.
    pub(crate) previous_response_id: Option<String>,
    /// Always false: as above.
    pub(crate) store: bool,
    /// Always null: agents choose it.
    pub(crate) temperature: Option<f64>,
    /// Plain text.
    pub(crate) text: TextConfig,
    /// `none`.
    pub(crate) tool_choice: &'static str,
    /// Always empty.
    pub(crate) tools: Vec<String>,
    /// Always null: agents choose it.
    pub(crate) top_p: Option<f64>,
    /// `disabled`.
    pub(crate) truncation: &'static str,
    /// Zeros, once it is completed.
    pub(crate) usage: Option<ResponseUsage>,
    /// What paid for it, once it is completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) waggle: Option<Receipt>,
}

/// Why a response failed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ResponseError {
    /// For programs.
    pub(crate) code: &'static str,
    /// For people.
    pub(crate) message: String,
}

/// The format of the answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TextConfig {
    /// The format.
    pub(crate) format: TextFormat,
}

/// Plain text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TextFormat {
    /// `text`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
}

/// The message of the swarm.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OutputMessage {
    /// `msg_` and the number of the order.
    pub(crate) id: String,
    /// `message`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// `in_progress` or `completed`.
    pub(crate) status: &'static str,
    /// `assistant`.
    pub(crate) role: &'static str,
    /// The chosen answer, once it is chosen.
    pub(crate) content: Vec<OutputText>,
}

/// A text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OutputText {
    /// `output_text`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// The chosen answer: text of a stranger.
    pub(crate) text: String,
    /// Always empty.
    pub(crate) annotations: Vec<String>,
    /// Always empty.
    pub(crate) logprobs: Vec<String>,
}

/// Counts of tokens, which nobody knows: zeros.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub(crate) struct ResponseUsage {
    /// 0.
    pub(crate) input_tokens: u32,
    /// Zeros.
    pub(crate) input_tokens_details: InputDetails,
    /// 0.
    pub(crate) output_tokens: u32,
    /// Zeros.
    pub(crate) output_tokens_details: OutputDetails,
    /// 0.
    pub(crate) total_tokens: u32,
}

/// Zeros.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub(crate) struct InputDetails {
    /// 0.
    pub(crate) cache_write_tokens: u32,
    /// 0.
    pub(crate) cached_tokens: u32,
}

/// Zeros.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub(crate) struct OutputDetails {
    /// 0.
    pub(crate) reasoning_tokens: u32,
}

impl OutputText {
    /// A text.
    pub(crate) fn new(text: String) -> Self {
        Self { kind: "output_text", text, annotations: Vec::new(), logprobs: Vec::new() }
    }
}

impl ResponseBody {
    /// The response to the order `request`, which has just begun.
    pub(crate) fn begun(
        request: RequestId,
        model: String,
        instructions: Option<String>,
        metadata: Map<String, Value>,
    ) -> Self {
        Self {
            id: format!("resp_{request}"),
            object: "response",
            created_at: now(),
            status: "in_progress",
            error: None,
            incomplete_details: None,
            instructions,
            max_output_tokens: None,
            metadata,
            model,
            output: Vec::new(),
            parallel_tool_calls: false,
            previous_response_id: None,
            store: false,
            temperature: None,
            text: TextConfig { format: TextFormat { kind: "text" } },
            tool_choice: "none",
            tools: Vec::new(),
            top_p: None,
            truncation: "disabled",
            usage: None,
            waggle: None,
        }
    }

    /// The same, with its answer.
    pub(crate) fn answered(self, request: RequestId, answered: &Answered, replayed: bool) -> Self {
        let content = vec![OutputText::new(answered.text.clone())];
        Self {
            status: "completed",
            output: vec![message(request, "completed", content)],
            usage: Some(ResponseUsage::default()),
            waggle: Some(Receipt::of(request, answered, replayed)),
            ..self
        }
    }

    /// The same, with why there is no answer.
    pub(crate) fn failed(self, problem: &Problem) -> Self {
        let detail = problem.detail();
        let error = Some(ResponseError { code: detail.code, message: detail.message });
        Self { status: "failed", error, ..self }
    }
}

/// The one message of the order `request`.
pub(crate) fn message(
    request: RequestId,
    status: &'static str,
    content: Vec<OutputText>,
) -> OutputMessage {
    OutputMessage {
        id: format!("msg_{request}"),
        kind: "message",
        status,
        role: "assistant",
        content,
    }
}
