//! Real clients, a real gateway, a real network: one node and a worker with seven agents on the
//! bundled models. One scenario a file.
//!
//! The tests are marked as ignored because they start processes that must have been built before,
//! and Python and Node.js with packages; `./scripts/gateway` does all of it, and runs these tests
//! one at a time.

mod clients;
mod killed;
mod ledger;
mod load;
mod node_away;
mod process;
mod scene;
mod shared_store;
