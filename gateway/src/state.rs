//! What every door of the gateway shares: the desk, the models, the metrics, and the word that the
//! process is about to stop.

use crate::{
    desk::{Asked, Desk, News, Order, Outcome, Refusal},
    metrics::Metrics,
    models::Models,
    store::Key,
};
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

    /// Take an order, and count what becomes of it, whether or not its caller waits for that.
    ///
    /// # Errors
    /// As [`Desk::take`]: nothing was begun.
    pub async fn take(&self, key: &Key, order: Order) -> Result<Asked, Refusal> {
        let asked = self.desk.take(key, order).await?;
        if !asked.replayed {
            tokio::spawn(count(self.metrics.clone(), asked.news.clone()));
        }
        Ok(asked)
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

/// Waits for the end of an order and counts it. Ends with the order.
async fn count(metrics: Arc<Metrics>, mut news: watch::Receiver<News>) {
    let over = news.wait_for(|news| matches!(news, News::Over(_))).await;
    let Ok(over) = over.map(|news| news.clone()) else { return };
    let News::Over(outcome) = over else { return };
    match &*outcome {
        Outcome::Answered(answered) => metrics.answered(answered),
        Outcome::Failed(trouble) => metrics.failed(trouble),
    }
}
