//! What one account may do for another on the real runtime: proxies of each type, multisig
//! accounts, and several calls at once.

use super::{
    chain::Chain,
    client::Client,
    every_call::{every_call, name},
    swarm::{authorised, submit, Agent, RoundsCall},
};
use crate::{
    configs::accounts::ProxyType, genesis_config_presets::dev_owner, transactions::extension,
    AccountId, Address, Agents, Balance, Balances, Rounds, Runtime, RuntimeCall, RuntimeEvent,
    RuntimeOrigin, UncheckedExtrinsic, AGENT_BOND, WAG,
};
use codec::Encode;
use frame_support::{
    storage::{with_transaction, TransactionOutcome},
    traits::InstanceFilter,
    weights::Weight,
};
use pallet_multisig::{Call as MultisigCall, Event as MultisigEvent, Timepoint};
use pallet_proxy::{Call as ProxyCall, Event as ProxyEvent};
use pallet_utility::{Call as UtilityCall, Event as UtilityEvent};
use pallet_waggle_agents::Call as AgentsCall;
use pallet_waggle_domains::Call as DomainsCall;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Ferdie};
use sp_runtime::{generic::Era, traits::Dispatchable, DispatchError, DispatchResult};
use waggle_primitives::{domain::GENERAL, traits::AgentRegistry};

/// The agent that Ferdie runs.
const AGENT: u32 = 3;

fn owner() -> Client {
    Client::of_phrase(&crate::genesis_config_presets::dev_owner_seed(AGENT))
}

/// A chain on which Ferdie is a proxy of this type of an agent's owner.
fn with_proxy(proxy_type: ProxyType) -> Chain {
    let mut chain = Chain::dev();
    let delegate = Address::Id(Ferdie.to_account_id());
    let call = RuntimeCall::Proxy(ProxyCall::add_proxy { delegate, proxy_type, delay: 0 });
    let transaction = owner().sign(&mut chain, call, 0);
    chain.block_of(vec![transaction]);
    chain
}

/// `call`, made by a proxy for the owner.
fn proxied(call: RuntimeCall) -> RuntimeCall {
    RuntimeCall::Proxy(ProxyCall::proxy {
        real: Address::Id(dev_owner(AGENT)),
        force_proxy_type: None,
        call: Box::new(call),
    })
}

/// A block in which Ferdie makes `call` for the owner. What came of it.
fn by_proxy(chain: &mut Chain, call: RuntimeCall) -> DispatchResult {
    let transaction = chain.signed(Ferdie, proxied(call));
    let events = chain.block_of(vec![transaction]);
    let done = events.into_iter().rev().find_map(|event| match event {
        RuntimeEvent::Proxy(ProxyEvent::ProxyExecuted { result }) => Some(result),
        _ => None,
    });
    done.expect("a proxy tells what came of its call")
}

/// All that the owner has, on hold and not.
fn money(chain: &mut Chain) -> (Balance, Balance) {
    let owner = dev_owner(AGENT);
    chain.ask(|| (Balances::free_balance(&owner), Balances::reserved_balance(&owner)))
}

fn filtered() -> DispatchError {
    frame_system::Error::<Runtime>::CallFiltered.into()
}

