//! llama.cpp's server as a backend: started, asked, and started again when it ends.

use super::{error::LlamaError, process::Running, spec::LlamaSpec};
use crate::{
    backend::{
        openai::{OpenAiBackend, OpenAiSpec},
        Backend, BackendError, Chat, Generated, Sampling,
    },
    grading::NextLogits,
    program::{FIRST_PAUSE, LONGEST_PAUSE},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::watch, task::JoinHandle};
use tracing::{info, warn};

/// Where requests go: nowhere while the server is started again.
type Current = Option<Arc<OpenAiBackend>>;

/// A server that is kept running until this is dropped.
#[derive(Debug)]
pub struct LlamaServer {
    current: watch::Receiver<Current>,
    watching: JoinHandle<()>,
}

impl LlamaServer {
    /// Starts a server and waits until it is ready. `requests` says how it is asked; address and
    /// key are put in here, new ones for each process.
    ///
    /// # Errors
    /// [`LlamaError`]
    pub async fn start(spec: LlamaSpec, requests: OpenAiSpec) -> Result<Self, LlamaError> {
        let running = Running::start(&spec).await?;
        let (publish, current) = watch::channel(Some(connect(&running, &requests)?));
        let watching = tokio::spawn(keep(spec, requests, running, publish));
        Ok(Self { current, watching })
    }

    fn backend(&self) -> Result<Arc<OpenAiBackend>, BackendError> {
        let starting = || BackendError::Engine("llama-server is being started again".to_string());
        self.current.borrow().clone().ok_or_else(starting)
    }
}

impl Drop for LlamaServer {
    fn drop(&mut self) {
        // The task owns the process, which dies with it.
        self.watching.abort();
    }
}

#[async_trait::async_trait]
impl Backend for LlamaServer {
    async fn generate(
        &self,
        chat: &Chat,
        sampling: &Sampling,
        max_tokens: usize,
    ) -> Result<Generated, BackendError> {
        self.backend()?.generate(chat, sampling, max_tokens).await
    }

    async fn next_logits(&self, chat: &Chat, ids: &[u32]) -> Result<NextLogits, BackendError> {
        self.backend()?.next_logits(chat, ids).await
    }
}

fn connect(running: &Running, requests: &OpenAiSpec) -> Result<Arc<OpenAiBackend>, LlamaError> {
    let spec = OpenAiSpec {
        base_url: running.url.clone(),
        api_key: Some(running.key.clone()),
        ..requests.clone()
    };
    OpenAiBackend::new(spec).map(Arc::new).map_err(LlamaError::Client)
}

/// Starts the server again whenever it ends.
async fn keep(
    spec: LlamaSpec,
    requests: OpenAiSpec,
    mut running: Running,
    publish: watch::Sender<Current>,
) {
    let mut failures = 0;
    loop {
        let since = Instant::now();
        let status = running.ended().await;
        publish.send_replace(None);
        // One that ran for a while did not end over what it was started with.
        if since.elapsed() > LONGEST_PAUSE {
            failures = 0;
        }
        warn!(model = spec.name, status, "llama-server ended and is started again");
        let backend;
        (running, backend) = again(&spec, &requests, &mut failures).await;
        publish.send_replace(Some(backend));
        info!(model = spec.name, "llama-server serves again");
    }
}

/// Starts it after a pause, until it serves. `failures` are those in a row.
async fn again(
    spec: &LlamaSpec,
    requests: &OpenAiSpec,
    failures: &mut u32,
) -> (Running, Arc<OpenAiBackend>) {
    loop {
        tokio::time::sleep(pause(*failures)).await;
        *failures = failures.saturating_add(1);
        let started = Running::start(spec).await;
        let connected = started.and_then(|running| {
            let backend = connect(&running, requests)?;
            Ok((running, backend))
        });
        match connected {
            Ok(connected) => return connected,
            Err(error) => warn!(model = spec.name, %error, "llama-server does not start again"),
        }
    }
}

fn pause(failures: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(2u32.saturating_pow(failures)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_should_double_up_to_the_longest() {
        assert_eq!(pause(0), FIRST_PAUSE);
        assert_eq!(pause(3), FIRST_PAUSE * 8);
        assert_eq!(pause(u32::MAX), LONGEST_PAUSE);
    }
}
