//! What clients and auditors read.

use super::scene::*;
use crate::mock::*;
use frame_support::assert_ok;
use std::collections::BTreeSet;
use waggle_primitives::{
    audit::{
        conduct::Conduct,
        sample::Stage,
        standing::Evidence,
        view::{AuditDuty, AuditWork},
        Verdict,
    },
    choice::Question,
};

#[test]
fn audits_should_be_shown_with_their_progress() {
    build_and_execute(|| {
        assert!(Audits::audits().is_empty());
        assert_ok!(Audits::set_terms(RuntimeOrigin::root(), DOMAIN + 1, Some(terms())));
        audit(AUDITORS);
        all_claim(&SWARM);
        play(&SWARM, 3);
        let shown = Audits::audits();
        let domains: Vec<_> = shown.iter().map(|audit| audit.domain).collect();
        assert_eq!(domains, [DOMAIN, DOMAIN + 1]);
        let view = &shown[0];
        assert_eq!((view.embedder, view.dimensions), ([5; 32], 4));
        assert_eq!((view.purse, view.auditors), (20_000, 5));
        assert_eq!((view.epoch, view.rounds, view.samples), (0, 3, 3));
        assert_eq!(view.work, None);

        begin_epoch(1);
        play(&SWARM, 1);
        let view = Audits::audits().remove(0);
        assert_eq!((view.epoch, view.rounds, view.samples), (1, 1, 1));
        let progress = view.work.unwrap();
        assert_eq!((progress.epoch, progress.samples, progress.judged), (0, 3, 0));
        assert_eq!((progress.stage, progress.deadline), (Stage::Examining, Some(59)));
        let owners: Vec<_> = progress.committee.iter().map(|auditor| auditor.owner).collect();
        assert_eq!(owners, committee());
        assert!(progress.committee.iter().all(|auditor| auditor.key == key(auditor.owner)));
        assert!(!progress.committee.iter().any(|auditor| auditor.has_committed));

        examine(&|number: usize| (number > 0).then_some(honest as Say));
        assert_eq!(send(open(committee()[1], 2, honest)), Ok(()));
        let progress = Audits::audits().remove(0).work.unwrap();
        assert_eq!((progress.stage, progress.deadline), (Stage::Opening, Some(69)));
        let done = progress.committee.iter().map(|one| (one.has_committed, one.opened));
        let expected = [(false, 0), (true, 1), (true, 0), (true, 0), (true, 0)];
        assert_eq!(done.collect::<Vec<_>>(), expected);
        run_to(judging_of(0));
        let progress = Audits::audits().remove(0).work.unwrap();
        assert_eq!((progress.stage, progress.deadline), (Stage::Judging, None));
    });
}

#[test]
fn samples_should_be_shown_while_they_are_kept() {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        play(&SWARM, 1);
        let view = Audits::audit_sample(DOMAIN, 0, 0).unwrap();
        assert_eq!((view.round, view.question), (0, Question::Open));
        assert_eq!(view.prompt, Some(b"Why?".to_vec()));
        assert_eq!(view.answers.len(), SWARM.len());
        for (answer, (owner, claimed, runs)) in view.answers.iter().zip(SWARM) {
            assert_eq!((answer.owner, answer.claim.clone()), (owner, Some(claim(claimed))));
            assert_eq!(answer.text, [runs, owner as u8, 0]);
        }
        for (domain, epoch, number) in [(DOMAIN + 1, 0, 0), (DOMAIN, 1, 0), (DOMAIN, 0, 1)] {
            assert_eq!(Audits::audit_sample(domain, epoch, number), None);
        }
        begin_epoch(1);
        work_through(all_honest);
        next_block();
        assert_eq!(Audits::audit_sample(DOMAIN, 0, 0), None);
    });
}

