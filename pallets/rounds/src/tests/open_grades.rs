//! Opening grades.

use super::swarm::*;
use crate::{
    mock::*, types::Ending, Error, Event, OpenedGrades, Refusal, Rounds as RoundsMap, SealedGrades,
};
use frame_support::assert_noop;
use waggle_primitives::{Act, SealStep};

/// A round in which these agents have opened their answers, and grading has begun.
fn grading(agents: &[u8]) -> u64 {
    let round = ask(4, agents.len() as u32);
    all_commit(round, agents);
    all_open(round, agents);
    next_block();
    round
}

#[test]
fn opened_grades_should_replace_the_sealed_ones() {
    on_chain(|| {
        let round = grading(&[0, 1, 2, 3]);
        let deserved = deserved_grades(1, round);
        all_grade(round, &[0, 1, 2, 3]);
        next_block();
        all_open_grades(round, &[1]);
        assert_eq!(events(), [Event::GradesOpened { round, index: 1 }]);
        assert_eq!(OpenedGrades::<Test>::get(round, 1).unwrap().to_vec(), deserved);
        assert!(!SealedGrades::<Test>::contains_key(round, 1));
        assert_eq!(RoundsMap::<Test>::get(round).unwrap().well_formed, 1);
    });
}

#[test]
fn malformed_grades_should_count_as_not_opened_and_forfeit_the_ticket() {
    on_chain(|| {
        let round = grading(&[0, 1, 2, 3]);
        all_grade(round, &[0, 1, 3]);
        // Two grades of 65 535 basis points.
        assert_eq!(send(commit_bytes(2, round, &[0xff; 4])), Ok(()));
        next_block();
        all_open_grades(round, &[2]);
        assert_eq!(events(), [Event::GradesMalformed { round, index: 2 }]);
        assert_eq!(refusal_of(open_grades(2, round)), Refusal::AlreadyActed.into());
        all_open_grades(round, &[0, 1, 3]);
        let result = result(round);
        assert!(matches!(result.ending, Ending::Settled { .. }));
        assert!(result.members[2].opened_answer && !result.members[2].opened_grades);
        assert_eq!(result.members[2].forfeited, TICKET);
        assert!(result.grades.iter().all(|entry| entry.grader != 2));
        assert_eq!(result.grades.len(), 6);
    });
}

#[test]
fn opening_grades_should_be_refused_when_the_key_is_wrong_and_change_nothing() {
    on_chain(|| {
        let round = grading(&[0, 1, 2, 3]);
        all_grade(round, &[0, 1, 2, 3]);
        for key in
            [[1; 32], seal_key(0, round, SealStep::Answer), seal_key(1, round, SealStep::Grades)]
        {
            let act = sign(&pair(0), Act::OpenGrades { round, key });
            assert_noop!(
                dispatch(single(act.clone())).map_err(|e| e.error),
                Error::<Test>::WrongKey
            );
            assert_eq!(refusal_of(act), Refusal::WrongKey.into());
        }
    });
}

#[test]
fn opening_grades_should_be_refused_without_a_commit_and_a_second_time() {
    on_chain(|| {
        let round = grading(&[0, 1, 2, 3]);
        assert_eq!(refusal_of(open_grades(0, round)), Refusal::TooEarly.into());
        all_grade(round, &[0, 1, 3]);
        run_to(6);
        next_block();
        assert_eq!(refusal_of(open_grades(2, round)), Refusal::MissedStep.into());
        all_open_grades(round, &[0]);
        assert_eq!(refusal_of(open_grades(0, round)), Refusal::AlreadyActed.into());
        assert_eq!(refusal_of(open_grades(5, round)), Refusal::NotInRound.into());
        assert_eq!(refusal_of(open_grades(AGENTS, round)), Refusal::UnknownAgent.into());
    });
}

#[test]
fn opening_grades_should_be_refused_when_the_round_is_over() {
    on_chain(|| {
        let round = grading(&[0, 1, 2, 3]);
        all_grade(round, &[0, 1, 2, 3]);
        all_open_grades(round, &[0, 1, 3]);
        System::set_block_number(7);
        assert_eq!(refusal_of(open_grades(2, round)), Refusal::DeadlinePassed.into());
        System::set_block_number(6);
        next_block();
        assert_eq!(refusal_of(open_grades(2, round)), Refusal::NoSuchRound.into());
    });
}
