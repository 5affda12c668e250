//! Rounds that end with a winner: who is paid, what is learnt, what stays.

use super::swarm::*;
use crate::{
    mock::*, types::Ending, Event, MemberByKey, MemberByOwner, Members, OpenedGrades, Prompts,
    Rounds as RoundsMap, SealedAnswers, SealedGrades,
};
use std::collections::BTreeMap;
use waggle_primitives::{
    assignment,
    candidates::Candidates,
    grades::GradeMatrix,
    rule::{Judgement, Known, Rule},
    traits::Ratings as _,
    view::RoundBlocks,
    Fixed, Phase,
};

#[test]
fn a_round_of_prompt_agents_should_settle_three_blocks_after_the_last_commit() {
    on_chain(|| {
        let agents = [0, 1, 2, 3, 4];
        let round = ask(4, 5);
        next_block();
        all_commit(round, &agents[..4]);
        next_block();
        all_commit(round, &agents[4..]);
        assert!(events().contains(&Event::PhaseChanged {
            round,
            phase: Phase::OpeningAnswers,
            deadline: 6
        }));
        next_block();
        all_open(round, &agents);
        assert!(events().contains(&Event::PhaseChanged {
            round,
            phase: Phase::Grading,
            deadline: 8
        }));
        next_block();
        all_grade(round, &agents);
        assert!(events().contains(&Event::PhaseChanged {
            round,
            phase: Phase::OpeningGrades,
            deadline: 8
        }));
        next_block();
        all_open_grades(round, &agents);

        let result = result(round);
        assert_eq!(result.ending, Ending::Settled { winner: 4 });
        assert_eq!(result.winning_answer.map(|answer| answer.into_inner()), Some(answer_of(4)));
        assert_eq!(
            result.blocks,
            RoundBlocks {
                submitted: 1,
                answering_ended: Some(3),
                opening_answers_ended: Some(4),
                grading_ended: Some(5),
                ended: Some(6),
            }
        );
    });
}

#[test]
fn settlement_should_tell_the_winner_and_what_it_was_paid() {
    on_chain(|| {
        let round = play(&[0, 1, 2, 3, 4, 5, 6]);
        let result = result(round);
        let member = &result.members[6];
        let settled = Event::Settled {
            round,
            index: 6,
            winner: owner(6),
            score: member.judgement.score().unwrap(),
            paid: member.paid,
            returned: 0,
            treasury: result.treasury,
        };
        assert_eq!(events().last(), Some(&settled));
        assert!(member.paid > REWARD * 7 / 10);
    });
}

#[test]
fn winner_should_be_the_arg_max_of_the_scores_recomputed_from_the_result() {
    on_chain(|| {
        for _ in 0..3 {
            let agents = [5, 3, 0, 7, 1, 6];
            let before: Vec<Known> =
                agents.iter().map(|agent| Ratings::get(GENERAL, &owner(*agent))).collect();
            let round = play(&agents);
            let result = result(round);
            let mut given = vec![Vec::new(); agents.len()];
            for entry in &result.grades {
                given[entry.grader as usize].push((entry.author as usize, entry.grade));
            }
            let matrix = GradeMatrix { given };
            let candidates = Candidates::of(&Rounds::candidates(round));
            let seed = result.seed.unwrap();
            let verdict = Judging::get().judge(&before, &candidates, &matrix, &seed).unwrap();
            assert_eq!(result.ending, Ending::Settled { winner: verdict.winner as u32 });
            for (index, member) in result.members.iter().enumerate() {
                assert_eq!(member.judgement, verdict.judgements[index]);
                let (rating_before, rating_after) = member.judgement.ratings().unwrap();
                assert_eq!(rating_before, before[index].rating());
                assert_eq!(rating_after, Ratings::get(GENERAL, &owner(agents[index])).rating());
            }
            next_block();
        }
    });
}

#[test]
fn each_agent_should_grade_exactly_k_others_and_each_answer_be_graded_k_times() {
    on_chain(|| {
        let agents: Vec<u8> = (0..AGENTS).collect();
        let result = result(play(&agents));
        let k = assignment::grades_per_agent(agents.len());
        let (mut given, mut got) = (BTreeMap::new(), BTreeMap::new());
        for entry in &result.grades {
            assert_ne!(entry.grader, entry.author);
            *given.entry(entry.grader).or_insert(0) += 1;
            *got.entry(entry.author).or_insert(0) += 1;
            assert_eq!(entry.grade.basis_points(), quality_of(entry.author as u8));
        }
        assert!((0..u32::from(AGENTS)).all(|index| given[&index] == k && got[&index] == k));
    });
}

#[test]
fn payments_should_be_what_accounts_gained_and_lost() {
    on_chain(|| {
        let agents = [0, 1, 2, 3, 4];
        let round = play(&agents);
        let result = result(round);
        for (agent, member) in agents.iter().zip(&result.members) {
            assert_eq!(wealth(owner(*agent)), ENDOWMENT + member.paid - member.forfeited);
            assert_eq!(held(owner(*agent)), 0);
        }
        assert_eq!(wealth(CLIENT), ENDOWMENT - REWARD);
        assert_eq!(held(CLIENT), 0);
        assert_eq!(wealth(TREASURY), ENDOWMENT + result.treasury);
        assert_eq!(
            result.members[0].forfeited,
            TICKET * 4 / 5,
            "an answer below the median loses two fifths of a fair share"
        );
    });
}

