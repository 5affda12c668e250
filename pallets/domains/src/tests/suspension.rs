//! Suspensions, as audits ask for them. A suspended member may leave after 30 blocks, and who has
//! left when it is suspended may join after as many.

use crate::{mock::*, Barred, BarredNumbers, Claims, Error, Event, Memberships, Suspensions};
use frame_support::{assert_noop, assert_ok, dispatch::Pays};
use waggle_primitives::{
    claim::{ClaimedModel, ClaimedSampling},
    domain::GENERAL,
    traits::{AuditedDomains, Domains as _},
    Claim,
};
use waggle_testing::mocks::OneKnown;

/// The block in which agent 2 is suspended: the first one of epoch 1.
const SUSPENDED: u64 = 100;

/// Run `test` with three agents in the general domain, of which the second one is suspended there.
fn with_suspended(test: impl FnOnce()) {
    build_and_execute(|| {
        registered(3);
        System::set_block_number(SUSPENDED);
        Domains::suspend(GENERAL, &2);
        test();
    });
}

#[test]
fn a_suspended_member_should_be_one_that_is_on_no_roster_and_enters_no_rounds() {
    with_suspended(|| {
        assert_eq!(roster(GENERAL), [1, 3]);
        assert!(Domains::is_member(GENERAL, &2));
        assert_eq!(Domains::member_since(GENERAL, &2), None);
        assert_eq!(Domains::number_of(GENERAL, &2, u32::MAX), None);
        assert_eq!(Domains::suspended_since(GENERAL, &2), Some(100));
        assert_eq!(Domains::view(GENERAL).map(|view| (view.members, view.on_roster)), Some((3, 2)));
        assert_eq!(events(), vec![], "whoever suspends tells of it");
    });
}

#[test]
fn a_suspension_should_be_shown_with_the_membership() {
    with_suspended(|| {
        let shown = |owner| {
            let memberships = Domains::memberships_of::<OneKnown>(&owner);
            memberships.first().map(|membership| (membership.absences, membership.suspended))
        };
        assert_eq!(shown(1), Some((Some(0), None)));
        assert_eq!(shown(2), Some((None, Some(100))));
    });
}

#[test]
fn a_suspension_should_be_of_one_domain() {
    build_and_execute(|| {
        registered(2);
        let domain = found_with(&[1, 2]);
        Domains::suspend(domain, &2);
        assert_eq!((roster(domain), roster(GENERAL)), (vec![1], vec![1, 2]));
        assert!(Domains::member_since(GENERAL, &2).is_some());
    });
}

#[test]
fn suspend_should_do_nothing_to_whoever_is_suspended() {
    with_suspended(|| {
        System::set_block_number(SUSPENDED + 5);
        Domains::suspend(GENERAL, &2);
        assert_eq!(Suspensions::<Test>::iter().collect::<Vec<_>>(), [(GENERAL, 2, SUSPENDED)]);
    });
}

#[test]
fn a_suspended_member_should_not_come_back_by_itself() {
    with_suspended(|| {
        let rejoin = || Domains::rejoin(RuntimeOrigin::signed(2), GENERAL);
        assert_noop!(rejoin(), Error::<Test>::Suspended);
        let join = Domains::join(RuntimeOrigin::signed(2), GENERAL);
        assert_noop!(join, Error::<Test>::AlreadyMember);
        // It entered a round just before.
        Domains::came(GENERAL, &2);
        Domains::was_absent(GENERAL, &2);
        assert_eq!(roster(GENERAL), [1, 3]);
        assert_eq!(events(), vec![]);
    });
}

