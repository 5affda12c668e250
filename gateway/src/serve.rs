//! The HTTP side: routes, what every reply has, and the process from its start to its end.
//!
//! | path | what | whose key |
//! | --- | --- | --- |
//! | `/v1/chat/completions`, `/v1/responses`, `/v1/models` | OpenAI's protocol | the client's |
//! | `/mcp` | the Model Context Protocol | the client's |
//! | `/healthz`, `/openapi.json` | health, description | nobody's |
//! | `/metrics` | Prometheus; on an address of its own, if one is set | nobody's |
//! | `/` and `/config.json` | the explorer, if it is set | nobody's |

use crate::{
    config::{Config, ConfigFailure},
    connections,
    desk::{Desk, DeskFailure, Outcome, Trouble},
    mcp,
    metrics::Metrics,
    models::{ModelFailure, Models},
    openai::{
        chat, models,
        problem::{Code, Problem, RETRY_AFTER_MS, ROUND_HEADER, SHOULD_RETRY},
        responses,
    },
    openapi,
    state::GateState,
    store::{Store, StoreFailure},
};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{header, HeaderName, HeaderValue, Method, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{any, get, post},
    Json, Router,
};
use serde_json::json;
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use subxt_signer::sr25519::Keypair;
use tokio::{
    net::TcpListener,
    signal::unix::{signal, SignalKind},
    sync::watch,
};
use tower_http::{
    cors::{AllowHeaders, CorsLayer},
    services::{ServeDir, ServeFile},
};

/// The header that names a request, for whoever reads the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// What the explorer's page may do: it comes from here alone, and asks any node.
const PAGE_POLICY: &str = "default-src 'self'; connect-src 'self' ws: wss:; object-src 'none'; \
                           base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// How long browsers may remember that a page may use the gateway.
const CORS_AGE: Duration = Duration::from_secs(3_600);
/// The headers that pages of other origins may see. Without `x-should-retry` an SDK in a browser
/// would repeat what was paid.
const SEEN_BY_PAGES: [HeaderName; 5] =
    [REQUEST_ID, ROUND_HEADER, SHOULD_RETRY, RETRY_AFTER_MS, header::RETRY_AFTER];
/// How long replies are given to get away once nobody waits for rounds any more.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Why a gateway does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeFailure {
    /// The operator's fault: the configuration.
    #[error(transparent)]
    Config(#[from] ConfigFailure),
    /// The operator's fault: models that the chain does not take.
    #[error(transparent)]
    Models(#[from] ModelFailure),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreFailure),
    /// The desk cannot begin.
    #[error(transparent)]
    Desk(#[from] DeskFailure),
    /// The chain cannot be read.
    #[error(transparent)]
    Chain(#[from] Trouble),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        reason: String,
    },
    /// The system does not tell when to stop.
    #[error("cannot hear signals: {0}")]
    Signals(std::io::Error),
    /// A mistake in this program.
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
}

/// All routes, as `config` has them.
///
/// # Errors
/// [`ConfigFailure`]: an origin that is none.
pub fn router(state: GateState, config: &Config) -> Result<Router, ConfigFailure> {
    let mut routes = Router::new()
        .route(chat::PATH, post(chat::create))
        .route(responses::PATH, post(responses::create))
        .route("/v1/models", get(models::list))
        .route("/v1/models/{*id}", get(models::show))
        .route("/v1/{*path}", any(no_such_path))
        .route("/healthz", get(health))
        .route("/openapi.json", get(description));
    if config.metrics_listen.is_none() {
        routes = routes.route("/metrics", get(metrics));
    }
    if let Some(folder) = &config.explorer_dir {
        let node = config.explorer_node.clone();
        let told = move || async move { Json(explorer_config(node)) };
        let page = ServeDir::new(folder).fallback(ServeFile::new(folder.join("index.html")));
        routes = routes.route("/config.json", get(told)).fallback_service(page);
    } else {
        routes = routes.fallback(no_such_path);
    }
    let mut routes = routes
        .nest("/mcp", mcp::service(state.clone(), &allowed(config)))
        .method_not_allowed_fallback(no_such_method);
    let origins = config.origins()?;
    if !origins.is_empty() {
        let cors = CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::POST])
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers(SEEN_BY_PAGES)
            .max_age(CORS_AGE);
        routes = routes.layer(cors);
    }
    Ok(routes.layer(middleware::from_fn_with_state(state.clone(), attend)).with_state(state))
}

