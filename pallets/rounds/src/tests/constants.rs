//! Constants that would stop the chain, and the cost of the largest round.

use crate::{mock::*, weights::WeightInfo};
use frame_support::traits::Hooks;

type Weights = <Test as crate::Config>::WeightInfo;

#[test]
fn constants_of_the_mock_should_pass() {
    on_chain(<Rounds as Hooks<u32>>::integrity_test);
}

#[test]
#[should_panic(expected = "no round could be opened")]
fn integrity_test_should_fail_when_no_round_may_run() {
    on_chain(|| {
        MaxOpenRounds::set(0);
        <Rounds as Hooks<u32>>::integrity_test();
    });
}

#[test]
#[should_panic(expected = "no client could open a round")]
fn integrity_test_should_fail_when_no_client_may_ask() {
    on_chain(|| {
        MaxOpenRoundsPerClient::set(0);
        <Rounds as Hooks<u32>>::integrity_test();
    });
}

#[test]
#[should_panic(expected = "results must be readable")]
fn integrity_test_should_fail_when_results_do_not_stay() {
    on_chain(|| {
        ResultRetention::set(0);
        <Rounds as Hooks<u32>>::integrity_test();
    });
}

#[test]
fn weights_should_grow_with_bytes_and_agents() {
    on_chain(|| {
        assert!(Weights::submit(16_384).ref_time() > Weights::submit(1).ref_time());
        assert!(Weights::commit_answer(16_384).ref_time() > Weights::commit_answer(1).ref_time());
        assert!(Weights::authorize_act(16_384).ref_time() > Weights::authorize_act(0).ref_time());
        assert!(Weights::end_round(100, 0).ref_time() > 10 * Weights::end_round(2, 0).ref_time());
        assert!(Weights::change_phase(100).ref_time() > Weights::change_phase(2).ref_time());
    });
}
