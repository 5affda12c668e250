//! How work that goes on until somebody wants it to end is told so: Ctrl-C or SIGTERM.

use crate::failure::Failure;
use std::future::Future;
use tokio::signal::unix::{signal, SignalKind};

/// Returns when somebody wants this program to end.
pub(crate) async fn wanted() {
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {},
            _ = terminate.recv() => {},
        },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

/// What `work` comes to, or [`Failure::Interrupted`] as soon as somebody wants this to end. What
/// the work has begun ends when it is dropped.
///
/// # Errors
/// Those of the work.
pub(crate) async fn unless_wanted<Output, Error: Into<Failure>>(
    work: impl Future<Output = Result<Output, Error>>,
) -> Result<Output, Failure> {
    tokio::select! {
        outcome = work => outcome.map_err(Into::into),
        () = wanted() => Err(Failure::Interrupted),
    }
}
