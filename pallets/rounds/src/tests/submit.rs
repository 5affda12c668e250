//! Asking a prompt.

use super::swarm::*;
use crate::{mock::*, types::Prompt, Error, Event, NextRound, Prompts, Rounds as RoundsMap};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;
use waggle_primitives::{Phase, RoundTerms, MAX_SWARM};

fn submit(prompt: Prompt, terms: RoundTerms<u128>) -> frame_support::dispatch::DispatchResult {
    Rounds::submit(RuntimeOrigin::signed(CLIENT), prompt, GENERAL, terms, NO_TRUTH)
}

#[test]
fn submit_should_open_a_round_and_hold_the_reward() {
    on_chain(|| {
        assert_ok!(submit(prompt(PROMPT), terms(4, 5)));
        let prompt_hash = sp_io::hashing::blake2_256(PROMPT);
        assert_eq!(
            events(),
            [Event::Submitted {
                round: 0,
                client: CLIENT,
                domain: GENERAL,
                reward: REWARD,
                fee: 0,
                ticket: TICKET,
                prompt_hash,
                deadline: 11
            }]
        );
        let record = RoundsMap::<Test>::get(0).unwrap();
        assert_eq!((record.client, record.phase, record.deadline), (CLIENT, Phase::Answering, 11));
        assert_eq!((record.ticket, record.committed, record.seed), (TICKET, 0, None));
        assert_eq!(Prompts::<Test>::get(0).unwrap(), PROMPT.to_vec());
        assert_eq!(held(CLIENT), REWARD);
        assert_eq!(NextRound::<Test>::get(), 1);
    });
}

#[test]
fn ticket_should_cost_what_a_poor_answer_loses_in_the_smallest_swarm() {
    on_chain(|| {
        // Also where the client wants more: what a key that is kept back brings is no less there.
        for (round, min_agents) in [(0, 4), (1, 5), (2, 6), (3, 100)] {
            assert_ok!(submit(prompt(PROMPT), terms(min_agents, 100)));
            assert_eq!(RoundsMap::<Test>::get(round).unwrap().ticket, TICKET);
        }
    });
}

#[test]
fn submit_should_charge_the_minimum_ticket_when_the_reward_is_small() {
    on_chain(|| {
        assert_ok!(submit(prompt(PROMPT), RoundTerms { reward: MINIMUM_REWARD, ..terms(4, 4) }));
        assert_eq!(RoundsMap::<Test>::get(0).unwrap().ticket, MINIMUM_TICKET);
    });
}

#[test]
fn submit_should_fail_when_the_origin_is_not_signed() {
    on_chain(|| {
        for origin in [
            RuntimeOrigin::none(),
            RuntimeOrigin::root(),
            frame_system::RawOrigin::Authorized.into(),
        ] {
            assert_noop!(
                Rounds::submit(origin, prompt(PROMPT), GENERAL, terms(4, 4), NO_TRUTH),
                DispatchError::BadOrigin
            );
        }
    });
}

#[test]
fn submit_should_fail_when_the_prompt_is_empty() {
    on_chain(|| {
        assert_noop!(submit(prompt(b""), terms(4, 4)), Error::<Test>::EmptyPrompt);
    });
}

#[test]
fn submit_should_fail_when_there_is_no_such_domain() {
    on_chain(|| {
        let submit = |domain| {
            let client = RuntimeOrigin::signed(CLIENT);
            Rounds::submit(client, prompt(PROMPT), domain, terms(4, 4), NO_TRUTH)
        };
        assert_noop!(submit(1), Error::<Test>::NoSuchDomain);
        assert_noop!(submit(DomainId::MAX), Error::<Test>::NoSuchDomain);
        let domain = found(Question::Open, &[]);
        assert_ok!(submit(domain));
        assert_eq!(RoundsMap::<Test>::get(0).unwrap().domain, domain);
    });
}

#[test]
fn submit_should_accept_answering_times_at_the_bounds_only() {
    on_chain(|| {
        let of = |answering_blocks| RoundTerms { answering_blocks, ..terms(4, 4) };
        for outside in [0, 1, 21, u32::MAX] {
            assert_noop!(
                submit(prompt(PROMPT), of(outside)),
                Error::<Test>::AnsweringTimeOutOfBounds
            );
        }
        assert_ok!(submit(prompt(PROMPT), of(2)));
        assert_ok!(submit(prompt(PROMPT), of(20)));
    });
}

#[test]
fn submit_should_accept_swarms_at_the_bounds_only() {
    on_chain(|| {
        for (min, max) in [
            (0, 4),
            (2, 4),
            (3, 3),
            (3, 4),
            (5, 4),
            (4, MAX_SWARM + 1),
            (MAX_SWARM + 1, MAX_SWARM + 1),
            (4, 0),
        ] {
            assert_noop!(submit(prompt(PROMPT), terms(min, max)), Error::<Test>::SwarmOutOfBounds);
        }
        assert_ok!(submit(prompt(PROMPT), terms(4, 4)));
        assert_ok!(submit(prompt(PROMPT), terms(MAX_SWARM, MAX_SWARM)));
    });
}

#[test]
fn submit_should_fail_when_the_reward_is_too_small() {
    on_chain(|| {
        let terms = RoundTerms { reward: MINIMUM_REWARD - 1, ..terms(4, 4) };
        assert_noop!(submit(prompt(PROMPT), terms), Error::<Test>::RewardTooSmall);
    });
}

#[test]
fn submit_should_fail_when_the_client_has_too_little() {
    on_chain(|| {
        let terms = RoundTerms { reward: ENDOWMENT + 1, ..terms(4, 4) };
        assert_noop!(
            submit(prompt(PROMPT), terms),
            pallet_waggle_tickets::Error::<Test>::RewardUnaffordable
        );
    });
}

#[test]
fn submit_should_fail_when_too_many_rounds_run_until_one_ends() {
    on_chain(|| {
        for _ in 0..MaxOpenRounds::get() {
            assert_ok!(submit(prompt(PROMPT), terms(4, 4)));
        }
        assert_noop!(submit(prompt(PROMPT), terms(4, 4)), Error::<Test>::TooManyOpenRounds);
        run_to(12);
        assert_ok!(submit(prompt(PROMPT), terms(4, 4)));
    });
}

#[test]
fn submit_should_fail_when_too_many_rounds_of_the_client_run_until_one_ends() {
    on_chain(|| {
        MaxOpenRoundsPerClient::set(2);
        let of_stranger = || {
            let stranger = RuntimeOrigin::signed(STRANGER);
            Rounds::submit(stranger, prompt(PROMPT), GENERAL, terms(4, 4), NO_TRUTH)
        };
        assert_ok!(submit(prompt(PROMPT), terms(4, 4)));
        assert_ok!(submit(prompt(PROMPT), terms(4, 4)));
        assert_noop!(submit(prompt(PROMPT), terms(4, 4)), Error::<Test>::TooManyRoundsOfClient);
        assert_ok!(of_stranger());
        all_commit(0, &[0, 1, 2, 3]);
        all_open(0, &[0, 1, 2, 3]);
        all_grade(0, &[0, 1, 2, 3]);
        all_open_grades(0, &[0, 1, 2, 3]);
        assert_ok!(submit(prompt(PROMPT), terms(4, 4)));
        assert_noop!(submit(prompt(PROMPT), terms(4, 4)), Error::<Test>::TooManyRoundsOfClient);
        // The others were cancelled: nobody is counted any more.
        run_to(30);
        assert_eq!(crate::OpenRoundsOf::<Test>::iter().count(), 0);
    });
}
