//! A node that is killed (`kill -9`) in the middle of a round and comes back on its database does
//! not lose the round.

use crate::scenario::{plan, start, state, submit_only, terms, watch_in_background};
use std::time::{Duration, Instant};
use waggle_client::report::Status;
use waggle_local_network::{LocalNetwork, WORKER};
use waggle_primitives::{view::RoundState, Phase};

/// The only node of its network.
const NODE: &str = "node";

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn round_should_settle_when_the_node_is_killed_while_agents_answer() {
    let mut network = start(plan()).await;
    // Without a worker nobody answers, so the round is certainly in this phase when the node dies.
    network.kill(WORKER).await.unwrap();
    let submitted = submit_only(&network, "sort 3 1 2", &terms(100)).await;
    let watched = watch_in_background(network.url(), submitted.round);
    tokio::time::sleep(Duration::from_secs(2)).await;
    network.kill(NODE).await.unwrap();
    network.start_again(&[NODE]).await.unwrap();
    let found = state(&network, submitted.round).await;
    assert!(matches!(found, RoundState::Running { phase: Phase::Answering, .. }), "{found:?}");

    network.start_again(&[WORKER]).await.unwrap();
    let report = watched.await.unwrap().unwrap();
    assert_eq!(report.status, Status::Settled);
    assert_eq!(report.answers.len(), 7);
    network.stop().await;
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn round_should_settle_when_the_node_is_killed_after_the_answers_are_committed() {
    let mut network = start(plan()).await;
    let submitted = submit_only(&network, "reverse golk", &terms(100)).await;
    let watched = watch_in_background(network.url(), submitted.round);
    until_past_answering(&network, submitted.round).await;
    network.kill(NODE).await.unwrap();
    // The keys of the seals are nowhere but in the agents' signatures: the new process makes them
    // again.
    network.start_again(&[NODE]).await.unwrap();
    let report = watched.await.unwrap().unwrap();
    assert_eq!(report.status, Status::Settled);
    network.stop().await;
}

async fn until_past_answering(network: &LocalNetwork, round: u64) {
    let begin = Instant::now();
    while matches!(state(network, round).await, RoundState::Running { phase: Phase::Answering, .. })
    {
        assert!(begin.elapsed() < Duration::from_secs(30), "nobody answers");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
