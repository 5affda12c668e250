//! Rounds of domains: who may answer, whose seats are drawn, how they are judged, and where they
//! count.

use super::swarm::*;
use crate::{mock::*, types::Ending, AskedIn, Refusal};
use frame_support::{assert_noop, assert_ok};
use waggle_primitives::{
    attendance::LearningRules,
    examination,
    lots::Seats,
    rule::Known,
    traits::{AuditedDomains, Domains as _, Ratings as _},
    view::Duty,
    Hash32, RoundId,
};

/// The agents that are members of the field in these tests, besides the general domain.
const FIELD: [u8; 5] = [1, 3, 5, 7, 9];

fn seats(round: RoundId) -> Seats {
    Rounds::round(round).unwrap().seats.unwrap()
}

/// What is known of these agents in a domain.
fn known(domain: DomainId, agents: &[u8]) -> Vec<Known> {
    agents.iter().map(|agent| Ratings::get(domain, &owner(*agent))).collect()
}

fn absences(domain: DomainId, agent: u8) -> u32 {
    pallet_waggle_domains::Memberships::<Test>::get(domain, owner(agent)).unwrap().absences
}

fn is_asked(agent: u8, round: RoundId) -> bool {
    let asked = |duty: &Duty<u128>| matches!(duty, Duty::Answer { round: of, .. } if *of == round);
    Rounds::duties(&key(agent)).iter().any(asked)
}

#[test]
fn only_members_that_came_before_the_round_should_answer() {
    on_chain(|| {
        let field = found(Question::Closed, &FIELD);
        let round = ask_in(field, terms(4, 8), NO_TRUTH);
        assert_ok!(Domains::join(RuntimeOrigin::signed(owner(0)), field));
        next_block();
        for agent in 0..AGENTS {
            let entry = commit_answer(agent, round, b"49");
            if FIELD.contains(&agent) {
                assert!(is_asked(agent, round));
                assert_eq!(send(entry), Ok(()));
            } else {
                assert!(!is_asked(agent, round), "agent {agent}");
                assert_eq!(refusal_of(entry), Refusal::JoinedTooLate.into());
            }
        }
        let next = ask_in(field, terms(4, 8), NO_TRUTH);
        next_block();
        assert_eq!(send(commit_answer(0, next, b"49")), Ok(()));
    });
}

#[test]
fn whoever_is_suspended_should_finish_its_rounds_and_enter_no_others() {
    on_chain(|| {
        let field = found(Question::Closed, &FIELD);
        let round = ask_in(field, terms(4, 5), NO_TRUTH);
        all_commit(round, &[1, 3, 5]);
        for agent in [5, 9] {
            <Domains as AuditedDomains<AccountId>>::suspend(field, &owner(agent));
        }
        assert!(!is_asked(9, round));
        assert_eq!(refusal_of(commit_answer(9, round, b"49")), Refusal::JoinedTooLate.into());
        all_commit(round, &[7]);
        run_to(crate::Rounds::<Test>::get(round).unwrap().deadline + 1);
        all_open(round, &[1, 3, 5, 7]);
        next_block();
        all_grade(round, &[1, 3, 5, 7]);
        next_block();
        all_open_grades(round, &[1, 3, 5, 7]);
        let members = result(round).members;
        let third = members.iter().find(|member| member.owner == owner(5)).unwrap();
        assert!(third.opened_answer && third.opened_grades);
        next_block();
        assert_eq!(Domains::roster_size(field), 3);
    });
}

#[test]
fn whoever_left_should_not_answer_any_more() {
    on_chain(|| {
        let field = found(Question::Closed, &FIELD);
        let round = ask_in(field, terms(4, 8), NO_TRUTH);
        let of_the_third = RuntimeOrigin::signed(owner(3));
        assert_ok!(Domains::leave(of_the_third.clone(), field));
        assert_eq!(refusal_of(commit_answer(3, round, b"49")), Refusal::JoinedTooLate.into());
        // Coming back helps with later rounds only.
        assert_ok!(Domains::join(of_the_third, field));
        assert_eq!(refusal_of(commit_answer(3, round, b"49")), Refusal::JoinedTooLate.into());
    });
}

