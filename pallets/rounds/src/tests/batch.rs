//! Several acts in one transaction.

use super::swarm::*;
use crate::{
    mock::*,
    pool::{entry_priority, BATCH_PRIORITY},
    types::Ending,
    Error, Event, Refusal, Rounds as RoundsMap,
};
use frame_support::{
    assert_noop, assert_ok,
    dispatch::GetDispatchInfo,
    traits::{
        fungible::Inspect,
        tokens::{Fortitude, Preservation},
    },
};
use sp_runtime::DispatchError;
use waggle_primitives::act::ActKind;

#[test]
fn batches_should_carry_a_round_to_its_end() {
    on_chain(|| {
        let agents = [0, 1, 2, 3];
        let round = ask(4, 4);
        for act in [
            (|round, agent| commit_answer(agent, round, &answer_of(agent))) as fn(u64, u8) -> _,
            |round, agent| open_answer(agent, round),
            |round, agent| commit_grades(agent, round),
            |round, agent| open_grades(agent, round),
        ] {
            let call = batch(agents.iter().map(|agent| act(round, *agent)).collect());
            assert!(authorize(&call).is_ok());
            assert_ok!(dispatch(call));
            next_block();
        }
        assert_eq!(result(round).ending, Ending::Settled { winner: 3 });
    });
}

#[test]
fn batch_should_go_on_when_an_act_fails_in_the_block() {
    on_chain(|| {
        let round = ask(4, 4);
        let call =
            batch((0..6).map(|agent| commit_answer(agent, round, &answer_of(agent))).collect());
        // The pool would have refused it: this is what is left if a check is ever missing there.
        assert_eq!(authorize(&call), Err(Refusal::SwarmFull.into()));
        events();
        assert_ok!(dispatch(call));
        let refused = |agent| Event::ActRefused {
            agent: key(agent),
            round,
            kind: ActKind::CommitAnswer,
            error: Error::<Test>::SwarmFull.into(),
        };
        let events = events();
        assert_eq!(events[5..], [refused(4), refused(5)]);
        assert_eq!(RoundsMap::<Test>::get(round).unwrap().committed, 4);
        assert_eq!((held(owner(3)), held(owner(4))), (TICKET, 0));
    });
}

#[test]
fn failed_act_should_leave_nothing_behind() {
    on_chain(|| {
        let round = ask(4, 5);
        let other = ask(4, 5);
        // Enough for one ticket: the second act fails only when the first one has happened.
        let spend = ENDOWMENT - BOND - TICKET - TICKET / 2;
        assert_ok!(Balances::transfer_allow_death(
            RuntimeOrigin::signed(owner(0)),
            STRANGER,
            spend
        ));
        let call = batch(vec![
            commit_answer(0, round, b"1"),
            commit_answer(0, other, b"1"),
            commit_answer(1, other, b"1"),
        ]);
        assert_eq!(authorize(&call), Err(Refusal::CannotPayTicket.into()));
        events();
        assert_ok!(dispatch(call));
        assert_eq!(
            events(),
            [
                Event::AnswerCommitted { round, index: 0, owner: owner(0), agent: key(0) },
                Event::ActRefused {
                    agent: key(0),
                    round: other,
                    kind: ActKind::CommitAnswer,
                    error: Error::<Test>::CannotPayTicket.into(),
                },
                Event::AnswerCommitted { round: other, index: 0, owner: owner(1), agent: key(1) },
            ]
        );
    });
}

#[test]
fn batch_should_be_refused_when_one_of_its_acts_would_be() {
    on_chain(|| {
        let round = ask(4, 5);
        let acts = vec![commit_answer(0, round, b"1"), open_answer(1, round)];
        assert_eq!(authorize(&batch(acts)), Err(Refusal::TooEarly.into()));
        let mut forged = commit_answer(1, round, b"1");
        forged.agent = key(2);
        assert_eq!(
            authorize(&batch(vec![commit_answer(0, round, b"1"), forged])),
            Err(Refusal::BadSignature.into())
        );
    });
}

#[test]
fn batch_should_be_refused_when_it_brings_more_newcomers_than_seats() {
    on_chain(|| {
        let (round, other) = (ask(4, 4), ask(4, 4));
        all_commit(round, &[0, 1]);
        let commits = |round, agents: &[u8]| {
            agents.iter().map(|agent| commit_answer(*agent, round, b"1")).collect()
        };
        assert!(authorize(&batch(commits(round, &[2, 3]))).is_ok());
        assert_eq!(authorize(&batch(commits(round, &[2, 3, 4]))), Err(Refusal::SwarmFull.into()));
        // Each round has its own seats.
        let both = [commits(round, &[2, 3]), commits(other, &[2, 3, 4, 5])].concat();
        assert!(authorize(&batch(both)).is_ok());
    });
}

