//! Benchmarks of the calls, each in its dearest case: profiles of the greatest length, keys that
//! need a proof, agents that are members of as many domains as they may be.
//!
//! They run as tests on the mock, and, with the feature `runtime-benchmarks`, on the real runtime,
//! where `./scripts/weights` makes the runtime's weights of them.

// Nothing of this is ever on a chain, and a benchmark that cannot go on has to stop.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::arithmetic_side_effects)]

use crate::{
    AgentRecord, AgentStatus, Agents, BarredKeys, Call, Config, Event, Model, OwnerOf, Pallet,
    Topics, MAX_MODEL_BYTES, MAX_TOPICS_BYTES,
};
use alloc::{boxed::Box, format, vec};
use frame_benchmarking::v2::*;
use frame_support::{
    pallet_prelude::TransactionSource,
    traits::{
        fungible::{Inspect, Unbalanced},
        tokens::Precision::Exact,
        Get,
    },
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use waggle_primitives::{
    double_seal::MAX_EVIDENCE_BYTES, registration::registration_payload, Act, AgentKey,
    AgentSignature, DoubleSeal, Grade, RoundTerms, ScopeParts, Sealed, SignedAct, StakeLimits,
    AGENT_KEY_TYPE,
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

/// Give the agent of `owner` key number `number`, and let the time pass for which the owner answers
/// for the one before.
fn rotate<T: Config>(owner: &T::AccountId, number: u8) {
    let (new, proof) = key::<T>(number, owner);
    Pallet::<T>::do_rotate_key(owner.clone(), new, proof).expect("an active agent can rotate");
    let now = frame_system::Pallet::<T>::block_number();
    frame_system::Pallet::<T>::set_block_number(now + T::UnbondingBlocks::get());
}

/// Evidence against the holder of `key`, in a domain of its own, with `bytes` of ciphertext.
fn evidence<T: Config>(key: AgentKey, bytes: u32) -> Box<DoubleSeal<T::AccountId>> {
    let scope = ScopeParts {
        client: account("client", 0, 0),
        terms: RoundTerms {
            reward: 1,
            answering_blocks: 4,
            min_agents: 2,
            max_agents: 2,
            min_score: Grade::MAX,
        },
        prompt_hash: [1; 32],
        seed: None,
        domain: 1,
    };
    let hash = scope.hash(&Pallet::<T>::genesis_hash());
    let commit = |bytes: u32, byte: u8| {
        let ciphertext = vec![byte; bytes as usize].try_into().expect("not longer than allowed");
        let sealed = Sealed { ciphertext, commitment: [byte; 32] };
        let act = Act::CommitAnswer { round: 1, sealed };
        let payload = act.signing_payload(&hash);
        let signature = sp_io::crypto::ed25519_sign(AGENT_KEY_TYPE, &key, &payload)
            .expect("the keystore has the key");
        SignedAct { agent: key, act, signature }
    };
    let (first, second) = (commit(bytes / 2, 1), commit(bytes - bytes / 2, 2));
    Box::new(DoubleSeal { scope, first, second })
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

    /// Of an agent that had another key before.
    #[benchmark]
    fn rotate_key() {
        let owner = registered::<T>();
        rotate::<T>(&owner, 1);
        let old = record::<T>(&owner).key;
        let (new, proof) = key::<T>(2, &owner);

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

    /// A member of many domains that had another key before.
    #[benchmark]
    fn unbond() {
        let owner = registered::<T>();
        T::join_domains(&owner);
        rotate::<T>(&owner, 1);
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

    /// Evidence with `b` bytes of ciphertext against a member of many domains, for its former key.
    #[benchmark]
    fn report_double_seal(b: Linear<0, MAX_EVIDENCE_BYTES>) {
        let owner = registered::<T>();
        T::join_domains(&owner);
        let former = record::<T>(&owner).key;
        let (new, proof) = key::<T>(1, &owner);
        Pallet::<T>::do_rotate_key(owner.clone(), new, proof).expect("an active agent can rotate");
        let evidence = evidence::<T>(former, b);
        let reporter: T::AccountId = account("reporter", 0, 0);

        #[extrinsic_call]
        report_double_seal(RawOrigin::Signed(reporter), evidence);

        assert_eq!(record::<T>(&owner).bond, 0);
        assert!(BarredKeys::<T>::contains_key(former));
    }

    /// The check of a node's report with `b` bytes of ciphertext, of a former key.
    #[benchmark]
    fn authorize_report(b: Linear<0, MAX_EVIDENCE_BYTES>) {
        let owner = registered::<T>();
        let former = record::<T>(&owner).key;
        let (new, proof) = key::<T>(1, &owner);
        Pallet::<T>::do_rotate_key(owner, new, proof).expect("an active agent can rotate");
        let evidence = evidence::<T>(former, b);
        let passed;

        #[block]
        {
            passed = Pallet::<T>::authorize_report(TransactionSource::External, &evidence).is_ok();
        }

        assert!(passed);
    }

    impl_benchmark_test_suite!(Pallet, crate::tests::benchmarking::chain(), crate::mock::Test);
}
