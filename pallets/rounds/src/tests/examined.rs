//! Examinations of real rounds: what the truth teaches of the agents, and whom it costs what.

use super::swarm::*;
use crate::{mock::*, CandidateKeys, SealedTruths};
use frame_support::{
    assert_noop, assert_ok,
    dispatch::{DispatchResultWithPostInfo, Pays},
};
use pallet_waggle_examinations::{Error, Event, Examiners};
use std::collections::BTreeSet;
use waggle_primitives::{
    examination,
    rule::{Known, Rule},
    seal::encode_grades,
    traits::Ratings as _,
    view::Duty,
    Grade, Hash32, RoundId,
};

/// Who examines, once appointed.
const EXAMINER: AccountId = 50;
/// The right answer.
const TRUTH: &[u8] = b"49";
/// What the examiner sealed it with.
const SALT: Hash32 = [5; 32];

/// What the client of an examination seals.
fn sealed() -> Hash32 {
    examination::seal(&CLIENT, &SALT, TRUTH)
}

fn appoint(budget: u128) {
    assert_ok!(Examinations::appoint(RuntimeOrigin::root(), GENERAL, EXAMINER, budget));
}

/// Somebody says that this is right.
fn tell(who: AccountId, round: RoundId, truth: &[u8], salt: Hash32) -> DispatchResultWithPostInfo {
    let truth = truth.to_vec().try_into().expect("a short truth");
    Examinations::reveal(RuntimeOrigin::signed(who), round, truth, salt)
}

/// The examiner tells the truth.
fn reveal(round: RoundId) -> DispatchResultWithPostInfo {
    tell(EXAMINER, round, TRUTH, SALT)
}

/// What an agent says that lies, or does not.
fn answer(lies: bool) -> &'static [u8] {
    if lies {
        b"48"
    } else {
        b"It comes to 49.\nAnswer: **49**."
    }
}

/// Grades of an agent that praises what it says itself.
fn opinion(agent: u8, round: RoundId, own: &[u8]) -> Vec<u8> {
    let duties = Rounds::duties(&key(agent)).into_iter();
    let candidates = duties.filter_map(|duty| match duty {
        Duty::Grade { round: of, candidates, .. } if of == round => Some(candidates),
        _ => None,
    });
    let grades: Vec<Grade> = candidates
        .flatten()
        .map(|candidate| if candidate.answer == own { 9_000 } else { 1_000 })
        .map(|basis_points| Grade::new(basis_points).expect("at most 10 000"))
        .collect();
    encode_grades(&grades)
}

/// A settled round of the agents below `agents`, four at least, of which those below `liars` lie,
/// and praise what they say.
fn played(liars: u8, agents: u8, sealed_truth: Hash32) -> RoundId {
    played_without(0, liars, agents, sealed_truth)
}

/// The same, but the last `absent` agents do not open their answers.
fn played_without(absent: u8, liars: u8, agents: u8, sealed_truth: Hash32) -> RoundId {
    let round = ask_sealed(4, agents.into(), sealed_truth);
    for agent in 0..agents {
        assert_eq!(send(commit_answer(agent, round, answer(agent < liars))), Ok(()));
    }
    let all: Vec<u8> = (0..agents - absent).collect();
    next_block();
    all_open(round, &all);
    if absent > 0 {
        run_to(crate::Rounds::<Test>::get(round).expect("the round runs").deadline);
    }
    next_block();
    let graded =
        |agent: u8| commit_bytes(agent, round, &opinion(agent, round, answer(agent < liars)));
    let acts: Vec<_> = all.iter().map(|agent| graded(*agent)).collect();
    for act in acts {
        assert_eq!(send(act), Ok(()));
    }
    next_block();
    all_open_grades(round, &all);
    round
}

/// What is known of the agents below `agents`.
fn known(agents: u8) -> Vec<Known> {
    (0..agents).map(|agent| Ratings::get(GENERAL, &owner(agent))).collect()
}

