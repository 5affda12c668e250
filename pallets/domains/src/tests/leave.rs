//! `leave`.

use crate::{mock::*, DomainsOf, Error, Event, Memberships, Population, Populations, Rosters};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::DispatchError::BadOrigin;
use waggle_primitives::{
    choice::Question,
    domain::GENERAL,
    traits::{AgentRegistry, Domains as _},
    DomainId,
};

fn leave(owner: AccountId, domain: DomainId) -> DispatchResult {
    Domains::leave(RuntimeOrigin::signed(owner), domain)
}

#[test]
fn leave_should_forget_the_member_and_tell_of_it() {
    build_and_execute(|| {
        registered(2);
        let domain = found_with(&[1, 2]);
        assert_ok!(leave(1, domain));
        assert_eq!(Memberships::<Test>::get(domain, 1), None);
        assert_eq!(DomainsOf::<Test>::get(1).into_inner(), [GENERAL]);
        let population = Population { members: 1, on_roster: 1 };
        assert_eq!(Populations::<Test>::get(domain), population);
        assert_eq!((roster(domain), roster(GENERAL)), (vec![2], vec![1, 2]));
        assert_eq!(Domains::member_since(domain, &1), None);
        assert_eq!(events(), vec![Event::MemberLeft { domain, owner: 1 }]);
        assert_eq!(Left::get(), vec![(domain, 1)]);
    });
}

#[test]
fn leave_should_keep_the_order_of_the_other_domains() {
    build_and_execute(|| {
        registered(1);
        let (first, second) = (found_with(&[1]), found_with(&[1]));
        assert_ok!(leave(1, GENERAL));
        assert_eq!(DomainsOf::<Test>::get(1).into_inner(), [first, second]);
        assert_ok!(Domains::join(RuntimeOrigin::signed(1), GENERAL));
        assert_ok!(leave(1, first));
        assert_eq!(DomainsOf::<Test>::get(1).into_inner(), [second, GENERAL]);
    });
}

#[test]
fn leave_should_leave_an_empty_domain_when_it_was_the_last_member() {
    build_and_execute(|| {
        registered(1);
        let domain = found_with(&[1]);
        assert_ok!(leave(1, domain));
        assert_eq!(Populations::<Test>::get(domain), Population::default());
        assert_eq!(Rosters::<Test>::iter_prefix(domain).count(), 0);
        assert_eq!(Domains::question_of(domain), Some(Question::Closed));
        assert_ok!(Domains::join(RuntimeOrigin::signed(1), domain));
        assert_eq!(roster(domain), [1]);
    });
}

#[test]
fn leave_should_leave_nothing_when_it_was_the_last_domain() {
    build_and_execute(|| {
        registered(1);
        assert_ok!(leave(1, GENERAL));
        assert!(!DomainsOf::<Test>::contains_key(1));
        assert_eq!(Populations::<Test>::get(GENERAL), Population::default());
        // It is an agent still.
        assert_ok!(Domains::join(RuntimeOrigin::signed(1), GENERAL));
    });
}

#[test]
fn leave_should_let_go_who_is_on_no_roster() {
    build_and_execute(|| {
        registered(3);
        stay_away(GENERAL, 1, 3);
        retire(2);
        let _ = events();
        for owner in [1, 2] {
            assert_ok!(leave(owner, GENERAL));
            assert_eq!(events(), vec![Event::MemberLeft { domain: GENERAL, owner }]);
        }
        assert_eq!(roster(GENERAL), [3]);
        let population = Population { members: 1, on_roster: 1 };
        assert_eq!(Populations::<Test>::get(GENERAL), population);
    });
}

#[test]
fn leave_should_forget_absences() {
    build_and_execute(|| {
        registered(1);
        let domain = found_with(&[1]);
        stay_away(domain, 1, 2);
        assert_ok!(leave(1, domain));
        assert_ok!(Domains::join(RuntimeOrigin::signed(1), domain));
        let membership = Memberships::<Test>::get(domain, 1).unwrap();
        assert_eq!((membership.absences, membership.absent_at), (0, None));
    });
}

#[test]
fn leave_should_fail_when_it_is_too_early() {
    build_and_execute(|| {
        MembershipBlocks::set(20);
        registered(2);
        let domain = found_with(&[1]);
        System::set_block_number(20);
        assert_noop!(leave(1, GENERAL), Error::<Test>::TooEarlyToLeave);
        System::set_block_number(21);
        assert_ok!(leave(1, GENERAL));
        // It joined this one in block 2, and what it has left later.
        assert_noop!(leave(1, domain), Error::<Test>::TooEarlyToLeave);
        assert_ok!(Domains::join(RuntimeOrigin::signed(1), GENERAL));
        System::set_block_number(40);
        assert_ok!(leave(1, domain));
        assert_noop!(leave(1, GENERAL), Error::<Test>::TooEarlyToLeave);
    });
}

#[test]
fn leave_should_fail_while_rounds_are_open() {
    build_and_execute(|| {
        registered(1);
        let domain = found_with(&[1]);
        assert_ok!(Agents::entered_round(&1));
        assert_noop!(leave(1, domain), Error::<Test>::RoundsOpen);
        Agents::left_round(&1);
        assert_ok!(leave(1, domain));
    });
}

#[test]
fn leave_should_fail_when_the_origin_is_not_signed() {
    build_and_execute(|| {
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Domains::leave(origin, GENERAL), BadOrigin);
        }
    });
}

#[test]
fn leave_should_fail_when_the_agent_is_no_member() {
    build_and_execute(|| {
        registered(2);
        let domain = found_with(&[2]);
        // It is a member elsewhere only; there is no such domain; there is no agent.
        for (owner, domain) in [(1, domain), (1, domain + 1), (3, GENERAL)] {
            assert_noop!(leave(owner, domain), Error::<Test>::NotMember);
        }
        assert_ok!(leave(2, domain));
        assert_noop!(leave(2, domain), Error::<Test>::NotMember);
    });
}
