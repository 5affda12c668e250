//! The acts of a run on their way to the transaction pool.
//!
//! The pool never says whether it took an act. It builds its picture of a new block while the hook
//! of that block runs, and other nodes may not even have the block yet: an act that reaches a pool
//! too soon is judged by the block before, in which it is out of turn, and dropped. So acts are
//! held back for a moment, and sent once more a little later: a pool that has an act ignores it.
//! What is lost all the same is sent again by the next block's run, because the state still
//! shows the duty; in another transaction, because nodes send a peer each one once. This node's
//! pool takes it when it has let go of the one before, which the runtime makes happen soon.

use super::trouble::LOG_TARGET;
use crate::{Call, Config};
use alloc::vec::Vec;
use codec::Encode;
use frame_system::offchain::CreateAuthorizedTransaction;
use sp_core::{hexdisplay::HexDisplay, offchain::Timestamp};
use waggle_primitives::SignedAct;

/// The acts of this run on their way to the transaction pool.
pub struct Outbox {
    acts: Vec<Vec<u8>>,
    /// When everything is sent, in descending order; those in the past are gone.
    times: Vec<Timestamp>,
    /// Whether the first of the times has come: what is added later is sent at once too.
    is_open: bool,
    /// When an act was last sent for the first time.
    sent: Option<Timestamp>,
}

impl Outbox {
    /// An empty one that sends its acts at each of `times`, which are in ascending order.
    pub fn new(times: &[Timestamp]) -> Self {
        Self {
            acts: Vec::new(),
            times: times.iter().rev().copied().collect(),
            is_open: false,
            sent: None,
        }
    }

    /// Add an act.
    pub fn add<T: Config>(&mut self, signed: SignedAct) {
        log::debug!(
            target: LOG_TARGET,
            "agent {} sends {:?} in round {}",
            HexDisplay::from(&signed.agent.0),
            signed.act.kind(),
            signed.act.round(),
        );
        let call = Call::<T>::act { signed };
        let extrinsic =
            <T as CreateAuthorizedTransaction<Call<T>>>::create_authorized_transaction(call.into())
                .encode();
        if self.is_open {
            submit(extrinsic.clone());
            self.sent = Some(sp_io::offchain::timestamp());
        }
        self.acts.push(extrinsic);
    }

    /// How many acts there are.
    pub fn count(&self) -> usize {
        self.acts.len()
    }

    /// When the last act was sent for the first time. `None` if none was.
    pub fn sent(&self) -> Option<Timestamp> {
        self.sent
    }

    /// When there is something to send. `None` if there are no acts, or all were sent often enough.
    pub fn next(&self) -> Option<Timestamp> {
        self.times.last().copied().filter(|_| !self.acts.is_empty())
    }

    /// Send all acts, if one of the times has come.
    pub fn send_due(&mut self, now: Timestamp) {
        let left = self.times.iter().filter(|time| **time > now).count();
        if left < self.times.len() {
            self.times.truncate(left);
            if !self.is_open && !self.acts.is_empty() {
                self.sent = Some(now);
            }
            self.is_open = true;
            self.acts.iter().cloned().for_each(submit);
        }
    }
}

/// Give an extrinsic to the pool. Neither answer of the pool means anything: `Ok` can be a refusal,
/// and an error is mostly an act that it has already.
pub fn submit(extrinsic: Vec<u8>) {
    if sp_io::offchain::submit_transaction(extrinsic).is_err() {
        log::trace!(target: LOG_TARGET, "the pool did not take an act, or has it already");
    }
}
