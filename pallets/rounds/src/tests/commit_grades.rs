//! Committing grades.

use super::swarm::*;
use crate::{mock::*, Event, Refusal, Rounds as RoundsMap, SealedGrades};
use waggle_primitives::{assignment, Phase};

/// A round in its grading phase with these agents.
fn grading(agents: &[u8]) -> u64 {
    let round = ask(4, agents.len() as u32);
    all_commit(round, agents);
    all_open(round, agents);
    next_block();
    round
}

#[test]
fn grades_should_end_the_phase_when_all_have_committed() {
    on_chain(|| {
        let round = grading(&[0, 1, 2, 3]);
        all_grade(round, &[1, 0]);
        assert_eq!(
            events(),
            [
                Event::GradesCommitted { round, index: 1 },
                Event::GradesCommitted { round, index: 0 }
            ]
        );
        all_grade(round, &[2, 3]);
        assert_eq!(
            events(),
            [
                Event::GradesCommitted { round, index: 2 },
                Event::GradesCommitted { round, index: 3 },
                Event::PhaseChanged { round, phase: Phase::OpeningGrades, deadline: 5 }
            ]
        );
        assert_eq!(RoundsMap::<Test>::get(round).unwrap().grades_committed, 4);
        assert_eq!(
            SealedGrades::<Test>::get(round, 0).unwrap().len(),
            2 * assignment::grades_per_agent(4)
        );
    });
}

#[test]
fn grades_should_be_refused_when_their_length_is_not_two_bytes_for_each_answer() {
    on_chain(|| {
        let round = grading(&[0, 1, 2, 3, 4]);
        let right = 2 * assignment::grades_per_agent(5);
        for wrong in [0, 1, right - 1, right + 1, 66] {
            assert_eq!(
                refusal_of(commit_bytes(0, round, &vec![0; wrong])),
                Refusal::WrongLength.into()
            );
        }
        assert_eq!(send(commit_bytes(0, round, &vec![0; right])), Ok(()));
    });
}

#[test]
fn grades_should_be_refused_from_an_agent_that_did_not_open_its_answer() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        all_open(round, &[0, 2]);
        run_to(5);
        assert_eq!(refusal_of(commit_bytes(1, round, &[0; 2])), Refusal::MissedStep.into());
    });
}

#[test]
fn grades_should_be_refused_a_second_time_and_in_other_phases() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        assert_eq!(refusal_of(commit_bytes(0, round, &[0; 2])), Refusal::TooEarly.into());
        all_open(round, &[0, 1, 2, 3]);
        next_block();
        all_grade(round, &[0, 1]);
        assert_eq!(refusal_of(commit_bytes(0, round, &[0; 4])), Refusal::AlreadyActed.into());
        run_to(7);
        assert_eq!(refusal_of(commit_bytes(2, round, &[0; 4])), Refusal::WrongPhase.into());
    });
}

#[test]
fn grades_should_be_refused_when_the_deadline_has_passed() {
    on_chain(|| {
        let round = grading(&[0, 1, 2, 3]);
        all_grade(round, &[0]);
        System::set_block_number(6);
        assert_eq!(refusal_of(commit_bytes(1, round, &[0; 4])), Refusal::DeadlinePassed.into());
        System::set_block_number(2);
    });
}

#[test]
fn grades_should_be_refused_from_strangers() {
    on_chain(|| {
        let round = grading(&[0, 1, 2, 3]);
        assert_eq!(refusal_of(commit_bytes(5, round, &[0; 4])), Refusal::NotInRound.into());
        assert_eq!(refusal_of(commit_bytes(AGENTS, round, &[0; 4])), Refusal::UnknownAgent.into());
    });
}
