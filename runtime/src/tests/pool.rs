//! What the transaction pool refuses, and why: `validate_transaction` of the real runtime names
//! each refusal.

use super::{
    chain::Chain,
    swarm::{authorised, submit, transaction, Agent, RoundsCall},
};
use crate::{Rounds, Runtime, RuntimeCall, UncheckedExtrinsic, OPENING_ANSWERS_BLOCKS, WAG};
use codec::Encode;
use frame_system::offchain::CreateAuthorizedTransaction;
use pallet_waggle_rounds::Refusal;
use sp_keyring::Sr25519Keyring;
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};
use waggle_primitives::{Act, Grade, SignedAct};

/// A chain with an open round, number 0, of four agents, and these and another agent.
fn asked() -> (Chain, Vec<Agent>) {
    let mut chain = Chain::dev();
    let call = chain.signed(Sr25519Keyring::Bob, submit("37+12", WAG, 4));
    chain.block_of(vec![call]);
    (chain, (0..5).map(Agent::dev).collect())
}

/// As [`asked`], with the answers of the first four agents committed: the round is in its opening
/// phase.
fn committed() -> (Chain, Vec<Agent>) {
    let (mut chain, agents) = asked();
    let acts: Vec<_> =
        agents[..4].iter().map(|agent| agent.commit_answer(&mut chain, 0, "49")).collect();
    chain.block_of(acts.into_iter().map(transaction).collect());
    (chain, agents)
}

/// As [`committed`], with the answers opened: the round is in its grading phase.
fn opened() -> (Chain, Vec<Agent>) {
    let (mut chain, agents) = committed();
    let acts: Vec<_> = agents[..4].iter().map(|agent| agent.open_answer(&mut chain, 0)).collect();
    chain.block_of(acts.into_iter().map(transaction).collect());
    (chain, agents)
}

#[track_caller]
fn assert_refused(chain: &mut Chain, signed: SignedAct, refusal: Refusal) {
    let expected = TransactionValidityError::from(refusal);
    assert_eq!(chain.validate(transaction(signed.clone())), Err(expected), "{refusal:?}");
    // A block refuses it for the same reason.
    let height = chain.height();
    let (results, _) = chain.block(vec![transaction(signed)]);
    assert_eq!(results, [Err(expected)], "{refusal:?} in block {}", height + 1);
}

/// The transaction that a node's hook makes of an act on the newest block.
fn by_the_hook(chain: &mut Chain, signed: &SignedAct) -> UncheckedExtrinsic {
    let call: RuntimeCall = RoundsCall::act { signed: signed.clone() }.into();
    chain.ask(|| {
        <Runtime as CreateAuthorizedTransaction<RoundsCall>>::create_authorized_transaction(call)
    })
}

#[test]
fn hook_should_make_another_transaction_of_an_act_in_each_block() {
    let (mut chain, agents) = asked();
    let act = agents[0].commit_answer(&mut chain, 0, "49");
    let mut made = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let before = chain.snapshot();
        chain.block_of(vec![]);
        let transaction = by_the_hook(&mut chain, &act);
        assert!(
            made.insert(transaction.encode()),
            "or peers that refused the one before would not be sent it"
        );
        assert_eq!(chain.validate(transaction.clone()).map(|_| ()), Ok(()));
        // A node that is a block behind takes it too.
        let newest = chain.snapshot();
        chain.return_to(before);
        assert_eq!(chain.validate(transaction).map(|_| ()), Ok(()));
        chain.return_to(newest);
    }
    let last = by_the_hook(&mut chain, &act);
    chain.block_of(vec![last]);
}

#[test]
fn transaction_of_the_hook_should_make_room_for_the_next_after_two_blocks() {
    let (mut chain, agents) = asked();
    let act = agents[0].commit_answer(&mut chain, 0, "49");
    let transaction = by_the_hook(&mut chain, &act);
    let longevity =
        |chain: &mut Chain| chain.validate(transaction.clone()).map(|valid| valid.longevity);
    assert_eq!(longevity(&mut chain), Ok(2));
    chain.block_of(vec![]);
    assert_eq!(longevity(&mut chain), Ok(1), "however often a pool looks at it again");
    chain.block_of(vec![]);
    assert_eq!(longevity(&mut chain), Err(InvalidTransaction::AncientBirthBlock.into()));
    let next = by_the_hook(&mut chain, &act);
    chain.block_of(vec![next]);
}

