//! `waggle`, the client of the chain, and `waggle-demo`, a whole network on one machine.
//!
//! A client does four things: it connects ([`chain`]), submits a prompt ([`submit`]), follows the
//! round from best block to best block ([`follow`]), and tells what came out of it ([`report`]).
//! Everything it reads comes from the chain's runtime API through `state_call` and is decoded into
//! the types of `waggle_primitives::view`, so that what a client shows is what the chain says.
//! [`local_network`] starts a node and a worker of one's own; [`demo`] asks them questions.
//!
//! Out of scope: being an agent (that is a node with an agent key and a worker beside it; here one
//! is only registered, [`agent`]), and wallets.

pub mod account;
pub mod agent;
pub mod amount;
pub mod ask;
pub mod chain;
pub mod command_line;
pub mod demo;
pub mod failure;
pub mod follow;
pub mod latency;
pub mod listing;
pub mod local_network;
pub mod progress;
pub mod report;
pub mod submit;
pub mod transaction;
pub mod who;

pub use failure::Failure;

/// An account as clients show it.
pub type AccountId = subxt::utils::AccountId32;
/// A round as the chain's runtime API shows it.
pub type Round = waggle_primitives::view::RoundView<AccountId, u128>;
/// An agent as the chain's runtime API shows it.
pub type Agent = waggle_primitives::view::AgentView<AccountId>;
/// All that the chain knows of an agent.
pub type AgentDetail = waggle_primitives::view::AgentDetail<AccountId, u128>;
/// The protocol's constants on the connected chain.
pub type Constants = waggle_primitives::view::ProtocolConstants<u128>;
