//! Domains on the real runtime: what founding one costs, a round in one, and what it costs to come
//! back onto a roster.

use super::{
    chain::Chain,
    client::Client,
    fees::collected,
    swarm::{submit, transaction, Agent, RoundsCall},
};
use crate::{
    configs::{money::TreasuryAccount, RuntimeBlockWeights},
    genesis_config_presets::{dev_owner, dev_owner_seed},
    Agents, Balances, Domains, Ratings, Rounds, Runtime, RuntimeCall, System, ABSENCE_PERIOD,
    FOUNDING_FEE, MAX_ABSENCES, MAX_MEMBERSHIPS, MILLI_WAG, UNBONDING_BLOCKS, WAG,
};
use frame_support::dispatch::{DispatchClass, GetDispatchInfo};
use pallet_waggle_domains::{Call, Error};
use sp_keyring::Sr25519Keyring::{self, Bob, Charlie};
use waggle_primitives::{
    choice::Question,
    domain::GENERAL,
    traits::{Domains as _, Ratings as _},
    view::{RoundState, RoundView},
    DomainId,
};

/// The first domain that is founded.
const FIELD: DomainId = 1;

fn found(title: &[u8]) -> Call<Runtime> {
    Call::found {
        title: title.to_vec().try_into().unwrap(),
        description: b"Poems".to_vec().try_into().unwrap(),
        question: Question::Open,
    }
}

/// Found a domain as Charlie, which the first `agents` development agents join.
fn found_and_join(chain: &mut Chain, agents: u32) {
    let transaction = chain.signed(Charlie, found(b"Verse"));
    chain.block_of(vec![transaction]);
    for agent in 0..agents {
        chain.ask(|| {
            let owner = crate::RuntimeOrigin::signed(dev_owner(agent));
            assert_eq!(Domains::join(owner, FIELD), Ok(()));
        });
    }
    chain.block_of(vec![]);
}

#[test]
fn founding_should_cost_its_fee_which_goes_to_the_treasury() {
    let mut chain = Chain::dev();
    let treasury = |chain: &mut Chain| chain.ask(|| Balances::free_balance(TreasuryAccount::get()));
    let free = |chain: &mut Chain, who: Sr25519Keyring| {
        chain.ask(|| Balances::free_balance(who.to_account_id()))
    };
    let (before, wealth) = (treasury(&mut chain), free(&mut chain, Charlie));
    let both = collected(&mut chain);
    let transaction = chain.signed(Charlie, found(b"Verse"));
    chain.block_of(vec![transaction]);
    let paid = wealth - free(&mut chain, Charlie);
    assert!(paid > FOUNDING_FEE && paid < FOUNDING_FEE + WAG / 10, "{paid}");
    assert_eq!(collected(&mut chain) - both, paid);
    let of_treasury = treasury(&mut chain) - before - FOUNDING_FEE;
    assert_eq!(of_treasury, (paid - FOUNDING_FEE).div_ceil(2), "and half of the transaction's fee");

    let transaction = chain.signed(Charlie, found(b""));
    let (results, _) = chain.block(vec![transaction]);
    assert_eq!(results, [Ok(Err(Error::<Runtime>::EmptyTitle.into()))]);
    let listed = chain.ask(|| Domains::listed(0, 10)).into_iter();
    let titles: Vec<_> = listed.map(|view| (view.id, view.title)).collect();
    assert_eq!(titles, [(GENERAL, b"General".to_vec()), (FIELD, b"Verse".to_vec())]);
}

#[test]
fn a_round_should_be_its_domains_from_the_prompt_to_the_ratings() {
    let mut chain = Chain::dev();
    found_and_join(&mut chain, 5);
    let mut ask = submit("Praise the bee.", 20 * WAG, 5);
    if let RoundsCall::submit { domain, .. } = &mut ask {
        *domain = FIELD;
    }
    let ask = chain.signed(Bob, ask);
    chain.block_of(vec![ask]);
    assert_eq!(Agent::dev(9).duties(&mut chain), [], "it is no member");
    for _ in 0..4 {
        let acts: Vec<_> = (0..5)
            .map(|agent| {
                let answer = format!("Verse {agent}");
                Agent::dev(agent).act(&mut chain, &answer, "Verse 3").expect("it has a duty")
            })
            .collect();
        chain.block_of(acts.into_iter().map(transaction).collect());
    }
    let settled: RoundView<_, _> = chain.ask(|| Rounds::round(0)).expect("its result is kept");
    assert_eq!((settled.state, settled.domain), (RoundState::Settled { winner: 3 }, FIELD));
    for agent in 0..5 {
        let memberships = chain.ask(|| Domains::memberships_of::<Ratings>(&dev_owner(agent)));
        let rounds: Vec<_> =
            memberships.iter().map(|member| (member.domain, member.rounds)).collect();
        assert_eq!(rounds, [(GENERAL, 0), (FIELD, 1)], "agent {agent}");
    }
    let detail = chain.ask(|| {
        let owner = dev_owner(3);
        Agents::detail(&owner, Ratings::past(&owner), Domains::memberships_of::<Ratings>(&owner))
    });
    let detail = detail.expect("it is an agent");
    assert_eq!((detail.past.won, detail.past.ratings.len(), detail.memberships.len()), (1, 1, 2));
}