/// Whether an agent graded an answer of those below `liars` and another one. Who saw only one kind,
/// and said the same of all, shows nothing.
fn saw_both(round: RoundId, agent: usize, liars: u8) -> bool {
    let grades = result(round).grades;
    let own = grades.iter().filter(|entry| entry.grader as usize == agent);
    own.map(|entry| entry.author < u32::from(liars)).collect::<BTreeSet<_>>().len() == 2
}

/// What the round took from its client, who asked nothing else.
fn cost() -> u128 {
    ENDOWMENT - wealth(CLIENT)
}

#[test]
fn submit_should_keep_what_is_sealed_until_the_result_is_pruned() {
    on_chain(|| {
        let (settled, cancelled) = (played(0, 4, [7; 32]), ask_sealed(4, 4, [8; 32]));
        assert_eq!(SealedTruths::<Test>::get(settled), Some([7; 32]));
        assert_eq!(SealedTruths::<Test>::get(cancelled), Some([8; 32]));
        run_to(20);
        assert_eq!(SealedTruths::<Test>::iter().count(), 2, "both are over");
        run_to(80);
        assert_eq!(SealedTruths::<Test>::iter().count(), 0);
        assert_eq!(CandidateKeys::<Test>::iter().count(), 0);
    });
}

#[test]
fn reveal_should_raise_who_was_right_and_lower_who_was_not() {
    for liars in [4, 8] {
        on_chain(|| {
            appoint(0);
            let round = played(liars, 12, sealed());
            let before = known(12);
            assert_ok!(reveal(round));
            let mut graders = 0;
            for (agent, (before, after)) in before.iter().zip(known(12)).enumerate() {
                let lies = agent < usize::from(liars);
                assert_eq!(after.quality() < before.quality(), lies, "answers of {agent}");
                assert_eq!(after.rounds(), before.rounds() + 1);
                if saw_both(round, agent, liars) {
                    graders += 1;
                    assert_eq!(after.rating() < before.rating(), lies, "grades of {agent}");
                }
            }
            assert!(graders >= 4, "{graders} of {liars} liars and others have seen both");
        });
    }
}

#[test]
fn reveal_should_turn_the_tables_on_a_lying_majority() {
    on_chain(|| {
        appoint(0);
        let round = played(8, 12, sealed());
        let winning = result(round).winning_answer.map(|answer| answer.into_inner());
        assert_eq!(winning.as_deref(), Some(answer(true)), "the swarm believes it");
        let before = known(12);
        assert_ok!(reveal(round));
        let after = known(12);
        let middle = Judging::get().newcomer().rating();
        for agent in (0..12).filter(|agent| saw_both(round, *agent, 8)) {
            let (before, after) = (before[agent].rating(), after[agent].rating());
            if agent < 8 {
                assert!(before > middle && after < middle, "{agent}: {before:?} {after:?}");
            } else {
                assert!(before < middle && after > middle, "{agent}: {before:?} {after:?}");
            }
        }
    });
}

#[test]
fn reveal_should_pay_the_client_back_and_tell_what_happened() {
    on_chain(|| {
        appoint(10_000);
        let issued = Balances::total_issuance();
        let round = played(3, 7, sealed());
        let (cost, treasury) = (cost(), wealth(TREASURY));
        assert!(cost > 0);
        let owners: Vec<u128> = (0..7).map(|agent| wealth(owner(agent))).collect();
        System::reset_events();
        let info = reveal(round).unwrap();
        assert_eq!(info.pays_fee, Pays::No);
        let told = System::read_events_for_pallet::<Event<Test>>();
        let (right, agents) = (4, 7);
        assert_eq!(told, [Event::Examined { round, right, agents, reimbursed: cost }]);
        let learnt = System::read_events_for_pallet::<pallet_waggle_ratings::Event<Test>>();
        assert_eq!(learnt.len(), 7);
        assert_eq!(events(), [], "the round is over as before");
        assert_eq!((wealth(CLIENT), wealth(TREASURY)), (ENDOWMENT, treasury - cost));
        assert_eq!(Examiners::<Test>::get((GENERAL, EXAMINER)), Some(10_000 - cost));
        let after: Vec<u128> = (0..7).map(|agent| wealth(owner(agent))).collect();
        assert_eq!(after, owners, "agents keep what they were paid");
        assert_eq!(Balances::total_issuance(), issued);
    });
}

