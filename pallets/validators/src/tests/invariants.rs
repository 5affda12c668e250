//! The invariants notice what they are for.

use crate::{
    mock::*, Authored, Bonded, Bonds, Member, Stay, Suspension, Suspensions, Validators as Set,
};
use sp_staking::offence::OffenceSeverity;

/// Whether the invariants hold after `change`.
fn hold_after(change: impl FnOnce()) -> bool {
    let mut hold = false;
    genesis(3).execute_with(|| {
        change();
        hold = Validators::do_try_state().is_ok();
    });
    hold
}

fn suspend(account: AccountId, until: u32) {
    Suspensions::<Test>::try_append(Suspension {
        account,
        until,
        severity: OffenceSeverity::default(),
    })
    .unwrap();
}

#[test]
fn invariants_should_hold_when_nothing_is_wrong() {
    assert!(hold_after(|| suspend(1, 1)));
}

#[test]
fn invariants_should_fail_when_a_validator_is_in_the_set_twice() {
    assert!(!hold_after(|| Set::<Test>::try_append(Member { account: 1, since: 0 }).unwrap()));
}

#[test]
fn invariants_should_fail_when_a_validator_answers_from_the_distant_future() {
    assert!(!hold_after(|| Set::<Test>::try_append(Member { account: 9, since: 2 }).unwrap()));
}

#[test]
fn invariants_should_fail_when_an_offender_is_suspended_twice() {
    assert!(!hold_after(|| {
        suspend(1, 1);
        suspend(1, 0);
    }));
}

#[test]
fn invariants_should_fail_when_a_suspension_lasts_too_long() {
    assert!(!hold_after(|| suspend(1, 2)));
}

#[test]
fn invariants_should_fail_when_a_bond_is_not_on_hold() {
    assert!(!hold_after(|| Bonds::<Test>::insert(9, Bonded::default())));
}

#[test]
fn invariants_should_fail_when_nothing_is_known_of_a_bond() {
    assert!(!hold_after(|| Bonds::<Test>::remove(1)));
}

#[test]
fn invariants_should_fail_when_the_stay_of_a_validator_is_over() {
    let past = Some(Stay { since: 0, last: 1 });
    assert!(!hold_after(|| Bonds::<Test>::insert(1, Bonded { past, ..Default::default() })));
}

#[test]
fn invariants_should_fail_when_there_are_more_authors_than_validators() {
    assert!(!hold_after(|| {
        for author in 0..=u64::from(MAX_VALIDATORS) {
            Authored::<Test>::insert(author, 1u32);
        }
    }));
}
