//! From a request to an order at the desk: the key, the body, the model, the prompt.

use super::{
    problem::{Problem, ROUND_HEADER},
    stream::Following,
};
use crate::{
    desk::{Answered, Asked, Idempotency, Order, Outcome},
    metrics::Part,
    models::Model,
    state::GateState,
    store::{Key, RequestId},
};
use axum::{
    body::{Body, BodyDataStream},
    http::{header, HeaderMap, HeaderName},
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use serde::Serialize;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use waggle_client::conversation::{prompt_of, Message};

/// How long a client may take to send a body.
const BODY_TIME: Duration = Duration::from_secs(10);
/// The header that makes a repeated request the same request.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest idempotency key, in bytes.
const MAX_IDEMPOTENCY_BYTES: usize = 255;

/// What is asked, of whom.
pub(crate) struct Wanted<'a> {
    /// The path of the request, so that no two kinds of requests pass for the same.
    pub(crate) path: &'static str,
    /// The body as it came.
    pub(crate) body: &'a [u8],
    /// The model's name.
    pub(crate) model: &'a str,
    /// The conversation.
    pub(crate) messages: &'a [Message],
}

/// An order that the desk has taken.
pub(crate) struct Placed {
    /// The desk's number of it.
    pub(crate) request: RequestId,
    /// Whether an earlier request with the same idempotency key had placed it.
    pub(crate) replayed: bool,
    /// What becomes of it.
    pub(crate) following: Following,
}

/// The key that a request shows.
///
/// # Errors
/// There is none, it is not valid, or the store cannot tell.
pub(crate) async fn admit(gate: &GateState, headers: &HeaderMap) -> Result<Key, Problem> {
    let secret = secret(headers).ok_or(Problem::NoKey)?;
    gate.desk.key(secret).await.map_err(Problem::Unreadable)?.ok_or(Problem::WrongKey)
}

/// The secret of `Authorization: Bearer …`; the name of the scheme may be in any case.
fn secret(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.trim().split_once(' ')?;
    let secret = secret.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !secret.is_empty()).then_some(secret)
}

/// The body of a request that says it is JSON.
///
/// # Errors
/// It says something else, is too long, or does not come in time.
pub(crate) async fn read(
    gate: &GateState,
    headers: &HeaderMap,
    body: Body,
) -> Result<Vec<u8>, Problem> {
    if !is_json(headers) {
        return Err(Problem::NotSaidToBeJson);
    }
    let most = gate.max_body_bytes;
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    if length.and_then(|length| length.parse::<u64>().ok()) > u64::try_from(most).ok() {
        return Err(Problem::TooLarge(most));
    }
    whole(body, most).await
}

/// A body of at most so many bytes.
///
/// # Errors
/// It is longer, or does not come in time.
pub(crate) async fn whole(body: Body, most: usize) -> Result<Vec<u8>, Problem> {
    let collected = tokio::time::timeout(BODY_TIME, collect(body.into_data_stream(), most)).await;
    collected.map_err(|_| Problem::SlowBody(BODY_TIME))?
}

async fn collect(mut chunks: BodyDataStream, most: usize) -> Result<Vec<u8>, Problem> {
    let mut body = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| Problem::BrokenBody(error.to_string()))?;
        if body.len().saturating_add(chunk.len()) > most {
            return Err(Problem::TooLarge(most));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = value.and_then(|value| value.split(';').next()).map(str::trim);
    media_type.is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json"))
}

/// Have the desk take an order.
///
/// # Errors
/// There is no such model, the prompt cannot be asked, or the desk refuses. Nothing was begun.
pub(crate) async fn place(
    gate: &GateState,
    key: &Key,
    headers: &HeaderMap,
    arrived: Instant,
    wanted: Wanted<'_>,
) -> Result<Placed, Problem> {
    let idempotency = idempotency(headers, &wanted)?;
    let domains = gate.desk.domains().await.map_err(Problem::Unreadable)?;
    let model = gate.models.resolve(wanted.model, &domains);
    let model = model.ok_or_else(|| Problem::UnknownModel(wanted.model.to_owned()))?;
    let constants = gate.desk.constants().await.map_err(Problem::Unreadable)?;
    let prompt = prompt(wanted.messages, constants.max_prompt_bytes)?;
    let Model { domain, terms, finalised, .. } = model;
    let order = Order { prompt, domain, terms, idempotency, finalised };
    let Asked { id, replayed, news } = gate.desk.take(key, order).await?;
    let following = Following::new(gate.clone(), news, arrived);
    Ok(Placed { request: id, replayed, following })
}

