//! What every door of the gateway shares: the desk, the models, the metrics, and the word that the
//! process is about to stop.

use crate::{desk::Desk, metrics::Metrics, models::Models};
use std::sync::Arc;
use tokio::sync::watch;

/// What the doors share. Clones share one desk and count into the same metrics.
#[derive(Clone)]
pub struct GateState {
    /// Takes orders, pays for them, and follows their rounds.
    pub desk: Desk,
    /// The models that may be named.
    pub models: Arc<Models>,
    /// What is measured.
    pub metrics: Arc<Metrics>,
    /// The longest body that is read, in bytes. Longer ones are refused.
    pub max_body_bytes: usize,
    stopping: watch::Receiver<bool>,
}

impl GateState {
    /// The state of a gateway that stops, without waiting any longer, once `stopping` says true.
    pub fn new(
        desk: Desk,
        models: Models,
        metrics: Arc<Metrics>,
        max_body_bytes: usize,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        Self { desk, models: Arc::new(models), metrics, max_body_bytes, stopping }
    }

    /// Returns when nobody may wait any longer, because the process is about to end.
    pub async fn stopped(&self) {
        let mut stopping = self.stopping.clone();
        // Whoever could say it is gone: then it will never be said.
        if stopping.wait_for(|stopped| *stopped).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
