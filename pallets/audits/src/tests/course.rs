//! The whole course, from rounds to suspensions and pay.

use super::scene::*;
use crate::{mock::*, Event, Purses, Samples};
use waggle_primitives::audit::{standing::Evidence, Verdict};

/// What the pallet told of this member's flags and suspensions.
fn told_of_members(events: &[Event<Test>]) -> Vec<Event<Test>> {
    let is_of_member = |event: &&Event<Test>| {
        matches!(event, Event::MemberFlagged { .. } | Event::MemberSuspended { .. })
    };
    events.iter().filter(is_of_member).cloned().collect()
}

fn flagged(epoch: u32, evidence: Evidence, in_a_row: u32) -> Event<Test> {
    Event::MemberFlagged { domain: DOMAIN, epoch, owner: LIAR, evidence, in_a_row }
}

#[test]
fn a_member_that_lies_should_be_flagged_twice_suspended_and_slashed() {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);

        whole_epoch(&SWARM, all_honest);
        let flags = [Evidence::Contrast, Evidence::Distance];
        let first = events();
        assert_eq!(told_of_members(&first), flags.map(|kind| flagged(0, kind, 1)));
        assert!(!is_suspended(LIAR));
        assert_eq!(bond_of(LIAR), BOND);

        play(&SWARM, ROUNDS_PLAYED);
        begin_epoch(2);
        work_through(all_honest);
        next_block();
        let slashed = SuspensionSlash::get() * BOND;
        let mut second = flags.map(|kind| flagged(1, kind, 2)).to_vec();
        let (domain, evidence) = (DOMAIN, Evidence::Contrast);
        second.push(Event::MemberSuspended { domain, epoch: 1, owner: LIAR, evidence, slashed });
        assert_eq!(told_of_members(&events()), second);
        assert!(is_suspended(LIAR));
        assert_eq!(bond_of(LIAR), BOND - slashed);
        for (owner, ..) in SWARM.into_iter().filter(|(owner, ..)| *owner != LIAR) {
            assert!(!is_flagged(owner) && !is_suspended(owner), "{owner} is honest");
            assert_eq!(verdict(owner, Evidence::Contrast), (Verdict::Pass, 0));
            assert_eq!(bond_of(owner), BOND);
        }
    });
}

#[test]
fn auditors_should_be_paid_for_each_answer_and_stay() {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        whole_epoch(&SWARM, all_honest);
        let pay = PAY * u128::from(ROUNDS_PLAYED) * SWARM.len() as u128;
        for auditor in AUDITORS {
            assert_eq!(Balances::free_balance(auditor), ENDOWMENT + pay);
            assert!(crate::OfferOf::<Test>::contains_key(DOMAIN, auditor));
        }
        assert_eq!(Purses::<Test>::get(DOMAIN), Some(20_000 - 5 * pay));
        let account = Audits::purses_account();
        assert_eq!(Balances::free_balance(account), 20_000 - 5 * pay + DEPOSIT);
    });
}

#[test]
fn the_course_should_be_told_step_by_step() {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        play(&SWARM, 1);
        begin_epoch(1);
        let (domain, epoch, sample) = (DOMAIN, 0, 0);
        let auditors = committee();
        let mut sorted = auditors.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, AUDITORS.collect::<Vec<_>>());
        let drawn = Event::CommitteeDrawn { domain, epoch, samples: 1, auditors: auditors.clone() };
        assert_eq!(events(), [drawn]);

        examine(&all_honest);
        let agents = || auditors.iter().map(|owner| key(*owner));
        let committed: Vec<_> =
            agents().map(|agent| Event::FindingsCommitted { domain, epoch, agent }).collect();
        assert_eq!(events(), committed);

        open_all(&all_honest);
        let opened: Vec<_> =
            agents().map(|agent| Event::FindingsOpened { domain, epoch, sample, agent }).collect();
        assert_eq!(events(), opened);

        next_block();
        let mut end = vec![Event::SampleJudged { domain, epoch, sample, auditors: 5 }];
        let amount = PAY * SWARM.len() as u128;
        let pay = |owner: &AccountId| Event::AuditorPaid { domain, epoch, owner: *owner, amount };
        end.extend(auditors.iter().map(pay));
        end.push(Event::EpochJudged { domain, epoch });
        assert_eq!(events(), end);
    });
}

#[test]
fn the_next_epoch_should_be_sampled_while_the_last_one_is_worked_on() {
    build_and_execute(|| {
        audit(AUDITORS);
        play(&SWARM, 3);
        begin_epoch(1);
        play(&SWARM, 2);
        assert_eq!((work().epoch, work().samples), (0, 3));
        assert_eq!(Samples::<Test>::iter_prefix((DOMAIN, 1)).count(), 2);
        work_through(all_honest);
        next_block();
        assert_eq!(Samples::<Test>::iter_prefix((DOMAIN, 0)).count(), 0);
        begin_epoch(2);
        assert_eq!((work().epoch, work().samples), (1, 2));
    });
}

#[test]
fn terms_that_change_should_not_change_what_is_under_way() {
    build_and_execute(|| {
        audit(AUDITORS);
        play(&SWARM, 1);
        begin_epoch(1);
        let other = crate::AuditTerms { embedder: [6; 32], dimensions: 3 };
        let root = RuntimeOrigin::root();
        frame_support::assert_ok!(Audits::set_terms(root, DOMAIN, Some(other)));
        assert_eq!(work().terms, terms());
        play(&SWARM, 1);
        work_through(all_honest);
        next_block();
        begin_epoch(2);
        assert_eq!(work().terms, other);
    });
}