#[test]
fn an_owner_should_lead_its_agent_into_eight_domains_and_not_out_of_them_at_once() {
    let mut chain = Chain::dev();
    for number in 0..8 {
        let transaction = chain.signed(Charlie, found(&[b'a' + number]));
        chain.block_of(vec![transaction]);
    }
    let owner = Client::of_phrase(&dev_owner_seed(2));
    let send = |chain: &mut Chain, call: Call<Runtime>| {
        let transaction = owner.sign(chain, RuntimeCall::Domains(call), 0);
        let (results, _) = chain.block(vec![transaction]);
        results[0].expect("the pool takes it")
    };
    for domain in 1..8 {
        assert_eq!(send(&mut chain, Call::join { domain }), Ok(()));
    }
    let full = Error::<Runtime>::TooManyMemberships.into();
    assert_eq!(send(&mut chain, Call::join { domain: 8 }), Err(full));
    let early = Error::<Runtime>::TooEarlyToLeave.into();
    assert_eq!(send(&mut chain, Call::leave { domain: GENERAL }), Err(early));
    assert_eq!(send(&mut chain, Call::rejoin { domain: GENERAL }), Ok(()), "it was away");
    chain.ask(Domains::do_try_state).expect("the invariants hold");
}

/// Let the agent of this owner have a seat and not come until it is off the roster.
fn stay_away(chain: &mut Chain, owner: &crate::AccountId) {
    let height = chain.height();
    chain.ask(|| {
        for time in 1..=MAX_ABSENCES {
            System::set_block_number(height + time * ABSENCE_PERIOD);
            Domains::was_absent(GENERAL, owner);
        }
        System::set_block_number(height);
    });
    chain.block_of(vec![]);
}

/// An owner gets its agent back onto a roster with nothing but what the fee would have been.
#[test]
fn to_come_back_should_cost_nothing_once_in_three_hours() {
    let mut chain = Chain::dev();
    let owner = Client::of_phrase(&dev_owner_seed(2));
    let rejoin = RuntimeCall::Domains(Call::rejoin { domain: GENERAL });
    let come_back = |chain: &mut Chain, tip| {
        let before = owner.free(chain);
        let transaction = owner.sign(chain, rejoin.clone(), tip);
        chain.block_of(vec![transaction]);
        before - owner.free(chain)
    };
    assert_eq!(come_back(&mut chain, 0), 0, "it was away");
    let on_it = owner.sign(&mut chain, rejoin.clone(), 0);
    let before = owner.free(&mut chain);
    let (results, _) = chain.block(vec![on_it]);
    assert_eq!(results, [Ok(Err(Error::<Runtime>::OnRoster.into()))]);
    assert!(owner.free(&mut chain) < before, "what fails pays");

    stay_away(&mut chain, &owner.account());
    assert!(come_back(&mut chain, 0) > 0, "it came back less than three hours ago");
    chain.skip(UNBONDING_BLOCKS);
    stay_away(&mut chain, &owner.account());
    assert_eq!(come_back(&mut chain, MILLI_WAG), MILLI_WAG, "a tip is paid all the same");
}

/// A thousand agents, each of eight domains, that come back for nothing all at once: their bonds
/// are 10 000 WAG, and they have stayed away from three rounds in each domain.
#[test]
fn a_flood_of_free_calls_should_be_over_in_seconds_of_three_hours() {
    let rejoin = RuntimeCall::Domains(Call::rejoin { domain: GENERAL });
    let transaction = Chain::dev().signed(Bob, rejoin);
    let weights = RuntimeBlockWeights::get().get(DispatchClass::Normal).clone();
    let each = (transaction.get_dispatch_info().total_weight() + weights.base_extrinsic).ref_time();
    let room = weights.max_total.expect("ordinary transactions have a limit").ref_time();
    let blocks = (1_000 * u64::from(MAX_MEMBERSHIPS)).div_ceil(room / each);
    assert!(blocks * 100 < u64::from(UNBONDING_BLOCKS), "{blocks} of {UNBONDING_BLOCKS}");
}
