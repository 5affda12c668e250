//! Benchmarks of the calls and of what an offence does, each in its dearest case: a full set.
//! Governance is root here.
//!
//! They run as tests on the mock, and, with the feature `runtime-benchmarks`, on the real runtime,
//! where `./scripts/weights` makes the runtime's weights of them.

// Nothing of this is ever on a chain, and a benchmark that cannot go on has to stop.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use crate::{
    migrations::BeginWithSessionValidators, Call, Config, Event, Member, Pallet, Validators,
};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{Get, OnRuntimeUpgrade},
    BoundedVec,
};
use frame_system::RawOrigin;
use pallet_session::{NextKeys, Pallet as Session};
use sp_runtime::traits::TrailingZeroInput;

/// Give `account` session keys of its own, without the proof that the session pallet would ask for.
fn give_keys<T: Config>(account: &T::AccountId) {
    let keys = (account, account)
        .using_encoded(|bytes| T::Keys::decode(&mut TrailingZeroInput::new(bytes)));
    NextKeys::<T>::insert(account, keys.expect("keys are bytes"));
}

/// The set, filled with accounts without keys but for room for `room` more.
fn fill<T: Config>(room: u32) -> Vec<T::AccountId> {
    let accounts: Vec<T::AccountId> =
        (0..T::MaxValidators::get() - room).map(|i| account("validator", i, 0)).collect();
    let members = accounts.iter().cloned().map(|account| Member { account, since: 0 }).collect();
    Validators::<T>::put(BoundedVec::truncate_from(members));
    accounts
}

#[benchmarks]
mod benchmarks {
    use super::*;

    /// The last one for whom the set has room.
    #[benchmark]
    fn add_validator() {
        fill::<T>(1);
        let validator: T::AccountId = account("new", 0, 0);
        give_keys::<T>(&validator);

        #[extrinsic_call]
        add_validator(RawOrigin::Root, validator.clone());

        assert_eq!(Validators::<T>::get().len() as u32, T::MaxValidators::get());
        let from = Session::<T>::current_index() + 2;
        frame_system::Pallet::<T>::assert_last_event(
            Event::<T>::ValidatorAdded { validator, from }.into(),
        );
    }

    /// The first of a full set, of which only the last has keys.
    #[benchmark]
    fn remove_validator() {
        let accounts = fill::<T>(0);
        give_keys::<T>(accounts.last().expect("the set has room for one"));
        let validator = accounts[0].clone();

        #[extrinsic_call]
        remove_validator(RawOrigin::Root, validator.clone());

        assert_eq!(Validators::<T>::get().len(), accounts.len() - 1);
        let until = Session::<T>::current_index() + 1;
        frame_system::Pallet::<T>::assert_last_event(
            Event::<T>::ValidatorRemoved { validator, until }.into(),
        );
    }

    /// The migration, with as many validators as there can be.
    #[benchmark]
    fn begin() {
        let accounts = fill::<T>(0);
        accounts.iter().for_each(give_keys::<T>);
        Validators::<T>::kill();
        pallet_session::Validators::<T>::put(accounts.clone());

        #[block]
        {
            BeginWithSessionValidators::<T>::on_runtime_upgrade();
        }

        assert_eq!(Validators::<T>::get().len(), accounts.len());
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::genesis(3), crate::mock::Test);
}
