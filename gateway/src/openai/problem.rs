//! What a client is told when it gets no answer: OpenAI's shapes, statuses and codes.
//!
//! What OpenAI's SDKs do decides the rest. They send a request again, twice by default, after 408,
//! 409, 429 and every 5xx, and without an idempotency key. So every reply says by `x-should-retry`
//! whether that is wise: never where money was spent or may have been, for a second request pays
//! for a second round; and not where it would fail again. Other clients do not know that header,
//! and most of them repeat only 429 and 5xx: hence 422 for rounds that were judged and paid, but
//! which nobody won.

use crate::desk::{Refusal, Trouble};
use axum::{
    http::{header, HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
    Json,
};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;
use waggle_client::Failure;
use waggle_primitives::RoundId;

/// The header that names the round.
pub(crate) const ROUND_HEADER: HeaderName = HeaderName::from_static("x-waggle-round");
/// The header by which OpenAI's SDKs are told whether to send a request again.
pub(crate) const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");
/// As Retry-After, in milliseconds; OpenAI's SDKs prefer it.
pub(crate) const RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");
/// When to come back to a gateway that has lost its node, or its store.
const SOON: Duration = Duration::from_secs(5);

/// Why a client gets no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    // The client's fault: the same request fails again. Nothing is spent.
    /// The body is not JSON.
    #[error("the body is not JSON: {0}")]
    NotJson(String),
    /// A parameter is not there.
    #[error("`{0}` is missing")]
    Missing(String),
    /// A parameter has the wrong type.
    #[error("`{param}` has to be {expected}")]
    WrongType {
        /// Which.
        param: String,
        /// What would be right.
        expected: &'static str,
    },
    /// A parameter has a value that means nothing.
    #[error("`{param}`: {reason}")]
    WrongValue {
        /// Which.
        param: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A parameter asks for what a swarm cannot do; to ignore it would give another answer than
    /// was asked for.
    #[error("`{param}` is not supported: {reason}")]
    Unsupported {
        /// Which.
        param: String,
        /// Why.
        reason: &'static str,
    },
    /// The prompt does not fit on chain.
    #[error(
        "the conversation makes a prompt of {bytes} bytes; this chain takes at most {max}: leave \
         older messages out"
    )]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The chain's limit.
        max: u32,
    },
    /// There is no such model.
    #[error("there is no model {0:?}: GET /v1/models lists them")]
    UnknownModel(String),
    /// No key came along.
    #[error("there is no API key: send it as `Authorization: Bearer wg-…`")]
    NoKey,
    /// The key is unknown or revoked.
    #[error("the API key is not valid: it is unknown here, or was revoked")]
    WrongKey,
    /// The body is longer than this gateway reads.
    #[error("the body is longer than {0} bytes, which is all that is read")]
    TooLarge(usize),
    /// The body did not come.
    #[error("the body did not come within {} s", .0.as_secs())]
    SlowBody(Duration),
    /// The connection broke, or what came is no body.
    #[error("the body cannot be read: {0}")]
    BrokenBody(String),
    /// The body says that it is something else.
    #[error("the body has to be JSON: send `Content-Type: application/json`")]
    NotSaidToBeJson,
    /// There is nothing at this path.
    #[error("there is nothing at {method} {path}")]
    NoSuchPath {
        /// How it was asked for.
        method: String,
        /// Where.
        path: String,
    },
    /// The path takes other methods.
    #[error("{method} is not what this path takes")]
    NoSuchMethod {
        /// How it was asked for.
        method: String,
    },

    // The desk's word.
    /// Nothing was begun.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It was begun, and went wrong.
    #[error(transparent)]
    Trouble(#[from] Trouble),
    /// The desk cannot tell what the chain or the store knows. Nothing was begun.
    #[error("{0}")]
    Unreadable(Trouble),

    // The gateway's own fault.
    /// It stops while the round runs.
    #[error(
        "the gateway stops{}: the round goes on; ask again with the same Idempotency-Key for its \
         answer",
        .0.map(|round| format!(" while round {round} runs")).unwrap_or_default()
    )]
    Stopping(Option<RoundId>),
    /// The desk does not say any more what becomes of the order.
    #[error("the gateway has lost sight of the order; the round may go on")]
    Lost,
    /// A mistake in this program.
    #[error("the gateway has made a mistake: {0}")]
    Mistake(String),
}

