//! Seats by lot: who has one, what happens when those who have do not come, and what a round must
//! be to teach.

use super::swarm::*;
use crate::{mock::*, seats::NAMES_IN_BLOCK, types::Ending, Draws, Error, Event, Refusal};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::Perbill;
use waggle_primitives::{
    attendance::LearningRules,
    lots::{Lots, Seats, MAX_DRAW_BLOCKS},
    rule::Judgement,
    traits::{Domains as _, Ratings as _},
    view::{Duty, RoundState},
    CancelReason, Fixed, Hash32, Phase, RoundId,
};

/// Blocks that draw seats in these tests.
const BLOCKS: u32 = 3;
/// Which rounds teach in these tests.
const RULES: LearningRules = LearningRules {
    reward_per_seat: REWARD / 12,
    answering_blocks: 10,
    present: Perbill::from_percent(60),
    graders: 3,
};

/// On a chain on which lots are drawn.
fn on_drawing_chain(test: impl FnOnce()) {
    on_chain(|| {
        DrawBlocks::set(BLOCKS);
        Learning::set(RULES);
        test();
    });
}

/// Another block, whose author draws this.
fn next_block_of(author: u32, randomness: u8) {
    Authors::set((author, Authors::get().1));
    Randomness::set(Some([randomness; 32]));
    next_block();
}

/// The client asks, and the seats are drawn.
fn ask_and_draw(min_agents: u32, max_agents: u32) -> RoundId {
    let round = ask(min_agents, max_agents);
    for block in 0..BLOCKS as u8 {
        next_block_of(0, block);
    }
    round
}

fn seats(round: RoundId) -> Seats {
    Rounds::round(round).unwrap().seats.unwrap()
}

/// The agents that have a seat, in the order of their lots.
fn drawn(round: RoundId) -> Vec<u8> {
    let Seats::Drawn { members, seed } = seats(round) else { panic!("the seats are not drawn") };
    let max = crate::Rounds::<Test>::get(round).unwrap().terms.max_agents;
    let lots = Lots::new(seed, members);
    // At genesis agents are numbered in their order.
    (0..max).map(|lot| lots.number_with(lot).unwrap() as u8).collect()
}

/// The agents that have none.
fn others(round: RoundId) -> Vec<u8> {
    let drawn = drawn(round);
    (0..AGENTS).filter(|agent| !drawn.contains(agent)).collect()
}

fn entry(agent: u8, round: RoundId) -> waggle_primitives::SignedAct {
    commit_answer(agent, round, &answer_of(agent))
}

/// Whether the agent is asked to answer.
fn is_asked(agent: u8, round: RoundId) -> bool {
    let asked = |duty: &Duty<u128>| matches!(duty, Duty::Answer { round: of, .. } if *of == round);
    Rounds::duties(&key(agent)).iter().any(asked)
}

/// Pass the deadline of the phase that the round is in.
fn pass_deadline(round: RoundId) {
    let RoundState::Running { deadline, .. } = Rounds::round(round).unwrap().state else {
        panic!("the round is over")
    };
    run_to(deadline + 1);
}

/// These agents play the round from the commits to its end.
fn play_on(round: RoundId, agents: &[u8]) {
    all_commit(round, agents);
    pass_answering(round);
    all_open(round, agents);
    next_block();
    all_grade(round, agents);
    next_block();
    all_open_grades(round, agents);
}

/// Let the time for answers pass if the round still waits for more.
fn pass_answering(round: RoundId) {
    let waits = matches!(
        Rounds::round(round).unwrap().state,
        RoundState::Running { phase: Phase::Answering, .. }
    );
    if waits {
        pass_deadline(round);
    } else {
        next_block();
    }
}

#[test]
fn only_those_drawn_should_have_a_seat() {
    on_drawing_chain(|| {
        let round = ask_and_draw(4, 5);
        let (in_it, out) = (drawn(round), others(round));
        assert_eq!((in_it.len(), out.len()), (5, 7));
        for agent in out {
            assert!(!is_asked(agent, round));
            assert_eq!(refusal_of(entry(agent, round)), Refusal::NotDrawn.into());
        }
        for agent in &in_it {
            assert!(is_asked(*agent, round));
            assert_eq!(send(entry(*agent, round)), Ok(()));
        }
        let RoundState::Running { phase, .. } = Rounds::round(round).unwrap().state else {
            panic!("the round runs")
        };
        assert_eq!(phase, Phase::OpeningAnswers, "all seats are taken");
    });
}

