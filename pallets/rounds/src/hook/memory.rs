//! What the hook remembers from one block to the next, in persistent offchain storage.
//!
//! A run of the hook leaves nothing behind but this, and the turns that are taken (`turns`).
//! Everything is kept in slots, [`MEMOS`] for each agent and kind, in which later rounds push out
//! earlier ones: it is bounded without ever being swept.
//!
//! [`recall`] and [`remember`] keep commits as they were signed, and keep the agent's word: in one
//! scope it seals one thing, ever, for two different ones are a *double seal*, which costs the bond
//! ([`waggle_primitives::double_seal`]).
//! - *What is sent is what is stored.* [`remember`] writes before anything is sent, and of two runs
//!   that bring different texts the first one wins: the other sends what that one stored.
//! - *By scope, not by job.* A job is about more than what is signed: if another agent seals two
//!   answers, the same assignment asks for grades of one text here and of another one on a fork.
//!   Whatever the job, the scope has been served.
//! - *Each fork's own.* A slot keeps the last [`ACTS`] acts, so that another question of the same
//!   number, on a fork, does not make the agent forget what it said to this one.
//!
//! What is left: an agent of which a slot has pushed out an act that counts still. That takes as
//! many newer acts in it as it holds: 256 rounds of the agent's, or four other questions of one
//! number, between two forks. And whatever a node loses of its database: see
//! `docs/operators.md`.

use super::{acting::Purpose, slot};
use alloc::vec::Vec;
use codec::Encode;
use sp_runtime::offchain::storage::StorageValueRef;
use waggle_primitives::{AgentKey, Hash32, RoundId, SignedAct};

/// How many rounds of an agent are remembered at a time: as many as run at once, with the runtime's
/// limit.
pub const MEMOS: u64 = 64;

/// How many acts are remembered in each place: of rounds of the same number on different forks, and
/// of those whose numbers are [`MEMOS`] apart.
pub const ACTS: usize = 4;

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
    /// The storage key of the memo for `agent` in `round`. Of commits, as they were kept until spec
    /// version 5: the last act alone, with the id of its job.
    pub fn key(self, agent: &AgentKey, round: RoundId) -> Vec<u8> {
        // The name is of old: what a node has stored stays valid.
        (b"waggle/hook/slot", self, agent, round.checked_rem(MEMOS)).encode()
    }

    /// The storage key of the commits of `agent` in `round`, and in rounds that share its slot.
    pub fn acts_key(self, agent: &AgentKey, round: RoundId) -> Vec<u8> {
        (b"waggle/hook/acts", self, agent, round.checked_rem(MEMOS)).encode()
    }
}

/// Whether this is what was sealed for `purpose`. The signature says so: it covers the scope.
fn serves(act: &SignedAct, purpose: &Purpose) -> bool {
    act.act.round() == purpose.round && act.verify(&purpose.scope)
}

/// The commit of the agent for this purpose, if it is remembered.
pub fn recall(memo: Memo, agent: &AgentKey, purpose: &Purpose) -> Option<SignedAct> {
    slot::find(&memo.acts_key(agent, purpose.round), |act: &SignedAct| serves(act, purpose))
        .or_else(|| recall_of_before(memo, agent, purpose))
}

/// The same, from what a node of spec version 5 or before remembered.
fn recall_of_before(memo: Memo, agent: &AgentKey, purpose: &Purpose) -> Option<SignedAct> {
    let key = memo.key(agent, purpose.round);
    let (_, act) = StorageValueRef::persistent(&key).get::<(Hash32, SignedAct)>().ok().flatten()?;
    serves(&act, purpose).then_some(act)
}

/// Remember the commit for this purpose, unless there is one already. Returns the one that is
/// remembered, which alone may be sent. `None` if nothing could be written: nothing may be sent
/// then.
pub fn remember(memo: Memo, purpose: &Purpose, act: SignedAct) -> Option<SignedAct> {
    if let Some(earlier) = recall_of_before(memo, &act.agent, purpose) {
        return Some(earlier);
    }
    let key = memo.acts_key(&act.agent, purpose.round);
    slot::keep_first(&key, act, ACTS, |earlier| serves(earlier, purpose))
}
