//! Agents that change their key or leave while their rounds run: duties stay with the key that
//! entered.

use super::swarm::*;
use crate::{mock::*, types::Ending, Refusal, Rounds as RoundsMap};
use frame_support::{assert_noop, assert_ok};
use pallet_waggle_agents::Error as AgentsError;
use waggle_primitives::{traits::Ratings as _, view::Duty, Phase, RoundId};

/// A key that nobody has at the start.
const NEW: u8 = AGENTS;

const PHASES: [Phase; 4] =
    [Phase::Answering, Phase::OpeningAnswers, Phase::Grading, Phase::OpeningGrades];

fn register(who: AccountId, number: u8) -> frame_support::dispatch::DispatchResult {
    let origin = RuntimeOrigin::signed(who);
    Agents::register(
        origin,
        key(number),
        proof(number, who),
        Default::default(),
        Default::default(),
    )
}

/// The agents of the round, and those of them besides agent 0. One more than are enough, so that a
/// poor answer loses less than its ticket.
const ALL: [u8; 5] = [0, 1, 2, 3, 4];
const OTHERS: [u8; 4] = [1, 2, 3, 4];

/// A round in which agent 0 still has to act in `phase`: the others have acted already. In the
/// answering phase, it has committed and one more agent is missing.
fn round_in(phase: Phase) -> RoundId {
    let round = ask(4, 5);
    if phase == Phase::Answering {
        all_commit(round, &ALL[..4]);
        return round;
    }
    all_commit(round, &ALL);
    if phase == Phase::OpeningAnswers {
        all_open(round, &OTHERS);
        return round;
    }
    all_open(round, &ALL);
    if phase == Phase::Grading {
        all_grade(round, &OTHERS);
        return round;
    }
    all_grade(round, &ALL);
    all_open_grades(round, &OTHERS);
    round
}

/// Play such a round to its end, agent 0 with the key that it entered with.
fn finish(round: RoundId, phase: Phase) {
    if phase == Phase::Answering {
        all_commit(round, &ALL[4..]);
    }
    if phase <= Phase::OpeningAnswers {
        all_open(round, if phase == Phase::OpeningAnswers { &[0] } else { &ALL });
    }
    if phase <= Phase::Grading {
        all_grade(round, if phase == Phase::Grading { &[0] } else { &ALL });
    }
    all_open_grades(round, if phase == Phase::OpeningGrades { &[0] } else { &ALL });
}

/// The rounds in which this agent has something to do, in the next block.
fn asked_of(number: u8) -> Vec<RoundId> {
    Rounds::duties(&key(number)).iter().map(Duty::round).collect()
}

/// Agent 0 kept its word in the round, and got its ticket back; `elsewhere` is what it has at stake
/// in other rounds.
fn assert_no_duty_was_lost(round: RoundId, elsewhere: u128) {
    let result = result(round);
    assert!(matches!(result.ending, Ending::Settled { .. }));
    let member = &result.members[0];
    assert_eq!((member.owner, member.key), (owner(0), key(0)));
    assert!(member.opened_answer && member.opened_grades);
    assert!(member.forfeited < TICKET);
    assert_eq!(wealth(owner(0)), ENDOWMENT + member.paid - member.forfeited);
    assert_eq!(held(owner(0)), elsewhere);
}

#[test]
fn duties_should_stay_with_the_old_key_when_it_is_rotated_in_any_phase() {
    for phase in PHASES {
        on_chain(|| {
            let round = round_in(phase);
            let before = Rounds::duties(&key(0));
            assert_eq!(before.len(), usize::from(phase != Phase::Answering), "{phase:?}");
            rotate(owner(0), NEW);
            assert_eq!(Rounds::duties(&key(0)), before, "{phase:?}");
            assert!(asked_of(NEW).is_empty(), "{phase:?}");

            let next = ask(4, 5);
            assert_eq!(asked_of(NEW), [next], "new rounds are for the new key");
            assert!(!asked_of(0).contains(&next));
            assert_eq!(refusal_of(commit_answer(0, next, b"1")), Refusal::UnknownAgent.into());
            assert_eq!(send(commit_answer(NEW, next, b"1")), Ok(()));

            finish(round, phase);
            assert_no_duty_was_lost(round, TICKET);
            assert!(asked_of(0).is_empty());
        });
    }
}

#[test]
fn old_key_should_serve_both_owners_when_another_registers_it_meanwhile() {
    on_chain(|| {
        // Its owner answers for it for five blocks; the round goes on for longer.
        let round = round_in(Phase::Answering);
        rotate(owner(0), NEW);
        assert_noop!(register(STRANGER, 0), AgentsError::<Test>::KeyTaken);
        run_to(System::block_number() + 5);
        assert_ok!(register(STRANGER, 0));
        let again = refusal_of(commit_answer(0, round, b"1"));
        assert_eq!(again, Refusal::AlreadyActed.into());

        // In new rounds the key acts for its new owner.
        next_block();
        let next = ask(4, 5);
        assert!(asked_of(0).contains(&next));
        assert_eq!(send(commit_answer(0, next, b"1")), Ok(()));
        assert_eq!((held(owner(0)), held(STRANGER)), (TICKET, TICKET));

        // The old round is still the old owner's.
        finish(round, Phase::Answering);
        assert_no_duty_was_lost(round, 0);
        assert_eq!(wealth(STRANGER), ENDOWMENT, "the old round is no affair of the new owner");
    });
}

