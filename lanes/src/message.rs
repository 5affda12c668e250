//! What a member says at a step of a round, as it goes over the wire, and what its signature
//! covers.

use codec::{Decode, DecodeAll, Encode};
use sp_core::{crypto::Pair, ed25519};
use sp_crypto_hashing::blake2_256;
use sp_runtime::traits::{Block as BlockT, Hash as _, HashingFor};
use waggle_primitives::{AgentKey, AgentSignature, Hash32, RoundId};

/// Longest message, in bytes. A sealed answer is on chain when a lane begins; the longest thing
/// said in one is a member's sealed grades of all others.
pub const MAX_MESSAGE_BYTES: usize = 4_096;

/// What signatures and topics of lanes begin with.
const CONTEXT: &[u8; 11] = b"waggle/lane";

/// A step of a round that members take in a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Step {
    /// The key of the member's answer. Full lane only.
    OpenAnswer,
    /// The member's sealed grades.
    CommitGrades,
    /// The key of the member's grades.
    OpenGrades,
    /// The member's signature of all sealed grades by place: what a certificate is made of.
    Transcript,
}

/// All of them, in their order.
pub const STEPS: [Step; 4] =
    [Step::OpenAnswer, Step::CommitGrades, Step::OpenGrades, Step::Transcript];

/// What one member says at one step.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Message {
    /// The round. It comes first: see [`round_of`].
    pub round: RoundId,
    /// The member, by its place in the roster.
    pub place: u8,
    /// The step.
    pub step: Step,
    /// What is said, as the step wants it.
    pub body: Vec<u8>,
    /// The member's, of [`Message::payload`].
    pub signature: AgentSignature,
}

impl Message {
    /// What `pair`, the member at `place`, says at `step`.
    pub fn signed(
        pair: &ed25519::Pair,
        scope: &Hash32,
        round: RoundId,
        (place, step): (u8, Step),
        body: Vec<u8>,
    ) -> Self {
        let signature = pair.sign(&Self::payload_of(scope, round, place, step, &body));
        Self { round, place, step, body, signature }
    }

    /// The message that these bytes are. `None` if they are none, or more than one.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        Self::decode_all(&mut &bytes[..]).ok()
    }

    /// The 32 bytes that the member signs: `blake2_256("waggle/lane" ‖ scope ‖ round ‖ place ‖ step
    /// ‖ body)`, the body with its length in front. The scope stands for the chain and for what the
    /// round is about.
    pub fn payload(&self, scope: &Hash32) -> Hash32 {
        Self::payload_of(scope, self.round, self.place, self.step, &self.body)
    }

    fn payload_of(scope: &Hash32, round: RoundId, place: u8, step: Step, body: &[u8]) -> Hash32 {
        (CONTEXT, scope, round, place, step, body).using_encoded(blake2_256)
    }

    /// Whether the signature is that of `member`.
    pub fn is_signed_by(&self, member: &AgentKey, scope: &Hash32) -> bool {
        ed25519::Pair::verify(&self.signature, self.payload(scope), member)
    }
}

/// The round that an encoded message says it is of, without reading the rest. `None` if it is too
/// short.
pub fn round_of(bytes: &[u8]) -> Option<RoundId> {
    RoundId::decode(&mut &bytes[..]).ok()
}

/// The topic of a round's messages.
pub fn topic<B: BlockT>(round: RoundId) -> B::Hash {
    HashingFor::<B>::hash(&(CONTEXT, round).encode())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signature_should_cover_everything_that_is_said() {
        let pair = ed25519::Pair::from_seed(&[1; 32]);
        let (scope, key) = ([7; 32], pair.public());
        let message = Message::signed(&pair, &scope, 5, (2, Step::OpenGrades), vec![1, 2]);
        assert!(message.is_signed_by(&key, &scope));
        assert_eq!(Message::read(&message.encode()), Some(message.clone()));
        let altered = [
            Message { round: 6, ..message.clone() },
            Message { place: 3, ..message.clone() },
            Message { step: Step::Transcript, ..message.clone() },
            Message { body: vec![1, 3], ..message.clone() },
        ];
        assert!(altered.iter().all(|message| !message.is_signed_by(&key, &scope)));
        assert!(!message.is_signed_by(&key, &[8; 32]));
        assert!(!message.is_signed_by(&ed25519::Pair::from_seed(&[2; 32]).public(), &scope));
    }

    #[test]
    fn round_should_be_told_without_reading_the_rest() {
        let pair = ed25519::Pair::from_seed(&[1; 32]);
        let message = Message::signed(&pair, &[7; 32], 1 << 40, (2, Step::OpenAnswer), vec![]);
        assert_eq!(round_of(&message.encode()), Some(1 << 40));
        assert_eq!(round_of(&[1; 7]), None);
        assert_eq!(Message::read(&[message.encode(), vec![0]].concat()), None);
    }
}
