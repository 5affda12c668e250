//! Duties to open: no worker, no memory, only the keystore.

use super::node::{honest, Node};
use crate::mock::key;
use waggle_primitives::{Act, Phase, SignedAct};

#[test]
fn answers_should_be_opened_without_the_worker() {
    let node = Node::new(&[0, 1, 2, 3]);
    let round = node.ask(4);
    node.worker(honest(0));
    node.step();
    assert_eq!(node.phase(round), Some(Phase::OpeningAnswers));
    node.desk.take_posted();
    let acts = node.run_hook();
    assert_eq!(acts.len(), 4);
    for act in &acts {
        assert!(
            matches!(act, SignedAct { act: Act::OpenAnswer { round: of, .. }, .. } if *of == round)
        );
    }
    assert_eq!(node.desk.take_posted().len(), 0);
    node.build_block(acts);
    assert_eq!(node.phase(round), Some(Phase::Grading));
}

#[test]
fn node_that_lost_its_disk_should_open_what_it_sealed() {
    let node = Node::new(&[0, 1, 2, 3]);
    let round = node.ask(4);
    node.worker(honest(8000));
    node.step();
    // A new machine with the same keys, at each step.
    let node = node.elsewhere(&[0, 1, 2, 3]);
    node.step();
    assert_eq!(node.phase(round), Some(Phase::Grading));
    let node = node.elsewhere(&[0, 1, 2, 3]);
    node.worker(honest(8000));
    node.step();
    assert_eq!(node.phase(round), Some(Phase::OpeningGrades));
    let node = node.elsewhere(&[0, 1, 2, 3]);
    node.step();
    assert_eq!(node.phase(round), None);
    let view = node.on_chain(|| crate::mock::Rounds::round(round)).unwrap();
    assert!(view.agents.iter().all(|agent| agent.opened_answer && agent.opened_grades));
}

#[test]
fn opening_should_be_sent_in_every_block_until_it_is_in() {
    let node = Node::new(&[0, 1, 2, 3]);
    node.ask(4);
    node.worker(honest(0));
    node.step();
    let first = node.run_hook();
    node.build_block(vec![]);
    assert_eq!(node.run_hook(), first, "byte for byte: the pool keeps one copy");
    let (of_one, of_others): (Vec<SignedAct>, Vec<SignedAct>) =
        first.into_iter().partition(|act| act.agent == key(0));
    node.build_block(of_one);
    assert_eq!(node.run_hook(), of_others, "who has opened is done");
}

#[test]
fn prompt_round_should_take_three_blocks_from_the_last_commit() {
    let node = Node::new(&[0, 1, 2, 3]);
    let round = node.ask(4);
    node.worker(honest(5000));
    for expected in
        [Some(Phase::OpeningAnswers), Some(Phase::Grading), Some(Phase::OpeningGrades), None]
    {
        node.step();
        assert_eq!(node.phase(round), expected);
    }
    let view = node.on_chain(|| crate::mock::Rounds::round(round)).unwrap();
    assert_eq!(view.blocks.ended.unwrap() - view.blocks.answering_ended.unwrap(), 3);
    assert_eq!(view.winning_answer.as_deref(), Some(&b"49"[..]));
}