#[test]
fn nobody_should_have_a_seat_before_the_draw_is_over() {
    on_drawing_chain(|| {
        let round = ask(4, 5);
        for block in 1..BLOCKS as u8 {
            next_block_of(0, block);
            assert_eq!(seats(round), Seats::Drawing { members: AGENTS.into() });
            for agent in 0..AGENTS {
                assert!(!is_asked(agent, round));
                assert_eq!(refusal_of(entry(agent, round)), Refusal::TooEarly.into());
            }
        }
        events();
        next_block_of(0, BLOCKS as u8);
        let Seats::Drawn { members, seed } = seats(round) else { panic!("the draw is over") };
        let deadline = System::block_number() + terms(4, 5).answering_blocks;
        assert_eq!(events(), [Event::SeatsDrawn { round, members, seed, deadline }]);
        assert_eq!(Draws::<Test>::get().len(), 0);
        run_to(deadline);
        assert_eq!(send(entry(drawn(round)[0], round)), Ok(()), "all of the time is left");
    });
}

#[test]
fn everybody_should_have_a_seat_where_there_are_enough() {
    on_drawing_chain(|| {
        let round = ask(4, AGENTS.into());
        assert_eq!(seats(round), Seats::ForAll { members: AGENTS.into() });
        for agent in 0..AGENTS {
            assert!(is_asked(agent, round));
        }
        all_commit(round, &[0, 1]);
    });
}

#[test]
fn lots_should_follow_from_all_blocks_of_the_draw() {
    let drawn_with = |outputs: [u8; 3]| {
        let mut seed: Hash32 = [0; 32];
        on_drawing_chain(|| {
            let round = ask(4, 5);
            for output in outputs {
                next_block_of(0, output);
            }
            let Seats::Drawn { seed: drawn, .. } = seats(round) else { panic!("it is over") };
            seed = drawn;
        });
        seed
    };
    let one = drawn_with([1, 2, 3]);
    assert_eq!(one, drawn_with([1, 2, 3]));
    for other in [[0, 2, 3], [1, 0, 3], [1, 2, 0]] {
        assert_ne!(one, drawn_with(other));
    }
}

#[test]
fn two_authors_should_draw_where_there_are_several() {
    on_drawing_chain(|| {
        Authors::set((0, 4));
        let round = ask(4, 5);
        for _ in 0..BLOCKS + 2 {
            next_block_of(1, 7);
            assert!(matches!(seats(round), Seats::Drawing { .. }));
        }
        next_block_of(2, 7);
        assert!(matches!(seats(round), Seats::Drawn { .. }));
    });
}

#[test]
fn a_draw_should_end_though_one_author_makes_all_blocks() {
    on_drawing_chain(|| {
        Authors::set((0, 4));
        let round = ask(4, 5);
        for _ in 0..MAX_DRAW_BLOCKS {
            assert!(matches!(seats(round), Seats::Drawing { .. }));
            next_block_of(1, 7);
        }
        assert!(matches!(seats(round), Seats::Drawn { .. }));
        assert_eq!(send(entry(drawn(round)[0], round)), Ok(()));
    });
}

#[test]
fn fast_agents_should_have_no_more_than_their_part_of_the_seats() {
    // Agents 0 to 3, a third of all, are one owner's bots: they commit before anybody else thinks.
    let mut taken = 0;
    const DRAWS: u32 = 60;
    on_drawing_chain(|| {
        MaxOpenRounds::set(DRAWS);
        // Whoever is not quick enough is not absent.
        Learning::set(LearningRules { answering_blocks: 11, ..RULES });
        for number in 0..DRAWS as u8 {
            let round = ask(4, 6);
            for block in 0..BLOCKS as u8 {
                next_block_of(0, number.wrapping_mul(7).wrapping_add(block));
            }
            for bot in 0..4 {
                taken += u32::from(send(entry(bot, round)).is_ok());
            }
        }
    });
    // Two of six seats on average: 120, with a standard deviation of .66 in each.
    assert!((120 - 26..=120 + 26).contains(&taken), "{taken} seats of 360");
}

