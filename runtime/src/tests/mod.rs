//! The real runtime: its genesis, its parameters, and whole rounds with simulated agents, before
//! any network.
//!
//! `runtime_integrity_tests`, which FRAME generates, checks the pallets' parameters against each
//! other.

mod accounts;
mod audits;
mod capacity;
mod chain;
mod client;
mod domains;
mod double_seals;
mod equivocations;
mod every_call;
mod examinations;
mod fees;
mod fuzz;
mod governance;
mod history;
mod leftovers;
mod lots;
mod metadata;
mod parameters;
mod pool;
mod presets;
mod proxies;
mod room;
mod rounds;
mod security_page;
mod spam;
mod swarm;
mod validators;
