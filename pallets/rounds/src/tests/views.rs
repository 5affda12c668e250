//! Rounds as clients see them.

use super::swarm::*;
use crate::mock::*;
use frame_support::assert_ok;
use waggle_primitives::{
    attendance::LearningRules,
    rule::Judgement,
    traits::Ratings as _,
    view::{ProtocolConstants, RoundState},
    AgentIndex, CancelReason, Phase, RoundTerms, MAX_ANSWER_BYTES, MAX_PROMPT_BYTES,
};

#[test]
fn running_round_should_show_answers_and_grades_as_they_are_opened() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1]);
        let view = Rounds::round(round).unwrap();
        assert_eq!((view.id, view.client, view.prompt), (round, CLIENT, PROMPT.to_vec()));
        assert_eq!(view.state, RoundState::Running { phase: Phase::Answering, deadline: 11 });
        assert_eq!(view.agents.len(), 2);
        assert!(view
            .agents
            .iter()
            .all(|agent| agent.answer.is_none() && agent.assigned.is_empty()));
        all_commit(round, &[2, 3]);
        all_open(round, &[0, 1, 2, 3]);
        let view = Rounds::round(round).unwrap();
        for (index, agent) in view.agents.iter().enumerate() {
            assert_eq!(agent.answer, Some(answer_of(index as u8)));
            assert_eq!(agent.assigned.len(), 2);
            assert!(!agent.assigned.contains(&(index as AgentIndex)));
        }
        all_grade(round, &[0, 1, 2, 3]);
        all_open_grades(round, &[1]);
        let view = Rounds::round(round).unwrap();
        assert_eq!(view.grades.len(), 2);
        assert!(view.grades.iter().all(|entry| entry.grader == 1));
        assert!(view
            .grades
            .iter()
            .all(|entry| entry.grade.basis_points() == quality_of(entry.author as u8)));
        assert_eq!(
            view.agents.iter().map(|agent| agent.opened_grades).collect::<Vec<_>>(),
            [false, true, false, false]
        );
    });
}

#[test]
fn settled_round_should_show_what_it_came_to() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        all_open(round, &[0, 1, 2, 3]);
        let assigned: Vec<_> =
            Rounds::round(round).unwrap().agents.into_iter().map(|agent| agent.assigned).collect();
        all_grade(round, &[0, 1, 2, 3]);
        all_open_grades(round, &[0, 1, 2, 3]);
        let view = Rounds::round(round).unwrap();
        assert_eq!(view.state, RoundState::Settled { winner: 3 });
        assert_eq!(view.winning_answer, Some(answer_of(3)));
        assert!(view.prompt.is_empty());
        assert_eq!(view.grades.len(), 8);
        assert_eq!(
            view.agents.iter().map(|agent| agent.assigned.clone()).collect::<Vec<_>>(),
            assigned
        );
        assert!(view
            .agents
            .iter()
            .all(|agent| matches!(agent.judgement, Judgement::Calibrated { .. })));
        let paid: u128 = view.agents.iter().map(|agent| agent.paid).sum();
        let forfeited: u128 = view.agents.iter().map(|agent| agent.forfeited).sum();
        assert_eq!(view.treasury, result(round).treasury);
        assert_eq!(paid + view.returned + view.treasury, REWARD + forfeited);
    });
}

#[test]
fn cancelled_round_should_say_why() {
    on_chain(|| {
        let round = ask(4, 4);
        run_to(12);
        let view = Rounds::round(round).unwrap();
        assert_eq!(view.state, RoundState::Cancelled { reason: CancelReason::TooFewCommitted });
        assert_eq!((view.winning_answer, view.seed), (None, None));
        assert_eq!((view.returned, view.treasury), (REWARD, 0));
    });
}

#[test]
fn unknown_round_should_show_nothing() {
    on_chain(|| assert_eq!(Rounds::round(0), None));
}

#[test]
fn recent_rounds_should_come_newest_first_without_texts() {
    on_chain(|| {
        let settled = play(&[0, 1, 2, 3]);
        let running = ask(4, 4);
        all_commit(running, &[0, 1, 2, 3]);
        all_open(running, &[0, 1, 2, 3]);
        let views = Rounds::recent_rounds(10);
        assert_eq!(views.iter().map(|view| view.id).collect::<Vec<_>>(), [running, settled]);
        assert!(views.iter().all(|view| view.prompt.is_empty() && view.winning_answer.is_none()));
        assert!(views.iter().flat_map(|view| &view.agents).all(|agent| agent.answer.is_none()));
        assert_eq!(Rounds::recent_rounds(1).len(), 1);
        assert_eq!(Rounds::recent_rounds(0), []);
    });
}

#[test]
fn recent_rounds_should_be_at_most_a_hundred() {
    on_chain(|| {
        MaxOpenRounds::set(200);
        for _ in 0..110 {
            let terms = RoundTerms { reward: MINIMUM_REWARD, ..terms(4, 4) };
            let client = RuntimeOrigin::signed(CLIENT);
            assert_ok!(Rounds::submit(client, prompt(PROMPT), GENERAL, terms, NO_TRUTH));
        }
        assert_eq!(Rounds::recent_rounds(u32::MAX).len(), 100);
    });
}

#[test]
fn constants_should_be_the_runtime_s() {
    on_chain(|| {
        assert_eq!(
            Rounds::protocol_constants(),
            ProtocolConstants {
                slot_ms: 250,
                max_prompt_bytes: MAX_PROMPT_BYTES,
                max_answer_bytes: MAX_ANSWER_BYTES,
                minimum_reward: MINIMUM_REWARD,
                answering_blocks: (2, 20),
                swarm: (4, 100),
                rule: Ratings::rule(),
                payments: Rules::get(),
                asking: FREE,
                learning: LearningRules::default(),
                draw_blocks: 0,
                minimum_ticket: MINIMUM_TICKET,
                phase_blocks: (3, 4, 3),
                result_retention: 50,
                open_rounds: 4,
                open_rounds_per_client: 1_000,
                epoch_blocks: EPOCH_BLOCKS,
            }
        );
    });
}