#[test]
fn a_round_should_open_to_all_when_too_few_of_those_drawn_come() {
    on_drawing_chain(|| {
        let round = ask_and_draw(4, 5);
        let (in_it, out) = (drawn(round), others(round));
        let Seats::Drawn { seed, .. } = seats(round) else { panic!("the seats are drawn") };
        all_commit(round, &in_it[..2]);
        events();
        let RoundState::Running { deadline, .. } = Rounds::round(round).unwrap().state else {
            panic!("the round runs")
        };
        // The pool looks ahead: in the next block the seats are for all.
        run_to(deadline);
        let call = single(entry(out[0], round));
        assert_eq!(authorize(&call).unwrap_err(), Refusal::NotDrawn.into());
        assert_ok!(pool_says(&call));
        assert!(is_asked(out[0], round));
        next_block();
        let again = deadline + 1 + terms(4, 5).answering_blocks;
        let phase = Phase::Answering;
        assert_eq!(events(), [Event::PhaseChanged { round, phase, deadline: again }]);
        assert_eq!(seats(round), Seats::Widened { members: AGENTS.into(), seed: Some(seed) });
        all_commit(round, &out[..3]);
        next_block();
        let all = [&in_it[..2], &out[..3]].concat();
        all_open(round, &all);
        next_block();
        all_grade(round, &all);
        next_block();
        all_open_grades(round, &all);
        assert!(matches!(result(round).ending, Ending::Settled { .. }));
        assert_eq!(result(round).members.len(), 5);
    });
}

#[test]
fn a_widened_round_should_be_cancelled_when_too_few_come_again() {
    on_drawing_chain(|| {
        let round = ask_and_draw(4, 5);
        let out = others(round);
        pass_deadline(round);
        all_commit(round, &out[..1]);
        pass_deadline(round);
        let reason = CancelReason::TooFewCommitted;
        assert_eq!(result(round).ending, Ending::Cancelled { reason });
        assert_eq!((held(CLIENT), held(owner(out[0]))), (0, 0));
    });
}

#[test]
fn clients_should_not_choose_among_draws() {
    on_drawing_chain(|| {
        let withdraw = |round| Rounds::withdraw(RuntimeOrigin::signed(CLIENT), round);
        let round = ask(4, 5);
        assert_noop!(withdraw(round), Error::<Test>::SeatsTaken);
        for block in 0..BLOCKS as u8 {
            next_block_of(0, block);
            assert_noop!(withdraw(round), Error::<Test>::SeatsTaken);
        }
        // Nobody of those drawn came: then it may.
        pass_deadline(round);
        assert_ok!(withdraw(round));
    });
}

/// What is kept of the agent in the general domain.
fn membership(agent: u8) -> pallet_waggle_domains::Membership<u32> {
    pallet_waggle_domains::Memberships::<Test>::get(GENERAL, owner(agent)).expect("a member")
}

/// These agents have seats and do not come, until they are off the roster.
fn stay_away(agents: std::ops::Range<u8>) {
    for _ in 0..3 {
        next_block();
        for agent in agents.clone() {
            Domains::was_absent(GENERAL, &owner(agent));
        }
    }
    next_block();
}

#[test]
fn guests_should_have_a_round_for_themselves_when_those_on_the_roster_do_not_come() {
    on_drawing_chain(|| {
        stay_away(5..AGENTS);
        let round = ask(4, 5);
        assert_eq!(seats(round), Seats::ForAll { members: 5 });
        all_commit(round, &[0]);
        assert_eq!(refusal_of(entry(6, round)), Refusal::NotDrawn.into());
        pass_deadline(round);
        assert_eq!(seats(round), Seats::Widened { members: 5, seed: None });
        all_commit(round, &[6, 7, 8, 9]);
        let newcomers = known();
        let agents = [0, 6, 7, 8, 9];
        next_block();
        all_open(round, &agents);
        next_block();
        all_grade(round, &agents);
        next_block();
        all_open_grades(round, &agents);
        assert!(matches!(result(round).ending, Ending::Settled { .. }));
        assert_eq!(known(), newcomers);
    });
}

#[test]
fn a_batch_should_bring_no_more_guests_than_there_are_seats_for() {
    on_drawing_chain(|| {
        stay_away(4..AGENTS);
        let round = ask(4, 5);
        let entries = |agents: &[u8]| agents.iter().map(|agent| entry(*agent, round)).collect();
        let too_many = authorize(&batch(entries(&[6, 7]))).unwrap_err();
        assert_eq!(too_many, Refusal::NotDrawn.into());
        assert_ok!(authorize(&batch(entries(&[0, 6, 1, 2, 3]))));
    });
}

