//! Who may call the tools over HTTP: whoever shows a valid key.
//!
//! The key is looked up once, before anything of the request's body is read, and goes along with
//! the request to the tool that it calls.

use crate::desk::Desk;
use axum::{
    extract::{Request, State},
    http::{header, HeaderMap, HeaderValue, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Let a request through that shows a valid key.
pub(super) async fn admit(State(desk): State<Desk>, mut request: Request, next: Next) -> Response {
    let Some(secret) = bearer(request.headers()).map(str::to_owned) else {
        return unauthorised("there is no key: send `Authorization: Bearer wg-…`");
    };
    match desk.key(&secret).await {
        Ok(Some(key)) => {
            request.extensions_mut().insert(key);
            next.run(request).await
        }
        Ok(None) => unauthorised("the key is not valid: it is unknown here, or was revoked"),
        Err(trouble) => {
            tracing::warn!(%trouble, "cannot look up a key");
            let again = [(header::RETRY_AFTER, HeaderValue::from_static("5"))];
            let why = "the keys cannot be looked up now: try again\n";
            (StatusCode::SERVICE_UNAVAILABLE, again, why).into_response()
        }
    }
}

/// The secret of `Authorization: Bearer …`; the name of the scheme may be in any case.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.trim().split_once(' ')?;
    let secret = secret.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !secret.is_empty()).then_some(secret)
}

fn unauthorised(why: &'static str) -> Response {
    let scheme = [(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))];
    (StatusCode::UNAUTHORIZED, scheme, format!("{why}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        bearer(&headers).map(str::to_owned)
    }

    #[test]
    fn secrets_should_be_read_from_the_bearer_scheme_alone() {
        assert_eq!(of("Bearer wg-1").as_deref(), Some("wg-1"));
        assert_eq!(of("bearer  wg-1 ").as_deref(), Some("wg-1"));
        for wrong in ["wg-1", "Basic wg-1", "Bearer", "Bearer  ", ""] {
            assert_eq!(of(wrong), None, "{wrong:?}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}