#[test]
fn seats_should_be_drawn_among_the_members_of_the_domain() {
    on_chain(|| {
        let field = found(Question::Closed, &FIELD);
        DrawBlocks::set(3);
        assert_eq!(seats(ask(4, 5)), Seats::Drawing { members: AGENTS.into() });
        let round = ask_in(field, terms(4, 5), NO_TRUTH);
        assert_eq!(seats(round), Seats::ForAll { members: 5 });
        let round = ask_in(field, terms(4, 4), NO_TRUTH);
        assert_eq!(seats(round), Seats::Drawing { members: 5 });
        for block in 0..3 {
            Randomness::set(Some([block; 32]));
            next_block();
        }
        let drawn = FIELD.into_iter().filter(|agent| is_asked(*agent, round)).count();
        assert_eq!(drawn, 4);
        assert!((0..AGENTS).filter(|agent| is_asked(*agent, round)).count() == 4);
    });
}

#[test]
fn a_round_should_teach_in_its_domain_alone() {
    on_chain(|| {
        let field = found(Question::Closed, &FIELD);
        let newcomers = known(field, &FIELD);
        play_in(field, &FIELD);
        assert_eq!(known(GENERAL, &FIELD), newcomers);
        assert!(known(field, &FIELD).iter().all(|known| known.rounds() == 1));
        let in_the_field = known(field, &FIELD);
        next_block();
        play(&FIELD);
        assert_eq!(known(field, &FIELD), in_the_field);
        assert!(known(GENERAL, &FIELD).iter().all(|known| known.rounds() == 1));
        // What their rounds brought them is one account.
        let past = Ratings::past(&owner(FIELD[0]));
        assert_eq!((past.rounds, past.ratings.len()), (2, 2));
        assert_eq!(past.ratings[0].rating, in_the_field[0].rating());
    });
}

#[test]
fn questions_should_be_judged_as_those_of_their_domain() {
    // Four of five say the same, and one says something better: they bear each other out, or are
    // copies.
    for (question, winners) in [(Question::Closed, 0..4), (Question::Open, 4..5)] {
        on_chain(|| {
            let field = found(question, &FIELD);
            let round = ask_in(field, terms(4, 5), NO_TRUTH);
            for agent in FIELD {
                let answer = answer_of(agent.max(7));
                assert_eq!(send(commit_answer(agent, round, &answer)), Ok(()));
            }
            next_block();
            all_open(round, &FIELD);
            next_block();
            all_grade(round, &FIELD);
            next_block();
            all_open_grades(round, &FIELD);
            let Ending::Settled { winner } = result(round).ending else { panic!("nobody won") };
            assert!(winners.contains(&winner), "{winner} won, {question:?}");
        });
    }
}

#[test]
fn nobody_should_leave_a_domain_while_it_is_in_a_round() {
    on_chain(|| {
        let field = found(Question::Closed, &FIELD);
        let round = ask_in(field, terms(4, 5), NO_TRUTH);
        all_commit(round, &FIELD);
        let leave = || Domains::leave(RuntimeOrigin::signed(owner(FIELD[4])), field);
        assert_noop!(leave(), pallet_waggle_domains::Error::<Test>::RoundsOpen);
        next_block();
        all_open(round, &FIELD);
        next_block();
        all_grade(round, &FIELD);
        next_block();
        all_open_grades(round, &FIELD);
        assert_ok!(leave());
        assert_eq!(pallet_waggle_ratings::Standings::<Test>::get(field, owner(FIELD[4])), None);
        assert_eq!(Ratings::past(&owner(FIELD[4])).rounds, 1);
    });
}

