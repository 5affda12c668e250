//! `join`.

use crate::{
    mock::*, DomainsOf, Error, Event, Membership, Memberships, Population, Populations, RosterPlace,
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::DispatchError::BadOrigin;
use waggle_primitives::{choice::Question, domain::GENERAL, traits::Domains as _, DomainId};

fn join(owner: AccountId, domain: DomainId) -> DispatchResult {
    Domains::join(RuntimeOrigin::signed(owner), domain)
}

#[test]
fn join_should_make_a_member_that_is_on_the_roster() {
    build_and_execute(|| {
        registered(1);
        let domain = found(Question::Open);
        System::set_block_number(5);
        assert_ok!(join(1, domain));
        let place = Some(RosterPlace { number: 0, since: 5, former: None });
        assert_eq!(
            Memberships::<Test>::get(domain, 1),
            Some(Membership { since: 5, place, absences: 0, absent_at: None, rejoined: None })
        );
        assert_eq!(DomainsOf::<Test>::get(1).into_inner(), [GENERAL, domain]);
        let population = Population { members: 1, on_roster: 1 };
        assert_eq!(Populations::<Test>::get(domain), population);
        assert_eq!(roster(domain), [1]);
        assert_eq!(Domains::member_since(domain, &1), Some(5));
        assert_eq!(events(), vec![Event::MemberJoined { domain, owner: 1 }]);
        assert_eq!(Left::get(), vec![]);
    });
}

#[test]
fn members_should_be_numbered_in_each_domain_by_itself() {
    build_and_execute(|| {
        registered(3);
        let (here, there) = (found_with(&[3, 1]), found_with(&[1]));
        assert_eq!(
            (roster(GENERAL), roster(here), roster(there)),
            (vec![1, 2, 3], vec![3, 1], vec![1])
        );
        let now = System::block_number() as u32;
        let number = |domain| Domains::number_of(domain, &1, now + 1);
        assert_eq!((number(GENERAL), number(here), number(there)), (Some(0), Some(1), Some(0)));
        assert_eq!(Domains::member_with(here, 0, now + 1), Some(3));
        assert_eq!(Domains::member_with(here, 0, now), None, "it joined in this block");
    });
}

#[test]
fn join_should_let_an_agent_back_that_has_left() {
    build_and_execute(|| {
        registered(2);
        let domain = found_with(&[1, 2]);
        assert_ok!(Domains::leave(RuntimeOrigin::signed(1), domain));
        System::set_block_number(9);
        assert_ok!(join(1, domain));
        assert_eq!((roster(domain), Domains::member_since(domain, &1)), (vec![2, 1], Some(9)));
    });
}

#[test]
fn join_should_fail_when_the_origin_is_not_signed() {
    build_and_execute(|| {
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Domains::join(origin, GENERAL), BadOrigin);
        }
    });
}

#[test]
fn join_should_fail_when_there_is_no_active_agent() {
    build_and_execute(|| {
        registered(1);
        let domain = found(Question::Closed);
        assert_noop!(join(2, domain), Error::<Test>::NotAnAgent);
        retire(1);
        for domain in [GENERAL, domain] {
            assert_noop!(join(1, domain), Error::<Test>::NotAnAgent);
        }
        unbond(1);
        assert_noop!(join(1, domain), Error::<Test>::NotAnAgent);
    });
}

#[test]
fn join_should_fail_when_there_is_no_such_domain() {
    build_and_execute(|| {
        registered(1);
        let domain = found(Question::Closed);
        for unknown in [domain + 1, u32::MAX] {
            assert_noop!(join(1, unknown), Error::<Test>::NoSuchDomain);
        }
    });
}

#[test]
fn join_should_fail_when_the_agent_is_a_member() {
    build_and_execute(|| {
        registered(1);
        let domain = found_with(&[1]);
        for domain in [GENERAL, domain] {
            assert_noop!(join(1, domain), Error::<Test>::AlreadyMember);
        }
        // On the roster or not.
        stay_away(domain, 1, 3);
        assert_eq!(roster(domain), [0; 0]);
        assert_noop!(join(1, domain), Error::<Test>::AlreadyMember);
    });
}

#[test]
fn join_should_fail_when_the_agent_has_enough_domains_until_it_leaves_one() {
    build_and_execute(|| {
        registered(2);
        let domains: Vec<_> = (0..MAX_MEMBERSHIPS).map(|_| found(Question::Closed)).collect();
        let (last, others) = domains.split_last().unwrap();
        for domain in others {
            assert_ok!(join(1, *domain));
        }
        assert_eq!(DomainsOf::<Test>::get(1).len() as u32, MAX_MEMBERSHIPS);
        assert_noop!(join(1, *last), Error::<Test>::TooManyMemberships);
        assert_ok!(join(2, *last));
        assert_ok!(Domains::leave(RuntimeOrigin::signed(1), others[0]));
        assert_ok!(join(1, *last));
        assert_eq!(DomainsOf::<Test>::get(1).into_inner(), [GENERAL, others[1], *last]);
        assert_noop!(join(1, others[0]), Error::<Test>::TooManyMemberships);
    });
}
