//! `try_state` sees what is wrong.

use super::scene::*;
use crate::{
    mock::*, AuditTerms, Audited, Auditors, Committed, Leavers, OfferOf, Offers, Opened, Purses,
    Samples, Sampling, Samplings, Tallies, Work, Works,
};
use frame_support::storage::with_transaction;
use sp_runtime::{TransactionOutcome, TryRuntimeError};
use waggle_primitives::audit::{act::Seals, sample::Findings};

/// Break the state of a chain on which two samples are worked on, of which the first is judged and
/// the second opened by one auditor, and one is sampled; see `message`, and mend it.
fn sees(message: &'static str, break_it: impl FnOnce()) {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        whole_epoch(&SWARM, all_honest);
        play(&SWARM, 2);
        begin_epoch(2);
        play(&SWARM, 1);
        examine(&all_honest);
        assert_eq!(send(open(committee()[0], 1, honest)), Ok(()));
        run_to(judging_of(1));
        let room = <() as crate::WeightInfo>::judge_sample(4);
        next_block_with(room.saturating_add(<() as crate::WeightInfo>::look()));
        assert_eq!((work().judged, Tallies::<Test>::iter().count()), (1, SWARM.len()));
        let found = with_transaction(|| -> TransactionOutcome<Result<_, TryRuntimeError>> {
            break_it();
            TransactionOutcome::Rollback(Ok(Audits::do_try_state()))
        });
        // What is made up does not roll back.
        Left::set(Default::default());
        assert_eq!(found, Ok(Err(TryRuntimeError::Other(message))));
    });
}

/// Change the work.
fn change(change: impl FnOnce(&mut Work<AccountId>)) {
    Works::<Test>::mutate(DOMAIN, |work| change(work.as_mut().unwrap()));
}

/// Change how far the sampling is.
fn sampling(epoch: u32, rounds: u32, samples: u32) {
    Samplings::<Test>::insert(DOMAIN, Sampling { epoch, rounds, samples });
}

#[test]
fn try_state_should_fail_when_terms_are_wrong() {
    sees("too many domains are audited", || {
        (5..=6u32).for_each(|domain| Audited::<Test>::insert(domain, terms()));
    });
    sees("terms out of range", || {
        Audited::<Test>::insert(DOMAIN, AuditTerms { dimensions: 0, ..terms() });
    });
    sees("samples of a domain that is not audited", || Audited::<Test>::remove(DOMAIN));
}

#[test]
fn try_state_should_fail_when_offers_are_misnumbered() {
    sees("a domain without offers is kept", || Offers::<Test>::insert(5, 0));
    sees("offers have a gap", || Auditors::<Test>::remove(DOMAIN, 2));
    sees("an offer with another number", || OfferOf::<Test>::insert(DOMAIN, 21, 1));
    sees("a number beyond the offers", || Auditors::<Test>::insert(DOMAIN, 5, 40));
    sees("an offer without a number", || OfferOf::<Test>::insert(DOMAIN, 40, 5));
}

#[test]
fn try_state_should_fail_when_samples_are_others_than_counted() {
    sees("an epoch is sampled before it is", || sampling(3, 1, 1));
    sees("the count of samples is wrong", || sampling(2, 2, 1));
    sees("a sample is missing", || sampling(2, 2, 2));
    sees("a sample is missing", || Samples::<Test>::remove((DOMAIN, 1), 1));
    sees("a sample of another epoch", || {
        Samples::<Test>::insert((DOMAIN, 0), 0, sample(1));
    });
}

#[test]
fn try_state_should_fail_when_work_is_not_what_it_can_be() {
    sees("a committee is too small", || {
        change(|work| {
            work.committee.pop();
        })
    });
    sees("a committee is too large", || {
        change(|work| {
            let one = work.committee[0].clone();
            work.committee.try_push(one).unwrap();
        });
    });
    sees("more was judged than there is", || {
        Samples::<Test>::remove((DOMAIN, 1), 1);
        change(|work| work.judged = 3);
    });
    sees("an epoch is sampled and worked on", || {
        Samples::<Test>::remove((DOMAIN, 2), 0);
        Samplings::<Test>::remove(DOMAIN);
    });
    sees("an auditor has done more than was judged", || {
        change(|work| work.committee[0].done = 2);
    });
}

#[test]
fn try_state_should_fail_when_acts_are_nobodys() {
    sees("seals without work", || Committed::<Test>::insert(5, key(21), Seals::default()));
    sees("seals of nobody at work", || {
        Committed::<Test>::insert(DOMAIN, key(40), Seals::default());
    });
    sees("more or fewer seals than samples", || {
        Committed::<Test>::insert(DOMAIN, key(21), Seals::default());
    });
    sees("findings without work", || {
        Opened::<Test>::insert((5, 1), key(21), Findings::default());
    });
    sees("findings of nobody at work", || {
        Opened::<Test>::insert((DOMAIN, 1), key(40), Findings::default());
    });
    sees("findings of no sample", || {
        Opened::<Test>::insert((DOMAIN, 0), key(21), Findings::default());
    });
    sees("more or fewer findings than answers", || {
        Opened::<Test>::insert((DOMAIN, 1), key(21), Findings::default());
    });
    sees("findings that were not sealed", || {
        Committed::<Test>::remove(DOMAIN, key(committee()[0]));
    });
    sees("findings are open and sealed", || {
        Opened::<Test>::insert((DOMAIN, 1), key(committee()[1]), honest(&sample(1)));
    });
}

#[test]
fn try_state_should_fail_when_standings_are_nobodys() {
    sees("a standing of no member", || {
        Left::mutate(|left| left.insert((DOMAIN, 1)));
    });
    sees("a leaver that nobody forgets", || Leavers::<Test>::insert((DOMAIN, 0), 1, ()));
    sees("a tally without work", || {
        Samples::<Test>::insert((DOMAIN, 1), 0, sample(1));
        change(|work| {
            work.judged = 0;
            work.committee.iter_mut().for_each(|auditor| auditor.done = 0);
        });
    });
}

#[test]
fn try_state_should_fail_when_a_purse_has_no_money() {
    sees("a purse has no money", || Purses::<Test>::insert(5, 1));
}
