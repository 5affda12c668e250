//! What is absent is neither a pass nor a flag.

use super::scene::*;
use crate::{mock::*, Committed, Event, OfferOf, Opened, Sample, Samples, Standings, Works};
use waggle_primitives::audit::{conduct::Fault, sample::Findings, standing::Evidence, Verdict};

/// That there is nothing, of so much that it takes.
fn nothing_of(want: u32) -> (Verdict, u32) {
    (Verdict::NotEnough { have: 0, want }, 0)
}

/// Assert that nothing was said of what a member answers with.
fn assert_nothing_said(owner: AccountId) {
    assert_eq!(verdict(owner, Evidence::Contrast), nothing_of(1));
    assert_eq!(verdict(owner, Evidence::Distance), nothing_of(8));
    assert_eq!(verdict(owner, Evidence::Replay), nothing_of(100));
    assert!(!is_suspended(owner));
}

#[test]
fn auditors_that_find_nothing_should_say_nothing() {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        whole_epoch(&SWARM, |_| Some(failing));
        SWARM.iter().for_each(|(owner, ..)| assert_nothing_said(*owner));
        // And they are not paid for it.
        assert_eq!(Balances::free_balance(21), ENDOWMENT);
    });
}

#[test]
fn four_of_five_should_say_nothing() {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        whole_epoch(&SWARM, |number| (number > 0).then_some(honest as Say));
        SWARM.iter().for_each(|(owner, ..)| assert_nothing_said(*owner));
        let conduct = verdict(LIAR, Evidence::Conduct(Fault::Exception));
        assert_eq!(conduct, (Verdict::Pass, 0), "for that nobody needs auditors");
    });
}

#[test]
fn findings_that_are_not_opened_should_not_count() {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        play(&SWARM, ROUNDS_PLAYED);
        begin_epoch(1);
        let auditors = committee();
        examine(&all_honest);
        open_all(&|number: usize| (number > 0).then_some(honest as Say));
        assert_eq!(Committed::<Test>::iter_prefix(DOMAIN).count(), 5);
        let _ = events();
        next_block();
        SWARM.iter().for_each(|(owner, ..)| assert_nothing_said(*owner));
        let events = events();
        for (number, owner) in auditors.into_iter().enumerate() {
            let end = Event::OfferEnded { domain: DOMAIN, owner, failed: true };
            assert_eq!(events.contains(&end), number == 0, "only who did not open");
            assert_eq!(Balances::free_balance(owner), ENDOWMENT, "nothing was found");
            assert_eq!(OfferOf::<Test>::contains_key(DOMAIN, owner), number > 0);
        }
        assert_eq!(Committed::<Test>::iter().count() + Opened::<Test>::iter().count(), 0);
    });
}

#[test]
fn answers_that_were_not_opened_should_count_as_conduct_alone() {
    /// Embeds even what is empty.
    fn careless(sample: &Sample<AccountId>) -> Findings {
        findings(vec![embed(&[b'A', 1, 1]); sample.answers.len()])
    }
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        for _ in 0..ROUNDS_PLAYED {
            let answers = SWARM.map(|(owner, ..)| (owner, Vec::new()));
            assert!(judged(&answers));
        }
        begin_epoch(1);
        work_through(|_| Some(careless));
        next_block();
        for (owner, ..) in SWARM {
            assert_nothing_said(owner);
            let conduct = verdict(owner, Evidence::Conduct(Fault::Exception));
            assert_eq!(conduct, (Verdict::Flag, 1));
        }
        assert_eq!(Balances::free_balance(21), ENDOWMENT);
    });
}

#[test]
fn kin_that_all_run_another_registered_model_should_not_be_found() {
    // The limit of the method (docs/verification.md): they are their own references. As both claims
    // say the same, they are not told apart.
    build_and_execute(|| {
        audit(AUDITORS);
        let members = SWARM.map(|(owner, claimed, _)| (owner, claimed, b'B'));
        all_claim(&members);
        whole_epoch(&members, all_honest);
        for (owner, ..) in members {
            assert_eq!(verdict(owner, Evidence::Contrast), nothing_of(1));
            assert!(!is_flagged(owner));
        }
    });
}

