//! A whole network on one machine: the node of each validator, and a worker that serves the agents
//! of the first, with everything they write in one directory. `waggle up`, the demo and the network
//! tests stand on it.
//!
//! The nodes come up first, on ports that were free a moment ago. Which agents the first one hosts
//! is read from its chain, so no key is written down here; the worker's configuration gives each of
//! them a model. "The node", where nothing else is said, is the first validator's, and "the worker"
//! that node's.
//!
//! There is one way for each thing: [`LocalNetwork::start`] starts what a [`Plan`] says; each
//! process has a name, by which [`LocalNetwork::kill`] kills it and [`LocalNetwork::start_again`]
//! starts it again in the same place. More nodes, which do not validate, can be added
//! ([`AgentNode`]). A process can be given other surroundings than loopback and the machine's own
//! clock and disk ([`Surroundings`]).
//!
//! Beside it stand the gateway of such a network ([`Gateway`]), and a node and a worker that join a
//! chain of others for agents of one's own ([`Hosting`]).

mod binaries;
mod cast;
mod failure;
mod gateway;
mod hosting;
mod http;
mod network;
mod node;
mod pace;
mod peer;
mod plan;
mod ports;
mod preset;
mod private;
mod process;
mod real;
mod surroundings;
mod worker;

pub use binaries::{home, models_directory, Binaries};
pub use cast::{adversaries, cast, playable, Playable, MOST_ADVERSARIES};
pub use failure::Failure;
pub use gateway::{Gateway, GatewayPlan};
pub use hosting::{Hosting, HostingPlan};
pub use http::{fetch, Place, Reply};
pub use network::LocalNetwork;
pub use plan::{AgentNode, Audited, Plan, Ports, Primaries, WORKER};
pub use ports::{check_free, free_port, holder, is_taken, Holder};
pub use preset::Preset;
pub use private::{is_open_to_others, private_folder, write_private};
pub use process::{terminate, Process};
pub use real::RealModel;
pub use surroundings::Surroundings;
