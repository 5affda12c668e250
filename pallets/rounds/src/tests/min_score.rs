//! Rounds whose clients ask an answer to score something: who is paid where none does.

use super::swarm::*;
use crate::{mock::*, types::Ending, Event, MinScores};
use waggle_primitives::{
    examination,
    traits::{ExaminedRounds, Ratings as _},
    view::RoundState,
    Fixed, Grade, RoundId, RoundTerms,
};

const FIVE: [u8; 5] = [0, 1, 2, 3, 4];
/// What those who opened an answer share if nobody wins: three quarters of the winners' part.
const SHARED: u128 = REWARD * 7 / 10 * 3 / 4;
/// What of the winners' part the client gets back then.
const SAVED: u128 = REWARD * 7 / 10 - SHARED;

fn asking_for(min_score: Grade) -> RoundTerms<u128> {
    RoundTerms { min_score, ..terms(4, 5) }
}

/// A round of these five that all play without delay, for a client that asks for this.
fn play_for(min_score: Grade) -> RoundId {
    let round = ask_in(GENERAL, asking_for(min_score), NO_TRUTH);
    all_commit(round, &FIVE);
    for phase in [all_open, all_grade, all_open_grades] {
        next_block();
        phase(round, &FIVE);
    }
    round
}

fn score(round: RoundId, index: usize) -> Fixed {
    result(round).members[index].judgement.score().expect("it was judged")
}

/// The greatest number of basis points that is no more than this score.
fn basis_points_up_to(score: Fixed) -> u16 {
    let basis_point = Grade::new(1).expect("it is small").to_fixed();
    (score.into_inner() / basis_point.into_inner()) as u16
}

fn grade(basis_points: u16) -> Grade {
    Grade::new(basis_points).expect("at most 10 000")
}

#[test]
fn the_best_answer_should_win_when_it_scores_what_the_client_asks_for() {
    // Everybody grades alike, so that it scores the same whoever grades whom.
    let mut reached = 0;
    on_chain(|| reached = basis_points_up_to(score(play_for(Grade::MIN), 4)));
    assert!((2_000..8_000).contains(&reached), "{reached}");
    for (min_score, expected) in [
        (Grade::MIN, Ending::Settled { winner: 4 }),
        (grade(1), Ending::Settled { winner: 4 }),
        (grade(reached), Ending::Settled { winner: 4 }),
        (grade(reached + 1), Ending::NobodyWon { best: 4 }),
        (Grade::MAX, Ending::NobodyWon { best: 4 }),
    ] {
        on_chain(|| {
            let round = play_for(min_score);
            assert_eq!(result(round).ending, expected, "{min_score:?}");
            check_invariants();
        });
    }
}

#[test]
fn all_who_opened_should_share_and_the_client_get_the_rest_back_when_nobody_wins() {
    on_chain(|| {
        let round = play_for(Grade::MAX);
        let result = result(round);
        assert_eq!((result.returned(), result.winning_answer.as_ref()), (SAVED, None));
        let told = Event::NobodyWon {
            round,
            best: 4,
            score: score(round, 4),
            returned: SAVED,
            treasury: result.treasury,
        };
        assert_eq!(events().last(), Some(&told));
        assert_eq!(wealth(CLIENT), ENDOWMENT - REWARD + SAVED);
        assert_eq!(held(CLIENT), 0);
        assert_eq!(wealth(TREASURY), ENDOWMENT + result.treasury);
        let mut graders = 0;
        for (agent, member) in FIVE.iter().zip(&result.members) {
            assert_eq!(wealth(owner(*agent)), ENDOWMENT + member.paid - member.forfeited);
            assert_eq!(held(owner(*agent)), 0);
            assert!(member.paid >= SHARED / 5);
            graders += member.paid - SHARED / 5;
        }
        assert!(graders > REWARD * 3 / 10 - 5 && graders <= REWARD * 3 / 10, "{graders}");
        // Two are below the median, and lose two fifths of a fair share each.
        let lost: Vec<u128> = result.members.iter().map(|member| member.forfeited).collect();
        assert_eq!(lost, [80, 80, 0, 0, 0]);
    });
}

#[test]
fn everybody_should_lose_and_learn_what_it_would_if_somebody_won() {
    let mut seen = Vec::new();
    for min_score in [Grade::MIN, Grade::MAX] {
        on_chain(|| {
            let members = result(play_for(min_score)).members;
            let lost: Vec<u128> = members.iter().map(|member| member.forfeited).collect();
            let known: Vec<_> =
                FIVE.iter().map(|agent| Ratings::get(GENERAL, &owner(*agent))).collect();
            let won: u32 = FIVE.iter().map(|agent| Ratings::past(&owner(*agent)).won).sum();
            assert_eq!(won, u32::from(min_score == Grade::MIN));
            let rounds: Vec<u32> = known.iter().map(|known| known.rounds()).collect();
            seen.push((lost, rounds));
        });
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].1, [1; 5]);
}

