//! Who may come in: hosts, token, content type. What the worker believes of a request is in its
//! jobs; this is about requests that were never meant for it.
//!
//! The worker listens on loopback and trusts whoever reaches it there. A web page in a browser on
//! the same machine can reach it too, in two ways, and both are closed:
//!
//! - It may send any server a text without asking it first, but not JSON: a job must say that it is
//!   `application/json`.
//! - Its own host name may come to mean 127.0.0.1 (DNS rebinding), and then it may read replies:
//!   the name in `Host` must be one of ours. Addresses are always right, since no name was asked.

use axum::{
    extract::{Request, State},
    http::{header, request::Parts, HeaderMap, HeaderValue, Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
    Json,
};
use std::{fmt, net::IpAddr, sync::Arc};

use crate::protocol::ErrorBody;

/// What a client must know to come in. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(…)")
    }
}

impl Token {
    /// The text without white space around it; `None` if nothing is left of it or it has others
    /// than visible ASCII characters.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let valid = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        valid.then(|| Self(text.to_string()))
    }

    /// Whether `given` is this one. Takes as long wherever they differ.
    fn is(&self, given: &str) -> bool {
        let (own, given) = (self.0.as_bytes(), given.as_bytes());
        let difference = own.iter().enumerate().fold(0, |sum, (index, byte)| {
            sum | (byte ^ given.get(index).copied().unwrap_or_default())
        });
        std::hint::black_box(difference) == 0 && own.len() == given.len()
    }
}

/// What lets requests in.
#[derive(Clone, Debug)]
pub struct Access {
    hosts: Vec<String>,
    token: Option<Token>,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// 421: it was meant for another server, or a web page plays tricks with names.
    #[error("this host is not served here: list it in [server] hosts")]
    Host,
    /// 401: the token is missing or wrong.
    #[error("a token is needed: Authorization: Bearer …")]
    Token,
    /// 415: a job that does not say that it is JSON.
    #[error("jobs are JSON: Content-Type: application/json is needed")]
    ContentType,
}

impl Refused {
    fn status(self) -> StatusCode {
        match self {
            Self::Host => StatusCode::MISDIRECTED_REQUEST,
            Self::Token => StatusCode::UNAUTHORIZED,
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        }
    }
}

impl Access {
    /// Lets in who names an address, `localhost` or one of `hosts`, and knows `token` if there is
    /// one.
    pub fn new(hosts: Vec<String>, token: Option<Token>) -> Self {
        Self { hosts, token }
    }

    /// Whether a request with this head may come in.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn check(&self, head: &Parts) -> Result<(), Refused> {
        let named = head.uri.host().or_else(|| text_of(&head.headers, header::HOST));
        if !named.is_some_and(|host| self.knows(host)) {
            return Err(Refused::Host);
        }
        // Whether it is alive is no secret: what looks after it need not know the token.
        if let Some(token) = self.token.as_ref().filter(|_| head.uri.path() != "/healthz") {
            let given = text_of(&head.headers, header::AUTHORIZATION);
            let given = given.and_then(|given| given.split_once(' '));
            let right = given.is_some_and(|(scheme, given)| {
                scheme.eq_ignore_ascii_case("bearer") && token.is(given.trim())
            });
            if !right {
                return Err(Refused::Token);
            }
        }
        let kind = text_of(&head.headers, header::CONTENT_TYPE).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if head.method == Method::POST && !kind.eq_ignore_ascii_case("application/json") {
            return Err(Refused::ContentType);
        }
        Ok(())
    }

    fn knows(&self, host: &str) -> bool {
        let host = without_port(host);
        let literal = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        literal.unwrap_or(host).parse::<IpAddr>().is_ok()
            || host.eq_ignore_ascii_case("localhost")
            || self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host))
    }
}

fn text_of(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port))
            if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') =>
        {
            name
        }
        _ => host,
    }
}

/// The layer around all routes.
pub async fn guard(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    match access.check(&head) {
        Ok(()) => next.run(Request::from_parts(head, body)).await,
        Err(refused) => {
            let error = ErrorBody { error: refused.to_string() };
            let mut reply = (refused.status(), Json(error)).into_response();
            if refused == Refused::Token {
                let how = HeaderValue::from_static("Bearer");
                reply.headers_mut().insert(header::WWW_AUTHENTICATE, how);
            }
            reply
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn head(method: &str, path: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = axum::http::Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Body::empty()).unwrap().into_parts().0
    }

    fn open() -> Access {
        Access::new(vec!["gpu.lan".into()], None)
    }

    #[test]
    fn host_should_be_an_address_or_a_name_of_ours() {
        let get = |host: &str| open().check(&head("GET", "/metrics", &[("host", host)]));
        for host in [
            "127.0.0.1",
            "127.0.0.1:7741",
            "localhost:7741",
            "LOCALHOST",
            "[::1]:7741",
            "[::1]",
            "10.1.2.3:7741",
            "gpu.lan:7741",
            "GPU.lan",
        ] {
            assert_eq!(get(host), Ok(()), "{host}");
        }
        for host in ["", "evil.example", "evil.example:7741", "localhost.evil.example", "::1:x"] {
            assert_eq!(get(host), Err(Refused::Host), "{host}");
        }
        assert_eq!(open().check(&head("GET", "/metrics", &[])), Err(Refused::Host));
    }

    #[test]
    fn post_should_be_refused_when_a_web_page_could_have_sent_it() {
        let post = |kind: &[(&str, &str)]| {
            let headers = [&[("host", "127.0.0.1")], kind].concat();
            open().check(&head("POST", "/v1/jobs", &headers))
        };
        for kind in ["application/json", "Application/JSON; charset=utf-8"] {
            assert_eq!(post(&[("content-type", kind)]), Ok(()));
        }
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""] {
            assert_eq!(post(&[("content-type", kind)]), Err(Refused::ContentType));
        }
        assert_eq!(post(&[]), Err(Refused::ContentType));
    }

    #[test]
    fn token_should_be_needed_for_all_but_health_when_there_is_one() {
        let access = Access::new(vec![], Token::new(" s3cret\n"));
        let get = |path: &str, given: Option<&str>| {
            let mut headers = vec![("host", "127.0.0.1")];
            headers.extend(given.map(|given| ("authorization", given)));
            access.check(&head("GET", path, &headers))
        };
        assert_eq!(get("/v1/models", Some("Bearer s3cret")), Ok(()));
        assert_eq!(get("/v1/models", Some("bearer s3cret")), Ok(()));
        assert_eq!(get("/healthz", None), Ok(()));
        for wrong in ["Bearer s3cre", "Bearer s3cret2", "Bearer ", "s3cret", "Basic s3cret"] {
            assert_eq!(get("/v1/models", Some(wrong)), Err(Refused::Token), "{wrong}");
        }
        assert_eq!(get("/metrics", None), Err(Refused::Token));
        assert_eq!(Token::new(" \n"), None);
        assert!(!format!("{access:?}").contains("s3cret"));
    }
}