/// Calls that would move the owner's money to Ferdie, put it on hold, let it go, or let the agent
/// put more of it at stake.
fn money_movers() -> Vec<RuntimeCall> {
    let ferdie = || Address::Id(Ferdie.to_account_id());
    let transfer = RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
        dest: ferdie(),
        value: WAG,
    });
    let add = ProxyCall::add_proxy { delegate: ferdie(), proxy_type: ProxyType::Any, delay: 0 };
    vec![
        transfer.clone(),
        RuntimeCall::Balances(pallet_balances::Call::transfer_all {
            dest: ferdie(),
            keep_alive: true,
        }),
        RuntimeCall::Balances(pallet_balances::Call::burn { value: WAG, keep_alive: true }),
        RuntimeCall::Rounds(submit("37+12", WAG, 4)),
        RuntimeCall::Agents(AgentsCall::retire {}),
        RuntimeCall::Agents(AgentsCall::set_limits { limits: None }),
        RuntimeCall::Domains(DomainsCall::found {
            title: b"mine".to_vec().try_into().unwrap(),
            description: Default::default(),
            question: waggle_primitives::choice::Question::Closed,
        }),
        RuntimeCall::Proxy(add),
        RuntimeCall::Proxy(ProxyCall::create_pure {
            proxy_type: ProxyType::Any,
            delay: 0,
            index: 0,
        }),
        RuntimeCall::Preimage(pallet_preimage::Call::note_preimage { bytes: vec![1] }),
        RuntimeCall::Multisig(MultisigCall::as_multi_threshold_1 {
            other_signatories: vec![Ferdie.to_account_id()],
            call: Box::new(transfer.clone()),
        }),
        RuntimeCall::Utility(UtilityCall::as_derivative { index: 0, call: Box::new(transfer) }),
    ]
}

#[test]
fn agents_proxy_should_run_an_agent_while_its_owner_pays_nothing() {
    let mut chain = with_proxy(ProxyType::Agents);
    let before = money(&mut chain);
    let new = Agent::of_seed("//Ferdie//agent");
    let (new_key, proof) = (new.key(), new.prove(&mut chain, &dev_owner(AGENT)));
    let model = || b"better".to_vec().try_into().unwrap();
    let topics = b"sums".to_vec().try_into().unwrap();
    let rotate = RuntimeCall::Agents(AgentsCall::rotate_key { new_key, proof });
    assert_eq!(by_proxy(&mut chain, rotate), Ok(()));
    let profile = RuntimeCall::Agents(AgentsCall::set_profile { model: model(), topics });
    assert_eq!(by_proxy(&mut chain, profile), Ok(()));
    // It is off the roster, as all agents of the preset: a batch is filtered call by call.
    let rejoin = RuntimeCall::Domains(DomainsCall::rejoin { domain: GENERAL });
    let batch = RuntimeCall::Utility(UtilityCall::batch_all { calls: vec![rejoin] });
    assert_eq!(by_proxy(&mut chain, batch), Ok(()));
    assert_eq!(chain.ask(|| Agents::owner_of(&new_key)), Some(dev_owner(AGENT)));
    assert_eq!(money(&mut chain), before);
}

#[test]
fn agents_proxy_should_move_no_money_by_any_call() {
    let mut chain = with_proxy(ProxyType::Agents);
    let before = money(&mut chain);
    assert!(before.1 > AGENT_BOND, "and the proxy's deposit");
    let ferdie = RuntimeOrigin::signed(Ferdie.to_account_id());
    let mut allowed = vec![];
    for call in every_call().into_iter().chain(money_movers()) {
        let nested = [
            RuntimeCall::Utility(UtilityCall::batch { calls: vec![call.clone()] }),
            RuntimeCall::Utility(UtilityCall::batch_all { calls: vec![call.clone()] }),
            RuntimeCall::Utility(UtilityCall::force_batch { calls: vec![call.clone()] }),
            RuntimeCall::Utility(UtilityCall::batch {
                calls: vec![RuntimeCall::Utility(UtilityCall::force_batch {
                    calls: vec![call.clone()],
                })],
            }),
            RuntimeCall::Utility(UtilityCall::as_derivative {
                index: 0,
                call: Box::new(call.clone()),
            }),
            RuntimeCall::Multisig(MultisigCall::as_multi_threshold_1 {
                other_signatories: vec![Ferdie.to_account_id()],
                call: Box::new(call.clone()),
            }),
            proxied(call.clone()),
        ];
        let label = name(&call);
        for tried in std::iter::once(call.clone()).chain(nested) {
            let after = chain.ask(|| {
                with_transaction(|| {
                    let dispatched = proxied(tried.clone()).dispatch(ferdie.clone());
                    assert!(dispatched.is_ok(), "{label}: {dispatched:?}");
                    let owner = dev_owner(AGENT);
                    let money =
                        (Balances::free_balance(&owner), Balances::reserved_balance(&owner));
                    TransactionOutcome::Rollback(Ok::<_, DispatchError>(money))
                })
            });
            assert_eq!(after, Ok(before), "{label}, as {}", name(&tried));
        }
        if ProxyType::Agents.filter(&call) {
            allowed.push(label);
        }
    }
    allowed.sort();
    assert_eq!(
        allowed,
        [
            "Agents.rotate_key",
            "Agents.set_profile",
            "Audits.offer",
            "Audits.withdraw_offer",
            "Domains.claim",
            "Domains.join",
            "Domains.leave",
            "Domains.rejoin",
            "Utility.batch",
            "Utility.batch_all",
            "Utility.force_batch",
        ]
    );
}

