//! Rounds in every phase when the code changes, and examinations afterwards.

use crate::{
    chain::{this_build, Chain, RELEASED},
    swarm::{act, Agent, RIGHT},
};
use frame_support::{
    storage::{with_transaction, TransactionOutcome},
    traits::{GetStorageVersion, UncheckedOnRuntimeUpgrade},
};
use pallet_waggle_examinations::{Call as ExaminationsCall, Error, Event};
use pallet_waggle_rounds::{migrations::NameSeats, OpenRoundsOf};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{ApplyExtrinsicResult, DispatchError};
use waggle_primitives::{
    domain::GENERAL,
    examination::seal,
    lots::Seats,
    rule::Judgement,
    view::{AgentDetail, MemberView, MembershipView, RoundState, RoundView},
    Grade, Hash32, Phase, RoundId, RoundTerms, MIN_SWARM,
};
use waggle_runtime::{
    genesis_config_presets::{dev_owner, DEV_AGENTS},
    AccountId, Balance, Balances, Runtime, RuntimeCall, RuntimeEvent, System, AGENT_BOND,
    DRAW_BLOCKS, VALIDATOR_BOND, VERSION, WAG,
};

const CLIENT: Sr25519Keyring = Sr25519Keyring::Bob;
const EXAMINER: Sr25519Keyring = Sr25519Keyring::Charlie;
/// What the examiner seals the right answer with.
const SALT: Hash32 = [5; 32];

/// The index of the pallet `Rounds`, and that of its call `submit`.
const SUBMIT: (u8, u8) = (23, 0);
/// The first spec version in which something is sealed with a prompt.
const SEALS: u32 = 6;

/// The client asks for four agents, and seals the right answer if the chain's code knows of that;
/// if it does not, fewer agents are enough than may be asked for now.
fn ask(chain: &mut Chain) {
    let is_old = chain.version().spec_version < SEALS;
    let min_agents = if is_old { MIN_SWARM - 1 } else { MIN_SWARM };
    let (reward, answering_blocks, max_agents) = (20 * WAG, 400u32, 4u32);
    let prompt = b"37+12".to_vec();
    let transaction = if is_old {
        let terms = (reward, answering_blocks, min_agents, max_agents);
        chain.signed(CLIENT, (SUBMIT, prompt, terms))
    } else {
        let (prompt, sealed_truth) =
            (prompt.try_into().unwrap(), seal(&CLIENT.to_account_id(), &SALT, RIGHT));
        let (domain, min_score) = (GENERAL, Grade::MIN);
        let terms = RoundTerms { reward, answering_blocks, min_agents, max_agents, min_score };
        let call = pallet_waggle_rounds::Call::submit { prompt, domain, terms, sealed_truth };
        chain.signed(CLIENT, RuntimeCall::Rounds(call))
    };
    chain.block_of(vec![transaction]);
}

/// The examiner tells the right answer to the round's question.
fn reveal(chain: &mut Chain, round: RoundId) -> ApplyExtrinsicResult {
    let truth = RIGHT.to_vec().try_into().unwrap();
    let call = ExaminationsCall::reveal { round, truth, salt: SALT };
    let transaction = chain.signed(EXAMINER, RuntimeCall::Examinations(call));
    chain.block(vec![transaction])[0]
}

/// The round as this build sees it, whatever code the chain has: as the upgrade will leave it. How
/// results are read, no upgrade changed.
fn view(chain: &mut Chain, round: RoundId) -> RoundView<AccountId, Balance> {
    let view = chain.ask(|| {
        with_transaction(|| {
            if waggle_runtime::Rounds::on_chain_storage_version() < 4 {
                NameSeats::<Runtime>::on_runtime_upgrade();
            }
            let view = waggle_runtime::Rounds::round(round);
            TransactionOutcome::Rollback(Ok::<_, DispatchError>(view))
        })
    });
    view.ok().flatten().expect("the round is known")
}

/// What is known of the members of the general domain.
fn members(chain: &mut Chain) -> Vec<MembershipView> {
    let all: Vec<MemberView<AccountId>> =
        chain.api("WaggleApi_agents", (GENERAL, None::<AccountId>, u32::MAX));
    all.into_iter().map(|member| member.membership).collect()
}

