//! Who serves in a round, of whom a domain's reward pool pays; and that to ask in order to serve is
//! a loss.

use super::swarm::*;
use crate::mock::*;
use frame_support::assert_ok;
use pallet_waggle_domains::{Pools, Served};
use waggle_primitives::{attendance::LearningRules, price::AskingPrices, reward_pool::MAX_COUNTED};

/// The agents that are members of the field in these tests, besides the general domain.
const FIELD: [u8; 5] = [1, 3, 5, 7, 9];

/// Put this much into the pool of a domain, out of a stranger's pocket.
fn fund(domain: DomainId, amount: u128) {
    assert_ok!(Domains::fund(RuntimeOrigin::signed(STRANGER), domain, amount));
}

/// How many rounds are counted in a domain that each agent of the field served.
fn served(domain: DomainId) -> [u32; 5] {
    FIELD.map(|agent| {
        let served = Served::<Test>::get(domain, owner(agent));
        served.iter().map(|service| service.rounds).sum()
    })
}

/// Begin the next epoch.
fn next_epoch() {
    run_to((System::block_number() / EPOCH_BLOCKS + 1) * EPOCH_BLOCKS);
}

/// These agents play a round in a domain in which all say the same: nobody loses anything.
fn play_alike(domain: DomainId, agents: &[u8]) {
    let round = ask_in(domain, terms(4, agents.len() as u32), NO_TRUTH);
    for agent in agents {
        assert_eq!(send(commit_answer(*agent, round, &answer_of(7))), Ok(()));
    }
    next_block();
    all_open(round, agents);
    next_block();
    all_grade(round, agents);
    next_block();
    all_open_grades(round, agents);
    next_block();
}

#[test]
fn whoever_kept_its_word_in_a_round_that_teaches_should_have_served_in_its_domain() {
    on_chain(|| {
        let field = found(Question::Closed, &FIELD);
        fund(field, 10_000);
        fund(GENERAL, 10_000);
        play_in(field, &FIELD);
        next_block();
        assert_eq!((served(field), served(GENERAL)), ([1; 5], [0; 5]));
        play_in(field, &FIELD);
        next_block();
        assert_eq!(served(field), [2; 5]);
        assert_eq!(Pools::<Test>::get(field).unwrap().rounds, 10);
    });
}

#[test]
fn whoever_did_not_open_its_grades_should_not_have_served() {
    on_chain(|| {
        let field = found(Question::Closed, &FIELD);
        fund(field, 10_000);
        let round = ask_in(field, terms(4, 5), NO_TRUTH);
        all_commit(round, &FIELD);
        all_open(round, &FIELD);
        next_block();
        all_grade(round, &FIELD);
        next_block();
        all_open_grades(round, &FIELD[..4]);
        run_to(crate::Rounds::<Test>::get(round).expect("the round runs").deadline + 2);
        assert!(!result(round).members[4].opened_grades);
        assert_eq!(served(field), [1, 1, 1, 1, 0]);
    });
}

#[test]
fn nobody_should_have_served_in_a_round_that_teaches_nothing() {
    on_chain(|| {
        let field = found(Question::Closed, &FIELD);
        fund(field, 10_000);
        Learning::set(LearningRules { graders: 6, ..Default::default() });
        play_in(field, &FIELD);
        next_block();
        assert_eq!((served(field), Pools::<Test>::get(field).unwrap().rounds), ([0; 5], 0));
    });
}

#[test]
fn a_domain_without_a_pool_should_count_nothing() {
    on_chain(|| {
        let field = found(Question::Closed, &FIELD);
        play_in(field, &FIELD);
        next_block();
        assert_eq!(Served::<Test>::iter_keys().count(), 0);
    });
}

#[test]
fn of_a_large_round_only_some_should_count_whom_its_seed_draws() {
    chain_of(40).execute_with(|| {
        fund(GENERAL, 10_000);
        let agents: Vec<u8> = (0..40).collect();
        play_alike(GENERAL, &agents);
        let counted: Vec<_> = Served::<Test>::iter_keys().collect();
        assert_eq!(counted.len() as u32, MAX_COUNTED);
        assert_eq!(Pools::<Test>::get(GENERAL).unwrap().rounds, MAX_COUNTED);
        check_invariants();
    });
}

/// The client and all agents of the domain are one person, who plays as well as can be, and the
/// pool is as full as it likes. A seat costs twice what the pool pays for a round at most.
#[test]
fn asking_in_order_to_serve_should_be_a_loss_however_full_the_pool_is() {
    on_chain(|| {
        let field = found(Question::Closed, &FIELD);
        fund(field, 90_000);
        let seat = 2 * PoolPays::get().most_for_round;
        Prices::set(AskingPrices { seat, ..FREE });
        let farmer = || -> u128 {
            wealth(CLIENT) + FIELD.into_iter().map(|agent| wealth(owner(agent))).sum::<u128>()
        };
        let (before, rounds) = (farmer(), 6);
        for _ in 0..rounds {
            play_alike(field, &FIELD);
        }
        assert_eq!(served(field), [rounds; 5], "all of it counts");
        next_epoch();
        for agent in FIELD {
            let anybody = RuntimeOrigin::signed(STRANGER);
            assert_ok!(Domains::collect(anybody, field, owner(agent)));
        }
        let fees = u128::from(rounds * 5) * seat;
        let loss = before - farmer();
        assert!(loss >= fees / 2, "{loss} of {fees}");
        // It got as much of the pool as the rules allow.
        assert_eq!(wealth(Domains::pools_account()), 90_000 - fees / 2);
    });
}

#[test]
fn what_is_collected_should_be_the_pools_and_nobody_elses() {
    on_chain(|| {
        let issuance = Balances::total_issuance();
        let field = found(Question::Closed, &FIELD);
        fund(field, 10_000);
        play_in(field, &FIELD);
        next_epoch();
        let before = wealth(owner(1));
        assert_ok!(Domains::collect(RuntimeOrigin::signed(STRANGER), field, owner(1)));
        let paid = wealth(owner(1)) - before;
        assert_eq!(paid, PoolPays::get().most_for_round);
        assert_eq!(wealth(Domains::pools_account()), 10_000 - paid);
        assert_eq!(Balances::total_issuance(), issuance);
    });
}
