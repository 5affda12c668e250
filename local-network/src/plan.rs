//! What a local network is to be: what is started, and which processes run elsewhere than on
//! loopback.

use crate::{Binaries, Preset, Surroundings};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
use waggle_harness::{swarm::AgentRole, worker_config::Options};

/// The name of the worker of the first validator's node.
pub const WORKER: &str = "worker";

/// What to start. [`Plan::new`] has the usual values of all but three fields.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The programs.
    pub binaries: Binaries,
    /// Which chain, and so how many validators.
    pub preset: Preset,
    /// The role of each agent; as many agents as entries, at most 16. Without agents there is no
    /// worker.
    pub roles: Vec<AgentRole>,
    /// What that worker's configuration says beyond who the agents are.
    pub options: Options,
    /// Where the node looks for its worker, if something stands between the two. The worker itself
    /// listens on the network's [`LocalNetwork::worker_port`](crate::LocalNetwork::worker_port).
    pub worker_url: Option<String>,
    /// The length of a slot, an even number of milliseconds, if it is not the preset's.
    pub slot_ms: Option<u64>,
    /// Who has most primary slots, if not all validators alike.
    pub primaries: Option<Primaries>,
    /// How many blocks an epoch of domains has, if not as many as by default.
    pub epoch_blocks: Option<u32>,
    /// How the general domain is audited from the beginning, if it is.
    pub audited: Option<Audited>,
    /// More arguments of the first validator's node. It has metrics if `--prometheus-port` is one.
    pub node_arguments: Vec<String>,
    /// What surrounds a process: by the name of a validator, or [`WORKER`]. All others are on
    /// loopback.
    pub surroundings: BTreeMap<String, Surroundings>,
    /// Where everything is written, and stays: a network that is started there again goes on with
    /// the same chain. `None`: a temporary directory, which goes when the network does.
    pub directory: Option<PathBuf>,
    /// The ports that are not to be any that are free.
    pub ports: Ports,
}

/// Ports on loopback. `None`: any that is free.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ports {
    /// Where clients connect to the first validator's node.
    pub node: Option<u16>,
    /// Where its worker listens.
    pub worker: Option<u16>,
}

/// A validator that has nearly all primary slots of the chain's first epoch.
#[derive(Clone, Copy, Debug)]
pub struct Primaries {
    /// Its name.
    pub validator: &'static str,
    /// How many slots are primary ones: BABE's c, a fraction.
    pub chance: (u64, u64),
}

/// The sentence model with which the general domain is audited.
#[derive(Clone, Copy, Debug)]
pub struct Audited {
    /// SHA-256 of its weights.
    pub embedder: [u8; 32],
    /// How many dimensions its embeddings have: 1 to 1 024.
    pub dimensions: u16,
}

impl Plan {
    /// A network on loopback, with the preset's slots.
    pub fn new(binaries: Binaries, preset: Preset, roles: Vec<AgentRole>) -> Self {
        Self {
            binaries,
            preset,
            roles,
            options: Options::default(),
            worker_url: None,
            slot_ms: None,
            primaries: None,
            epoch_blocks: None,
            audited: None,
            node_arguments: Vec::new(),
            surroundings: BTreeMap::new(),
            directory: None,
            ports: Ports::default(),
        }
    }

    /// Whether the chain has another genesis than the preset's.
    pub(crate) fn has_own_genesis(&self) -> bool {
        self.slot_ms.is_some()
            || self.primaries.is_some()
            || self.epoch_blocks.is_some()
            || self.audited.is_some()
    }

    /// What surrounds this process.
    pub(crate) fn surroundings_of(&self, process: &str) -> Surroundings {
        self.surroundings.get(process).cloned().unwrap_or_default()
    }
}

/// A node that does not validate, and may host agents with a worker of its own.
#[derive(Clone, Debug)]
pub struct AgentNode {
    /// Names its database and its log, and `NAME-worker` its worker.
    pub name: String,
    /// The number of the first development agent that it hosts.
    pub first_agent: u32,
    /// The role of each of its agents; without any it is a plain node.
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

/// What all processes of one network are started from.
#[derive(Debug)]
pub(crate) struct Files {
    /// The programs.
    pub(crate) binaries: Binaries,
    /// Where they write, unless their surroundings say otherwise.
    pub(crate) directory: PathBuf,
    /// The specification of their chain, if it is not the preset's own.
    pub(crate) chain: Option<PathBuf>,
    /// Whether people use the network from day to day: then nodes do nothing unsafe for whoever
    /// asks. Any page in their browser can ask, for nothing bars pages from WebSockets.
    pub(crate) is_lasting: bool,
}

impl Files {
    /// What the node's `--chain` is given: the specification, else the preset's name.
    pub(crate) fn chain_or<'a>(&'a self, preset: &'a str) -> &'a Path {
        self.chain.as_deref().unwrap_or(Path::new(preset))
    }
}
