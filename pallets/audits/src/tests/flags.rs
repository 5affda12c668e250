//! Rows of flags: what begins them anew, and what ends a suspension.

use super::scene::*;
use crate::{mock::*, Error, Event, Standings};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::traits::BadOrigin;
use waggle_primitives::audit::{conduct::Fault, standing::Evidence, Verdict};

/// The swarm, but the liar claims this and runs that.
fn swarm_with(claimed: u8, runs: u8) -> Vec<Member> {
    let liar = |member: Member| if member.0 == LIAR { (LIAR, claimed, runs) } else { member };
    SWARM.map(liar).to_vec()
}

#[test]
fn a_claim_that_changed_should_start_a_new_row() {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        whole_epoch(&SWARM, all_honest);
        assert_eq!(verdict(LIAR, Evidence::Contrast), (Verdict::Flag, 1));
        let other = swarm_with(b'B', b'A');
        all_claim(&other);
        whole_epoch(&other, all_honest);
        assert_eq!(verdict(LIAR, Evidence::Contrast), (Verdict::Flag, 1));
        assert_eq!(verdict(LIAR, Evidence::Distance), (Verdict::Flag, 1));
        assert!(!is_suspended(LIAR));
        whole_epoch(&other, all_honest);
        assert_eq!(verdict(LIAR, Evidence::Contrast), (Verdict::Flag, 2));
        assert!(is_suspended(LIAR), "lies of one claim");
    });
}

#[test]
fn a_claim_that_changed_should_not_help_who_does_not_open() {
    build_and_execute(|| {
        audit(AUDITORS);
        for (epoch, claimed) in [b'A', b'B'].into_iter().enumerate() {
            all_claim(&[(1, claimed, claimed)]);
            for _ in 0..ROUNDS_PLAYED {
                judged(&[(1, Vec::new())]);
            }
            begin_epoch(epoch as u32 + 1);
            work_through(all_honest);
            next_block();
        }
        let exception = Evidence::Conduct(Fault::Exception);
        assert_eq!(verdict(1, exception), (Verdict::Flag, 2));
        assert!(is_suspended(1));
    });
}

#[test]
fn a_pass_should_end_a_row_and_a_few_prompts_should_not() {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        whole_epoch(&SWARM, all_honest);
        // Seven prompts are no verdict, but part of the next one.
        play(&swarm_with(b'A', b'A'), 7);
        begin_epoch(2);
        work_through(all_honest);
        next_block();
        let few = Verdict::NotEnough { have: 7, want: 8 };
        assert_eq!(verdict(LIAR, Evidence::Contrast), (few, 1));
        whole_epoch(&swarm_with(b'A', b'A'), all_honest);
        assert_eq!(verdict(LIAR, Evidence::Contrast), (Verdict::Pass, 0));
        whole_epoch(&SWARM, all_honest);
        assert_eq!(verdict(LIAR, Evidence::Contrast), (Verdict::Flag, 1));
        assert!(!is_suspended(LIAR));
    });
}

/// The liar was flagged twice, and suspended.
fn suspend_the_liar() {
    audit(AUDITORS);
    all_claim(&SWARM);
    whole_epoch(&SWARM, all_honest);
    // Answers of before its suspension are judged after it.
    play(&SWARM, ROUNDS_PLAYED);
    begin_epoch(2);
    play(&SWARM, ROUNDS_PLAYED);
    work_through(all_honest);
    next_block();
    assert!(is_suspended(LIAR));
    let _ = events();
}

#[test]
fn a_suspended_member_should_not_be_slashed_again_for_what_it_did_before() {
    build_and_execute(|| {
        suspend_the_liar();
        let (bond, since) = (bond_of(LIAR), Suspended::get());
        begin_epoch(3);
        work_through(all_honest);
        next_block();
        assert_eq!(verdict(LIAR, Evidence::Contrast), (Verdict::Flag, 3));
        assert_eq!((bond_of(LIAR), Suspended::get()), (bond, since));
        let again = |event: &Event<Test>| matches!(event, Event::MemberSuspended { .. });
        assert!(!events().iter().any(again));
    });
}

#[test]
fn lift_should_end_a_suspension_and_its_rows() {
    build_and_execute(|| {
        suspend_the_liar();
        let bond = bond_of(LIAR);
        assert_ok!(Audits::lift(RuntimeOrigin::root(), DOMAIN, LIAR));
        assert_eq!(events(), [Event::SuspensionLifted { domain: DOMAIN, owner: LIAR }]);
        assert!(!is_suspended(LIAR));
        assert_eq!(bond_of(LIAR), bond, "what was slashed stays so");
        assert_eq!(verdict(LIAR, Evidence::Contrast), (Verdict::Flag, 0));
        begin_epoch(3);
        work_through(all_honest);
        next_block();
        assert_eq!(verdict(LIAR, Evidence::Contrast), (Verdict::Flag, 1));
        assert!(!is_suspended(LIAR));
    });
}

#[test]
fn lift_should_fail_where_nobody_is_suspended() {
    build_and_execute(|| {
        audit(AUDITORS);
        let lifted = Audits::lift(RuntimeOrigin::root(), DOMAIN, LIAR);
        assert_noop!(lifted, Error::<Test>::NotSuspended);
        assert_eq!(Standings::<Test>::iter().count(), 0);
    });
}

#[test]
fn lift_should_fail_when_the_origin_is_not_governance() {
    build_and_execute(|| {
        suspend_the_liar();
        for origin in [RuntimeOrigin::signed(LIAR), RuntimeOrigin::none()] {
            assert_noop!(Audits::lift(origin, DOMAIN, LIAR), BadOrigin);
        }
    });
}
