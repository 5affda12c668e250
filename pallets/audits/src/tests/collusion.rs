//! Auditors that lie together.

use super::scene::*;
use crate::{mock::*, Event, OfferOf, Sample, Standings};
use std::{collections::BTreeMap, ops::RangeInclusive};
use waggle_primitives::audit::{
    replay::Replay, sample::Findings, standing::Evidence, Tally, Verdict,
};

/// What an epoch says of all members if the first `liars` of a committee of `size` say something
/// else than the honest ones.
fn said_with(size: u32, liars: usize, lie: Say) -> BTreeMap<AccountId, Tally> {
    said_by(size, |number| Some(if number < liars { lie } else { honest }))
}

/// What an epoch says of all members if those of a committee of `size` say this, by their numbers.
fn said_by(size: u32, says: impl Fn(usize) -> Option<Say>) -> BTreeMap<AccountId, Tally> {
    let mut said = BTreeMap::new();
    build_and_execute(|| {
        CommitteeSize::set(size);
        let auditors: RangeInclusive<AccountId> = 21..=20 + AccountId::from(size);
        audit(auditors);
        all_claim(&SWARM);
        whole_epoch(&SWARM, says);
        let standings = Standings::<Test>::iter_prefix(DOMAIN);
        said.extend(standings.map(|(owner, standing)| (owner, standing.tally)));
    });
    said
}

#[test]
fn a_minority_should_move_nothing() {
    let minorities: [(u32, usize, Say); 4] =
        [(5, 2, lying), (7, 3, lying), (7, 2, failing), (15, 7, lying)];
    for (size, liars, lie) in minorities {
        let honestly = said_with(size, 0, honest);
        assert_eq!(honestly.len(), SWARM.len());
        assert_eq!(said_with(size, liars, lie), honestly, "{liars} of {size}");
    }
}

#[test]
fn three_of_seven_should_be_able_to_lie_where_two_are_silent() {
    // What the promise does not cover: they are most of those who say something.
    let said = said_by(7, |number| match number {
        0..=2 => Some(lying),
        3 | 4 => Some(honest),
        _ => None,
    });
    assert_ne!(said, said_with(7, 0, honest));
}

#[test]
fn a_majority_should_be_able_to_lie() {
    // What the promise does not cover, and that the test above could fail.
    assert_ne!(said_with(5, 3, lying), said_with(5, 0, honest));
}

#[test]
fn whoever_lies_should_not_be_paid_and_lose_its_offer() {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        play(&SWARM, ROUNDS_PLAYED);
        begin_epoch(1);
        let auditors = committee();
        work_through(|number| Some(if number < 2 { lying } else { honest }));
        let _ = events();
        next_block();
        let events = events();
        for (number, owner) in auditors.iter().enumerate() {
            let lied = number < 2;
            assert_eq!(Balances::free_balance(owner) == ENDOWMENT, lied);
            assert_eq!(OfferOf::<Test>::contains_key(DOMAIN, owner), !lied);
            let end = Event::OfferEnded { domain: DOMAIN, owner: *owner, failed: true };
            assert_eq!(events.contains(&end), lied);
        }
    });
}

#[test]
fn whoever_fails_in_half_of_the_samples_should_be_paid_for_the_others_and_stay() {
    /// Lies of every second sample.
    fn wavering(sample: &Sample<AccountId>) -> Findings {
        if sample.round.is_multiple_of(2) {
            honest(sample)
        } else {
            lying(sample)
        }
    }
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        play(&SWARM, ROUNDS_PLAYED);
        begin_epoch(1);
        let first = committee()[0];
        work_through(|number| Some(if number == 0 { wavering } else { honest }));
        next_block();
        let half = PAY * u128::from(ROUNDS_PLAYED / 2) * SWARM.len() as u128;
        assert_eq!(Balances::free_balance(first), ENDOWMENT + half);
        assert!(OfferOf::<Test>::contains_key(DOMAIN, first));
    });
}

#[test]
fn a_minority_should_say_nothing_of_what_all_others_say_nothing_of() {
    /// Embeds what nobody else can embed, and replays it too, as far from what is likely as can be.
    fn inventing(sample: &Sample<AccountId>) -> Findings {
        let mut findings = lying(sample);
        let replay = Replay { tokens: 1_000, surprise: 9_999_999, entropy: 1, variance: 1 };
        findings.iter_mut().for_each(|finding| finding.replay = Some(replay));
        findings
    }
    build_and_execute(|| {
        CommitteeSize::set(11);
        audit(21..=31);
        // Nobody but the liars has embeddings of this model's answers.
        let members = [(1, b'A', b'?'), (2, b'A', b'?'), (3, b'A', b'?'), (5, b'B', b'?')];
        all_claim(&members);
        whole_epoch(&members, |number| Some(if number < 5 { inventing } else { honest }));
        for (owner, ..) in members {
            let tally = Standings::<Test>::get(DOMAIN, owner).unwrap().tally;
            assert_eq!((tally.prompts, tally.replay), (0, Replay::default()));
            assert!(matches!(verdict(owner, Evidence::Replay).0, Verdict::NotEnough { .. }));
            assert!(!is_suspended(owner));
        }
    });
}

#[test]
fn a_majority_that_replays_should_suspend_in_two_epochs_and_not_in_one() {
    /// Everybody's tokens are much less likely than they should be.
    fn unlikely(sample: &Sample<AccountId>) -> Findings {
        let mut findings = honest(sample);
        let replay = Replay { tokens: 50, surprise: 204_800, entropy: 51_200, variance: 51_200 };
        findings.iter_mut().for_each(|finding| finding.replay = Some(replay));
        findings
    }
    build_and_execute(|| {
        audit(AUDITORS);
        let members = [(1, b'A', b'A'), (2, b'A', b'A')];
        all_claim(&members);
        whole_epoch(&members, |_| Some(unlikely));
        assert_eq!(verdict(1, Evidence::Replay), (Verdict::Flag, 1));
        assert!(!is_suspended(1) && !is_suspended(2));
        whole_epoch(&members, |_| Some(unlikely));
        assert_eq!(verdict(1, Evidence::Replay), (Verdict::Flag, 2));
        assert!(is_suspended(1) && is_suspended(2));
        assert!(events().contains(&Event::MemberSuspended {
            domain: DOMAIN,
            epoch: 1,
            owner: 1,
            evidence: Evidence::Replay,
            slashed: BOND / 5,
        }));
    });
}
