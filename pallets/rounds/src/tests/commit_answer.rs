//! Entering a round.

use super::swarm::*;
use crate::{
    mock::*, Error, Event, MemberByKey, MemberByOwner, Members, Refusal, Rounds as RoundsMap,
};
use frame_support::{assert_noop, assert_ok};
use waggle_primitives::{Phase, RoundTerms};

#[test]
fn commit_should_make_the_agent_a_member_and_hold_its_ticket() {
    on_chain(|| {
        let round = ask(4, 4);
        events();
        all_commit(round, &[7, 2]);
        assert_eq!(
            events(),
            [
                Event::AnswerCommitted { round, index: 0, owner: owner(7), agent: key(7) },
                Event::AnswerCommitted { round, index: 1, owner: owner(2), agent: key(2) },
            ]
        );
        assert_eq!(held(owner(7)), TICKET);
        assert_eq!(MemberByKey::<Test>::get(round, key(2)), Some(1));
        assert_eq!(MemberByOwner::<Test>::get(round, owner(2)), Some(1));
        assert_eq!(Members::<Test>::get(round, 1).unwrap().owner, owner(2));
        assert_eq!(RoundsMap::<Test>::get(round).unwrap().phase, Phase::Answering);
    });
}

#[test]
fn commit_should_end_the_phase_when_it_is_the_last_one_expected() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        assert_eq!(
            events().last(),
            Some(&Event::PhaseChanged { round, phase: Phase::OpeningAnswers, deadline: 4 })
        );
        assert_eq!(RoundsMap::<Test>::get(round).unwrap().blocks.answering_ended, Some(1));
    });
}

#[test]
fn commit_should_keep_the_agent_from_leaving_until_the_round_is_over() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0]);
        assert_ok!(Agents::retire(RuntimeOrigin::signed(owner(0))));
        run_to(8);
        frame_support::assert_err!(
            Agents::unbond(RuntimeOrigin::signed(owner(0))),
            pallet_waggle_agents::Error::<Test>::RoundsOpen
        );
        run_to(12);
        assert_ok!(Agents::unbond(RuntimeOrigin::signed(owner(0))));
    });
}

#[test]
fn commit_should_be_refused_when_the_key_is_not_registered() {
    on_chain(|| {
        let round = ask(4, 4);
        assert_eq!(refusal_of(commit_answer(AGENTS, round, b"1")), Refusal::UnknownAgent.into());
    });
}

#[test]
fn commit_should_be_refused_when_the_agent_has_retired() {
    on_chain(|| {
        let round = ask(4, 4);
        assert_ok!(Agents::retire(RuntimeOrigin::signed(owner(0))));
        assert_eq!(refusal_of(commit_answer(0, round, b"1")), Refusal::UnknownAgent.into());
    });
}

#[test]
fn commit_should_be_refused_when_the_round_is_not_there_yet() {
    on_chain(|| assert_eq!(refusal_of(commit_answer(0, 0, b"1")), Refusal::TooEarly.into()));
}

#[test]
fn commit_should_be_refused_when_the_round_is_over() {
    on_chain(|| {
        let round = ask(4, 4);
        run_to(12);
        assert_eq!(refusal_of(commit_answer(0, round, b"1")), Refusal::NoSuchRound.into());
    });
}

#[test]
fn commit_should_be_refused_when_the_answer_is_empty() {
    on_chain(|| {
        let round = ask(4, 4);
        assert_eq!(refusal_of(commit_answer(0, round, b"")), Refusal::EmptyAnswer.into());
    });
}

#[test]
fn commit_should_be_refused_a_second_time() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0]);
        assert_eq!(refusal_of(commit_answer(0, round, b"1")), Refusal::AlreadyActed.into());
        assert_eq!(refusal_of(commit_answer(0, round, b"2")), Refusal::AlreadyActed.into());
    });
}

#[test]
fn commit_should_be_refused_when_the_owner_is_in_the_round_with_another_key() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0]);
        rotate(owner(0), AGENTS);
        assert_eq!(refusal_of(commit_answer(AGENTS, round, b"1")), Refusal::AlreadyActed.into());
        // Nor may the old key come in again under another owner.
        run_to(System::block_number() + 5);
        rotate(owner(1), 0);
        assert_eq!(refusal_of(commit_answer(0, round, b"1")), Refusal::AlreadyActed.into());
    });
}

