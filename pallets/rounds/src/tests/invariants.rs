//! That the checks of the invariants notice when one is broken.

use super::swarm::*;
use crate::{
    mock::*,
    types::{CandidateNumbers, FinalAnswerKeys, GradesStatus, KeysByCandidate},
    Agenda, AskedIn, Candidacies, CandidateKeys, FinalAnswers, MemberByKey, Members, MinScores,
    OpenRoundsOf, Prompts, Results, Rounds as RoundsMap, SealedTruths,
};
use std::collections::BTreeMap;
use waggle_primitives::Grade;

/// What `check_state` says after `damage` to a chain with a settled round 0 and a running round 1
/// that has two members so far.
fn verdict_after(damage: impl FnOnce()) -> Result<(), sp_runtime::TryRuntimeError> {
    chain().execute_with(|| {
        play(&[0, 1, 2, 3]);
        let round = ask(4, 5);
        all_commit(round, &[0, 1]);
        assert_eq!(Rounds::check_state(), Ok(()));
        damage();
        Rounds::check_state()
    })
}

#[test]
fn check_should_notice_a_wrong_counter() {
    let verdict = verdict_after(|| {
        RoundsMap::<Test>::mutate(1, |record| record.as_mut().unwrap().committed = 3)
    });
    assert_eq!(verdict, Err("the number of members differs from the counter".into()));
}

#[test]
fn check_should_notice_a_missing_index() {
    let verdict = verdict_after(|| MemberByKey::<Test>::remove(1, key(0)));
    assert_eq!(verdict, Err("a member is not found by its key".into()));
}

#[test]
fn check_should_notice_a_round_that_nothing_will_move_on() {
    let verdict = verdict_after(|| {
        Agenda::<Test>::remove(15, 1);
    });
    assert_eq!(verdict, Err("the agenda does not hold each running round once".into()));
}

#[test]
fn check_should_notice_what_an_ended_round_left_behind() {
    let verdict = verdict_after(|| Prompts::<Test>::insert(0, prompt(PROMPT)));
    assert_eq!(verdict, Err("a prompt of an ended round".into()));
}

#[test]
fn check_should_notice_a_round_of_no_domain() {
    let verdict = verdict_after(|| {
        RoundsMap::<Test>::mutate(1, |record| record.as_mut().unwrap().domain = 1)
    });
    assert_eq!(verdict, Err("a round of no domain".into()));
}

#[test]
fn check_should_notice_the_domain_of_no_result_and_the_general_one() {
    for (round, domain) in [(1, 1), (0, GENERAL)] {
        let verdict = verdict_after(|| AskedIn::<Test>::insert(round, domain));
        assert_eq!(verdict, Err("a domain without a result, or the general one".into()));
    }
}

#[test]
fn check_should_notice_the_minimum_score_of_no_result_and_one_of_nothing() {
    for (round, min_score) in [(1, Grade::MAX), (0, Grade::MIN)] {
        let verdict = verdict_after(|| MinScores::<Test>::insert(round, min_score));
        assert_eq!(verdict, Err("a minimum score without a result, or none".into()));
    }
}

#[test]
fn check_should_notice_a_final_answer_of_what_is_not_open() {
    let final_answers = |index| [(index, [7; 32])].into_iter().collect::<BTreeMap<_, _>>();
    for (round, expected) in [
        (1, "a final answer of an answer that is not open"),
        (0, "final answers of an ended round"),
    ] {
        let verdict = verdict_after(|| {
            FinalAnswers::<Test>::insert(
                round,
                FinalAnswerKeys::try_from(final_answers(0)).unwrap(),
            )
        });
        assert_eq!(verdict, Err(expected.into()));
    }
}

#[test]
fn check_should_notice_candidates_that_would_never_be_pruned() {
    let verdict = verdict_after(|| Candidacies::<Test>::insert(1, CandidateNumbers::default()));
    assert_eq!(verdict, Err("candidates without a result".into()));
}

#[test]
fn check_should_notice_candidates_keys_that_are_no_candidates() {
    for (round, keys, expected) in [
        (1, vec![], "candidates' keys of a round that was not judged"),
        (0, vec![Some([7; 32])], "not as many keys as candidates"),
    ] {
        let verdict = verdict_after(|| {
            CandidateKeys::<Test>::insert(round, KeysByCandidate::truncate_from(keys.clone()))
        });
        assert_eq!(verdict, Err(expected.into()));
    }
}

#[test]
fn check_should_notice_a_seal_that_would_never_be_pruned() {
    let verdict = verdict_after(|| SealedTruths::<Test>::insert(7, NO_TRUTH));
    assert_eq!(verdict, Err("a sealed truth of a round that is forgotten".into()));
}

#[test]
fn check_should_notice_a_result_that_would_never_be_pruned() {
    let verdict = verdict_after(|| {
        let result = Results::<Test>::get(0).unwrap();
        Results::<Test>::insert(7, result);
    });
    assert_eq!(verdict, Err("the expiries do not hold each result once".into()));
}

#[test]
fn check_should_notice_grades_without_an_answer() {
    let verdict = verdict_after(|| {
        Members::<Test>::mutate(1, 0, |member| {
            member.as_mut().unwrap().grades = GradesStatus::Malformed
        });
    });
    assert_eq!(verdict, Err("a member graded without opening its answer".into()));
}

#[test]
fn check_should_notice_a_wrong_count_of_a_client_s_rounds() {
    let verdict = verdict_after(|| OpenRoundsOf::<Test>::insert(CLIENT, 2));
    assert_eq!(verdict, Err("the counts of clients' rounds are off".into()));
}
