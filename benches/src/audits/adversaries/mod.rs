//! What adversaries of audits achieve: members that cheat cleverly, kin that are all dishonest,
//! auditors that collude. Played with the functions that the chain executes, on the embeddings of
//! [`super::records`].
//!
//! ```text
//! Records ─► Cell: who claims what in a domain ─► samples ─► medians ─► lessons ─► Tally
//!                  ▲                                ▲                               │
//!                Scene: what the subject does,    Committee: what auditors say      ▼
//!                who its kin are, who audits                                     Standing
//! ```
//!
//! | term | meaning |
//! | --- | --- |
//! | subject | the member that a line is about: one that cheats, or an honest one that is framed |
//! | kin | the others that make its claim: honest, or dishonest in the same way |
//! | scene | one adversary: a line of the table |
//! | cell | one run held out, one claimed model, and the one that is run instead |
//! | phase | one of the manners of a subject that changes them from epoch to epoch |
//!
//! The subject and dishonest kin draw their answers from the run that is held out, all others from
//! the other runs. `pallets/audits` keeps the rules of who counts as an auditor and of which rows
//! go on to itself: [`committee`] and [`standing`] say them again.
//!
//! Out of scope: replays, for which there are no records; bonds, pay, the pool and the clock. Who
//! is suspended goes on answering here, so that it stays a reference of others.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`scenes`] | all adversaries, in the order of the table |
//! | [`cell`] | who answers what in an epoch, and what its samples come to |
//! | [`committee`] | auditors, honest and not, and the medians that the chain takes |
//! | [`standing`] | the chain's rules, rows of flags, and when they suspend |
//! | [`measuring`] | epochs and lives of all scenes in all cells |
//! | [`report`] | figures as a table, JSON and CSV |

pub mod cell;
pub mod committee;
pub mod measuring;
pub mod report;
pub mod scenes;
pub mod standing;
