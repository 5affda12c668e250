//! The Waggle protocol as pure functions and types.
//!
//! Chain, node, command line and benches call the same code here, so that what one of them computes
//! all of them compute. Nothing here reads storage, a clock or a network; arithmetic is fixed
//! point; nothing panics. The protocol itself is described in `docs/protocol.md`; the paper is
//! arXiv 2409.08386.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`types`] | ids, units and limits |
//! | [`domain`] | fields of questions, each with members of its own |
//! | [`claim`] | what members say that they answer with, and from when on |
//! | [`act`] | what agents do in a round, and how they sign it |
//! | [`scope`] | what acts and seals cover in addition to the round's number |
//! | [`double_seal`] | what proves that an agent sealed two things for one step |
//! | [`registration`] | how an agent key proves its owner |
//! | [`seal`] | commit and reveal: keys, encryption, commitments (paper eq. 1) |
//! | [`assignment`] | who grades whom (paper eq. 2) |
//! | [`final_answer`] | what an answer comes to in the end |
//! | [`candidates`] | which answers of a round are equal |
//! | [`examination`] | the truth that a client sealed, and what it counts |
//! | [`grades`] | the grades of a round |
//! | [`record`] | what is known of how an agent grades |
//! | [`weighting`] | what each grader's word counts in a round |
//! | [`consensus`] | what the graders of an answer say together, and without one of them |
//! | [`score`] | scores of the answers and the winner (paper eq. 3) |
//! | [`rating`] | how ratings are learnt (paper eqs. 4 and 5) |
//! | [`calibration`] | what is known of how an agent grades, as a regression |
//! | [`answering`] | what is known of how good an agent's answers are |
//! | [`choice`] | the winning candidate, where equal answers stand together |
//! | [`rule`] | the rules by which a chain can judge: `choice`, and those of single answers |
//! | [`lots`] | whose seats are a round's: lots, drawn among a domain's members |
//! | [`attendance`] | which rounds teach anything of their agents |
//! | [`audit`] | whether a member runs what it declares: statistics on its answers |
//! | [`price`] | what asking costs besides the reward |
//! | [`reward_pool`] | what a domain's reward pool pays its members |
//! | [`rewards`] | ticket price, forfeits, split of the reward (paper section 4.1) |
//! | [`selfcheck`] | one digest over all of the arithmetic, the same in every build |
//! | [`traits`] | the seams between the pallets |
//! | [`view`] | what the runtime API shows |
//!
//! Each module imports only what is below it: `types`, `domain`, `claim`, `arithmetic`,
//! `assignment`, `final_answer`, `candidates`, `examination`, `lots`, `attendance`, `price` and
//! `reward_pool` at the bottom, `audit` after `arithmetic`, `scope` after `domain`, `double_seal`
//! after that and `act`; then `grades` and `record`, `weighting`, `consensus`, then `score`,
//! `rating` and `rewards`; `calibration` after `rating`, `answering` after that, `choice` after
//! them, then `rule`, `view` and `traits`, with `selfcheck` on top.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;

pub mod act;
pub mod answering;
mod arithmetic;
pub mod assignment;
pub mod attendance;
pub mod audit;
pub mod calibration;
pub mod candidates;
pub mod choice;
pub mod claim;
pub mod consensus;
pub mod domain;
pub mod double_seal;
pub mod examination;
pub mod final_answer;
pub mod grades;
pub mod lots;
pub mod price;
pub mod rating;
pub mod record;
pub mod registration;
pub mod reward_pool;
pub mod rewards;
pub mod rule;
pub mod scope;
pub mod score;
pub mod seal;
pub mod selfcheck;
pub mod traits;
pub mod types;
pub mod view;
pub mod weighting;

#[cfg(test)]
mod simulation;

pub use act::{Act, SignedAct};
pub use claim::Claim;
pub use domain::DomainId;
pub use double_seal::DoubleSeal;
pub use scope::ScopeParts;
pub use seal::Sealed;
pub use types::*;
