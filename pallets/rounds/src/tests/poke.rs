//! Moving a due round on by hand.

use super::swarm::*;
use crate::{mock::*, Error, Event, Results};
use frame_support::{assert_noop, dispatch::Pays, weights::WeightMeter};
use sp_runtime::DispatchError;
use waggle_primitives::{CancelReason, Phase};

fn poke(round: u64) -> frame_support::dispatch::DispatchResultWithPostInfo {
    Rounds::poke(RuntimeOrigin::signed(STRANGER), round)
}

#[test]
fn poke_should_move_a_due_round_on_for_free() {
    on_chain(|| {
        let round = ask(4, 5);
        all_commit(round, &[0, 1, 2, 3]);
        run_to(11);
        next_block_with(&mut WeightMeter::with_limit(Default::default()));
        let info = poke(round).unwrap();
        assert_eq!(info.pays_fee, Pays::No);
        assert!(info.actual_weight.is_some());
        assert_eq!(
            events(),
            [Event::PhaseChanged { round, phase: Phase::OpeningAnswers, deadline: 15 }]
        );
    });
}

#[test]
fn poke_should_end_a_round_that_nobody_joined() {
    on_chain(|| {
        let round = ask(4, 5);
        run_to(11);
        next_block_with(&mut WeightMeter::with_limit(Default::default()));
        poke(round).unwrap();
        assert_eq!(
            events(),
            [Event::Cancelled { round, reason: CancelReason::TooFewCommitted, treasury: 0 }]
        );
        assert!(Results::<Test>::contains_key(round));
        // The agenda's entry is gone with it: the next block has nothing to do.
        next_block();
        assert_eq!(events(), []);
    });
}

#[test]
fn poke_should_fail_when_the_round_is_not_due() {
    on_chain(|| {
        let round = ask(4, 5);
        run_to(11);
        assert_noop!(poke(round).map_err(|e| e.error), Error::<Test>::NotDue);
    });
}

#[test]
fn poke_should_fail_when_there_is_no_such_round() {
    on_chain(|| {
        assert_noop!(poke(0).map_err(|e| e.error), Error::<Test>::NoSuchRound);
    });
}

#[test]
fn poke_should_fail_when_the_origin_is_not_signed() {
    on_chain(|| {
        for origin in [
            RuntimeOrigin::none(),
            RuntimeOrigin::root(),
            frame_system::RawOrigin::Authorized.into(),
        ] {
            assert_noop!(Rounds::poke(origin, 0).map_err(|e| e.error), DispatchError::BadOrigin);
        }
    });
}