#[test]
fn reveal_should_pay_no_more_than_the_budget() {
    on_chain(|| {
        appoint(300);
        let round = played(3, 7, sealed());
        let cost = cost();
        assert!(cost > 300);
        assert_ok!(reveal(round));
        assert_eq!(wealth(CLIENT), ENDOWMENT - cost + 300);
        assert_eq!(Examiners::<Test>::get((GENERAL, EXAMINER)), Some(0));
        // Nothing is left for another one, which teaches all the same.
        let round = played(3, 7, sealed());
        let (before, client) = (known(7), wealth(CLIENT));
        assert_ok!(reveal(round));
        assert_eq!(wealth(CLIENT), client);
        assert!(before.iter().zip(known(7)).all(|(before, after)| *before != after));
    });
}

#[test]
fn reveal_should_leave_the_treasury_the_existential_deposit() {
    on_chain(|| {
        appoint(10_000);
        let issued = Balances::total_issuance();
        let round = played(3, 7, sealed());
        let (cost, client) = (cost(), wealth(CLIENT));
        assert!(cost > 7);
        let gift = wealth(TREASURY) - EXISTENTIAL_DEPOSIT - 7;
        let treasury = RuntimeOrigin::signed(TREASURY);
        assert_ok!(Balances::transfer_allow_death(treasury, STRANGER, gift));
        assert_ok!(reveal(round));
        assert_eq!(wealth(CLIENT), client + 7);
        assert_eq!(wealth(TREASURY), EXISTENTIAL_DEPOSIT);
        assert_eq!(Examiners::<Test>::get((GENERAL, EXAMINER)), Some(10_000 - 7));
        assert_eq!(Balances::total_issuance(), issued);
    });
}

#[test]
fn reveal_should_teach_in_swarms_too_small_to_be_rated() {
    on_chain(|| {
        appoint(0);
        let round = played_without(1, 1, 4, sealed());
        let newcomer = Judging::get().newcomer();
        assert!(known(3).iter().all(|known| *known == newcomer));
        assert_ok!(reveal(round));
        assert!(known(3).iter().all(|known| known.rounds() == 1));
    });
}

#[test]
fn reveal_should_teach_by_the_paper_s_rules_too() {
    on_chain(|| {
        appoint(0);
        Judging::set(Rule::PAPER);
        let round = played(8, 12, sealed());
        let before = known(12);
        assert_ok!(reveal(round));
        for (agent, (before, after)) in before.iter().zip(known(12)).enumerate() {
            assert_eq!(after.rating() < before.rating(), agent < 8, "{agent}");
        }
    });
}

#[test]
fn reveal_should_pass_over_agents_that_have_left() {
    on_chain(|| {
        appoint(0);
        let round = played(3, 7, sealed());
        for agent in [0, 6] {
            assert_ok!(Agents::retire(RuntimeOrigin::signed(owner(agent))));
        }
        run_to(System::block_number() + 5);
        assert_ok!(Agents::unbond(RuntimeOrigin::signed(owner(0))));
        let before = known(7);
        System::reset_events();
        assert_ok!(reveal(round));
        let told = System::read_events_for_pallet::<Event<Test>>();
        assert_eq!(told, [Event::Examined { round, right: 4, agents: 7, reimbursed: 0 }]);
        assert!(!pallet_waggle_ratings::Standings::<Test>::contains_key(GENERAL, owner(0)));
        let after = known(7);
        assert_eq!(after[0], before[0], "it is as one that never was");
        assert!((1..7).all(|agent| after[agent] != before[agent]), "a retired one is still there");
    });
}

