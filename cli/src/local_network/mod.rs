//! A whole network on one machine: a development node and a worker that serves its agents, with everything they write
//! in one temporary directory. The demo and the network tests stand on it.
//!
//! The node comes up first, on ports that were free a moment ago. Which agents it hosts is read from its chain, so no
//! key is written down here; the worker's configuration gives each of them a model. Both can be stopped, killed and
//! started again in the same place.

mod binaries;
mod http;
mod process;
mod worker_config;

pub use binaries::{models_directory, Binaries};
pub use process::Process;
pub use worker_config::{cast, line_up, AgentRole, LineUp, Mind};

use crate::{
    account::{account_id, development},
    chain::Chain,
    progress::Progress,
    report::Memory,
    Agent, Failure,
};
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

/// How long a node may take to make its first block.
const NODE_DEADLINE: Duration = Duration::from_secs(90);
/// How long a worker may take to load its models.
const WORKER_DEADLINE: Duration = Duration::from_secs(180);
/// Pause between two looks at a process that is starting.
const PAUSE: Duration = Duration::from_millis(100);

/// What to start.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The programs.
    pub binaries: Binaries,
    /// The model of each agent; as many agents as entries, at most 16.
    pub roles: Vec<AgentRole>,
    /// Where the node looks for its worker, if something stands between the two. The worker itself listens on the
    /// network's [`LocalNetwork::worker_port`].
    pub worker_url: Option<String>,
}

/// A running node and worker.
pub struct LocalNetwork {
    plan: Plan,
    directory: tempfile::TempDir,
    node_port: u16,
    worker_port: u16,
    agents: Vec<Agent>,
    node: Process,
    worker: Option<Process>,
}