/// When the same request may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    /// It would fail again, or pay again.
    Not,
    /// Not before so much time has passed, by a person's decision.
    Later(Duration),
    /// By the client itself, after so much time. Nothing was spent.
    After(Duration),
}

/// How a problem is said in OpenAI's words.
#[derive(Debug, PartialEq, Eq)]
struct Shape {
    status: StatusCode,
    /// OpenAI's `type`.
    kind: &'static str,
    code: &'static str,
    again: Again,
}

/// An error's body, as OpenAI has it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    /// What went wrong.
    pub(crate) error: ErrorDetail,
}

/// What went wrong, as OpenAI says it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ErrorDetail {
    /// For people.
    pub(crate) message: String,
    /// The kind of error.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// The parameter that is wrong, such as `messages[3].content[1]`.
    pub(crate) param: Option<String>,
    /// For programs.
    pub(crate) code: &'static str,
    /// The round that was begun, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) waggle: Option<RoundRef>,
}

/// A round to which an error belongs.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct RoundRef {
    /// Its number.
    #[schema(value_type = u64)]
    pub(crate) round: RoundId,
    /// Whether the reward came back.
    pub(crate) refunded: bool,
}

/// The code of an error, for whoever counts: an extension of the response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Code(pub(crate) &'static str);

impl Problem {
    /// What a stream or a body says.
    pub(crate) fn detail(&self) -> ErrorDetail {
        let Shape { kind, code, .. } = self.shape();
        let message = self.for_clients(code);
        ErrorDetail { message, kind, param: self.param(), code, waggle: self.round() }
    }

    /// The whole of it, with addresses and balances of the operator's, for the log.
    pub(crate) fn log(&self) {
        let Shape { status, code, .. } = self.shape();
        if status.is_server_error() {
            tracing::warn!(code, reason = %one_line(&self.to_string()), "no answer for a client");
        }
    }

    /// What of it concerns clients.
    fn for_clients(&self, code: &str) -> String {
        let text = match (code, self) {
            ("store_unavailable", Problem::Trouble(_)) => {
                "the gateway's database does not answer: what becomes of the order is not known yet"
            }
            ("store_unavailable", _) => {
                "the gateway's database does not answer, and no round was begun"
            }
            ("node_unavailable", _) => "the gateway's node does not answer, and nothing was sent",
            ("too_few_agents", _) => "the domain of this model has too few members now",
            ("model_misconfigured", _) => {
                "this chain does not take the terms of this model: its operator can tell"
            }
            ("chain_refused", Problem::Refused(_)) => {
                "the gateway cannot ask now, and no round was begun: its operator can tell"
            }
            _ => return one_line(&self.to_string()),
        };
        text.to_owned()
    }

    fn param(&self) -> Option<String> {
        match self {
            Problem::Missing(param)
            | Problem::WrongType { param, .. }
            | Problem::WrongValue { param, .. }
            | Problem::Unsupported { param, .. } => Some(param.clone()),
            Problem::TooLong { .. }
            | Problem::Refused(Refusal::Asking(
                Failure::PromptEmpty | Failure::PromptTooLong { .. },
            )) => Some("messages".into()),
            Problem::UnknownModel(_) => Some("model".into()),
            Problem::Refused(Refusal::OtherBody) => Some("Idempotency-Key".into()),
            _ => None,
        }
    }

    fn round(&self) -> Option<RoundRef> {
        let known = |round, refunded| Some(RoundRef { round, refunded });
        match self {
            Problem::Trouble(Trouble::Cancelled { round, .. }) => known(*round, true),
            Problem::Trouble(Trouble::NobodyWon { round, .. }) | Problem::Stopping(Some(round)) => {
                known(*round, false)
            }
            _ => None,
        }
    }

