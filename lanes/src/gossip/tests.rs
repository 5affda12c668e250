//! What the engine is told, by a context that asks back as the engine does.

use super::*;
use crate::{
    allowance::AT_ONCE,
    message::{Message, Step, MAX_MESSAGE_BYTES},
};
use codec::Encode;
use sp_core::{ed25519, Pair, H256};
use sp_runtime::{
    generic::{self, Header},
    traits::BlakeTwo256,
    OpaqueExtrinsic,
};
use waggle_primitives::Hash32;

type Block = generic::Block<Header<u32, BlakeTwo256>, OpaqueExtrinsic>;

const SCOPE: Hash32 = [7; 32];

/// The engine's side: who is connected, and what was sent to whom.
struct Wire<'a> {
    validator: &'a LaneValidator,
    peers: Vec<PeerId>,
    sent: Vec<(PeerId, Vec<u8>)>,
}

impl ValidatorContext<Block> for Wire<'_> {
    fn broadcast_topic(&mut self, _: H256, _: bool) {
        panic!("lanes pass on single messages")
    }

    fn broadcast_message(&mut self, topic: H256, message: Vec<u8>, _: bool) {
        let mut is_allowed = Validator::<Block>::message_allowed(self.validator);
        for peer in &self.peers {
            if is_allowed(peer, MessageIntent::Broadcast, &topic, &message) {
                self.sent.push((*peer, message.clone()));
            }
        }
    }

    fn send_message(&mut self, _: &PeerId, _: Vec<u8>) {
        panic!("lanes pass on single messages")
    }

    fn send_topic(&mut self, _: &PeerId, _: H256, _: bool) {
        panic!("lanes pass on single messages")
    }
}

impl Wire<'_> {
    /// Whether the message that this peer sends is heard; if so, under its round's topic.
    fn hears(&mut self, peer: PeerId, bytes: &[u8]) -> bool {
        let validator = self.validator;
        match Validator::<Block>::validate(validator, self, &peer, bytes) {
            ValidationResult::ProcessAndKeep(heard) => {
                assert_eq!(heard, topic::<Block>(round_of(bytes).unwrap()));
                true
            }
            ValidationResult::ProcessAndDiscard(_) => panic!("what is heard is kept"),
            ValidationResult::Discard => false,
        }
    }
}

fn pair(number: u8) -> ed25519::Pair {
    ed25519::Pair::from_seed(&[number; 32])
}

fn says(signer: u8, round: RoundId, place: u8, body: &[u8]) -> Vec<u8> {
    let what = (place, Step::CommitGrades);
    Message::signed(&pair(signer), &SCOPE, round, what, body.to_vec()).encode()
}

/// A validator that runs round 5, with three peers; what messages cost is told.
fn on_the_wire(test: impl FnOnce(Wire<'_>, [PeerId; 3], Receiver<Cost>)) {
    let (validator, costs) = LaneValidator::new();
    let members = (0..4).map(|number| pair(number).public()).collect();
    validator.open(5, Roster { scope: SCOPE, members });
    let peers = [PeerId::random(), PeerId::random(), PeerId::random()];
    test(Wire { validator: &validator, peers: peers.to_vec(), sent: vec![] }, peers, costs);
}

fn paid(costs: &mut Receiver<Cost>) -> Vec<Cost> {
    std::iter::from_fn(|| costs.try_recv().ok()).collect()
}

#[test]
fn message_of_a_member_should_be_passed_on_at_once_but_not_back() {
    on_the_wire(|mut wire, [from, one, other], mut costs| {
        let message = says(1, 5, 1, b"a");
        assert!(wire.hears(from, &message));
        assert_eq!(wire.sent, [(one, message.clone()), (other, message.clone())]);
        assert!(paid(&mut costs).is_empty());
        // What the node says by itself goes to everybody.
        wire.sent.clear();
        wire.broadcast_message(topic::<Block>(5), message, false);
        assert_eq!(wire.sent.len(), 3);
    });
}

#[test]
fn dropped_message_should_cost_its_peer_and_go_nowhere() {
    on_the_wire(|mut wire, [from, other, _], mut costs| {
        assert!(wire.hears(other, &says(1, 5, 1, b"a")));
        wire.sent.clear();
        let cases = [
            (says(1, 6, 1, b"a"), Fault::Foreign),
            (says(2, 5, 2, &[0; MAX_MESSAGE_BYTES]), Fault::Oversized),
            (vec![1, 2, 3], Fault::Malformed),
            (says(1, 5, 1, b"a"), Fault::Repeated),
            (says(9, 5, 2, b"a"), Fault::BadSignature),
            (says(9, 5, 4, b"a"), Fault::NotAMember),
        ];
        for (message, fault) in cases {
            assert!(!wire.hears(from, &message), "{fault:?}");
            assert_eq!(paid(&mut costs), [(from, fault.cost())]);
        }
        assert!(wire.sent.is_empty());
    });
}

#[test]
fn flood_of_one_peer_should_be_dropped_unread_and_leave_the_others_heard() {
    on_the_wire(|wire, [flooding, other, _], mut costs| {
        let (validator, now) = (wire.validator, Instant::now());
        let foreign = says(1, 6, 1, b"a");
        for number in 0..5_000 {
            let fault = if number < AT_ONCE { Fault::Foreign } else { Fault::TooMany };
            assert_eq!(validator.admit(&flooding, &foreign, now), Err(fault));
        }
        let costs = paid(&mut costs);
        assert!(costs.len() <= COSTS + 1, "a flood does not fill the memory");
        assert_eq!(costs.last(), Some(&(flooding, Fault::TooMany.cost())));
        assert_eq!(validator.admit(&other, &says(1, 5, 1, b"a"), now), Ok(5));
    });
}

#[test]
fn closed_round_should_expire_and_nothing_be_sent_again_on_a_timer() {
    on_the_wire(|wire, [peer, _, _], _| {
        let message = says(1, 5, 1, b"a");
        let is_expired = |validator: &LaneValidator, message: &[u8]| {
            let mut is_expired = Validator::<Block>::message_expired(validator);
            is_expired(topic::<Block>(5), message)
        };
        assert!(!is_expired(wire.validator, &message));
        assert!(is_expired(wire.validator, &says(1, 6, 1, b"a")));
        wire.validator.close(5);
        assert!(is_expired(wire.validator, &message));
        assert!(is_expired(wire.validator, &[]));
        let mut is_allowed = Validator::<Block>::message_allowed(wire.validator);
        let topic = topic::<Block>(5);
        assert!(is_allowed(&peer, MessageIntent::Broadcast, &topic, &message));
        assert!(!is_allowed(&peer, MessageIntent::PeriodicRebroadcast, &topic, &message));
    });
}

#[test]
fn peers_should_be_counted_while_they_are_connected() {
    on_the_wire(|mut wire, [one, other, _], _| {
        let validator = wire.validator;
        Validator::<Block>::new_peer(validator, &mut wire, &one, ObservedRole::Full);
        Validator::<Block>::new_peer(validator, &mut wire, &other, ObservedRole::Authority);
        assert_eq!(validator.peers(), 2);
        Validator::<Block>::peer_disconnected(validator, &mut wire, &one);
        assert_eq!(validator.peers(), 1);
    });
}
