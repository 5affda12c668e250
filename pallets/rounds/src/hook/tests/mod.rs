//! Tests of the hook: the real pallets, the real keystore interface, and a worker that behaves as
//! told.
//!
//! | module | what it tests |
//! | --- | --- |
//! | `protocol` | the JSON, both ways |
//! | `exchange` | many requests at once |
//! | `memory` | what is kept between runs |
//! | `timing` | when acts are sent, and how long a run lasts |
//! | `turns` | that runs ask for an agent one after the other |
//! | `answering`, `grading`, `opening` | each duty, on the chain |
//! | `trouble` | what the worker can do wrong, and what the log hears of it |
//! | `company` | several agents and overlapping runs |
//! | `desk`, `node` | what the tests stand on: a node's surroundings, and a node on a chain |

mod answering;
mod company;
mod desk;
mod exchange;
mod grading;
mod memory;
mod node;
mod opening;
mod protocol;
mod timing;
mod trouble;
mod turns;

use desk::Desk;
use sp_core::offchain::{OffchainDbExt, OffchainWorkerExt, TransactionPoolExt};

/// Externalities with nothing but this desk.
fn offchain(desk: &Desk) -> sp_io::TestExternalities {
    let mut externalities = sp_io::TestExternalities::default();
    register(&mut externalities, desk);
    externalities
}

fn register(externalities: &mut sp_io::TestExternalities, desk: &Desk) {
    externalities.register_extension(OffchainWorkerExt::new(desk.clone()));
    externalities.register_extension(OffchainDbExt::new(desk.clone()));
    externalities.register_extension(TransactionPoolExt::new(desk.clone()));
}
