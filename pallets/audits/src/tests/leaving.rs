//! Members and auditors that come and go while work is under way.

use super::scene::*;
use crate::{mock::*, Event, OfferOf, Offers, Standings, Tallies, WeightInfo};
use frame_support::assert_ok;
use std::collections::BTreeMap;
use waggle_primitives::{audit::standing::Evidence, traits::OnMemberLeft};

/// The agent of `owner` leaves the domain.
fn leave(owner: AccountId) {
    Left::mutate(|left| left.insert((DOMAIN, owner)));
    Audits::member_left(DOMAIN, &owner);
}

#[test]
fn who_leaves_should_leave_nothing_behind() {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        whole_epoch(&SWARM, all_honest);
        assert_ok!(Audits::offer(RuntimeOrigin::signed(LIAR), DOMAIN));
        let _ = events();
        leave(LIAR);
        assert_eq!(Standings::<Test>::get(DOMAIN, LIAR), None);
        assert_eq!(OfferOf::<Test>::get(DOMAIN, LIAR), None);
        let (domain, owner) = (DOMAIN, LIAR);
        assert_eq!(events(), [Event::OfferEnded { domain, owner, failed: false }]);
        assert!(Standings::<Test>::contains_key(DOMAIN, 1));
    });
}

#[test]
fn who_left_before_its_answers_were_judged_should_have_no_standing() {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        play(&SWARM, ROUNDS_PLAYED);
        begin_epoch(1);
        work_through(all_honest);
        // Half of the samples; then it leaves.
        let look = <() as WeightInfo>::look();
        let room = <() as WeightInfo>::judge_sample(4).saturating_mul(5).saturating_add(look);
        next_block_with(room);
        assert_eq!(work().judged, 5);
        assert!(Tallies::<Test>::contains_key(DOMAIN, LIAR));
        leave(LIAR);
        assert!(!Tallies::<Test>::contains_key(DOMAIN, LIAR));
        next_block();
        assert_eq!(Standings::<Test>::get(DOMAIN, LIAR), None);
        // Its answers still were references of others.
        assert_eq!(Standings::<Test>::get(DOMAIN, 1).unwrap().tally.prompts, ROUNDS_PLAYED);
    });
}

#[test]
fn who_comes_back_should_begin_anew() {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        whole_epoch(&SWARM, all_honest);
        leave(LIAR);
        Left::set(Default::default());
        whole_epoch(&SWARM, all_honest);
        assert_eq!(verdict(LIAR, Evidence::Contrast).1, 1);
        assert!(!is_suspended(LIAR));
    });
}

#[test]
fn an_auditor_that_withdraws_should_finish_its_work() {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        play(&SWARM, 1);
        begin_epoch(1);
        for auditor in AUDITORS {
            assert_ok!(Audits::withdraw_offer(RuntimeOrigin::signed(auditor), DOMAIN));
        }
        work_through(all_honest);
        next_block();
        let pay = PAY * SWARM.len() as u128;
        for auditor in AUDITORS {
            assert_eq!(Balances::free_balance(auditor), ENDOWMENT + pay);
        }
        assert_eq!(Offers::<Test>::get(DOMAIN), 0);
    });
}

#[test]
fn an_auditor_should_work_with_the_key_that_was_drawn() {
    build_and_execute(|| {
        audit(AUDITORS);
        play(&SWARM, 1);
        begin_epoch(1);
        Rotated::set(BTreeMap::from([(21, key(40))]));
        assert_eq!(send(commit(21, honest)), Ok(()));
        Retired::mutate(|retired| retired.insert(22));
        assert_eq!(send(commit(22, honest)), Ok(()));
    });
}

#[test]
fn who_has_no_agent_should_not_be_drawn_and_lose_its_offer() {
    build_and_execute(|| {
        audit(21..=27);
        Retired::mutate(|retired| retired.extend([21, 24]));
        play(&SWARM, 1);
        // All seven lots are looked at.
        CommitteeSize::set(7);
        begin_epoch(1);
        let mut drawn = committee();
        drawn.sort_unstable();
        assert_eq!(drawn, [22, 23, 25, 26, 27]);
        assert_eq!(Offers::<Test>::get(DOMAIN), 5);
        assert!(!OfferOf::<Test>::contains_key(DOMAIN, 21));
        assert!(!OfferOf::<Test>::contains_key(DOMAIN, 24));
    });
}

#[test]
fn who_is_suspended_should_not_be_drawn() {
    build_and_execute(|| {
        audit(21..=26);
        Suspended::set(BTreeMap::from([((DOMAIN, 23), 1)]));
        play(&SWARM, 1);
        begin_epoch(1);
        assert!(!committee().contains(&23));
        assert!(OfferOf::<Test>::contains_key(DOMAIN, 23), "it may come back");
    });
}

#[test]
fn every_auditor_should_be_drawn_as_often_as_any_other() {
    build_and_execute(|| {
        audit(21..=40);
        let mut drawn = BTreeMap::new();
        for seed in 0..400u64 {
            let committee = Audits::draw_committee(DOMAIN, seed_of(seed));
            assert_eq!(committee.len(), 5);
            for auditor in committee {
                *drawn.entry(auditor.owner).or_insert(0u32) += 1;
            }
        }
        // A quarter of 400, with a standard deviation of 8.7.
        assert_eq!(drawn.len(), 20);
        assert!(drawn.values().all(|times| (60..=140).contains(times)), "{drawn:?}");
    });
}

#[test]
fn committees_should_be_drawn_with_the_blocks_randomness_or_its_parents_hash() {
    build_and_execute(|| {
        let seed_with = |randomness| {
            Randomness::set(randomness);
            Audits::committee_seed(DOMAIN, 3)
        };
        let drawn = seed_with(Some([9; 32]));
        assert_ne!(drawn, seed_with(Some([8; 32])));
        assert_eq!(drawn, seed_with(Some([9; 32])));
        assert_ne!(drawn, Audits::committee_seed(DOMAIN, 4));
        assert_ne!(drawn, Audits::committee_seed(DOMAIN + 1, 3));
        let parent = System::parent_hash().0;
        assert_eq!(seed_with(None), seed_with(Some(parent)));
    });
}
