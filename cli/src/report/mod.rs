//! What came out of a round: gathered from the chain once the round is over, shown as JSON or as
//! tables. Lists of agents, domains and rounds are shown as tables too.
//!
//! A finished round's view no longer has the prompt and the answers that did not win: the chain
//! drops them at settlement. They are read from the state of the block before, which a node keeps
//! for some time (`--state-pruning`, 4 096 blocks unless told otherwise).

mod agents;
mod domains;
mod gather;
mod json;
mod layout;
mod rounds;
mod text;

pub use agents::{print_agent, print_agents};
pub use domains::print_domains;
pub(crate) use gather::{gather, Timing};
pub use json::{
    Answer, Blocks, Grade, Memory, Payment, Payments, PhasesMs, RoundReport, Rule, Seats, Status,
    WorkAssignment,
};
pub use rounds::{print_round, print_rounds};
pub(crate) use text::cell;
pub use text::{for_terminal, short_account};
