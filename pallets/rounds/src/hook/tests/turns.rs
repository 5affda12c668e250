//! Whose turn it is to ask the worker for an agent, and how long.

use super::{desk::Desk, offchain};
use crate::hook::turns::Turn;
use sp_core::offchain::Duration;
use waggle_primitives::AgentKey;

#[test]
fn turn_should_be_one_run_s_until_it_ends_or_its_time_is_over() {
    let desk = Desk::new(10_000);
    offchain(&desk).execute_with(|| {
        let (one, other) = (AgentKey::from_raw([1; 32]), AgentKey::from_raw([2; 32]));
        let bound = Duration::from_millis(300);
        let turn = Turn::take(&one, bound).unwrap();
        assert!(Turn::take(&one, bound).is_none());
        assert!(Turn::take(&other, bound).is_some());
        drop(turn);
        // As a killed node does: never given back.
        std::mem::forget(Turn::take(&one, bound).unwrap());
        desk.pass(300);
        assert!(Turn::take(&one, bound).is_none());
        desk.pass(1);
        assert!(Turn::take(&one, bound).is_some());
    });
}
