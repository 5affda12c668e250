//! A worker that dies in the middle of a round and comes back does not lose the round.

use crate::scenario::{plan, start, state, submit_only, terms, watch_in_background};
use std::time::Duration;
use waggle_client::{report::Status, submit::Terms};
use waggle_local_network::WORKER;
use waggle_primitives::{view::RoundState, Phase};

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn round_should_settle_when_the_worker_is_killed_and_started_again() {
    let mut network = start(plan()).await;
    // One seat more than there are agents here: answering lasts until its deadline, however quick
    // the bundled models are to answer before the worker is dead.
    let terms = Terms { max_agents: 8, ..terms(40) };
    let submitted = submit_only(&network, "37+12", &terms).await;
    network.kill(WORKER).await.unwrap();
    let watched = watch_in_background(network.url(), submitted.round);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let in_between = state(&network, submitted.round).await;
    assert!(
        matches!(in_between, RoundState::Running { phase: Phase::Answering, .. }),
        "{in_between:?}"
    );

    network.start_again(&[WORKER]).await.unwrap();
    let report = watched.await.unwrap().unwrap();
    assert_eq!(report.status, Status::Settled);
    assert_eq!(report.answers.len(), 7, "everybody answered in the end");
    network.stop().await;
}