#[test]
fn pool_should_take_an_act_with_its_tag_and_without_nonce_or_fee() {
    let (mut chain, agents) = asked();
    let act = agents[0].commit_answer(&mut chain, 0, "49");
    let valid = chain.validate(transaction(act.clone())).unwrap();
    assert!(valid.requires.is_empty());
    assert!(valid.propagate);
    assert_eq!(valid.provides.len(), 1);
    // Another answer of the same agent has the same tag, so that the pool keeps one of them.
    let other = agents[0].commit_answer(&mut chain, 0, "50");
    assert_eq!(chain.validate(transaction(other)).unwrap().provides, valid.provides);
    let others = agents[1].commit_answer(&mut chain, 0, "49");
    assert_ne!(chain.validate(transaction(others)).unwrap().provides, valid.provides);
}

#[test]
fn pool_should_refuse_an_unregistered_key() {
    let (mut chain, _) = asked();
    let act = Agent::of_seed("//Stranger").commit_answer(&mut chain, 0, "49");
    assert_refused(&mut chain, act, Refusal::UnknownAgent);
}

#[test]
fn pool_should_refuse_a_wrong_signature() {
    let (mut chain, agents) = asked();
    let mut act = agents[0].commit_answer(&mut chain, 0, "49");
    act.signature = agents[1].sign(&mut chain, act.act.clone()).signature;
    assert_refused(&mut chain, act, Refusal::BadSignature);
}

#[test]
fn pool_should_refuse_an_act_signed_for_another_chain() {
    let (mut chain, agents) = asked();
    let act = agents[0].commit_answer(&mut chain, 0, "49");
    let mut other_chain = Chain::with_genesis_hash(crate::Hash::repeat_byte(8));
    let foreign = agents[0].sign(&mut other_chain, act.act);
    assert_refused(&mut chain, foreign, Refusal::BadSignature);
}

#[test]
fn pool_should_refuse_a_replay_from_another_round() {
    let (mut chain, agents) = asked();
    let first = agents[0].commit_answer(&mut chain, 0, "49");
    chain.block_of(vec![transaction(first.clone())]);
    let second = chain.signed(Sr25519Keyring::Bob, submit("max 4 19 2", WAG, 4));
    chain.block_of(vec![second]);
    // The act as it is belongs to round 0, where it is done; under the name of round 1 nobody
    // signed it.
    assert_refused(&mut chain, first.clone(), Refusal::AlreadyActed);
    let Act::CommitAnswer { sealed, .. } = first.act.clone() else { unreachable!() };
    let renamed = SignedAct { act: Act::CommitAnswer { round: 1, sealed }, ..first };
    assert_refused(&mut chain, renamed, Refusal::BadSignature);
}

#[test]
fn pool_should_refuse_a_key_from_elsewhere() {
    let (mut chain, agents) = committed();
    let second = chain.signed(Sr25519Keyring::Bob, submit("max 4 19 2", WAG, 4));
    chain.block_of(vec![second]);
    let acts: Vec<_> =
        agents[..4].iter().map(|agent| agent.commit_answer(&mut chain, 1, "19")).collect();
    chain.block_of(acts.into_iter().map(transaction).collect());
    // Neither the agent's own key of another round nor another agent's key of the same round opens
    // a seal.
    let Act::OpenAnswer { key, .. } = agents[0].open_answer(&mut chain, 0).act else {
        unreachable!()
    };
    let own = agents[0].sign(&mut chain, Act::OpenAnswer { round: 1, key });
    assert_refused(&mut chain, own, Refusal::WrongKey);
    let stolen = agents[1].sign(&mut chain, Act::OpenAnswer { round: 0, key });
    assert_refused(&mut chain, stolen, Refusal::WrongKey);
}

#[test]
fn pool_should_refuse_a_second_act_in_the_same_step() {
    let (mut chain, agents) = asked();
    let act = agents[0].commit_answer(&mut chain, 0, "49");
    chain.block_of(vec![transaction(act)]);
    let again = agents[0].commit_answer(&mut chain, 0, "50");
    assert_refused(&mut chain, again, Refusal::AlreadyActed);
}

#[test]
fn pool_should_refuse_an_act_whose_phase_lies_ahead() {
    let (mut chain, agents) = asked();
    let act = agents[0].commit_answer(&mut chain, 0, "49");
    chain.block_of(vec![transaction(act)]);
    let early = agents[0].open_answer(&mut chain, 0);
    assert_refused(&mut chain, early, Refusal::TooEarly);
    let early = agents[0].commit_grades(&mut chain, 0, &[Grade::MAX]);
    assert_refused(&mut chain, early, Refusal::TooEarly);
    let early = agents[0].open_grades(&mut chain, 0);
    assert_refused(&mut chain, early, Refusal::TooEarly);
}

