//! Opening answers.

use super::swarm::*;
use crate::{mock::*, Error, Event, Refusal, Rounds as RoundsMap};
use frame_support::assert_noop;
use waggle_primitives::{assignment, Act, Phase, SealStep};

#[test]
fn opening_should_end_the_phase_when_all_have_opened() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        next_block();
        all_open(round, &[2, 0]);
        assert_eq!(
            events(),
            [Event::AnswerOpened { round, index: 2 }, Event::AnswerOpened { round, index: 0 }]
        );
        assert_eq!(RoundsMap::<Test>::get(round).unwrap().phase, Phase::OpeningAnswers);
        all_open(round, &[1, 3]);
        assert_eq!(
            events(),
            [
                Event::AnswerOpened { round, index: 1 },
                Event::AnswerOpened { round, index: 3 },
                Event::PhaseChanged { round, phase: Phase::Grading, deadline: 6 }
            ]
        );
    });
}

#[test]
fn seed_should_come_from_the_block_s_randomness_and_the_keys_in_agent_order() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[4, 1, 7, 2]);
        all_open(round, &[7, 2, 4, 1]);
        let keys: Vec<_> =
            [4, 1, 7, 2].iter().map(|agent| seal_key(*agent, round, SealStep::Answer)).collect();
        assert_eq!(
            RoundsMap::<Test>::get(round).unwrap().seed,
            Some(assignment::seed(round, &[9; 32], &keys))
        );
    });
}

#[test]
fn seed_should_come_from_the_parent_hash_when_the_block_has_no_randomness() {
    on_chain(|| {
        Randomness::set(None);
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        all_open(round, &[0, 1, 2, 3]);
        let keys: Vec<_> =
            [0, 1, 2, 3].iter().map(|agent| seal_key(*agent, round, SealStep::Answer)).collect();
        let seed = assignment::seed(round, &System::parent_hash().0, &keys);
        assert_eq!(RoundsMap::<Test>::get(round).unwrap().seed, Some(seed));
    });
}

#[test]
fn opening_should_be_refused_before_its_phase_and_after_it() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 3]);
        assert_eq!(refusal_of(open_answer(0, round)), Refusal::TooEarly.into());
        all_commit(round, &[2]);
        all_open(round, &[0, 1, 3]);
        System::set_block_number(5);
        assert_eq!(refusal_of(open_answer(2, round)), Refusal::DeadlinePassed.into());
        System::set_block_number(4);
        next_block();
        assert_eq!(refusal_of(open_answer(2, round)), Refusal::WrongPhase.into());
    });
}

#[test]
fn opening_should_be_refused_when_the_agent_is_not_in_the_round() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        assert_eq!(refusal_of(open_answer(4, round)), Refusal::NotInRound.into());
        assert_eq!(refusal_of(open_answer(AGENTS, round)), Refusal::UnknownAgent.into());
        assert_eq!(refusal_of(open_answer(0, round + 1)), Refusal::TooEarly.into());
    });
}

#[test]
fn opening_should_be_too_early_when_the_state_does_not_have_the_commit_yet() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0]);
        assert_eq!(refusal_of(open_answer(1, round)), Refusal::TooEarly.into());
        assert_eq!(refusal_of(open_grades(1, round)), Refusal::TooEarly.into());
        assert_eq!(
            refusal_of(open_answer(AGENTS, round)),
            Refusal::UnknownAgent.into(),
            "it cannot have entered"
        );
    });
}

#[test]
fn opening_should_be_refused_when_the_key_is_wrong_and_change_nothing() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        let act = sign(&pair(0), Act::OpenAnswer { round, key: [1; 32] });
        assert_noop!(dispatch(single(act.clone())).map_err(|e| e.error), Error::<Test>::WrongKey);
        assert_eq!(refusal_of(act), Refusal::WrongKey.into());
        // The key of the other seal is no use either.
        let act =
            sign(&pair(0), Act::OpenAnswer { round, key: seal_key(0, round, SealStep::Grades) });
        assert_eq!(refusal_of(act), Refusal::WrongKey.into());
    });
}

#[test]
fn opening_should_be_refused_a_second_time() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        all_open(round, &[0]);
        assert_eq!(refusal_of(open_answer(0, round)), Refusal::AlreadyActed.into());
    });
}

#[test]
fn member_should_go_on_with_its_old_key_when_the_owner_rotates_it() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        rotate(owner(0), AGENTS);
        assert_eq!(refusal_of(open_answer(AGENTS, round)), Refusal::NotInRound.into());
        all_open(round, &[0, 1, 2, 3]);
        next_block();
        all_grade(round, &[0, 1, 2, 3]);
        next_block();
        all_open_grades(round, &[0, 1, 2, 3]);
        assert_eq!(result(round).members[0].key, key(0));
    });
}
