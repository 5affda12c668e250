//! Who may call the tools over HTTP: whoever shows a valid key.
//!
//! The key is looked up once, before anything of the request's body is read, and goes along with
//! the request to the tool that it calls. The body has to come whole, and in time: the library
//! behind this bounds its length, but would wait for it for ever.

use super::MOST_BODY_BYTES;
use crate::{openai::order, state::GateState};
use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Let a request through that shows a valid key; others are told what OpenAI's clients are told.
pub(super) async fn admit(State(gate): State<GateState>, request: Request, next: Next) -> Response {
    let key = match order::admit(&gate, request.headers()).await {
        Ok(key) => key,
        Err(problem) => return problem.into_response(),
    };
    let (mut head, body) = request.into_parts();
    let body = match order::whole(body, MOST_BODY_BYTES).await {
        Ok(body) => body,
        Err(problem) => return problem.into_response(),
    };
    head.extensions.insert(key);
    next.run(Request::from_parts(head, Body::from(body))).await
}
