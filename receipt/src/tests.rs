//! Receipts of a chain that is made up here, with real signatures and real tries; and what is done
//! to them. Receipts of a running chain are in `network/tests/network/receipts.rs`.

use crate::{
    format::{hash_of, MAGIC, MAX_RECEIPT_BYTES, VERSION},
    keys,
    refusal::Unproven,
    result, verify, FinalBlock, Header, Justification, Receipt, Refusal,
};
use alloc::{collections::BTreeMap, vec, vec::Vec};
use codec::{Decode, Encode};
use finality_grandpa::{Commit, Message, Precommit, SignedPrecommit};
use frame_support::BoundedVec;
use pallet_waggle_rounds::types as chain;
use sp_consensus_grandpa::{
    localized_payload, AuthorityList, ConsensusLog, ScheduledChange, GRANDPA_ENGINE_ID,
};
use sp_core::{storage::StateVersion, Blake2Hasher, H256};
use sp_keyring::Ed25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve, Ferdie};
use sp_runtime::{Digest, DigestItem};
use sp_state_machine::{prove_read, InMemoryBackend};
use sp_trie::StorageProof;
use waggle_primitives::{
    rule::Judgement,
    view::{GradeEntry, RoundBlocks},
    AgentKey, Fixed, Grade, Hash32,
};

/// Those who finalise blocks first, and later.
const FIRST: [Ed25519Keyring; 4] = [Alice, Bob, Charlie, Dave];
const LATER: [Ed25519Keyring; 4] = [Bob, Charlie, Dave, Eve];
/// The round of the receipts.
const ROUND: u64 = 12;
/// The votes' round.
const VOTING: u64 = 7;

fn list(voters: &[Ed25519Keyring]) -> AuthorityList {
    voters.iter().map(|voter| (voter.public().into(), 1)).collect()
}

/// A state with these entries among others: its root, and the nodes on the way to `keys`.
fn state(entries: &[(Vec<u8>, Vec<u8>)], keys: &[Vec<u8>]) -> (H256, StorageProof) {
    let others = (0..200u64).map(|round| (keys::candidacies(1_000 + round), vec![1; 40]));
    let all: BTreeMap<Vec<u8>, Vec<u8>> = others.chain(entries.iter().cloned()).collect();
    let backend = InMemoryBackend::<Blake2Hasher>::from((all, StateVersion::V1));
    (*backend.root(), prove_read(backend, keys).unwrap())
}

fn header(number: u32, parent: H256, state_root: H256, log: Option<ConsensusLog<u32>>) -> Header {
    let logs = log.map(|log| DigestItem::Consensus(GRANDPA_ENGINE_ID, log.encode()));
    Header {
        parent_hash: parent,
        number,
        state_root,
        extrinsics_root: H256::zero(),
        digest: Digest { logs: logs.into_iter().collect() },
    }
}

/// `header` and the votes of `voters` of set `set`: each for the block of its own in `ahead`, or
/// for this one.
fn votes(
    header: Header,
    set: u64,
    voters: &[Ed25519Keyring],
    ahead: &[(Ed25519Keyring, Header)],
) -> FinalBlock {
    let precommits = voters.iter().map(|voter| {
        let target = ahead.iter().find(|(who, _)| who == voter).map_or(&header, |(_, to)| to);
        let precommit = Precommit { target_hash: hash_of(target), target_number: target.number };
        let payload = localized_payload(VOTING, set, &Message::Precommit(precommit.clone()));
        let signature = voter.sign(&payload).into();
        SignedPrecommit { precommit, signature, id: voter.public().into() }
    });
    let commit = Commit {
        target_hash: hash_of(&header),
        target_number: header.number,
        precommits: precommits.collect(),
    };
    let votes_ancestries = ahead.iter().map(|(_, header)| header.clone()).collect();
    FinalBlock { header, justification: Justification { round: VOTING, commit, votes_ancestries } }
}

