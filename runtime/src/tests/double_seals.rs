//! Double seals: an agent says one thing on a branch and another one on the next. The evidence is
//! what both blocks had, and goes the way that a node or an account sends it.

use super::{
    chain::Chain,
    swarm::{authorised, submit, transaction, Agent},
};
use crate::{
    configs::money::TreasuryAccount, genesis_config_presets::dev_owner_seed, tests::client::Client,
    AccountId, Balance, Balances, Rounds, Runtime, RuntimeEvent, UncheckedExtrinsic, AGENT_BOND,
    REPORTER_SHARE, WAG,
};
use codec::{Decode, Encode};
use frame_support::traits::fungible::Inspect;
use pallet_waggle_agents::{Call, Error, Event};
use sp_core::offchain::{testing::TestTransactionPoolExt, TransactionPoolExt};
use sp_keyring::Sr25519Keyring::{Bob, Eve};
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};
use waggle_primitives::{DoubleSeal, SealStep};

type Evidence = DoubleSeal<AccountId>;

/// Agent 0 gives round 0 one answer on a branch that is given up, and another one on the next.
/// Returns what both blocks had.
fn answered_on_two_branches() -> (Chain, Evidence) {
    let mut chain = Chain::dev();
    let call = chain.signed(Bob, submit("37+12", WAG, 4));
    chain.block_of(vec![call]);
    let (agent, fork) = (Agent::dev(0), chain.snapshot());
    let say = |chain: &mut Chain, answer| {
        let act = agent.commit_answer(chain, 0, answer);
        chain.block_of(vec![transaction(act.clone())]);
        act
    };
    let there = say(&mut chain, "48");
    chain.return_to(fork);
    let here = say(&mut chain, "49");
    let scope = chain.ask(|| Rounds::scope_parts(0, SealStep::Answer)).expect("the round runs");
    (chain, DoubleSeal { scope, first: there, second: here })
}

/// What a node that has seen both puts into its pool.
fn report_of_a_node(chain: &mut Chain, evidence: &Evidence) -> Option<UncheckedExtrinsic> {
    let (pool, state) = TestTransactionPoolExt::new();
    chain.storage().register_extension(TransactionPoolExt::new(pool));
    let input = evidence.encode();
    let output = chain.ask(|| crate::apis::api::dispatch("WaggleApi_report_double_seal", &input));
    let output = output.expect("the runtime has this function");
    let submitted = Option::<()>::decode(&mut &output[..]).expect("it says whether it did");
    let transactions = std::mem::take(&mut state.write().transactions);
    assert_eq!(submitted.is_some(), transactions.len() == 1);
    let report = transactions.first()?;
    Some(UncheckedExtrinsic::decode(&mut &report[..]).expect("it is a transaction"))
}

fn call(evidence: &Evidence) -> Call<Runtime> {
    Call::report_double_seal { evidence: Box::new(evidence.clone()) }
}

fn treasury(chain: &mut Chain) -> Balance {
    chain.ask(|| Balances::balance(&TreasuryAccount::get()))
}

/// What the events tell of punished agents: whose bond was taken, and what the reporter got of it.
fn punished(events: &[RuntimeEvent]) -> Vec<(AccountId, Balance, Balance)> {
    let of = |event: &RuntimeEvent| match event {
        RuntimeEvent::Agents(Event::DoubleSealPunished { owner, slashed, paid, .. }) => {
            Some((owner.clone(), *slashed, *paid))
        }
        _ => None,
    };
    events.iter().filter_map(of).collect()
}

#[test]
fn a_report_of_a_node_should_cost_the_bond_once_and_nobody_a_fee() {
    let (mut chain, evidence) = answered_on_two_branches();
    let owner = Client::of_phrase(&dev_owner_seed(0));
    let (free, before) = (owner.free(&mut chain), treasury(&mut chain));
    let issued = chain.ask(Balances::total_issuance);
    let report = report_of_a_node(&mut chain, &evidence).expect("it can be punished");
    let valid = chain.validate(report.clone()).expect("the pool takes it");
    assert!(valid.propagate && valid.requires.is_empty());
    // The pool keeps one for each key, whatever is reported of it first.
    let swapped = Evidence {
        first: evidence.second.clone(),
        second: evidence.first.clone(),
        ..evidence.clone()
    };
    let other = chain.validate(authorised(call(&swapped))).expect("it proves the same");
    assert_eq!(other.provides, valid.provides);

    let events = chain.block_of(vec![report]);
    assert_eq!(punished(&events), [(owner.account(), AGENT_BOND, 0)]);
    assert_eq!(treasury(&mut chain), before + AGENT_BOND);
    assert_eq!(owner.free(&mut chain), free, "the ticket is on hold still");
    assert_eq!(chain.ask(Balances::total_issuance), issued);

    let stale = TransactionValidityError::from(InvalidTransaction::Stale);
    for evidence in [&evidence, &swapped] {
        assert_eq!(report_of_a_node(&mut chain, evidence), None);
        assert_eq!(chain.validate(authorised(call(evidence))).map(drop), Err(stale));
    }
}

#[test]
fn a_report_of_an_account_should_be_free_and_pay_its_share_if_it_is_right() {
    let (mut chain, evidence) = answered_on_two_branches();
    let reporter = Client::known(Eve);
    let before = (reporter.free(&mut chain), treasury(&mut chain));
    let share = REPORTER_SHARE.mul_floor(AGENT_BOND);
    let report = chain.signed(Eve, call(&evidence));
    let events = chain.block_of(vec![report]);
    let owner = Client::of_phrase(&dev_owner_seed(0)).account();
    assert_eq!(punished(&events), [(owner, AGENT_BOND, share)]);
    assert_eq!(reporter.free(&mut chain), before.0 + share);
    assert_eq!(treasury(&mut chain), before.1 + AGENT_BOND - share);

    let again = chain.signed(Eve, call(&evidence));
    let failed = Err(Error::<Runtime>::AlreadyPunished.into());
    assert_eq!(chain.block(vec![again]).0, [Ok(failed)]);
    assert!(reporter.free(&mut chain) < before.0 + share, "what is wrong pays its fee");
}

#[test]
fn what_proves_nothing_should_reach_neither_pool_nor_block() {
    let (mut chain, evidence) = answered_on_two_branches();
    let mut elsewhere = evidence.clone();
    elsewhere.scope.terms.reward += 1;
    let same = Evidence { second: evidence.first.clone(), ..evidence };
    let invalid = TransactionValidityError::from(InvalidTransaction::BadProof);
    for evidence in [elsewhere, same] {
        assert_eq!(report_of_a_node(&mut chain, &evidence), None);
        assert_eq!(chain.validate(authorised(call(&evidence))).map(drop), Err(invalid));
        assert_eq!(chain.block(vec![authorised(call(&evidence))]).0, [Err(invalid)]);
        let signed = chain.signed(Eve, call(&evidence));
        let failed = Err(Error::<Runtime>::NoDoubleSeal.into());
        assert_eq!(chain.block(vec![signed]).0, [Ok(failed)]);
    }
}

#[test]
fn a_report_should_count_on_whatever_branch_it_arrives() {
    let (mut chain, evidence) = answered_on_two_branches();
    // In blocks of later, of a branch that knows neither of the two answers.
    let mut other = Chain::dev();
    for chain in [&mut chain, &mut other] {
        chain.block_of(vec![]);
        let report = report_of_a_node(chain, &evidence).expect("it can be punished");
        assert_eq!(punished(&chain.block_of(vec![report])).len(), 1);
    }
}
