//! What agents are told to do.

use super::swarm::*;
use crate::{mock::*, places::Places, Rounds as RoundsMap};
use frame_support::assert_ok;
use waggle_primitives::{
    view::{Candidate, Duty},
    RoundTerms,
};

fn duties(agent: u8) -> Vec<Duty<u128>> {
    Rounds::duties(&key(agent))
}

fn to_answer(round: u64, deadline: u32) -> Duty<u128> {
    Duty::Answer { round, prompt: PROMPT.to_vec(), deadline, reward: REWARD, ticket: TICKET }
}

#[test]
fn duties_should_lead_an_agent_through_the_round() {
    on_chain(|| {
        let round = ask(4, 4);
        assert_eq!(duties(0), [to_answer(round, 11)]);
        all_commit(round, &[0, 1]);
        assert_eq!(duties(0), []);
        all_commit(round, &[2, 3]);
        assert_eq!(duties(0), [Duty::OpenAnswer { round, deadline: 4 }]);
        all_open(round, &[0]);
        assert_eq!(duties(0), []);
        all_open(round, &[1, 2, 3]);
        let record = RoundsMap::<Test>::get(round).unwrap();
        let authors = Places::of(&record).assignment(record.seed).given_to(0).unwrap();
        let candidates = authors
            .iter()
            .map(|author| Candidate { author: *author, answer: answer_of(*author as u8) });
        assert_eq!(
            duties(0),
            [Duty::Grade {
                round,
                prompt: PROMPT.to_vec(),
                own_answer: answer_of(0),
                candidates: candidates.collect(),
                deadline: 5
            }]
        );
        all_grade(round, &[0, 1]);
        assert_eq!(duties(0), []);
        all_grade(round, &[2, 3]);
        assert_eq!(duties(0), [Duty::OpenGrades { round, deadline: 4 }]);
        all_open_grades(round, &[0]);
        assert_eq!(duties(0), []);
        all_open_grades(round, &[1, 2, 3]);
        assert_eq!(duties(1), []);
    });
}

#[test]
fn duty_to_answer_should_be_shown_to_those_that_would_be_admitted_only() {
    on_chain(|| {
        let client = RuntimeOrigin::signed(owner(0));
        assert_ok!(Rounds::submit(client, prompt(PROMPT), GENERAL, terms(4, 5), NO_TRUTH));
        assert_eq!(duties(0), [], "its owner asks");
        assert_eq!(duties(AGENTS), [], "not registered");
        assert_eq!(duties(1).len(), 1);
        let spend = ENDOWMENT - BOND - TICKET;
        assert_ok!(Balances::transfer_allow_death(
            RuntimeOrigin::signed(owner(1)),
            STRANGER,
            spend
        ));
        assert_eq!(duties(1), [], "cannot pay and stay alive");
        assert_ok!(Agents::retire(RuntimeOrigin::signed(owner(2))));
        assert_eq!(duties(2), [], "retired");
    });
}

#[test]
fn duties_should_be_those_of_the_next_block() {
    on_chain(|| {
        let round = ask(4, 5);
        all_commit(round, &[0, 1, 2, 3]);
        run_to(10);
        assert_eq!(duties(4), [to_answer(round, 11)]);
        assert_eq!(duties(0), []);
        next_block();
        // Answering ends in block 12: what is due then is to open.
        assert_eq!(duties(4), []);
        assert_eq!(duties(0), [Duty::OpenAnswer { round, deadline: 15 }]);
        next_block();
        all_open(round, &[0, 1, 2, 3]);
        all_grade(round, &[0]);
        run_to(16);
        // The grading phase ends in block 17.
        assert_eq!(duties(0), [Duty::OpenGrades { round, deadline: 20 }]);
        assert_eq!(duties(1), []);
    });
}

#[test]
fn no_grading_should_be_asked_for_before_the_seed_is_drawn() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        all_open(round, &[0, 1]);
        run_to(4);
        assert_eq!(duties(0), []);
        next_block();
        assert!(matches!(duties(0)[..], [Duty::Grade { deadline: 9, .. }]));
        assert_eq!(duties(2), [], "it did not open its answer");
    });
}

#[test]
fn nothing_should_be_asked_for_in_a_round_that_ends() {
    on_chain(|| {
        let round = ask(4, 5);
        all_commit(round, &[0, 1]);
        run_to(11);
        assert_eq!(duties(0), []);
    });
}

#[test]
fn duties_should_come_oldest_round_first() {
    on_chain(|| {
        let rounds: Vec<_> = (0..4).map(|_| ask(4, 5)).collect();
        assert_eq!(duties(0), rounds.iter().map(|round| to_answer(*round, 11)).collect::<Vec<_>>());
    });
}

#[test]
fn whatever_is_asked_for_should_be_admitted_in_the_next_block() {
    on_chain(|| {
        for max_agents in [4, 6] {
            let terms = RoundTerms { answering_blocks: 4, ..terms(4, max_agents) };
            let client = RuntimeOrigin::signed(CLIENT);
            assert_ok!(Rounds::submit(client, prompt(PROMPT), GENERAL, terms, NO_TRUTH));
        }
        for _ in 0..12 {
            let mut acts = Vec::new();
            for agent in 0..5 {
                for duty in duties(agent) {
                    acts.push(match duty {
                        Duty::Answer { round, .. } => {
                            commit_answer(agent, round, &answer_of(agent))
                        }
                        Duty::OpenAnswer { round, .. } => open_answer(agent, round),
                        Duty::Grade { round, .. } => commit_grades(agent, round),
                        Duty::OpenGrades { round, .. } => open_grades(agent, round),
                    });
                }
            }
            for act in &acts {
                assert!(pool_says(&single(act.clone())).is_ok(), "{act:?}");
            }
            next_block();
            for act in acts {
                // The swarm may have filled up in this very block.
                let sent = send(act);
                assert!(sent.is_ok() || sent == Err(crate::Refusal::SwarmFull.into()), "{sent:?}");
            }
        }
        assert!(result(0).winning_answer.is_some() && result(1).winning_answer.is_some());
    });
}
