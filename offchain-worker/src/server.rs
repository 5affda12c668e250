//! The HTTP side: routes, limits, status codes. `docs/worker-protocol.md` says what the codes mean
//! to a node.
//!
//! The server listens before the models are loaded, so that whoever started it learns the port at
//! once; until then it is *starting* and replies 503.

use crate::{
    catalogue::Catalogue,
    jobs::SubmitError,
    metrics::{Metrics, StatusLabel},
    protocol::{ErrorBody, JobRequest, JobStatus},
    scheduler::{PostError, Scheduler},
};
use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, Request, State},
    http::{header, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
    Json, Router,
};
use std::{
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc, OnceLock,
    },
    time::Duration,
};
use tower_http::trace::TraceLayer;

/// How long a client may take to send a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// What the routes share.
pub struct Service {
    /// Set once, when all models are loaded.
    ready: OnceLock<(Arc<Scheduler>, Catalogue)>,
    stopping: AtomicBool,
    metrics: Arc<Metrics>,
}

impl Service {
    /// A service that is starting.
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self { ready: OnceLock::new(), stopping: AtomicBool::new(false), metrics }
    }

    /// The models are loaded. Only the first call counts.
    pub fn ready(&self, scheduler: Arc<Scheduler>, catalogue: Catalogue) {
        let _ = self.ready.set((scheduler, catalogue));
    }

    /// Takes no new jobs from now on.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        if let Some((scheduler, _)) = self.ready.get() {
            scheduler.drain();
        }
    }

    /// The scheduler, once the models are loaded.
    pub fn scheduler(&self) -> Option<&Arc<Scheduler>> {
        self.ready.get().map(|(scheduler, _)| scheduler)
    }
}

/// All routes. Bodies over `body_bytes` are refused.
pub fn router(service: Arc<Service>, body_bytes: usize) -> Router {
    Router::new()
        .route("/v1/jobs", post(jobs))
        .route("/v1/models", get(models))
        .route("/healthz", get(health))
        .route("/metrics", get(metrics))
        .fallback(|| async { refuse(StatusCode::NOT_FOUND, "no such path") })
        .method_not_allowed_fallback(|| async {
            refuse(StatusCode::METHOD_NOT_ALLOWED, "no such method here")
        })
        .layer(DefaultBodyLimit::max(body_bytes))
        // Refusals are part of the protocol, no failures to be logged as errors.
        .layer(TraceLayer::new_for_http().on_failure(()))
        .with_state(service)
}

async fn jobs(State(service): State<Arc<Service>>, request: Request) -> Response {
    let reply = take_job(&service, request)
        .await
        .map_or_else(|refusal| refusal, |status| Json(status).into_response());
    service.metrics.posts.get_or_create(&StatusLabel { status: reply.status().as_u16() }).inc();
    reply
}

async fn take_job(service: &Service, request: Request) -> Result<JobStatus, Response> {
    let body = tokio::time::timeout(BODY_TIMEOUT, Bytes::from_request(request, &()))
        .await
        .map_err(|_| refuse(StatusCode::REQUEST_TIMEOUT, "the body did not come in time"))?
        .map_err(|rejection| refuse(rejection.status(), &rejection.body_text()))?;
    let Some(scheduler) = service.scheduler() else {
        return Err(unavailable("the models are being loaded"));
    };
    let job = JobRequest::parse(&body)
        .map_err(|error| refuse(StatusCode::BAD_REQUEST, &error.to_string()))?;
    scheduler.post(job).await.map_err(|error| {
        let text = error.to_string();
        match error {
            PostError::Submit(SubmitError::Conflict) => refuse(StatusCode::CONFLICT, &text),
            PostError::Submit(SubmitError::QueueFull) => {
                later(StatusCode::TOO_MANY_REQUESTS, &text)
            }
            PostError::Draining => unavailable(&text),
        }
    })
}

async fn models(State(service): State<Arc<Service>>) -> Response {
    match service.ready.get() {
        Some((_, catalogue)) => Json(catalogue).into_response(),
        None => unavailable("the models are being loaded"),
    }
}

async fn health(State(service): State<Arc<Service>>) -> Response {
    if service.stopping.load(Ordering::Acquire) {
        return unavailable("the worker is shutting down");
    }
    match service.ready.get() {
        Some((_, catalogue)) => {
            let failed: Vec<serde_json::Value> = catalogue
                .models
                .iter()
                .filter_map(|model| {
                    let reason = model.problem.as_ref()?;
                    Some(serde_json::json!({ "model": model.name, "reason": reason }))
                })
                .collect();
            let mut body = serde_json::json!({ "status": "ok" });
            if !failed.is_empty() {
                body["failed"] = failed.into();
            }
            Json(body).into_response()
        }
        None => unavailable("the models are being loaded"),
    }
}

async fn metrics(State(service): State<Arc<Service>>) -> Response {
    match service.metrics.text() {
        Ok(text) => ([(header::CONTENT_TYPE, Metrics::MEDIA_TYPE)], text).into_response(),
        Err(error) => refuse(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

fn refuse(status: StatusCode, error: &str) -> Response {
    (status, Json(ErrorBody { error: error.to_string() })).into_response()
}

fn later(status: StatusCode, error: &str) -> Response {
    const RETRY_AFTER: (HeaderName, HeaderValue) =
        (header::RETRY_AFTER, HeaderValue::from_static("1"));
    ([RETRY_AFTER], refuse(status, error)).into_response()
}

fn unavailable(error: &str) -> Response {
    later(StatusCode::SERVICE_UNAVAILABLE, error)
}
