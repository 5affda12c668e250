//! Two nodes with one validator's keys make two blocks in one slot. The other nodes notice, report
//! it, and the validator is disabled and loses its place: no program but the nodes has a hand in
//! it.

use crate::{
    blocks::Node,
    scenario::{plan, start},
};
use std::time::{Duration, Instant};
use waggle_cli::AccountId;
use waggle_network::local_network::{Plan, Preset};

/// How long the validator may have no slot, and the report no block.
const DEADLINE: Duration = Duration::from_secs(40);
/// The number of the validator that runs twice, Dave, among the authorities.
const DAVE: u32 = 3;

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn validator_should_be_disabled_and_lose_its_place_when_it_runs_twice() {
    let mut network = start(Plan { preset: Preset::Local, roles: Vec::new(), ..plan() }).await;
    let alice = Node::connect(&network.url()).await;
    alice.until("the network begins", DEADLINE, |_, finalised| finalised >= 2).await;
    assert!(disabled(&alice).await.is_empty());
    assert_eq!(set(&alice).await, 4);

    let begin = Instant::now();
    network.add_double("dave").await.unwrap();
    while disabled(&alice).await.is_empty() {
        network.check_running().unwrap();
        assert!(begin.elapsed() < DEADLINE, "nobody has reported it");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    eprintln!("disabled {:.1} s after its second node was started", begin.elapsed().as_secs_f64());
    assert_eq!(disabled(&alice).await, vec![DAVE]);
    assert_eq!(set(&alice).await, 3);

    // Its nodes go on trying, and nobody takes what they make.
    let from = alice.best().await + 2;
    alice
        .until("the others go on", DEADLINE, |best, finalised| best > from + 20 && finalised > from)
        .await;
    for number in from..from + 20 {
        assert_ne!(alice.made(number).await.author, DAVE);
    }
    assert_eq!((disabled(&alice).await, set(&alice).await), (vec![DAVE], 3));
    network.check_running().unwrap();
    network.stop().await;
}

/// The numbers of the disabled authorities.
async fn disabled(node: &Node) -> Vec<u32> {
    let disabled: Vec<(u32, u32)> =
        node.value("Session", "DisabledValidators").await.unwrap_or_default();
    disabled.into_iter().map(|(number, _severity)| number).collect()
}

/// How many validators governance has in its set.
async fn set(node: &Node) -> usize {
    let set: Vec<(AccountId, u32)> =
        node.value("Validators", "Validators").await.expect("there is a set");
    set.len()
}
