//! Draws of committees: by several blocks, among offers that do not change meanwhile.

use super::scene::*;
use crate::{mock::*, Draws, Error, OfferOf, Works};
use frame_support::{assert_noop, assert_ok};
use waggle_primitives::{traits::OnMemberLeft, Hash32};

/// Three blocks draw, of two authors at least. One has contributed.
fn draw_begins() {
    DrawBlocks::set(3);
    Authors::set((0, 2));
    audit(AUDITORS);
    play(&SWARM, 1);
    begin_epoch(1);
    assert!(Draws::<Test>::contains_key(DOMAIN));
}

#[test]
fn no_author_should_draw_a_committee_alone() {
    build_and_execute(|| {
        draw_begins();
        next_block();
        next_block();
        assert!(!Works::<Test>::contains_key(DOMAIN), "all three are of one author");
        Authors::set((1, 2));
        next_block();
        assert_eq!(committee().len(), 5);
        assert!(!Draws::<Test>::contains_key(DOMAIN));
    });
}

#[test]
fn each_block_of_a_draw_should_change_the_committees_seed() {
    let drawn_with = |changed: Option<u8>| {
        let mut seed: Hash32 = [0; 32];
        build_and_execute(|| {
            DrawBlocks::set(3);
            audit(AUDITORS);
            play(&SWARM, 1);
            run_to(EPOCH_BLOCKS);
            for block in 0..3 {
                Randomness::set(Some([if changed == Some(block) { 8 } else { 9 }; 32]));
                next_block();
            }
            seed = work().seed;
        });
        seed
    };
    let seed = drawn_with(None);
    assert_eq!(drawn_with(None), seed);
    for block in 0..3 {
        assert_ne!(drawn_with(Some(block)), seed);
    }
}

#[test]
fn offers_should_neither_come_nor_go_while_a_committee_is_drawn() {
    build_and_execute(|| {
        draw_begins();
        let offered = Audits::offer(RuntimeOrigin::signed(30), DOMAIN);
        assert_noop!(offered, Error::<Test>::DrawUnderWay);
        let withdrawn = Audits::withdraw_offer(RuntimeOrigin::signed(21), DOMAIN);
        assert_noop!(withdrawn, Error::<Test>::DrawUnderWay);
        Audits::member_left(DOMAIN, &22);
        assert!(OfferOf::<Test>::contains_key(DOMAIN, 22), "its lot may be drawn");
        Authors::set((1, 2));
        next_block();
        next_block();
        assert_eq!(committee().len(), 5);
        assert_ok!(Audits::offer(RuntimeOrigin::signed(30), DOMAIN));
        assert_ok!(Audits::withdraw_offer(RuntimeOrigin::signed(21), DOMAIN));
    });
}

#[test]
fn a_draw_should_end_when_the_domain_is_audited_no_more() {
    build_and_execute(|| {
        draw_begins();
        assert_ok!(Audits::set_terms(RuntimeOrigin::root(), DOMAIN, None));
        assert!(!Draws::<Test>::contains_key(DOMAIN));
        assert_ok!(Audits::withdraw_offer(RuntimeOrigin::signed(21), DOMAIN));
    });
}