#[test]
fn absent_agents_should_forfeit_their_tickets_to_the_treasury() {
    on_chain(|| {
        let round = ask(4, 6);
        all_commit(round, &[0, 1, 2, 3, 4, 5]);
        all_open(round, &[0, 1, 2, 3, 4]);
        run_to(5);
        all_grade(round, &[1, 2, 3, 4]);
        run_to(10);
        all_open_grades(round, &[2, 3, 4]);
        run_to(14);
        let result = result(round);
        assert!(matches!(result.ending, Ending::Settled { .. }));
        for index in [0, 1, 5] {
            assert_eq!((result.members[index].forfeited, result.members[index].paid), (TICKET, 0));
        }
        assert!(result.treasury >= 3 * TICKET);
        assert_eq!(wealth(TREASURY), ENDOWMENT + result.treasury);
        assert_eq!(result.members[5].judgement, Judgement::Unjudged, "no answer, no score");
    });
}

#[test]
fn ratings_should_change_from_four_open_answers_on() {
    on_chain(|| {
        play_with_absent(&[0, 1, 2, 3], 3);
        let newcomer = Judging::get().newcomer();
        assert!((0..4).all(|agent| Ratings::get(GENERAL, &owner(agent)) == newcomer));
        next_block();
        let round = play(&[0, 1, 2, 3]);
        for agent in 0..4 {
            let known = Ratings::get(GENERAL, &owner(agent));
            assert_eq!(known.rounds(), 1);
            let judgement = result(round).members[agent as usize].judgement;
            assert_eq!(judgement.ratings(), Some((newcomer.rating(), known.rating())));
        }
    });
}

#[test]
fn nothing_but_the_result_should_stay() {
    on_chain(|| {
        let round = play(&[0, 1, 2, 3]);
        assert_eq!(RoundsMap::<Test>::count(), 0);
        assert_eq!(Prompts::<Test>::iter().count(), 0);
        assert_eq!(Members::<Test>::iter().count(), 0);
        assert_eq!(MemberByKey::<Test>::iter().count(), 0);
        assert_eq!(MemberByOwner::<Test>::iter().count(), 0);
        assert_eq!(SealedAnswers::<Test>::iter().count(), 0);
        assert_eq!(SealedGrades::<Test>::iter().count(), 0);
        assert_eq!(OpenedGrades::<Test>::iter().count(), 0);
        assert_eq!(crate::Agenda::<Test>::iter().count(), 0);
        assert_eq!(crate::Results::<Test>::iter_keys().collect::<Vec<_>>(), [round]);
    });
}

#[test]
fn two_open_answers_should_be_enough_for_a_winner() {
    on_chain(|| {
        let result = result(play_with_absent(&[2, 1, 0, 3], 2));
        assert_eq!(result.ending, Ending::Settled { winner: 0 });
        assert_eq!(result.grades.len(), 2);
    });
}

#[test]
fn a_hundred_agents_should_settle() {
    chain_of(100).execute_with(|| {
        let round = ask(4, 100);
        let agents: Vec<u8> = (0..100).collect();
        for agent in &agents {
            assert_eq!(send(commit_answer(*agent, round, b"5000")), Ok(()));
        }
        next_block();
        all_open(round, &agents);
        next_block();
        all_grade(round, &agents);
        next_block();
        all_open_grades(round, &agents);
        assert_eq!(result(round).grades.len(), 3_300);
        check_invariants();
    });
}

#[test]
fn paper_s_rules_should_settle_too() {
    on_chain(|| {
        Judging::set(Rule::PAPER);
        let result = result(play(&[0, 1, 2, 3, 4]));
        assert_eq!(result.ending, Ending::Settled { winner: 4 });
        let no_bias = Fixed::from_u32(0);
        assert!(result.members.iter().all(|member| matches!(
            member.judgement,
            Judgement::Separate { bias, .. } if bias == no_bias
        )));
        assert!((0..5).all(|agent| Ratings::get(GENERAL, &owner(agent)).rounds() == 1));
        assert_eq!(pallet_waggle_ratings::Standings::<Test>::iter().count(), 0);
    });
}

/// Graders that see no difference are paid nothing.
#[test]
fn what_no_grader_earned_should_go_back_to_the_client() {
    on_chain(|| {
        let agents = [0, 1, 2, 3, 4];
        let round = ask(4, 5);
        // All answers are graded alike.
        for agent in agents {
            assert_eq!(send(commit_answer(agent, round, b"5000")), Ok(()));
        }
        for phase in [all_open, all_grade, all_open_grades] {
            next_block();
            phase(round, &agents);
        }
        let (result, part) = (result(round), REWARD * 3 / 10);
        let Some(Event::Settled { returned, .. }) = events().pop() else { panic!("not settled") };
        assert_eq!((returned, result.returned()), (part, part));
        assert_eq!(Rounds::round(round).unwrap().returned, part);
        assert_eq!(wealth(CLIENT), ENDOWMENT - REWARD + part);
        let paid: u128 = result.members.iter().map(|member| member.paid).sum();
        assert_eq!(paid + result.treasury, REWARD - part);
    });
}

#[test]
fn rounds_should_run_side_by_side() {
    on_chain(|| {
        let (one, other) = (ask(4, 4), ask(4, 4));
        all_commit(one, &[0, 1, 2, 3]);
        all_commit(other, &[3, 2, 1, 0]);
        assert_eq!(held(owner(0)), 2 * TICKET);
        all_open(one, &[0, 1, 2, 3]);
        all_open(other, &[0, 1, 2, 3]);
        all_grade(other, &[0, 1, 2, 3]);
        all_open_grades(other, &[0, 1, 2, 3]);
        assert_eq!(result(other).ending, Ending::Settled { winner: 0 });
        assert_eq!(held(owner(0)), TICKET);
        all_grade(one, &[0, 1, 2, 3]);
        all_open_grades(one, &[0, 1, 2, 3]);
        assert_eq!(result(one).ending, Ending::Settled { winner: 3 });
        assert_eq!(held(owner(0)), 0);
    });
}