/// A result as the pallet keeps it.
fn kept() -> chain::RoundResult<result::Account> {
    let member = |number: u8| chain::MemberResult {
        owner: [number; 32],
        key: AgentKey::from_raw([number + 100; 32]),
        opened_answer: true,
        opened_grades: number != 2,
        judgement: Judgement::Separate {
            score: Fixed::from_rational(number.into(), 4),
            weight: Fixed::from_u32(1),
            bias: Fixed::from_u32(0),
            rating_before: Fixed::from_u32(0),
            rating_after: Fixed::from_u32(1),
        },
        paid: 5,
        forfeited: u128::from(number == 2),
    };
    chain::RoundResult {
        client: [9; 32],
        terms: chain::KeptTerms { reward: 100, answering_blocks: 80, min_agents: 4, max_agents: 4 },
        ticket: 2,
        prompt_hash: [8; 32],
        ending: chain::Ending::Settled { winner: 3 },
        blocks: RoundBlocks { submitted: 3, ended: Some(9), ..Default::default() },
        seed: Some([6; 32]),
        members: BoundedVec::truncate_from((0..4).map(member).collect()),
        grades: BoundedVec::truncate_from(vec![GradeEntry {
            grader: 0,
            author: 1,
            grade: Grade::MAX,
        }]),
        winning_answer: Some(BoundedVec::truncate_from(b"49".to_vec())),
        treasury: 1,
    }
}

/// What the state has of the round.
fn entries() -> Vec<(Vec<u8>, Vec<u8>)> {
    vec![
        (keys::result(ROUND), kept().encode()),
        (keys::candidacies(ROUND), vec![Some(0u32), Some(1), None, Some(1)].encode()),
        (keys::asked_in(ROUND), 5u32.encode()),
    ]
}

/// A receipt of a chain whose validators change in block 10, and the hash of its genesis.
fn receipt() -> (Receipt, Hash32) {
    receipt_of(&entries())
}

fn receipt_of(entries: &[(Vec<u8>, Vec<u8>)]) -> (Receipt, Hash32) {
    let voters = [(keys::voters(), list(&FIRST).encode())];
    let (root, voters) = state(&voters, &[keys::voters()]);
    let genesis = header(0, H256::zero(), root, None);
    let change = ScheduledChange { next_authorities: list(&LATER), delay: 0 };
    let change = header(10, H256::zero(), root, Some(ConsensusLog::ScheduledChange(change)));
    let (root, result) = state(entries, &keys::of_result(ROUND));
    let block = header(30, H256::zero(), root, None);
    let ahead = header(31, hash_of(&block), root, None);
    let genesis_hash = hash_of(&genesis).0;
    let receipt = Receipt {
        round: ROUND,
        genesis,
        voters,
        changes: vec![votes(change, 0, &FIRST[..3], &[])],
        block: votes(block, 1, &LATER, &[(Eve, ahead)]),
        result,
    };
    (receipt, genesis_hash)
}

/// What comes of the receipt after `change`.
fn refused(change: impl FnOnce(&mut Receipt)) -> Refusal {
    let (mut receipt, genesis) = receipt();
    change(&mut receipt);
    verify(&receipt.to_bytes(), genesis).expect_err("it is no receipt any more")
}

#[test]
fn receipt_should_show_how_the_round_ended() {
    let (receipt, genesis) = receipt();
    let verdict = verify(&receipt.to_bytes(), genesis).unwrap();
    assert_eq!(
        (verdict.round, verdict.block, verdict.block_hash),
        (ROUND, 30, hash_of(&receipt.block.header))
    );
    assert_eq!((verdict.validators, verdict.changes, verdict.domain), (4, 1, 5));
    assert_eq!(verdict.min_score, Grade::MIN, "it is shown that there is none");

    let json = verdict.to_json(|account| account[0].to_string());
    assert_eq!(json["status"], "settled");
    assert_eq!(json["winner"], "3");
    assert_eq!(json["winner_text"], "49");
    assert_eq!(json["client"], "9");
    assert_eq!(json["min_score"], serde_json::Value::Null);
    assert_eq!(json["answers"][3]["score"], 0.75);
    assert_eq!(json["answers"][1]["candidate"], 1);
    assert_eq!(json["answers"][2]["candidate"], serde_json::Value::Null);
    assert_eq!(json["returned"], "0.00000000008", "100 + 1 − 4 × 5 − 1 of the smallest unit");
}