#[test]
fn a_roll_should_be_called_in_parts_and_the_rest_forgotten_with_the_round() {
    on_drawing_chain(|| {
        let round = ask(4, AGENTS.into());
        let members = NAMES_IN_BLOCK + 8;
        crate::Rolls::<Test>::insert(round, members);
        crate::Rolls::<Test>::insert(round + 100, 7);
        let mut meter = frame_support::weights::WeightMeter::new();
        Rounds::call_rolls(&mut meter);
        let absent = || {
            pallet_waggle_domains::Memberships::<Test>::iter_values()
                .filter(|entry| entry.absences > 0)
                .count()
        };
        assert_eq!((crate::Rolls::<Test>::get(round), absent()), (Some(8), 4), "numbers from 8 on");
        Rounds::call_rolls(&mut meter);
        assert_eq!((crate::Rolls::<Test>::iter().count(), absent()), (0, 12));
    });
}

#[test]
fn guests_should_have_what_those_on_the_roster_leave() {
    on_drawing_chain(|| {
        // Ten of twelve are away, and come back for this.
        stay_away(2..AGENTS);
        let round = ask(4, 5);
        assert_eq!(seats(round), Seats::ForAll { members: 2 });
        all_commit(round, &[2, 3, 4]);
        assert!(!is_asked(5, round));
        assert_eq!(refusal_of(entry(5, round)), Refusal::NotDrawn.into());
        all_commit(round, &[0, 1]);
        assert_eq!(refusal_of(entry(5, round)), Refusal::SwarmFull.into());
        // They are on the roster now, but were not before: the round is no lesson.
        let newcomers = known();
        next_block();
        let agents = [2, 3, 4, 0, 1];
        all_open(round, &agents);
        next_block();
        all_grade(round, &agents);
        next_block();
        all_open_grades(round, &agents);
        assert_eq!(known(), newcomers);
        let after = result(round);
        assert!(after.members.iter().all(|member| {
            let (before, after) = ratings(&member.judgement);
            before == after
        }));
        let next = ask(4, 5);
        assert_eq!(seats(next), Seats::ForAll { members: 5 });
        play_on(next, &agents);
        assert_ne!(known(), newcomers);
    });
}

/// The rating of an agent before and after a round.
fn ratings(judgement: &Judgement) -> (Fixed, Fixed) {
    match judgement {
        Judgement::Calibrated { rating_before, rating_after, .. }
        | Judgement::Separate { rating_before, rating_after, .. } => {
            (*rating_before, *rating_after)
        }
        Judgement::Unjudged => panic!("the agent was judged"),
    }
}

#[test]
fn a_roll_should_be_called_only_where_the_round_came_about() {
    on_drawing_chain(|| {
        let absences = || -> u32 {
            pallet_waggle_domains::Memberships::<Test>::iter_values()
                .map(|entry| entry.absences)
                .sum()
        };
        // Nobody came, not even when it was for all: the client has its reward back.
        let round = ask_and_draw(4, 5);
        pass_deadline(round);
        pass_deadline(round);
        next_block();
        assert_eq!(absences(), 0);
        // It came about without most of them, though one could not come: it asked.
        let (client, terms) = (RuntimeOrigin::signed(owner(5)), terms(4, AGENTS.into()));
        assert_ok!(Rounds::submit(client, prompt(PROMPT), GENERAL, terms, NO_TRUTH));
        next_block();
        play_on(round + 1, &[0, 1, 2, 3]);
        assert_eq!(absences(), u32::from(AGENTS) - 5);
    });
}

#[test]
fn phantoms_should_leave_the_roster_though_others_fill_the_round() {
    on_drawing_chain(|| {
        // Those drawn stay away, the others fill the round when it is open to all.
        for _ in 0..3 {
            let round = ask_and_draw(4, 5);
            let (phantoms, out) = (drawn(round), others(round));
            pass_deadline(round);
            let came = &out[..5];
            play_on(round, came);
            let absent: u32 = phantoms
                .iter()
                .map(|agent| membership(*agent))
                .map(|member| if member.place.is_none() { 3 } else { member.absences })
                .sum();
            assert!(absent >= 5, "all five were missed");
            if Domains::roster_size(GENERAL) < AGENTS.into() {
                break;
            }
        }
    });
}

#[test]
fn whoever_stays_away_should_leave_the_roster() {
    on_drawing_chain(|| {
        for missed in 1..=3 {
            // All have a seat, and only four come.
            let round = ask(4, AGENTS.into());
            next_block();
            play_on(round, &[0, 1, 2, 3]);
            let left = if missed < 3 { AGENTS.into() } else { 4 };
            assert_eq!(Domains::roster_size(GENERAL), left, "after {missed} rounds");
        }
        // Agents that are away are not waited for: there are enough seats for those who are left,
        let round = ask(4, 5);
        assert_eq!(seats(round), Seats::ForAll { members: 4 });
        // and whoever comes again has its place again.
        assert_eq!(send(entry(7, round)), Ok(()));
        assert_eq!(Domains::roster_size(GENERAL), 5);
        next_block();
        assert!(matches!(seats(ask(4, 4)), Seats::Drawing { members: 5 }));
    });
}

