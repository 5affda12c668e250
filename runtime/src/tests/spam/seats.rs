//! Places that are first come, first served: seats in a round, as long as nobody is on the roster,
//! and rounds that may run at once. `tests/lots.rs` has seats that are drawn.

use super::attacker::Attacker;
use crate::{
    tests::{
        chain::Chain,
        client::Client,
        swarm::{submit, transaction, Agent, RoundsCall, NO_TRUTH},
    },
    Balance, Balances, Rounds, Runtime, MAX_OPEN_ROUNDS, MAX_OPEN_ROUNDS_PER_CLIENT,
    MINIMUM_REWARD, OPENING_ANSWERS_BLOCKS, WAG,
};
use sp_keyring::Sr25519Keyring;
use sp_runtime::DispatchError;
use waggle_primitives::{
    domain::GENERAL,
    view::{RoundState, RoundView},
    CancelReason, Grade, RoundTerms,
};

const REWARD: Balance = 20 * WAG;

fn view(chain: &mut Chain) -> RoundView<crate::AccountId, Balance> {
    chain.ask(|| Rounds::round(0)).unwrap()
}

/// Bob asks; the attacker's first `taken` agents enter at once; the honest ones find what is left.
fn taken(agents: u32, taken: usize) -> (Chain, Attacker) {
    let (mut chain, attacker) = Attacker::on_chain();
    let call = chain.signed(Sr25519Keyring::Bob, submit("37+12", REWARD, agents));
    chain.block_of(vec![call]);
    for some in (0..taken).collect::<Vec<_>>().chunks(20) {
        let acts = attacker.enter(&mut chain, 0, some.iter().copied());
        chain.block_of(acts.into_iter().map(transaction).collect());
    }
    (chain, attacker)
}

#[test]
fn attacker_that_takes_all_seats_and_stays_silent_should_pay_seven_tickets_and_the_client_a_fee() {
    let bob = Client::known(Sr25519Keyring::Bob);
    let before = bob.free(&mut Chain::dev());
    let (mut chain, attacker) = taken(7, 7);
    let wealth = attacker.wealth(&mut chain);
    for _ in 0..=OPENING_ANSWERS_BLOCKS {
        chain.block_of(vec![]);
    }
    let round = view(&mut chain);
    assert_eq!(round.state, RoundState::Cancelled { reason: CancelReason::TooFewOpened });
    assert_eq!(wealth - attacker.wealth(&mut chain), 7 * round.ticket);
    assert!(
        7 * round.ticket > REWARD * 3 / 2,
        "blocking a round costs more than it offers: {}",
        round.ticket
    );
    let lost = before - bob.free(&mut chain);
    assert!(lost < WAG / 10, "the client has its reward back: {lost}");
    assert_eq!(chain.ask(|| Balances::reserved_balance(bob.account())), 0);
}

#[test]
fn round_should_settle_with_the_honest_when_all_others_stay_silent() {
    let (mut chain, attacker) = taken(100, 93);
    let wealth = attacker.wealth(&mut chain);
    let honest: Vec<_> = (0..7).map(Agent::dev).collect();
    let act = |chain: &mut Chain| {
        let acts: Vec<_> = honest.iter().filter_map(|agent| agent.act(chain, "49", "49")).collect();
        chain.block_of(acts.into_iter().map(transaction).collect());
    };
    for _ in 0..2 {
        act(&mut chain);
    }
    for _ in 0..OPENING_ANSWERS_BLOCKS {
        chain.block_of(vec![]);
    }
    for _ in 0..2 {
        act(&mut chain);
    }
    // The end of a block has no room for the settlement of a hundred members; the next one has.
    chain.block_of(vec![]);
    let round = view(&mut chain);
    assert!(
        matches!(round.state, RoundState::Settled { winner } if winner >= 93),
        "{:?}",
        round.state
    );
    assert_eq!(wealth - attacker.wealth(&mut chain), 93 * round.ticket, "23 times the reward");
    assert!(93 * round.ticket > 23 * REWARD);
    for agent in &round.agents[93..] {
        assert!(agent.paid > 0 && agent.forfeited <= REWARD / 7);
    }
}

