//! Whole rounds on the real runtime, with simulated agents that follow the duties the chain names.

use super::{
    chain::Chain,
    swarm::{authorised, submit, transaction, Agent, RoundsCall},
};
use crate::{
    configs::money::TreasuryAccount, genesis_config_presets::dev_owner, AccountId, Balance,
    Balances, Domains, Ratings, Rounds, Runtime, RuntimeEvent, AGENT_BOND, GRADING_BLOCKS,
    OPENING_ANSWERS_BLOCKS, UNWON_SHARE, WAG, WINNER_SHARE,
};
use sp_keyring::Sr25519Keyring;
use waggle_primitives::{
    assignment,
    domain::GENERAL,
    traits::BlockRandomness,
    view::{Duty, RoundState, RoundView},
    Grade, MAX_SWARM, MIN_SWARM,
};

const REWARD: Balance = 20 * WAG;

/// Who asks in these tests.
const CLIENT: Sr25519Keyring = Sr25519Keyring::Bob;

/// The swarm of the first `n` development agents.
fn swarm(n: u32) -> Vec<Agent> {
    (0..n).map(Agent::dev).collect()
}

/// Submit a prompt for `agents` agents; the round is number 0.
fn ask(chain: &mut Chain, agents: u32) {
    let call = chain.signed(CLIENT, submit("37+12", REWARD, agents));
    chain.block_of(vec![call]);
}

/// A block in which each of `agents` does its first duty: the first of them answers "48", the
/// others "49".
fn everybody_acts(chain: &mut Chain, agents: &[Agent]) -> Vec<RuntimeEvent> {
    let acts: Vec<_> = agents
        .iter()
        .enumerate()
        .map(|(number, agent)| {
            agent.act(chain, if number == 0 { "48" } else { "49" }, "49").unwrap()
        })
        .collect();
    chain.block_of(acts.into_iter().map(transaction).collect())
}

fn view(chain: &mut Chain) -> RoundView<AccountId, Balance> {
    chain.ask(|| Rounds::round(0)).unwrap()
}

fn issuance(chain: &mut Chain) -> Balance {
    chain.ask(Balances::total_issuance)
}

#[test]
fn round_should_settle_three_blocks_after_the_last_commit_when_all_are_prompt() {
    let mut chain = Chain::dev();
    let before = issuance(&mut chain);
    let treasury_before = chain.ask(|| Balances::free_balance(TreasuryAccount::get()));
    let agents = swarm(7);
    ask(&mut chain, 7);
    for _ in 0..4 {
        everybody_acts(&mut chain, &agents);
    }

    let round = view(&mut chain);
    let RoundState::Settled { winner } = round.state else { panic!("{:?}", round.state) };
    assert_eq!(round.blocks.answering_ended, Some(3));
    assert_eq!(round.blocks.ended, Some(6));
    assert_eq!(round.winning_answer.as_deref(), Some(&b"49"[..]));
    assert_ne!(winner, 0, "the wrong answer does not win");

    let score = |index: u32| round.agents[index as usize].judgement.score().unwrap();
    assert!((0..7).all(|index| score(index) <= score(winner)));
    assert!((1..7).all(|index| score(index) > score(0)));
    let k = assignment::grades_per_agent(7);
    for (index, agent) in round.agents.iter().enumerate() {
        let index = index as u32;
        assert_eq!(agent.assigned.len(), k);
        assert!(!agent.assigned.contains(&index));
        assert_eq!(round.grades.iter().filter(|entry| entry.author == index).count(), k);
        assert!(agent.opened_answer && agent.opened_grades);
    }

    // Money: nobody's was made or lost, nothing is left on hold but the bonds.
    assert_eq!(issuance(&mut chain), before);
    let paid: Balance = round.agents.iter().map(|agent| agent.paid).sum();
    let forfeited: Balance = round.agents.iter().map(|agent| agent.forfeited).sum();
    // The six right answers are one candidate, and share the winner's part.
    assert_eq!(chain.ask(|| Rounds::candidates(0))[1..], [Some(1); 6]);
    let part = WINNER_SHARE.mul_floor(REWARD) / 6;
    assert!(round.agents[1..].iter().all(|agent| agent.paid >= part && agent.forfeited == 0));
    assert!(round.agents[0].forfeited > 0, "an answer below the median costs");
    chain.ask(|| {
        assert!((0..7).all(|agent| Balances::reserved_balance(dev_owner(agent)) == AGENT_BOND));
        assert_eq!(Balances::reserved_balance(CLIENT.to_account_id()), 0);
        // The client's fee and the dust of rounding.
        let treasury = Balances::free_balance(TreasuryAccount::get()) - treasury_before;
        assert!(treasury > 0 && treasury + paid <= REWARD + forfeited + WAG);
    });
    assert!(agents.iter().all(|agent| agent.duties(&mut chain).is_empty()));
}

