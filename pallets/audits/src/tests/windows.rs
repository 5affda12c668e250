//! Evidence of which an epoch has too little: it goes on into later ones. A verdict by contrast,
//! distance or conduct takes eight prompts here.

use super::scene::*;
use crate::{mock::*, Event, Standing, Standings, Works};
use frame_support::assert_ok;
use waggle_primitives::{
    audit::{conduct::Fault, standing::Evidence, tally::MAX_WINDOW, Verdict},
    traits::OnMemberLeft,
};

/// An epoch in which these members answered so often is over and judged.
fn short_epoch(members: &[Member], rounds: u32) {
    play(members, rounds);
    begin_epoch(System::block_number() / EPOCH_BLOCKS + 1);
    work_through(all_honest);
    next_block();
    assert!(!Works::<Test>::contains_key(DOMAIN), "all is judged");
}

fn standing(owner: AccountId) -> Standing {
    Standings::<Test>::get(DOMAIN, owner).expect("something was said")
}

/// How many prompts and seats the liar's windows have.
fn much() -> (u32, u32, u32) {
    let tally = standing(LIAR).tally;
    (tally.prompts, tally.deviations.prompts, tally.conduct.seats)
}

fn few(have: u32) -> Verdict {
    Verdict::NotEnough { have, want: 8 }
}

fn begin() {
    audit(AUDITORS);
    all_claim(&SWARM);
}

#[test]
fn few_prompts_an_epoch_should_come_to_a_verdict_and_not_earlier() {
    build_and_execute(|| {
        begin();
        for row in 1..=2 {
            for epoch in 1..=2 {
                short_epoch(&SWARM, 3);
                assert_eq!(verdict(LIAR, Evidence::Contrast), (few(3 * epoch), row - 1));
                assert_eq!(verdict(LIAR, Evidence::Distance), (few(3 * epoch), row - 1));
                assert_eq!(verdict(1, Evidence::Contrast), (few(3 * epoch), 0));
                assert!(!is_flagged(LIAR) && !is_suspended(LIAR));
            }
            short_epoch(&SWARM, 3);
            assert_eq!(much(), (9, 9, 9));
            assert_eq!(standing(LIAR).since.contrast, 3 * (row - 1));
            assert_eq!(verdict(LIAR, Evidence::Contrast), (Verdict::Flag, row));
            assert_eq!(verdict(LIAR, Evidence::Distance), (Verdict::Flag, row));
            assert_eq!(verdict(1, Evidence::Contrast), (Verdict::Pass, 0));
            assert_eq!(is_suspended(LIAR), row == 2);
        }
    });
}

#[test]
fn what_was_judged_should_not_count_again() {
    build_and_execute(|| {
        begin();
        short_epoch(&SWARM, 10);
        assert_eq!((much(), verdict(LIAR, Evidence::Contrast)), ((10, 10, 10), (Verdict::Flag, 1)));
        short_epoch(&SWARM, 7);
        assert_eq!((much(), verdict(LIAR, Evidence::Contrast)), ((7, 7, 7), (few(7), 1)));
        assert!(!is_suspended(LIAR));
        short_epoch(&SWARM, 1);
        assert_eq!((much(), verdict(LIAR, Evidence::Contrast)), ((8, 8, 8), (Verdict::Flag, 2)));
        assert!(is_suspended(LIAR));
    });
}

#[test]
fn another_claim_should_drop_what_was_there_but_for_conduct() {
    build_and_execute(|| {
        begin();
        short_epoch(&SWARM, 5);
        let other = SWARM.map(|member| if member.0 == LIAR { (LIAR, b'B', b'A') } else { member });
        all_claim(&other);
        short_epoch(&other, 5);
        assert_eq!(verdict(LIAR, Evidence::Contrast), (few(5), 0));
        assert_eq!(much(), (5, 5, 10));
        let conduct = Evidence::Conduct(Fault::Exception);
        assert_eq!(verdict(LIAR, conduct), (Verdict::Pass, 0));
        assert_eq!(verdict(1, Evidence::Contrast), (Verdict::Pass, 0), "who claims the same");
        short_epoch(&other, 5);
        assert_eq!(verdict(LIAR, Evidence::Contrast), (Verdict::Flag, 1));
        assert_eq!(much(), (10, 10, 5));
    });
}

#[test]
fn epochs_that_are_passed_over_should_change_nothing() {
    build_and_execute(|| {
        begin();
        short_epoch(&SWARM, 5);
        assert_ok!(Audits::withdraw_offer(RuntimeOrigin::signed(21), DOMAIN));
        play(&SWARM, 5);
        let _ = events();
        begin_epoch(2);
        let passed = Event::EpochPassedOver { domain: DOMAIN, epoch: 1, samples: 5, auditors: 4 };
        assert_eq!(events(), [passed]);
        assert_ok!(Audits::offer(RuntimeOrigin::signed(21), DOMAIN));
        short_epoch(&SWARM, 5);
        assert_eq!(much(), (10, 10, 10));
        assert_eq!(verdict(LIAR, Evidence::Contrast), (Verdict::Flag, 1));
    });
}

#[test]
fn what_is_too_old_should_be_dropped() {
    for (epoch, prompts) in [(MAX_WINDOW - 1, 10), (MAX_WINDOW, 5)] {
        build_and_execute(|| {
            begin();
            short_epoch(&SWARM, 5);
            System::set_block_number(epoch * EPOCH_BLOCKS);
            // What was sampled is passed over.
            next_block();
            short_epoch(&SWARM, 5);
            assert_eq!(standing(LIAR).epoch, epoch);
            assert_eq!(much(), (prompts, prompts, prompts));
            assert_eq!(is_flagged(LIAR), prompts == 10);
        });
    }
}

#[test]
fn who_leaves_should_take_what_was_too_little_along_until_it_is_forgotten() {
    build_and_execute(|| {
        begin();
        short_epoch(&SWARM, 5);
        play(&SWARM, 5);
        Left::mutate(|left| left.insert((DOMAIN, LIAR)));
        Audits::member_left(DOMAIN, &LIAR);
        begin_epoch(2);
        work_through(all_honest);
        let _ = events();
        next_block();
        let flagged = |event: &Event<Test>| {
            matches!(event, Event::MemberFlagged { owner: LIAR, in_a_row: 1, .. })
        };
        assert_eq!(events().iter().filter(|event| flagged(event)).count(), 2);
        assert_eq!(Standings::<Test>::get(DOMAIN, LIAR), None);
    });
}
