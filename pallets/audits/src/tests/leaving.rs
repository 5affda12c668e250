//! Members and auditors that come and go while work is under way. Who has left answers for what it
//! did until the epoch in which it left is over and judged.

use super::scene::*;
use crate::{mock::*, Event, Leavers, OfferOf, Offers, Settled, Standings, Tallies, WeightInfo};
use frame_support::{assert_ok, weights::Weight};
use std::collections::BTreeMap;
use waggle_primitives::{
    audit::{standing::Evidence, Verdict},
    traits::OnMemberLeft,
};

/// The agent of `owner` leaves the domain.
fn leave(owner: AccountId) {
    Left::mutate(|left| left.insert((DOMAIN, owner)));
    Audits::member_left(DOMAIN, &owner);
}

/// It joins again.
fn come_back(owner: AccountId) {
    Left::mutate(|left| left.remove(&(DOMAIN, owner)));
}

/// Assert that nothing is kept of the liar, nor of anybody else that has left.
fn assert_forgotten() {
    assert_eq!(Standings::<Test>::get(DOMAIN, LIAR), None);
    assert_eq!(Tallies::<Test>::get(DOMAIN, LIAR), None);
    assert_eq!(Leavers::<Test>::iter().count() + Settled::<Test>::iter().count(), 0);
}

/// The liar was flagged in epoch 0. It is epoch 1.
fn flag_the_liar() {
    audit(AUDITORS);
    all_claim(&SWARM);
    whole_epoch(&SWARM, all_honest);
    assert_eq!(verdict(LIAR, Evidence::Contrast), (Verdict::Flag, 1));
    let _ = events();
}

#[test]
fn who_leaves_should_be_known_until_the_epoch_is_done_with_and_leave_nothing_behind_then() {
    build_and_execute(|| {
        flag_the_liar();
        assert_ok!(Audits::offer(RuntimeOrigin::signed(LIAR), DOMAIN));
        let _ = events();
        leave(LIAR);
        assert_eq!(verdict(LIAR, Evidence::Contrast), (Verdict::Flag, 1));
        assert_eq!(OfferOf::<Test>::get(DOMAIN, LIAR), None);
        let (domain, owner) = (DOMAIN, LIAR);
        assert_eq!(events(), [Event::OfferEnded { domain, owner, failed: false }]);
        let left: Vec<_> = Leavers::<Test>::iter_keys().collect();
        assert_eq!(left, [((DOMAIN, 1), LIAR)]);
        run_to(2 * EPOCH_BLOCKS);
        assert!(Standings::<Test>::contains_key(DOMAIN, LIAR));
        // The epoch is passed over: it has no samples.
        next_block();
        assert_forgotten();
        assert_eq!(Standings::<Test>::iter().count(), SWARM.len() - 1);
    });
}

#[test]
fn who_leaves_when_findings_are_open_should_still_be_suspended_slashed_and_barred() {
    build_and_execute(|| {
        flag_the_liar();
        play(&SWARM, ROUNDS_PLAYED);
        begin_epoch(2);
        work_through(all_honest);
        leave(LIAR);
        let _ = events();
        next_block();
        assert_eq!(verdict(LIAR, Evidence::Contrast), (Verdict::Flag, 2));
        let slashed = SuspensionSlash::get() * BOND;
        let (domain, evidence) = (DOMAIN, Evidence::Contrast);
        let suspended = Event::MemberSuspended { domain, epoch: 1, owner: LIAR, evidence, slashed };
        assert!(events().contains(&suspended));
        assert_eq!(bond_of(LIAR), BOND - slashed);
        assert_eq!(Suspended::get(), BTreeMap::from([((DOMAIN, LIAR), judging_of(1))]));
        begin_epoch(3);
        assert_forgotten();
        let over = judging_of(1) + SUSPENSION_BLOCKS;
        run_to(over);
        assert!(is_suspended(LIAR));
        next_block();
        assert!(!is_suspended(LIAR), "and of that nothing is left");
    });
}

#[test]
fn who_left_before_its_answers_were_judged_should_be_judged_by_all_of_them() {
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
        leave(LIAR);
        assert_eq!(Tallies::<Test>::get(DOMAIN, LIAR).unwrap().prompts, 5);
        next_block();
        assert_eq!(Standings::<Test>::get(DOMAIN, LIAR).unwrap().tally.prompts, ROUNDS_PLAYED);
        assert_eq!(verdict(LIAR, Evidence::Contrast), (Verdict::Flag, 1));
        // Its answers were references of others.
        assert_eq!(Standings::<Test>::get(DOMAIN, 1).unwrap().tally.prompts, ROUNDS_PLAYED);
        begin_epoch(2);
        assert_forgotten();
    });
}

