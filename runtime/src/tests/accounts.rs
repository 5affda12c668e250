//! Owners, keys and purses on the real runtime, with its fees, bond, existential deposit and
//! delays. Each rule by itself is tested where it is made, in the pallets.

use super::{
    chain::Chain,
    client::Client,
    fees::collected,
    swarm::{submit, transaction, Agent, RoundsCall},
};
use crate::{
    genesis_config_presets::dev_owner_seed, AccountId, Agents, Balance, Balances, Rounds, Runtime,
    RuntimeCall, AGENT_BOND, EXISTENTIAL_DEPOSIT, UNBONDING_BLOCKS, WAG,
};
use frame_support::traits::{
    fungible::{Inspect, Mutate},
    tokens::Preservation,
};
use pallet_waggle_rounds::Refusal;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{transaction_validity::TransactionValidityError, DispatchError};
use waggle_primitives::{domain::GENERAL, traits::AgentRegistry, view::RoundState};

const REWARD: Balance = 20 * WAG;
/// What a poor answer loses in a swarm of four, the fewest that these clients accept.
const TICKET: Balance = REWARD / 4;

fn owner(number: u32) -> Client {
    Client::of_phrase(&dev_owner_seed(number))
}

/// A block with one call of `who`. What became of it.
fn call(
    chain: &mut Chain,
    who: &Client,
    call: impl Into<RuntimeCall>,
) -> Result<(), DispatchError> {
    let transaction = who.sign(chain, call, 0);
    let (mut results, _) = chain.block(vec![transaction]);
    results.remove(0).expect("the transaction is valid")
}

/// Let `who` have exactly `left` that is not on hold.
fn leave(chain: &mut Chain, who: &Client, left: Balance) {
    let (account, to) = (who.account(), Sr25519Keyring::Ferdie.to_account_id());
    let surplus = who.free(chain) - left;
    chain
        .ask(|| Balances::transfer(&account, &to, surplus, Preservation::Expendable))
        .expect("it is rich");
    assert_eq!(who.free(chain), left);
}

fn ask(chain: &mut Chain, agents: u32) {
    let call = chain.signed(Sr25519Keyring::Bob, submit("37+12", REWARD, agents));
    chain.block_of(vec![call]);
}

/// A block in which these agents do their first duty.
fn act(chain: &mut Chain, agents: &[Agent]) {
    let acts: Vec<_> =
        agents.iter().map(|agent| agent.act(chain, "49", "49").expect("it has a duty")).collect();
    chain.block_of(acts.into_iter().map(transaction).collect());
}

fn exists(chain: &mut Chain, account: &AccountId) -> bool {
    chain.ask(|| frame_system::Account::<Runtime>::contains_key(account))
}

#[test]
fn agent_should_sit_out_when_its_owner_cannot_pay_and_come_back_with_its_money() {
    let mut chain = Chain::dev();
    let agent = Agent::dev(0);
    leave(&mut chain, &owner(0), TICKET + EXISTENTIAL_DEPOSIT - 1);
    ask(&mut chain, 4);
    assert!(agent.duties(&mut chain).is_empty());
    let act_ = agent.commit_answer(&mut chain, 0, "49");
    let refused = chain.validate(transaction(act_.clone()));
    assert_eq!(refused, Err(TransactionValidityError::from(Refusal::CannotPayTicket)));

    let owner_account = owner(0).account();
    let gift = pallet_balances::Call::<Runtime>::transfer_allow_death {
        dest: owner_account.into(),
        value: 1,
    };
    let gift = chain.signed(Sr25519Keyring::Charlie, gift);
    chain.block_of(vec![gift]);
    assert_eq!(agent.duties(&mut chain).len(), 1);
    chain.block_of(vec![transaction(act_)]);
    assert_eq!(owner(0).free(&mut chain), EXISTENTIAL_DEPOSIT, "acts cost no fee");
}

#[test]
fn client_should_pay_the_fee_of_a_reward_that_it_cannot_afford() {
    let mut chain = Chain::dev();
    let client = Client::known(Sr25519Keyring::Dave);
    // Enough for the reward, but not for the fee and the existential deposit as well.
    leave(&mut chain, &client, REWARD + EXISTENTIAL_DEPOSIT);
    let issued = chain.ask(Balances::total_issuance);
    let before = collected(&mut chain);
    let failed = call(&mut chain, &client, submit("37+12", REWARD, 4));
    assert_eq!(failed, Err(pallet_waggle_tickets::Error::<Runtime>::RewardUnaffordable.into()));
    let fee = REWARD + EXISTENTIAL_DEPOSIT - client.free(&mut chain);
    assert!(fee > 0);
    assert_eq!(collected(&mut chain), before + fee);
    assert_eq!(chain.ask(Balances::total_issuance), issued);
    let RoundsCall::submit { terms, .. } = submit("37+12", REWARD, 4) else { unreachable!() };
    let asking = chain.ask(|| Rounds::fee_now(GENERAL, &terms));
    let rest = client.free(&mut chain) - EXISTENTIAL_DEPOSIT - fee - asking;
    let broke = call(&mut chain, &client, submit("37+12", rest + 1, 4));
    assert_eq!(broke, Err(pallet_waggle_tickets::Error::<Runtime>::RewardUnaffordable.into()));
    assert_eq!(call(&mut chain, &client, submit("37+12", rest - fee, 4)), Ok(()));
}

