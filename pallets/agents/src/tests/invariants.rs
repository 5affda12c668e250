//! `try_state` sees what is wrong.

use crate::{
    mock::*, Agents as AgentsMap, BarredKeys, Enrolment, Enrolments, FormerKey, FormerKeys,
    HoldReason, OwnerOf,
};
use frame_support::{
    assert_ok,
    traits::{fungible::MutateHold, tokens::Precision},
};
use sp_runtime::TryRuntimeError;

/// Break the state of a chain with agent 1, see `message`, and mend it.
fn sees(message: &'static str, break_it: impl FnOnce(), mend_it: impl FnOnce()) {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        break_it();
        assert_eq!(Agents::do_try_state(), Err(TryRuntimeError::Other(message)));
        mend_it();
    });
}

#[test]
fn try_state_should_fail_when_a_key_has_no_owner() {
    sees(
        "an agent's key is not its owner's",
        || OwnerOf::<Test>::remove(key(1)),
        || OwnerOf::<Test>::insert(key(1), 1),
    );
}

#[test]
fn try_state_should_fail_when_a_key_is_no_agents() {
    sees(
        "a key is no agent's",
        || OwnerOf::<Test>::insert(key(2), 2),
        || OwnerOf::<Test>::remove(key(2)),
    );
}

#[test]
fn try_state_should_fail_when_somebody_without_an_agent_is_enrolled() {
    sees(
        "somebody without an agent is enrolled",
        || Enrolments::<Test>::insert(2, Enrolment::default()),
        || Enrolments::<Test>::remove(2),
    );
}

#[test]
fn try_state_should_fail_when_a_former_key_is_not_its_owners() {
    sees(
        "a former key is not its owner's",
        || FormerKeys::<Test>::insert(1, FormerKey { key: key(2), until: 9 }),
        || FormerKeys::<Test>::remove(1),
    );
}

#[test]
fn try_state_should_fail_when_a_barred_key_is_an_agents_with_a_bond() {
    sees(
        "an agent without a bond has no barred key, or one with a bond has one",
        || BarredKeys::<Test>::insert(key(1), ()),
        || BarredKeys::<Test>::remove(key(1)),
    );
}

#[test]
fn try_state_should_fail_when_an_agent_without_a_bond_was_not_punished() {
    let set_bond = |bond| AgentsMap::<Test>::mutate(1, |agent| agent.as_mut().unwrap().bond = bond);
    sees(
        "an agent without a bond has no barred key, or one with a bond has one",
        || set_bond(0),
        || set_bond(Bond::get()),
    );
}

#[test]
fn try_state_should_fail_when_an_agent_without_a_bond_is_active() {
    let set_bond = |bond| AgentsMap::<Test>::mutate(1, |agent| agent.as_mut().unwrap().bond = bond);
    sees(
        "an agent without a bond is active",
        || {
            set_bond(0);
            BarredKeys::<Test>::insert(key(1), ());
        },
        || {
            set_bond(Bond::get());
            BarredKeys::<Test>::remove(key(1));
        },
    );
}

#[test]
fn try_state_should_fail_when_a_bond_is_not_on_hold() {
    sees(
        "an agent's bond is not on hold",
        || {
            assert_ok!(Balances::release(&HoldReason::Bond.into(), &1, 1, Precision::Exact));
        },
        || AgentsMap::<Test>::mutate(1, |agent| agent.as_mut().unwrap().bond -= 1),
    );
}
