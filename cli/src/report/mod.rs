//! What people read in a terminal: rounds, agents, domains and audits as tables, and strangers'
//! texts made harmless. The JSON of the same things is `waggle_client`'s.

mod agents;
mod audits;
mod domains;
mod layout;
mod receipts;
mod rounds;
mod text;

pub use agents::{print_agent, print_agents};
pub use audits::{print_audits, print_standing, print_standings};
pub use domains::print_domains;
pub use receipts::print_verdict;
pub use rounds::{print_round, print_rounds};
pub(crate) use text::cell;
pub use text::{for_terminal, short_account};
