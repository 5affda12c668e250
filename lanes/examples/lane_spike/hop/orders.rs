//! What the processes are told on stdin, and say on stdout: one line of JSON each.

use serde::{Deserialize, Serialize};
use waggle_lanes::message::{Step, STEPS};

/// Members of each round.
pub(super) const MEMBERS: u8 = 16;
/// Messages of each round: one of each member at each step.
const A_ROUND: u64 = MEMBERS as u64 * STEPS.len() as u64;

/// What a process shall do.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Order {
    /// Say how many peers it is connected to.
    Peers,
    /// Close all rounds, and open those of the messages `first` to `first + count - 1`. Forget what
    /// was heard.
    Open {
        /// The first message.
        first: u64,
        /// How many messages.
        count: u32,
    },
    /// Say these messages.
    Send {
        /// The first message.
        first: u64,
        /// How many messages.
        count: u32,
        /// Bytes of each.
        bytes: u32,
        /// Messages a second.
        a_second: u32,
    },
    /// Tell what was heard.
    Report,
}

/// What a process says when it has done it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Reply {
    /// Connected peers.
    Peers(usize),
    /// The rounds are open.
    Opened,
    /// When each message was sent, in nanoseconds since 1970.
    Sent(Vec<u64>),
    /// Which messages came, and when.
    Heard(Vec<(u64, u64)>),
}

/// The round of message `number`, and who says it at which step.
pub(super) fn place_of(number: u64) -> (u64, u8, Step) {
    let within = number % A_ROUND;
    let steps = STEPS.len() as u64;
    // Below MEMBERS, so that it fits.
    (number / A_ROUND, (within / steps) as u8, STEPS[(within % steps) as usize])
}

/// The message of this round, member and step.
pub(super) fn number_of(round: u64, place: u8, step: Step) -> u64 {
    round * A_ROUND + u64::from(place) * STEPS.len() as u64 + step as u64
}

/// The rounds of these messages.
pub(super) fn rounds_of(first: u64, count: u32) -> std::ops::RangeInclusive<u64> {
    let last = first + u64::from(count.max(1)) - 1;
    first / A_ROUND..=last / A_ROUND
}

/// The first message of the round after these messages.
pub(super) fn after(first: u64, count: u32) -> u64 {
    (rounds_of(first, count).end() + 1) * A_ROUND
}
