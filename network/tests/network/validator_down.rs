//! A network of four validators with seven agents, end to end. Then it loses a validator and goes
//! on; the lost one comes back and catches up. In the end it loses two, so that finality stops, and
//! clients go on.

use crate::{
    blocks::{Made, Node},
    end_to_end,
    scenario::{ask, plan, start, terms},
};
use std::time::{Duration, Instant};
use waggle_client::report::Status;
use waggle_local_network::{LocalNetwork, Plan, Preset};

/// How long anything may take that takes seconds.
const DEADLINE: Duration = Duration::from_secs(30);
/// For how many slots the validator is away at least: twelve seconds.
const SLOTS_AWAY: u64 = 48;
/// How many blocks are not final when a client goes on: more than subxt's own eras have.
const LAG: u32 = 40;
/// How long two of four validators may take to make them, with every second slot.
const LAG_DEADLINE: Duration = Duration::from_secs(90);
/// The number of the validator that is killed, Dave, among the authorities.
const DAVE: u32 = 3;

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn network_of_four_should_go_on_without_one_and_take_it_back() {
    let mut network = start(Plan { preset: Preset::Local, ..plan() }).await;
    let [alice, bob, charlie, dave] = connect(&network).await;
    for node in [&alice, &bob, &charlie, &dave] {
        node.until("the network begins", DEADLINE, |_, finalised| finalised >= 2).await;
    }
    drop(dave);
    end_to_end::play(&network).await;

    network.kill("dave").await.unwrap();
    let left = alice.newest().await;
    // A round is asked, answered, graded and settled meanwhile.
    let report = ask(&network, "max 7 31 9", &terms(100)).await.unwrap();
    assert_eq!(report.status, Status::Settled);
    let alone = wait_for_slot(&alice, left.slot + SLOTS_AWAY).await;

    // Blocks: all others' slots have one, and the absent one's are empty.
    let blocks = blocks(&alice, left.number + 2, alone.number).await;
    let slots = alone.slot - left.slot;
    eprintln!("{} of {slots} slots have a block without one of four validators", blocks.len());
    assert!(blocks.iter().all(|made| made.author != DAVE), "it is away: {blocks:?}");
    for author in 0..DAVE {
        assert!(
            blocks.iter().any(|made| made.author == author),
            "validator {author} is there: {blocks:?}"
        );
    }
    // A quarter of the slots is the absent one's; fewer than a half or all would be a miracle in
    // that many.
    assert!(
        (blocks.len() as u64) < slots && blocks.len() as u64 > slots / 2,
        "{} of {slots}",
        blocks.len()
    );
    // Finality: three of four are more than two thirds.
    for node in [&alice, &bob, &charlie] {
        node.until("finality goes on", DEADLINE, |_, finalised| finalised > left.number + 10).await;
        assert_eq!(node.hash(left.number + 10).await, alice.hash(left.number + 10).await);
    }

    let back = Instant::now();
    network.start_again(&["dave"]).await.unwrap();
    let dave = Node::connect(&network.url_of("dave").unwrap()).await;
    let (best, finalised) = (alice.best().await, alice.finalised().await);
    dave.until("it catches up", DEADLINE, |own_best, own_finalised| {
        own_best >= best && own_finalised >= finalised
    })
    .await;
    assert_eq!(dave.hash(finalised).await, alice.hash(finalised).await);
    eprintln!("back at the others' heights {:.1} s after its start", back.elapsed().as_secs_f64());
    alice.until_made_by(DAVE, alice.best().await + 1, DEADLINE).await;
    let now = alice.best().await;
    dave.until("it finalises with the others", DEADLINE, |_, finalised| finalised >= now).await;
    network.check_running().unwrap();

    for lost in ["charlie", "dave"] {
        network.kill(lost).await.unwrap();
    }
    let lags = |best: u32, finalised: u32| best > finalised + LAG;
    alice.until("finality lags", LAG_DEADLINE, lags).await;
    let report = ask(&network, "sort 9 4 7", &terms(100)).await.unwrap();
    assert_eq!(report.status, Status::Settled);
    let (best, finalised) = (alice.best().await, alice.finalised().await);
    assert!(lags(best, finalised), "nothing has become final meanwhile: {best}, {finalised}");
    network.stop().await;
}

async fn connect(network: &LocalNetwork) -> [Node; 4] {
    let urls = ["alice", "bob", "charlie", "dave"].map(|name| network.url_of(name).unwrap());
    let [alice, bob, charlie, dave] = &urls;
    let nodes =
        (Node::connect(alice), Node::connect(bob), Node::connect(charlie), Node::connect(dave));
    let (alice, bob, charlie, dave) = tokio::join!(nodes.0, nodes.1, nodes.2, nodes.3);
    [alice, bob, charlie, dave]
}

/// The blocks `first` to `last`.
async fn blocks(node: &Node, first: u32, last: u32) -> Vec<Made> {
    let mut blocks = Vec::new();
    for number in first..=last {
        blocks.push(node.made(number).await);
    }
    blocks
}

/// Wait until the best block's slot is at least `slot`.
async fn wait_for_slot(node: &Node, slot: u64) -> Made {
    let start = Instant::now();
    loop {
        let newest = node.newest().await;
        if newest.slot >= slot {
            return newest;
        }
        assert!(start.elapsed() < DEADLINE, "no block since {newest:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