#[test]
fn only_who_had_a_seat_should_be_absent() {
    on_drawing_chain(|| {
        let round = ask_and_draw(4, 5);
        let (in_it, out) = (drawn(round), others(round));
        play_on(round, &in_it[..4]);
        let absences = |agent: &u8| membership(*agent).absences;
        assert!(in_it[..4].iter().chain(&out).all(|agent| absences(agent) == 0));
        assert!(in_it[4..].iter().all(|agent| absences(agent) == 1));
    });
}

#[test]
fn nobody_should_be_absent_from_rounds_that_are_not_worth_coming() {
    on_drawing_chain(|| {
        Learning::set(LearningRules { answering_blocks: 11, ..RULES });
        for _ in 0..4 {
            let round = ask(4, AGENTS.into());
            next_block();
            play_on(round, &[0, 1, 2, 3]);
        }
        assert_eq!(Domains::roster_size(GENERAL), u32::from(AGENTS));
    });
}

#[test]
fn who_takes_the_number_of_another_should_keep_its_seat() {
    on_drawing_chain(|| {
        let round = ask_and_draw(4, 5);
        let (in_it, out) = (drawn(round), others(round));
        let gone = in_it.iter().find(|agent| **agent != AGENTS - 1).unwrap();
        assert_ok!(Agents::retire(RuntimeOrigin::signed(owner(*gone))));
        for agent in in_it.iter().filter(|agent| *agent != gone) {
            assert_eq!(send(entry(*agent, round)), Ok(()));
        }
        for agent in out {
            assert_eq!(refusal_of(entry(agent, round)), Refusal::NotDrawn.into());
        }
    });
}

/// What is known of all agents.
fn known() -> Vec<waggle_primitives::rule::Known> {
    (0..AGENTS).map(|agent| Ratings::get(GENERAL, &owner(agent))).collect()
}

#[test]
fn rounds_of_ones_own_should_teach_nothing() {
    on_drawing_chain(|| {
        let newcomers = known();
        // Few of those who had a seat came.
        let round = ask(4, AGENTS.into());
        next_block();
        play_on(round, &[0, 1, 2, 3, 4]);
        assert!(matches!(result(round).ending, Ending::Settled { .. }));
        assert_eq!(known(), newcomers);
        // Those who came had no seat.
        let round = ask_and_draw(4, 5);
        let out = others(round);
        pass_deadline(round);
        play_on(round, &out[..5]);
        assert!(matches!(result(round).ending, Ending::Settled { .. }));
        assert_eq!(known(), newcomers);
        // Too few graded.
        let round = ask_and_draw(4, 5);
        let in_it = drawn(round);
        all_commit(round, &in_it);
        next_block();
        all_open(round, &in_it);
        next_block();
        all_grade(round, &in_it[..2]);
        pass_deadline(round);
        all_open_grades(round, &in_it[..2]);
        assert!(matches!(result(round).ending, Ending::Settled { .. }));
        assert_eq!(known(), newcomers);
        // It was not worth coming.
        Learning::set(LearningRules { answering_blocks: 11, ..RULES });
        let round = ask_and_draw(4, 5);
        play_on(round, &drawn(round));
        assert_eq!(known(), newcomers);
        // As it should be.
        Learning::set(RULES);
        let round = ask_and_draw(4, 5);
        let in_it = drawn(round);
        play_on(round, &in_it);
        let rated: Vec<u8> = (0..AGENTS)
            .filter(|agent| known()[*agent as usize] != newcomers[*agent as usize])
            .collect();
        assert!(!rated.is_empty() && rated.iter().all(|agent| in_it.contains(agent)));
    });
}

#[test]
fn a_late_opening_should_find_a_widened_round_still_answering() {
    on_drawing_chain(|| {
        let round = ask_and_draw(4, 5);
        let in_it = drawn(round);
        all_commit(round, &in_it[..2]);
        let RoundState::Running { deadline, .. } = Rounds::round(round).unwrap().state else {
            panic!("the round runs")
        };
        run_to(deadline);
        let opening = open_answer(in_it[0], round);
        assert_eq!(pool_says(&single(opening)).unwrap_err(), Refusal::TooEarly.into());
    });
}
