//! Several agents on one node, and runs that overlap.

use super::{
    desk::Conduct,
    node::{agent_of, honest, Node, SLOT},
};
use crate::{
    hook::{turns::Turn, worker::MAX_JOBS_PER_RUN},
    mock::key,
};
use sp_core::offchain::Duration;
use waggle_primitives::{AgentKey, SignedAct};

fn agents(acts: &[SignedAct]) -> Vec<AgentKey> {
    let mut agents: Vec<_> = acts.iter().map(|act| act.agent).collect();
    agents.sort();
    agents
}

fn keys(of: &[u8]) -> Vec<AgentKey> {
    let mut keys: Vec<_> = of.iter().map(|agent| key(*agent)).collect();
    keys.sort();
    keys
}

#[test]
fn job_that_hangs_should_cost_its_own_agent_only() {
    let node = Node::new(&[0, 1, 2]);
    node.ask(4);
    let mut honest = honest(0);
    node.worker(move |posted| match agent_of(posted) == key(1) {
        true => Conduct::hangs(),
        false => honest(posted).after(30),
    });
    let start = node.desk.now();
    let sent = node.run_hook_timed();
    assert_eq!(node.desk.now() - start, 200, "the run ends at its deadline");
    let acts: Vec<_> = sent.iter().map(|(_, act)| act.clone()).collect();
    assert!(acts.iter().all(|act| act.agent != key(1)));
    for agent in [0, 2] {
        let first = sent.iter().find(|(_, act)| act.agent == key(agent)).unwrap().0;
        assert!(first <= 55, "agent {agent}'s act waited until {first}");
    }
    // All of it in one go: the jobs were under way together.
    assert!(node.desk.take_posted().iter().all(|posted| posted.at == start));
}

#[test]
fn agent_should_not_be_asked_for_twice_at_the_same_time() {
    let node = Node::new(&[0, 1]);
    node.ask(4);
    node.worker(honest(0));
    // Another block's run is talking to the worker for agent 0.
    let turn = node.on_chain(|| Turn::take(&key(0), Duration::from_millis(300)).unwrap());
    assert_eq!(agents(&node.run_hook()), keys(&[1]));
    node.on_chain(|| drop(turn));
    assert_eq!(agents(&node.run_hook()), keys(&[0, 1]));
}

#[test]
fn turn_of_a_killed_node_should_pass() {
    let node = Node::new(&[0]);
    node.ask(4);
    node.worker(honest(0));
    node.on_chain(|| std::mem::forget(Turn::take(&key(0), Duration::from_millis(300)).unwrap()));
    assert_eq!(node.run_hook(), vec![]);
    node.desk.pass(2 * SLOT);
    assert_eq!(agents(&node.run_hook()), keys(&[0]));
}

#[test]
fn turns_should_end_with_the_run() {
    let node = Node::new(&[0, 1, 2]);
    node.ask(4);
    node.worker(
        |posted| if agent_of(posted) == key(1) { Conduct::hangs() } else { Conduct::down() },
    );
    node.run_hook();
    node.worker(honest(0));
    assert_eq!(agents(&node.run_hook()), keys(&[0, 1, 2]), "right away, without any time passing");
}

#[test]
fn other_agents_turns_should_end_before_a_hanging_job() {
    let node = Node::new(&[0, 1]);
    node.ask(4);
    let start = node.desk.now();
    node.worker(|posted| match agent_of(posted) == key(1) {
        true => Conduct::hangs(),
        false => Conduct::ok(r#"{"status":"pending"}"#),
    });
    node.run_hook();
    let ended = |agent| {
        let cleared = node.desk.cleared();
        let (at, _) = cleared
            .iter()
            .find(|(_, stored)| stored.ends_with(&key(agent).0))
            .expect("the turn ended");
        at - start
    };
    assert!(ended(0) <= 5, "agent 0's turn lasted {}", ended(0));
    assert_eq!(ended(1), 200);
}

#[test]
fn opening_should_not_wait_for_a_turn() {
    let node = Node::new(&[0, 1, 2, 3]);
    node.ask(4);
    node.worker(honest(0));
    node.step();
    node.on_chain(|| std::mem::forget(Turn::take(&key(0), Duration::from_millis(300)).unwrap()));
    assert_eq!(agents(&node.run_hook()), keys(&[0, 1, 2, 3]));
}

/// Jobs of 12 agents in [`ROUNDS`]: more than one run posts.
const JOBS: usize = 12 * ROUNDS as usize;
const ROUNDS: u32 = 24;

fn ask_often(node: &Node) {
    crate::mock::MaxOpenRounds::set(ROUNDS);
    for _ in 0..ROUNDS {
        node.ask(12);
    }
}

#[test]
fn agents_beyond_a_run_s_limit_should_have_their_turn_in_later_blocks() {
    let agents: Vec<u8> = (0..12).collect();
    let node = Node::new(&agents);
    ask_often(&node);
    node.worker(honest(0));
    let first = node.run_hook();
    assert_eq!(first.len(), MAX_JOBS_PER_RUN);
    node.build_block(vec![]);
    // What was committed is remembered, so the second run has time for the rest.
    assert_eq!(node.run_hook().len(), JOBS);
}

#[test]
fn agents_should_take_turns_in_being_first() {
    let agents: Vec<u8> = (0..12).collect();
    let node = Node::new(&agents);
    ask_often(&node);
    // A worker that never gets anywhere: every block can ask for 256 of 288 jobs, and none is left
    // out for ever.
    node.worker(|_| Conduct::ok(r#"{"status":"pending"}"#));
    let mut asked = std::collections::BTreeSet::new();
    for _ in 0..3 {
        node.step();
        asked.extend(
            node.desk
                .take_posted()
                .iter()
                .map(|posted| posted.json()["id"].as_str().unwrap().to_owned()),
        );
    }
    assert_eq!(asked.len(), JOBS);
}
