//! Benchmarks of the calls, each in its dearest case: as many examiners as there may be; swarms
//! all of whose agents are known, and a truth of the greatest length. Governance is root here.
//!
//! They run as tests on the mock, and, with the feature `runtime-benchmarks`, on the real runtime,
//! where `./scripts/weights` makes the runtime's weights of them.

// Nothing of this is ever on a chain, and a benchmark that cannot go on has to stop.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::arithmetic_side_effects)]

use crate::{Call, Config, Event, Examiners, Pallet};
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{ConstU32, Get},
    BoundedVec,
};
use frame_system::RawOrigin;
use waggle_primitives::{
    domain::GENERAL, examination::MAX_TRUTH_BYTES, traits::ExaminedRounds, DomainId, Hash32,
    RoundId, MAX_GRADES, MAX_SWARM,
};

/// What the benchmarks need of the runtime: this pallet has no rounds and no money.
pub trait Setup: Config {
    /// Play a round of `agents` agents, of all of which something is known in its domain, until it
    /// is settled with a result that lists `grades` grades. Its client sealed this truth with this
    /// salt, and the treasury can pay it back what the round cost.
    fn settled_round(agents: u32, grades: u32, truth: &[u8], salt: &Hash32) -> RoundId;
}

/// Appoint this many examiners for a domain.
fn fill<T: Config>(domain: DomainId, examiners: u32) {
    for number in 0..examiners {
        let who: T::AccountId = account("examiner", number, 0);
        Examiners::<T>::insert((domain, who), u128::MAX);
    }
}

/// A truth of the greatest length, whose letters are as dear to fold as any.
fn dear_truth() -> BoundedVec<u8, ConstU32<MAX_TRUTH_BYTES>> {
    let letter = "\u{130}";
    let letters = letter.repeat(MAX_TRUTH_BYTES as usize / letter.len());
    letters.into_bytes().try_into().expect("as long as allowed")
}

#[benchmarks(where T: Setup)]
mod benchmarks {
    use super::*;

    /// The last one for whom there is room.
    #[benchmark]
    fn appoint() {
        fill::<T>(GENERAL, T::MaxExaminers::get() - 1);
        let who: T::AccountId = account("new", 0, 0);

        #[extrinsic_call]
        appoint(RawOrigin::Root, GENERAL, who.clone(), u128::MAX);

        assert_eq!(Examiners::<T>::count(), T::MaxExaminers::get());
        let (domain, budget) = (GENERAL, u128::MAX);
        let event = Event::<T>::ExaminerAppointed { domain, examiner: who, budget };
        frame_system::Pallet::<T>::assert_last_event(event.into());
    }

    /// One of as many as there may be.
    #[benchmark]
    fn dismiss() {
        fill::<T>(GENERAL, T::MaxExaminers::get());
        let who: T::AccountId = account("examiner", 0, 0);

        #[extrinsic_call]
        dismiss(RawOrigin::Root, GENERAL, who.clone());

        assert_eq!(Examiners::<T>::count(), T::MaxExaminers::get() - 1);
        let (domain, left) = (GENERAL, u128::MAX);
        let event = Event::<T>::ExaminerDismissed { domain, examiner: who, left };
        frame_system::Pallet::<T>::assert_last_event(event.into());
    }

    /// `n` agents that gave `g` grades.
    #[benchmark]
    fn reveal(n: Linear<2, MAX_SWARM>, g: Linear<1, MAX_GRADES>) {
        let (truth, salt) = (dear_truth(), [7; 32]);
        let round = T::settled_round(n, g, &truth, &salt);
        let domain = T::Rounds::domain_of(round);
        fill::<T>(domain, T::MaxExaminers::get());
        let examiner: T::AccountId = account("examiner", 0, 0);

        #[extrinsic_call]
        reveal(RawOrigin::Signed(examiner.clone()), round, truth, salt);

        let left = Examiners::<T>::get((domain, examiner)).expect("it is an examiner");
        assert!(left < u128::MAX, "the client was paid back");
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::chain(), crate::mock::Test);
}
