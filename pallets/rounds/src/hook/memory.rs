//! What the hook remembers from one block to the next, in persistent offchain storage.
//!
//! A run of the hook leaves nothing behind but this. Everything is kept in numbered slots,
//! [`SLOTS`] for each agent and purpose, in which later rounds overwrite earlier ones: it is
//! bounded without ever being swept, and losing it costs a repeated question to the worker or a
//! repeated line in the log, never a round.
//!
//! [`recall`] and [`remember`] keep committed acts as they were signed. An act that did not get
//! into a block is sent again byte for byte. This spares the worker, and it keeps the promise of
//! the seal: its key follows from the round and the step, so sealing a second, different answer in
//! the same round would show observers the difference of the two.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use sp_core::offchain::Duration;
use sp_runtime::offchain::{
    storage::StorageValueRef,
    storage_lock::{StorageLock, Time},
};
use waggle_primitives::{AgentKey, Hash32, RoundId, SignedAct};

/// How many rounds of an agent are remembered at a time: as many as run at once, with the runtime's
/// limit.
pub const SLOTS: u64 = 64;

/// What a slot is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
pub enum Slot {
    /// The signed commit of an answer.
    Answer,
    /// The signed commit of grades.
    Grades,
    /// What the log has heard.
    Trouble,
}

impl Slot {
    /// The storage key of the slot for `agent` in `round`.
    pub fn key(self, agent: &AgentKey, round: RoundId) -> Vec<u8> {
        (b"waggle/hook/slot", self, agent, round.checked_rem(SLOTS)).encode()
    }
}

/// A committed act and the job it came from.
#[derive(Encode, Decode)]
struct Remembered {
    job: Hash32,
    act: SignedAct,
}

/// The act that job `job` led to, if it is remembered.
pub fn recall(slot: Slot, agent: &AgentKey, round: RoundId, job: &Hash32) -> Option<SignedAct> {
    let key = slot.key(agent, round);
    let remembered = StorageValueRef::persistent(&key).get::<Remembered>().ok().flatten()?;
    (&remembered.job == job).then_some(remembered.act)
}

/// Remember the act that job `job` led to.
pub fn remember(slot: Slot, round: RoundId, job: Hash32, act: &SignedAct) {
    let key = slot.key(&act.agent, round);
    StorageValueRef::persistent(&key).set(&Remembered { job, act: act.clone() });
}

/// An agent's turn to talk to the worker. Runs of several blocks can overlap; while one of them has
/// the agent's turn, the others do not post the agent's jobs. Ends when it is dropped, or by itself
/// after its time: a node that was killed in the middle does not stay locked.
pub struct Turn {
    key: Vec<u8>,
}

impl Turn {
    /// Take the agent's turn for at most `bound`. `None` while another run has it.
    pub fn take(agent: &AgentKey, bound: Duration) -> Option<Self> {
        let key = (b"waggle/hook/turn", agent).encode();
        let mut lock = StorageLock::<Time>::with_deadline(&key, bound);
        lock.try_lock().ok()?.forget();
        Some(Self { key })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        StorageValueRef::persistent(&self.key).clear();
    }
}
