//! The demo: questions asked one after another in a network of one's own, and what to tell of them.

mod interview;
mod summary;

pub use interview::{questions, Interview, Pace};
pub use summary::Summary;
