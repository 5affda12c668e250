//! Requests to one server: bounded in time and size, without redirects, the key for its own address
//! only.

use super::spec::OpenAiSpec;
use crate::backend::{first_line, BackendError};
use reqwest::{
    header::{HeaderValue, AUTHORIZATION, RETRY_AFTER, SERVER},
    redirect, Client, RequestBuilder, StatusCode, Url,
};
use serde_json::{Map, Value};
use std::time::Duration;
use tracing::debug;

/// How long to wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What came back.
#[derive(Debug)]
pub(super) struct Response {
    /// Whatever it is.
    pub(super) status: StatusCode,
    /// `Retry-After`, as it stands there.
    pub(super) retry_after: Option<String>,
    /// `Server`.
    pub(super) server: Option<String>,
    /// All of it.
    pub(super) body: Vec<u8>,
}

impl Response {
    /// Its JSON if it is a success and JSON, or else null.
    pub(super) fn json(&self) -> Value {
        let body = Some(&self.body).filter(|_| self.status.is_success());
        body.and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default()
    }
}

/// A server's addresses and what is sent along.
#[derive(Debug)]
pub(super) struct Http {
    client: Client,
    /// Without a slash at its end.
    base: Url,
    key: Option<HeaderValue>,
    reply_bytes: usize,
}

impl Http {
    /// Connects to nothing. What is wrong, in one line.
    pub(super) fn new(spec: &OpenAiSpec) -> Result<Self, String> {
        let mut base = spec.base_url.clone();
        base.path_segments_mut()
            .map_err(|()| format!("{} cannot be a base", spec.base_url))?
            .pop_if_empty();
        let mut builder = Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_nodelay(true);
        // A proxy of the environment is for the world outside.
        if is_loopback(&spec.base_url) {
            builder = builder.no_proxy();
        }
        Ok(Self {
            client: builder.build().map_err(|error| error.to_string())?,
            base,
            key: spec.api_key.as_ref().map(super::spec::ApiKey::header),
            reply_bytes: spec.reply_bytes,
        })
    }

    /// `POST {base_url}/{path}`.
    pub(super) async fn post(
        &self,
        path: &[&str],
        body: &Map<String, Value>,
        timeout: Duration,
    ) -> Result<Response, BackendError> {
        let request = self.client.post(below(self.base.clone(), path)).json(body);
        self.send(self.with_key(request), timeout).await
    }

    /// `GET {base_url}/{path}`.
    pub(super) async fn get(
        &self,
        path: &[&str],
        timeout: Duration,
    ) -> Result<Response, BackendError> {
        let request = self.client.get(below(self.base.clone(), path));
        self.send(self.with_key(request), timeout).await
    }

    /// `GET` of what stands beside the `/v1` of `base_url`; without the key.
    pub(super) async fn get_beside(
        &self,
        path: &[&str],
        timeout: Duration,
    ) -> Result<Response, BackendError> {
        let mut root = self.base.clone();
        if root.path_segments().and_then(|mut segments| segments.next_back()) == Some("v1") {
            if let Ok(mut segments) = root.path_segments_mut() {
                segments.pop();
            }
        }
        self.send(self.client.get(below(root, path)), timeout).await
    }

    fn with_key(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.key {
            Some(key) => request.header(AUTHORIZATION, key.clone()),
            None => request,
        }
    }

    async fn send(
        &self,
        request: RequestBuilder,
        timeout: Duration,
    ) -> Result<Response, BackendError> {
        let response = request.timeout(timeout).send().await.map_err(failure)?;
        let header = |name| {
            let value = response.headers().get(name).and_then(|value| value.to_str().ok());
            value.map(str::to_string)
        };
        let (retry_after, server) = (header(RETRY_AFTER), header(SERVER));
        Ok(Response {
            status: response.status(),
            retry_after,
            server,
            body: self.read(response).await?,
        })
    }

    /// A body of at most `reply_bytes` bytes.
    async fn read(&self, mut response: reqwest::Response) -> Result<Vec<u8>, BackendError> {
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(failure)? {
            if body.len() + piece.len() > self.reply_bytes {
                let most = self.reply_bytes;
                return Err(BackendError::Engine(format!("the reply has more than {most} bytes")));
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }
}

/// A server that takes too long failed; one that cannot be reached or hangs up may come back.
fn failure(error: reqwest::Error) -> BackendError {
    let (timeout, connect) = (error.is_timeout(), error.is_connect());
    debug!(error = %first_line(&error.without_url()), "no reply of the server");
    if timeout && !connect {
        return BackendError::Engine("the server did not reply in time".to_string());
    }
    let what = if connect { "cannot be reached" } else { "hung up before its reply was whole" };
    BackendError::Unavailable { reason: format!("the server {what}"), retry_after: None }
}

fn below(mut base: Url, path: &[&str]) -> Url {
    // It can be a base: that is checked at the start.
    if let Ok(mut segments) = base.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    base
}

/// Whether a URL names this machine.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_should_not_stand_before_this_machine() {
        let loopback = |url: &str| is_loopback(&url.parse().unwrap());
        assert!(
            loopback("http://127.0.0.1:8000/v1")
                && loopback("http://localhost/v1")
                && loopback("http://[::1]:1/v1")
        );
        assert!(!loopback("https://api.example.org/v1"));
    }

    #[test]
    fn paths_should_go_below_the_base() {
        let of = |base: &str| below(base.parse().unwrap(), &["chat", "completions"]).to_string();
        assert_eq!(of("http://h/v1/"), "http://h/v1/chat/completions");
        assert_eq!(of("http://h/a/v1"), "http://h/a/v1/chat/completions");
        assert_eq!(of("http://h"), "http://h/chat/completions");
    }
}
