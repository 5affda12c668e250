//! The registry as the rounds pallet sees it.

use crate::{mock::*, Agents as AgentsMap, Error};
use frame_support::{assert_noop, assert_ok};
use waggle_primitives::traits::AgentRegistry;

fn open_rounds(owner: AccountId) -> u32 {
    AgentsMap::<Test>::get(owner).unwrap().open_rounds
}

#[test]
fn owner_and_key_should_find_each_other() {
    build_and_execute(|| {
        assert_ok!(register(1, 11));
        assert_ok!(register(2, 12));
        assert_eq!((Agents::owner_of(&key(11)), Agents::key_of(&1)), (Some(1), Some(key(11))));
        assert_eq!((Agents::owner_of(&key(12)), Agents::key_of(&2)), (Some(2), Some(key(12))));
        assert_eq!((Agents::owner_of(&key(13)), Agents::key_of(&3)), (None, None));
    });
}

#[test]
fn an_owner_should_be_registered_until_it_takes_its_bond_back() {
    build_and_execute(|| {
        assert!(!Agents::is_registered(&1));
        assert_ok!(register(1, 11));
        assert!(Agents::is_registered(&1) && !Agents::is_registered(&2));
        assert_ok!(Agents::retire(RuntimeOrigin::signed(1)));
        assert!(Agents::is_registered(&1));
        System::set_block_number(System::block_number() + UnbondingBlocks::get());
        assert_ok!(Agents::unbond(RuntimeOrigin::signed(1)));
        assert!(!Agents::is_registered(&1));
    });
}

#[test]
fn entered_and_left_rounds_should_be_counted() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        assert_ok!(Agents::entered_round(&1));
        assert_ok!(Agents::entered_round(&1));
        assert_eq!(open_rounds(1), 2);
        Agents::left_round(&1);
        assert_eq!(open_rounds(1), 1);
        Agents::left_round(&1);
        Agents::left_round(&1);
        assert_eq!(open_rounds(1), 0);
    });
}

#[test]
fn entered_round_should_fail_when_there_is_no_agent() {
    build_and_execute(|| {
        assert_noop!(Agents::entered_round(&1), Error::<Test>::NotRegistered);
    });
}

#[test]
fn entered_round_should_fail_when_the_agent_has_retired() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        assert_ok!(Agents::retire(RuntimeOrigin::signed(1)));
        assert_noop!(Agents::entered_round(&1), Error::<Test>::Retired);
    });
}

// Defects of the caller stop a debug build; a release build, which is what ships, logs them and
// goes on.
#[test]
#[cfg_attr(
    debug_assertions,
    should_panic(expected = "an agent in a running round stays registered")
)]
fn leaving_a_round_without_an_agent_is_a_defect_of_the_caller() {
    build_and_execute(|| {
        Agents::left_round(&1);
        assert!(Agents::key_of(&1).is_none());
    });
}
