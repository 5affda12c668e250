//! What outlives a run: what was found first, whoever writes next.

use super::{embedding, on_a_node, work};
use crate::hook::{
    memory::{
        recall, recall_commit, recall_findings, remember, remember_commit, settled, Found, SCOPES,
    },
    sealing,
};
use waggle_primitives::{
    audit::{embedding::Embedding, replay::Replay},
    AgentKey,
};

fn found(quanta: [i8; 2]) -> Found<Embedding> {
    Found::Something(vec![Some(embedding(quanta)), None])
}

fn replays(tokens: u32) -> Found<Replay> {
    Found::Something(vec![None, Some(Replay { tokens, ..Default::default() })])
}

#[test]
fn what_was_found_first_should_stay() {
    on_a_node(|agent| {
        let (key, here) = (agent.key(), work(5, 7));
        assert_eq!(remember(&key, &here, 0, found([1, 2])), Some(found([1, 2])));
        assert_eq!(remember(&key, &here, 0, found([3, 4])), Some(found([1, 2])));
        assert_eq!(recall(&key, &here, 0), Some(found([1, 2])));
        assert_eq!(recall::<Replay>(&key, &here, 0), None, "that is another part");
        assert_eq!(recall::<Embedding>(&key, &here, 1), None);
        assert_eq!(recall::<Embedding>(&key, &work(5, 8), 0), None, "another fork");
        let other = AgentKey::from_raw([1; 32]);
        assert_eq!(recall::<Embedding>(&other, &here, 0), None);
    });
}

#[test]
fn a_reply_that_comes_after_the_seal_should_change_nothing() {
    on_a_node(|agent| {
        let (key, here) = (agent.key(), work(5, 7));
        remember(&key, &here, 0, found([1, 2])).unwrap();
        let sealed = settled(&key, &here, 0).unwrap().unwrap();
        assert_eq!(sealed.len(), 2);
        assert_eq!((&sealed[0].embedding, sealed[0].replay), (&Some(embedding([1, 2])), None));
        assert_eq!(remember(&key, &here, 0, replays(9)), Some(Found::Nothing));
        assert_eq!(recall_findings(&key, &here, 0), Some(sealed));
        assert_eq!(settled(&key, &here, 1), Some(None), "nothing was found there");
    });
}

#[test]
fn both_parts_should_make_the_findings() {
    on_a_node(|agent| {
        let (key, here) = (agent.key(), work(5, 7));
        assert_eq!(recall_findings(&key, &here, 0), None);
        remember(&key, &here, 0, replays(9)).unwrap();
        let alone = settled(&key, &here, 0).unwrap().unwrap();
        assert_eq!((&alone[0].embedding, alone[1].replay.unwrap().tokens), (&None, 9));
        remember(&key, &here, 1, found([1, 2])).unwrap();
        remember(&key, &here, 1, replays(8)).unwrap();
        let together = recall_findings(&key, &here, 1).unwrap();
        assert_eq!(together[0].embedding, Some(embedding([1, 2])));
        assert_eq!(together[1].replay.unwrap().tokens, 8);
    });
}

#[test]
fn later_epochs_should_push_out_earlier_ones() {
    on_a_node(|agent| {
        let key = agent.key();
        for epoch in 0..=SCOPES as u32 {
            remember(&key, &work(epoch, epoch as u8), 0, found([1, 2])).unwrap();
        }
        assert_eq!(recall::<Embedding>(&key, &work(0, 0), 0), None);
        for epoch in 1..=SCOPES as u32 {
            assert_eq!(recall(&key, &work(epoch, epoch as u8), 0), Some(found([1, 2])));
        }
    });
}

#[test]
fn the_first_commit_should_be_the_only_one_of_its_scope() {
    on_a_node(|agent| {
        let (key, here, there) = (agent.key(), work(5, 7), work(5, 8));
        let first = sealing::commit(agent, &here, &[None, None]).unwrap();
        let second = sealing::commit(agent, &here, &[Some(Default::default()), None]).unwrap();
        assert_ne!(first, second);
        assert_eq!(recall_commit(&key, &here), None);
        assert_eq!(remember_commit(&here, first.clone()), Some(first.clone()));
        assert_eq!(remember_commit(&here, second), Some(first.clone()));
        assert_eq!(recall_commit(&key, &here), Some(first));
        assert_eq!(recall_commit(&key, &there), None);
    });
}