/// The one route of the address for metrics.
pub fn metrics_router(state: GateState) -> Router {
    Router::new().route("/metrics", get(metrics)).fallback(no_such_path).with_state(state)
}

/// What the explorer asks its server.
fn explorer_config(node: Option<String>) -> serde_json::Value {
    match node {
        Some(node) => json!({ "rpc": node }),
        None => json!({}),
    }
}

/// Who may use MCP from where.
fn allowed(config: &Config) -> mcp::Allowed {
    let mut allowed = mcp::Allowed::default();
    if !config.hosts.is_empty() {
        allowed.hosts = config.hosts.clone();
    }
    allowed.origins.extend(config.origins.iter().cloned());
    allowed
}

/// Names every request, counts and logs every reply, and tells browsers what not to do with it.
async fn attend(State(gate): State<GateState>, request: Request, next: Next) -> Response {
    let arrived = Instant::now();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let path = route_of(matched.as_ref(), request.uri().path());
    let method = request.method().clone();
    let name = request_name();
    let mut response = next.run(request).await;
    if let Some(Code(code)) = response.extensions().get::<Code>() {
        gate.metrics.told(code);
    }
    let status = response.status().as_u16();
    gate.metrics.replied(&path, status);
    let milliseconds = arrived.elapsed().as_millis() as u64;
    tracing::info!(request = %name, %method, %path, status, milliseconds);
    let headers = response.headers_mut();
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(REQUEST_ID, name);
    }
    let fixed = HeaderValue::from_static;
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
    headers.insert(header::REFERRER_POLICY, fixed("no-referrer"));
    headers.insert(header::CONTENT_SECURITY_POLICY, fixed(PAGE_POLICY));
    response
}

/// The route of a request, for metrics: never what a client wrote.
fn route_of(matched: Option<&MatchedPath>, path: &str) -> String {
    match matched {
        Some(matched) => matched.as_str().to_owned(),
        None if path == "/mcp" || path.starts_with("/mcp/") => "/mcp".to_owned(),
        None => "other".to_owned(),
    }
}

fn request_name() -> String {
    let mut bytes = [0; 12];
    // It only helps to find a request in the log: without randomness they all have one name.
    let _ = getrandom::fill(&mut bytes);
    format!("req_{}", hex::encode(bytes))
}

async fn no_such_path(request: Request) -> Problem {
    let path = request.uri().path().chars().take(200).collect();
    Problem::NoSuchPath { method: request.method().to_string(), path }
}

async fn no_such_method(request: Request) -> Problem {
    Problem::NoSuchMethod { method: request.method().to_string() }
}

/// Whether the gateway can take orders: its node answers, and its store too.
async fn health(State(gate): State<GateState>) -> Response {
    let state = gate.desk.state();
    // Nobody has this key. To look for it shows whether keys can be looked up.
    let store = gate.desk.key("wg-health").await.is_ok();
    let (status, word) = if state.connected && store {
        (StatusCode::OK, "ok")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "degraded")
    };
    let body = json!({
        "status": word,
        "node": state.connected,
        "store": store,
        "best_block": state.best_block,
    });
    (status, Json(body)).into_response()
}

async fn metrics(State(gate): State<GateState>) -> Result<Response, Problem> {
    let text = gate.metrics.text(&gate.desk.state());
    let text = text.map_err(|error| Problem::Mistake(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, Metrics::MEDIA_TYPE)], text).into_response())
}

