//! Acts in one transaction: what a stranger can do with the acts of others, and what one can hide
//! among one's own.

use super::{
    attacker::Attacker,
    transaction_pool::{NotTaken, Pool},
};
use crate::{
    tests::{
        chain::Chain,
        swarm::{authorised, submit, transaction, Agent, RoundsCall},
    },
    Balances, Rounds, Runtime, RuntimeEvent, UncheckedExtrinsic, EXISTENTIAL_DEPOSIT, WAG,
};
use frame_support::traits::fungible::Mutate;
use pallet_waggle_rounds::{Event, Refusal};
use sp_io::hashing::blake2_256;
use sp_keyring::Sr25519Keyring;
use sp_runtime::transaction_validity::TransactionValidityError;
use waggle_primitives::{RoundId, SignedAct, MAX_BATCH};

fn batch(acts: Vec<SignedAct>) -> UncheckedExtrinsic {
    authorised(RoundsCall::act_batch { acts: acts.try_into().unwrap() })
}

fn ask(chain: &mut Chain, agents: u32) -> RoundId {
    let round = chain.ask(pallet_waggle_rounds::NextRound::<Runtime>::get);
    let call = chain.signed(Sr25519Keyring::Bob, submit("37+12", WAG, agents));
    chain.block_of(vec![call]);
    round
}

fn invalid(refusal: Refusal) -> Result<(), NotTaken> {
    Err(NotTaken::Invalid(TransactionValidityError::from(refusal)))
}

/// The acts of a batch that a block took and that had no effect.
fn without_effect(events: &[RuntimeEvent]) -> usize {
    events
        .iter()
        .filter(|event| matches!(event, RuntimeEvent::Rounds(Event::ActRefused { .. })))
        .count()
}

#[test]
fn strangers_batch_should_give_way_to_the_agents_own_transactions() {
    let mut chain = Chain::dev();
    let round = ask(&mut chain, 7);
    let agents: Vec<_> = (0..7).map(Agent::dev).collect();
    let acts: Vec<_> =
        agents.iter().map(|agent| agent.commit_answer(&mut chain, round, "49")).collect();
    let mut pool = Pool::default();
    // The stranger is faster, and takes two hostages.
    let bundle = batch(acts[..2].to_vec());
    assert_eq!(pool.submit(&mut chain, bundle.clone()), Ok(()));
    for act in &acts {
        assert_eq!(
            pool.submit(&mut chain, transaction(act.clone())),
            Ok(()),
            "its own transaction comes first"
        );
    }
    assert!(!pool.holds(&bundle));
    assert_eq!(pool.len(), 7);
    // Now the stranger is too late, whatever it puts together.
    for other in [&acts[..1], &acts[1..3], &acts[..7]] {
        assert_eq!(pool.submit(&mut chain, batch(other.to_vec())), Err(NotTaken::TooLowPriority));
    }
    assert_eq!(pool.make_block(&mut chain).included.len(), 7);
}

#[test]
fn strangers_batch_should_do_what_its_acts_do_when_it_is_all_there_is() {
    let mut chain = Chain::dev();
    let round = ask(&mut chain, 7);
    let mut pool = Pool::default();
    for _ in 0..4 {
        let acts: Vec<_> =
            (0..7).map(|agent| Agent::dev(agent).act(&mut chain, "49", "49").unwrap()).collect();
        assert_eq!(pool.submit(&mut chain, batch(acts)), Ok(()));
        assert_eq!(pool.make_block(&mut chain).included.len(), 1);
    }
    assert!(chain.ask(|| Rounds::round(round)).unwrap().winning_answer.is_some());
}

#[test]
fn pool_should_hold_an_act_once_however_it_is_bundled() {
    let (mut chain, attacker) = Attacker::on_chain();
    let round = ask(&mut chain, 100);
    let acts = attacker.enter(&mut chain, round, 0..40);
    let mut pool = Pool::default();
    let mut taken = 0;
    for first in 0..acts.len() {
        for size in 1..=MAX_BATCH as usize {
            let bundle = acts.iter().cycle().skip(first).take(size).cloned().collect();
            taken += usize::from(pool.submit(&mut chain, batch(bundle)).is_ok());
        }
    }
    // 640 bundles of 40 acts: the pool holds no more bytes than the acts have.
    assert!(taken <= acts.len(), "{taken}");
    let made = pool.make_block(&mut chain);
    assert_eq!(without_effect(&made.events), 0);
}

#[test]
fn batch_should_be_refused_when_only_some_of_its_acts_could_happen() {
    let (mut chain, attacker) = Attacker::on_chain();
    let mut pool = Pool::default();
    // Sixteen of the longest answers for the last seat of a round.
    let round = ask(&mut chain, 4);
    let three = attacker.enter(&mut chain, round, 0..3);
    chain.block_of(three.into_iter().map(transaction).collect());
    let sixteen = attacker.enter(&mut chain, round, 3..19);
    assert_eq!(pool.submit(&mut chain, batch(sixteen)), invalid(Refusal::SwarmFull));
    // One owner, with the money for a single ticket, in three rounds at once.
    let rounds: Vec<_> = (0..3).map(|_| ask(&mut chain, 7)).collect();
    let ticket = chain.ask(|| Rounds::round(rounds[0])).unwrap().ticket;
    chain.ask(|| Balances::set_balance(&attacker.owners[20], EXISTENTIAL_DEPOSIT + ticket));
    let mut enter = |round| attacker.enter(&mut chain, round, 20..21).remove(0);
    let acts: Vec<_> = rounds.iter().map(|round| enter(*round)).collect();
    assert_eq!(pool.submit(&mut chain, batch(acts.clone())), invalid(Refusal::CannotPayTicket));
    // Alone, each of them is fine: the pool takes them all, a block the first.
    for act in acts {
        assert_eq!(pool.submit(&mut chain, transaction(act)), Ok(()));
    }
    let made = pool.make_block(&mut chain);
    assert_eq!((made.included.len(), made.found_invalid, pool.len()), (1, 2, 0));
}

/// The heart of it: what is in a block for free has changed the state.
#[test]
fn no_act_should_be_in_a_block_without_effect_whatever_is_bundled() {
    let mut chain = Chain::dev();
    let agents: Vec<_> = (0..12).map(Agent::dev).collect();
    let mut draw = 0u64;
    let mut below = |bound: usize| {
        draw += 1;
        let bytes = blake2_256(&draw.to_le_bytes());
        usize::from(u16::from_le_bytes([bytes[0], bytes[1]])) % bound
    };
    let (mut batches, mut acts_in_blocks) = (0, 0);
    for step in 0..160 {
        if step % 8 == 0 {
            ask(&mut chain, 4 + below(5) as u32);
        }
        // All that the agents could do now, more of them than there are seats, in any order.
        let mut acts: Vec<SignedAct> = vec![];
        for agent in &agents {
            for duty in agent.duties(&mut chain) {
                acts.push(agent.act_on(&mut chain, duty, "49", "49"));
            }
        }
        while !acts.is_empty() {
            let size = (1 + below(MAX_BATCH as usize)).min(acts.len());
            let bundle: Vec<_> = (0..size).map(|_| acts.swap_remove(below(acts.len()))).collect();
            let (results, events) = chain.block(vec![batch(bundle)]);
            if results[0].is_ok() {
                batches += 1;
                acts_in_blocks += size;
                assert_eq!(results[0], Ok(Ok(())));
                assert_eq!(without_effect(&events), 0, "in batch {batches}");
            }
        }
    }
    assert!(batches > 50 && acts_in_blocks > 200, "{batches} batches with {acts_in_blocks} acts");
}
