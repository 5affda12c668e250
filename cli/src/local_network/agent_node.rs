//! More nodes on a running local network: they do not validate, and may host agents with a worker
//! of their own.

use super::{
    hosted_agents, local_error, node::Node, worker::Worker, AgentRole, LocalNetwork, Surroundings,
};
use crate::{Agent, Failure};

/// A node that does not validate.
#[derive(Clone, Debug)]
pub struct AgentNode {
    /// Names its database and its log, and `NAME-worker` its worker.
    pub name: String,
    /// The number of the first development agent that it hosts.
    pub first_agent: u32,
    /// The model of each of its agents; without any it is a plain node.
    pub roles: Vec<AgentRole>,
    /// What surrounds the node.
    pub surroundings: Surroundings,
    /// What surrounds its worker.
    pub worker_surroundings: Surroundings,
}

impl AgentNode {
    /// A node on loopback that hosts as many agents as there are roles.
    pub fn new(name: &str, first_agent: u32, roles: Vec<AgentRole>) -> Self {
        let (surroundings, worker_surroundings) = Default::default();
        Self { name: name.to_owned(), first_agent, roles, surroundings, worker_surroundings }
    }
}

impl LocalNetwork {
    /// Start one more node, from nothing, with a worker if it hosts agents. Waits until both are
    /// ready, and the node has a block; not yet until it has the others' newest. Returns its
    /// agents.
    ///
    /// # Errors
    /// [`Failure::LocalNetwork`] if a process does not start, if the name is taken, or on a network
    /// of one node, which nobody can join.
    pub async fn add_node(&mut self, plan: AgentNode) -> Result<Vec<Agent>, Failure> {
        if self.node_of(&plan.name).is_ok() {
            return Err(local_error(format!("there is a node {} already", plan.name)));
        }
        let directory = self.directory.path().to_owned();
        let mut worker = match plan.roles.is_empty() {
            true => None,
            false => Some(Worker::new(
                &format!("{}-worker", plan.name),
                plan.worker_surroundings,
                &directory,
            )?),
        };
        let hosting = worker.as_ref().map(|worker| {
            let (first, count) = (plan.first_agent.to_string(), plan.roles.len().to_string());
            ["--dev-agents", &count, "--dev-agents-from", &first, "--worker-url", &worker.url()]
                .map(String::from)
        });
        let known = std::iter::once(&self.first).chain(&self.others);
        let hosting = hosting.into_iter().flatten().collect();
        let program = &self.plan.binaries.node;
        let mut node =
            Node::start_plain(&plan.name, plan.surroundings, known, hosting, program, &directory)?;
        let chain = node.ready().await?;
        self.others.push(node);
        let agents = hosted_agents(&chain, plan.first_agent as usize, plan.roles.len()).await?;
        if let Some(worker) = &mut worker {
            worker.configure(&plan.roles, &agents)?;
            worker.launch(&self.plan.binaries.worker, &directory)?;
            worker.ready().await?;
        }
        self.workers.extend(worker);
        Ok(agents)
    }
}
