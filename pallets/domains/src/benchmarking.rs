//! Benchmarks of the calls, each in its dearest case: texts of the greatest length, agents that are
//! members of as many domains as they may be, and rosters whose last member takes the number of
//! whoever leaves.
//!
//! They run as tests on the mock, and, with the feature `runtime-benchmarks`, on the real runtime,
//! where `./scripts/weights` makes the runtime's weights of them.

// Nothing of this is ever on a chain, and a benchmark that cannot go on has to stop.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::arithmetic_side_effects)]

use crate::{
    Call, Claims, Config, Description, Domain, DomainsOf, Event, Founded, Memberships, Pallet,
    Payout, Payouts, Pool, Pools, Served, Service, Suspensions, Title,
};
use alloc::{vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{
        fungible::{Inspect, Mutate},
        Get,
    },
    BoundedVec,
};
use frame_system::RawOrigin;
use waggle_primitives::{
    choice::Question,
    claim::{
        ClaimedModel, ClaimedSampling, Declarations, ALL, MAX_MODEL_NAME_BYTES,
        MAX_QUANTISATION_BYTES,
    },
    domain::{GENERAL, MAX_DESCRIPTION_BYTES, MAX_TITLE_BYTES},
    Claim, DomainId,
};

/// What the benchmarks need of the runtime: this pallet has no agents, and does not know what else
/// goes when one leaves a domain.
pub trait Setup: Config {
    /// Register agent number `number`, which was not there. Returns its owner.
    fn agent(number: u32) -> Self::AccountId;

    /// Let something be known of a member of a domain, that goes when it leaves.
    fn make_known(_domain: DomainId, _owner: &Self::AccountId) {}
}

/// The number of the agent that is the last one on all rosters.
const LAST: u32 = 1_000;

/// A title of this many bytes.
fn title(bytes: u32) -> Title {
    vec![b't'; bytes as usize].try_into().expect("not longer than allowed")
}

/// A description of this many bytes.
fn description(bytes: u32) -> Description {
    vec![b'd'; bytes as usize].try_into().expect("not longer than allowed")
}

/// A new domain, whose texts are as long as they may be.
fn new_domain<T: Config>() -> DomainId {
    let number = Pallet::<T>::next_domain();
    let domain = Domain {
        title: title(MAX_TITLE_BYTES),
        description: description(MAX_DESCRIPTION_BYTES),
        question: Question::Closed,
        founded: frame_system::Pallet::<T>::block_number(),
    };
    Founded::<T>::insert(number, domain);
    number
}

/// A claim that is as long as it may be.
fn longest_claim(byte: u8) -> Claim {
    let bytes = |length: u32| vec![byte; length as usize];
    let model = ClaimedModel {
        name: bytes(MAX_MODEL_NAME_BYTES).try_into().expect("not longer than allowed"),
        weights: Some([byte; 32]),
        quantisation: bytes(MAX_QUANTISATION_BYTES).try_into().expect("not longer than allowed"),
        sampling: ClaimedSampling { temperature: 7_000, top_p: ALL, top_k: 40, min_p: 500 },
    };
    Claim { model, knowledge: Some([byte; 32]) }
}

/// Let the agent of `owner`, a member, claim as much as it may, and have served in as many epochs
/// as are kept. Also for the benchmarks of pallet-waggle-rounds.
pub fn claim_and_serve<T: Config>(domain: DomainId, owner: &T::AccountId) {
    let declared = Declarations::default().declare(0, Some(longest_claim(1)));
    Claims::<T>::insert(domain, owner, declared.declare(1, Some(longest_claim(2))));
    let epochs = 0..T::CollectionEpochs::get();
    let served: Vec<_> = epochs.map(|epoch| Service { epoch, rounds: 1 }).collect();
    Served::<T>::insert(domain, owner, BoundedVec::truncate_from(served));
}

/// Give a domain a pool that was touched last in another epoch, whose end is the next thing that
/// happens to it, and that owes something for as many epochs as it may. Also for the benchmarks of
/// pallet-waggle-rounds.
pub fn fill_pool<T: Config>(domain: DomainId) {
    let unit = T::Currency::minimum_balance();
    let kept = T::CollectionEpochs::get();
    let amount = unit * 10;
    // One fewer than are kept: the epoch that ends needs a place.
    let payouts: Vec<_> =
        (1..kept).map(|epoch| Payout { epoch, rounds: 1, amount, left: amount }).collect();
    let balance = unit * 1_000_000;
    let all = balance + amount * u128::from(kept);
    T::Currency::mint_into(&Pallet::<T>::pools_account(), all).expect("it can be endowed");
    Payouts::<T>::insert(domain, BoundedVec::truncate_from(payouts));
    // In no block of a benchmark is it this epoch.
    Pools::<T>::insert(domain, Pool { balance, epoch: kept, rounds: 1_000 });
}

/// Let the agent of `owner` join a domain.
fn join_one<T: Config>(owner: &T::AccountId, domain: DomainId) {
    Pallet::<T>::do_join(domain, owner.clone()).expect("an active agent may join one domain more");
}

/// Let the agent of `owner`, which has just registered, be a member of as many domains as it may
/// be, and known in each. Another one takes its number on the rosters when it leaves them. Also for
/// the benchmarks of pallet-waggle-agents, where the runtime calls it.
pub fn join_domains<T: Setup>(owner: &T::AccountId) {
    let last = T::agent(LAST);
    T::make_known(GENERAL, owner);
    claim_and_serve::<T>(GENERAL, owner);
    for _ in 1..T::MaxMemberships::get() {
        let domain = new_domain::<T>();
        join_one::<T>(owner, domain);
        join_one::<T>(&last, domain);
        T::make_known(domain, owner);
        claim_and_serve::<T>(domain, owner);
    }
}

