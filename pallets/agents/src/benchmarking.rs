//! Benchmarks of the calls, each in its dearest case: profiles of the greatest length, keys that
//! need a proof, agents that are members of as many domains as they may be.
//!
//! They run as tests on the mock, and, with the feature `runtime-benchmarks`, on the real runtime,
//! where `./scripts/weights` makes the runtime's weights of them.

// Nothing of this is ever on a chain, and a benchmark that cannot go on has to stop.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::arithmetic_side_effects)]

use crate::{
    AgentRecord, AgentStatus, Agents, Call, Config, Event, Model, OwnerOf, Pallet, Topics,
    MAX_MODEL_BYTES, MAX_TOPICS_BYTES,
};
use alloc::{format, vec};
use frame_benchmarking::v2::*;
use frame_support::traits::{
    fungible::{Inspect, Unbalanced},
    tokens::Precision::Exact,
    Get,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use waggle_primitives::{
    registration::registration_payload, AgentKey, AgentSignature, StakeLimits, AGENT_KEY_TYPE,
};

/// What the benchmarks need of the runtime: this pallet does not know what follows when agents
/// retire and leave.
pub trait Setup: Config {
    /// Let the agent of `owner`, which has just registered, be a member of as many domains as it
    /// may be, so that as much as possible follows when it retires.
    fn join_domains(owner: &Self::AccountId);
}

/// A new owner with money for the bond.
fn owner<T: Config>() -> T::AccountId {
    let owner: T::AccountId = whitelisted_caller();
    let wealth = (T::Bond::get() + T::Currency::minimum_balance()) * 10;
    T::Currency::increase_balance(&owner, wealth, Exact).expect("a new account can be endowed");
    owner
}

/// Key number `number` of the node's keystore, and its proof for `owner`.
fn key<T: Config>(number: u8, owner: &T::AccountId) -> (AgentKey, AgentSignature) {
    // A secret as it is, rather than one derived from a phrase, which takes milliseconds.
    let secret = format!("0x{:064x}", u32::from(number) + 1).into_bytes();
    let key = sp_io::crypto::ed25519_generate(AGENT_KEY_TYPE, Some(secret));
    let payload = registration_payload(&Pallet::<T>::genesis_hash(), owner);
    let proof = sp_io::crypto::ed25519_sign(AGENT_KEY_TYPE, &key, &payload)
        .expect("the key was just generated");
    (key, proof)
}

/// A declared model of this many bytes.
fn model(bytes: u32) -> Model {
    vec![b'm'; bytes as usize].try_into().expect("not longer than allowed")
}

/// Declared topics of this many bytes.
fn topics(bytes: u32) -> Topics {
    vec![b't'; bytes as usize].try_into().expect("not longer than allowed")
}

/// A new owner with a registered agent, whose profile is as long as it may be.
fn registered<T: Config>() -> T::AccountId {
    let owner = owner::<T>();
    let (key, proof) = key::<T>(0, &owner);
    let registered = Pallet::<T>::do_register(
        owner.clone(),
        key,
        proof,
        model(MAX_MODEL_BYTES),
        topics(MAX_TOPICS_BYTES),
    );
    registered.expect("a new owner can be registered");
    owner
}

/// What is stored of `owner`'s agent.
fn record<T: Config>(owner: &T::AccountId) -> AgentRecord<BlockNumberFor<T>> {
    Agents::<T>::get(owner).expect("the owner has an agent")
}

/// Whether the last event is this one.
fn assert_last_event<T: Config>(event: Event<T>) {
    frame_system::Pallet::<T>::assert_last_event(event.into());
}

#[benchmarks(where T: Setup)]
mod benchmarks {
    use super::*;

    /// `m` bytes of model, `t` of topics.
    #[benchmark]
    fn register(m: Linear<0, MAX_MODEL_BYTES>, t: Linear<0, MAX_TOPICS_BYTES>) {
        let owner = owner::<T>();
        let (key, proof) = key::<T>(0, &owner);

        #[extrinsic_call]
        register(RawOrigin::Signed(owner.clone()), key, proof, model(m), topics(t));

        assert_eq!(record::<T>(&owner).topics, topics(t));
        assert_last_event::<T>(Event::AgentRegistered { owner, key, bond: T::Bond::get() });
    }

    #[benchmark]
    fn rotate_key() {
        let owner = registered::<T>();
        let old = record::<T>(&owner).key;
        let (new, proof) = key::<T>(1, &owner);

        #[extrinsic_call]
        rotate_key(RawOrigin::Signed(owner.clone()), new, proof);

        assert_eq!(record::<T>(&owner).key, new);
        assert_last_event::<T>(Event::KeyRotated { owner, old, new });
    }

    /// `m` bytes of model, `t` of topics, in place of a profile of the greatest length.
    #[benchmark]
    fn set_profile(m: Linear<0, MAX_MODEL_BYTES>, t: Linear<0, MAX_TOPICS_BYTES>) {
        let owner = registered::<T>();

        #[extrinsic_call]
        set_profile(RawOrigin::Signed(owner.clone()), model(m), topics(t));

        assert_eq!(record::<T>(&owner).model, model(m));
        assert_last_event::<T>(Event::ProfileSet { owner });
    }

    /// A member of many domains.
    #[benchmark]
    fn retire() {
        let owner = registered::<T>();
        T::join_domains(&owner);

        #[extrinsic_call]
        retire(RawOrigin::Signed(owner.clone()));

        assert!(matches!(record::<T>(&owner).status, AgentStatus::Retired { .. }));
    }

    /// A member of many domains.
    #[benchmark]
    fn unbond() {
        let owner = registered::<T>();
        T::join_domains(&owner);
        let key = record::<T>(&owner).key;
        Pallet::<T>::do_retire(owner.clone()).expect("an active agent can retire");
        let now = frame_system::Pallet::<T>::block_number();
        frame_system::Pallet::<T>::set_block_number(now + T::UnbondingBlocks::get());

        #[extrinsic_call]
        unbond(RawOrigin::Signed(owner.clone()));

        assert!(!Agents::<T>::contains_key(&owner) && !OwnerOf::<T>::contains_key(key));
        assert_last_event::<T>(Event::AgentUnbonded { owner, key, bond: T::Bond::get() });
    }

    #[benchmark]
    fn set_limits() {
        let owner = registered::<T>();
        let limits = Some(StakeLimits { ticket: 1, at_stake: 2 });

        #[extrinsic_call]
        set_limits(RawOrigin::Signed(owner.clone()), limits);

        assert_last_event::<T>(Event::LimitsSet { owner, limits });
    }

    impl_benchmark_test_suite!(Pallet, crate::tests::benchmarking::chain(), crate::mock::Test);
}
