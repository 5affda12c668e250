//! A whole network on one machine: the node of each validator, and a worker that serves the agents of the first, with
//! everything they write in one temporary directory. The demo and the network tests stand on it.
//!
//! The nodes come up first, on ports that were free a moment ago. Which agents the first one hosts is read from its
//! chain, so no key is written down here; the worker's configuration gives each of them a model. Each process can be
//! killed and started again in the same place. "The node", where nothing else is said, is the first validator's.

mod binaries;
mod http;
mod node;
mod process;
mod worker_config;

pub use binaries::{models_directory, Binaries};
pub use node::Preset;
pub use process::Process;
pub use worker_config::{cast, line_up, AgentRole, LineUp, Mind};

use crate::{
    account::{account_id, development},
    chain::Chain,
    progress::Progress,
    report::Memory,
    Agent, Failure,
};
use node::Node;
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

/// How long a worker may take to load its models.
const WORKER_DEADLINE: Duration = Duration::from_secs(180);
/// Pause between two looks at a worker that is starting.
const PAUSE: Duration = Duration::from_millis(100);

/// What to start.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The programs.
    pub binaries: Binaries,
    /// Which chain, and so how many validators.
    pub preset: Preset,
    /// The model of each agent; as many agents as entries, at most 16. Without agents there is no worker.
    pub roles: Vec<AgentRole>,
    /// Where the node looks for its worker, if something stands between the two. The worker itself listens on the
    /// network's [`LocalNetwork::worker_port`].
    pub worker_url: Option<String>,
}

/// Running nodes and a worker.
pub struct LocalNetwork {
    plan: Plan,
    directory: tempfile::TempDir,
    worker_port: u16,
    agents: Vec<Agent>,
    first: Node,
    others: Vec<Node>,
    worker: Option<Process>,
}

impl LocalNetwork {
    /// Start the nodes, then the worker, and wait until all are ready.
    pub async fn start(plan: Plan, progress: &Progress) -> Result<Self, Failure> {
        plan.binaries.check()?;
        let directory = tempfile::Builder::new().prefix("waggle-").tempdir().map_err(local("temporary directory"))?;
        let worker_port = free_port()?;
        progress.doing("starting the node");
        let start = Instant::now();
        let hosting = hosting(&plan, worker_port);
        let mut others = Node::start_all(plan.preset, &plan.binaries.node, directory.path(), &hosting)?;
        let first = others.remove(0);
        let mut network = Self { plan, directory, worker_port, agents: Vec::new(), first, others, worker: None };
        let chain = network.first.ready().await?;
        for node in &mut network.others {
            node.ready().await?;
        }
        network.agents = hosted_agents(&chain, network.plan.roles.len()).await?;
        progress.done(format!(
            "node ready on {} with {} agents ({:.1} s)",
            network.url(),
            network.agents.len(),
            start.elapsed().as_secs_f64()
        ));
        if network.agents.is_empty() {
            return Ok(network);
        }

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
        self.first.url()
    }

    /// Where clients connect to the node of `validator`. Errors: there is no validator of that name.
    pub fn url_of(&self, validator: &str) -> Result<String, Failure> {
        self.node_of(validator).map(Node::url)
    }

    /// The port that the worker listens on.
    pub fn worker_port(&self) -> u16 {
        self.worker_port
    }

    /// The directory with the databases and all logs.
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

    /// Resident memory of the node and the worker.
    pub fn memory(&self) -> Memory {
        let worker_mib = self.worker.as_ref().map(Process::resident_mib).unwrap_or_default();
        Memory { node_mib: self.first.process.resident_mib(), worker_mib }
    }

    /// What the node has logged so far.
    pub fn node_log(&self) -> String {
        self.first.process.log()
    }

    /// What the node of `validator` has logged so far. Errors: there is no validator of that name.
    pub fn log_of(&self, validator: &str) -> Result<String, Failure> {
        self.node_of(validator).map(|node| node.process.log())
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
        self.first.kill().await;
    }

    /// Start the node again on its database, and wait until it has blocks.
    pub async fn start_node(&mut self) -> Result<(), Failure> {
        self.first.start_again(&self.plan.binaries.node, self.directory.path())?;
        self.first.ready().await.map(drop)
    }

    /// Kill the node of `validator` without warning. Errors: there is no validator of that name.
    pub async fn kill_validator(&mut self, validator: &str) -> Result<(), Failure> {
        self.node_of_mut(validator)?.kill().await;
        Ok(())
    }

    /// Start the node of `validator` again on its database, and wait until it has blocks: its own, not yet the others'.
    pub async fn start_validator(&mut self, validator: &str) -> Result<(), Failure> {
        let (program, directory) = (self.plan.binaries.node.clone(), self.directory.path().to_owned());
        let node = self.node_of_mut(validator)?;
        node.start_again(&program, &directory)?;
        node.ready().await.map(drop)
    }

    /// Start one more node with the keys of `validator`, as an operator might by mistake, and wait until it has blocks.
    pub async fn start_double(&mut self, validator: &str) -> Result<(), Failure> {
        let validator = self.node_of(validator)?.validator;
        let known = || std::iter::once(&self.first).chain(&self.others);
        let mut double = Node::start_double(validator, known(), &self.plan.binaries.node, self.directory.path())?;
        double.ready().await?;
        self.others.push(double);
        Ok(())
    }

    /// Fail if a process has stopped by itself.
    pub fn check_running(&mut self) -> Result<(), Failure> {
        for node in self.others.iter_mut().chain([&mut self.first]) {
            node.check_running()?;
        }
        self.worker.as_mut().map_or(Ok(()), Process::check_running)
    }

    /// Stop all, politely first, and remove what they wrote.
    pub async fn stop(mut self) {
        if let Some(mut worker) = self.worker.take() {
            worker.stop().await;
        }
        let nodes = self.others.iter_mut().chain([&mut self.first]).map(Node::stop);
        futures::future::join_all(nodes).await;
    }

    /// The node of `validator`; of its first node, if there are two.
    fn node_of(&self, validator: &str) -> Result<&Node, Failure> {
        let mut nodes = std::iter::once(&self.first).chain(&self.others);
        nodes.find(|node| node.validator == validator).ok_or_else(|| no_validator(validator))
    }

    fn node_of_mut(&mut self, validator: &str) -> Result<&mut Node, Failure> {
        let mut nodes = std::iter::once(&mut self.first).chain(&mut self.others);
        nodes.find(|node| node.validator == validator).ok_or_else(|| no_validator(validator))
    }

    fn worker_config_path(&self) -> PathBuf {
        self.directory.path().join("worker.toml")
    }

    fn write_worker_config(&self) -> Result<(), Failure> {
        let keys: Vec<String> = self.agents.iter().map(|agent| hex::encode(agent.key.0)).collect();
        let text = worker_config::render(&self.plan.roles, &keys);
        std::fs::write(self.worker_config_path(), text).map_err(local("worker configuration"))
    }
}

/// What the first node is told about the agents that it hosts.
fn hosting(plan: &Plan, worker_port: u16) -> Vec<String> {
    let worker_url = plan.worker_url.clone().unwrap_or_else(|| format!("http://127.0.0.1:{worker_port}"));
    vec!["--dev-agents".into(), plan.roles.len().to_string(), "--worker-url".into(), worker_url]
}

fn no_validator(name: &str) -> Failure {
    Failure::LocalNetwork(format!("there is no validator {name} on this network"))
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
