//! `register`.

use crate::{
    mock::*, AgentRecord, AgentStatus, Agents as AgentsMap, Error, Event, OwnerOf, MAX_MODEL_BYTES,
};
use codec::{Decode, Encode};
use frame_support::{assert_noop, assert_ok, traits::GetStorageVersion, traits::StorageVersion};
use sp_core::{ed25519, Pair};
use sp_runtime::DispatchError::BadOrigin;
use waggle_primitives::registration::registration_payload;

#[test]
fn register_should_write_the_agent_and_hold_the_bond() {
    build_and_execute(|| {
        let (model, topics) = (b"tiny-llama".to_vec(), b"sums".to_vec());
        assert_ok!(Agents::register(
            RuntimeOrigin::signed(1),
            key(1),
            proof(1, 1),
            model.clone().try_into().unwrap(),
            topics.clone().try_into().unwrap()
        ));
        assert_eq!(
            AgentsMap::<Test>::get(1),
            Some(AgentRecord {
                key: key(1),
                model: model.try_into().unwrap(),
                topics: topics.try_into().unwrap(),
                bond: Bond::get(),
                status: AgentStatus::Active,
                open_rounds: 0,
            })
        );
        assert_eq!(OwnerOf::<Test>::get(key(1)), Some(1));
        assert_eq!(bond_of(1), Bond::get());
        assert_eq!(Balances::free_balance(1), ENDOWMENT - Bond::get());
        assert_eq!(
            events(),
            vec![Event::AgentRegistered { owner: 1, key: key(1), bond: Bond::get() }]
        );
        let told = Told::Registered { owner: 1, since: 1, away: false };
        assert_eq!(Listener::take(), vec![told]);
    });
}

#[test]
fn register_should_fail_when_the_origin_is_not_signed() {
    build_and_execute(|| {
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(
                Agents::register(
                    origin,
                    key(1),
                    proof(1, 1),
                    Default::default(),
                    Default::default()
                ),
                BadOrigin
            );
        }
    });
}

#[test]
fn register_should_fail_when_the_owner_has_an_agent() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        assert_noop!(register(1, 2), Error::<Test>::AlreadyRegistered);
    });
}

#[test]
fn register_should_fail_when_the_key_is_taken() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        assert_noop!(register(2, 1), Error::<Test>::KeyTaken);
    });
}

#[test]
fn register_should_fail_when_the_proof_is_by_another_key() {
    build_and_execute(|| {
        let origin = RuntimeOrigin::signed(1);
        assert_noop!(
            Agents::register(origin, key(1), proof(2, 1), Default::default(), Default::default()),
            Error::<Test>::BadProof
        );
    });
}

#[test]
fn register_should_fail_when_the_proof_is_for_another_owner() {
    build_and_execute(|| {
        let origin = RuntimeOrigin::signed(2);
        assert_noop!(
            Agents::register(origin, key(1), proof(1, 1), Default::default(), Default::default()),
            Error::<Test>::BadProof
        );
    });
}

#[test]
fn register_should_fail_when_the_proof_is_for_another_chain() {
    build_and_execute(|| {
        let proof =
            ed25519::Pair::from_seed(&[1; 32]).sign(&registration_payload(&[78; 32], &1u64));
        assert_noop!(
            Agents::register(
                RuntimeOrigin::signed(1),
                key(1),
                proof,
                Default::default(),
                Default::default()
            ),
            Error::<Test>::BadProof
        );
    });
}

#[test]
fn register_should_fail_when_bond_and_existential_deposit_are_not_covered() {
    build_and_execute(|| {
        assert_noop!(register(POOR, 1), Error::<Test>::BondUnaffordable);
        assert_noop!(register(42, 1), Error::<Test>::BondUnaffordable);
        assert_eq!(Listener::take(), vec![]);
    });
}

#[test]
fn a_call_with_too_long_a_profile_should_not_decode() {
    let call = |length: u32| {
        (0u8, key(1), proof(1, 1), vec![b'm'; length as usize], Vec::<u8>::new()).encode()
    };
    assert!(crate::Call::<Test>::decode(&mut &call(MAX_MODEL_BYTES)[..]).is_ok());
    assert!(crate::Call::<Test>::decode(&mut &call(MAX_MODEL_BYTES + 1)[..]).is_err());
}

#[test]
fn the_storage_version_is_set_at_genesis() {
    build_and_execute(|| {
        assert_eq!(Agents::on_chain_storage_version(), StorageVersion::new(2));
        assert_eq!(Agents::in_code_storage_version(), StorageVersion::new(2));
    });
}