#[test]
fn standings_should_show_margins_before_anybody_is_suspended() {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        assert_eq!(Audits::standing(DOMAIN, &LIAR), None);
        whole_epoch(&SWARM, all_honest);
        let view = Audits::standing(DOMAIN, &LIAR).unwrap();
        assert_eq!((view.epoch, view.prompts, view.suspended), (0, ROUNDS_PLAYED, None));
        assert_eq!(view.claim, Some(claim(b'A').digest()));
        let [(other, margin, prompts)] = view.margins[..] else { panic!("of one other claim") };
        assert_eq!((other, prompts), (claim(b'B').digest(), ROUNDS_PLAYED));
        assert!(margin.to_float() > 0.9 && view.distance.to_float() > 100.0, "{view:?}");
        assert_eq!((view.replay, view.tokens), (None, 0));
        assert_eq!(view.conduct, Conduct { seats: ROUNDS_PLAYED, ..Default::default() });
        assert!(view.verdicts.contains(&(Evidence::Contrast, Verdict::Flag, 1)));
        let honest = Audits::standing(DOMAIN, &1).unwrap();
        assert!(honest.margins[0].1.to_float() < -0.9, "{honest:?}");
        let since = System::block_number() + EPOCH_BLOCKS - 1;
        whole_epoch(&SWARM, all_honest);
        let view = Audits::standing(DOMAIN, &LIAR).unwrap();
        assert_eq!((view.epoch, view.suspended), (1, Some(since)));
    });
}

#[test]
fn standings_should_come_in_pages() {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        whole_epoch(&SWARM, all_honest);
        let all = Audits::standings(DOMAIN, None, 100);
        assert_eq!(all.len(), SWARM.len());
        let mut seen = BTreeSet::new();
        let mut after = None;
        loop {
            let page = Audits::standings(DOMAIN, after.as_ref(), 3);
            assert!(page.len() <= 3);
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            for (owner, view) in page {
                assert_eq!(Audits::standing(DOMAIN, &owner), Some(view));
                assert!(seen.insert(owner), "{owner} comes once");
            }
        }
        assert_eq!(seen.len(), SWARM.len());
        assert!(Audits::standings(DOMAIN, None, 0).is_empty());
        assert!(Audits::standings(DOMAIN + 1, None, 9).is_empty());
    });
}

#[test]
fn duties_should_be_what_the_next_block_admits() {
    build_and_execute(|| {
        audit(AUDITORS);
        play(&SWARM, 3);
        assert!(Audits::audit_duties(&key(21)).is_empty());
        begin_epoch(1);
        let owed = |deadline| AuditWork {
            domain: DOMAIN,
            epoch: 0,
            scope: scope(),
            samples: 3,
            embedder: [5; 32],
            dimensions: 4,
            deadline,
        };
        let to_examine = [AuditDuty::Examine { work: owed(59) }];
        assert_eq!(Audits::audit_duties(&key(21)), to_examine);
        assert!(Audits::audit_duties(&key(1)).is_empty(), "it is no auditor");
        let seals = vec![Some(seal_of(21, 0, honest)), None, Some(seal_of(21, 2, honest))];
        assert_eq!(send(commit_seals(21, seals)), Ok(()));
        assert!(Audits::audit_duties(&key(21)).is_empty());
        // Block 58 is followed by the last one of examining, and 59 by the first one of opening.
        run_to(58);
        assert_eq!(Audits::audit_duties(&key(22)), to_examine);
        assert!(Audits::audit_duties(&key(21)).is_empty());
        run_to(59);
        assert!(Audits::audit_duties(&key(22)).is_empty(), "it is too late to commit");
        let to_open = |samples| [AuditDuty::Open { work: owed(69), samples }];
        assert_eq!(Audits::audit_duties(&key(21)), to_open(vec![0, 2]));
        run_to(60);
        assert_eq!(send(open(21, 0, honest)), Ok(()));
        assert_eq!(Audits::audit_duties(&key(21)), to_open(vec![2]));
        assert_eq!(send(open(21, 2, honest)), Ok(()));
        assert!(Audits::audit_duties(&key(21)).is_empty());
        run_to(69);
        assert!(Audits::audit_duties(&key(22)).is_empty());
    });
}
