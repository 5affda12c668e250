//! Tests, one file for each theme.

mod scene;

mod absent;
mod acts;
pub(crate) mod benchmarking;
mod collusion;
mod course;
mod drawing;
mod flags;
mod invariants;
mod leaving;
mod offers;
mod pool;
mod purses;
mod room;
mod sampling;
mod terms;
mod views;
mod weights;
mod windows;