#[test]
fn reveal_should_fail_when_the_truth_is_not_what_was_sealed() {
    on_chain(|| {
        appoint(10_000);
        let round = played(3, 7, sealed());
        let wrong: [(&[u8], Hash32); 4] =
            [(b"48", SALT), (b"49.", SALT), (b"", SALT), (TRUTH, [6; 32])];
        for (truth, salt) in wrong {
            assert_noop!(
                tell(EXAMINER, round, truth, salt).map_err(|e| e.error),
                Error::<Test>::WrongTruth
            );
        }
        let ordinary = played(3, 7, NO_TRUTH);
        assert_noop!(reveal(ordinary).map_err(|e| e.error), Error::<Test>::WrongTruth);
        assert_ok!(reveal(round));
    });
}

/// Somebody sees what a client sealed, and submits the same with a question of its own.
#[test]
fn copied_seal_should_never_open() {
    on_chain(|| {
        appoint(10_000);
        let copied = examination::seal(&STRANGER, &SALT, TRUTH);
        let round = played(3, 7, copied);
        let before = known(7);
        assert_noop!(reveal(round).map_err(|e| e.error), Error::<Test>::WrongTruth);
        assert_eq!(known(7), before);
    });
}

#[test]
fn reveal_should_fail_when_nothing_is_left_of_the_truth() {
    on_chain(|| {
        appoint(10_000);
        let empty: [&[u8]; 3] = [b"", b" . ", b"Answer:"];
        for truth in empty {
            let round = played(3, 7, examination::seal(&CLIENT, &SALT, truth));
            assert_noop!(
                tell(EXAMINER, round, truth, SALT).map_err(|e| e.error),
                Error::<Test>::EmptyTruth
            );
        }
    });
}

#[test]
fn reveal_should_fail_the_second_time() {
    on_chain(|| {
        appoint(10_000);
        let round = played(3, 7, sealed());
        assert_ok!(reveal(round));
        assert!(!SealedTruths::<Test>::contains_key(round));
        assert_noop!(reveal(round).map_err(|e| e.error), Error::<Test>::NothingSealed);
    });
}

/// As of rounds that ran when the runtime was upgraded to the one that knows of examinations.
#[test]
fn reveal_should_fail_when_the_round_began_before_anything_was_sealed() {
    on_chain(|| {
        appoint(10_000);
        let round = played(3, 7, sealed());
        SealedTruths::<Test>::remove(round);
        assert_noop!(reveal(round).map_err(|e| e.error), Error::<Test>::NothingSealed);
    });
}

#[test]
fn reveal_should_fail_before_the_round_is_settled_and_when_its_result_is_pruned() {
    on_chain(|| {
        appoint(10_000);
        let failed = |round| {
            assert_noop!(reveal(round).map_err(|e| e.error), Error::<Test>::NoResult);
        };
        let running = ask_sealed(4, 4, sealed());
        failed(running);
        failed(running + 1);
        let round = played(3, 7, sealed());
        run_to(System::block_number() + ResultRetention::get());
        failed(round);
    });
}

#[test]
fn reveal_should_fail_when_the_round_was_cancelled() {
    on_chain(|| {
        appoint(10_000);
        let round = ask_sealed(4, 4, sealed());
        for agent in 0..4 {
            assert_eq!(send(commit_answer(agent, round, answer(false))), Ok(()));
        }
        run_to(20);
        let before = known(4);
        assert_noop!(reveal(round).map_err(|e| e.error), Error::<Test>::NoResult);
        assert_eq!(known(4), before);
        assert_eq!(wealth(CLIENT), ENDOWMENT);
    });
}

#[test]
fn reveal_should_fail_when_a_stranger_knows_the_truth() {
    on_chain(|| {
        let round = played(3, 7, sealed());
        for who in [EXAMINER, STRANGER, CLIENT, owner(0)] {
            assert_noop!(
                tell(who, round, TRUTH, SALT).map_err(|e| e.error),
                Error::<Test>::NotExaminer
            );
        }
        appoint(10_000);
        assert_ok!(Examinations::dismiss(RuntimeOrigin::root(), GENERAL, EXAMINER));
        assert_noop!(reveal(round).map_err(|e| e.error), Error::<Test>::NotExaminer);
    });
}
