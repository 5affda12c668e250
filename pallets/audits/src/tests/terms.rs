//! The call `set_terms`.

use super::scene::*;
use crate::{
    mock::*, AuditTerms, Audited, Committed, Error, Event, Offers, Opened, Purses, Samples,
    Samplings, Standings, Tallies, WeightInfo, Works,
};
use frame_support::{assert_noop, assert_ok, weights::Weight};
use sp_runtime::traits::BadOrigin;

/// Governance says so.
fn set(terms: Option<AuditTerms>) {
    assert_ok!(Audits::set_terms(RuntimeOrigin::root(), DOMAIN, terms));
}

/// Assert that nothing is under way.
fn assert_nothing_left() {
    assert_eq!(Samples::<Test>::iter().count(), 0);
    assert_eq!(Samplings::<Test>::iter().count(), 0);
    assert_eq!(Works::<Test>::iter().count(), 0);
    assert_eq!(Committed::<Test>::iter().count(), 0);
    assert_eq!(Opened::<Test>::iter().count(), 0);
    assert_eq!(Tallies::<Test>::iter().count(), 0);
}

#[test]
fn set_terms_should_begin_change_and_end_audits() {
    build_and_execute(|| {
        let (domain, other) = (DOMAIN, AuditTerms { dimensions: 1_024, ..terms() });
        for terms in [Some(terms()), Some(other), None] {
            set(terms);
            assert_eq!(events(), [Event::TermsSet { domain, terms }]);
            assert_eq!(Audited::<Test>::get(DOMAIN), terms);
        }
    });
}

#[test]
fn audits_that_end_in_the_middle_of_work_should_leave_nothing_behind() {
    for end in [0u32, 1, 2, 3] {
        build_and_execute(|| {
            audit(AUDITORS);
            all_claim(&SWARM);
            whole_epoch(&SWARM, all_honest);
            play(&SWARM, ROUNDS_PLAYED);
            begin_epoch(2);
            play(&SWARM, ROUNDS_PLAYED);
            if end > 0 {
                examine(&all_honest);
                let first = committee()[0];
                assert_eq!(send(open(first, 7, honest)), Ok(()));
            }
            if end > 1 {
                // All but that one, which is open.
                for owner in committee().into_iter().skip(1) {
                    for number in 0..ROUNDS_PLAYED {
                        assert_eq!(send(open(owner, number, honest)), Ok(()));
                    }
                }
                run_to(judging_of(1));
            }
            if end > 2 {
                next_block_with(<() as WeightInfo>::judge_sample(4).saturating_mul(3));
                assert_eq!(work().judged, 2);
                assert!(Tallies::<Test>::iter().count() > 0);
            }
            let (offers, purse) = (Offers::<Test>::get(DOMAIN), Purses::<Test>::get(DOMAIN));
            set(None);
            assert_nothing_left();
            assert_eq!(Offers::<Test>::get(DOMAIN), offers);
            assert_eq!(Purses::<Test>::get(DOMAIN), purse);
            assert_eq!(Standings::<Test>::iter().count(), SWARM.len(), "of earlier epochs");
            // And it may begin anew.
            let _ = events();
            set(Some(terms()));
            begin_epoch(4);
            whole_epoch(&SWARM, all_honest);
            assert_eq!(verdict(LIAR, waggle_primitives::audit::standing::Evidence::Contrast).1, 2);
        });
    }
}

#[test]
fn audits_that_ended_should_do_nothing() {
    build_and_execute(|| {
        audit(AUDITORS);
        set(None);
        let _ = events();
        play(&SWARM, ROUNDS_PLAYED);
        begin_epoch(2);
        assert_nothing_left();
        assert!(events().is_empty());
        let looks = <() as WeightInfo>::look().saturating_mul(2);
        assert_eq!(next_block_with(Weight::MAX), looks);
    });
}

#[test]
fn set_terms_should_fail_when_the_origin_is_not_governance() {
    build_and_execute(|| {
        for origin in [RuntimeOrigin::signed(1), RuntimeOrigin::none()] {
            assert_noop!(Audits::set_terms(origin, DOMAIN, Some(terms())), BadOrigin);
        }
    });
}

#[test]
fn set_terms_should_fail_where_there_is_no_such_domain() {
    build_and_execute(|| {
        let set = Audits::set_terms(RuntimeOrigin::root(), DOMAINS, Some(terms()));
        assert_noop!(set, Error::<Test>::NoSuchDomain);
    });
}

#[test]
fn set_terms_should_fail_without_dimensions_and_with_too_many() {
    build_and_execute(|| {
        for dimensions in [0, 1_025] {
            let terms = AuditTerms { dimensions, ..terms() };
            let set = Audits::set_terms(RuntimeOrigin::root(), DOMAIN, Some(terms));
            assert_noop!(set, Error::<Test>::InvalidTerms);
        }
    });
}

#[test]
fn set_terms_should_fail_when_as_many_are_audited_as_may_be() {
    build_and_execute(|| {
        let set = |domain| Audits::set_terms(RuntimeOrigin::root(), domain, Some(terms()));
        for domain in 1..=MAX_AUDITED {
            assert_ok!(set(domain));
        }
        assert_noop!(set(MAX_AUDITED + 1), Error::<Test>::TooManyAudited);
        assert_ok!(set(1));
        assert_ok!(Audits::set_terms(RuntimeOrigin::root(), 1, None));
        assert_ok!(set(MAX_AUDITED + 1));
    });
}

#[test]
fn set_terms_should_fail_to_end_what_is_not() {
    build_and_execute(|| {
        let ended = Audits::set_terms(RuntimeOrigin::root(), DOMAIN, None);
        assert_noop!(ended, Error::<Test>::NotAudited);
    });
}