#[test]
fn agents_proxy_should_be_refused_each_call_that_moves_money() {
    let mut chain = with_proxy(ProxyType::Agents);
    let before = money(&mut chain);
    for call in money_movers() {
        let label = name(&call);
        assert_eq!(by_proxy(&mut chain, call.clone()), Err(filtered()), "{label}");
        let batch = RuntimeCall::Utility(UtilityCall::batch_all { calls: vec![call] });
        assert_eq!(by_proxy(&mut chain, batch), Err(filtered()), "{label} in a batch");
    }
    assert_eq!(money(&mut chain), before);
    assert!(chain.ask(|| Rounds::round(0)).is_none());
}

#[test]
fn proxy_should_pay_the_fee_itself() {
    let mut chain = with_proxy(ProxyType::Any);
    let before = money(&mut chain);
    let fee = chain.ask(|| Balances::free_balance(Ferdie.to_account_id()));
    assert_eq!(
        by_proxy(&mut chain, RuntimeCall::System(frame_system::Call::remark { remark: vec![1] })),
        Ok(())
    );
    assert_eq!(money(&mut chain), before);
    assert!(chain.ask(|| Balances::free_balance(Ferdie.to_account_id())) < fee);
}

#[test]
fn ask_proxy_should_ask_with_the_accounts_money_and_do_nothing_else() {
    let mut chain = with_proxy(ProxyType::Ask);
    assert_eq!(by_proxy(&mut chain, RuntimeCall::Rounds(submit("37+12", WAG, 4))), Ok(()));
    let round = chain.ask(|| Rounds::round(0)).expect("it was asked");
    assert_eq!(round.client, dev_owner(AGENT));
    assert_eq!(
        by_proxy(&mut chain, RuntimeCall::Rounds(RoundsCall::withdraw { round: 0 })),
        Ok(())
    );
    for call in money_movers() {
        if matches!(call, RuntimeCall::Rounds(_)) {
            continue;
        }
        assert_eq!(by_proxy(&mut chain, call.clone()), Err(filtered()), "{}", name(&call));
    }
}

#[test]
fn restricted_proxies_should_be_subsets_of_any_only() {
    use ProxyType::*;
    for one in [Any, Agents, Ask, Governance, CancelProxy] {
        for other in [Any, Agents, Ask, Governance, CancelProxy] {
            assert_eq!(one.is_superset(&other), one == Any || one == other);
        }
        assert_eq!(
            one.filter(&RuntimeCall::Sudo(pallet_sudo::Call::remove_key {})),
            one == Any,
            "{one:?}"
        );
    }
    assert_eq!(ProxyType::default(), Any, "the pallet takes the default for the most powerful");
}

