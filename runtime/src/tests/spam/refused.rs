//! What does not enter the pool: whatever comes from somebody with nothing at stake, and whatever
//! is there already.

use super::{
    attacker::{longest_answer, stranger, Attacker, AGENTS},
    transaction_pool::{NotTaken, Pool},
};
use crate::{
    tests::{
        chain::Chain,
        client::Client,
        swarm::{authorised, submit, transaction, Agent, RoundsCall},
    },
    transactions::extension,
    Balances, RuntimeCall, UncheckedExtrinsic, AGENT_BOND, BLOCK_BYTES, EXISTENTIAL_DEPOSIT,
    NORMAL_DISPATCH_RATIO, WAG,
};
use codec::{Compact, Decode, Encode};
use frame_support::traits::fungible::Mutate;
use pallet_waggle_rounds::Refusal;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    generic::Era,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
};
use waggle_primitives::{SignedAct, MAX_ANSWER_BYTES, MAX_BATCH};

fn refused(refusal: Refusal) -> Result<(), NotTaken> {
    Err(NotTaken::Invalid(TransactionValidityError::from(refusal)))
}

/// A chain on which Bob has asked two swarms of seven.
fn asked(chain: &mut Chain) {
    for _ in 0..2 {
        let call = chain.signed(Sr25519Keyring::Bob, submit("37+12", WAG, 7));
        chain.block_of(vec![call]);
    }
}

#[test]
fn pool_should_stay_empty_when_a_thousand_keys_without_an_agent_send_the_longest_answers() {
    let mut chain = Chain::dev();
    asked(&mut chain);
    let (mut pool, answer) = (Pool::default(), longest_answer());
    for number in 0..AGENTS {
        let mut act = stranger(number).commit_answer(&mut chain, 0, &answer);
        // A signature is not looked at before the key is known: that would be the dearest check.
        if number % 2 == 1 {
            act.signature = Default::default();
        }
        assert_eq!(pool.submit(&mut chain, transaction(act)), refused(Refusal::UnknownAgent));
    }
    assert_eq!((pool.len(), pool.bytes()), (0, 0));
}

#[test]
fn pool_should_stay_empty_when_a_thousand_agents_have_no_money_for_a_ticket() {
    let (mut chain, attacker) = Attacker::on_chain();
    asked(&mut chain);
    let (mut pool, answer) = (Pool::default(), longest_answer());
    chain.ask(|| {
        for owner in &attacker.owners {
            Balances::set_balance(owner, EXISTENTIAL_DEPOSIT);
            assert_eq!(Balances::reserved_balance(owner), AGENT_BOND);
        }
    });
    for agent in &attacker.agents {
        let act = agent.commit_answer(&mut chain, 0, &answer);
        assert_eq!(pool.submit(&mut chain, transaction(act)), refused(Refusal::CannotPayTicket));
    }
    assert_eq!(pool.len(), 0);
}

#[test]
fn pool_should_refuse_every_act_of_a_whole_round_when_it_comes_again() {
    let mut chain = Chain::dev();
    asked(&mut chain);
    let (mut pool, agents) = (Pool::default(), (0..7).map(Agent::dev).collect::<Vec<_>>());
    let mut sent: Vec<SignedAct> = vec![];
    while chain.ask(|| crate::Rounds::round(0)).unwrap().winning_answer.is_none() {
        let acts: Vec<_> =
            agents.iter().filter_map(|agent| agent.act(&mut chain, "49", "49")).collect();
        chain.block_of(acts.iter().cloned().map(transaction).collect());
        // At every stage: all that was ever sent, again.
        sent.extend(acts);
        for act in &sent {
            let verdict = pool.submit(&mut chain, transaction(act.clone()));
            assert!(matches!(verdict, Err(NotTaken::Invalid(_))), "{verdict:?}");
        }
        let (results, _) = chain.block(sent.iter().cloned().map(transaction).collect());
        assert!(
            results.iter().all(Result::is_err),
            "nor may a block's author send them again: {results:?}"
        );
    }
    assert_eq!((sent.len(), pool.len()), (4 * 7, 0));
}