#[test]
fn member_should_finish_its_round_when_it_retires_in_any_phase() {
    for phase in PHASES {
        on_chain(|| {
            let round = round_in(phase);
            let before = Rounds::duties(&key(0));
            assert_ok!(Agents::retire(RuntimeOrigin::signed(owner(0))));
            assert_eq!(Rounds::duties(&key(0)), before, "{phase:?}");
            let next = ask(4, 5);
            assert!(!asked_of(0).contains(&next));
            finish(round, phase);
            assert_no_duty_was_lost(round, 0);
        });
    }
}

#[test]
fn unbond_should_wait_for_the_delay_and_for_the_last_round() {
    on_chain(|| {
        let round = round_in(Phase::Grading);
        let unbond = || Agents::unbond(RuntimeOrigin::signed(owner(0)));
        assert_noop!(unbond(), AgentsError::<Test>::NotRetired);
        assert_ok!(Agents::retire(RuntimeOrigin::signed(owner(0))));
        assert_noop!(unbond(), AgentsError::<Test>::BondLocked);
        // The others open their grades, agent 0 has none: the grading phase lasts to its deadline,
        // the round beyond the delay.
        run_to(6);
        assert_eq!(RoundsMap::<Test>::get(round).unwrap().phase, Phase::OpeningGrades);
        assert_noop!(unbond(), AgentsError::<Test>::RoundsOpen);
        all_open_grades(round, &OTHERS);
        assert_ok!(unbond());
        assert_eq!(
            (wealth(owner(0)), Balances::free_balance(owner(0))),
            (ENDOWMENT - TICKET, ENDOWMENT - TICKET)
        );
    });
}

#[test]
fn owner_and_key_should_start_anew_after_unbonding() {
    on_chain(|| {
        let round = play(&ALL);
        assert!(
            Ratings::get(GENERAL, &owner(0)).rounds() == 1 && Ratings::past(&owner(0)).rounds == 1
        );
        assert_ok!(Agents::retire(RuntimeOrigin::signed(owner(0))));
        assert_noop!(register(STRANGER, 0), AgentsError::<Test>::KeyTaken);
        run_to(System::block_number() + 5);
        assert_ok!(Agents::unbond(RuntimeOrigin::signed(owner(0))));
        assert_eq!(
            (Ratings::get(GENERAL, &owner(0)).rounds(), Ratings::past(&owner(0)).rounds),
            (0, 0)
        );
        assert_ok!(register(STRANGER, 0));
        assert_ok!(register(owner(0), NEW));
        next_block();
        let next = ask(4, 4);
        all_commit(next, &[0]);
        assert_eq!(send(commit_answer(NEW, next, b"1")), Ok(()));
        // The result of the old round names the key's owner of then.
        assert_eq!(result(round).members[0].owner, owner(0));
    });
}

#[test]
fn profile_should_change_without_touching_rounds_key_or_rating() {
    on_chain(|| {
        play(&[0, 1, 2, 3]);
        let round = round_in(Phase::OpeningAnswers);
        let before =
            (Rounds::duties(&key(0)), Ratings::get(GENERAL, &owner(0)), Rounds::round(round));
        let set = |who| {
            Agents::set_profile(
                RuntimeOrigin::signed(who),
                b"larger".to_vec().try_into().unwrap(),
                Default::default(),
            )
        };
        assert_ok!(set(owner(0)));
        assert_eq!(
            (Rounds::duties(&key(0)), Ratings::get(GENERAL, &owner(0)), Rounds::round(round)),
            before
        );
        let agent = pallet_waggle_agents::Agents::<Test>::get(owner(0)).unwrap();
        assert_eq!(
            (agent.key, agent.open_rounds, agent.model.to_vec()),
            (key(0), 1, b"larger".to_vec())
        );
        assert_noop!(set(STRANGER), AgentsError::<Test>::NotRegistered);
    });
}

#[test]
fn key_should_be_refused_to_another_owner_while_it_is_an_agents() {
    on_chain(|| {
        assert_noop!(register(STRANGER, 0), AgentsError::<Test>::KeyTaken);
        let rotation =
            Agents::rotate_key(RuntimeOrigin::signed(owner(1)), key(0), proof(0, owner(1)));
        assert_eq!(rotation, Err(AgentsError::<Test>::KeyTaken.into()));
        // Nor is it free while its owner answers for it, nor ever for who cannot show that its
        // holder agrees.
        rotate(owner(0), NEW);
        let stolen = Agents::register(
            RuntimeOrigin::signed(STRANGER),
            key(0),
            proof(0, owner(0)),
            Default::default(),
            Default::default(),
        );
        assert_eq!(stolen, Err(AgentsError::<Test>::KeyTaken.into()));
        assert_noop!(register(STRANGER, 0), AgentsError::<Test>::KeyTaken);
        run_to(System::block_number() + 5);
        let stolen = Agents::register(
            RuntimeOrigin::signed(STRANGER),
            key(0),
            proof(0, owner(0)),
            Default::default(),
            Default::default(),
        );
        assert_eq!(stolen, Err(AgentsError::<Test>::BadProof.into()));
        assert_ok!(register(STRANGER, 0));
    });
}

#[test]
fn rating_should_stay_with_the_owner_when_the_key_is_rotated() {
    on_chain(|| {
        play(&[0, 1, 2, 3]);
        let before = (Ratings::get(GENERAL, &owner(0)), Ratings::past(&owner(0)));
        assert_eq!(before.0.rounds(), 1);
        rotate(owner(0), NEW);
        assert_eq!((Ratings::get(GENERAL, &owner(0)), Ratings::past(&owner(0))), before);
    });
}