/// A client that reads all answers and lets nobody win.
#[test]
fn reading_for_nothing_should_cost_more_than_half_of_the_reward() {
    let mut chain = Chain::dev();
    let (before, agents) = (issuance(&mut chain), swarm(7));
    let mut call = submit("37+12", REWARD, 7);
    let RoundsCall::submit { terms, .. } = &mut call else { panic!("it asks") };
    terms.min_score = Grade::MAX;
    let transaction = chain.signed(CLIENT, call);
    chain.block_of(vec![transaction]);
    for _ in 0..4 {
        everybody_acts(&mut chain, &agents);
    }
    let round = view(&mut chain);
    assert!(matches!(round.state, RoundState::NobodyWon { .. }), "{:?}", round.state);
    assert_eq!(round.winning_answer, None);
    let part = UNWON_SHARE.mul_floor(WINNER_SHARE.mul_floor(REWARD)) / 7;
    assert!(round.agents.iter().all(|agent| agent.paid >= part));
    assert!(REWARD - round.returned > REWARD / 2, "{}", round.returned);
    // Who answered as well as it could gained, and who gave junk lost.
    assert!(round.agents[1..].iter().all(|agent| agent.paid > agent.forfeited));
    assert!(round.agents[0].forfeited > round.agents[0].paid);
    assert_eq!(issuance(&mut chain), before);
    chain.ask(|| assert_eq!(Balances::reserved_balance(CLIENT.to_account_id()), 0));
}

#[test]
fn batch_of_all_agents_should_do_what_their_acts_do() {
    let mut chain = Chain::dev();
    let agents = swarm(5);
    ask(&mut chain, 5);
    for _ in 0..4 {
        let acts: Vec<_> =
            agents.iter().map(|agent| agent.act(&mut chain, "49", "49").unwrap()).collect();
        chain.block_of(vec![authorised(RoundsCall::act_batch { acts: acts.try_into().unwrap() })]);
    }
    assert!(matches!(view(&mut chain).state, RoundState::Settled { .. }));
    assert_eq!(chain.height(), 6);
}

#[test]
fn seed_should_come_from_the_vrf_of_the_block_that_ended_answering() {
    let mut chain = Chain::dev();
    let agents = swarm(4);
    ask(&mut chain, 4);
    everybody_acts(&mut chain, &agents);
    // The digest of the newest block is still in its state.
    let vrf = chain.ask(crate::randomness::VrfOutput::draw).unwrap();
    let keys: Vec<_> = agents
        .iter()
        .map(|agent| match agent.open_answer(&mut chain, 0).act {
            waggle_primitives::Act::OpenAnswer { key, .. } => key,
            other => panic!("{other:?}"),
        })
        .collect();
    everybody_acts(&mut chain, &agents);
    assert_eq!(view(&mut chain).seed, Some(assignment::seed(0, &vrf, &keys)));
    assert_ne!(chain.ask(crate::randomness::VrfOutput::draw), Some(vrf), "each block has its own");
}

#[test]
fn parent_hash_should_be_there_as_the_other_source() {
    let mut chain = Chain::dev();
    chain.block_of(vec![]);
    let first = chain.ask(crate::randomness::ParentHash::draw).unwrap();
    chain.block_of(vec![]);
    assert_ne!(chain.ask(crate::randomness::ParentHash::draw), Some(first));
}

