//! How fast the worker is: one-token grades against the bare engine, the grades of a round, answers
//! a second, overload, memory.
//!
//! *Bare engine*: mistral.rs in a process of its own, given the same tokens for one token, without
//! HTTP, queue, rubric and grade (`offchain-worker/examples/bare_engine.rs`). Both are asked in
//! turn, so that whatever else the machine does meets both.
//!
//! | module | what it is |
//! | --- | --- |
//! | `measuring` | the measurements, part by part |
//! | `bare_engine` | the process of the bare engine |
//! | `overload` | more jobs than a worker can do |
//! | `lines` | the lines of `worker.csv` |
//! | `figures` | the plot |

mod bare_engine;
mod figures;
mod lines;
mod measuring;
mod overload;

pub use figures::draw;
pub use lines::{publish, Line, PARTS};
pub use measuring::Setting;