/// Of how many domains the agent of `owner` is a member.
fn memberships<T: Config>(owner: &T::AccountId) -> u32 {
    DomainsOf::<T>::get(owner).len() as u32
}

/// Whether the last event is this one.
fn assert_last_event<T: Config>(event: Event<T>) {
    frame_system::Pallet::<T>::assert_last_event(event.into());
}

#[benchmarks(where T: Setup)]
mod benchmarks {
    use super::*;

    /// `t` bytes of title, `d` of description.
    #[benchmark]
    fn found(t: Linear<1, MAX_TITLE_BYTES>, d: Linear<0, MAX_DESCRIPTION_BYTES>) {
        let founder: T::AccountId = whitelisted_caller();
        let wealth = (T::FoundingFee::get() + T::Currency::minimum_balance()) * 10;
        T::Currency::mint_into(&founder, wealth).expect("a new account can be endowed");
        let domain = Pallet::<T>::next_domain();
        let question = Question::Open;

        #[extrinsic_call]
        found(RawOrigin::Signed(founder.clone()), title(t), description(d), question);

        assert_eq!(Founded::<T>::get(domain).map(|domain| domain.title), Some(title(t)));
        assert_last_event::<T>(Event::DomainFounded { domain, founder, question });
    }

    /// The last domain that the agent may join, from which it was suspended.
    #[benchmark]
    fn join() {
        let owner = T::agent(0);
        while memberships::<T>(&owner) + 1 < T::MaxMemberships::get() {
            join_one::<T>(&owner, new_domain::<T>());
        }
        let domain = new_domain::<T>();
        join_one::<T>(&T::agent(LAST), domain);
        let now = frame_system::Pallet::<T>::block_number();
        Suspensions::<T>::insert(domain, &owner, now);
        frame_system::Pallet::<T>::set_block_number(now + T::SuspensionBlocks::get());

        #[extrinsic_call]
        join(RawOrigin::Signed(owner.clone()), domain);

        assert_eq!(memberships::<T>(&owner), T::MaxMemberships::get());
        assert_last_event::<T>(Event::MemberJoined { domain, owner });
    }

    /// One of as many domains as may be, where the last one on the roster takes its number.
    #[benchmark]
    fn leave() {
        let owner = T::agent(0);
        join_domains::<T>(&owner);
        assert_eq!(memberships::<T>(&owner), T::MaxMemberships::get());
        let domain = GENERAL;
        let now = frame_system::Pallet::<T>::block_number();
        frame_system::Pallet::<T>::set_block_number(now + T::MembershipBlocks::get());

        #[extrinsic_call]
        leave(RawOrigin::Signed(owner.clone()), domain);

        assert!(!Memberships::<T>::contains_key(domain, &owner));
        let moved = Memberships::<T>::iter_prefix_values(domain)
            .filter_map(|membership| membership.place)
            .any(|place| place.former.is_some());
        assert!(moved, "the last one has another number");
        assert_last_event::<T>(Event::MemberLeft { domain, owner });
    }

    #[benchmark]
    fn rejoin() {
        let owner = T::agent(0);
        let domain = GENERAL;
        Pallet::<T>::take_off_roster(domain, &owner);

        #[extrinsic_call]
        rejoin(RawOrigin::Signed(owner.clone()), domain);

        assert_last_event::<T>(Event::RosterJoined { domain, owner });
    }

    /// One that replaces another, which held until now.
    #[benchmark]
    fn claim() {
        let owner = T::agent(0);
        let domain = GENERAL;
        claim_and_serve::<T>(domain, &owner);
        let said = longest_claim(3);
        let digest = Some(said.digest());

        #[extrinsic_call]
        claim(RawOrigin::Signed(owner.clone()), domain, Some(said));

        let from_epoch = Pallet::<T>::epoch() + 1;
        assert_last_event::<T>(Event::Claimed { domain, owner, digest, from_epoch });
    }

    /// In another epoch than that in which the pool was touched last.
    #[benchmark]
    fn fund() {
        let funder: T::AccountId = whitelisted_caller();
        let amount = T::Currency::minimum_balance() * 10;
        T::Currency::mint_into(&funder, amount * 10).expect("a new account can be endowed");
        let domain = new_domain::<T>();
        fill_pool::<T>(domain);

        #[extrinsic_call]
        fund(RawOrigin::Signed(funder.clone()), domain, amount);

        assert_last_event::<T>(Event::PoolFunded { domain, funder, amount });
    }

    /// For as many epochs as may be, in another one than that in which the pool was touched last.
    #[benchmark]
    fn collect() {
        let owner = T::agent(0);
        let domain = GENERAL;
        fill_pool::<T>(domain);
        claim_and_serve::<T>(domain, &owner);
        let caller: T::AccountId = whitelisted_caller();

        #[extrinsic_call]
        collect(RawOrigin::Signed(caller), domain, owner.clone());

        assert!(Served::<T>::get(domain, owner).len() <= 1, "all is paid but for this epoch");
    }

    impl_benchmark_test_suite!(Pallet, crate::tests::benchmarking::chain(), crate::mock::Test);
}
