//! A whole network on one machine: the node of each validator, and a worker that serves the agents
//! of the first, with everything they write in one temporary directory. The demo and the network
//! tests stand on it.
//!
//! The nodes come up first, on ports that were free a moment ago. Which agents the first one hosts
//! is read from its chain, so no key is written down here; the worker's configuration gives each of
//! them a model. Each process can be killed and started again in the same place. "The node", where
//! nothing else is said, is the first validator's, and "the worker" that node's. More nodes, which
//! do not validate, can be added ([`AgentNode`]); a process can be given other surroundings than
//! loopback and the machine's own clock and disk ([`Surroundings`]).

mod agent_node;
mod binaries;
mod http;
mod node;
mod pace;
mod process;
mod surroundings;
mod worker;
mod worker_config;

pub use agent_node::AgentNode;
pub use binaries::{models_directory, Binaries};
pub use node::Preset;
pub use process::Process;
pub use surroundings::Surroundings;
pub use worker_config::{adversaries, cast, line_up, AgentRole, LineUp, Mind, MOST_ADVERSARIES};

use crate::{
    account::{account_id, development},
    chain::Chain,
    progress::Progress,
    report::Memory,
    Agent, Failure,
};
use node::{Files, Node};
use std::{collections::BTreeSet, net::TcpListener, path::Path, time::Instant};
use worker::Worker;

/// What to start.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The programs.
    pub binaries: Binaries,
    /// Which chain, and so how many validators.
    pub preset: Preset,
    /// The model of each agent; as many agents as entries, at most 16. Without agents there is no
    /// worker.
    pub roles: Vec<AgentRole>,
    /// Where the node looks for its worker, if something stands between the two. The worker itself
    /// listens on the network's [`LocalNetwork::worker_port`].
    pub worker_url: Option<String>,
}

/// Running nodes and a worker.
pub struct LocalNetwork {
    plan: Plan,
    directory: tempfile::TempDir,
    agents: Vec<Agent>,
    first: Node,
    others: Vec<Node>,
    worker: Worker,
    /// Those of the nodes that were added.
    workers: Vec<Worker>,
}

impl LocalNetwork {
    /// Start the nodes, then the worker, and wait until all are ready.
    pub async fn start(plan: Plan, progress: &Progress) -> Result<Self, Failure> {
        Self::start_at(plan, None, &[], progress).await
    }

    /// The same on a chain with slots of `slot_ms`, or the preset's. The first
    /// node gets the arguments `more` too.
    pub async fn start_at(
        plan: Plan,
        slot_ms: Option<u64>,
        more: &[String],
        progress: &Progress,
    ) -> Result<Self, Failure> {
        Self::start_all(plan, slot_ms, more, |_| Surroundings::default(), progress).await
    }

    /// Start the preset's chain with each process in the surroundings that `place` has for it: it
    /// is asked for each validator by name, and for `worker`.
    pub async fn start_in(
        plan: Plan,
        place: impl Fn(&str) -> Surroundings,
        progress: &Progress,
    ) -> Result<Self, Failure> {
        Self::start_all(plan, None, &[], place, progress).await
    }

