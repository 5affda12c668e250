//! Does a member run what it declares? Embeddings of answers that real models gave elsewhere, put
//! to the tests of [`waggle_primitives::audit`].
//!
//! ```text
//! RUN.MODEL.i16 ───────┐             held out ─► answers ────┐
//!                      ├─► Records ─┤                        ├─► epochs ─► verdicts ─► Figures
//! RUN.MODEL.questions ─┘             others ─► references, ──┘
//!                                              thresholds
//! ```
//!
//! Every run is held out once: its answers are a member's, those of all other runs are the
//! references. Every model that is in these is a registered claim. A member draws answers of one of
//! them, its *actual* one, and claims the same or another.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`records`] | the files: embeddings of answers, by run, model and question |
//! | [`evidence`] | what each answer says: votes against all other claims, deviation from kin |
//! | [`epochs`] | prompts and answers by lot, and the verdicts of the three tests |
//! | [`measuring`] | hold-outs, thresholds, and what they say of each pair of models |
//! | [`report`] | figures as a table, JSON and CSV |
//! | [`adversaries`] | what clever members, dishonest kin and colluding auditors achieve |
//! | [`tables`] | the tables of `docs/verification.md` |
//! | [`command`] | `./scripts/evidence audits` |
//!
//! Out of scope: texts, embedders, and evidence other than embeddings.

pub mod adversaries;
pub mod command;
pub mod epochs;
pub mod evidence;
pub mod measuring;
pub mod records;
pub mod report;
pub mod tables;