fn phase(chain: &mut Chain, round: RoundId) -> Option<Phase> {
    match view(chain, round).state {
        RoundState::Running { phase, .. } => Some(phase),
        _ => None,
    }
}

/// Let everybody act in the round until it is over, as the chain says what is to be done.
fn finish(chain: &mut Chain, agents: &[Agent], round: RoundId) {
    for _ in 0..4 {
        act(chain, agents, round);
    }
}

fn assert_settled_rightly(chain: &mut Chain, round: RoundId) {
    let view = view(chain, round);
    let RoundState::Settled { winner } = view.state else {
        panic!("round {round}: {:?}", view.state)
    };
    let wrong = dev_owner(0);
    assert_ne!(view.agents[winner as usize].owner, wrong, "the wrong answer does not win");
    assert_eq!(view.winning_answer.as_deref(), Some(RIGHT));
    assert!(
        view.agents.iter().all(|agent| agent.opened_grades),
        "round {round}: nobody lost a step"
    );
}

#[test]
fn rounds_in_every_phase_should_settle_after_an_upgrade() {
    for (released, wasm) in RELEASED {
        upgrade_in_flight(released, wasm);
    }
}

fn upgrade_in_flight(released: u32, wasm: &[u8]) {
    let agents: Vec<Agent> = (0..4).map(Agent::dev).collect();
    let mut chain = Chain::dev(wasm);
    assert_eq!(chain.version().spec_version, released);
    let issuance = chain.ask(Balances::total_issuance);

    // Round 0 is over; 1 to 4 stand in the middle of their phases.
    for _ in 0..5 {
        ask(&mut chain);
    }
    finish(&mut chain, &agents, 0);
    act(&mut chain, &agents[..2], 1);
    act(&mut chain, &agents, 2);
    act(&mut chain, &agents[..2], 2);
    for _ in 0..2 {
        act(&mut chain, &agents, 3);
    }
    act(&mut chain, &agents[..2], 3);
    for _ in 0..3 {
        act(&mut chain, &agents, 4);
    }
    act(&mut chain, &agents[..2], 4);
    let phases: Vec<_> = (0..5).map(|round| phase(&mut chain, round)).collect();
    let expected =
        [Phase::Answering, Phase::OpeningAnswers, Phase::Grading, Phase::OpeningGrades].map(Some);
    assert_eq!(phases[0], None);
    assert_eq!(phases[1..], expected);
    let rounds_before: Vec<_> = (0..5).map(|round| view(&mut chain, round)).collect();

    let upgrade = chain.set_code(this_build());
    chain.block_of(vec![upgrade]);
    assert_eq!(chain.version().spec_version, VERSION.spec_version);
    assert!(VERSION.spec_version > released, "or this is no upgrade");
    chain.block_of(vec![]);
    let rounds_after: Vec<_> = (0..5).map(|round| view(&mut chain, round)).collect();
    assert_eq!(rounds_after, rounds_before, "the upgrade leaves rounds as they are");
    let judged = |judgement: &Judgement| matches!(judgement, Judgement::Separate { .. });
    assert!(rounds_after[0].agents.iter().all(|agent| judged(&agent.judgement)));
    let served: Option<RoundView<AccountId, Balance>> = chain.api("WaggleApi_round", 0u64);
    assert_eq!(served.as_ref(), rounds_after.first());
    // Version 6 knows agents in another way, so that all are newcomers to it.
    let known_after = members(&mut chain);
    assert_eq!(known_after.len(), DEV_AGENTS as usize, "all are in the general domain");
    assert!(known_after.iter().all(|known| known.rounds == 0 && known.quality.is_some()));
    chain.ask(|| {
        assert_eq!(
            waggle_runtime::Rounds::on_chain_storage_version(),
            waggle_runtime::Rounds::in_code_storage_version()
        );
        assert_eq!(OpenRoundsOf::<Runtime>::get(CLIENT.to_account_id()), 4);
    });

    for round in 1..5 {
        finish(&mut chain, &agents, round);
    }
    for round in 0..5 {
        assert_settled_rightly(&mut chain, round);
    }
    // And one that the new code sees from beginning to end: all agents are on the roster, so that
    // its seats are drawn.
    let everybody: Vec<Agent> = (0..DEV_AGENTS).map(Agent::dev).collect();
    ask(&mut chain);
    for _ in 0..DRAW_BLOCKS {
        act(&mut chain, &everybody, 5);
    }
    let seats = view(&mut chain, 5).seats;
    assert!(matches!(seats, Some(Seats::Drawn { members: DEV_AGENTS, .. })), "{seats:?}");
    finish(&mut chain, &everybody, 5);
    assert_settled_rightly(&mut chain, 5);

    chain.ask(|| {
        assert_eq!(Balances::total_issuance(), issuance);
        assert_eq!(OpenRoundsOf::<Runtime>::iter().count(), 0);
        assert_eq!(Balances::reserved_balance(CLIENT.to_account_id()), 0);
        assert!(
            (0..DEV_AGENTS).all(|agent| Balances::reserved_balance(dev_owner(agent)) == AGENT_BOND)
        );
        // The only validator could pay its bond.
        let validator = Sr25519Keyring::Alice.to_account_id();
        assert_eq!(Balances::reserved_balance(validator), VALIDATOR_BOND);
        waggle_runtime::Validators::do_try_state().unwrap();
        waggle_runtime::Tickets::do_try_state().unwrap();
        waggle_runtime::Agents::do_try_state().unwrap();
        waggle_runtime::Domains::do_try_state().unwrap();
        waggle_runtime::Ratings::do_try_state().unwrap();
        waggle_runtime::Audits::do_try_state().unwrap();
    });
    // The past began with version 2, what is known of agents begins with version 6, and with rounds
    // that began under it: nobody had a right to the seats of those before.
    let detail: Option<AgentDetail<AccountId, Balance>> =
        chain.api("WaggleApi_agent", dev_owner(1));
    let detail = detail.unwrap();
    let is_drawn = swarm(&mut chain, 5).contains(&dev_owner(1));
    let before = if released < 2 { 4 } else { 5 };
    assert_eq!(detail.past.rounds, before + u32::from(is_drawn));
    let known = detail.memberships.iter().map(|known| (known.domain, known.rounds));
    assert_eq!(known.collect::<Vec<_>>(), [(GENERAL, u32::from(is_drawn))]);

    examine(&mut chain, 5);
    assert_eq!(chain.ask(Balances::total_issuance), issuance);
}

