//! `unbond`.

use crate::{mock::*, Agents as AgentsMap, Error, Event, OwnerOf};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;
use waggle_primitives::traits::AgentRegistry;

/// Register owner 1 in block 1 and retire it there; go to the first block in which the bond is
/// free.
fn retired_and_waited() {
    assert_ok!(register(1, 1));
    assert_ok!(Agents::retire(RuntimeOrigin::signed(1)));
    System::set_block_number(1 + UnbondingBlocks::get());
    let _ = (events(), Listener::take());
}

#[test]
fn unbond_should_release_the_bond_and_remove_everything() {
    build_and_execute(|| {
        retired_and_waited();
        assert_ok!(Agents::unbond(RuntimeOrigin::signed(1)));
        assert_eq!(AgentsMap::<Test>::get(1), None);
        assert_eq!(AgentsMap::<Test>::count(), 0);
        assert_eq!(OwnerOf::<Test>::get(key(1)), None);
        assert_eq!((bond_of(1), Balances::free_balance(1)), (0, ENDOWMENT));
        assert_eq!(Listener::take(), vec![Told::Removed { owner: 1 }]);
        assert_eq!(
            events(),
            vec![Event::AgentUnbonded { owner: 1, key: key(1), bond: Bond::get() }]
        );
    });
}

#[test]
fn unbond_should_free_key_and_owner_for_a_new_registration() {
    build_and_execute(|| {
        retired_and_waited();
        assert_ok!(Agents::unbond(RuntimeOrigin::signed(1)));
        assert_ok!(register(2, 1));
        assert_ok!(register(1, 2));
    });
}

#[test]
fn unbond_should_fail_when_the_origin_is_not_signed() {
    build_and_execute(|| {
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Agents::unbond(origin), BadOrigin);
        }
    });
}

#[test]
fn unbond_should_fail_when_there_is_no_agent() {
    build_and_execute(|| {
        assert_noop!(Agents::unbond(RuntimeOrigin::signed(1)), Error::<Test>::NotRegistered);
    });
}

#[test]
fn unbond_should_fail_when_the_agent_has_not_retired() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        System::set_block_number(1_000);
        assert_noop!(Agents::unbond(RuntimeOrigin::signed(1)), Error::<Test>::NotRetired);
    });
}

#[test]
fn unbond_should_fail_when_it_is_too_early() {
    build_and_execute(|| {
        retired_and_waited();
        System::set_block_number(UnbondingBlocks::get());
        assert_noop!(Agents::unbond(RuntimeOrigin::signed(1)), Error::<Test>::BondLocked);
        assert_eq!(Listener::take(), vec![]);
    });
}

#[test]
fn unbond_should_fail_while_rounds_are_open() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        assert_ok!(Agents::entered_round(&1));
        assert_ok!(Agents::retire(RuntimeOrigin::signed(1)));
        System::set_block_number(1 + UnbondingBlocks::get());
        assert_noop!(Agents::unbond(RuntimeOrigin::signed(1)), Error::<Test>::RoundsOpen);
        Agents::left_round(&1);
        assert_ok!(Agents::unbond(RuntimeOrigin::signed(1)));
    });
}