#[test]
fn whoever_is_reinstated_should_come_back_to_the_roster_by_itself() {
    with_suspended(|| {
        assert!(!Domains::reinstate(GENERAL, &1));
        assert!(Domains::reinstate(GENERAL, &2));
        assert!(!Domains::reinstate(GENERAL, &2));
        assert_eq!(roster(GENERAL), [1, 3]);
        assert_eq!(Domains::member_since(GENERAL, &2), Some(2));
        let rejoined = Domains::rejoin(RuntimeOrigin::signed(2), GENERAL);
        assert_eq!(rejoined.map(|done| done.pays_fee), Ok(Pays::No));
        assert_eq!(roster(GENERAL), [1, 3, 2]);
        assert_eq!(events(), vec![Event::RosterJoined { domain: GENERAL, owner: 2 }]);
    });
}

#[test]
fn a_suspended_member_should_collect_nothing_until_it_is_reinstated() {
    build_and_execute(|| {
        registered(2);
        go_to_epoch(1);
        fund(GENERAL, 1_010);
        for _ in 0..4 {
            Domains::served(GENERAL, &[1, 2]);
        }
        go_to_epoch(2);
        Domains::suspend(GENERAL, &2);
        let collectable = |owner| Domains::collectable(GENERAL, &owner);
        assert_eq!((collectable(1), collectable(2)), (50, 0));
        let collect = |owner| Domains::collect(RuntimeOrigin::signed(9), GENERAL, owner);
        assert_noop!(collect(2), Error::<Test>::Suspended);
        assert_ok!(collect(1));
        // Or whoever is suspended would retire to be paid.
        retire(2);
        assert_noop!(collect(2), Error::<Test>::Suspended);
        assert!(Domains::reinstate(GENERAL, &2));
        assert_eq!(collectable(2), 50);
        assert_ok!(collect(2));
    });
}

#[test]
fn a_suspended_member_should_leave_when_its_time_is_over_and_begin_anew() {
    with_suspended(|| {
        let leave = || Domains::leave(RuntimeOrigin::signed(2), GENERAL);
        System::set_block_number(SUSPENDED + 29);
        assert_noop!(leave(), Error::<Test>::TooEarlyToLeave);
        System::set_block_number(SUSPENDED + 30);
        assert_ok!(leave());
        assert_eq!(Domains::suspended_since(GENERAL, &2), None);
        assert_eq!(Left::get(), vec![(GENERAL, 2)], "what is known of it is forgotten");
        assert_ok!(Domains::join(RuntimeOrigin::signed(2), GENERAL));
        assert_eq!(Domains::member_since(GENERAL, &2), Some(130));
        assert_eq!(roster(GENERAL), [1, 3, 2]);
    });
}

/// Assert that nothing is kept of whoever was suspended.
fn assert_nothing_left() {
    assert_eq!(Suspensions::<Test>::iter_keys().count() + Barred::<Test>::iter_keys().count(), 0);
    assert!(!BarredNumbers::<Test>::exists());
}

#[test]
fn a_suspension_should_outlast_the_agent_that_takes_its_bond() {
    with_suspended(|| {
        retire(2);
        assert_eq!(Domains::suspended_since(GENERAL, &2), Some(100));
        unbond(2);
        assert!(!Memberships::<Test>::contains_key(GENERAL, 2));
        assert_eq!(Domains::suspended_since(GENERAL, &2), Some(100));
        // A new agent of the same owner is no member of the domain by itself, nor by asking.
        register(2);
        assert!(!Memberships::<Test>::contains_key(GENERAL, 2));
        let join = || Domains::join(RuntimeOrigin::signed(2), GENERAL);
        System::set_block_number(SUSPENDED + 29);
        assert_noop!(join(), Error::<Test>::Suspended);
        assert!(!Domains::is_release_due());
        System::set_block_number(SUSPENDED + 30);
        assert!(Domains::is_release_due());
        Domains::release();
        assert_nothing_left();
        assert_ok!(join());
        assert_eq!(roster(GENERAL), [1, 3, 2]);
    });
}

#[test]
fn a_suspension_that_is_over_should_go_when_the_agent_takes_its_bond() {
    with_suspended(|| {
        System::set_block_number(SUSPENDED + 10);
        retire(2);
        unbond(2);
        assert_nothing_left();
    });
}

