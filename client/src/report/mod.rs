//! What came out of a round: gathered from the chain once the round is over, in the JSON of
//! docs/json.md.
//!
//! A finished round's view no longer has the prompt and the answers that did not win: the chain
//! drops them at settlement. They are read from the state of the block before, which a node keeps
//! for some time (`--state-pruning`, 4 096 blocks unless told otherwise).

mod gather;
mod json;

pub use gather::{gather, Timing};
pub use json::{
    Answer, Blocks, Grade, Memory, Payment, Payments, PhasesMs, RoundReport, Rule, Seats, Status,
    WorkAssignment,
};
