//! What the program `waggle` is made of: command lines ([`account`], [`prompt`], [`terms`],
//! [`agent`] and others), what a person sees meanwhile ([`progress`]) and in the end ([`report`]).
//! It talks to the chain through `waggle_client`.
//!
//! One that examines ([`examine`]) knew the right answer all along, and tells it afterwards. A
//! question goes to a [`domain`], whose members answer. Whether they run what they claim is what an
//! [`audit`] finds; how a round ended, a [`receipt`] proves.
//!
//! For those who begin there is a network on this machine with one command ([`up`]), an agent set
//! up step by step ([`begin`]), and a look at what runs ([`inspect`]). The processes are
//! `waggle_local_network`'s.
//!
//! Out of scope: being an agent (that is a node with an agent key, and its worker), and wallets.

pub mod account;
pub mod agent;
pub mod audit;
pub mod begin;
pub mod claim;
pub mod command_line;
mod dialogue;
pub mod domain;
mod ending;
pub mod examine;
pub mod failure;
pub mod faucet;
mod folder;
pub mod inspect;
mod programs;
pub mod progress;
pub mod prompt;
pub mod receipt;
pub mod report;
pub mod sweep;
pub mod terms;
pub mod up;