#[test]
fn commit_should_be_refused_in_a_round_of_the_agent_s_owner() {
    on_chain(|| {
        let client = RuntimeOrigin::signed(owner(0));
        assert_ok!(Rounds::submit(client, prompt(PROMPT), GENERAL, terms(4, 4), NO_TRUTH));
        assert_eq!(refusal_of(commit_answer(0, 0, b"1")), Refusal::OwnRound.into());
        all_commit(0, &[1]);
    });
}

#[test]
fn commit_should_be_refused_when_the_owner_cannot_pay() {
    on_chain(|| {
        let terms = RoundTerms { reward: 5 * ENDOWMENT / 6, ..terms(4, 4) };
        let client = RuntimeOrigin::signed(CLIENT);
        assert_ok!(Rounds::submit(client, prompt(PROMPT), GENERAL, terms, NO_TRUTH));
        let spend = ENDOWMENT - BOND - ENDOWMENT / 12;
        assert_ok!(Balances::transfer_allow_death(
            RuntimeOrigin::signed(owner(0)),
            STRANGER,
            spend
        ));
        assert_eq!(refusal_of(commit_answer(0, 0, b"1")), Refusal::CannotPayTicket.into());
    });
}

#[test]
fn commit_should_be_refused_when_the_swarm_is_full() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        assert_eq!(refusal_of(commit_answer(4, round, b"1")), Refusal::SwarmFull.into());
    });
}

#[test]
fn commit_should_be_refused_after_the_deadline_by_name_and_then_by_phase() {
    on_chain(|| {
        let round = ask(4, 5);
        all_commit(round, &[0, 1, 2, 3]);
        // The deadline has passed, but nobody has looked at the round yet.
        System::set_block_number(12);
        assert_eq!(refusal_of(commit_answer(4, round, b"1")), Refusal::DeadlinePassed.into());
        System::set_block_number(11);
        next_block();
        assert_eq!(refusal_of(commit_answer(4, round, b"1")), Refusal::WrongPhase.into());
    });
}

#[test]
fn commit_should_be_accepted_in_the_last_block_of_the_phase() {
    on_chain(|| {
        let round = ask(4, 5);
        run_to(11);
        all_commit(round, &[0]);
    });
}

#[test]
fn copied_seal_should_never_open() {
    on_chain(|| {
        let round = ask(4, 4);
        let original = commit_answer(0, round, b"49");
        let sealed = sealed_answer_of(&original);
        assert_eq!(send(original), Ok(()));
        let copy = sign(&pair(1), waggle_primitives::Act::CommitAnswer { round, sealed });
        assert_eq!(send(copy), Ok(()));
        all_commit(round, &[2, 3]);
        all_open(round, &[0]);
        // Neither its own key nor the one that the original author has published opens it.
        assert_eq!(refusal_of(open_answer(1, round)), Refusal::WrongKey.into());
        let published = seal_key(0, round, waggle_primitives::SealStep::Answer);
        let act = waggle_primitives::Act::OpenAnswer { round, key: published };
        assert_eq!(refusal_of(sign(&pair(1), act)), Refusal::WrongKey.into());
    });
}

#[test]
fn dispatch_should_fail_with_the_error_of_the_refusal() {
    on_chain(|| {
        assert_noop!(
            dispatch(single(commit_answer(0, 0, b"1"))).map_err(|e| e.error),
            Error::<Test>::TooEarly
        );
        let round = ask(4, 4);
        let error = |act| dispatch(single(act)).map_err(|e| e.error);
        assert_noop!(error(commit_answer(AGENTS, round, b"1")), Error::<Test>::UnknownAgent);
        assert_noop!(error(commit_answer(0, round, b"")), Error::<Test>::EmptyAnswer);
        assert_noop!(error(open_answer(0, round)), Error::<Test>::TooEarly);
        all_commit(round, &[0]);
        assert_noop!(error(commit_answer(0, round, b"1")), Error::<Test>::AlreadyActed);
        assert_noop!(error(open_answer(0, round)), Error::<Test>::TooEarly);
        all_commit(round, &[1, 2, 3]);
        assert_noop!(error(commit_answer(4, round, b"1")), Error::<Test>::SwarmFull);
        next_block();
        assert_noop!(error(open_answer(4, round)), Error::<Test>::NotInRound);
    });
}