impl LocalNetwork {
    /// Start the node, then the worker, and wait until both are ready.
    pub async fn start(plan: Plan, progress: &Progress) -> Result<Self, Failure> {
        plan.binaries.check()?;
        let directory = tempfile::Builder::new().prefix("waggle-").tempdir().map_err(local("temporary directory"))?;
        let (node_port, worker_port) = (free_port()?, free_port()?);
        progress.doing("starting the node");
        let start = Instant::now();
        let node = spawn_node(&plan, directory.path(), node_port, worker_port)?;
        let mut network = Self { plan, directory, node_port, worker_port, agents: Vec::new(), node, worker: None };
        let chain = network.node_ready().await?;
        network.agents = hosted_agents(&chain, network.plan.roles.len()).await?;
        progress.done(format!(
            "node ready on {} with {} agents ({:.1} s)",
            network.url(),
            network.agents.len(),
            start.elapsed().as_secs_f64()
        ));

        progress.doing("starting the worker: it loads the models");
        let start = Instant::now();
        network.write_worker_config()?;
        network.start_worker().await?;
        progress.done(format!(
            "worker ready on http://127.0.0.1:{worker_port} with {} models ({:.1} s)",
            worker_config::distinct_models(&network.plan.roles).len(),
            start.elapsed().as_secs_f64()
        ));
        Ok(network)
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.node_port)
    }

    /// The port that the worker listens on.
    pub fn worker_port(&self) -> u16 {
        self.worker_port
    }

    /// The directory with the node's database and both logs.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The agents that the node hosts, in the order of the plan's roles.
    pub fn agents(&self) -> &[Agent] {
        &self.agents
    }

    /// The name of the model that serves the agent of `owner`.
    pub fn model_of(&self, owner: &str) -> Option<&str> {
        let place = self.agents.iter().position(|agent| agent.owner.to_string() == owner)?;
        self.plan.roles.get(place).map(|role| role.model.as_str())
    }

    /// Resident memory of both processes.
    pub fn memory(&self) -> Memory {
        let worker_mib = self.worker.as_ref().map(Process::resident_mib).unwrap_or_default();
        Memory { node_mib: self.node.resident_mib(), worker_mib }
    }

    /// What the node has logged so far.
    pub fn node_log(&self) -> String {
        self.node.log()
    }

    /// Kill the worker without warning.
    pub async fn kill_worker(&mut self) {
        if let Some(mut worker) = self.worker.take() {
            worker.kill().await;
        }
    }

    /// Start the worker again, on the same port, and wait until it is ready.
    pub async fn start_worker(&mut self) -> Result<(), Failure> {
        let mut command = Command::new(&self.plan.binaries.worker);
        command.arg("--config").arg(self.worker_config_path());
        command.args(["--listen", &format!("127.0.0.1:{}", self.worker_port)]);
        let mut worker = Process::spawn("worker", command, self.directory.path())?;
        let start = Instant::now();
        while !http::is_healthy(self.worker_port).await {
            worker.check_running()?;
            if start.elapsed() > WORKER_DEADLINE {
                return Err(worker.failure(&format!("is not ready after {} s", WORKER_DEADLINE.as_secs())));
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.worker = Some(worker);
        Ok(())
    }

    /// Kill the node without warning, as a power cut would.
    pub async fn kill_node(&mut self) {
        self.node.kill().await;
    }

    /// Start the node again on its database, and wait until it makes blocks.
    pub async fn start_node(&mut self) -> Result<(), Failure> {
        self.node = spawn_node(&self.plan, self.directory.path(), self.node_port, self.worker_port)?;
        self.node_ready().await.map(drop)
    }

    /// Fail if the node or the worker has stopped by itself.
    pub fn check_running(&mut self) -> Result<(), Failure> {
        self.node.check_running()?;
        self.worker.as_mut().map_or(Ok(()), Process::check_running)
    }

    /// Stop both, politely first, and remove what they wrote.
    pub async fn stop(mut self) {
        if let Some(mut worker) = self.worker.take() {
            worker.stop().await;
        }
        self.node.stop().await;
    }

    fn worker_config_path(&self) -> PathBuf {
        self.directory.path().join("worker.toml")
    }

    fn write_worker_config(&self) -> Result<(), Failure> {
        let keys: Vec<String> = self.agents.iter().map(|agent| hex::encode(agent.key.0)).collect();
        let text = worker_config::render(&self.plan.roles, &keys);
        std::fs::write(self.worker_config_path(), text).map_err(local("worker configuration"))
    }

    async fn node_ready(&mut self) -> Result<Chain, Failure> {
        let start = Instant::now();
        loop {
            self.node.check_running()?;
            if let Ok(chain) = Chain::connect(&self.url()).await {
                if chain.best_block().await.is_ok_and(|best| best.number > 0) {
                    return Ok(chain);
                }
            }
            if start.elapsed() > NODE_DEADLINE {
                return Err(self.node.failure(&format!("makes no blocks after {} s", NODE_DEADLINE.as_secs())));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn spawn_node(plan: &Plan, directory: &Path, node_port: u16, worker_port: u16) -> Result<Process, Failure> {
    let worker_url = plan.worker_url.clone().unwrap_or_else(|| format!("http://127.0.0.1:{worker_port}"));
    let mut command = Command::new(&plan.binaries.node);
    command.arg("--dev").arg("--base-path").arg(directory.join("node"));
    command.args(["--dev-agents", &plan.roles.len().to_string(), "--worker-url", &worker_url]);
    command.args(["--rpc-port", &node_port.to_string(), "--rpc-cors", "all", "--rpc-methods", "unsafe"]);
    command.args(["--listen-addr", "/ip4/127.0.0.1/tcp/0", "--no-prometheus", "--no-telemetry", "--no-mdns"]);
    Process::spawn("node", command, directory)
}

/// The first `count` development agents, as the chain has them registered.
async fn hosted_agents(chain: &Chain, count: usize) -> Result<Vec<Agent>, Failure> {
    let registered = chain.agents(None).await?;
    let mut hosted = Vec::with_capacity(count);
    for place in 0..count {
        let owner = account_id(&development(&format!("//Waggle//owner//{place}"))?);
        let agent = registered.iter().find(|agent| agent.owner == owner);
        let agent = agent.ok_or_else(|| {
            Failure::LocalNetwork(format!("the node's chain has no development agent {place}: its owner is {owner}"))
        })?;
        hosted.push(agent.clone());
    }
    Ok(hosted)
}

/// A port on loopback that nobody listens on now.
pub fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(local("free port"))?;
    listener.local_addr().map(|address| address.port()).map_err(local("free port"))
}

fn local(what: &'static str) -> impl Fn(std::io::Error) -> Failure {
    move |error| Failure::LocalNetwork(format!("{what}: {error}"))
}
