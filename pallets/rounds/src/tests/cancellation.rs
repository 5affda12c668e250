//! Rounds that end without a winner: who gets what back.

use super::swarm::*;
use crate::{mock::*, types::Ending, Event};
use waggle_primitives::CancelReason;

/// Everything that the test's accounts can have gained or lost.
fn changes(agents: &[u8]) -> (i128, Vec<i128>, i128) {
    let change = |account| wealth(account) as i128 - ENDOWMENT as i128;
    (change(CLIENT), agents.iter().map(|agent| change(owner(*agent))).collect(), change(TREASURY))
}

fn nothing_is_held(agents: &[u8]) -> bool {
    held(CLIENT) == 0 && agents.iter().all(|agent| held(owner(*agent)) == 0)
}

#[test]
fn too_few_commits_should_give_everything_back() {
    on_chain(|| {
        let round = ask(3, 5);
        all_commit(round, &[0, 1]);
        run_to(12);
        let reason = CancelReason::TooFewCommitted;
        assert_eq!(events(), [Event::Cancelled { round, reason, treasury: 0 }]);
        assert_eq!(result(round).ending, Ending::Cancelled { reason });
        assert_eq!(result(round).seed, None);
        assert_eq!(changes(&[0, 1]), (0, vec![0, 0], 0));
        assert!(nothing_is_held(&[0, 1]));
    });
}

#[test]
fn too_few_openings_should_forfeit_the_tickets_of_those_that_did_not_open() {
    on_chain(|| {
        let round = ask(3, 4);
        all_commit(round, &[0, 1, 2, 3]);
        all_open(round, &[1, 3]);
        run_to(5);
        let reason = CancelReason::TooFewOpened;
        let ticket = ticket_of(3);
        assert_eq!(events(), [Event::Cancelled { round, reason, treasury: 2 * ticket }]);
        let change = ticket as i128;
        assert_eq!(changes(&[0, 1, 2, 3]), (0, vec![-change, 0, -change, 0], 2 * change));
        assert!(nothing_is_held(&[0, 1, 2, 3]));
        let result = result(round);
        assert_eq!(result.treasury, 2 * ticket);
        assert_eq!(
            result.members.iter().map(|m| m.forfeited).collect::<Vec<_>>(),
            [ticket, 0, ticket, 0]
        );
        assert_eq!(
            result.members.iter().map(|m| m.opened_answer).collect::<Vec<_>>(),
            [false, true, false, true]
        );
    });
}

#[test]
fn no_committed_grades_should_forfeit_all_tickets_and_pay_the_client_back() {
    on_chain(|| {
        let round = ask(2, 2);
        all_commit(round, &[0, 1]);
        all_open(round, &[0, 1]);
        run_to(6);
        let reason = CancelReason::NoGrades;
        assert_eq!(events(), [Event::Cancelled { round, reason, treasury: 2 * TICKET }]);
        let ticket = TICKET as i128;
        assert_eq!(changes(&[0, 1]), (0, vec![-ticket, -ticket], 2 * ticket));
        assert!(nothing_is_held(&[0, 1]));
    });
}

#[test]
fn no_opened_grades_should_forfeit_all_tickets_and_pay_the_client_back() {
    on_chain(|| {
        let round = ask(2, 2);
        all_commit(round, &[0, 1]);
        all_open(round, &[0, 1]);
        all_grade(round, &[0, 1]);
        run_to(5);
        assert_eq!(
            events(),
            [Event::Cancelled { round, reason: CancelReason::NoGrades, treasury: 2 * TICKET }]
        );
        assert!(nothing_is_held(&[0, 1]));
    });
}

#[test]
fn malformed_grades_alone_should_cancel_in_the_block_of_the_last_opening() {
    on_chain(|| {
        let round = ask(2, 2);
        all_commit(round, &[0, 1]);
        all_open(round, &[0, 1]);
        for agent in [0, 1] {
            assert_eq!(send(commit_bytes(agent, round, &[0xff; 2])), Ok(()));
        }
        all_open_grades(round, &[0, 1]);
        assert_eq!(
            events().last(),
            Some(&Event::Cancelled { round, reason: CancelReason::NoGrades, treasury: 2 * TICKET })
        );
        assert_eq!(result(round).blocks.ended, Some(1));
        assert!(nothing_is_held(&[0, 1]));
    });
}
