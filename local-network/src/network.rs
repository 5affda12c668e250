//! A running local network.

use crate::{
    node::{Node, Part},
    pace,
    plan::{AgentNode, Files, Plan, WORKER},
    private::private_folder,
    worker::Worker,
    Failure, Process, Surroundings,
};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};
use waggle_client::{
    account::{account_id, development},
    chain::Chain,
    observer::Observer,
    report::Memory,
    who::Who,
    Agent,
};
use waggle_harness::{
    swarm::{by_model, AgentRole, Mind},
    worker_config::Options,
};

/// Running nodes and workers. Their processes end with this value.
pub struct LocalNetwork {
    /// The first is the first validator's; never empty.
    nodes: Vec<Node>,
    /// The first is that of the first node; never empty.
    workers: Vec<Worker>,
    roles: Vec<AgentRole>,
    agents: Vec<Agent>,
    files: Arc<Files>,
    /// Removes what all have written, unless it is to stay.
    _temporary: Option<tempfile::TempDir>,
}

impl LocalNetwork {
    /// Start the nodes, then the worker, and wait until all are ready.
    ///
    /// # Errors
    /// [`Failure::Process`] if a program is not there, or a process does not start.
    pub async fn start(plan: Plan, observer: &impl Observer) -> Result<Self, Failure> {
        plan.binaries.check()?;
        observer.doing("starting the node");
        let begin = Instant::now();
        let (mut network, roles) = (Self::launch(&plan)?, plan.roles);
        let chain = network.first().ready().await?;
        for node in &mut network.nodes {
            node.ready().await?;
        }
        network.agents = hosted_agents(&chain, 0, roles.len()).await?;
        observer.done(&format!(
            "node ready on {} with {} agents ({:.1} s)",
            network.url(),
            roles.len(),
            begin.elapsed().as_secs_f64()
        ));
        if !roles.is_empty() {
            observer.doing("starting the worker: it loads the models");
            let begin = Instant::now();
            let worker = &mut network.workers[0];
            worker.start(&roles, &network.agents, &plan.options).await?;
            observer.done(&format!(
                "worker ready on {} with {} models ({:.1} s)",
                worker.url(),
                by_model(&roles).len(),
                begin.elapsed().as_secs_f64()
            ));
        }
        network.roles = roles;
        Ok(network)
    }

    /// Start the nodes, without waiting.
    fn launch(plan: &Plan) -> Result<Self, Failure> {
        let (directory, temporary) = place(plan)?;
        let chain = pace::chain_of(plan, &directory)?;
        let (binaries, is_lasting) = (plan.binaries.clone(), temporary.is_none());
        let files = Arc::new(Files { binaries, directory, chain, is_lasting });
        let worker = Worker::new(WORKER, plan.ports.worker, plan.surroundings_of(WORKER), &files)?;
        let worker_url = plan.worker_url.clone().unwrap_or_else(|| worker.url());
        let nodes = Node::start_validators(plan, hosting(0, plan.roles.len(), worker_url), &files)?;
        let (roles, agents) = Default::default();
        let workers = vec![worker];
        Ok(Self { nodes, workers, roles, agents, files, _temporary: temporary })
    }

    /// Start one more node, from nothing, with a worker if it hosts agents. Waits until both are
    /// ready, and the node has a block; not yet until it has the others' newest. Returns its
    /// agents.
    ///
    /// # Errors
    /// [`Failure::Process`] if a process does not start, if the name is taken, or on a network of
    /// one node, which nobody can join.
    pub async fn add_node(&mut self, plan: AgentNode) -> Result<Vec<Agent>, Failure> {
        let AgentNode { name, first_agent, roles, surroundings, worker_surroundings } = plan;
        self.check_free(&name)?;
        let worker_name = format!("{name}-worker");
        let worker = Worker::new(&worker_name, None, worker_surroundings, &self.files)?;
        let more = match roles.len() {
            0 => Vec::new(),
            count => hosting(first_agent, count, worker.url()),
        };
        let chain =
            self.join(Part { name, validator: None, port: None, surroundings, more }).await?;
        let agents = hosted_agents(&chain, first_agent, roles.len()).await?;
        if !roles.is_empty() {
            self.workers.push(worker);
            if let Some(worker) = self.workers.last_mut() {
                worker.start(&roles, &agents, &Options::default()).await?;
            }
        }
        Ok(agents)
    }

