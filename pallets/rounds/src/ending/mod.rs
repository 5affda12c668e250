//! How rounds end: with payments and lessons, and mostly a winner; or with refunds. Either way a
//! result is all that stays.
//!
//! | file | step |
//! | --- | --- |
//! | `settlement` | the end with an answer: the steps below, in this order |
//! | `gather` | what members and grades there are, and what is known of agents |
//! | `judge` | scores, the best answer, what is learnt of agents |
//! | `pay` | who gets what |
//! | `past` | what stays known of agents, and their pasts |
//! | `sample` | auditors get answers, if they want some |
//! | `close` | storage is cleared, the result is left |
//! | `cancellation` | the end without an answer: refunds, `past`, `close` |

mod cancellation;
mod close;
mod gather;
mod judge;
mod past;
mod pay;
mod sample;
mod settlement;

#[cfg(any(feature = "runtime-benchmarks", test))]
pub(crate) use gather::Gathered;
