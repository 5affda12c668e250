//! What calls cost in the end: those that turn out cheaper than their worst case give the
//! difference back.

use super::swarm::*;
use crate::{mock::*, weights::WeightInfo, Call, Error};
use frame_support::{
    assert_err_ignore_postinfo,
    dispatch::{GetDispatchInfo, Pays},
    weights::{Weight, WeightMeter},
};
use waggle_primitives::SignedAct;

type Weights = <Test as crate::Config>::WeightInfo;

/// What the call costs at most, and what it did cost.
fn costs(call: Call<Test>) -> (Weight, Weight) {
    let most = call.get_dispatch_info().call_weight;
    let spent = dispatch(call).unwrap().actual_weight.unwrap();
    assert!(spent.all_lte(most), "{spent:?} is more than {most:?}");
    (most, spent)
}

/// What an act did cost; never all that it might have.
fn cost(act: SignedAct) -> Weight {
    let (most, spent) = costs(single(act));
    assert_ne!(most, spent);
    spent
}

/// How long an agent's answer is.
fn bytes_of(agent: u8) -> u32 {
    answer_of(agent).len() as u32
}

fn plain_change() -> Weight {
    Weights::change_phase(0)
}

#[test]
fn acts_should_cost_themselves_when_they_end_no_phase() {
    on_chain(|| {
        let round = ask(4, 4);
        assert_eq!(
            cost(commit_answer(0, round, &answer_of(0))),
            Weights::commit_answer(bytes_of(0))
        );
        all_commit(round, &[1, 2, 3]);
        assert_eq!(cost(open_answer(0, round)), Weights::open_answer(bytes_of(0)));
        all_open(round, &[1, 2, 3]);
        assert_eq!(cost(commit_grades(0, round)), Weights::commit_grades());
        all_grade(round, &[1, 2, 3]);
        assert_eq!(cost(open_grades(0, round)), Weights::open_grades());
    });
}

#[test]
fn acts_should_cost_the_end_of_the_phase_when_they_are_the_last_ones() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2]);
        let bytes = bytes_of(3);
        let spent = cost(commit_answer(3, round, &answer_of(3)));
        assert_eq!(spent, Weights::commit_answer(bytes).saturating_add(plain_change()));
        all_open(round, &[0, 1, 2]);
        assert_eq!(
            cost(open_answer(3, round)),
            Weights::open_answer(bytes).saturating_add(Weights::change_phase(4))
        );
        all_grade(round, &[0, 1, 2]);
        assert_eq!(
            cost(commit_grades(3, round)),
            Weights::commit_grades().saturating_add(plain_change())
        );
        all_open_grades(round, &[0, 1, 2]);
        assert_eq!(
            cost(open_grades(3, round)),
            Weights::open_grades().saturating_add(plain_change())
        );
    });
}

#[test]
fn act_should_cost_the_phase_that_it_finds_due() {
    on_chain(|| {
        let round = ask(4, 5);
        all_commit(round, &[0, 1, 2, 3]);
        run_to(11);
        next_block_with(&mut WeightMeter::with_limit(Default::default()));
        assert_eq!(
            cost(open_answer(0, round)),
            Weights::open_answer(bytes_of(0)).saturating_add(plain_change())
        );
    });
}

#[test]
fn batch_should_cost_the_sum_of_what_its_acts_did() {
    on_chain(|| {
        let round = ask(4, 4);
        let acts: Vec<_> =
            [0, 1, 2, 3].map(|agent| commit_answer(agent, round, &answer_of(agent))).to_vec();
        let each = [0, 1, 2, 3]
            .map(bytes_of)
            .into_iter()
            .fold(Weight::zero(), |sum, bytes| sum.saturating_add(Weights::commit_answer(bytes)));
        let (most, spent) = costs(batch(acts));
        assert_eq!(spent, each.saturating_add(plain_change()));
        assert_ne!(spent, most);
    });
}

#[test]
fn poke_should_cost_a_look_and_what_it_did() {
    on_chain(|| {
        let (empty, begun) = (ask(4, 5), ask(4, 5));
        all_commit(begun, &[0, 1, 2, 3]);
        run_to(11);
        next_block_with(&mut WeightMeter::with_limit(Default::default()));
        for (round, done) in [(empty, Weights::cancel_round(0)), (begun, plain_change())] {
            let info = Rounds::poke(RuntimeOrigin::signed(STRANGER), round).unwrap();
            assert_eq!(
                (info.actual_weight, info.pays_fee),
                (Some(Weights::poke().saturating_add(done)), Pays::No)
            );
        }
    });
}

#[test]
fn poke_should_cost_a_look_and_its_fee_when_there_is_nothing_to_do() {
    on_chain(|| {
        let round = ask(4, 5);
        for (round, error) in
            [(round, Error::<Test>::NotDue), (round + 1, Error::<Test>::NoSuchRound)]
        {
            let refused = Rounds::poke(RuntimeOrigin::signed(STRANGER), round);
            let info = refused.unwrap_err().post_info;
            assert_eq!((info.actual_weight, info.pays_fee), (Some(Weights::poke()), Pays::Yes));
            assert_err_ignore_postinfo!(refused, error);
        }
    });
}