/// Reading for nothing: the client asks for what no answer ever scores.
#[test]
fn a_client_that_lets_nobody_win_should_pay_for_what_it_reads() {
    let paid_for = |min_score| {
        let mut paid = (0, 0);
        on_chain(|| {
            let result = result(play_for(min_score));
            let gain = |member: &crate::types::MemberResult<AccountId>| {
                member.paid as i128 - member.forfeited as i128
            };
            paid = (ENDOWMENT - wealth(CLIENT), result.members.iter().map(gain).sum());
        });
        paid
    };
    let (usual, _) = paid_for(Grade::MIN);
    let (cheating, agents) = paid_for(Grade::MAX);
    assert_eq!(usual, REWARD);
    assert_eq!(cheating, usual - SAVED);
    assert!(cheating > REWARD * 4 / 5, "it saves less than a fifth: {cheating}");
    assert!(agents > REWARD as i128 / 2, "and they gain still: {agents}");
}

#[test]
fn nobody_should_win_when_nobody_grades_and_the_client_asks_for_more_than_names() {
    on_chain(|| {
        let round = ask_in(GENERAL, asking_for(grade(5_000)), NO_TRUTH);
        all_commit(round, &FIVE);
        all_open(round, &FIVE);
        run_to(6);
        let ticket = result(round).ticket;
        assert!(matches!(result(round).ending, Ending::NobodyWon { .. }));
        assert_eq!(wealth(CLIENT), ENDOWMENT - SHARED, "the graders' part goes back too");
        for agent in FIVE {
            assert_eq!(wealth(owner(agent)), ENDOWMENT + SHARED / 5 - ticket);
        }
        assert!(SHARED < 5 * ticket * 5 / 2, "to fail together does not pay");
    });
}

#[test]
fn who_is_alone_should_get_the_whole_part_when_its_answer_is_not_good_enough() {
    on_chain(|| {
        let round = ask_in(GENERAL, asking_for(grade(5_000)), NO_TRUTH);
        all_commit(round, &FIVE);
        all_open(round, &[2]);
        run_to(5);
        assert_eq!(result(round).ending, Ending::NobodyWon { best: 2 });
        assert_eq!(wealth(CLIENT), ENDOWMENT - SHARED);
        assert_eq!(wealth(owner(2)), ENDOWMENT + SHARED, "it has nobody to grade");
        assert_eq!(wealth(TREASURY), ENDOWMENT + 4 * result(round).ticket);
    });
}

#[test]
fn a_round_that_nobody_won_should_be_examined_as_any_other() {
    on_chain(|| {
        let (salt, truth) = ([5; 32], answer_of(4));
        let sealed = examination::seal(&CLIENT, &salt, &truth);
        let round = ask_in(GENERAL, asking_for(Grade::MAX), sealed);
        all_commit(round, &FIVE);
        for phase in [all_open, all_grade, all_open_grades] {
            phase(round, &FIVE);
        }
        assert_eq!(result(round).ending, Ending::NobodyWon { best: 4 });
        let examined = Rounds::examine(round, &truth, &salt).expect("it was judged");
        assert_eq!((examined.right, examined.agents), (1, 5));
        assert_eq!(examined.cost, REWARD - SAVED);
        check_invariants();
    });
}

#[test]
fn views_should_tell_the_minimum_score_until_the_result_is_pruned() {
    on_chain(|| {
        let picky = asking_for(grade(9_000));
        let cancelled = ask_in(GENERAL, picky.clone(), NO_TRUTH);
        assert_eq!(Rounds::round(cancelled).unwrap().terms, picky);
        run_to(12);
        let view = Rounds::round(cancelled).unwrap();
        assert!(matches!(view.state, RoundState::Cancelled { .. }));
        assert_eq!(view.terms, picky);

        let played = play_for(grade(9_000));
        let view = Rounds::round(played).unwrap();
        assert_eq!(view.state, RoundState::NobodyWon { best: 4 });
        assert_eq!((view.terms, view.winning_answer, view.returned), (picky, None, SAVED));

        let usual = play_for(Grade::MIN);
        assert_eq!(Rounds::round(usual).unwrap().terms, terms(4, 5));
        assert_eq!(MinScores::<Test>::iter().count(), 2, "nothing of clients that ask for nothing");
        run_to(System::block_number() + ResultRetention::get());
        assert_eq!(MinScores::<Test>::iter().count(), 0);
    });
}