#[test]
fn dust_of_an_account_should_go_to_the_treasury() {
    let mut chain = Chain::dev();
    let client = Client::known(Sr25519Keyring::Dave);
    leave(&mut chain, &client, 10 * EXISTENTIAL_DEPOSIT);
    let issued = chain.ask(Balances::total_issuance);
    let dest = Sr25519Keyring::Ferdie.to_account_id();
    let give = pallet_balances::Call::<Runtime>::transfer_allow_death {
        dest: dest.into(),
        value: 9 * EXISTENTIAL_DEPOSIT,
    };
    assert_eq!(call(&mut chain, &client, give), Ok(()));
    assert!(
        !exists(&mut chain, &client.account()),
        "the fee left it below the existential deposit"
    );
    assert_eq!(chain.ask(Balances::total_issuance), issued);
}

#[test]
fn round_should_be_finished_with_the_key_that_entered_it() {
    let mut chain = Chain::dev();
    let mut agents: Vec<_> = (0..4).map(Agent::dev).collect();
    let new = Agent::of_seed("//New");
    ask(&mut chain, 4);
    act(&mut chain, &agents);
    let proof = new.prove(&mut chain, &owner(0).account());
    let rotate = pallet_waggle_agents::Call::<Runtime>::rotate_key { new_key: new.key(), proof };
    assert_eq!(call(&mut chain, &owner(0), rotate), Ok(()));
    let retire = pallet_waggle_agents::Call::<Runtime>::retire {};
    assert_eq!(call(&mut chain, &owner(1), retire), Ok(()));
    for _ in 0..3 {
        assert!(new.duties(&mut chain).is_empty());
        act(&mut chain, &agents);
    }
    let round = chain.ask(|| Rounds::round(0)).unwrap();
    assert!(matches!(round.state, RoundState::Settled { .. }));
    assert_eq!(round.agents[0].key, agents[0].key());
    assert!(round.agents.iter().all(|agent| agent.opened_answer && agent.opened_grades));
    // The next round is for the new key, and not for the retired agent.
    ask(&mut chain, 4);
    assert!(agents.drain(..2).all(|agent| agent.duties(&mut chain).is_empty()));
    assert_eq!(new.duties(&mut chain).len(), 1);
}

#[test]
fn owner_should_take_its_bond_after_the_delay_and_may_empty_its_account() {
    let mut chain = Chain::dev();
    let (owner, issued) = (owner(0), chain.ask(Balances::total_issuance));
    let unbond = || pallet_waggle_agents::Call::<Runtime>::unbond {};
    assert_eq!(call(&mut chain, &owner, pallet_waggle_agents::Call::<Runtime>::retire {}), Ok(()));
    let locked: DispatchError = pallet_waggle_agents::Error::<Runtime>::BondLocked.into();
    assert_eq!(call(&mut chain, &owner, unbond()), Err(locked));
    let all = |keep_alive| pallet_balances::Call::<Runtime>::transfer_all {
        dest: Sr25519Keyring::Ferdie.to_account_id().into(),
        keep_alive,
    };
    // The bond keeps the account alive.
    let account = owner.account();
    let before = chain.snapshot();
    assert_eq!(call(&mut chain, &owner, all(false)), Ok(()));
    let (free, held) =
        chain.ask(|| (Balances::balance(&account), Balances::reserved_balance(&account)));
    assert_eq!((free, held), (EXISTENTIAL_DEPOSIT, AGENT_BOND));
    chain.return_to(before);

    chain.skip(UNBONDING_BLOCKS);
    // The hooks have the skipped blocks to go through, which takes whole blocks.
    for _ in 0..120 {
        chain.block_of(vec![]);
    }
    assert_eq!(call(&mut chain, &owner, unbond()), Ok(()));
    assert_eq!(chain.ask(|| Agents::key_of(&account)), None);
    assert_eq!(call(&mut chain, &owner, all(false)), Ok(()));
    assert!(!exists(&mut chain, &account));
    assert_eq!(chain.ask(Balances::total_issuance), issued);
}