#[test]
fn pool_should_refuse_an_act_of_a_round_that_is_not_there_yet() {
    let (mut chain, agents) = asked();
    let act = agents[0].commit_answer(&mut chain, 7, "49");
    assert_refused(&mut chain, act, Refusal::TooEarly);
}

#[test]
fn pool_should_refuse_an_empty_answer() {
    let (mut chain, agents) = asked();
    let act = agents[0].commit_answer(&mut chain, 0, "");
    assert_refused(&mut chain, act, Refusal::EmptyAnswer);
}

#[test]
fn pool_should_refuse_agents_that_did_not_enter() {
    let (mut chain, agents) = committed();
    let act = agents[4].open_answer(&mut chain, 0);
    assert_refused(&mut chain, act, Refusal::NotInRound);
}

#[test]
fn pool_should_refuse_an_act_after_its_deadline() {
    let (mut chain, agents) = committed();
    for agent in &agents[..3] {
        let act = agent.open_answer(&mut chain, 0);
        chain.block_of(vec![transaction(act)]);
    }
    for _ in 0..OPENING_ANSWERS_BLOCKS {
        chain.block_of(vec![]);
    }
    let late = agents[3].open_answer(&mut chain, 0);
    let validity = chain.validate(transaction(late));
    let codes = [Refusal::DeadlinePassed, Refusal::WrongPhase, Refusal::NoSuchRound]
        .map(|refusal| Err(InvalidTransaction::Custom(refusal.code()).into()));
    assert!(codes.contains(&validity), "{validity:?}");
}

#[test]
fn pool_should_refuse_grades_of_the_wrong_length() {
    let (mut chain, agents) = opened();
    let act = agents[0].commit_grades(&mut chain, 0, &[Grade::MAX; 5]);
    assert_refused(&mut chain, act, Refusal::WrongLength);
}

#[test]
fn pool_should_refuse_malformed_batches() {
    let (mut chain, agents) = asked();
    let refused = |refusal: Refusal| Err(InvalidTransaction::Custom(refusal.code()).into());
    let batch =
        |acts: Vec<SignedAct>| authorised(RoundsCall::act_batch { acts: acts.try_into().unwrap() });
    assert_eq!(chain.validate(batch(vec![])), refused(Refusal::EmptyBatch));
    let act = agents[0].commit_answer(&mut chain, 0, "49");
    let twice = vec![act.clone(), act.clone()];
    assert_eq!(chain.validate(batch(twice)), refused(Refusal::RepeatedAct));
    let stranger = Agent::of_seed("//Stranger").commit_answer(&mut chain, 0, "49");
    assert_eq!(chain.validate(batch(vec![act, stranger])), refused(Refusal::UnknownAgent));
}

#[test]
fn pool_should_refuse_a_call_that_pretends_to_be_authorised() {
    let (mut chain, agents) = asked();
    // Not an authorised call: nobody signed it.
    let call = authorised(submit("37+12", WAG, 4));
    assert!(chain.validate(call).is_err());
    // An account's signature does not replace the agent's.
    let mut act = agents[0].commit_answer(&mut chain, 0, "49");
    act.signature = Default::default();
    let signed = chain.signed(Sr25519Keyring::Bob, RoundsCall::act { signed: act });
    let (results, _) = chain.block(vec![signed]);
    assert!(!matches!(results[0], Ok(Ok(()))), "{results:?}");
    assert!(chain.ask(|| Rounds::round(0)).unwrap().agents.is_empty());
}

#[test]
fn pool_should_refuse_a_clients_transaction_that_was_tampered_with() {
    let mut chain = Chain::dev();
    let mut transaction = chain.signed(Sr25519Keyring::Bob, submit("37+12", WAG, 4));
    assert!(chain.validate(transaction.clone()).is_ok());
    // The same bytes with one changed are nobody's signature any more.
    let mut bytes = transaction.encode();
    *bytes.last_mut().unwrap() ^= 1;
    transaction = codec::Decode::decode(&mut &bytes[..]).unwrap();
    assert_eq!(chain.validate(transaction), Err(InvalidTransaction::BadProof.into()));
}
