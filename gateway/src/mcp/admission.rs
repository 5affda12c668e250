//! Who may call the tools over HTTP: whoever shows a valid key.
//!
//! The key is looked up once, before anything of the request's body is read, and goes along with
//! the request to the tool that it calls.

use crate::{openai::order, state::GateState};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Let a request through that shows a valid key; others are told what OpenAI's clients are told.
pub(super) async fn admit(
    State(gate): State<GateState>,
    mut request: Request,
    next: Next,
) -> Response {
    let key = match order::admit(&gate, request.headers()).await {
        Ok(key) => key,
        Err(problem) => return problem.into_response(),
    };
    request.extensions_mut().insert(key);
    next.run(request).await
}
