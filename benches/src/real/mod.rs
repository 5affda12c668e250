//! Real models, measured: how fast they run on this machine, what their grades are worth, and what
//! a swarm makes of them. `./scripts/real` runs it.
//!
//! ```text
//! real.toml ─► sources ─► exams ─► asking (real workers) ─► swarms
//! graders.toml ─► forms ─► pairs ─► asking (real workers) ─► graders
//! ```
//!
//! All that models say is kept on disk ([`kept`]). Rounds are settled by [`crate::arena`], with the
//! functions that the chain executes.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`sources`] | models, agents and files of questions, with their checksums |
//! | [`exams`], [`closed`], [`pairs`] | questions |
//! | [`programs`] | llama.cpp's own programs |
//! | [`series`] | measurements that are repeated, and how often |
//! | [`asking`], [`kept`] | asking workers, and keeping what they said |
//! | [`cpu`], [`graders`], [`swarms`] | the three measurements |
//! | [`tables`] | the tables of `docs/real-models.md` |
//!
//! Out of scope: the bundled models, which [`crate::grading`] measures.

pub mod asking;
pub mod closed;
pub mod cpu;
pub mod exams;
pub mod graders;
pub mod kept;
pub mod pairs;
pub mod programs;
pub mod series;
pub mod sources;
pub mod swarms;
pub mod tables;
