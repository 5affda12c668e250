//! A worker of a local network: started, killed and started again in the same place.

use crate::{http, plan::Files, ports::free_port, Failure, Process, Surroundings};
use std::{sync::Arc, time::Duration};
use waggle_client::Agent;
use waggle_harness::{
    swarm::AgentRole,
    worker_config::{render, Options},
};

/// How long a worker may take to load its models.
const DEADLINE: Duration = Duration::from_secs(180);

/// The worker of one node. It may have been killed, or never started.
pub(crate) struct Worker {
    /// Names its configuration and its log.
    pub(crate) name: String,
    /// The running process.
    pub(crate) process: Option<Process>,
    /// The port that it listens on, or will.
    pub(crate) port: u16,
    surroundings: Surroundings,
    files: Arc<Files>,
}

impl Worker {
    /// A worker that is yet to be started; without a port it gets one that is free.
    pub(crate) fn new(
        name: &str,
        port: Option<u16>,
        surroundings: Surroundings,
        files: &Arc<Files>,
    ) -> Result<Self, Failure> {
        let (name, files) = (name.to_owned(), files.clone());
        let port = port.map_or_else(free_port, Ok)?;
        Ok(Self { name, process: None, port, surroundings, files })
    }

    /// Where its node finds it.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.listen())
    }

    /// Start it for the first time: `agents`, in these roles. Waits until it is ready.
    pub(crate) async fn start(
        &mut self,
        roles: &[AgentRole],
        agents: &[Agent],
        options: &Options,
    ) -> Result<(), Failure> {
        let keys: Vec<String> = agents.iter().map(|agent| hex::encode(agent.key.0)).collect();
        let text = render(roles, &keys, options)
            .map_err(|error| Failure::Process(format!("worker configuration: {error}")))?;
        std::fs::write(self.configuration(), format!("# Written for a local network.\n{text}"))
            .map_err(Failure::system("worker configuration"))?;
        self.start_again()?;
        self.ready().await
    }

    /// Start it again, with its configuration and on its port, without waiting.
    pub(crate) fn start_again(&mut self) -> Result<(), Failure> {
        let mut command = self.surroundings.command(&self.files.binaries.worker);
        command.arg("--config").arg(self.configuration()).args(["--listen", &self.listen()]);
        let directory = self.surroundings.directory(&self.files.directory);
        self.process = Some(Process::spawn(&self.name, command, directory)?);
        Ok(())
    }

    /// Wait until it has loaded its models.
    pub(crate) async fn ready(&mut self) -> Result<(), Failure> {
        let (host, port) = (self.surroundings.host, self.port);
        let Some(process) = &mut self.process else {
            return Err(Failure::Process(format!("the {} was not started", self.name)));
        };
        let healthy = || async { http::is_healthy(host, port).await.then_some(()) };
        process.until("is not ready", DEADLINE, healthy).await
    }

    /// Kill it without warning.
    pub(crate) async fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await;
        }
    }

    /// Stop it politely.
    pub(crate) async fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.stop().await;
        }
    }

    /// Fail if it has stopped by itself.
    pub(crate) fn check_running(&mut self) -> Result<(), Failure> {
        self.process.as_mut().map_or(Ok(()), Process::check_running)
    }

    fn listen(&self) -> String {
        format!("{}:{}", self.surroundings.host, self.port)
    }

    fn configuration(&self) -> std::path::PathBuf {
        self.files.directory.join(format!("{}.toml", self.name))
    }
}