#[test]
fn who_leaves_in_the_epoch_of_its_answers_should_be_judged_by_them() {
    build_and_execute(|| {
        flag_the_liar();
        play(&SWARM, ROUNDS_PLAYED);
        leave(LIAR);
        begin_epoch(2);
        work_through(all_honest);
        next_block();
        assert!(is_suspended(LIAR));
        assert_eq!(bond_of(LIAR), BOND - SuspensionSlash::get() * BOND);
        // The epoch in which it left is done with.
        assert_forgotten();
    });
}

#[test]
fn who_comes_back_while_it_is_answerable_should_keep_its_row() {
    build_and_execute(|| {
        flag_the_liar();
        leave(LIAR);
        come_back(LIAR);
        whole_epoch(&SWARM, all_honest);
        assert_eq!(verdict(LIAR, Evidence::Contrast), (Verdict::Flag, 2));
        assert!(is_suspended(LIAR));
        assert_eq!(Leavers::<Test>::iter().count() + Settled::<Test>::iter().count(), 0);
        begin_epoch(3);
        assert_eq!(verdict(LIAR, Evidence::Contrast), (Verdict::Flag, 2), "it is a member");
    });
}

#[test]
fn who_comes_back_when_it_was_forgotten_should_begin_anew() {
    build_and_execute(|| {
        flag_the_liar();
        leave(LIAR);
        begin_epoch(2);
        assert_forgotten();
        come_back(LIAR);
        whole_epoch(&SWARM, all_honest);
        assert_eq!(verdict(LIAR, Evidence::Contrast), (Verdict::Flag, 1));
        assert!(!is_suspended(LIAR));
    });
}

#[test]
fn who_leaves_again_should_be_known_as_long_as_if_it_had_left_then_only() {
    build_and_execute(|| {
        flag_the_liar();
        play(&SWARM, 1);
        leave(LIAR);
        come_back(LIAR);
        begin_epoch(2);
        leave(LIAR);
        assert_eq!(Leavers::<Test>::iter().count(), 2);
        work_through(all_honest);
        next_block();
        let left: Vec<_> = Leavers::<Test>::iter_keys().collect();
        assert_eq!(left, [((DOMAIN, 2), LIAR)]);
        assert_eq!(verdict(LIAR, Evidence::Contrast).1, 1);
        begin_epoch(3);
        assert_forgotten();
    });
}

#[test]
fn who_has_retired_should_be_judged_and_slashed() {
    build_and_execute(|| {
        flag_the_liar();
        play(&SWARM, ROUNDS_PLAYED);
        // It is a member until it takes its bond.
        Retired::mutate(|retired| retired.insert(LIAR));
        begin_epoch(2);
        work_through(all_honest);
        next_block();
        assert!(is_suspended(LIAR));
        assert_eq!(bond_of(LIAR), BOND - SuspensionSlash::get() * BOND);
    });
}

#[test]
fn who_has_left_should_be_forgotten_when_audits_end_as_blocks_have_room() {
    build_and_execute(|| {
        flag_the_liar();
        leave(LIAR);
        assert_ok!(Audits::set_terms(RuntimeOrigin::root(), DOMAIN, None));
        assert_eq!(next_block_with(Weight::zero()), Weight::zero());
        assert!(Standings::<Test>::contains_key(DOMAIN, LIAR));
        assert_eq!(Settled::<Test>::iter_keys().collect::<Vec<_>>(), [(DOMAIN, 1)]);
        // That nothing is audited, that an epoch is done with, who left in it, and one of them.
        let looks = <() as WeightInfo>::look().saturating_mul(3);
        let room = looks.saturating_add(<() as WeightInfo>::judge_member());
        assert_eq!(next_block_with(room), room);
        assert_eq!(Leavers::<Test>::iter().count(), 0);
        assert_eq!(Settled::<Test>::iter().count(), 1, "there may be more");
        next_block();
        assert_forgotten();
        // Where nothing is audited, who leaves goes at once.
        assert!(Standings::<Test>::contains_key(DOMAIN, 1));
        leave(1);
        assert_eq!(Standings::<Test>::get(DOMAIN, 1), None);
        assert_eq!(Leavers::<Test>::iter().count(), 0);
    });
}

#[test]
fn audits_that_begin_again_in_the_same_epoch_should_not_forget_who_left_in_it() {
    build_and_execute(|| {
        flag_the_liar();
        leave(LIAR);
        for terms in [None, Some(terms())] {
            assert_ok!(Audits::set_terms(RuntimeOrigin::root(), DOMAIN, terms));
        }
        next_block();
        assert_eq!(Leavers::<Test>::iter_keys().collect::<Vec<_>>(), [((DOMAIN, 1), LIAR)]);
        assert!(Standings::<Test>::contains_key(DOMAIN, LIAR));
        begin_epoch(2);
        assert_forgotten();
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
