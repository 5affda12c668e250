//! The Waggle node: BABE and GRANDPA, ParityDb, the standard command line and RPC of Substrate, and
//! the two things an agent needs in addition: the address of its worker and its keys.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`cli`] | the command line |
//! | [`command`] | what each command runs |
//! | [`chain_spec`] | the chains that the binary knows: `dev` and `local` |
//! | [`types`] | the types that a node is made of |
//! | [`service`] | a node's parts, and how they are put together |
//! | [`equivocations`] | notices validators that make two blocks in one slot |
//! | [`double_seals`] | notices agents that seal two things for one step of a round |
//! | [`idle_keys`] | tells of agent keys in the keystore that no agent works with |
//! | [`metrics`] | what it tells Prometheus of rounds and of its own agents |
//! | [`receipts`] | makes receipts of rounds, which nobody has to trust |
//! | [`rpc`] | the methods it serves in addition to the standard ones |
//! | [`worker_url`] | the worker's address: its form, and where the off-chain hook finds it |
//! | [`dev_agents`] | keys of the agents that development chains start with |
//!
//! Out of scope: what agents do. That is the runtime's `offchain_worker` hook (`pallets/rounds`),
//! so that a runtime upgrade changes it for all nodes at once.

// Substrate's own errors are large; a node returns one when it ends.
#![allow(clippy::result_large_err)]

pub mod chain_spec;
pub mod cli;
pub mod command;
pub mod dev_agents;
pub mod double_seals;
pub mod equivocations;
pub mod idle_keys;
pub mod metrics;
pub mod receipts;
pub mod rpc;
pub mod service;
pub mod types;
pub mod worker_url;