#[test]
fn round_should_settle_without_an_agent_that_stays_away() {
    let mut chain = Chain::dev();
    let before = issuance(&mut chain);
    let agents = swarm(5);
    ask(&mut chain, 5);
    everybody_acts(&mut chain, &agents);
    // The last agent opens nothing; the others wait for it until the deadline.
    everybody_acts(&mut chain, &agents[..4]);
    for _ in 0..OPENING_ANSWERS_BLOCKS {
        chain.block_of(vec![]);
    }
    for _ in 0..2 {
        everybody_acts(&mut chain, &agents[..4]);
    }
    let round = view(&mut chain);
    assert!(matches!(round.state, RoundState::Settled { .. }), "{:?}", round.state);
    assert!(!round.agents[4].opened_answer);
    assert_eq!(round.agents[4].forfeited, round.ticket, "who breaks its word loses the ticket");
    assert_eq!(issuance(&mut chain), before);
}

#[test]
fn answers_should_be_paid_and_all_tickets_lost_when_nobody_grades() {
    let mut chain = Chain::dev();
    let before = issuance(&mut chain);
    let agents = swarm(4);
    let free_before = chain.ask(|| Balances::free_balance(dev_owner(0)));
    ask(&mut chain, 4);
    everybody_acts(&mut chain, &agents);
    everybody_acts(&mut chain, &agents);
    for _ in 0..GRADING_BLOCKS + 50 {
        chain.block_of(vec![]);
    }
    let round = view(&mut chain);
    assert!(matches!(round.state, RoundState::Settled { .. }), "{:?}", round.state);
    assert_eq!(round.winning_answer.as_deref(), Some(&b"49"[..]), "three said so");
    assert_eq!(issuance(&mut chain), before);
    assert_eq!(round.agents[1].paid, WINNER_SHARE * REWARD / 3);
    assert_eq!(round.returned, REWARD - WINNER_SHARE * REWARD);
    chain.ask(|| {
        assert_eq!(Balances::reserved_balance(CLIENT.to_account_id()), 0);
        assert_eq!(
            Balances::free_balance(dev_owner(0)),
            free_before - round.ticket,
            "they did not keep their word"
        );
    });
}

#[test]
fn ratings_should_change_when_a_grader_is_at_odds_with_the_others() {
    let mut chain = Chain::dev();
    let agents = swarm(8);
    // The first round brings them onto the roster.
    for round in 0..4 {
        let call = chain.signed(CLIENT, submit("37+12", REWARD, 8));
        chain.block_of(vec![call]);
        for _ in 0..4 {
            let acts: Vec<_> = agents
                .iter()
                .enumerate()
                .map(|(number, agent)| match agent.duties(&mut chain).into_iter().next().unwrap() {
                    // Agent 3 turns every grade around.
                    Duty::Grade { candidates, .. } if number == 3 => {
                        let grade = |answer: &[u8]| if answer == b"49" { 0 } else { 10_000 };
                        let grades: Vec<_> = candidates
                            .iter()
                            .map(|c| Grade::new(grade(&c.answer)).unwrap())
                            .collect();
                        agent.commit_grades(&mut chain, round, &grades)
                    }
                    _ => agent.act(&mut chain, if number < 2 { "48" } else { "49" }, "49").unwrap(),
                })
                .collect();
            chain.block_of(acts.into_iter().map(transaction).collect());
        }
    }
    let mut members = chain.ask(|| Domains::members::<Ratings>(GENERAL, None, u32::MAX));
    let contrarian = members.iter().position(|(owner, _)| *owner == dev_owner(3)).unwrap();
    let (_, contrarian) = members.swap_remove(contrarian);
    let others = members.iter().map(|(_, agent)| agent).filter(|agent| agent.rounds > 0);
    assert_eq!((contrarian.rounds, others.clone().count()), (3, 7));
    assert!(others.clone().all(|agent| agent.rating > contrarian.rating), "{contrarian:?}");
}

#[test]
fn swarm_should_be_limited_to_what_the_protocol_allows() {
    let mut chain = Chain::dev();
    for agents in [MIN_SWARM - 1, MAX_SWARM + 1] {
        let call = chain.signed(CLIENT, submit("37+12", REWARD, agents));
        let (results, _) = chain.block(vec![call]);
        let expected: sp_runtime::DispatchError =
            pallet_waggle_rounds::Error::<Runtime>::SwarmOutOfBounds.into();
        assert_eq!(results, [Ok(Err(expected))]);
    }
}
