//! Does a member run what it declares? Statistics on its answers, in fixed point and pure.
//!
//! | term | meaning |
//! | --- | --- |
//! | claim | the model and knowledge base that a member of a domain declares |
//! | kin | members with the same claim |
//! | auditor | who embeds or replays answers; results are medians over at least five of them |
//! | reference | an answer of kin to the same prompt |
//! | epoch | the time over which evidence is added up before anything is said |
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`embedding`] | an answer as a point: whole numbers of 1/256, the same on every machine |
//! | [`centroid`] | several references as sums and counts |
//! | [`verdict`] | what an epoch says: pass, flag, or not enough |
//! | [`contrast`] | is the member nearer to another claim than to its own? |
//! | [`distance`] | is it further from its kin than they are from each other? |
//! | [`replay`] | are its tokens as likely as its model says? |
//! | [`conduct`] | how often it did not come, was slow, or did not open |
//! | [`median`] | what auditors say together, and who is far from it |
//! | [`standing`] | how many epochs in a row suspend |
//! | [`sample`] | what is kept of a round for its auditors, and when they work on it |
//! | [`act`] | what auditors commit, and open |
//! | [`view`] | what the runtime API shows |
//! | [`tally`] | from the medians of a sample to what an epoch says of a member |
//!
//! Sums are of whole numbers, so that no order of members, prompts or auditors matters. A result
//! that is absent adds nothing: it is neither a pass nor a flag. Out of scope: who is an auditor,
//! stakes, and how embeddings and likelihoods are computed. `docs/verification.md` has what was
//! measured.

pub mod act;
pub mod centroid;
pub mod conduct;
pub mod contrast;
pub mod distance;
pub mod embedding;
pub mod median;
pub mod replay;
pub mod sample;
pub mod standing;
pub mod tally;
pub mod verdict;
pub mod view;

pub use act::{AuditAct, SignedAuditAct};
pub use centroid::Centroid;
pub use embedding::Embedding;
pub use tally::{AuditRules, Tally};
pub use verdict::Verdict;
