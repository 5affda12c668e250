//! The call `claim`, and what becomes of claims.

use crate::{mock::*, Claims, Error, Event};
use frame_support::{assert_noop, assert_ok, BoundedVec};
use sp_runtime::{traits::BadOrigin, DispatchResult};
use waggle_primitives::{
    claim::{ClaimedModel, ClaimedSampling, ALL},
    domain::GENERAL,
    view::{ClaimView, MembershipView},
    Claim,
};
use waggle_testing::mocks::OneKnown;

/// A claim of the model with this name.
fn of_model(name: &str) -> Claim {
    let model = ClaimedModel {
        name: BoundedVec::truncate_from(name.as_bytes().to_vec()),
        weights: Some([1; 32]),
        quantisation: Default::default(),
        sampling: ClaimedSampling { temperature: 0, top_p: ALL, top_k: 0, min_p: 0 },
    };
    Claim { model, knowledge: None }
}

/// Let the agent of `owner` claim this in the general domain.
fn claim(owner: AccountId, claim: Option<Claim>) -> DispatchResult {
    Domains::claim(RuntimeOrigin::signed(owner), GENERAL, claim)
}

/// The agent of owner 1 in the general domain.
fn seen() -> MembershipView {
    let memberships = Domains::memberships_of::<OneKnown>(&1);
    memberships.into_iter().find(|membership| membership.domain == GENERAL).unwrap()
}

/// What holds, and what was declared for later: the models and the epochs.
fn shown() -> [Option<(Option<Claim>, u32)>; 2] {
    let MembershipView { claim, next_claim, .. } = seen();
    [claim, next_claim].map(|view: Option<ClaimView>| {
        view.map(|view| (view.declared.claim, view.declared.from_epoch))
    })
}

#[test]
fn claim_should_hold_from_the_next_epoch_on() {
    build_and_execute(|| {
        registered(1);
        go_to_epoch(4);
        let (first, second) = (of_model("a"), of_model("b"));
        assert_ok!(claim(1, Some(first.clone())));
        let digest = Some(first.digest());
        assert_eq!(
            events(),
            vec![Event::Claimed { domain: GENERAL, owner: 1, digest, from_epoch: 5 }]
        );
        assert_eq!(shown(), [None, Some((Some(first.clone()), 5))]);
        go_to_epoch(5);
        assert_eq!(shown(), [Some((Some(first.clone()), 5)), None]);
        assert_eq!(seen().claim.unwrap().digest, digest);
        go_to_epoch(7);
        assert_ok!(claim(1, Some(second.clone())));
        assert_eq!(shown(), [Some((Some(first), 5)), Some((Some(second.clone()), 8))]);
        go_to_epoch(8);
        assert_eq!(shown(), [Some((Some(second), 8)), None]);
    });
}

#[test]
fn kin_should_have_the_same_digest() {
    build_and_execute(|| {
        registered(3);
        for (owner, model) in [(1, "a"), (2, "b"), (3, "a")] {
            assert_ok!(claim(owner, Some(of_model(model))));
        }
        go_to_epoch(1);
        let listed = Domains::members::<OneKnown>(GENERAL, None, 10);
        let digest = |owner| {
            let member = listed.iter().find(|(listed, _)| *listed == owner).unwrap();
            member.1.claim.as_ref().unwrap().digest.unwrap()
        };
        assert_eq!(digest(1), digest(3));
        assert_ne!(digest(1), digest(2));
    });
}

#[test]
fn a_claim_should_be_of_one_domain() {
    build_and_execute(|| {
        registered(1);
        let domain = found_with(&[1]);
        assert_ok!(Domains::claim(RuntimeOrigin::signed(1), domain, Some(of_model("a"))));
        assert_eq!(shown(), [None, None]);
        assert!(Claims::<Test>::contains_key(domain, 1));
    });
}

#[test]
fn claim_should_take_a_claim_back() {
    build_and_execute(|| {
        registered(1);
        assert_ok!(claim(1, Some(of_model("a"))));
        go_to_epoch(1);
        let _ = events();
        assert_ok!(claim(1, None));
        assert_eq!(
            events(),
            vec![Event::Claimed { domain: GENERAL, owner: 1, digest: None, from_epoch: 2 }]
        );
        assert_eq!(shown(), [Some((Some(of_model("a")), 1)), Some((None, 2))]);
        go_to_epoch(2);
        assert_eq!(shown(), [None, None]);
    });
}

#[test]
fn a_claim_that_never_held_should_leave_nothing_when_it_is_taken_back() {
    build_and_execute(|| {
        registered(1);
        assert_ok!(claim(1, Some(of_model("a"))));
        assert_ok!(claim(1, None));
        assert!(!Claims::<Test>::contains_key(GENERAL, 1));
        assert_noop!(claim(1, None), Error::<Test>::NothingClaimed);
    });
}

#[test]
fn claim_should_fail_when_the_origin_is_not_signed() {
    build_and_execute(|| {
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Domains::claim(origin, GENERAL, Some(of_model("a"))), BadOrigin);
        }
    });
}

#[test]
fn claim_should_fail_without_an_active_agent() {
    build_and_execute(|| {
        registered(1);
        assert_noop!(claim(2, Some(of_model("a"))), Error::<Test>::NotAnAgent);
        retire(1);
        assert_noop!(claim(1, Some(of_model("a"))), Error::<Test>::NotAnAgent);
    });
}

#[test]
fn claim_should_fail_when_the_agent_is_no_member() {
    build_and_execute(|| {
        registered(1);
        let domain = found_with(&[]);
        let claimed = Domains::claim(RuntimeOrigin::signed(1), domain, Some(of_model("a")));
        assert_noop!(claimed, Error::<Test>::NotMember);
    });
}

#[test]
fn claim_should_fail_when_something_is_out_of_range() {
    build_and_execute(|| {
        registered(1);
        let mut cold = of_model("a");
        cold.model.sampling.top_p = 0;
        for wrong in [of_model(""), cold] {
            assert_noop!(claim(1, Some(wrong)), Error::<Test>::InvalidClaim);
        }
    });
}

#[test]
fn a_claim_should_go_when_the_agent_leaves_retires_or_takes_its_bond() {
    build_and_execute(|| {
        registered(2);
        let domain = found_with(&[1, 2]);
        for owner in [1, 2] {
            for domain in [GENERAL, domain] {
                let origin = RuntimeOrigin::signed(owner);
                assert_ok!(Domains::claim(origin, domain, Some(of_model("a"))));
            }
        }
        assert_ok!(Domains::leave(RuntimeOrigin::signed(1), domain));
        assert!(
            !Claims::<Test>::contains_key(domain, 1) && Claims::<Test>::contains_key(GENERAL, 1)
        );
        retire(2);
        assert_eq!(Claims::<Test>::iter_keys().collect::<Vec<_>>(), [(GENERAL, 1)]);
        retire(1);
        unbond(1);
        assert_eq!(Claims::<Test>::iter_keys().count(), 0);
    });
}
