//! What a client of the chain does: what the programs `waggle` and `waggle-gateway`, the local
//! networks and the tests stand on.
//!
//! A client does four things: it connects ([`chain`]), submits a prompt ([`submit`]), follows the
//! round from best block to best block ([`follow`]), and tells what came out of it ([`report`]).
//! [`ask`] does all of them, and [`receipt`] has a node prove it. Everything else it reads comes
//! from the chain's runtime API through `state_call` and is decoded into the types of
//! `waggle_primitives::view`, so that what a client shows is what the chain says.
//!
//! Out of scope: command lines and terminals, which are `cli/`; being an agent (that is a node with
//! an agent key, and its worker); wallets.

pub mod account;
pub mod amount;
pub mod ask;
pub mod audits;
pub mod blank;
pub mod chain;
pub mod conversation;
#[cfg(any(test, feature = "examples"))]
pub mod examples;
mod failure;
pub mod follow;
pub mod listing;
pub mod node;
pub mod observer;
pub mod pool;
pub mod random;
pub mod receipt;
pub mod report;
pub mod secret;
pub mod signed;
pub mod submit;
pub mod taken;
pub mod transaction;
mod turns;
pub mod types;
pub mod who;

pub use failure::{cancel_reason, Failure};
pub use types::{
    AccountId, Agent, AgentDetail, AgentInRound, Audit, Constants, Domain, Member, Round, Standing,
};