/// A minute, in blocks of 250 ms.
const MINUTE: u32 = 240;

/// Ask for the cheapest round that runs for a minute whatever agents do. Returns what is held.
fn squat(chain: &mut Chain, client: &Client) -> Result<Balance, DispatchError> {
    let mut terms = RoundTerms {
        reward: MINIMUM_REWARD,
        answering_blocks: MINUTE,
        min_agents: 100,
        max_agents: 100,
        min_score: Grade::MIN,
    };
    // Nobody may offer less than room costs.
    terms.reward = chain.ask(|| Rounds::fee_now(GENERAL, &terms)).max(MINIMUM_REWARD);
    let reward = terms.reward;
    let prompt = b"?".to_vec().try_into().unwrap();
    let ask = RoundsCall::submit { prompt, domain: GENERAL, terms, sealed_truth: NO_TRUTH };
    let call = client.sign(chain, ask, 0);
    let (results, _) = chain.block(vec![call]);
    results[0].expect("the pool takes it").map(|()| reward)
}

/// How dear it is to keep everybody else from asking. `docs/security.md` says so.
#[test]
fn keeping_all_other_clients_out_should_cost_more_than_a_hundred_wag_a_minute() {
    let (mut chain, attacker) = Attacker::on_chain();
    let wealth = attacker.wealth(&mut chain);
    let locked = attacker.locked(&mut chain);
    // One account cannot.
    let mut offered = 0;
    for _ in 0..MAX_OPEN_ROUNDS_PER_CLIENT {
        offered += squat(&mut chain, &attacker.clients[0]).unwrap();
    }
    let error = squat(&mut chain, &attacker.clients[0]).unwrap_err();
    assert_eq!(error, pallet_waggle_rounds::Error::<Runtime>::TooManyRoundsOfClient.into());
    // Eight can.
    let mut squatted = MAX_OPEN_ROUNDS_PER_CLIENT;
    for client in &attacker.clients[1..] {
        while squatted < MAX_OPEN_ROUNDS - 1 {
            let Ok(reward) = squat(&mut chain, client) else { break };
            (squatted, offered) = (squatted + 1, offered + reward);
        }
    }
    assert_eq!(squatted, MAX_OPEN_ROUNDS - 1);
    let mine = chain.ask(pallet_waggle_rounds::NextRound::<Runtime>::get);
    let ask = chain.signed(Sr25519Keyring::Bob, submit("37+12", REWARD, 7));
    chain.block_of(vec![ask]);
    let ask = chain.signed(Sr25519Keyring::Bob, submit("37+12", REWARD, 7));
    let (results, _) = chain.block(vec![ask]);
    assert_eq!(
        results,
        [Ok(Err(pallet_waggle_rounds::Error::<Runtime>::TooManyOpenRounds.into()))]
    );
    let held = attacker.locked(&mut chain) - locked;
    let lost = wealth - attacker.wealth(&mut chain);
    assert_eq!(held, offered);
    eprintln!(
        "squatting: {squatted} rounds for {MINUTE} blocks cost {:.4} WAG in fees and keep \
         {:.2} WAG on hold",
        lost as f64 / WAG as f64,
        held as f64 / WAG as f64
    );
    assert!(lost > 100 * WAG);
    // Whoever is in goes on.
    for _ in 0..4 {
        let acts: Vec<_> = (0..7)
            .filter_map(|agent| {
                let agent = Agent::dev(agent);
                let duties = agent.duties(&mut chain);
                let mut acts =
                    duties.into_iter().map(|duty| agent.act_on(&mut chain, duty, "49", "49"));
                acts.find(|act| act.act.round() == mine)
            })
            .collect();
        chain.block_of(acts.into_iter().map(transaction).collect());
    }
    let round = chain.ask(|| Rounds::round(mine)).unwrap();
    assert!(matches!(round.state, RoundState::Settled { .. }), "{:?}", round.state);
}