#[test]
fn pool_should_keep_one_act_for_each_move_when_an_agent_sends_a_thousand() {
    let mut chain = Chain::dev();
    asked(&mut chain);
    let (mut pool, agent) = (Pool::default(), Agent::dev(0));
    let first = agent.commit_answer(&mut chain, 0, "0");
    assert_eq!(pool.submit(&mut chain, transaction(first.clone())), Ok(()));
    assert_eq!(pool.submit(&mut chain, transaction(first.clone())), Err(NotTaken::AlreadyImported));
    for answer in 1..1_000 {
        let another = agent.commit_answer(&mut chain, 0, &answer.to_string());
        assert_eq!(pool.submit(&mut chain, transaction(another)), Err(NotTaken::TooLowPriority));
    }
    // What is around the act is nobody's signature: others can change it, to no effect.
    for number in 1..100 {
        let mut extension = extension(number, Era::Immortal);
        extension.8 = pallet_transaction_payment::ChargeTransactionPayment::from(
            WAG * crate::Balance::from(number),
        );
        let call = RuntimeCall::Rounds(RoundsCall::act { signed: first.clone() });
        let disguised = UncheckedExtrinsic::new_transaction(call, extension);
        assert_eq!(pool.submit(&mut chain, disguised), Err(NotTaken::TooLowPriority));
    }
    assert_eq!(pool.len(), 1);
}

/// `body` as a transaction comes over the network: with its length in front.
fn decode(body: Vec<u8>) -> Result<UncheckedExtrinsic, codec::Error> {
    UncheckedExtrinsic::decode(&mut &body.encode()[..])
}

/// What is behind the length of a transaction.
fn body(transaction: UncheckedExtrinsic) -> Vec<u8> {
    Vec::<u8>::decode(&mut &transaction.encode()[..]).unwrap()
}

#[test]
fn oversized_bodies_should_not_decode() {
    let mut chain = Chain::dev();
    asked(&mut chain);
    let longest = Agent::dev(0).commit_answer(&mut chain, 0, &longest_answer());
    let longest = body(transaction(longest));
    assert!(decode(longest.clone()).is_ok());
    // One byte more, with a length that says so.
    let (short, long) =
        (Compact(MAX_ANSWER_BYTES).encode(), Compact(MAX_ANSWER_BYTES + 1).encode());
    let at = longest.windows(short.len()).position(|window| window == short).unwrap();
    let grown = [&longest[..at], &long[..], &[0], &longest[at + short.len()..]].concat();
    assert!(decode(grown).is_err());
    // One act more than a batch may have.
    let act = Agent::dev(0).open_answer(&mut chain, 0);
    // The last byte of an empty batch is its number of acts.
    let empty = body(authorised(RoundsCall::act_batch { acts: Default::default() }));
    let batch = |acts: u32| {
        let acts = vec![act.clone(); acts as usize];
        [&empty[..empty.len() - 1], &acts.encode()[..]].concat()
    };
    assert!(decode(batch(MAX_BATCH)).is_ok());
    assert!(decode(batch(MAX_BATCH + 1)).is_err());
}

#[test]
fn body_longer_than_a_block_should_be_refused() {
    let mut chain = Chain::dev();
    let longest = NORMAL_DISPATCH_RATIO.mul_floor(BLOCK_BYTES) as usize;
    let remark = |bytes| frame_system::Call::remark { remark: vec![0; bytes] };
    let bob = Client::known(Sr25519Keyring::Bob);
    let too_long = bob.sign(&mut chain, remark(longest), 0);
    let exhausts = TransactionValidityError::from(InvalidTransaction::ExhaustsResources);
    assert_eq!(chain.validate(too_long), Err(exhausts));
    let fitting = bob.sign(&mut chain, remark(longest - 1_000), 0);
    assert!(chain.validate(fitting).is_ok());
}
