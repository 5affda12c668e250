//! The rounds that run here, and which messages are admitted to them.

use crate::{
    fault::Fault,
    message::{Message, Step, MAX_MESSAGE_BYTES},
};
use sp_crypto_hashing::blake2_256;
use std::collections::{BTreeMap, BTreeSet};
use waggle_primitives::{AgentKey, Hash32, RoundId};

/// Different things that one member may say at one step. The second is passed on as well: two
/// signed ones prove that the member contradicts itself, and everybody should know.
pub const VARIANTS: usize = 2;

/// A round whose roster is known.
#[derive(Clone, Debug)]
pub struct Roster {
    /// What signatures cover besides the message.
    pub scope: Hash32,
    /// The members by their places, at most [`waggle_primitives::MAX_SWARM`].
    pub members: Vec<AgentKey>,
}

/// A running round: who is in it, and what has been said.
#[derive(Debug)]
struct Running {
    roster: Roster,
    /// Hashes of what members said, at most [`VARIANTS`] for a place and step.
    said: BTreeMap<(u8, Step), Vec<Hash32>>,
}

/// The rounds that run here.
#[derive(Debug, Default)]
pub struct Rounds(BTreeMap<RoundId, Running>);

impl Rounds {
    /// Admit messages of this round from now on. What was said in it is kept if it runs already.
    pub fn open(&mut self, round: RoundId, roster: Roster) {
        self.0.entry(round).or_insert_with(|| Running { roster, said: BTreeMap::new() });
    }

    /// Admit no more messages of this round.
    pub fn close(&mut self, round: RoundId) {
        self.0.remove(&round);
    }

    /// The numbers of those that run.
    pub fn running(&self) -> BTreeSet<RoundId> {
        self.0.keys().copied().collect()
    }

    /// Admit a message, or say why not. What was admitted once is not admitted again.
    ///
    /// A member's place is taken only by what it has signed, so that nobody else can take it.
    ///
    /// # Errors
    /// The first fault in the order of [`Fault`]; never [`Fault::TooMany`].
    pub fn admit(&mut self, bytes: &[u8]) -> Result<RoundId, Fault> {
        if bytes.len() > MAX_MESSAGE_BYTES {
            return Err(Fault::Oversized);
        }
        let message = Message::read(bytes).ok_or(Fault::Malformed)?;
        let Running { roster, said } = self.0.get_mut(&message.round).ok_or(Fault::Foreign)?;
        let member = roster.members.get(usize::from(message.place)).ok_or(Fault::NotAMember)?;
        // Of the body alone: another signature of the same says nothing new.
        let hash = blake2_256(&message.body);
        let place = (message.place, message.step);
        let heard = said.get(&place).map_or(&[][..], Vec::as_slice);
        if heard.len() >= VARIANTS || heard.contains(&hash) {
            return Err(Fault::Repeated);
        }
        if !message.is_signed_by(member, &roster.scope) {
            return Err(Fault::BadSignature);
        }
        said.entry(place).or_default().push(hash);
        Ok(message.round)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode;
    use sp_core::{ed25519, Pair};

    const SCOPE: Hash32 = [7; 32];

    fn pair(number: u8) -> ed25519::Pair {
        ed25519::Pair::from_seed(&[number; 32])
    }

    fn rounds() -> Rounds {
        let mut rounds = Rounds::default();
        let members = (0..4).map(|number| pair(number).public()).collect();
        rounds.open(5, Roster { scope: SCOPE, members });
        rounds
    }

    fn says(signer: u8, place: u8, body: &[u8]) -> Vec<u8> {
        let what = (place, Step::CommitGrades);
        Message::signed(&pair(signer), &SCOPE, 5, what, body.to_vec()).encode()
    }

    #[test]
    fn member_should_be_heard_once_at_each_step() {
        let mut rounds = rounds();
        assert_eq!(rounds.admit(&says(1, 1, b"a")), Ok(5));
        assert_eq!(rounds.admit(&says(1, 1, b"a")), Err(Fault::Repeated));
        assert_eq!(rounds.admit(&says(2, 2, b"a")), Ok(5));
        let what = (1, Step::OpenGrades);
        let next = Message::signed(&pair(1), &SCOPE, 5, what, b"a".to_vec());
        assert_eq!(rounds.admit(&next.encode()), Ok(5));
    }

    #[test]
    fn contradiction_should_be_heard_and_nothing_after_it() {
        let mut rounds = rounds();
        assert_eq!(rounds.admit(&says(1, 1, b"a")), Ok(5));
        assert_eq!(rounds.admit(&says(1, 1, b"b")), Ok(5));
        assert_eq!(rounds.admit(&says(1, 1, b"c")), Err(Fault::Repeated));
    }

    #[test]
    fn forged_message_should_not_take_a_members_place() {
        let mut rounds = rounds();
        for body in [&b"x"[..], b"y", b"z"] {
            assert_eq!(rounds.admit(&says(3, 1, body)), Err(Fault::BadSignature));
        }
        assert_eq!(rounds.admit(&says(1, 1, b"x")), Ok(5));
    }

    #[test]
    fn faults_should_be_found_before_signatures_are_checked() {
        let mut rounds = rounds();
        assert_eq!(rounds.admit(&says(1, 1, b"a")), Ok(5));
        // All of these are signed by agent 9, who is nobody.
        let foreign = Message { round: 6, ..Message::read(&says(9, 1, b"a")).unwrap() };
        let cases = [
            (says(9, 1, &[0; MAX_MESSAGE_BYTES]), Fault::Oversized),
            (says(9, 1, b"b")[..20].to_vec(), Fault::Malformed),
            (foreign.encode(), Fault::Foreign),
            (says(9, 4, b"b"), Fault::NotAMember),
            (says(9, 1, b"a"), Fault::Repeated),
            (says(9, 1, b"b"), Fault::BadSignature),
        ];
        for (bytes, fault) in cases {
            assert_eq!(rounds.admit(&bytes), Err(fault));
        }
    }

    #[test]
    fn longest_message_should_be_admitted() {
        let mut rounds = rounds();
        let around = says(1, 1, &[0; 1_000]).len() - 1_000;
        let longest = says(1, 1, &vec![0; MAX_MESSAGE_BYTES - around]);
        assert_eq!(longest.len(), MAX_MESSAGE_BYTES);
        assert_eq!(rounds.admit(&longest), Ok(5));
    }

    #[test]
    fn closed_round_should_be_foreign_and_an_open_one_not_opened_again() {
        let mut rounds = rounds();
        assert_eq!(rounds.admit(&says(1, 1, b"a")), Ok(5));
        rounds.open(5, Roster { scope: SCOPE, members: vec![] });
        assert_eq!(rounds.admit(&says(1, 1, b"a")), Err(Fault::Repeated));
        rounds.close(5);
        assert_eq!(rounds.admit(&says(1, 1, b"b")), Err(Fault::Foreign));
        assert!(rounds.running().is_empty());
    }
}
