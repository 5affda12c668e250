//! Benchmarks of the calls and of the hook's steps, each in its dearest case: committees of the
//! greatest size, samples of as many answers as are kept, and texts and embeddings of the greatest
//! length. Governance is root here.
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

mod stage;

pub use stage::{make_known, Setup};

use crate::{
    committee::MAX_LOTS, Audited, Call, Committed, Config, Event, OfferOf, Offers, Opened, Pallet,
    Purses, Samples, Samplings, Standings, Tallies, Works, MAX_COMMITTEE,
};
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{
        fungible::{Inspect, Mutate},
        Get,
    },
    weights::Weight,
};
use frame_system::RawOrigin;
use sp_runtime::BoundedVec;
use stage::{at_work, findings, hire, offer_all, open_by, sampled, signed, terms, to_block};
use waggle_primitives::{
    audit::{
        embedding::MAX_DIMENSIONS,
        sample::{Findings, MAX_SAMPLES, MAX_SAMPLE_ANSWERS},
        standing::Row,
        AuditAct,
    },
    traits::AuditedDomains,
};

/// Whether the last event is this one.
fn assert_last_event<T: Config>(event: Event<T>) {
    frame_system::Pallet::<T>::assert_last_event(event.into());
}

#[benchmarks(where T: Setup)]
mod benchmarks {
    use super::*;

    /// All that can be under way is ended: samples of two epochs, all of those of one committed and
    /// opened. As much as if they were all judged, and members were tallied.
    #[benchmark]
    fn set_terms() {
        let domain = T::domain();
        let work = at_work::<T>(1);
        for number in 0..MAX_SAMPLES {
            for auditor in &work.committee {
                Opened::<T>::insert((domain, number), auditor.key, Findings::default());
            }
        }
        sampled::<T>(1, MAX_SAMPLES, &[]);

        #[extrinsic_call]
        set_terms(RawOrigin::Root, domain, None);

        assert_eq!(Samples::<T>::iter().count() + Opened::<T>::iter().count(), 0);
        assert_last_event::<T>(Event::TermsSet { domain, terms: None });
    }

    #[benchmark]
    fn offer() {
        let domain = T::domain();
        Audited::<T>::insert(domain, terms(1));
        let agents = hire::<T>(0, 2);
        offer_all::<T>(&agents[1..]);
        let (owner, _) = agents[0].clone();

        #[extrinsic_call]
        offer(RawOrigin::Signed(owner.clone()), domain);

        assert_last_event::<T>(Event::Offered { domain, owner });
    }

    /// The last one takes its number.
    #[benchmark]
    fn withdraw_offer() {
        let domain = T::domain();
        let agents = hire::<T>(0, 2);
        offer_all::<T>(&agents);
        let (owner, _) = agents[0].clone();

        #[extrinsic_call]
        withdraw_offer(RawOrigin::Signed(owner.clone()), domain);

        assert_eq!(OfferOf::<T>::get(domain, &agents[1].0), Some(0));
        assert_last_event::<T>(Event::OfferEnded { domain, owner, failed: false });
    }

    #[benchmark]
    fn fund() {
        let (domain, funder) = (T::domain(), whitelisted_caller::<T::AccountId>());
        Audited::<T>::insert(domain, terms(1));
        let amount = T::Currency::minimum_balance() * 10;
        T::Currency::mint_into(&funder, amount * 10).expect("a new account can be endowed");

        #[extrinsic_call]
        fund(RawOrigin::Signed(funder.clone()), domain, amount);

        assert_last_event::<T>(Event::PurseFunded { domain, funder, amount });
    }

    #[benchmark]
    fn lift() {
        let domain = T::domain();
        let (owner, _) = hire::<T>(0, 1).remove(0);
        make_known::<T>(domain, &owner);
        T::Domains::suspend(domain, &owner);

        #[extrinsic_call]
        lift(RawOrigin::Root, domain, owner.clone());

        let standing = Standings::<T>::get(domain, &owner).expect("it is known");
        assert!(standing.verdicts.iter().all(|(_, _, row)| *row == Row::default()));
        assert_last_event::<T>(Event::SuspensionLifted { domain, owner });
    }

    /// An opening of `b` bytes, or some more, in a full committee.
    #[benchmark]
    fn authorize(b: Linear<1_000, 17_000>) {
        let dimensions = (b / MAX_SAMPLE_ANSWERS).min(MAX_DIMENSIONS);
        let work = at_work::<T>(dimensions);
        let act = open_by::<T>(&work, findings(dimensions, 1));
        let act = signed::<T>(&work, act);
        let passed;

        #[block]
        {
            passed = Pallet::<T>::check(&act).is_ok();
        }

        assert!(passed);
    }

    #[benchmark]
    fn commit() {
        let work = at_work::<T>(1);
        let (domain, epoch) = (T::domain(), work.epoch);
        let agent = work.committee[0].key;
        Committed::<T>::remove(domain, agent);
        let seals = BoundedVec::truncate_from(alloc::vec![Some([7; 32]); MAX_SAMPLES as usize]);
        let act = signed::<T>(&work, AuditAct::Commit { domain, epoch, seals });

        #[extrinsic_call]
        audit(RawOrigin::Authorized, act);

        assert_last_event::<T>(Event::FindingsCommitted { domain, epoch, agent });
    }

