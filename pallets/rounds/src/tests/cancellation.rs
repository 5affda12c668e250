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
        let round = ask(4, 5);
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
fn nobody_that_opens_should_forfeit_all_tickets_and_pay_the_client_back() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        run_to(5);
        let reason = CancelReason::TooFewOpened;
        let ticket = TICKET;
        assert_eq!(events(), [Event::Cancelled { round, reason, treasury: 4 * ticket }]);
        let change = -(ticket as i128);
        assert_eq!(changes(&[0, 1, 2, 3]), (0, vec![change; 4], -4 * change));
        assert!(nothing_is_held(&[0, 1, 2, 3]));
        let result = result(round);
        assert_eq!(result.treasury, 4 * ticket);
        assert!(result.members.iter().all(|m| m.forfeited == ticket && !m.opened_answer));
    });
}
