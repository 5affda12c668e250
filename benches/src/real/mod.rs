//! Real models, measured: how fast they run on this machine, what their grades are worth, and what
//! a swarm makes of them. `./scripts/real` runs it.
//!
//! ```text
//! real.toml ─► sources ─► exams ─► asking (real workers) ─► swarms
//! graders.toml ─► forms ─► pairs ─► asking (real workers) ─► graders
//! real.toml ─► sources ─► exams, closed ─► asking (real workers) ─► answers
//! ```
//!
//! All that models say is kept on disk ([`kept`]) and committed ([`records`]). Rounds are settled
//! by [`crate::arena`], with the functions that the chain executes.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`sources`] | models, agents and files of questions, with their checksums |
//! | [`exams`], [`closed`], [`pairs`] | questions |
//! | [`programs`] | llama.cpp's own programs |
//! | [`series`] | measurements that are repeated, and how often |
//! | [`asking`], [`together`] | asking workers, several jobs at once, until a run's time is over |
//! | [`kept`], [`records`] | keeping what they said, here and in the repository |
//! | [`cpu`], [`answers`], [`graders`], [`swarms`], [`attacked`] | the measurements |
//! | [`tables`] | the tables of `docs/real-models.md` |
//!
//! Out of scope: the bundled models, which [`crate::grading`] measures.

pub mod answers;
pub mod asking;
pub mod attacked;
pub mod closed;
pub mod cpu;
pub mod exams;
pub mod graders;
pub mod kept;
pub mod pairs;
pub mod programs;
pub mod records;
pub mod series;
pub mod sources;
pub mod swarms;
pub mod tables;
pub mod together;
