//! The arena: rounds with the real worker and the bundled models, without a chain.
//!
//! ```text
//! questions ─► Worker::ask_all ─► answers ─► Worker::grade_round ─► grades ─► settle
//!  (tasks)       (HTTP, real         │         (assigned by the                  │
//!                 processes)         │          chain's function)                ▼
//!                                    │                  equal answers, scores, winner, ratings
//!                                    ▼                            (waggle-primitives, as
//!                  attacks, copies or junk, if an experiment      the chain has them)
//!                  wants these instead
//! ```
//!
//! ```no_run
//! use std::path::Path;
//! use waggle_evidence::arena::{
//!     play, questions, LineUp, Records, Reference, Round, Rubric, Task, Worker,
//! };
//!
//! # fn main() -> anyhow::Result<()> {
//! let line_up = LineUp::bundled(Path::new("offchain-worker/models"))?;
//! let worker = Worker::start(Path::new("waggle-worker"), &line_up, &Rubric::bundled())?;
//! let mut records = Records::newcomers(line_up.agents.len());
//! for (number, question) in questions(Task::Add, 10, 1).iter().enumerate() {
//!     let round = Round { number: number as u64, draw: 0, reference: Reference::Own };
//!     let played = play(&worker, &question.prompt, &round, &mut records)?;
//!     println!("{} {:?}", question.prompt, played.winning_answer());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | module | what it is |
//! | --- | --- |
//! | [`tasks`] | held-out questions of the bundled models' six tasks, and their right answers |
//! | [`line_up`] | who takes part: agents, models, temperatures; and with which rubric they grade |
//! | [`worker`] | a worker process and its HTTP protocol |
//! | [`round`] | assignment, equal answers, scores, winner and ratings of one round |
//!
//! Out of scope: sealing, tickets and money, which do not touch what is chosen; networks and
//! deadlines.

pub mod line_up;
pub mod round;
pub mod tasks;
pub mod worker;

pub use line_up::{AgentRole, LineUp, Mind, Rubric};
pub use round::{
    assignment, candidates, play, play_answers, settle, Given, Played, Records, Reference, Round,
    Settled,
};
pub use tasks::{questions, Question, Task};
pub use worker::{Claim, Field, Reply, Worker};
