//! What [`super`] promises: nothing but two different commits of one agent, for one step of one
//! round, in one scope and on one chain, is evidence.

use super::*;
use crate::{
    domain::GENERAL,
    seal::Sealed,
    types::{Grade, RoundTerms},
};
use proptest::prelude::*;
use sp_core::{ed25519, Pair};
use sp_runtime::BoundedVec;

type Client = [u8; 32];

const GENESIS: Hash32 = [7; 32];

/// Who signs what, where: few values each, so that acts that differ in one of them do come up.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Signing {
    agent: u8,
    kind: u8,
    round: RoundId,
    content: u8,
    scope: ScopeParts<Client>,
    genesis: Hash32,
}

impl Signing {
    /// The same by another agent, of another kind, round, content, scope or chain.
    fn others(&self) -> Vec<Self> {
        let same = || self.clone();
        let elsewhere = ScopeParts { prompt_hash: [99; 32], ..self.scope.clone() };
        vec![
            Self { agent: self.agent + 1, ..same() },
            Self { kind: (self.kind + 1) % 4, ..same() },
            Self { round: self.round + 1, ..same() },
            Self { content: self.content ^ 1, ..same() },
            Self { scope: elsewhere, ..same() },
            Self { genesis: [8; 32], ..same() },
        ]
    }

    fn act(&self) -> Act {
        let (round, key) = (self.round, [self.content; 32]);
        match self.kind {
            0 => Act::CommitAnswer { round, sealed: sealed(self.content) },
            1 => Act::OpenAnswer { round, key },
            2 => Act::CommitGrades { round, sealed: sealed(self.content) },
            _ => Act::OpenGrades { round, key },
        }
    }

    fn signed(&self) -> SignedAct {
        let pair = ed25519::Pair::from_seed(&[self.agent; 32]);
        let act = self.act();
        let signature = pair.sign(&act.signing_payload(&self.scope.hash(&self.genesis)));
        SignedAct { agent: pair.public(), act, signature }
    }
}

fn sealed<MaxBytes: sp_core::Get<u32>>(byte: u8) -> Sealed<MaxBytes> {
    Sealed { ciphertext: BoundedVec::truncate_from(vec![byte; 5]), commitment: [1; 32] }
}

fn scope(number: u8, with_seed: bool) -> ScopeParts<Client> {
    ScopeParts {
        client: [number; 32],
        terms: RoundTerms {
            reward: 20,
            answering_blocks: 4,
            min_agents: 2,
            max_agents: 3,
            min_score: Grade::MIN,
        },
        prompt_hash: [number; 32],
        seed: with_seed.then_some([number; 32]),
        domain: GENERAL,
    }
}

fn any_signing() -> impl Strategy<Value = Signing> {
    (0..3u8, 0..4u8, 0..3u64, 0..3u8, 0..2u8, 0..2u8).prop_map(
        |(agent, kind, round, content, number, chain)| Signing {
            agent,
            kind,
            round,
            content,
            scope: scope(number, kind == 2),
            genesis: if chain == 0 { GENESIS } else { [6; 32] },
        },
    )
}

/// A commit on this chain.
fn any_commit() -> impl Strategy<Value = Signing> {
    (any_signing(), any::<bool>()).prop_map(|(signing, grades)| Signing {
        kind: if grades { 2 } else { 0 },
        scope: scope(signing.scope.client[0], grades),
        genesis: GENESIS,
        ..signing
    })
}

fn evidence(first: &Signing, second: &Signing) -> DoubleSeal<Client> {
    DoubleSeal { scope: first.scope.clone(), first: first.signed(), second: second.signed() }
}

proptest! {
    #[test]
    fn two_acts_are_evidence_only_if_nothing_but_their_content_differs(
        first in any_signing(),
        second in any_signing(),
    ) {
        let is_commit = first.kind == 0 || first.kind == 2;
        let same = Signing { content: second.content, ..first.clone() } == second;
        let expected = is_commit
            && same
            && first.content != second.content
            && first.genesis == GENESIS;
        let found = evidence(&first, &second);
        prop_assert_eq!(found.verify(&GENESIS).is_ok(), expected);
    }

    #[test]
    fn a_second_commit_is_evidence_and_one_other_difference_is_none(first in any_commit()) {
        let second = Signing { content: first.content ^ 1, ..first.clone() };
        prop_assert_eq!(evidence(&first, &second).verify(&GENESIS), Ok(()));
        prop_assert_eq!(evidence(&second, &first).verify(&GENESIS), Ok(()));
        for other in second.others().into_iter().filter(|other| *other != first) {
            prop_assert!(evidence(&first, &other).verify(&GENESIS).is_err(), "{:?}", other);
        }
    }

    #[test]
    fn evidence_survives_its_encoding(first in any_commit(), second in any_commit()) {
        let found = evidence(&first, &second);
        let encoded = found.encode();
        prop_assert!(encoded.len() <= DoubleSeal::<Client>::max_encoded_len());
        prop_assert_eq!(DoubleSeal::<Client>::decode(&mut &encoded[..]), Ok(found));
    }
}

/// Two answers to one question.
fn two_answers() -> (Signing, Signing) {
    let first = Signing {
        agent: 1,
        kind: 0,
        round: 5,
        content: 2,
        scope: scope(1, false),
        genesis: GENESIS,
    };
    let second = Signing { content: 3, ..first.clone() };
    (first, second)
}

#[test]
fn verify_should_tell_what_is_wrong() {
    let (first, second) = two_answers();
    let of = |second: Signing| evidence(&first, &second).verify(&GENESIS);
    assert_eq!(of(second.clone()), Ok(()));
    assert_eq!(of(Signing { kind: 2, ..second.clone() }), Err(DoubleSealError::NotTwoCommits));
    assert_eq!(of(Signing { kind: 1, ..second.clone() }), Err(DoubleSealError::NotTwoCommits));
    assert_eq!(of(Signing { agent: 2, ..second.clone() }), Err(DoubleSealError::TwoAgents));
    assert_eq!(of(Signing { round: 6, ..second.clone() }), Err(DoubleSealError::TwoRounds));
    assert_eq!(of(first.clone()), Err(DoubleSealError::SameAct));
    let elsewhere = Signing { scope: scope(2, false), ..second.clone() };
    assert_eq!(of(elsewhere), Err(DoubleSealError::BadSignature));
    let abroad = Signing { genesis: [8; 32], ..second.clone() };
    assert_eq!(of(abroad), Err(DoubleSealError::BadSignature));
    assert_eq!(evidence(&first, &second).verify(&[8; 32]), Err(DoubleSealError::BadSignature));
    let mut seeded = evidence(&first, &second);
    seeded.scope.seed = Some([0; 32]);
    assert_eq!(seeded.verify(&GENESIS), Err(DoubleSealError::WrongScope));
}

#[test]
fn the_same_act_should_be_no_evidence_when_its_signatures_differ() {
    let (first, _) = two_answers();
    let mut found = evidence(&first, &first);
    found.second.signature = Default::default();
    assert_eq!(found.verify(&GENESIS), Err(DoubleSealError::SameAct));
}

#[test]
fn sealed_bytes_should_be_those_of_both() {
    let (first, second) = two_answers();
    assert_eq!(evidence(&first, &second).sealed_bytes(), 10);
}