    fn shape(&self) -> Shape {
        match self {
            Problem::NotJson(_) => client(StatusCode::BAD_REQUEST, "invalid_json"),
            Problem::Missing(_) => client(StatusCode::BAD_REQUEST, "missing_required_parameter"),
            Problem::WrongType { .. } => client(StatusCode::BAD_REQUEST, "invalid_type"),
            Problem::WrongValue { .. } => client(StatusCode::BAD_REQUEST, "invalid_value"),
            Problem::Unsupported { .. } => client(StatusCode::BAD_REQUEST, "unsupported_parameter"),
            Problem::TooLong { .. } => client(StatusCode::BAD_REQUEST, "context_length_exceeded"),
            Problem::UnknownModel(_) => client(StatusCode::NOT_FOUND, "model_not_found"),
            Problem::NoKey | Problem::WrongKey => {
                client(StatusCode::UNAUTHORIZED, "invalid_api_key")
            }
            Problem::TooLarge(_) => client(StatusCode::PAYLOAD_TOO_LARGE, "request_too_large"),
            Problem::SlowBody(_) => client(StatusCode::REQUEST_TIMEOUT, "body_too_slow"),
            Problem::BrokenBody(_) => client(StatusCode::BAD_REQUEST, "broken_body"),
            Problem::NotSaidToBeJson => {
                client(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
            }
            Problem::NoSuchPath { .. } => client(StatusCode::NOT_FOUND, "unknown_url"),
            Problem::NoSuchMethod { .. } => {
                client(StatusCode::METHOD_NOT_ALLOWED, "method_not_supported")
            }
            Problem::Refused(refusal) => refused(refusal),
            Problem::Trouble(trouble) => begun(trouble),
            Problem::Unreadable(trouble) => not_begun(trouble),
            Problem::Stopping(_) => {
                gateway(StatusCode::SERVICE_UNAVAILABLE, "gateway_stopping", Again::Not)
            }
            Problem::Lost => {
                gateway(StatusCode::INTERNAL_SERVER_ERROR, "outcome_unknown", Again::Not)
            }
            Problem::Mistake(_) => {
                gateway(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", Again::Not)
            }
        }
    }
}

/// What is the client's fault.
fn client(status: StatusCode, code: &'static str) -> Shape {
    Shape { status, kind: "invalid_request_error", code, again: Again::Not }
}

/// What is not the client's fault.
fn gateway(status: StatusCode, code: &'static str, again: Again) -> Shape {
    Shape { status, kind: "server_error", code, again }
}

/// A refusal: nothing was begun.
fn refused(refusal: &Refusal) -> Shape {
    let many = StatusCode::TOO_MANY_REQUESTS;
    let limited = |code, again| Shape { status: many, kind: "requests", code, again };
    match refusal {
        Refusal::NoBudget { resets_in, .. } => Shape {
            status: many,
            kind: "insufficient_quota",
            code: "insufficient_quota",
            again: Again::Later(*resets_in),
        },
        Refusal::TooFast { retry_after } => {
            limited("rate_limit_exceeded", Again::After(*retry_after))
        }
        Refusal::QueueFull { retry_after } => limited("queue_full", Again::After(*retry_after)),
        Refusal::Asking(failure) => asking(failure),
        Refusal::OtherBody => client(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused"),
        Refusal::Revoked => client(StatusCode::UNAUTHORIZED, "invalid_api_key"),
        Refusal::Closing => gateway(
            StatusCode::SERVICE_UNAVAILABLE,
            "gateway_stopping",
            Again::After(Duration::from_secs(1)),
        ),
        Refusal::Trouble(trouble) => not_begun(trouble),
    }
}

/// Why the question cannot be asked.
fn asking(failure: &Failure) -> Shape {
    let away = StatusCode::SERVICE_UNAVAILABLE;
    match failure {
        Failure::PromptEmpty => client(StatusCode::BAD_REQUEST, "invalid_value"),
        Failure::PromptTooLong { .. } => client(StatusCode::BAD_REQUEST, "context_length_exceeded"),
        Failure::NoSuchDomain(_) => client(StatusCode::NOT_FOUND, "model_not_found"),
        // Agents may join, but not within a client's retries.
        Failure::TooFewMembers { .. } => {
            gateway(away, "too_few_agents", Again::Later(Duration::from_secs(60)))
        }
        Failure::RewardTooSmall { .. } | Failure::OutOfBounds { .. } => {
            gateway(StatusCode::INTERNAL_SERVER_ERROR, "model_misconfigured", Again::Not)
        }
        Failure::NoNode { .. } | Failure::Node { .. } | Failure::NoBlocks(_) => {
            gateway(away, "node_unavailable", Again::After(SOON))
        }
        // Among them what may have been sent: nothing of this is worth a blind second try.
        _ => gateway(away, "chain_refused", Again::Not),
    }
}

/// Trouble before anything was sent.
fn not_begun(trouble: &Trouble) -> Shape {
    match trouble {
        Trouble::Store { .. } => {
            gateway(StatusCode::SERVICE_UNAVAILABLE, "store_unavailable", Again::After(SOON))
        }
        other => begun(other),
    }
}

/// Trouble after the order was taken.
fn begun(trouble: &Trouble) -> Shape {
    let away = StatusCode::SERVICE_UNAVAILABLE;
    match trouble {
        Trouble::Cancelled { .. } => gateway(away, "round_cancelled", Again::Not),
        Trouble::NobodyWon { .. } => Shape {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            kind: "swarm_error",
            code: "nobody_won",
            again: Again::Not,
        },
        Trouble::Refused { .. } => gateway(away, "chain_refused", Again::Not),
        Trouble::NodeAway { .. } => gateway(away, "node_unavailable", Again::After(SOON)),
        Trouble::Unsure { .. } => {
            gateway(StatusCode::GATEWAY_TIMEOUT, "outcome_unknown", Again::Not)
        }
        Trouble::NoSuchRound(_) => {
            gateway(StatusCode::INTERNAL_SERVER_ERROR, "outcome_unknown", Again::Not)
        }
        Trouble::Store { .. } => gateway(away, "store_unavailable", Again::Not),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Again {
    fn add_to(self, headers: &mut HeaderMap) {
        let wise = matches!(self, Again::After(_));
        headers.insert(SHOULD_RETRY, HeaderValue::from_static(if wise { "true" } else { "false" }));
        if let Again::After(time) | Again::Later(time) = self {
            let milliseconds = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            headers.insert(header::RETRY_AFTER, milliseconds.div_ceil(1_000).max(1).into());
            if wise {
                headers.insert(RETRY_AFTER_MS, milliseconds.max(1).into());
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Shape { status, code, again, .. } = self.shape();
        let detail = self.detail();
        self.log();
        let round = detail.waggle;
        let mut response = (status, Json(ErrorBody { error: detail })).into_response();
        let headers = response.headers_mut();
        again.add_to(headers);
        if let Some(RoundRef { round, .. }) = round {
            headers.insert(ROUND_HEADER, round.into());
        }
        match self {
            Problem::NoKey | Problem::WrongKey | Problem::Refused(Refusal::Revoked) => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            // What is left of the body is not read, so nothing else can come after it.
            Problem::TooLarge(_) | Problem::SlowBody(_) | Problem::BrokenBody(_) => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response.extensions_mut().insert(Code(code));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_client::amount::{Amount, WAG};

    /// Status, code, `x-should-retry` and `Retry-After`.
    fn told(problem: impl Into<Problem>) -> (u16, &'static str, String, Option<String>) {
        let problem: Problem = problem.into();
        let response = problem.into_response();
        let header = |name: &HeaderName| {
            response.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
        };
        let code = response.extensions().get::<Code>().unwrap().0;
        let retry = header(&SHOULD_RETRY).unwrap();
        (response.status().as_u16(), code, retry, header(&header::RETRY_AFTER))
    }

    fn expect(
        problem: impl Into<Problem>,
        status: u16,
        code: &'static str,
        retry: bool,
        after: Option<&str>,
    ) {
        let expected = (status, code, retry.to_string(), after.map(str::to_owned));
        assert_eq!(told(problem), expected);
    }

    #[test]
    fn requests_should_not_be_repeated_when_the_client_is_wrong() {
        let unsupported = Problem::Unsupported { param: "tools".into(), reason: "no" };
        expect(unsupported, 400, "unsupported_parameter", false, None);
        expect(Problem::UnknownModel("gpt".into()), 404, "model_not_found", false, None);
        expect(Problem::NoKey, 401, "invalid_api_key", false, None);
        expect(Problem::WrongKey, 401, "invalid_api_key", false, None);
        expect(Problem::TooLarge(9), 413, "request_too_large", false, None);
        expect(Problem::TooLong { bytes: 9, max: 8 }, 400, "context_length_exceeded", false, None);
        expect(Refusal::Revoked, 401, "invalid_api_key", false, None);
        expect(Refusal::OtherBody, 422, "idempotency_key_reused", false, None);
        expect(Refusal::Asking(Failure::PromptEmpty), 400, "invalid_value", false, None);
    }

    #[test]
    fn requests_should_be_repeated_when_nothing_was_spent_and_time_helps() {
        let soon = Duration::from_millis(1_500);
        expect(Refusal::TooFast { retry_after: soon }, 429, "rate_limit_exceeded", true, Some("2"));
        expect(Refusal::QueueFull { retry_after: soon }, 429, "queue_full", true, Some("2"));
        expect(Refusal::Closing, 503, "gateway_stopping", true, Some("1"));
        let store = || Trouble::Store { reason: "locked".into() };
        expect(Refusal::Trouble(store()), 503, "store_unavailable", true, Some("5"));
        expect(Problem::Unreadable(store()), 503, "store_unavailable", true, Some("5"));
        let away = Trouble::NodeAway { reason: "gone".into() };
        expect(away, 503, "node_unavailable", true, Some("5"));
    }

    #[test]
    fn requests_should_not_be_repeated_when_money_was_or_may_have_been_spent() {
        let cancelled = Trouble::Cancelled { round: 3, reason: "too few agents".into() };
        expect(cancelled, 503, "round_cancelled", false, None);
        let unwon = Trouble::NobodyWon { round: 3, kept: Amount(WAG) };
        expect(unwon, 422, "nobody_won", false, None);
        expect(Trouble::Unsure { until_block: 9 }, 504, "outcome_unknown", false, None);
        let store = Trouble::Store { reason: "locked".into() };
        expect(store, 503, "store_unavailable", false, None);
        expect(Problem::Stopping(Some(3)), 503, "gateway_stopping", false, None);
        expect(Problem::Lost, 500, "outcome_unknown", false, None);
    }

    #[test]
    fn budgets_should_be_waited_for_by_people_when_they_are_used_up() {
        let used_up = Refusal::NoBudget {
            left: Amount(0),
            costs: Amount(20 * WAG),
            resets_in: Duration::from_secs(3_600),
        };
        expect(used_up, 429, "insufficient_quota", false, Some("3600"));
    }

    #[test]
    fn clients_should_not_hear_of_the_operators_machines() {
        let reason = || "ws://secret@10.0.0.7:9944 is gone".to_owned();
        for problem in [
            Problem::from(Trouble::NodeAway { reason: reason() }),
            Problem::from(Trouble::Store { reason: reason() }),
            Problem::Unreadable(Trouble::Store { reason: reason() }),
            Problem::from(Refusal::Asking(Failure::NoNode { url: reason(), reason: reason() })),
        ] {
            assert!(!problem.detail().message.contains("10.0.0.7"), "{problem:?}");
        }
    }

    #[test]
    fn rounds_should_be_named_when_one_was_begun() {
        let cancelled = Trouble::Cancelled { round: 3, reason: "too few agents".into() };
        let response = Problem::from(cancelled.clone()).into_response();
        assert_eq!(response.headers()[ROUND_HEADER], "3");
        let detail = serde_json::to_value(Problem::from(cancelled).detail()).unwrap();
        assert_eq!(detail["waggle"], serde_json::json!({"round": 3, "refunded": true}));
        assert_eq!(detail["type"], "server_error");
        assert_eq!(detail["param"], serde_json::Value::Null);
    }

    #[test]
    fn details_should_have_openais_members_when_a_parameter_is_wrong() {
        let problem = Problem::WrongType {
            param: "messages[3].content".into(),
            expected: "a string or a list of parts",
        };
        let body = serde_json::to_value(ErrorBody { error: problem.detail() }).unwrap();
        assert_eq!(
            body,
            serde_json::json!({"error": {
                "message": "`messages[3].content` has to be a string or a list of parts",
                "type": "invalid_request_error",
                "param": "messages[3].content",
                "code": "invalid_type",
            }})
        );
    }
}
