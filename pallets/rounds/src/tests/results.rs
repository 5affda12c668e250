//! How long results stay.

use super::swarm::*;
use crate::{mock::*, weights::WeightInfo, Event, Expiries, Results};
use frame_support::weights::WeightMeter;

type Weights = <Test as crate::Config>::WeightInfo;

#[test]
fn result_should_be_pruned_when_its_retention_is_over() {
    on_chain(|| {
        let round = play(&[0, 1, 2, 3]);
        assert_eq!(result(round).blocks.ended, Some(4));
        run_to(53);
        assert!(Results::<Test>::contains_key(round));
        next_block();
        assert_eq!(events(), [Event::ResultPruned { round }]);
        assert!(!Results::<Test>::contains_key(round));
        assert_eq!(Expiries::<Test>::iter().count(), 0);
        assert_eq!(Rounds::round(round), None);
    });
}

#[test]
fn pruning_should_carry_over_when_the_meter_runs_out() {
    on_chain(|| {
        MaxOpenRounds::set(10);
        let rounds: Vec<_> = (0..3).map(|_| ask(4, 5)).collect();
        run_to(61);
        // The agenda's way to this block, the expiries' way to the due block, one removal.
        let one = looks()
            .saturating_add(Weights::agenda())
            .saturating_add(Weights::agenda_step())
            .saturating_add(Weights::agenda())
            .saturating_add(Weights::agenda_step().saturating_mul(2))
            .saturating_add(Weights::prune());
        for left in [2, 1, 0] {
            next_block_with(&mut WeightMeter::with_limit(one));
            assert_eq!(Results::<Test>::iter().count(), left);
        }
        assert!(rounds.iter().all(|round| Rounds::round(*round).is_none()));
    });
}

#[test]
fn cancelled_rounds_should_leave_results_too() {
    on_chain(|| {
        let round = ask(4, 5);
        run_to(12);
        assert!(Results::<Test>::contains_key(round));
        run_to(62);
        assert!(!Results::<Test>::contains_key(round));
    });
}
