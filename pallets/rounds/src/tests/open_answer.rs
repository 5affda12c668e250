//! Opening answers.

use super::swarm::*;
use crate::{mock::*, Error, Event, Refusal, Rounds as RoundsMap};
use frame_support::assert_noop;
use waggle_primitives::{assignment, Act, Hash32, Phase, RoundId, SealStep};

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

/// The seed from this randomness and the keys of these agents.
fn seed_of(round: RoundId, randomness: Hash32, agents: &[u8]) -> Option<Hash32> {
    let keys: Vec<_> =
        agents.iter().map(|agent| seal_key(*agent, round, SealStep::Answer)).collect();
    Some(assignment::seed(round, &randomness, &keys))
}

/// The next block, whose author draws this.
fn next_block_drawing(randomness: u8) {
    next_block();
    Randomness::set(Some([randomness; 32]));
}

fn seed(round: RoundId) -> Option<Hash32> {
    RoundsMap::<Test>::get(round).unwrap().seed
}

#[test]
fn seed_should_come_from_the_block_s_randomness_and_the_keys_in_agent_order() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[4, 1, 7, 2]);
        all_open(round, &[7, 2, 4, 1]);
        assert_eq!(seed(round), seed_of(round, [9; 32], &[4, 1, 7, 2]));
    });
}

#[test]
fn seed_should_be_the_same_in_whatever_block_the_last_answer_is_opened() {
    let opened_after = |blocks: u8| {
        on_chain(|| {
            let round = ask(4, 4);
            all_commit(round, &[0, 1, 2]);
            next_block_drawing(20);
            all_commit(round, &[3]);
            all_open(round, &[0, 1, 2]);
            for block in 1..=blocks {
                next_block_drawing(20 + block);
            }
            all_open(round, &[3]);
            assert_eq!(seed(round), seed_of(round, [20; 32], &[0, 1, 2, 3]), "{blocks}");
        });
    };
    // As late as the phase allows.
    (0..=3).for_each(opened_after);
}

#[test]
fn seed_should_come_from_the_same_block_when_a_key_is_kept_back() {
    on_chain(|| {
        let round = ask(4, 4);
        next_block_drawing(20);
        all_commit(round, &[0, 1, 2, 3]);
        next_block_drawing(21);
        all_open(round, &[0, 1, 2]);
        for block in 22..=24 {
            next_block_drawing(block);
        }
        assert_eq!(RoundsMap::<Test>::get(round).unwrap().phase, Phase::Grading);
        assert_eq!(seed(round), seed_of(round, [20; 32], &[0, 1, 2]));
    });
}

#[test]
fn seed_should_come_from_the_block_after_the_deadline_when_too_few_commit_to_fill_the_swarm() {
    on_chain(|| {
        let round = ask(4, 5);
        all_commit(round, &[0, 1, 2, 3]);
        let deadline = RoundsMap::<Test>::get(round).unwrap().deadline;
        while System::block_number() < deadline {
            next_block_drawing(20);
        }
        // The hook ends the phase when the block begins.
        Randomness::set(Some([21; 32]));
        next_block();
        next_block_drawing(22);
        all_open(round, &[0, 1, 2, 3]);
        assert_eq!(seed(round), seed_of(round, [21; 32], &[0, 1, 2, 3]));
    });
}

#[test]
fn seed_should_come_from_the_parent_hash_when_the_block_has_no_randomness() {
    on_chain(|| {
        Randomness::set(None);
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        let parent = System::parent_hash().0;
        next_block_drawing(20);
        all_open(round, &[0, 1, 2, 3]);
        assert_eq!(seed(round), seed_of(round, parent, &[0, 1, 2, 3]));
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
