//! Sybil profitability (paper fig. 6): what an identity without work to show earns, by size of the
//! swarm and price of the ticket, first in the paper's model and then under the payment rules as
//! implemented; and which prices and shares make junk lose money while the median honest agent
//! earns. Rounds are judged by the chain's rule until spec version 5 ([`crate::money`]).
//!
//! Honest agents differ: the mean quality of their answers is spread over 0.4..=0.8 (0.2 up and
//! down from prompt to prompt), their noise as grades over 0.05..=0.5, independently. The attacker
//! has a tenth of the identities and at least one. In swarms below four, where nothing is learnt,
//! honest agents bring the records of 100 rounds in a swarm of ten.
//!
//! | module | what it is |
//! | --- | --- |
//! | `playing` | strategies, and what they take in simulated rounds |
//! | `prices` | what the money rules make of it |
//! | `profits` | `sybil.csv` and `sybil-defaults.csv`, with their plots |
//! | `search` | `sybil-search.csv`: which prices stop junk |

mod playing;
mod prices;
mod profits;
mod search;

pub use playing::{measure, measure_all, Measured, Strategy};
pub use prices::{Loss, Pay, Prices, DEFAULTS, REWARD};
pub use profits::{paper_model, tickets, Line, PAPER_SIZES};
pub use search::SEARCH_SIZES;

use crate::{effort::Bench, output::Output};
use anyhow::Result;

/// Write `sybil.csv` and the files and plots that go with it.
///
/// # Errors
/// If a file cannot be written.
pub fn run(bench: &Bench, output: &Output) -> Result<()> {
    profits::figure_six(bench, output)?;
    let measured = measure_all(bench, &SEARCH_SIZES);
    profits::defaults(&measured, &SEARCH_SIZES, output)?;
    search::search(&measured, output)
}