async fn description() -> Result<Response, Problem> {
    let text = openapi::description().map_err(|error| Problem::Mistake(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// A gateway that is ready to serve.
pub struct Gateway {
    state: GateState,
    config: Config,
    stop: watch::Sender<bool>,
}

impl Gateway {
    /// Open the store, the desk and the models, where `payer` pays.
    ///
    /// # Errors
    /// [`ServeFailure`]: what cannot be opened.
    pub async fn open(config: Config, payer: Keypair) -> Result<Self, ServeFailure> {
        config.check()?;
        let settings = config.desk(payer)?;
        let store = Store::open(&config.store).await?;
        let metrics = Arc::new(Metrics::new()?);
        let counted = metrics.clone();
        let tally = Arc::new(move |outcome: &Outcome, charged| counted.over(outcome, charged));
        let desk = Desk::open(settings, store, tally).await?;
        let models = Models::new(&config.models, &desk.constants().await?)?;
        let (stop, stopping) = watch::channel(false);
        let state = GateState::new(desk, models, metrics, config.max_body_bytes, stopping);
        Ok(Self { state, config, stop })
    }

    /// What the doors share.
    pub fn state(&self) -> GateState {
        self.state.clone()
    }

    /// Take no new orders, and wait for running rounds as long as the configuration says.
    pub async fn close(&self) {
        self.state.desk.close(self.config.patience()).await;
    }

    /// Serve until the process is told to stop, by SIGTERM or SIGINT; then take nothing new, wait
    /// for running rounds as long as the configuration says, and let everybody know.
    ///
    /// # Errors
    /// [`ServeFailure`]: an address that cannot be listened on.
    pub async fn serve(self) -> Result<(), ServeFailure> {
        let mut stops = Stops::new()?;
        let (close, closing) = watch::channel(false);
        let mut servers = tokio::task::JoinSet::new();
        let serve = |listener, router| {
            let metrics = self.state.metrics.clone();
            connections::serve(listener, router, metrics, self.config.connections, closing.clone())
        };
        let listener = listen(self.config.listen)?;
        servers.spawn(serve(listener, router(self.state.clone(), &self.config)?));
        if let Some(address) = self.config.metrics_listen {
            servers.spawn(serve(listen(address)?, metrics_router(self.state.clone())));
        }

        stops.next().await;
        tracing::info!("stopping: rounds that run are waited for; once more stops at once");
        // Whoever hears it is gone, if nobody does.
        let _ = close.send(true);
        let desk = self.state.desk.clone();
        tokio::select! {
            () = desk.close(self.config.patience()) => {}
            () = stops.next() => desk.close(Duration::ZERO).await,
        }
        let _ = self.stop.send(true);
        let all = async { while servers.join_next().await.is_some() {} };
        if tokio::time::timeout(LAST_WORDS, all).await.is_err() {
            tracing::warn!("some clients have not taken their last reply");
        }
        Ok(())
    }
}

/// Listen, and tell where: whoever asks for port 0 learns the port by it.
fn listen(address: SocketAddr) -> Result<TcpListener, ServeFailure> {
    let failed =
        |error: std::io::Error| ServeFailure::Listen { address, reason: error.to_string() };
    let listener = connections::listen(address).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    tracing::info!("listening on http://{address}");
    Ok(listener)
}

/// The signals by which the process is told to stop.
struct Stops {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Stops {
    fn new() -> Result<Self, ServeFailure> {
        let heard = |kind| signal(kind).map_err(ServeFailure::Signals);
        Ok(Self {
            terminate: heard(SignalKind::terminate())?,
            interrupt: heard(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_should_be_words_of_this_program_when_paths_are_a_clients() {
        assert_eq!(route_of(None, "/mcp"), "/mcp");
        assert_eq!(route_of(None, "/mcp/sse"), "/mcp");
        assert_eq!(route_of(None, "/../../etc/passwd"), "other");
    }

    #[test]
    fn requests_should_have_names_of_their_own() {
        let (first, second) = (request_name(), request_name());
        assert!(first.starts_with("req_") && first.len() == 28);
        assert_ne!(first, second);
    }

    #[test]
    fn browsers_should_be_allowed_for_mcp_when_configured() {
        let origins = vec!["https://chat.example.org".to_owned()];
        let hosts = vec!["waggle.example.org".to_owned()];
        let config = Config { origins, hosts: hosts.clone(), ..Config::default() };
        assert_eq!(allowed(&config).hosts, hosts);
        assert!(allowed(&config).origins.contains(&"https://chat.example.org".to_owned()));
        assert_eq!(allowed(&Config::default()), mcp::Allowed::default());
    }

    #[test]
    fn explorers_should_learn_of_their_node_when_it_is_configured() {
        assert_eq!(explorer_config(Some("ws://a".into())), json!({"rpc": "ws://a"}));
        assert_eq!(explorer_config(None), json!({}));
    }
}
