//! A worker of a local network: started, killed and started again in the same place.

use super::{free_port, http, local, worker_config, AgentRole, Process, Surroundings};
use crate::{Agent, Failure};
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// How long a worker may take to load its models.
const DEADLINE: Duration = Duration::from_secs(180);
/// Pause between two looks at a worker that is starting.
const PAUSE: Duration = Duration::from_millis(100);

/// The worker of one node. It may have been killed, or never started.
pub(super) struct Worker {
    /// Names its configuration and its log.
    pub(super) name: String,
    /// The running process.
    pub(super) process: Option<Process>,
    /// The port that it listens on, or will.
    pub(super) port: u16,
    surroundings: Surroundings,
    configuration: PathBuf,
}

impl Worker {
    /// A worker that is yet to be started.
    pub(super) fn new(
        name: &str,
        surroundings: Surroundings,
        directory: &Path,
    ) -> Result<Self, Failure> {
        let configuration = directory.join(format!("{name}.toml"));
        Ok(Self {
            name: name.to_owned(),
            process: None,
            port: free_port()?,
            surroundings,
            configuration,
        })
    }

    /// Where its node finds it.
    pub(super) fn url(&self) -> String {
        format!("http://{}:{}", self.surroundings.host, self.port)
    }

    /// Write its configuration: which agent speaks with which model.
    pub(super) fn configure(&self, roles: &[AgentRole], agents: &[Agent]) -> Result<(), Failure> {
        let keys: Vec<String> = agents.iter().map(|agent| hex::encode(agent.key.0)).collect();
        std::fs::write(&self.configuration, worker_config::render(roles, &keys))
            .map_err(local("worker configuration"))
    }

    /// Start it, without waiting.
    pub(super) fn launch(&mut self, program: &Path, directory: &Path) -> Result<(), Failure> {
        let mut command = self.surroundings.command(program);
        command.arg("--config").arg(&self.configuration);
        command.args(["--listen", &format!("{}:{}", self.surroundings.host, self.port)]);
        self.process =
            Some(Process::spawn(&self.name, command, self.surroundings.directory(directory))?);
        Ok(())
    }

    /// Wait until it has loaded its models.
    pub(super) async fn ready(&mut self) -> Result<(), Failure> {
        let start = Instant::now();
        while !http::is_healthy(self.surroundings.host, self.port).await {
            let Some(process) = &mut self.process else {
                return Err(Failure::LocalNetwork(format!("the {} was not started", self.name)));
            };
            process.check_running()?;
            if start.elapsed() > DEADLINE {
                return Err(
                    process.failure(&format!("is not ready after {} s", DEADLINE.as_secs()))
                );
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Kill it without warning.
    pub(super) async fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await;
        }
    }

    /// Stop it politely.
    pub(super) async fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.stop().await;
        }
    }

    /// Fail if it has stopped by itself.
    pub(super) fn check_running(&mut self) -> Result<(), Failure> {
        self.process.as_mut().map_or(Ok(()), Process::check_running)
    }
}
