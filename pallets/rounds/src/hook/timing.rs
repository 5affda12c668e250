//! When things happen in a run, all derived from the slot duration.

use sp_core::offchain::{Duration, Timestamp};

/// Longest time that a run talks to the worker, whatever the slot duration.
const MAX_RUN: u64 = 2_000;

/// The times of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// When the run began.
    pub start: Timestamp,
    /// When the run stops waiting for the worker: after 8/10 of a slot, at most 2 s.
    pub deadline: Timestamp,
    /// For how long an agent's turn is taken at most: twice as long as the run talks to the
    /// worker.
    pub turn: Duration,
    /// How long the worker may hold back a reply about an answer: a tenth of a slot, at most 100
    /// ms.
    pub answer_wait_ms: u64,
    /// How long the worker may hold back a reply about grades: 7/10 of a slot, at most 1 s. A
    /// reply that misses this block costs the whole swarm one more, so nearly all of the slot
    /// is given to it: what comes later would reach the next block's author too late.
    pub grade_wait_ms: u64,
    /// When acts are sent to the pool: after 2/10 and 4/10 of a slot, at most 400 and 800 ms. The
    /// next block begins with the next slot, so waiting costs nothing; see
    /// [`super::outbox`].
    pub sending: [Timestamp; 2],
    slot_ms: u64,
}

impl Timing {
    /// The times of a run that begins at `start`.
    pub fn new(start: Timestamp, slot_ms: u64) -> Self {
        let part = |tenths: u64, at_most: u64| (slot_ms.saturating_mul(tenths) / 10).min(at_most);
        let after = |millis| start.add(Duration::from_millis(millis));
        let run = part(8, MAX_RUN);
        Self {
            start,
            deadline: after(run),
            turn: Duration::from_millis(run.saturating_mul(2)),
            answer_wait_ms: part(1, 100),
            grade_wait_ms: part(7, 1_000),
            sending: [after(part(2, 400)), after(part(4, 800))],
            slot_ms,
        }
    }

    /// Time from the block `now` until the last block in which an act is accepted; at least a slot.
    pub fn until_block(&self, now: u32, deadline: u32) -> u64 {
        u64::from(deadline.saturating_sub(now).max(1)).saturating_mul(self.slot_ms)
    }
}
