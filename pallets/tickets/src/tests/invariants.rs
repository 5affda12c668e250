//! `try_state` sees what is wrong.

use super::open;
use crate::{mock::*, HeldReward, Rewards, Stakes};
use sp_runtime::TryRuntimeError;

const WRONG: Result<(), TryRuntimeError> =
    Err(TryRuntimeError::Other("a hold is not the sum of its stakes"));

#[test]
fn try_state_should_fail_when_a_stake_is_not_on_hold() {
    build_and_execute(|| {
        open(7, 1_000, &[2], 250);
        Stakes::<Test>::insert(8, 2, 1);
        assert_eq!(Tickets::do_try_state(), WRONG);
        Stakes::<Test>::remove(8, 2);
    });
}

#[test]
fn try_state_should_fail_when_a_reward_is_not_on_hold() {
    build_and_execute(|| {
        open(7, 1_000, &[2], 250);
        Rewards::<Test>::insert(7, HeldReward { client: CLIENT, amount: 999 });
        assert_eq!(Tickets::do_try_state(), WRONG);
        Rewards::<Test>::insert(7, HeldReward { client: CLIENT, amount: 1_000 });
    });
}

#[test]
fn try_state_should_fail_when_more_is_on_hold_than_is_staked() {
    build_and_execute(|| {
        open(7, 1_000, &[2], 250);
        Stakes::<Test>::remove(7, 2);
        assert_eq!(Tickets::do_try_state(), WRONG);
        Stakes::<Test>::insert(7, 2, 250);
    });
}
