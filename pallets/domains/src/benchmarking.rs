//! Benchmarks of the calls, each in its dearest case: texts of the greatest length, agents that are
//! members of as many domains as they may be, and rosters whose last member takes the number of
//! whoever leaves.
//!
//! They run as tests on the mock, and, with the feature `runtime-benchmarks`, on the real runtime,
//! where `./scripts/weights` makes the runtime's weights of them.

// Nothing of this is ever on a chain, and a benchmark that cannot go on has to stop.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::arithmetic_side_effects)]

use crate::{
    Call, Config, Description, Domain, DomainsOf, Event, Founded, Memberships, Pallet, Title,
};
use alloc::vec;
use frame_benchmarking::v2::*;
use frame_support::traits::{
    fungible::{Inspect, Mutate},
    Get,
};
use frame_system::RawOrigin;
use waggle_primitives::{
    choice::Question,
    domain::{GENERAL, MAX_DESCRIPTION_BYTES, MAX_TITLE_BYTES},
    DomainId,
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
    for _ in 1..T::MaxMemberships::get() {
        let domain = new_domain::<T>();
        join_one::<T>(owner, domain);
        join_one::<T>(&last, domain);
        T::make_known(domain, owner);
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

    /// The last domain that the agent may join.
    #[benchmark]
    fn join() {
        let owner = T::agent(0);
        while memberships::<T>(&owner) + 1 < T::MaxMemberships::get() {
            join_one::<T>(&owner, new_domain::<T>());
        }
        let domain = new_domain::<T>();
        join_one::<T>(&T::agent(LAST), domain);

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

    impl_benchmark_test_suite!(Pallet, crate::tests::benchmarking::chain(), crate::mock::Test);
}
