//! Turns: overlapping runs ask the worker for one agent one after the other.

use alloc::{
    collections::btree_map::{BTreeMap, Entry},
    vec::Vec,
};
use codec::Encode;
use sp_core::offchain::Duration;
use sp_runtime::offchain::{
    storage::StorageValueRef,
    storage_lock::{StorageLock, Time},
};
use waggle_primitives::AgentKey;

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

/// The turns this run has taken, by the agent's number, with the count of its jobs under way.
#[derive(Default)]
pub(super) struct Turns(BTreeMap<usize, (Turn, u32)>);

impl Turns {
    /// Whether agent number `number` has its turn in this run; takes it if nobody has.
    pub(super) fn take(&mut self, number: usize, key: &AgentKey, bound: Duration) -> bool {
        match self.0.entry(number) {
            Entry::Occupied(_) => true,
            Entry::Vacant(vacant) => {
                Turn::take(key, bound).map(|turn| vacant.insert((turn, 0))).is_some()
            }
        }
    }

    /// A job of this agent is under way.
    pub(super) fn job_posted(&mut self, number: usize) {
        if let Some((_, jobs)) = self.0.get_mut(&number) {
            *jobs = jobs.saturating_add(1);
        }
    }

    /// A job of this agent is over. The turn ends with the last one: another run need not wait for
    /// other agents' jobs.
    pub(super) fn job_over(&mut self, number: usize) {
        if let Some((_, jobs)) = self.0.get_mut(&number) {
            *jobs = jobs.saturating_sub(1);
        }
        self.end_idle();
    }

    /// End the turns of agents without a job under way.
    pub(super) fn end_idle(&mut self) {
        self.0.retain(|_, (_, jobs)| *jobs > 0);
    }
}