/// The owners of the agents in a round.
fn swarm(chain: &mut Chain, round: RoundId) -> Vec<AccountId> {
    view(chain, round).agents.into_iter().map(|agent| agent.owner).collect()
}

/// `sealed` is the first round that the new code saw from its beginning, and can be examined;
/// nothing was sealed for those before.
fn examine(chain: &mut Chain, sealed: RoundId) {
    let (domain, who, budget) = (GENERAL, EXAMINER.to_account_id(), 100 * WAG);
    let appoint = ExaminationsCall::<Runtime>::appoint { domain, who, budget };
    let appointment = chain.as_root(Sr25519Keyring::Alice, appoint);
    chain.block_of(vec![appointment]);
    let learnt =
        |chain: &mut Chain| -> u32 { members(chain).iter().map(|known| known.rounds).sum() };
    let before = learnt(chain);
    for round in 0..sealed {
        let nothing = Error::<Runtime>::NothingSealed.into();
        assert_eq!(reveal(chain, round), Ok(Err(nothing)), "round {round}");
    }
    assert_eq!(learnt(chain), before);

    assert_eq!(reveal(chain, sealed), Ok(Ok(())));
    let told = chain.ask(System::events).into_iter().find_map(|record| match record.event {
        RuntimeEvent::Examinations(event) => Some(event),
        _ => None,
    });
    let right = swarm(chain, sealed).iter().filter(|owner| **owner != dev_owner(0)).count() as u32;
    let result = view(chain, sealed);
    let reimbursed = result.terms.reward - result.returned;
    assert_eq!(told, Some(Event::Examined { round: sealed, right, agents: 4, reimbursed }));
    assert_eq!(learnt(chain), before + 4, "all four gave grades");
    let again = Error::<Runtime>::NothingSealed.into();
    assert_eq!(reveal(chain, sealed), Ok(Err(again)));
    chain.ask(|| {
        waggle_runtime::Examinations::do_try_state().unwrap();
        waggle_runtime::Ratings::do_try_state().unwrap();
    });
}
