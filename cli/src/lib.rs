//! The client of the chain: what the program `waggle` and the local networks (`network/`) stand on.
//!
//! A client does four things: it connects ([`chain`]), submits a prompt ([`submit`]), follows the
//! round from best block to best block ([`follow`]), and tells what came out of it ([`report`]).
//! Everything it reads comes from the chain's runtime API through `state_call` and is decoded into
//! the types of `waggle_primitives::view`, so that what a client shows is what the chain says. One
//! that examines ([`examine`]) knew the right answer all along, and tells it afterwards. A question
//! goes to a [`domain`], whose members answer.
//!
//! Out of scope: being an agent (that is a node with an agent key, and its worker; here one is only
//! registered, [`agent`]), wallets, and networks of one's own.

pub mod account;
pub mod agent;
pub mod amount;
pub mod ask;
pub mod chain;
pub mod claim;
pub mod command_line;
pub mod domain;
pub mod examine;
#[cfg(test)]
mod examples;
mod failure;
pub mod follow;
pub mod listing;
pub mod progress;
pub mod random;
pub mod report;
mod secret;
pub mod submit;
pub mod transaction;
mod types;
pub mod who;

pub use failure::Failure;
pub use types::{AccountId, Agent, AgentDetail, Constants, Domain, Member, Round};
