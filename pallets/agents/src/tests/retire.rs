//! `retire`.

use crate::{mock::*, AgentStatus, Agents as AgentsMap, Error, Event, OwnerOf};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;
use waggle_primitives::traits::AgentRegistry;

#[test]
fn retire_should_close_new_rounds_and_keep_bond_and_key() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        let _ = (events(), Listener::take());
        System::set_block_number(5);
        assert_ok!(Agents::retire(RuntimeOrigin::signed(1)));
        assert_eq!(Listener::take(), vec![Told::Retired { owner: 1 }]);
        assert_eq!(AgentsMap::<Test>::get(1).unwrap().status, AgentStatus::Retired { since: 5 });
        assert_eq!(bond_of(1), Bond::get());
        assert_eq!(Agents::owner_of(&key(1)), None);
        assert_eq!(Agents::key_of(&1), None);
        assert_eq!(OwnerOf::<Test>::get(key(1)), Some(1));
        assert_eq!(
            events(),
            vec![Event::AgentRetired { owner: 1, unbond_from: 5 + UnbondingBlocks::get() }]
        );
        assert_noop!(register(2, 1), Error::<Test>::KeyTaken);
    });
}

#[test]
fn retire_should_fail_when_the_origin_is_not_signed() {
    build_and_execute(|| {
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Agents::retire(origin), BadOrigin);
        }
    });
}

#[test]
fn retire_should_fail_when_there_is_no_agent() {
    build_and_execute(|| {
        assert_noop!(Agents::retire(RuntimeOrigin::signed(1)), Error::<Test>::NotRegistered);
    });
}

#[test]
fn retire_should_fail_when_the_agent_has_retired() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        assert_ok!(Agents::retire(RuntimeOrigin::signed(1)));
        let _ = Listener::take();
        System::set_block_number(7);
        assert_noop!(Agents::retire(RuntimeOrigin::signed(1)), Error::<Test>::Retired);
        assert_eq!(Listener::take(), vec![]);
    });
}
