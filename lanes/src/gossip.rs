//! The validator of Substrate's `GossipEngine` for lanes.
//!
//! The engine sends what the node itself says at once, but what it hears only on a timer of about a
//! second. So the validator passes on what it admits by itself, to all but the peer that it came
//! from. On the timer the engine sends everything again to everybody: the validator refuses that.
//! A peer that joins gets what runs.
//!
//! Everything here happens in the engine's own task, one message after the other: a message must
//! cost no more than a look at the roster and one signature.

use crate::{
    allowance::Allowance,
    fault::Fault,
    message::{round_of, topic},
    rounds::{Roster, Rounds},
};
use futures::channel::mpsc::{channel, Receiver, Sender};
use sc_network::{ObservedRole, PeerId, ReputationChange};
use sc_network_gossip::{MessageIntent, ValidationResult, Validator, ValidatorContext};
use sp_runtime::traits::Block as BlockT;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};
use waggle_primitives::RoundId;

/// A peer, and what its message cost it; for `GossipEngine::report`.
pub type Cost = (PeerId, ReputationChange);

/// Costs that wait to be reported. Those of a flood need not all be: more are forgotten.
const COSTS: usize = 1_024;

/// Says which messages are heard, and passes them on.
#[derive(Debug)]
pub struct LaneValidator(Mutex<State>);

#[derive(Debug)]
struct State {
    rounds: Rounds,
    /// Of the connected peers.
    allowances: HashMap<PeerId, Allowance>,
    costs: Sender<Cost>,
    /// The peer whose message is being passed on.
    from: Option<PeerId>,
}

impl LaneValidator {
    /// One that knows no round yet, and what messages cost their peers.
    pub fn new() -> (Self, Receiver<Cost>) {
        let (costs, reported) = channel(COSTS);
        let state =
            State { rounds: Rounds::default(), allowances: HashMap::new(), costs, from: None };
        (Self(Mutex::new(state)), reported)
    }

    /// Hear members of this round from now on.
    pub fn open(&self, round: RoundId, roster: Roster) {
        self.state().rounds.open(round, roster);
    }

    /// Hear nobody of this round any more. What was said is forgotten within seconds.
    pub fn close(&self, round: RoundId) {
        self.state().rounds.close(round);
    }

    /// How many peers there are to talk to.
    pub fn peers(&self) -> usize {
        self.state().allowances.len()
    }

    /// Admit the message of a peer, or let it pay.
    fn admit(&self, peer: &PeerId, bytes: &[u8], now: Instant) -> Result<RoundId, Fault> {
        let mut state = self.state();
        let allowance = state.allowances.entry(*peer).or_insert_with(|| Allowance::full(now));
        let admitted =
            if allowance.take(now) { state.rounds.admit(bytes) } else { Err(Fault::TooMany) };
        if let Err(fault) = admitted {
            let _ = state.costs.try_send((*peer, fault.cost()));
        }
        admitted
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B: BlockT> Validator<B> for LaneValidator {
    fn new_peer(&self, _: &mut dyn ValidatorContext<B>, peer: &PeerId, _: ObservedRole) {
        self.state().allowances.insert(*peer, Allowance::full(Instant::now()));
    }

    fn peer_disconnected(&self, _: &mut dyn ValidatorContext<B>, peer: &PeerId) {
        self.state().allowances.remove(peer);
    }

    fn validate(
        &self,
        context: &mut dyn ValidatorContext<B>,
        peer: &PeerId,
        bytes: &[u8],
    ) -> ValidationResult<B::Hash> {
        let Ok(round) = self.admit(peer, bytes, Instant::now()) else {
            return ValidationResult::Discard;
        };
        let topic = topic::<B>(round);
        // The engine notes only afterwards that this peer has the message, and would send it back.
        self.state().from = Some(*peer);
        context.broadcast_message(topic, bytes.to_vec(), false);
        self.state().from = None;
        ValidationResult::ProcessAndKeep(topic)
    }

    fn message_expired<'a>(&'a self) -> Box<dyn FnMut(B::Hash, &[u8]) -> bool + 'a> {
        let running = self.state().rounds.running();
        Box::new(move |_, bytes| !round_of(bytes).is_some_and(|round| running.contains(&round)))
    }

    fn message_allowed<'a>(
        &'a self,
    ) -> Box<dyn FnMut(&PeerId, MessageIntent, &B::Hash, &[u8]) -> bool + 'a> {
        let from = self.state().from;
        Box::new(move |peer, intent, _, _| {
            intent != MessageIntent::PeriodicRebroadcast && from != Some(*peer)
        })
    }
}

#[cfg(test)]
mod tests;
