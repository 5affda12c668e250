//! The calls `offer` and `withdraw_offer`.

use super::scene::*;
use crate::{mock::*, Auditors, Error, Event, OfferOf, Offers};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::traits::BadOrigin;

/// Who offers, by number.
fn offers() -> Vec<AccountId> {
    let numbers = 0..Offers::<Test>::get(DOMAIN);
    numbers.map(|number| Auditors::<Test>::get(DOMAIN, number).expect("no gaps")).collect()
}

#[test]
fn offers_should_be_numbered_without_gaps() {
    build_and_execute(|| {
        assert_ok!(Audits::set_terms(RuntimeOrigin::root(), DOMAIN, Some(terms())));
        let _ = events();
        let (domain, owner) = (DOMAIN, 21);
        assert_ok!(Audits::offer(RuntimeOrigin::signed(21), DOMAIN));
        assert_eq!(events(), [Event::Offered { domain, owner }]);
        for other in [22, 23, 24] {
            assert_ok!(Audits::offer(RuntimeOrigin::signed(other), DOMAIN));
        }
        assert_eq!(offers(), [21, 22, 23, 24]);
        let _ = events();
        assert_ok!(Audits::withdraw_offer(RuntimeOrigin::signed(21), DOMAIN));
        assert_eq!(events(), [Event::OfferEnded { domain, owner, failed: false }]);
        assert_eq!(offers(), [24, 22, 23]);
        assert_eq!(OfferOf::<Test>::get(DOMAIN, 24), Some(0));
        for (owner, left) in [(23, vec![24, 22]), (24, vec![22]), (22, vec![])] {
            assert_ok!(Audits::withdraw_offer(RuntimeOrigin::signed(owner), DOMAIN));
            assert_eq!(offers(), left);
        }
        assert!(!Offers::<Test>::contains_key(DOMAIN));
    });
}

#[test]
fn offers_should_be_those_of_one_domain() {
    build_and_execute(|| {
        audit(AUDITORS);
        assert_ok!(Audits::set_terms(RuntimeOrigin::root(), 2, Some(terms())));
        assert_ok!(Audits::offer(RuntimeOrigin::signed(23), 2));
        assert_ok!(Audits::withdraw_offer(RuntimeOrigin::signed(23), DOMAIN));
        assert_eq!(OfferOf::<Test>::get(2, 23), Some(0));
        assert_eq!(offers(), [21, 22, 25, 24]);
    });
}

#[test]
fn offer_should_fail_where_nothing_is_audited() {
    build_and_execute(|| {
        let offered = Audits::offer(RuntimeOrigin::signed(21), DOMAIN);
        assert_noop!(offered, Error::<Test>::NotAudited);
    });
}

#[test]
fn offer_should_fail_without_an_active_agent() {
    build_and_execute(|| {
        audit(AUDITORS);
        Retired::mutate(|retired| retired.insert(31));
        for owner in [STRANGER, 31] {
            let offered = Audits::offer(RuntimeOrigin::signed(owner), DOMAIN);
            assert_noop!(offered, Error::<Test>::NotAnAgent);
        }
    });
}

#[test]
fn offer_should_fail_the_second_time() {
    build_and_execute(|| {
        audit(AUDITORS);
        let offered = Audits::offer(RuntimeOrigin::signed(21), DOMAIN);
        assert_noop!(offered, Error::<Test>::AlreadyOffered);
    });
}

#[test]
fn withdraw_offer_should_fail_where_there_is_none_and_not_where_audits_ended() {
    build_and_execute(|| {
        audit(AUDITORS);
        let withdraw = |owner| Audits::withdraw_offer(RuntimeOrigin::signed(owner), DOMAIN);
        assert_noop!(withdraw(31), Error::<Test>::NotOffered);
        assert_ok!(Audits::set_terms(RuntimeOrigin::root(), DOMAIN, None));
        assert_ok!(withdraw(21));
        assert_noop!(withdraw(21), Error::<Test>::NotOffered);
    });
}

#[test]
fn offers_should_fail_when_the_origin_is_not_signed() {
    build_and_execute(|| {
        audit(AUDITORS);
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Audits::offer(origin.clone(), DOMAIN), BadOrigin);
            assert_noop!(Audits::withdraw_offer(origin, DOMAIN), BadOrigin);
        }
    });
}