    /// Start one more node that validates as soon as the chain has given it a seat, and wait until
    /// it has blocks. It has no session keys yet.
    ///
    /// # Errors
    /// [`Failure::Process`] if the node does not start, or the name is taken.
    pub async fn add_candidate(
        &mut self,
        name: &str,
        surroundings: Surroundings,
    ) -> Result<(), Failure> {
        self.check_free(name)?;
        let (name, more) = (name.to_owned(), vec!["--validator".to_owned()]);
        self.join(Part { name, validator: None, port: None, surroundings, more }).await.map(drop)
    }

    /// Start one more node with the keys of `validator`, as an operator might by mistake, and wait
    /// until it has blocks. The same surrounds it.
    ///
    /// # Errors
    /// [`Failure::Process`] if there is no such validator, or the node does not start.
    pub async fn add_double(&mut self, validator: &str) -> Result<(), Failure> {
        let Part { validator, surroundings, .. } = &self.node(validator)?.part;
        let (validator, surroundings) = (*validator, surroundings.clone());
        let name = format!("second-{}", validator.unwrap_or_default());
        let more = Vec::new();
        self.join(Part { name, validator, port: None, surroundings, more }).await.map(drop)
    }

    async fn join(&mut self, part: Part) -> Result<Chain, Failure> {
        let mut node = Node::join(part, &self.nodes, &self.files)?;
        let chain = node.ready().await?;
        self.nodes.push(node);
        Ok(chain)
    }

    /// Kill the process of this name without warning. Errors: there is none.
    pub async fn kill(&mut self, process: &str) -> Result<(), Failure> {
        match self.worker(process) {
            Some(worker) => worker.kill().await,
            None => self.node_mut(process)?.kill().await,
        }
        Ok(())
    }

    /// Start the processes of these names again, all at once, and wait until they are ready:
    /// workers have their models, nodes have blocks, though not yet the others' newest. Errors:
    /// there is no process of such a name.
    pub async fn start_again(&mut self, processes: &[&str]) -> Result<(), Failure> {
        for process in processes {
            match self.worker(process) {
                Some(worker) => worker.start_again()?,
                None => self.node_mut(process)?.start_again()?,
            }
        }
        for process in processes {
            match self.worker(process) {
                Some(worker) => worker.ready().await?,
                None => drop(self.node_mut(process)?.ready().await?),
            }
        }
        Ok(())
    }

    /// Fail if a process has stopped by itself.
    pub fn check_running(&mut self) -> Result<(), Failure> {
        self.nodes.iter_mut().try_for_each(Node::check_running)?;
        self.workers.iter_mut().try_for_each(Worker::check_running)
    }

    /// Stop all, politely first, and remove what they wrote, unless it is to stay.
    pub async fn stop(mut self) {
        futures::future::join_all(self.workers.iter_mut().map(Worker::stop)).await;
        futures::future::join_all(self.nodes.iter_mut().map(Node::stop)).await;
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        self.nodes[0].url()
    }

    /// Where clients connect to the node of this name. Errors: there is none.
    pub fn url_of(&self, node: &str) -> Result<String, Failure> {
        self.node(node).map(Node::url)
    }

    /// The port that the worker listens on.
    pub fn worker_port(&self) -> u16 {
        self.workers[0].port
    }

    /// The directory with the databases and all logs.
    pub fn directory(&self) -> &Path {
        &self.files.directory
    }

    /// The agents that the node hosts, in the order of the plan's roles.
    pub fn agents(&self) -> &[Agent] {
        &self.agents
    }

    /// The name of the model that serves the agent of `owner`.
    pub fn model_of(&self, owner: &str) -> Option<&str> {
        let number = self.agents.iter().position(|agent| agent.owner.to_string() == owner)?;
        self.roles.get(number).map(|role| role.model.as_str())
    }

    /// The owners of the agents that are adversaries.
    pub fn adversaries(&self) -> BTreeSet<String> {
        let cast = self.agents.iter().zip(&self.roles);
        let foes = cast.filter(|(_, role)| matches!(role.mind, Mind::Adversary { .. }));
        foes.map(|(agent, _)| agent.owner.to_string()).collect()
    }