    async fn start_all(
        plan: Plan,
        slot_ms: Option<u64>,
        more: &[String],
        place: impl Fn(&str) -> Surroundings,
        progress: &Progress,
    ) -> Result<Self, Failure> {
        plan.binaries.check()?;
        let directory = tempfile::Builder::new()
            .prefix("waggle-")
            .tempdir()
            .map_err(local("temporary directory"))?;
        let worker = Worker::new("worker", place("worker"), directory.path())?;
        progress.doing("starting the node");
        let start = Instant::now();
        let hosting = [hosting(&plan, &worker), more.to_vec()].concat();
        let chain = match slot_ms {
            Some(slot_ms) => Some(pace::chain_with_slots(
                plan.preset,
                slot_ms,
                &plan.binaries.node,
                directory.path(),
            )?),
            None => None,
        };
        let node = &plan.binaries.node;
        let files = Files { program: node, directory: directory.path(), chain: chain.as_deref() };
        let mut others = Node::start_all(plan.preset, &files, &hosting, &place)?;
        let first = others.remove(0);
        let (agents, workers) = (Vec::new(), Vec::new());
        let mut network = Self { plan, directory, agents, first, others, worker, workers };
        let chain = network.first.ready().await?;
        for node in &mut network.others {
            node.ready().await?;
        }
        network.agents = hosted_agents(&chain, 0, network.plan.roles.len()).await?;
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
        network.worker.configure(&network.plan.roles, &network.agents)?;
        network.start_worker().await?;
        progress.done(format!(
            "worker ready on {} with {} models ({:.1} s)",
            network.worker.url(),
            worker_config::distinct_models(&network.plan.roles).len(),
            start.elapsed().as_secs_f64()
        ));
        Ok(network)
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        self.first.url()
    }

    /// Where clients connect to the node of `validator`. Errors: there is no validator of that
    /// name.
    pub fn url_of(&self, validator: &str) -> Result<String, Failure> {
        self.node_of(validator).map(Node::url)
    }