#[test]
fn two_of_three_should_ask_a_question_together() {
    let mut chain = Chain::dev();
    let mut signatories = [Alice, Bob, Charlie].map(|account| account.to_account_id());
    signatories.sort();
    let multi = pallet_multisig::Pallet::<Runtime>::multi_account_id(&signatories, 2);
    let fund = pallet_balances::Call::<Runtime>::transfer_keep_alive {
        dest: Address::Id(multi.clone()),
        value: 100 * WAG,
    };
    let fund = chain.signed(Dave, fund);
    chain.block_of(vec![fund]);
    let question = RuntimeCall::Rounds(submit("37+12", WAG, 4));
    let others = |who: Sr25519Keyring| -> Vec<AccountId> {
        signatories.iter().filter(|other| **other != who.to_account_id()).cloned().collect()
    };
    let call_hash = sp_io::hashing::blake2_256(&question.encode());
    let first = RuntimeCall::Multisig(MultisigCall::approve_as_multi {
        threshold: 2,
        other_signatories: others(Alice),
        maybe_timepoint: None,
        call_hash,
        max_weight: Weight::zero(),
    });
    let first = chain.signed(Alice, first);
    let events = chain.block_of(vec![first]);
    assert!(chain.ask(|| Rounds::round(0)).is_none(), "one of three asks nothing");
    // The timestamp is the block's transaction number 0.
    let timepoint = Timepoint { height: chain.height(), index: 1 };
    assert!(events.iter().any(|event| {
        matches!(event, RuntimeEvent::Multisig(MultisigEvent::NewMultisig { .. }))
    }));
    let second = RuntimeCall::Multisig(MultisigCall::as_multi {
        threshold: 2,
        other_signatories: others(Charlie),
        maybe_timepoint: Some(timepoint),
        call: Box::new(question),
        max_weight: Weight::from_parts(10_000_000_000, 10_000_000),
    });
    let second = chain.signed(Charlie, second);
    chain.block_of(vec![second]);
    let round = chain.ask(|| Rounds::round(0)).expect("two of three have asked");
    assert_eq!(round.client, multi);
}

#[test]
fn batch_should_do_all_or_nothing_as_its_name_says() {
    let mut chain = Chain::dev();
    let good = || RuntimeCall::Rounds(submit("37+12", WAG, 4));
    let bad = || RuntimeCall::Rounds(RoundsCall::withdraw { round: 77 });
    let both = RuntimeCall::Utility(UtilityCall::batch { calls: vec![good(), good()] });
    let both = chain.signed(Bob, both);
    chain.block_of(vec![both]);
    assert_eq!(chain.ask(pallet_waggle_rounds::NextRound::<Runtime>::get), 2);
    let none = RuntimeCall::Utility(UtilityCall::batch_all { calls: vec![good(), bad()] });
    let none = chain.signed(Bob, none);
    let refused = pallet_waggle_rounds::Error::<Runtime>::NoSuchRound.into();
    assert_eq!(chain.block(vec![none]).0, [Ok(Err(refused))]);
    assert_eq!(chain.ask(pallet_waggle_rounds::NextRound::<Runtime>::get), 2);
}

/// An act's signature is its agent's, and an account's batch does not carry it.
#[test]
fn acts_should_be_refused_in_batches_of_accounts_and_of_nobody() {
    let mut chain = Chain::dev();
    let call = chain.signed(Bob, submit("37+12", WAG, 4));
    chain.block_of(vec![call]);
    let signed = Agent::dev(0).commit_answer(&mut chain, 0, "49");
    let act = RuntimeCall::Rounds(RoundsCall::act { signed: signed.clone() });
    let batch = RuntimeCall::Utility(UtilityCall::batch { calls: vec![act.clone()] });
    let nobodys = UncheckedExtrinsic::new_transaction(batch.clone(), extension(0, Era::Immortal));
    assert!(chain.validate(nobodys).is_err());
    let accounts = chain.signed(Bob, batch);
    let events = chain.block_of(vec![accounts]);
    let error = DispatchError::BadOrigin;
    assert!(
        events.contains(&RuntimeEvent::Utility(UtilityEvent::BatchInterrupted { index: 0, error }))
    );
    // Nor does a proxy that may do everything.
    let mut chain = with_proxy(ProxyType::Any);
    assert_eq!(by_proxy(&mut chain, act), Err(DispatchError::BadOrigin));
    // By itself it is good.
    let mut chain = Chain::dev();
    let call = chain.signed(Bob, submit("37+12", WAG, 4));
    chain.block_of(vec![call]);
    chain.block_of(vec![authorised(RoundsCall::act { signed })]);
}
