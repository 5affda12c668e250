//! Rounds in which members fail after answers could be read: whoever opened one is paid for it, and
//! the client does not get its reward back.

use super::swarm::*;
use crate::{mock::*, types::Ending};

/// Everything that an account can have gained or lost.
fn change(account: AccountId) -> i128 {
    wealth(account) as i128 - ENDOWMENT as i128
}

fn winner(round: u64) -> u8 {
    match result(round).ending {
        Ending::Settled { winner } => winner as u8,
        ending => panic!("{ending:?}"),
    }
}

/// Nothing is on hold, and what the client and the agents lost is the treasury's.
fn money_is_where_it_should_be(agents: &[u8]) {
    assert_eq!(held(CLIENT) + agents.iter().map(|agent| held(owner(*agent))).sum::<u128>(), 0);
    let agents: i128 = agents.iter().map(|agent| change(owner(*agent))).sum();
    assert_eq!(change(CLIENT) + agents + change(TREASURY), 0);
}

#[test]
fn a_round_should_go_on_without_the_one_that_does_not_open() {
    on_chain(|| {
        let agents = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        let round = ask(10, 10);
        all_commit(round, &agents);
        all_open(round, &agents[1..]);
        run_to(5);
        all_grade(round, &agents[1..]);
        all_open_grades(round, &agents[1..]);
        assert_eq!(winner(round), 9);
        assert_eq!(change(owner(0)), -(result(round).ticket as i128));
        assert!(change(CLIENT) <= -(REWARD as i128) * 7 / 10, "nobody reads for free");
        assert!(change(owner(9)) >= REWARD as i128 * 7 / 10);
        money_is_where_it_should_be(&agents);
    });
}

#[test]
fn an_answer_that_nobody_can_grade_should_win() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        all_open(round, &[2]);
        run_to(5);
        assert_eq!(winner(round), 2);
        assert_eq!(result(round).winning_answer.unwrap().into_inner(), answer_of(2));
        let part = REWARD as i128 * 7 / 10;
        let ticket = TICKET as i128;
        assert_eq!(change(CLIENT), -part, "the graders' part goes back");
        assert_eq!(change(owner(2)), part, "it has nobody to grade, and so keeps its ticket");
        assert_eq!(change(owner(0)), -ticket);
        assert_eq!(change(TREASURY), 3 * ticket);
        money_is_where_it_should_be(&[0, 1, 2, 3]);
    });
}

/// Who wins is then what is known of the authors, or the draw.
fn settles_without_grades(end: impl FnOnce(u64)) {
    on_chain(|| {
        let agents = [0, 1, 2, 3];
        let round = ask(4, 4);
        all_commit(round, &agents);
        all_open(round, &agents);
        end(round);
        let (part, ticket) = (REWARD as i128 * 7 / 10, TICKET as i128);
        assert_eq!(change(CLIENT), -part);
        for agent in agents {
            let won = if agent == winner(round) { part } else { 0 };
            assert_eq!(change(owner(agent)), won - ticket, "all broke their word as graders");
        }
        assert!(part < 4 * ticket * 5 / 2, "to fail together brings less than one fair share each");
        assert!(result(round).grades.is_empty());
        money_is_where_it_should_be(&agents);
    });
}

#[test]
fn answers_should_be_paid_when_nobody_commits_grades() {
    settles_without_grades(|_| run_to(6));
}

#[test]
fn answers_should_be_paid_when_nobody_opens_grades() {
    settles_without_grades(|round| {
        all_grade(round, &[0, 1, 2, 3]);
        run_to(5);
    });
}

#[test]
fn answers_should_be_paid_when_all_grades_are_malformed() {
    settles_without_grades(|round| {
        for agent in [0, 1, 2, 3] {
            assert_eq!(send(commit_bytes(agent, round, &[0xff; 4])), Ok(()));
        }
        all_open_grades(round, &[0, 1, 2, 3]);
        assert_eq!(result(round).blocks.ended, Some(1), "in the block of the last opening");
    });
}

#[test]
fn the_best_known_author_should_win_when_nobody_grades() {
    on_chain(|| {
        // Agent 3 is best in two graded rounds.
        for _ in 0..2 {
            assert_eq!(winner(play(&[0, 1, 2, 3])), 3);
            next_block();
        }
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        all_open(round, &[0, 1, 2, 3]);
        run_to(System::block_number() + 6);
        assert_eq!(winner(round), 3);
    });
}
