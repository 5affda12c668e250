//! What outlives a run, and what does not grow: one act for each scope, whoever writes first.

use super::{desk::Desk, offchain};
use crate::{
    hook::{
        acting::Purpose,
        memory::{recall, remember, Memo, ACTS, MEMOS},
    },
    mock::{key, pair},
};
use codec::Encode;
use sp_core::Pair;
use waggle_primitives::{Act, SignedAct};

/// A round on a fork that has this scope.
fn purpose(round: u64, scope: u8) -> Purpose {
    Purpose { round, scope: [scope; 32] }
}

/// An act of `agent` for this purpose.
fn act(agent: u8, purpose: Purpose, content: u8) -> SignedAct {
    let act = Act::OpenAnswer { round: purpose.round, key: [content; 32] };
    let signature = pair(agent).sign(&act.signing_payload(&purpose.scope));
    SignedAct { agent: key(agent), act, signature }
}

fn on_a_desk(test: impl FnOnce(&Desk)) {
    let desk = Desk::new(0);
    offchain(&desk).execute_with(|| test(&desk));
}

#[test]
fn act_should_be_recalled_for_the_same_scope_only() {
    on_a_desk(|_| {
        let here = purpose(5, 1);
        let said = act(1, here, 0);
        assert_eq!(remember(Memo::Answer, &here, said.clone()), Some(said.clone()));
        assert_eq!(recall(Memo::Answer, &key(1), &here), Some(said));
        let elsewhere = recall(Memo::Answer, &key(1), &purpose(5, 2));
        assert_eq!(elsewhere, None, "another round of this number, on a fork");
        assert_eq!(recall(Memo::Grades, &key(1), &here), None);
        assert_eq!(recall(Memo::Answer, &key(2), &here), None);
        assert_eq!(recall(Memo::Answer, &key(1), &purpose(6, 1)), None);
        // The same question once more has the same scope, and another number.
        assert_eq!(recall(Memo::Answer, &key(1), &purpose(5 + MEMOS, 1)), None);
    });
}

#[test]
fn the_first_act_should_stay_the_only_one_of_its_scope() {
    on_a_desk(|_| {
        let here = purpose(5, 1);
        let (first, second) = (act(1, here, 0), act(1, here, 1));
        assert_eq!(remember(Memo::Answer, &here, first.clone()), Some(first.clone()));
        assert_eq!(remember(Memo::Answer, &here, second), Some(first.clone()));
        assert_eq!(recall(Memo::Answer, &key(1), &here), Some(first));
    });
}

#[test]
fn acts_on_other_forks_should_not_push_out_the_one_on_this() {
    on_a_desk(|_| {
        let said = |scope| act(1, purpose(5, scope), 0);
        let forks = ACTS as u8;
        for scope in 0..forks {
            remember(Memo::Answer, &purpose(5, scope), said(scope)).unwrap();
        }
        for scope in 0..forks {
            assert_eq!(recall(Memo::Answer, &key(1), &purpose(5, scope)), Some(said(scope)));
        }
        // It does not grow: the oldest goes.
        remember(Memo::Answer, &purpose(5, forks), said(forks)).unwrap();
        assert_eq!(recall(Memo::Answer, &key(1), &purpose(5, 0)), None);
        for scope in 1..=forks {
            assert_eq!(recall(Memo::Answer, &key(1), &purpose(5, scope)), Some(said(scope)));
        }
    });
}

#[test]
fn later_rounds_should_push_out_earlier_ones() {
    on_a_desk(|_| {
        let kept = MEMOS * ACTS as u64;
        for round in 0..=kept {
            let here = purpose(round, 1);
            remember(Memo::Answer, &here, act(1, here, 0)).unwrap();
        }
        assert_eq!(recall(Memo::Answer, &key(1), &purpose(0, 1)), None);
        for round in 1..=kept {
            let here = purpose(round, 1);
            assert_eq!(recall(Memo::Answer, &key(1), &here), Some(act(1, here, 0)));
        }
    });
}

#[test]
fn the_quicker_of_two_runs_should_be_the_one_that_is_heard() {
    on_a_desk(|desk| {
        let here = purpose(5, 1);
        let (quicker, slower) = (act(1, here, 0), act(1, here, 1));
        let slot = Memo::Answer.acts_key(&key(1), 5);
        // Between the slower run's look at the slot and its writing.
        desk.intrude(&slot, &vec![quicker.clone()].encode());
        assert_eq!(remember(Memo::Answer, &here, slower), Some(quicker));
    });
}

#[test]
fn a_run_should_write_again_when_another_one_wrote_something_else() {
    on_a_desk(|desk| {
        let (here, there) = (purpose(5, 1), purpose(5, 2));
        let (mine, others) = (act(1, here, 0), act(1, there, 0));
        let slot = Memo::Answer.acts_key(&key(1), 5);
        desk.intrude(&slot, &vec![others.clone()].encode());
        assert_eq!(remember(Memo::Answer, &here, mine.clone()), Some(mine.clone()));
        assert_eq!(recall(Memo::Answer, &key(1), &here), Some(mine));
        assert_eq!(recall(Memo::Answer, &key(1), &there), Some(others));
    });
}

#[test]
fn nothing_should_be_sent_that_cannot_be_written() {
    on_a_desk(|desk| {
        desk.refuse_writes();
        let here = purpose(5, 1);
        assert_eq!(remember(Memo::Answer, &here, act(1, here, 0)), None);
    });
}

#[test]
fn what_a_node_of_before_remembered_should_count() {
    on_a_desk(|desk| {
        let here = purpose(5, 1);
        let said = act(1, here, 0);
        // As until spec version 5: one act alone, with the id of its job.
        desk.store(&Memo::Answer.key(&key(1), 5), &([0u8; 32], said.clone()).encode());
        assert_eq!(recall(Memo::Answer, &key(1), &here), Some(said.clone()));
        assert_eq!(remember(Memo::Answer, &here, act(1, here, 1)), Some(said));
        assert_eq!(recall(Memo::Answer, &key(1), &purpose(5, 2)), None);
    });
}

#[test]
fn bytes_that_are_no_acts_should_be_written_over() {
    on_a_desk(|desk| {
        let here = purpose(5, 1);
        let said = act(1, here, 0);
        desk.store(&Memo::Answer.acts_key(&key(1), 5), &[0xff; 3]);
        assert_eq!(recall(Memo::Answer, &key(1), &here), None);
        assert_eq!(remember(Memo::Answer, &here, said.clone()), Some(said.clone()));
        assert_eq!(recall(Memo::Answer, &key(1), &here), Some(said));
    });
}
