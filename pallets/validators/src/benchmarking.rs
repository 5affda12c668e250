//! Benchmarks of the calls and of what is done by itself, each in its dearest case: a full set.
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
    migrations::BeginWithSessionValidators, Authored, Bonded, Bonds, Call, Config, CurrencyOf,
    Event, Member, Pallet, Stay, Validators,
};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{
        fungible::{Inspect, Mutate},
        Get, OnRuntimeUpgrade,
    },
    BoundedVec,
};
use frame_system::RawOrigin;
use pallet_authorship::EventHandler;
use pallet_session::{NextKeys, Pallet as Session};
use sp_runtime::traits::TrailingZeroInput;

/// Session keys that only `account` has.
fn keys_of<T: Config>(account: &T::AccountId) -> T::Keys {
    let keys = (account, account)
        .using_encoded(|bytes| T::Keys::decode(&mut TrailingZeroInput::new(bytes)));
    keys.expect("keys are bytes")
}

/// Give `account` session keys of its own, without the proof that the session pallet would ask for.
fn give_keys<T: Config>(account: &T::AccountId) {
    NextKeys::<T>::insert(account, keys_of::<T>(account));
}

/// Let `account` have money for a bond, and some more.
fn endow<T: Config>(account: &T::AccountId) {
    let wealth = (T::Bond::get() + CurrencyOf::<T>::minimum_balance()) * 2;
    CurrencyOf::<T>::mint_into(account, wealth).expect("a new account can be endowed");
}

/// Let `account` have a bond on hold.
fn give_bond<T: Config>(account: &T::AccountId) {
    endow::<T>(account);
    Pallet::<T>::do_bond(account.clone()).expect("it has the money");
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
        give_bond::<T>(&validator);

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
        give_bond::<T>(&validator);

        #[extrinsic_call]
        remove_validator(RawOrigin::Root, validator.clone());

        assert_eq!(Validators::<T>::get().len(), accounts.len() - 1);
        let until = Session::<T>::current_index() + 1;
        frame_system::Pallet::<T>::assert_last_event(
            Event::<T>::ValidatorRemoved { validator, until }.into(),
        );
    }

    /// The migration, with as many validators as there can be, who can pay their bonds.
    #[benchmark]
    fn begin() {
        let accounts = fill::<T>(0);
        accounts.iter().for_each(give_keys::<T>);
        accounts.iter().for_each(endow::<T>);
        Validators::<T>::kill();
        pallet_session::Validators::<T>::put(accounts.clone());

        #[block]
        {
            BeginWithSessionValidators::<T>::on_runtime_upgrade();
        }

        assert_eq!(Validators::<T>::get().len(), accounts.len());
        assert!(accounts.iter().all(Pallet::<T>::has_full_bond));
    }

    /// The first bond of an account.
    #[benchmark]
    fn bond() {
        let validator: T::AccountId = whitelisted_caller();
        endow::<T>(&validator);

        #[extrinsic_call]
        bond(RawOrigin::Signed(validator.clone()));

        let amount = T::Bond::get();
        frame_system::Pallet::<T>::assert_last_event(
            Event::<T>::ValidatorBonded { validator, amount }.into(),
        );
    }

    /// Of an account that has sat, where the set, the session and the next one are full of others.
    #[benchmark]
    fn unbond() {
        let others = fill::<T>(0);
        let planned = others.iter().map(|other| (other.clone(), keys_of::<T>(other)));
        pallet_session::QueuedKeys::<T>::put(planned.collect::<Vec<_>>());
        pallet_session::Validators::<T>::put(others);
        let validator: T::AccountId = whitelisted_caller();
        give_bond::<T>(&validator);
        let past = Some(Stay { since: 0, last: 0 });
        Bonds::<T>::insert(&validator, Bonded { past, ..Default::default() });
        pallet_session::CurrentIndex::<T>::put(T::ReportSessions::get() + 1);

        #[extrinsic_call]
        unbond(RawOrigin::Signed(validator.clone()));

        let amount = T::Bond::get();
        frame_system::Pallet::<T>::assert_last_event(
            Event::<T>::ValidatorUnbonded { validator, amount }.into(),
        );
    }

    /// A session in which every validator of a full set has made a block.
    #[benchmark]
    fn pay() {
        let accounts = fill::<T>(0);
        accounts.iter().for_each(endow::<T>);
        accounts.iter().for_each(|account| Authored::<T>::insert(account, 1u32));
        endow::<T>(&Pallet::<T>::pot());
        let before = CurrencyOf::<T>::balance(&accounts[0]);

        #[block]
        {
            Pallet::<T>::pay(0);
        }

        assert!(CurrencyOf::<T>::balance(&accounts[0]) > before);
        assert_eq!(Authored::<T>::iter().count(), 0);
    }

    /// A block of an author that has made others before.
    #[benchmark]
    fn note_author() {
        let author: T::AccountId = account("author", 0, 0);
        Authored::<T>::insert(&author, 1u32);

        #[block]
        {
            Pallet::<T>::note_author(author.clone());
        }

        assert_eq!(Authored::<T>::get(author), 2);
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::genesis(3), crate::mock::Test);
}
