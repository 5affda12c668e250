//! What long work tells of itself while it goes on: to a terminal, to a stream of events, or to
//! nobody.

use crate::Round;

/// Whoever wants to know how far long work is. Of what it does not want to know, it need not say
/// anything.
pub trait Observer {
    /// What is going on now. Nothing, if `message` is empty.
    fn doing(&self, message: &str) {
        let _ = message;
    }

    /// Something is done.
    fn done(&self, message: &str) {
        let _ = message;
    }

    /// Something that the caller must know.
    fn note(&self, message: &str) {
        let _ = message;
    }

    /// Where a round that runs stands at the best block of this number.
    fn round(&mut self, round: &Round, block: u32) {
        let _ = (round, block);
    }

    /// The round that was told of is over.
    fn round_ended(&mut self) {}
}

/// Nobody wants to know.
impl Observer for () {}
