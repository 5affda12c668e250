//! Who may enter a round: agents that were there before it, within what their owners allow.

use super::swarm::*;
use crate::{mock::*, Refusal};
use frame_support::assert_ok;
use waggle_primitives::{view::Duty, StakeLimits};

/// A key that nobody has at the start.
const NEW: u8 = AGENTS;

fn register(who: AccountId, number: u8) {
    let (model, topics) = (Default::default(), Default::default());
    let origin = RuntimeOrigin::signed(who);
    assert_ok!(Agents::register(origin, key(number), proof(number, who), model, topics));
}

fn limit(agent: u8, limits: Option<StakeLimits>) {
    assert_ok!(Agents::set_limits(RuntimeOrigin::signed(owner(agent)), limits));
}

/// Whether the agent is asked to answer.
fn is_asked(agent: u8, round: u64) -> bool {
    let asked = |duty: &Duty<u128>| matches!(duty, Duty::Answer { round: of, .. } if *of == round);
    Rounds::duties(&key(agent)).iter().any(asked)
}

#[test]
fn who_registered_after_the_round_was_submitted_should_be_refused() {
    on_chain(|| {
        let early = ask(4, 5);
        next_block();
        register(STRANGER, NEW);
        // It may have seen this one in the pool.
        let same = ask(4, 5);
        next_block();
        let late = ask(4, 5);
        let entry = |round| commit_answer(NEW, round, b"5");
        for round in [early, same] {
            assert_eq!(refusal_of(entry(round)), Refusal::JoinedTooLate.into());
            assert!(!is_asked(NEW, round));
        }
        assert!(is_asked(NEW, late));
        assert_eq!(send(entry(late)), Ok(()));
    });
}

#[test]
fn who_left_and_came_back_should_count_as_new() {
    on_chain(|| {
        assert_ok!(Agents::retire(RuntimeOrigin::signed(owner(0))));
        run_to(6);
        let round = ask(4, 5);
        next_block();
        assert_ok!(Agents::unbond(RuntimeOrigin::signed(owner(0))));
        register(owner(0), 0);
        assert_eq!(refusal_of(commit_answer(0, round, b"5")), Refusal::JoinedTooLate.into());
    });
}

#[test]
fn a_ticket_should_be_refused_when_it_is_dearer_than_the_owner_allows() {
    on_chain(|| {
        let round = ask(4, 5);
        limit(0, Some(StakeLimits { ticket: TICKET - 1, at_stake: u128::MAX }));
        assert_eq!(refusal_of(commit_answer(0, round, b"5")), Refusal::BeyondLimits.into());
        assert!(!is_asked(0, round));
        limit(0, Some(StakeLimits { ticket: TICKET, at_stake: TICKET }));
        assert!(is_asked(0, round));
        assert_eq!(send(commit_answer(0, round, b"5")), Ok(()));
    });
}

#[test]
fn no_more_tickets_should_be_at_stake_at_once_than_the_owner_allows() {
    on_chain(|| {
        let rounds: Vec<_> = (0..3).map(|_| ask(4, 4)).collect();
        limit(0, Some(StakeLimits { ticket: TICKET, at_stake: 2 * TICKET }));
        let entry = |round| commit_answer(0, round, b"5");
        // Nor by a batch that brings all of them.
        let all = batch(rounds.iter().map(|round| entry(*round)).collect());
        assert_eq!(authorize(&all).unwrap_err(), Refusal::BeyondLimits.into());
        for round in &rounds[..2] {
            assert_eq!(send(entry(*round)), Ok(()));
        }
        assert_eq!(refusal_of(entry(rounds[2])), Refusal::BeyondLimits.into());
        // Whoever has the agent key cannot change that; the owner can.
        limit(0, None);
        assert_eq!(send(entry(rounds[2])), Ok(()));
    });
}

#[test]
fn limits_should_leave_rounds_alone_that_the_agent_is_in() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        limit(0, Some(StakeLimits { ticket: 0, at_stake: 0 }));
        all_open(round, &[0, 1, 2, 3]);
        all_grade(round, &[0, 1, 2, 3]);
        all_open_grades(round, &[0, 1, 2, 3]);
        assert!(result(round).members.iter().all(|member| member.opened_grades));
    });
}
