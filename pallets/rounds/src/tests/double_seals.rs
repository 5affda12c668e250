//! Double seals of agents in rounds: what they sign in one round of one scope, on whatever fork,
//! can be reported, and nothing else can.

use super::swarm::*;
use crate::{mock::*, Refusal};
use frame_support::{
    assert_ok,
    storage::{transactional::with_transaction_unchecked, TransactionOutcome},
};
use pallet_waggle_agents::{BarredKeys, Error as AgentsError};
use waggle_primitives::{
    traits::AgentRegistry, DoubleSeal, RoundId, ScopeParts, SealStep, SignedAct,
};

/// What happens on a fork: afterwards the chain is what it was.
fn on_a_fork<R>(happens: impl FnOnce() -> R) -> R {
    with_transaction_unchecked(|| TransactionOutcome::Rollback(happens()))
}

/// What the runtime API tells whoever has seen acts of this round.
fn parts(round: RoundId, step: SealStep) -> ScopeParts<AccountId> {
    let parts = Rounds::scope_parts(round, step).expect("the round runs and is not of old");
    assert_eq!(Some(parts.hash(&Rounds::genesis_hash())), Rounds::scope(round, step));
    parts
}

/// A stranger reports two acts.
fn report(
    scope: ScopeParts<AccountId>,
    first: SignedAct,
    second: SignedAct,
) -> Result<(), sp_runtime::DispatchError> {
    let evidence = Box::new(DoubleSeal { scope, first, second });
    let reported = Agents::report_double_seal(RuntimeOrigin::signed(STRANGER), evidence);
    reported.map(|_| ()).map_err(|failed| failed.error)
}

/// The round of agents 0 to 3 in which they grade.
fn grading() -> RoundId {
    let round = ask(4, 4);
    all_commit(round, &[0, 1, 2, 3]);
    next_block();
    all_open(round, &[0, 1, 2, 3]);
    next_block();
    round
}

#[test]
fn two_answers_on_two_forks_should_cost_the_bond_and_the_round_go_on() {
    on_chain(|| {
        let there = on_a_fork(|| commit_answer(0, ask(4, 4), b"48"));
        let round = ask(4, 4);
        let here = commit_answer(0, round, b"49");
        assert_eq!(send(here.clone()), Ok(()));
        assert_ok!(report(parts(round, SealStep::Answer), here, there));
        assert_eq!(wealth(owner(0)), ENDOWMENT - BOND);
        assert_eq!(wealth(STRANGER), ENDOWMENT + BOND / 10);
        assert_eq!(wealth(TREASURY), ENDOWMENT + BOND - BOND / 10);
        assert_eq!((Agents::key_of(&owner(0)), Agents::owner_of(&key(0))), (None, None));
        assert!(BarredKeys::<Test>::contains_key(key(0)));

        // What it owes in this round it may still do, and is paid for.
        all_commit(round, &[1, 2, 3]);
        next_block();
        all_open(round, &[0, 1, 2, 3]);
        next_block();
        all_grade(round, &[0, 1, 2, 3]);
        next_block();
        all_open_grades(round, &[0, 1, 2, 3]);
        let ended = result(round);
        assert!(ended.members[0].opened_grades);
        assert_eq!(held(owner(0)), 0);
        // And in no other one.
        next_block();
        let next = ask(4, 4);
        assert_eq!(refusal_of(commit_answer(0, next, b"1")), Refusal::UnknownAgent.into());
        run_to(System::block_number() + 5);
        assert_ok!(Agents::unbond(RuntimeOrigin::signed(owner(0))));
    });
}

#[test]
fn two_lists_of_grades_should_cost_the_bond() {
    on_chain(|| {
        let round = grading();
        let (first, second) = (commit_grades(0, round), commit_bytes(0, round, &[0, 0]));
        assert_ne!(first.act, second.act);
        assert_ok!(report(parts(round, SealStep::Grades), first, second));
        assert_eq!(wealth(owner(0)), ENDOWMENT - BOND);
    });
}

#[test]
fn honest_acts_should_never_be_evidence() {
    on_chain(|| {
        // The same act on two forks; different questions of one number; all steps of one round.
        let mut acts = vec![
            on_a_fork(|| commit_answer(0, ask(4, 4), b"49")),
            on_a_fork(|| {
                let terms = waggle_primitives::RoundTerms { reward: REWARD + 1, ..terms(4, 4) };
                commit_answer(0, ask_in(GENERAL, terms, NO_TRUTH), b"48")
            }),
        ];
        let round = ask(4, 4);
        acts.push(commit_answer(0, round, b"49"));
        acts.extend(send_all(round, &[0, 1, 2, 3], b"49"));
        let answering = parts(round, SealStep::Answer);
        next_block();
        acts.push(open_answer(0, round));
        all_open(round, &[0, 1, 2, 3]);
        next_block();
        acts.push(commit_grades(0, round));
        let grading = parts(round, SealStep::Grades);
        all_grade(round, &[0, 1, 2, 3]);
        next_block();
        acts.push(open_grades(0, round));
        for first in &acts {
            for second in &acts {
                for scope in [&answering, &grading] {
                    assert_eq!(
                        report(scope.clone(), first.clone(), second.clone()),
                        Err(AgentsError::<Test>::NoDoubleSeal.into()),
                        "{first:?} and {second:?}"
                    );
                }
            }
        }
    });
}

/// Enter these agents with the same answer. Returns what they sent.
fn send_all(round: RoundId, agents: &[u8], answer: &[u8]) -> Vec<SignedAct> {
    let acts: Vec<_> = agents.iter().map(|agent| commit_answer(*agent, round, answer)).collect();
    for act in &acts {
        assert_eq!(send(act.clone()), Ok(()));
    }
    acts
}

#[test]
fn parts_should_be_those_of_running_rounds_that_are_bound_to_what_they_are_about() {
    on_chain(|| {
        let round = ask(4, 4);
        assert_eq!(parts(round, SealStep::Answer).seed, None);
        assert_eq!(Rounds::scope_parts(round, SealStep::Grades), None, "nothing is drawn yet");
        assert_eq!(Rounds::scope_parts(round + 1, SealStep::Answer), None);
        crate::BoundFrom::<Test>::put(round + 1);
        assert_eq!(Rounds::scope_parts(round, SealStep::Answer), None, "it is of old");
    });
}
