//! Whole networks: real nodes and a real worker on the bundled models, one scenario a file.
//!
//! The tests are marked as ignored because they start processes that must have been built before;
//! `./scripts/test network` builds them and runs these tests one at a time.

mod at_once;
mod audits;
mod begin;
mod blocks;
mod calls;
mod client;
mod demo;
mod deployment;
mod domains;
mod double_seal;
mod end_to_end;
mod examination;
mod faketime;
mod faults;
mod hostile_worker;
mod invariants;
mod latency;
mod malformed_rpc;
mod newcomer;
mod node_restart;
mod proxy;
mod receipts;
mod referendum;
mod registration;
mod scenario;
mod started;
mod sweep;
mod up;
mod validator_down;
mod validator_twice;
mod worker_restart;
mod wrong_input;
