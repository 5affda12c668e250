//! What the hook remembers from one block to the next, in persistent offchain storage.
//!
//! A run of the hook leaves nothing behind but this, and the turns that are taken (`turns`).
//! Everything is kept in memos, [`MEMOS`] for each agent and kind, in which later rounds overwrite
//! earlier ones: it is bounded without ever being swept, and losing it costs a repeated question to
//! the worker or a repeated line in the log, never a round.
//!
//! [`recall`] and [`remember`] keep committed acts as they were signed. An act that did not get
//! into a block is sent again byte for byte. This spares the worker, and it keeps the promise of
//! the seal: its key follows from the round and the step, so sealing a second, different answer in
//! the same round would show observers the difference of the two.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use sp_runtime::offchain::storage::StorageValueRef;
use waggle_primitives::{AgentKey, Hash32, RoundId, SignedAct};

/// How many rounds of an agent are remembered at a time: as many as run at once, with the runtime's
/// limit.
pub const MEMOS: u64 = 64;

/// What a memo is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
pub enum Memo {
    /// The signed commit of an answer.
    Answer,
    /// The signed commit of grades.
    Grades,
    /// What the log has heard.
    Trouble,
}

impl Memo {
    /// The storage key of the memo for `agent` in `round`.
    pub fn key(self, agent: &AgentKey, round: RoundId) -> Vec<u8> {
        // The name is of old: what a node has stored stays valid.
        (b"waggle/hook/slot", self, agent, round.checked_rem(MEMOS)).encode()
    }
}

/// A committed act and the job it came from.
#[derive(Encode, Decode)]
struct Remembered {
    job: Hash32,
    act: SignedAct,
}

/// The act that job `job` led to, if it is remembered.
pub fn recall(memo: Memo, agent: &AgentKey, round: RoundId, job: &Hash32) -> Option<SignedAct> {
    let key = memo.key(agent, round);
    let remembered = StorageValueRef::persistent(&key).get::<Remembered>().ok().flatten()?;
    (&remembered.job == job).then_some(remembered.act)
}

/// Remember the act that job `job` led to.
pub fn remember(memo: Memo, round: RoundId, job: Hash32, act: &SignedAct) {
    let key = memo.key(&act.agent, round);
    StorageValueRef::persistent(&key).set(&Remembered { job, act: act.clone() });
}