    /// Resident memory of the node and the worker.
    pub fn memory(&self) -> Memory {
        let worker = self.workers[0].process.as_ref();
        let worker_mib = worker.map(Process::resident_mib).unwrap_or_default();
        Memory { node_mib: self.nodes[0].process.resident_mib(), worker_mib }
    }

    /// What the node has logged so far.
    pub fn node_log(&self) -> String {
        self.nodes[0].process.log()
    }

    /// What the node of this name has logged so far. Errors: there is none.
    pub fn log_of(&self, node: &str) -> Result<String, Failure> {
        self.node(node).map(|node| node.process.log())
    }

    /// Where other nodes reach the node of this name. Errors: there is none, or it takes no peers.
    pub fn address_of(&self, node: &str) -> Result<&str, Failure> {
        let address = self.node(node)?.address();
        address.ok_or_else(|| Failure::Process(format!("{node} takes no peers")))
    }

    /// All processes that run, by name: `alice` or `node`, the nodes that were added, `worker`,
    /// `NAME-worker`.
    pub fn processes(&self) -> impl Iterator<Item = (&str, &Process)> {
        let nodes = self.nodes.iter().filter(|node| node.wanted);
        let workers = self.workers.iter();
        let workers =
            workers.filter_map(|worker| Some((worker.name.as_str(), worker.process.as_ref()?)));
        nodes.map(|node| (node.part.name.as_str(), &node.process)).chain(workers)
    }

    fn check_free(&self, name: &str) -> Result<(), Failure> {
        match self.node(name) {
            Ok(_) => Err(Failure::Process(format!("there is a node {name} already"))),
            Err(_) => Ok(()),
        }
    }

    fn first(&mut self) -> &mut Node {
        &mut self.nodes[0]
    }

    /// The node of this name or of this validator; its first if there are two.
    fn node(&self, name: &str) -> Result<&Node, Failure> {
        self.nodes.iter().find(|node| node.is(name)).ok_or_else(|| no_process(name))
    }

    fn node_mut(&mut self, name: &str) -> Result<&mut Node, Failure> {
        self.nodes.iter_mut().find(|node| node.is(name)).ok_or_else(|| no_process(name))
    }

    fn worker(&mut self, name: &str) -> Option<&mut Worker> {
        self.workers.iter_mut().find(|worker| worker.name == name)
    }
}

/// The directory of the plan's network, and what removes it again if it is a temporary one.
fn place(plan: &Plan) -> Result<(PathBuf, Option<tempfile::TempDir>), Failure> {
    if let Some(directory) = &plan.directory {
        // The node's keystore is in it.
        private_folder(directory).map_err(Failure::system("directory of the network"))?;
        return Ok((directory.clone(), None));
    }
    let temporary = tempfile::Builder::new().prefix("waggle-").tempdir();
    let temporary = temporary.map_err(Failure::system("temporary directory"))?;
    Ok((temporary.path().to_owned(), Some(temporary)))
}

fn no_process(name: &str) -> Failure {
    Failure::Process(format!("there is no {name} on this network"))
}

/// What a node is told about the `count` development agents from number `first` on that it hosts.
fn hosting(first: u32, count: usize, worker_url: String) -> Vec<String> {
    let (first, count) = (first.to_string(), count.to_string());
    ["--dev-agents", &count, "--dev-agents-from", &first, "--worker-url", &worker_url]
        .map(String::from)
        .to_vec()
}

/// `count` development agents from number `first` on, as the chain has them registered.
async fn hosted_agents(chain: &Chain, first: u32, count: usize) -> Result<Vec<Agent>, Failure> {
    let mut hosted = Vec::with_capacity(count);
    for number in (first..).take(count) {
        let owner = account_id(&development(&format!("//Waggle//owner//{number}"))?);
        let detail = chain.agent(Who::Owner(owner)).await.map_err(|failure| match failure {
            waggle_client::Failure::UnknownAgent => Failure::Process(format!(
                "the node's chain has no development agent {number}: its owner is {owner}"
            )),
            other => other.into(),
        })?;
        hosted.push(detail.agent);
    }
    Ok(hosted)
}