fn prompt(messages: &[Message], max: u32) -> Result<String, Problem> {
    let prompt = prompt_of(messages);
    if prompt.trim().is_empty() {
        let reason = "the messages say nothing".to_owned();
        return Err(Problem::WrongValue { param: "messages".into(), reason });
    }
    if u32::try_from(prompt.len()).map_or(true, |bytes| bytes > max) {
        return Err(Problem::TooLong { bytes: prompt.len(), max });
    }
    Ok(prompt)
}

fn idempotency(headers: &HeaderMap, wanted: &Wanted<'_>) -> Result<Option<Idempotency>, Problem> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = value.to_str().ok().map(str::trim);
    let key = key.filter(|key| (1..=MAX_IDEMPOTENCY_BYTES).contains(&key.len()));
    let key = key.ok_or_else(|| Problem::WrongValue {
        param: "Idempotency-Key".into(),
        reason: format!("it is 1 to {MAX_IDEMPOTENCY_BYTES} visible characters"),
    })?;
    let mut request = wanted.path.as_bytes().to_vec();
    request.push(0);
    request.extend_from_slice(wanted.body);
    let body = sp_crypto_hashing::blake2_256(&request);
    Ok(Some(Idempotency { key: key.to_owned(), body }))
}

/// One reply that has the whole answer, which `write` puts into a protocol's words.
///
/// # Errors
/// What went wrong instead of an answer.
pub(crate) async fn reply<B: Serialize>(
    gate: &GateState,
    following: Following,
    write: impl FnOnce(&Answered) -> B,
) -> Result<Response, Problem> {
    let outcome: Arc<Outcome> = following.answer().await?;
    let settled = Instant::now();
    match &*outcome {
        Outcome::Answered(answered) => {
            let body = axum::Json(write(answered));
            let response = ([(ROUND_HEADER, answered.round.to_string())], body).into_response();
            gate.metrics.added(Part::After, settled.elapsed());
            Ok(response)
        }
        Outcome::Failed(trouble) => Err(Problem::Trouble(trouble.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use waggle_client::conversation::Role;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    fn wanted(path: &'static str, body: &'static [u8]) -> Wanted<'static> {
        Wanted { path, body, model: "waggle", messages: &[] }
    }

    #[test]
    fn secrets_should_be_read_from_the_bearer_scheme_alone() {
        let read = |value| secret(&headers(header::AUTHORIZATION, value)).map(str::to_owned);
        assert_eq!(read("Bearer wg-1").as_deref(), Some("wg-1"));
        assert_eq!(read("bearer  wg-1 ").as_deref(), Some("wg-1"));
        for wrong in ["wg-1", "Basic wg-1", "Bearer", "Bearer  ", ""] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
        assert_eq!(secret(&HeaderMap::new()), None);
    }

    #[test]
    fn bodies_should_be_read_when_they_are_said_to_be_json() {
        for right in ["application/json", "Application/JSON; charset=utf-8"] {
            assert!(is_json(&headers(header::CONTENT_TYPE, right)), "{right}");
        }
        for wrong in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
        {
            assert!(!is_json(&headers(header::CONTENT_TYPE, wrong)), "{wrong}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn bodies_should_be_refused_when_they_are_longer_than_is_read() {
        let collected = |bytes: usize| async move {
            collect(Body::from(vec![b' '; bytes]).into_data_stream(), 8).await
        };
        assert_eq!(collected(8).await.unwrap().len(), 8);
        assert!(matches!(collected(9).await, Err(Problem::TooLarge(8))));
    }

    #[test]
    fn prompts_should_be_refused_when_empty_or_too_long() {
        let user = |content: &str| [Message { role: Role::User, content: content.into() }];
        assert_eq!(prompt(&user("2+2"), 3).unwrap(), "2+2");
        assert!(matches!(prompt(&user("2+22"), 3), Err(Problem::TooLong { bytes: 4, max: 3 })));
        assert!(matches!(prompt(&user(" \n"), 3), Err(Problem::WrongValue { .. })));
    }

    #[test]
    fn requests_should_be_told_apart_when_path_or_body_differ() {
        let of = |key: &str, path, body| {
            idempotency(&headers(IDEMPOTENCY_KEY, key), &wanted(path, body))
                .map(|found| found.map(|Idempotency { key, body }| (key, body)))
        };
        let first = of("a", "/v1/responses", b"{}").unwrap().unwrap();
        assert_eq!(first.0, "a");
        assert_eq!(of("a", "/v1/responses", b"{}").unwrap().unwrap(), first);
        assert_ne!(of("a", "/v1/responses", b"{ }").unwrap().unwrap().1, first.1);
        assert_ne!(of("a", "/v1/chat/completions", b"{}").unwrap().unwrap().1, first.1);
        assert!(of(" ", "/v1/responses", b"{}").is_err());
        assert!(of(&"a".repeat(256), "/v1/responses", b"{}").is_err());
        assert!(idempotency(&HeaderMap::new(), &wanted("", b"")).unwrap().is_none());
    }
}