    /// An act of `b` bytes, or some more.
    #[benchmark]
    fn open(b: Linear<1_000, 17_000>) {
        let dimensions = (b / MAX_SAMPLE_ANSWERS).min(MAX_DIMENSIONS);
        let work = at_work::<T>(dimensions);
        let act = open_by::<T>(&work, findings(dimensions, 1));
        let act = signed::<T>(&work, act);
        let (domain, epoch, agent) = (T::domain(), work.epoch, work.committee[0].key);

        #[extrinsic_call]
        audit(RawOrigin::Authorized, act);

        assert_last_event::<T>(Event::FindingsOpened { domain, epoch, sample: 0, agent });
    }

    /// Where auditors are at work, and the next epoch is sampled.
    #[benchmark]
    fn look() {
        at_work::<T>(MAX_DIMENSIONS);
        let used;

        #[block]
        {
            used = Pallet::<T>::work_off(Weight::MAX);
        }

        assert!(used.ref_time() > 0);
        assert!(Works::<T>::contains_key(T::domain()));
    }

    /// As many lots as may be are drawn, all by those that have no agents any more, and as many
    /// samples are forgotten as there can be.
    #[benchmark]
    fn begin_work() {
        let domain = T::domain();
        T::provide_randomness();
        Audited::<T>::insert(domain, terms(1));
        sampled::<T>(0, MAX_SAMPLES, &[]);
        let gone = |number| (account::<T::AccountId>("gone", number, 0), Default::default());
        let gone: Vec<_> = (0..MAX_LOTS * 2).map(gone).collect();
        offer_all::<T>(&gone);
        to_block::<T>(T::Domains::epoch_blocks());
        let sampling = Samplings::<T>::get(domain).expect("it was sampled");

        #[block]
        {
            Samplings::<T>::insert(domain, crate::Sampling { epoch: 1, ..Default::default() });
            let seed = Pallet::<T>::committee_seed(domain, sampling.epoch).unwrap_or([7; 32]);
            Pallet::<T>::begin_work(domain, terms(1), sampling, seed);
        }

        assert_eq!(Offers::<T>::get(domain), MAX_LOTS);
        assert_eq!(Samples::<T>::iter().count(), 0);
    }

    /// All auditors opened findings of `d` dimensions. All answers are kin's: their distances from
    /// each other cost more than votes between claims.
    #[benchmark]
    fn judge_sample(d: Linear<1, MAX_DIMENSIONS>) {
        let domain = T::domain();
        let mut work = at_work::<T>(d);
        let members = hire::<T>(MAX_COMMITTEE, MAX_SAMPLE_ANSWERS);
        for (owner, _) in &members {
            make_known::<T>(domain, owner);
        }
        let owners: Vec<_> = members.into_iter().map(|(owner, _)| owner).collect();
        sampled::<T>(0, MAX_SAMPLES, &owners);
        Samplings::<T>::insert(domain, crate::Sampling { epoch: 1, ..Default::default() });
        for (number, auditor) in (0..).zip(&work.committee) {
            Opened::<T>::insert((domain, 0), auditor.key, findings(d, number));
        }

        #[block]
        {
            Pallet::<T>::judge_sample(domain, &mut work);
            Works::<T>::insert(domain, &work);
        }

        assert_eq!(work.judged, 1);
        let tally = Tallies::<T>::get(domain, &owners[0]).expect("its answer was judged");
        assert_eq!(tally.deviations.prompts, MAX_SAMPLES + 1);
    }

    /// A member that is flagged by all evidence, and suspended.
    #[benchmark]
    fn judge_member() {
        let domain = T::domain();
        let (owner, _) = hire::<T>(0, 1).remove(0);
        make_known::<T>(domain, &owner);

        #[block]
        {
            let mut tallies = Tallies::<T>::drain_prefix(domain);
            let (owner, tally) = tallies.next().expect("one was tallied");
            Pallet::<T>::judge_member(domain, 0, &owner, tally);
        }

        assert!(T::Domains::suspended_since(domain, &owner).is_some());
        let standing = Standings::<T>::get(domain, &owner).expect("it was judged");
        assert!(standing.verdicts.iter().all(|(_, _, row)| row.flags() == 2));
    }

    /// All auditors are paid, and all of their offers end.
    #[benchmark]
    fn end_work() {
        let domain = T::domain();
        let mut work = at_work::<T>(1);
        let others = |number| (account::<T::AccountId>("other", number, 0), Default::default());
        let others: Vec<_> = (0..MAX_COMMITTEE).map(others).collect();
        offer_all::<T>(&others);
        work.committee.iter_mut().for_each(|auditor| auditor.findings = 1);
        let pay = T::PayForFinding::get().max(T::Currency::minimum_balance());
        let purse = pay * u128::from(MAX_COMMITTEE) * 2;
        let account = Pallet::<T>::purses_account();
        T::Currency::mint_into(&account, purse * 2).expect("a new account can be endowed");
        Purses::<T>::insert(domain, purse);

        #[block]
        {
            Pallet::<T>::end_work(domain, work);
        }

        let paid = T::PayForFinding::get() * u128::from(MAX_COMMITTEE);
        assert_eq!(Purses::<T>::get(domain), Some(purse - paid));
        assert_eq!(Offers::<T>::get(domain), MAX_COMMITTEE);
        assert!(!Works::<T>::contains_key(domain));
    }

    impl_benchmark_test_suite!(Pallet, crate::tests::benchmarking::chain(), crate::mock::Test);
}
