//! The process next to a Waggle node that runs the models: it answers prompts and grades answers.
//!
//! ```text
//!                                    units    ┌─► language ──► backend ──► mistral.rs, a server
//! node ─HTTP─► server ─► scheduler ─► work ─► module
//!                │           │                 └─► expert ──► program
//!             protocol   jobs, willingness
//! ```
//!
//! | module | what it is |
//! | --- | --- |
//! | [`protocol`] | the JSON that is exchanged |
//! | [`server`], [`access`], [`listener`] | HTTP: routes, status codes, who may come in, sockets |
//! | [`scheduler`], [`jobs`], [`pace`] | which job runs when, what is remembered |
//! | [`health`], [`checkup`] | whether a model may answer |
//! | [`roster`] | which agent a key names |
//! | [`work`] | doing one job |
//! | [`audit`], [`embedding`] | jobs of audits: how likely answers are, and points of texts |
//! | [`delivery`] | what a client gets of an answer |
//! | [`willingness`] | which prompts an agent wants |
//! | [`module`] | what an agent answers and grades with: a language model or an expert system |
//! | [`units`] | what helps it: calculator, dates, filters, knowledge, programs |
//! | [`program`] | programs that speak JSON lines |
//! | [`conversation`] | what a prompt says: a text, or a conversation |
//! | [`prompts`], [`sanitise`], [`settings`] | what a model gets to read, and how safely |
//! | [`final_line`] | how answers to closed questions end, so that equal ones are equal |
//! | [`disguise`] | texts as patterns see them |
//! | [`grading`] | from logits to a grade |
//! | [`backend`] | what runs a language model: mistral.rs here, or a server |
//! | [`llama`] | llama.cpp's server, started and watched here |
//! | [`memory`] | what the allocator keeps between tokens |
//! | [`config`], [`cli`] | what an operator says |
//! | [`commands`] | what an operator does before serving: check, try, list, fetch, claim, embed |
//! | [`checksums`], [`weights`] | SHA-256 of files, each read once; which of them are a model's |
//! | [`checkup`] | whether a module grades what is known |
//! | [`known`], [`hub`] | models that are known, and what of them is here |
//! | [`fetch`], [`unpack`] | large files over HTTP, and out of archives |
//! | [`loading`] | from what an operator says to modules that serve |
//! | [`catalogue`], [`metrics`] | what an operator is told |
//!
//! Imports go one way: there is no circle among the modules. That is why errors have files of their
//! own.
//!
//! Out of scope: keys, signatures and the chain. A worker knows no more of Waggle than "answer
//! this, grade those".

pub mod access;
pub mod audit;
pub mod backend;
pub mod catalogue;
#[doc(hidden)]
pub mod chance;
pub mod checksums;
pub mod checkup;
pub mod cli;
pub mod commands;
pub mod config;
pub mod conversation;
pub mod delivery;
pub mod disguise;
pub mod embedding;
pub mod fetch;
pub mod final_line;
pub mod grading;
pub mod health;
pub mod hub;
pub mod jobs;
pub mod known;
pub mod listener;
pub mod llama;
pub mod loading;
pub mod memory;
pub mod metrics;
pub mod module;
pub mod pace;
pub mod program;
pub mod prompts;
pub mod protocol;
pub mod roster;
pub mod sanitise;
pub mod scheduler;
pub mod server;
pub mod settings;
pub mod units;
pub mod unpack;
pub mod weights;
pub mod willingness;
pub mod work;
