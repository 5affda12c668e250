//! `rotate_key`.

use crate::{mock::*, Agents as AgentsMap, Error, Event, FormerKey, FormerKeys, OwnerOf};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;
use waggle_primitives::traits::AgentRegistry;

#[test]
fn rotate_key_should_replace_the_key_and_keep_the_old_one_for_a_while() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        assert_ok!(Agents::entered_round(&1));
        let _ = events();
        assert_ok!(Agents::rotate_key(RuntimeOrigin::signed(1), key(2), proof(2, 1)));
        let agent = AgentsMap::<Test>::get(1).unwrap();
        assert_eq!((agent.key, agent.open_rounds, agent.bond), (key(2), 1, Bond::get()));
        let until = 1 + UnbondingBlocks::get();
        assert_eq!(FormerKeys::<Test>::get(1), Some(FormerKey { key: key(1), until }));
        assert_eq!((Agents::owner_of(&key(1)), Agents::owner_with_key(&key(1))), (None, None));
        assert_eq!(Agents::owner_of(&key(2)), Some(1));
        assert_eq!(Agents::key_of(&1), Some(key(2)));
        assert_eq!(events(), vec![Event::KeyRotated { owner: 1, old: key(1), new: key(2) }]);
        System::set_block_number(until - 1);
        assert_noop!(register(2, 1), Error::<Test>::KeyTaken);
        System::set_block_number(until);
        assert_ok!(register(2, 1));
        assert_eq!((OwnerOf::<Test>::get(key(1)), FormerKeys::<Test>::get(1)), (Some(2), None));
    });
}

#[test]
fn rotate_key_should_fail_while_the_owner_answers_for_the_former_key() {
    build_and_execute(|| {
        let rotate = |seed| Agents::rotate_key(RuntimeOrigin::signed(1), key(seed), proof(seed, 1));
        assert_ok!(register(1, 1));
        assert_ok!(rotate(2));
        System::set_block_number(UnbondingBlocks::get());
        for seed in [1, 3] {
            assert_noop!(rotate(seed), Error::<Test>::RotatedTooRecently);
        }
        System::set_block_number(1 + UnbondingBlocks::get());
        assert_ok!(rotate(3));
        assert_eq!(OwnerOf::<Test>::get(key(1)), None, "the one before is forgotten");
        assert_eq!(OwnerOf::<Test>::get(key(2)), Some(1));
        // And back to the one before.
        System::set_block_number(1 + 2 * UnbondingBlocks::get());
        assert_ok!(rotate(2));
        assert_eq!((Agents::key_of(&1), OwnerOf::<Test>::get(key(3))), (Some(key(2)), Some(1)));
    });
}

#[test]
fn unbond_should_free_the_former_key_too() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        assert_ok!(Agents::rotate_key(RuntimeOrigin::signed(1), key(2), proof(2, 1)));
        assert_ok!(Agents::retire(RuntimeOrigin::signed(1)));
        System::set_block_number(1 + UnbondingBlocks::get());
        assert_ok!(Agents::unbond(RuntimeOrigin::signed(1)));
        assert_eq!(OwnerOf::<Test>::iter().count() + FormerKeys::<Test>::iter().count(), 0);
        assert_ok!(register(2, 1));
    });
}

#[test]
fn rotate_key_should_fail_when_the_origin_is_not_signed() {
    build_and_execute(|| {
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Agents::rotate_key(origin, key(2), proof(2, 1)), BadOrigin);
        }
    });
}

#[test]
fn rotate_key_should_fail_when_there_is_no_agent() {
    build_and_execute(|| {
        let call = Agents::rotate_key(RuntimeOrigin::signed(1), key(2), proof(2, 1));
        assert_noop!(call, Error::<Test>::NotRegistered);
    });
}

#[test]
fn rotate_key_should_fail_when_the_key_is_taken() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        assert_ok!(register(2, 2));
        for seed in [1, 2] {
            let call = Agents::rotate_key(RuntimeOrigin::signed(1), key(seed), proof(seed, 1));
            assert_noop!(call, Error::<Test>::KeyTaken);
        }
    });
}

#[test]
fn rotate_key_should_fail_when_the_proof_is_not_the_new_keys() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        for proof in [proof(1, 1), proof(2, 2)] {
            assert_noop!(
                Agents::rotate_key(RuntimeOrigin::signed(1), key(2), proof),
                Error::<Test>::BadProof
            );
        }
    });
}

#[test]
fn rotate_key_should_fail_when_the_agent_has_retired() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        assert_ok!(Agents::retire(RuntimeOrigin::signed(1)));
        let call = Agents::rotate_key(RuntimeOrigin::signed(1), key(2), proof(2, 1));
        assert_noop!(call, Error::<Test>::Retired);
    });
}
