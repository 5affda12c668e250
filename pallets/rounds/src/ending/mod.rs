//! How rounds end: with a winner, payments and ratings; or with refunds. Either way a result is all
//! that stays.
//!
//! | file | step |
//! | --- | --- |
//! | `settlement` | the end with a winner: the steps below, in this order |
//! | `gather` | what members, grades and ratings there are |
//! | `judge` | scores, the winner, what is learnt of the graders |
//! | `pay` | who gets what |
//! | `past` | what agents' ratings and pasts remember of it |
//! | `close` | storage is cleared, the result is left |
//! | `cancellation` | the end without a winner: refunds, `past`, `close` |

mod cancellation;
mod close;
mod gather;
mod judge;
mod past;
mod pay;
mod settlement;

#[cfg(any(feature = "runtime-benchmarks", test))]
pub(crate) use gather::Gathered;
