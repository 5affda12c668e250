//! Equal answers are one candidate, while a round runs and as long as its result stays.

use super::swarm::*;
use crate::{mock::*, Candidacies, CandidateKeys, FinalAnswers};
use waggle_primitives::{assignment, final_answer::FinalAnswer, RoundId, MAX_ANSWER_BYTES};

/// A round in whose opening phase these agents, 0 and up, have sealed these answers: four at least.
fn sealed(answers: &[&[u8]]) -> RoundId {
    let round = ask(4, answers.len() as u32);
    for (agent, answer) in (0..).zip(answers) {
        assert_eq!(send(commit_answer(agent, round, answer)), Ok(()));
    }
    round
}

/// All agents below `agents` grade what they have to alike, and open their grades.
fn grade_all(round: RoundId, agents: u8) {
    let grades = vec![1; 2 * assignment::grades_per_agent(agents.into())];
    for agent in 0..agents {
        assert_eq!(send(commit_bytes(agent, round, &grades)), Ok(()));
    }
    all_open_grades(round, &(0..agents).collect::<Vec<_>>());
}

#[test]
fn equal_final_answers_should_be_one_candidate() {
    on_chain(|| {
        let round = sealed(&[b"7 * 7 = 49.\nAnswer: 49", b"Answer: 48", b"**Answer:** 49.", b"49"]);
        assert_eq!(Rounds::candidates(round), []);
        all_open(round, &[0, 1, 2, 3]);
        let expected = [Some(0), Some(1), Some(0), Some(0)];
        assert_eq!(Rounds::candidates(round), expected);
        grade_all(round, 4);
        assert_eq!(Rounds::candidates(round), expected, "the result keeps them");
        assert!(!FinalAnswers::<Test>::contains_key(round));
        let keys = [b"49", b"48"].map(|answer| FinalAnswer::of(answer).map(|answer| answer.key()));
        assert_eq!(CandidateKeys::<Test>::get(round).into_inner(), keys, "and what they come to");
    });
}

#[test]
fn candidates_should_be_counted_by_index_whoever_opens_first() {
    on_chain(|| {
        let round = sealed(&[b"a", b"b", b"b", b"a"]);
        all_open(round, &[3, 2]);
        assert_eq!(Rounds::candidates(round), [None, None, Some(0), Some(1)]);
        all_open(round, &[1]);
        assert_eq!(Rounds::candidates(round), [None, Some(0), Some(0), Some(1)]);
        all_open(round, &[0]);
        assert_eq!(Rounds::candidates(round), [Some(0), Some(1), Some(1), Some(0)]);
    });
}

#[test]
fn answers_that_come_to_nothing_should_stand_alone() {
    on_chain(|| {
        let long = vec![b'x'; MAX_ANSWER_BYTES as usize];
        let round = sealed(&[b" ", b"Answer:", b"\xff", &long, &long, b"\xff"]);
        all_open(round, &[0, 1, 2, 3, 4, 5]);
        let numbers = [0, 1, 2, 3, 3, 2].map(Some);
        assert_eq!(Rounds::candidates(round), numbers);
        grade_all(round, 6);
        let keys = CandidateKeys::<Test>::get(round);
        let is_some: Vec<bool> = keys.iter().map(Option::is_some).collect();
        assert_eq!(is_some, [false, false, true, true]);
    });
}

#[test]
fn candidates_should_be_kept_when_a_round_is_settled_without_some_openings() {
    on_chain(|| {
        let round = ask(4, 4);
        for (agent, answer) in [(0, b"a"), (1, b"a"), (2, b"b"), (3, b"c")] {
            assert_eq!(send(commit_answer(agent, round, answer)), Ok(()));
        }
        all_open(round, &[0, 1]);
        run_to(20);
        assert!(matches!(result(round).ending, crate::types::Ending::Settled { .. }));
        assert_eq!(Rounds::candidates(round), [Some(0), Some(0), None, None]);
        assert_eq!(CandidateKeys::<Test>::get(round).len(), 1);
    });
}

#[test]
fn candidates_should_go_with_the_result() {
    on_chain(|| {
        let round = sealed(&[b"a", b"a", b"a", b"a"]);
        all_open(round, &[0, 1, 2, 3]);
        grade_all(round, 4);
        assert_eq!(Rounds::candidates(round), [Some(0); 4]);
        run_to(System::block_number() + ResultRetention::get() + 1);
        assert_eq!(Rounds::candidates(round), []);
        assert_eq!(Candidacies::<Test>::iter().count(), 0);
        assert_eq!(CandidateKeys::<Test>::iter().count(), 0);
    });
}

#[test]
fn nothing_should_be_kept_of_a_round_in_which_nobody_opened() {
    on_chain(|| {
        let round = ask(4, 4);
        run_to(12);
        assert_eq!(Rounds::candidates(round), []);
        assert!(!Candidacies::<Test>::contains_key(round));
        assert_eq!(Rounds::candidates(round + 1), [], "there is no such round");
    });
}

/// As in rounds that run when the runtime is upgraded to the one that knows of candidates.
#[test]
fn answers_opened_before_the_chain_knew_of_candidates_should_stand_alone() {
    on_chain(|| {
        let round = sealed(&[b"a", b"a", b"a", b"a"]);
        all_open(round, &[0, 1]);
        FinalAnswers::<Test>::remove(round);
        all_open(round, &[2, 3]);
        let expected = [Some(0), Some(1), Some(2), Some(2)];
        assert_eq!(Rounds::candidates(round), expected);
        grade_all(round, 4);
        assert_eq!(Rounds::candidates(round), expected);
    });
}