#[test]
fn kin_that_all_run_a_model_that_nobody_registered_should_even_pass() {
    build_and_execute(|| {
        audit(AUDITORS);
        let swapped = |runs| if runs == b'A' { b'C' } else { b'B' };
        let members = SWARM.map(|(owner, claimed, _)| (owner, claimed, swapped(claimed)));
        all_claim(&members);
        whole_epoch(&members, all_honest);
        for (owner, ..) in members {
            assert_eq!(verdict(owner, Evidence::Contrast), (Verdict::Pass, 0));
            assert!(!is_flagged(owner));
        }
    });
}

#[test]
fn kin_that_lie_together_should_be_able_to_have_an_honest_member_suspended() {
    // What nothing prevents: they are what it is held against.
    build_and_execute(|| {
        audit(AUDITORS);
        let members = [(1, b'A', b'A'), (2, b'A', b'B'), (3, b'A', b'B'), (4, b'A', b'B')];
        all_claim(&members);
        whole_epoch(&members, all_honest);
        whole_epoch(&members, all_honest);
        assert_eq!(verdict(1, Evidence::Distance), (Verdict::Flag, 2));
        assert!(is_suspended(1));
        for liar in 2..=4 {
            assert!(!is_flagged(liar) && !is_suspended(liar));
        }
    });
}

#[test]
fn a_claim_that_nobody_else_has_should_be_compared_with_nothing() {
    build_and_execute(|| {
        audit(AUDITORS);
        let mut members = SWARM.to_vec();
        members.push((8, b'C', b'C'));
        all_claim(&members);
        whole_epoch(&members, all_honest);
        assert_nothing_said(8);
        let tally = Standings::<Test>::get(DOMAIN, 8).unwrap().tally;
        assert_eq!((tally.prompts, tally.contrasts.len()), (ROUNDS_PLAYED, 0));
        // Nor are others compared with it.
        let others = Standings::<Test>::get(DOMAIN, 1).unwrap().tally.contrasts;
        assert_eq!(others.len(), 1);
    });
}

#[test]
fn a_member_that_claims_nothing_should_be_compared_with_nothing() {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM[..LIAR as usize - 1]);
        whole_epoch(&SWARM, all_honest);
        assert_nothing_said(LIAR);
        assert_eq!(Standings::<Test>::get(DOMAIN, LIAR).unwrap().tally.claim, None);
    });
}

#[test]
fn what_was_never_sampled_should_count_for_nobody() {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        play(&SWARM[..3], ROUNDS_PLAYED);
        begin_epoch(1);
        // A round of the last epoch that is judged in this one.
        assert!(!judged_late(EPOCH_BLOCKS - 1, &[(LIAR, vec![b'B', 4, 9])]));
        work_through(all_honest);
        next_block();
        assert_eq!(Standings::<Test>::get(DOMAIN, LIAR), None);
        assert!(Standings::<Test>::contains_key(DOMAIN, 1));
    });
}

#[test]
fn too_few_auditors_should_pass_an_epoch_over() {
    build_and_execute(|| {
        audit(21..=24);
        all_claim(&SWARM);
        play(&SWARM, ROUNDS_PLAYED);
        begin_epoch(1);
        let passed = Event::EpochPassedOver {
            domain: DOMAIN,
            epoch: 0,
            samples: ROUNDS_PLAYED,
            auditors: 4,
        };
        assert_eq!(events(), [passed]);
        assert_eq!(Works::<Test>::iter().count() + Samples::<Test>::iter().count(), 0);
    });
}

#[test]
fn an_epoch_without_samples_should_be_passed_over() {
    build_and_execute(|| {
        audit(AUDITORS);
        begin_epoch(1);
        let passed = Event::EpochPassedOver { domain: DOMAIN, epoch: 0, samples: 0, auditors: 5 };
        assert_eq!(events(), [passed]);
        assert_eq!(Works::<Test>::iter().count(), 0);
        begin_epoch(2);
        assert_eq!(events().len(), 1, "and the next one by itself");
    });
}

#[test]
fn an_epoch_that_was_passed_over_should_end_no_row() {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        whole_epoch(&SWARM, all_honest);
        assert_eq!(verdict(LIAR, Evidence::Contrast), (Verdict::Flag, 1));
        begin_epoch(2);
        assert_eq!(Works::<Test>::iter().count(), 0, "nothing was asked");
        whole_epoch(&SWARM, all_honest);
        assert_eq!(verdict(LIAR, Evidence::Contrast), (Verdict::Flag, 2));
        assert!(is_suspended(LIAR));
    });
}