#[test]
fn batch_should_be_refused_when_an_owner_cannot_pay_all_its_tickets() {
    on_chain(|| {
        let (round, other) = (ask(4, 5), ask(4, 5));
        let acts = vec![commit_answer(0, round, b"1"), commit_answer(0, other, b"1")];
        let spare =
            Balances::reducible_balance(&owner(0), Preservation::Preserve, Fortitude::Polite);
        let spend = |amount| {
            Balances::transfer_allow_death(RuntimeOrigin::signed(owner(0)), STRANGER, amount)
        };
        assert_ok!(spend(spare - 2 * TICKET));
        assert!(authorize(&batch(acts.clone())).is_ok());
        assert_ok!(spend(1));
        assert_eq!(authorize(&batch(acts.clone())), Err(Refusal::CannotPayTicket.into()));
        assert!(
            acts.into_iter().all(|act| authorize(&single(act)).is_ok()),
            "each of them by itself is fine"
        );
    });
}

#[test]
fn signatures_should_be_looked_at_last() {
    on_chain(|| {
        let round = ask(4, 5);
        let mut forged = commit_answer(0, round, b"1");
        forged.signature = Default::default();
        let acts = vec![forged.clone(), open_answer(1, round)];
        assert_eq!(authorize(&batch(acts)), Err(Refusal::TooEarly.into()));
        assert_eq!(
            authorize(&batch(vec![commit_answer(1, round, b"1"), forged])),
            Err(Refusal::BadSignature.into())
        );
    });
}

#[test]
fn batch_should_be_refused_when_it_repeats_a_move() {
    on_chain(|| {
        let round = ask(4, 5);
        let acts = vec![commit_answer(0, round, b"1"), commit_answer(0, round, b"2")];
        assert_eq!(authorize(&batch(acts)), Err(Refusal::RepeatedAct.into()));
    });
}

#[test]
fn batch_should_be_refused_when_it_is_empty() {
    on_chain(|| {
        assert_eq!(authorize(&batch(vec![])), Err(Refusal::EmptyBatch.into()));
        assert_noop!(dispatch(batch(vec![])).map_err(|e| e.error), Error::<Test>::EmptyBatch);
    });
}

#[test]
fn batch_should_fail_when_the_origin_is_not_authorised() {
    on_chain(|| {
        let round = ask(4, 5);
        for origin in
            [RuntimeOrigin::none(), RuntimeOrigin::root(), RuntimeOrigin::signed(owner(0))]
        {
            let acts = vec![commit_answer(0, round, b"1")].try_into().unwrap();
            assert_noop!(
                Rounds::act_batch(origin, acts).map_err(|e| e.error),
                DispatchError::BadOrigin
            );
        }
    });
}

#[test]
fn batch_should_stand_for_all_its_acts_in_the_pool_below_single_ones() {
    on_chain(|| {
        let (round, other) = (ask(4, 5), ask(4, 5));
        next_block();
        let acts = vec![commit_answer(0, round, b"1"), commit_answer(1, other, b"1")];
        let validity = authorize(&batch(acts.clone())).unwrap();
        let tags: Vec<_> =
            acts.iter().flat_map(|act| authorize(&single(act.clone())).unwrap().provides).collect();
        assert_eq!(validity.provides.len(), 2);
        assert!(tags.iter().all(|tag| validity.provides.contains(tag)));
        assert_eq!(validity.priority, entry_priority(TICKET));
        assert!(authorize(&single(acts[0].clone())).unwrap().priority > validity.priority);
        assert_eq!(validity.longevity, 10);
    });
}

#[test]
fn batch_should_go_first_only_when_nobody_enters_a_round_with_it() {
    on_chain(|| {
        let (round, other) = (ask(4, 4), ask(4, 5));
        all_commit(round, &[0, 1, 2, 3]);
        let opening =
            authorize(&batch(vec![open_answer(0, round), open_answer(1, round)])).unwrap();
        assert_eq!(opening.priority, BATCH_PRIORITY);
        let mixed =
            authorize(&batch(vec![open_answer(0, round), commit_answer(2, other, b"1")])).unwrap();
        assert_eq!(mixed.priority, entry_priority(TICKET));
        assert!(authorize(&single(open_answer(0, round))).unwrap().priority > BATCH_PRIORITY);
    });
}

#[test]
fn batch_should_be_charged_the_worst_case_and_refunded_what_it_did_not_do() {
    on_chain(|| {
        let round = ask(4, 5);
        let call = batch(vec![commit_answer(0, round, b"1"), commit_answer(1, round, b"1")]);
        let charged = call.get_dispatch_info().call_weight;
        let spent = dispatch(call).unwrap().actual_weight.unwrap();
        assert!(spent.ref_time() < charged.ref_time());
    });
}
