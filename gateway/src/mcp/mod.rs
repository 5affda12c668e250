//! The gateway as a server of the Model Context Protocol (MCP): a language model asks the swarm,
//! and looks at rounds, members and domains, by calling tools.
//!
//! The same four tools stand behind two transports.
//!
//! | transport | who starts it | whose key pays |
//! | --- | --- | --- |
//! | stdio ([`stdio`]) | the client, as its child | the one key that the process was started with |
//! | streamable HTTP ([`service`]) | the gateway, at `/mcp` | the bearer key of each request |
//!
//! **No sessions.** Each HTTP request is served by itself: nothing is kept between two of them, so
//! nothing can be left behind, and several gateways may stand behind one address. What a request
//! can hold is bounded: its body by [`MOST_BODY_BYTES`] and a time, a question by the desk's queue
//! and the key's budget, a look at the chain by a number that all clients together may have at a
//! time.
//!
//! **Other people's pages.** A page in a browser may send requests to a server on the same machine
//! under a name of its own (DNS rebinding). Requests are served only under the host names, and from
//! the origins of pages, that [`Allowed`] lists. Without a key nothing is served anyway.
//!
//! Out of scope: OAuth, resources, prompts, sampling.

mod admission;
mod advice;
mod results;
mod tools;

use crate::state::GateState;
use rmcp::{
    transport::{
        stdio as standard_streams,
        streamable_http_server::{
            session::never::NeverSessionManager, StreamableHttpServerConfig, StreamableHttpService,
        },
    },
    ServiceExt,
};
use std::{sync::Arc, time::Duration};
use tools::{Payer, Tools};

/// Most bytes of a request: a prompt of 16 KiB fits in however it is escaped.
pub const MOST_BODY_BYTES: usize = 256 * 1024;
/// How often a silent answer says that it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// From where HTTP requests are served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// Names by which clients may call this server, as in the `Host` header: `example.org` with any
    /// port, or `example.org:8080`. Empty: any name.
    pub hosts: Vec<String>,
    /// Origins of pages that may call it, with their scheme: `https://example.org`, which means the
    /// scheme's port, or `http://localhost:*` for any port. Programs send none, and are always
    /// served.
    pub origins: Vec<String>,
}

impl Default for Allowed {
    /// This machine alone.
    fn default() -> Self {
        let hosts = ["localhost", "127.0.0.1", "::1"].map(String::from).to_vec();
        let origins = ["localhost", "127.0.0.1", "[::1]"].map(|host| format!("http://{host}:*"));
        Self { hosts, origins: origins.to_vec() }
    }
}

/// An origin with its port: one without would be taken for that host with any port.
fn with_port(origin: &str) -> String {
    let host = origin.rsplit('/').next().unwrap_or_default();
    let has_port = host.rsplit(']').next().is_some_and(|rest| rest.contains(':'));
    match origin.split_once("://") {
        Some(("https", _)) if !has_port => format!("{origin}:443"),
        Some(("http", _)) if !has_port => format!("{origin}:80"),
        _ => origin.to_owned(),
    }
}

/// MCP over streamable HTTP, to be nested in a router of any state. Requests name their key as
/// `Authorization: Bearer wg-…`; without a valid one they get 401.
pub fn service<S>(state: GateState, allowed: &Allowed) -> axum::Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_sse_keep_alive(Some(KEEP_ALIVE))
        .with_max_request_body_bytes(MOST_BODY_BYTES)
        .with_allowed_hosts(allowed.hosts.clone())
        .with_allowed_origins(allowed.origins.iter().map(|origin| with_port(origin)))
        .enforce_origin_validation();
    let tools = Tools::new(state.clone(), Payer::OfRequest);
    let sessions = Arc::new(NeverSessionManager::default());
    let service = StreamableHttpService::new(move || Ok(tools.clone()), sessions, config);
    let admission = axum::middleware::from_fn_with_state(state, admission::admit);
    axum::Router::new().fallback_service(service).layer(admission)
}

/// MCP over standard input and output, until the client closes them. Everything is paid from the
/// key with this `secret`; nothing else may write to standard output meanwhile.
///
/// # Errors
/// [`StdioFailure`]: the key is not valid, or the client does not speak MCP.
pub async fn stdio(state: GateState, secret: String) -> Result<(), StdioFailure> {
    let known = state.desk.key(&secret).await;
    known.map_err(|trouble| StdioFailure::Key(trouble.to_string()))?.ok_or(StdioFailure::NoKey)?;
    let tools = Tools::new(state, Payer::OfProcess(secret.into()));
    let running = tools.serve(standard_streams()).await;
    let running = running.map_err(|error| StdioFailure::Protocol(error.to_string()))?;
    running.waiting().await.map_err(|error| StdioFailure::Protocol(error.to_string()))?;
    Ok(())
}

/// Why serving over standard input and output ended, other than by the client's leave.
#[derive(Debug, thiserror::Error)]
pub enum StdioFailure {
    /// The operator's fault: the key does not exist, or has been revoked.
    #[error(
        "the key is not valid: name one that `waggle-gateway keys create` made, with --key or \
         WAGGLE_KEY"
    )]
    NoKey,
    /// The store could not be asked. A retry may help.
    #[error("cannot look up the key: {0}")]
    Key(String),
    /// The client's fault: what it said is not MCP, or it left in the middle of the beginning.
    #[error("the client does not speak MCP: {0}")]
    Protocol(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_should_be_served_when_nothing_else_is_said() {
        let Allowed { hosts, origins } = Allowed::default();
        assert_eq!(hosts, ["localhost", "127.0.0.1", "::1"]);
        assert!(origins.iter().all(|origin| origin.starts_with("http://")), "{origins:?}");
        assert!(origins.iter().all(|origin| origin.ends_with(":*")), "{origins:?}");
    }

    #[test]
    fn origins_should_mean_one_port_when_they_name_none() {
        for (origin, meant) in [
            ("https://chat.example.org", "https://chat.example.org:443"),
            ("http://chat.example.org", "http://chat.example.org:80"),
            ("https://chat.example.org:8443", "https://chat.example.org:8443"),
            ("http://[::1]", "http://[::1]:80"),
            ("http://[::1]:3000", "http://[::1]:3000"),
            ("http://localhost:*", "http://localhost:*"),
        ] {
            assert_eq!(with_port(origin), meant);
        }
    }
}
