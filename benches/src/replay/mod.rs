//! Replays of real language models: they answered the same questions and graded each other's
//! answers once, outside of Waggle; rules of `waggle-primitives` choose among these answers again.
//!
//! ```text
//! NAME.answers.csv.gz ─┐                   ┌─► rule, with what it has learnt ─► pick ─┐
//!                      ├─► Set ─► Round ───┤                                          ├─► Figures
//! NAME.grades.csv.gz ──┘    (order, who    └─► truth ─────────────────────────────────┘
//!                           grades whom,
//!                           ring: drawn)
//! ```
//!
//! A set is played online: its questions come in an order that is drawn, and a rule knows of a
//! round what the rounds before showed. No rule sees the truth.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`sets`] | the files: who answered what how well, and who graded it how |
//! | [`rounds`] | one question as a round: assignment, grades, the ring |
//! | [`rules`] | the ways to choose that are compared |
//! | [`measuring`] | many plays of a set, and what they say of each rule |
//! | [`report`] | figures as tables, JSON and CSV |
//! | [`command`] | `./scripts/evidence replay` |
//!
//! Out of scope: texts, tickets and money. How good models, templates and forms of grading are is
//! measured in [`crate::real`].

pub mod command;
pub mod measuring;
pub mod report;
pub mod rounds;
pub mod rules;
pub mod sets;