#[test]
fn absences_should_count_in_the_domain_alone() {
    on_chain(|| {
        let field = found(Question::Closed, &FIELD);
        DrawBlocks::set(3);
        let all = LearningRules { present: sp_runtime::Perbill::zero(), ..Default::default() };
        Learning::set(all);
        let round = ask_in(field, terms(4, 5), NO_TRUTH);
        next_block();
        all_commit(round, &FIELD[..4]);
        run_to(crate::Rounds::<Test>::get(round).unwrap().deadline + 2);
        assert_eq!((absences(field, FIELD[4]), absences(GENERAL, FIELD[4])), (1, 0));
        assert_eq!((absences(field, FIELD[0]), absences(GENERAL, 0)), (0, 0));
    });
}

#[test]
fn whoever_comes_back_should_be_on_the_roster_of_the_domain_it_came_to() {
    on_chain(|| {
        let field = found(Question::Closed, &FIELD);
        for domain in [field, GENERAL] {
            for _ in 0..3 {
                Domains::was_absent(domain, &owner(1));
                next_block();
            }
        }
        let sizes = || (Domains::roster_size(field), Domains::roster_size(GENERAL));
        assert_eq!(sizes(), (4, u32::from(AGENTS) - 1));
        let round = ask_in(field, terms(4, 5), NO_TRUTH);
        next_block();
        assert_eq!(send(commit_answer(1, round, b"49")), Ok(()));
        assert_eq!(sizes(), (5, u32::from(AGENTS) - 1));
    });
}

#[test]
fn a_round_should_say_its_domain_until_its_result_is_pruned() {
    on_chain(|| {
        let field = found(Question::Open, &FIELD);
        let round = ask_in(field, terms(4, 5), NO_TRUTH);
        assert_eq!(Rounds::round(round).unwrap().domain, field);
        next_block();
        let played = play_in(field, &FIELD);
        let general = play(&FIELD);
        assert_eq!(Rounds::round(played).unwrap().domain, field);
        assert_eq!(Rounds::round(general).unwrap().domain, GENERAL);
        assert_eq!(AskedIn::<Test>::iter_keys().collect::<Vec<_>>(), [played]);
        // The other one is cancelled, for nobody came.
        run_to(20);
        assert_eq!(Rounds::round(round).unwrap().domain, field);
        run_to(20 + ResultRetention::get());
        assert_eq!((Rounds::round(round), Rounds::round(played)), (None, None));
        assert_eq!(AskedIn::<Test>::iter().count(), 0);
    });
}

#[test]
fn an_examination_should_teach_in_its_domain_and_need_its_examiner() {
    on_chain(|| {
        const EXAMINER: AccountId = 50;
        const SALT: Hash32 = [5; 32];
        let field = found(Question::Closed, &FIELD);
        let truth = answer_of(FIELD[0]);
        let sealed = examination::seal(&CLIENT, &SALT, &truth);
        let round = ask_in(field, terms(4, 5), sealed);
        all_commit(round, &FIELD);
        next_block();
        all_open(round, &FIELD);
        next_block();
        all_grade(round, &FIELD);
        next_block();
        all_open_grades(round, &FIELD);
        let reveal = || {
            let truth = truth.clone().try_into().unwrap();
            Examinations::reveal(RuntimeOrigin::signed(EXAMINER), round, truth, SALT)
        };
        let appoint = |domain| {
            assert_ok!(Examinations::appoint(RuntimeOrigin::root(), domain, EXAMINER, 1_000));
        };
        appoint(GENERAL);
        let refused = pallet_waggle_examinations::Error::<Test>::NotExaminer;
        assert_eq!(reveal().unwrap_err().error, refused.into());
        appoint(field);
        let before = (known(field, &FIELD), known(GENERAL, &FIELD));
        assert_ok!(reveal());
        assert_ne!(known(field, &FIELD), before.0);
        assert_eq!(known(GENERAL, &FIELD), before.1);
    });
}