#[test]
fn who_has_left_should_be_suspended_and_join_when_its_time_is_over() {
    build_and_execute(|| {
        registered(2);
        System::set_block_number(SUSPENDED);
        let leave = || Domains::leave(RuntimeOrigin::signed(2), GENERAL);
        assert_ok!(leave());
        let _ = events();
        Domains::suspend(GENERAL, &2);
        assert_eq!(Domains::suspended_since(GENERAL, &2), Some(100));
        assert_eq!(events(), vec![], "whoever suspends tells of it");
        let join = || Domains::join(RuntimeOrigin::signed(2), GENERAL);
        System::set_block_number(SUSPENDED + 29);
        assert_noop!(join(), Error::<Test>::Suspended);
        System::set_block_number(SUSPENDED + 30);
        // Whether it was released yet or not.
        assert_ok!(join());
        assert_eq!(Domains::member_since(GENERAL, &2), Some(130));
        assert!(Domains::is_release_due());
        Domains::release();
        assert_nothing_left();
        // What it did before does not hold it back.
        assert_ok!(leave());
    });
}

#[test]
fn who_is_suspended_again_should_not_be_released_before_its_time() {
    build_and_execute(|| {
        registered(2);
        for owner in [1, 2] {
            assert_ok!(Domains::leave(RuntimeOrigin::signed(owner), GENERAL));
            System::set_block_number(SUSPENDED);
            Domains::suspend(GENERAL, &owner);
        }
        assert_eq!(BarredNumbers::<Test>::get(), (0, 2));
        System::set_block_number(SUSPENDED + 30);
        assert_ok!(Domains::join(RuntimeOrigin::signed(1), GENERAL));
        Domains::suspend(GENERAL, &1);
        // The first in the queue is a member now, whose suspension is another one.
        for _ in 0..2 {
            assert!(Domains::is_release_due());
            Domains::release();
        }
        let kept: Vec<_> = Suspensions::<Test>::iter().collect();
        assert_eq!(kept, [(GENERAL, 1, SUSPENDED + 30)]);
        assert!(!Domains::is_release_due());
        Domains::release();
        assert_eq!(Domains::suspended_since(GENERAL, &1), Some(130));
    });
}

#[test]
fn governance_should_lift_the_suspension_of_one_that_has_left() {
    build_and_execute(|| {
        registered(1);
        assert_ok!(Domains::leave(RuntimeOrigin::signed(1), GENERAL));
        Domains::suspend(GENERAL, &1);
        assert!(Domains::reinstate(GENERAL, &1));
        assert_ok!(Domains::join(RuntimeOrigin::signed(1), GENERAL));
        Domains::release();
        assert_nothing_left();
    });
}

#[test]
fn audits_should_see_the_claim_of_this_epoch() {
    build_and_execute(|| {
        registered(1);
        let of_model = |name: &[u8]| Claim {
            model: ClaimedModel {
                name: name.to_vec().try_into().expect("it is short enough"),
                weights: None,
                quantisation: Default::default(),
                sampling: ClaimedSampling { temperature: 0, top_p: 1, top_k: 0, min_p: 0 },
            },
            knowledge: None,
        };
        let declare = |name: &[u8]| {
            let claim = Some(of_model(name));
            assert_ok!(Domains::claim(RuntimeOrigin::signed(1), GENERAL, claim));
        };
        declare(b"a");
        assert_eq!(Domains::claim_of(GENERAL, &1), None);
        go_to_epoch(1);
        declare(b"b");
        assert_eq!(Domains::claim_of(GENERAL, &1), Some(of_model(b"a")));
        go_to_epoch(2);
        assert_eq!(Domains::claim_of(GENERAL, &1), Some(of_model(b"b")));
        assert_ok!(Domains::claim(RuntimeOrigin::signed(1), GENERAL, None));
        go_to_epoch(3);
        assert_eq!(Domains::claim_of(GENERAL, &1), None);
        assert!(Claims::<Test>::contains_key(GENERAL, 1), "until it says something else");
    });
}
