//! The demo: questions asked one after another in a network of one's own, and what to tell of them.

mod interview;
mod real;
mod summary;

pub use interview::{questions, Interview, Pace};
pub use real::RealModel;
pub use summary::Summary;