    /// The port that the worker listens on.
    pub fn worker_port(&self) -> u16 {
        self.worker.port
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

    /// The owners of the agents that are adversaries.
    pub fn adversaries(&self) -> BTreeSet<String> {
        let cast = self.agents.iter().zip(&self.plan.roles);
        let foes = cast.filter(|(_, role)| matches!(role.mind, Mind::Adversary { .. }));
        foes.map(|(agent, _)| agent.owner.to_string()).collect()
    }

    /// Resident memory of the node and the worker.
    pub fn memory(&self) -> Memory {
        let worker_mib =
            self.worker.process.as_ref().map(Process::resident_mib).unwrap_or_default();
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

    /// Where other nodes reach the node of this name. Errors: there is none, or it takes no peers.
    pub fn address_of(&self, node: &str) -> Result<&str, Failure> {
        let address = self.node_of(node)?.address();
        address.ok_or_else(|| local_error(format!("{node} takes no peers")))
    }

    /// All processes that run, by name: `alice` or `node`, the nodes that were added, `worker`,
    /// `NAME-worker`.
    pub fn processes(&self) -> impl Iterator<Item = (&str, &Process)> {
        let nodes = std::iter::once(&self.first).chain(&self.others).filter(|node| node.wanted);
        let workers = std::iter::once(&self.worker).chain(&self.workers);
        let workers =
            workers.filter_map(|worker| Some((worker.name.as_str(), worker.process.as_ref()?)));
        nodes.map(|node| (node.name.as_str(), &node.process)).chain(workers)
    }

    /// Kill the process of this name without warning. Errors: there is none.
    pub async fn kill(&mut self, process: &str) -> Result<(), Failure> {
        match self.worker_of_mut(process) {
            Some(worker) => worker.kill().await,
            None => self.node_of_mut(process)?.kill().await,
        }
        Ok(())
    }

    /// Start the processes of these names again, all at once, and wait until they are ready:
    /// workers have their models, nodes have blocks, though not yet the others' newest. Errors:
    /// there is no process of such a name.
    pub async fn start_again(&mut self, processes: &[&str]) -> Result<(), Failure> {
        let (node, worker) = (self.plan.binaries.node.clone(), self.plan.binaries.worker.clone());
        let directory = self.directory.path().to_owned();
        for process in processes {
            match self.worker_of_mut(process) {
                Some(stopped) => stopped.launch(&worker, &directory)?,
                None => self.node_of_mut(process)?.start_again(&node, &directory)?,
            }
        }
        for process in processes {
            match self.worker_of_mut(process) {
                Some(started) => started.ready().await?,
                None => drop(self.node_of_mut(process)?.ready().await?),
            }
        }
        Ok(())
    }

    /// Kill the worker without warning.
    pub async fn kill_worker(&mut self) {
        self.worker.kill().await;
    }

    /// Start the worker again, on the same port, and wait until it is ready.
    pub async fn start_worker(&mut self) -> Result<(), Failure> {
        self.worker.launch(&self.plan.binaries.worker, self.directory.path())?;
        self.worker.ready().await
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

    /// Start the node of `validator` again on its database, and wait until it has blocks: its own,
    /// not yet the others'.
    pub async fn start_validator(&mut self, validator: &str) -> Result<(), Failure> {
        let (program, directory) =
            (self.plan.binaries.node.clone(), self.directory.path().to_owned());
        let node = self.node_of_mut(validator)?;
        node.start_again(&program, &directory)?;
        node.ready().await.map(drop)
    }

    /// Start one more node with the keys of `validator`, as an operator might by mistake, and wait
    /// until it has blocks.
    pub async fn start_double(&mut self, validator: &str) -> Result<(), Failure> {
        let validator = self.node_of(validator)?.validator;
        let known = || std::iter::once(&self.first).chain(&self.others);
        let mut double = Node::start_double(
            validator,
            known(),
            &self.plan.binaries.node,
            self.directory.path(),
        )?;
        double.ready().await?;
        self.others.push(double);
        Ok(())
    }

    /// Fail if a process has stopped by itself.
    pub fn check_running(&mut self) -> Result<(), Failure> {
        for node in self.others.iter_mut().chain([&mut self.first]) {
            node.check_running()?;
        }
        self.workers.iter_mut().chain([&mut self.worker]).try_for_each(Worker::check_running)
    }

    /// Stop all, politely first, and remove what they wrote.
    pub async fn stop(mut self) {
        let workers = self.workers.iter_mut().chain([&mut self.worker]).map(Worker::stop);
        futures::future::join_all(workers).await;
        let nodes = self.others.iter_mut().chain([&mut self.first]).map(Node::stop);
        futures::future::join_all(nodes).await;
    }

    /// The node of this validator, its first if there are two; or the node of this name.
    fn node_of(&self, name: &str) -> Result<&Node, Failure> {
        let mut nodes = std::iter::once(&self.first).chain(&self.others);
        nodes.find(|node| node.is(name)).ok_or_else(|| no_node(name))
    }

    fn node_of_mut(&mut self, name: &str) -> Result<&mut Node, Failure> {
        let mut nodes = std::iter::once(&mut self.first).chain(&mut self.others);
        nodes.find(|node| node.is(name)).ok_or_else(|| no_node(name))
    }

    fn worker_of_mut(&mut self, name: &str) -> Option<&mut Worker> {
        std::iter::once(&mut self.worker)
            .chain(&mut self.workers)
            .find(|worker| worker.name == name)
    }
}

/// What the first node is told about the agents that it hosts.
fn hosting(plan: &Plan, worker: &Worker) -> Vec<String> {
    let worker_url = plan.worker_url.clone().unwrap_or_else(|| worker.url());
    vec!["--dev-agents".into(), plan.roles.len().to_string(), "--worker-url".into(), worker_url]
}

fn no_node(name: &str) -> Failure {
    local_error(format!("there is no {name} on this network"))
}

/// `count` development agents from number `first` on, as the chain has them registered.
async fn hosted_agents(chain: &Chain, first: usize, count: usize) -> Result<Vec<Agent>, Failure> {
    let registered = chain.agents(None).await?;
    let mut hosted = Vec::with_capacity(count);
    for place in first..first.saturating_add(count) {
        let owner = account_id(&development(&format!("//Waggle//owner//{place}"))?);
        let agent = registered.iter().find(|agent| agent.owner == owner);
        let agent = agent.ok_or_else(|| {
            local_error(format!(
                "the node's chain has no development agent {place}: its owner is {owner}"
            ))
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

fn local_error(what: String) -> Failure {
    Failure::LocalNetwork(what)
}
