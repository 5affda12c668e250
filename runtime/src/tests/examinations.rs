//! An examination on the real runtime: governance appoints, the examiner reveals for free, agents
//! are known better, and the treasury pays.

use super::{
    chain::Chain,
    swarm::{submit, transaction, Agent, RoundsCall},
    validators::as_root,
};
use crate::{configs::money::TreasuryAccount, Balance, Balances, Runtime, RuntimeEvent, WAG};
use pallet_waggle_examinations::{Call, Error, Event, Examiners};
use pallet_waggle_ratings::Standings;
use sp_keyring::Sr25519Keyring::{self, Bob, Charlie};
use waggle_primitives::{choice::Standing, domain::GENERAL, examination};

/// What the examiner may cost.
const BUDGET: Balance = 10 * WAG;
/// What the truth was sealed with.
const SALT: [u8; 32] = [5; 32];

fn free(chain: &mut Chain, who: Sr25519Keyring) -> Balance {
    chain.ask(|| Balances::free_balance(who.to_account_id()))
}

/// What is known of the owners of the first five agents.
fn standings(chain: &mut Chain) -> Vec<Standing> {
    let owners = (0..5).map(crate::genesis_config_presets::dev_owner);
    chain.ask(|| {
        owners.map(|owner| Standings::<Runtime>::get(GENERAL, owner).unwrap_or_default()).collect()
    })
}

/// Charlie tells the right answer.
fn reveal() -> Call<Runtime> {
    Call::reveal { round: 0, truth: b"49".to_vec().try_into().unwrap(), salt: SALT }
}

#[test]
fn examiner_should_reveal_for_free_and_the_treasury_should_pay_the_client_back() {
    let mut chain = Chain::dev();
    let who = Charlie.to_account_id();
    as_root(&mut chain, Call::<Runtime>::appoint { domain: GENERAL, who, budget: BUDGET });
    let client = free(&mut chain, Bob);
    let mut ask = submit("37+12", WAG, 5);
    if let RoundsCall::submit { sealed_truth, .. } = &mut ask {
        *sealed_truth = examination::seal(&Bob.to_account_id(), &SALT, b"49");
    }
    let ask = chain.signed(Bob, ask);
    chain.block_of(vec![ask]);
    for _ in 0..4 {
        let mut acts = Vec::new();
        for (agent, answer) in (0..5).zip(["48", "49", "49", "It is 49.\nAnswer: 49", "49"]) {
            let act = Agent::dev(agent).act(&mut chain, answer, "49").expect("it has a duty");
            acts.push(transaction(act));
        }
        chain.block_of(acts);
    }

    let (asked, examiner) = (free(&mut chain, Bob), free(&mut chain, Charlie));
    let treasury = chain.ask(|| Balances::free_balance(TreasuryAccount::get()));
    let before = standings(&mut chain);
    let transaction = chain.signed(Charlie, reveal());
    let events = chain.block_of(vec![transaction]);
    let told = events.into_iter().find_map(|event| match event {
        RuntimeEvent::Examinations(Event::Examined { round, right, agents, reimbursed }) => {
            Some((round, right, agents, reimbursed))
        }
        _ => None,
    });
    let (round, right, agents, reimbursed) = told.expect("the round was examined");
    assert_eq!((round, right, agents), (0, 4, 5));
    assert_eq!(free(&mut chain, Charlie), examiner, "it paid no fee");
    assert_eq!(free(&mut chain, Bob), asked + reimbursed);
    let fee = client - free(&mut chain, Bob);
    assert!(reimbursed >= WAG / 2 && fee < WAG / 10, "all but the fee of asking: {fee}");
    assert_eq!(chain.ask(|| Balances::free_balance(TreasuryAccount::get())), treasury - reimbursed);
    assert_eq!(
        chain.ask(|| Examiners::<Runtime>::get((GENERAL, Charlie.to_account_id()))),
        Some(BUDGET - reimbursed)
    );
    for (agent, (before, after)) in before.iter().zip(standings(&mut chain)).enumerate() {
        let was_right = after.answering.quality() > before.answering.quality();
        assert_eq!(was_right, agent != 0, "agent {agent}");
    }

    // Once more, which fails, costs a fee, but not that of an examination.
    let transaction = chain.signed(Charlie, reveal());
    let (results, _) = chain.block(vec![transaction]);
    assert_eq!(results, [Ok(Err(Error::<Runtime>::NothingSealed.into()))]);
    let fee = examiner - free(&mut chain, Charlie);
    assert!(fee > 0 && fee < WAG / 100, "{fee}");
}