#[test]
fn results_should_be_read_as_the_pallet_writes_them() {
    let kept = kept();
    let read = result::RoundResult::decode(&mut &kept.encode()[..]).unwrap();
    assert_eq!(read.encode(), kept.encode());
    assert_eq!(read.returned(), kept.returned());
    for ending in [
        chain::Ending::Settled { winner: 1 },
        chain::Ending::Cancelled { reason: waggle_primitives::CancelReason::Withdrawn },
        chain::Ending::NobodyWon { best: 2 },
    ] {
        let read = result::Ending::decode(&mut &ending.encode()[..]).unwrap();
        assert_eq!(read.encode(), ending.encode());
        assert_eq!(format!("{read:?}"), format!("{ending:?}"));
    }
}

#[test]
fn keys_should_be_those_of_the_pallets() {
    // As on every chain with this pallet.
    assert_eq!(
        hex::encode(keys::voters()),
        "5f9cc45b7a00c5899361e1c6099678dc5e0621c4869aa60c02be9adcc98a0d1d"
    );
    let key = hex::encode(keys::result(ROUND));
    assert_eq!(key.len(), 2 * (16 + 16 + 8 + 8));
    assert!(key.ends_with("0c00000000000000"));
}

#[test]
fn any_changed_byte_should_make_a_receipt_none() {
    let (receipt, genesis) = receipt();
    let bytes = receipt.to_bytes();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1 << (place % 8);
        assert!(verify(&changed, genesis).is_err(), "byte {place} of {}", bytes.len());
    }
    for length in 0..bytes.len() {
        assert!(verify(&bytes[..length], genesis).is_err(), "the first {length} bytes");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(verify(&longer, genesis), Err(Refusal::Malformed));
}

#[test]
fn rubbish_should_be_refused_at_once() {
    let genesis = receipt().1;
    let long = vec![0; 10_000_000];
    assert_eq!(verify(&long, genesis), Err(Refusal::TooLong(long.len())));
    assert_eq!(verify(&[], genesis), Err(Refusal::NotAReceipt));
    assert_eq!(verify(&MAGIC, genesis), Err(Refusal::NotAReceipt));
    assert_eq!(verify(&[&MAGIC[..], &[VERSION + 1]].concat(), genesis), Err(Refusal::Version(2)));
    // The greatest length that a list may claim, again and again.
    for byte in [0u8, 0xff, 0xfe] {
        let mut bytes = [&MAGIC[..], &[VERSION]].concat();
        bytes.resize(MAX_RECEIPT_BYTES, byte);
        assert_eq!(verify(&bytes, genesis), Err(Refusal::Malformed));
    }
}

#[test]
fn another_chain_should_be_refused() {
    let (receipt, genesis) = receipt();
    let refused = verify(&receipt.to_bytes(), [1; 32]);
    assert_eq!(refused, Err(Refusal::OtherChain(genesis.into())));
    // Whoever takes another block's hash for genesis.
    let mut later = receipt;
    later.genesis = header(1, H256::zero(), later.genesis.state_root, None);
    let hash = hash_of(&later.genesis).0;
    assert_eq!(verify(&later.to_bytes(), hash), Err(Refusal::NotGenesis(1)));
}

#[test]
fn another_round_should_be_refused() {
    let refusal = refused(|receipt| receipt.round = ROUND + 1);
    assert!(matches!(refusal, Refusal::NoResult(13) | Refusal::ResultUnproven(13)), "{refusal}");
    // Proven to have none.
    let (none, genesis) = receipt_of(&entries()[1..]);
    assert_eq!(verify(&none.to_bytes(), genesis), Err(Refusal::NoResult(ROUND)));
}

