//! What is sealed is what is opened, by the key alone.

use super::{embedding, on_a_node, work};
use crate::hook::sealing::{commit, open, salts};
use waggle_primitives::audit::{
    act,
    sample::{Finding, Findings},
    AuditAct,
};

fn findings() -> Findings {
    let embedding = Some(embedding([3, -4]));
    vec![Finding { embedding, replay: None }, Finding::default()].try_into().unwrap()
}

#[test]
fn an_opening_should_show_what_the_commit_sealed() {
    on_a_node(|agent| {
        let (key, work) = (agent.key(), work(5, 7));
        let committed = commit(agent, &work, &[None, Some(findings())]).unwrap();
        let opened = open(agent, &work, 1, &salts(agent, &work).unwrap(), findings()).unwrap();
        for signed in [&committed, &opened] {
            assert!(signed.agent == key && signed.verify(&work.scope));
            assert!(!signed.verify(&[8; 32]), "on another fork it is worth nothing");
            assert_eq!(signed.act.work(), (3, 5));
        }
        let AuditAct::Commit { seals, .. } = committed.act else { panic!("a commit") };
        let AuditAct::Open { sample, salt, findings, .. } = opened.act else {
            panic!("an opening")
        };
        assert_eq!((sample, seals[0]), (1, None));
        assert_eq!(seals[1], Some(act::seal(&work.scope, &key, 1, &salt, &findings)));
    });
}

#[test]
fn the_same_findings_should_be_the_same_commit_without_any_memory() {
    on_a_node(|agent| {
        let again = || commit(agent, &work(5, 7), &[Some(findings()), None]);
        assert_eq!(again(), again());
        let elsewhere = commit(agent, &work(5, 8), &[Some(findings()), None]).unwrap();
        assert_ne!(again().unwrap().act, elsewhere.act, "seals of another scope are others");
    });
}

#[test]
fn more_samples_than_there_can_be_should_not_be_sealed() {
    on_a_node(|agent| {
        assert!(commit(agent, &work(5, 7), &vec![None; 32]).is_some());
        assert_eq!(commit(agent, &work(5, 7), &vec![None; 33]), None);
    });
}
