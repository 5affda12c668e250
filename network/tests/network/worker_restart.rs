//! A worker that dies in the middle of a round and comes back does not lose the round.

use crate::scenario::{plan, start, state, submit_only, terms, watch_in_background};
use std::time::Duration;
use waggle_client::report::Status;
use waggle_local_network::WORKER;
use waggle_primitives::{view::RoundState, Phase};

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn round_should_settle_when_the_worker_is_killed_and_started_again() {
    let mut network = start(plan()).await;
    let submitted = submit_only(&network, "37+12", &terms(100)).await;
    network.kill(WORKER).await.unwrap();
    let watched = watch_in_background(network.url(), submitted.round);
    tokio::time::sleep(Duration::from_secs(2)).await;
    // The bundled models are quick: they may have answered before the worker was dead, and all
    // that is missing are the grades.
    let in_between = state(&network, submitted.round).await;
    assert!(
        matches!(in_between, RoundState::Running { phase: Phase::Answering | Phase::Grading, .. }),
        "{in_between:?}"
    );

    network.start_again(&[WORKER]).await.unwrap();
    let report = watched.await.unwrap().unwrap();
    assert_eq!(report.status, Status::Settled);
    assert_eq!(report.answers.len(), 7, "everybody answered in the end");
    network.stop().await;
}