#[test]
fn states_that_do_not_fit_should_be_refused() {
    let none = || StorageProof::new(Vec::new());
    assert_eq!(refused(|receipt| receipt.voters = none()), Refusal::VotersUnproven);
    assert_eq!(refused(|receipt| receipt.result = none()), Refusal::ResultUnproven(ROUND));
    // The true way to other voters.
    let others = [(keys::voters(), list(&[Ferdie]).encode())];
    let others = state(&others, &[keys::voters()]).1;
    assert_eq!(refused(|receipt| receipt.voters = others), Refusal::VotersUnproven);
    let (unreadable, genesis) = receipt_of(&[(keys::result(ROUND), vec![1, 2, 3])]);
    let unreadable = verify(&unreadable.to_bytes(), genesis);
    assert_eq!(unreadable, Err(Refusal::ResultUnreadable(ROUND)));
}

#[test]
fn votes_that_prove_nothing_should_be_refused() {
    let of = |because: Unproven| Refusal::NotFinal { block: 30, because };
    let again = |set: u64, voters: &[Ed25519Keyring]| {
        let voters = voters.to_vec();
        move |receipt: &mut Receipt| {
            receipt.block = votes(receipt.block.header.clone(), set, &voters, &[]);
        }
    };
    assert_eq!(refused(again(1, &FIRST)), of(Unproven::Stranger), "those of before");
    assert_eq!(refused(again(1, &[Ferdie])), of(Unproven::Stranger));
    assert_eq!(refused(again(0, &LATER)), of(Unproven::Signature), "for another set");
    assert_eq!(refused(again(1, &LATER[..2])), of(Unproven::TooFew));
    assert_eq!(refused(again(1, &[])), of(Unproven::TooFew));
    assert_eq!(refused(again(1, &[Bob, Bob, Bob])), of(Unproven::TooFew), "one voter, once");
    assert_eq!(refused(again(1, &[Bob; 9])), of(Unproven::TooManyVotes));
    let refusal = refused(|receipt| receipt.block.justification.round = VOTING + 1);
    assert_eq!(refusal, of(Unproven::Signature));
    let refusal = refused(|receipt| receipt.block.header.extrinsics_root = H256::repeat_byte(1));
    assert_eq!(refusal, of(Unproven::OtherBlock));
    let refusal = refused(|receipt| receipt.block.justification.votes_ancestries.clear());
    assert_eq!(refusal, of(Unproven::TooFew), "nothing leads to a vote");
    let refusal = refused(|receipt| {
        let unused = receipt.genesis.clone();
        receipt.block.justification.votes_ancestries.push(unused);
    });
    assert_eq!(refusal, of(Unproven::Ancestry));
}

#[test]
fn changes_that_are_none_should_be_refused() {
    assert_eq!(
        refused(|receipt| receipt.changes.clear()),
        Refusal::NotFinal { block: 30, because: Unproven::Signature },
        "the later voters vote in another set"
    );
    let twice = refused(|receipt| receipt.changes.push(receipt.changes[0].clone()));
    assert_eq!(twice, Refusal::OutOfOrder(10));
    let changed = |log: Option<ConsensusLog<u32>>| {
        refused(|receipt| {
            let header = header(10, H256::zero(), H256::zero(), log);
            receipt.changes = vec![votes(header, 0, &FIRST, &[])];
        })
    };
    assert_eq!(changed(None), Refusal::NoChange(10));
    let change = |delay| ScheduledChange { next_authorities: list(&LATER), delay };
    assert_eq!(changed(Some(ConsensusLog::ScheduledChange(change(3)))), Refusal::UnknownChange(10));
    assert_eq!(changed(Some(ConsensusLog::ForcedChange(1, change(0)))), Refusal::UnknownChange(10));
    let to_nobody = ScheduledChange { next_authorities: Vec::new(), delay: 0 };
    assert_eq!(
        refused(|receipt| {
            let log = Some(ConsensusLog::ScheduledChange(to_nobody));
            let header = header(10, H256::zero(), H256::zero(), log);
            receipt.changes = vec![votes(header, 0, &FIRST, &[])];
            receipt.block = votes(receipt.block.header.clone(), 1, &[], &[]);
        }),
        Refusal::NotFinal { block: 30, because: Unproven::NoVoters }
    );
}
