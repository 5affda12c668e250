//! Real models, measured: how fast they run on this machine, what their grades are worth, and what
//! a swarm makes of them. `./scripts/real` runs it.
//!
//! ```text
//! real.toml ─► sources ─► exams ─► asking (real workers) ─► swarms
//! graders.toml ─► forms ─► pairs ─► asking (real workers) ─► graders
//! real.toml ─► sources ─► exams, closed ─► asking (real workers) ─► answers
//! real.toml ─► sources ─► quantised ─► replaying (real workers) ─► replays
//! ```
//!
//! All that models say is kept on disk ([`kept`]) and committed ([`records`]). Rounds are settled
//! by [`crate::arena`], with the functions that the chain executes.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`sources`] | models, agents and files of questions, with their checksums |
//! | [`exams`], [`closed`], [`open`], [`pairs`] | questions |
//! | [`quantised`] | files of one model with 8 and with 4 bits a weight |
//! | [`programs`] | llama.cpp's own programs |
//! | [`series`] | measurements that are repeated, and how often |
//! | [`asking`], [`together`] | asking workers, several jobs at once, until a run's time is over |
//! | [`kept`], [`records`] | keeping what they said, here and in the repository |
//! | [`cpu`], [`answers`], [`graders`], [`swarms`], [`attacked`] | the measurements |
//! | [`replaying`], [`replays`] | one more: who runs other weights than it claims |
//! | [`tables`] | the tables of `docs/real-models.md` |
//! | [`replay_tables`] | those of `docs/verification.md` on replays |
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
pub mod open;
pub mod pairs;
pub mod programs;
pub mod quantised;
pub mod records;
pub mod replay_tables;
pub mod replaying;
pub mod replays;
pub mod series;
pub mod sources;
pub mod swarms;
pub mod tables;
pub mod together;
