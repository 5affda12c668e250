//! The network is cut in two for 30 seconds and heals, with rounds asked before, meanwhile on both
//! sides, and after.
//!
//! Cut in the middle, neither side has the three validators that finality needs: both go on making
//! blocks, and one side's are given up when the network heals. What was final stays; a round that
//! only the losing side had may be gone, and then its client still has its money. That is no fault
//! of the chain: such a round was never final. Cut so that three validators stay together, they go
//! on as if nothing were.

use super::{
    ledger::Ledger,
    long,
    namespaces::{Hub, Namespaces, Side},
    skipped,
    swarm::{
        ask, check_complete, check_logs, check_rest, start_with, terms, terms_without_some,
        ALL_NODES, AT_HOME, MEADOW, MEADOW_WORKER, QUESTIONS,
    },
};
use crate::{blocks::Node, scenario::quiet};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use waggle_client::{
    account::{account_id, development},
    ask::watch,
    chain::Chain,
    report::RoundReport,
    Failure,
};
use waggle_local_network::{Surroundings, WORKER};
use waggle_primitives::view::RoundState;

/// Agents on the meadow: enough for rounds of their own.
const AWAY: usize = 4;
/// All agents.
const AGENTS: usize = AT_HOME + AWAY;
/// How long the network is cut.
const CUT: Duration = Duration::from_secs(30);
/// How long it may take to be one again: TCP sends again after up to 26 seconds.
const HEALING: Duration = Duration::from_secs(90);
const DEADLINE: Duration = Duration::from_secs(60);

const IN_THE_MIDDLE: [(&str, Side); 5] = [
    ("alice", Side::Left),
    ("bob", Side::Left),
    ("charlie", Side::Right),
    ("dave", Side::Right),
    (MEADOW, Side::Right),
];
const ONE_AWAY: [(&str, Side); 5] = [
    ("alice", Side::Left),
    ("bob", Side::Left),
    ("charlie", Side::Left),
    ("dave", Side::Right),
    (MEADOW, Side::Right),
];

#[test]
#[ignore = "starts processes: ./scripts/test network"]
fn network_cut_in_the_middle_should_become_one_again_and_lose_nothing_final() {
    play(
        "network_cut_in_the_middle_should_become_one_again_and_lose_nothing_final",
        &IN_THE_MIDDLE,
    );
}

#[test]
#[ignore = "starts processes: ./scripts/faults --all"]
fn three_validators_should_go_on_when_one_is_cut_off() {
    if long() {
        play("three_validators_should_go_on_when_one_is_cut_off", &ONE_AWAY);
    }
}

/// Play the scenario in the hub; make the namespaces first if this is not it.
fn play(test: &str, sites: &[(&str, Side)]) {
    if let Some(hub) = Hub::here() {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        return runtime.block_on(scenario(&hub, sites));
    }
    match Namespaces::make(sites) {
        Ok(namespaces) => {
            let status = namespaces.run_inside(&format!("faults::partition::{test}"));
            assert!(status.success(), "{status}");
        }
        Err(reason) => skipped("the network is cut in two", &reason),
    }
}

async fn scenario(hub: &Hub, sites: &[(&str, Side)]) {
    let mut network = start_with(AWAY, |process| surroundings(hub, sites, process)).await;
    let before = Ledger::now(&network.url()).await;
    let majority = sites.iter().filter(|(_, side)| *side == Side::Left).count() == 3;
    let (left, right) = (network.url(), network.url_of("dave").unwrap());
    let (alice, dave) = (Node::connect(&left).await, Node::connect(&right).await);
    let first = ask(&left, "//Alice", QUESTIONS[0], &terms(AGENTS)).await.settled().await;
    check_complete(&network, &first, AGENTS);
    let settled = first.blocks.settled.unwrap();
    alice.until("the first round is final", DEADLINE, |_, finalised| finalised >= settled).await;

    hub.cut();
    let begin = Instant::now();
    // Both sides ask their own agents.
    let ours = ask(&left, "//Bob", QUESTIONS[1], &terms_without_some(AGENTS)).await;
    let theirs = ask(&right, "//Charlie", QUESTIONS[3], &terms_without_some(AGENTS)).await;
    eprintln!("cut: round {} on the left, round {} on the right", ours.round, theirs.round);
    let ours = ours.settled().await;
    let theirs = theirs.settled().await;
    let waiting = [("//Bob", &left, ours.round), ("//Charlie", &right, theirs.round)]
        .map(|(client, url, round)| (client, round, until_final(url.clone(), round)));
    assert_eq!(
        (ours.answers.len(), theirs.answers.len()),
        (AT_HOME, AWAY),
        "each side has its own agents"
    );
    tokio::time::sleep(CUT.saturating_sub(begin.elapsed())).await;
    let tips = [
        (alice.best().await, alice.finalised().await),
        (dave.best().await, dave.finalised().await),
    ];
    let same =
        alice.hash(tips[0].0.min(tips[1].0)).await == dave.hash(tips[0].0.min(tips[1].0)).await;
    eprintln!(
        "after {:.1} s cut: best and finalised {:?} left, {:?} right",
        begin.elapsed().as_secs_f64(),
        tips[0],
        tips[1]
    );
    assert!(!same, "the two sides have gone apart");
    assert_eq!(
        tips[0].1 > ours.blocks.settled.unwrap(),
        majority,
        "finality goes on with three validators only"
    );

    hub.heal();
    let healed = Instant::now();
    let target = tips[0].0.max(tips[1].0);
    for node in [&alice, &dave] {
        node.until("finality catches up", HEALING, |best, finalised| {
            finalised > target && best - finalised < 24
        })
        .await;
    }
    assert_eq!(alice.hash(target).await, dave.hash(target).await, "one chain");
    eprintln!("one again, and final, {:.1} s after healing", healed.elapsed().as_secs_f64());
    check_clients(&alice, waiting).await;
    // What was final before has not changed, and the swarm is whole.
    let again = alice
        .chain
        .round(first.round, alice.chain.best_block().await.unwrap().hash)
        .await
        .unwrap()
        .unwrap();
    assert!(matches!(again.state, RoundState::Settled { .. }), "{again:?}");
    assert_eq!(again.blocks.ended, first.blocks.settled);
    let last = ask(&left, "//Dave", QUESTIONS[2], &terms(AGENTS)).await.settled().await;
    check_complete(&network, &last, AGENTS);
    check_rest(&mut network, &ALL_NODES, &before).await;
    check_logs(&network, &ALL_NODES);
    network.stop().await;
}

/// A client that waits for its result.
type Waiting = JoinHandle<Result<RoundReport, Failure>>;

/// Wait for the result of a round until it is final.
fn until_final(url: String, round: u64) -> Waiting {
    tokio::spawn(
        async move { watch(&mut Chain::connect(&url).await?, round, true, &mut quiet()).await },
    )
}

/// A client that waits for finality gets its own result, or is told that its round is gone, and
/// then it is: it never gets somebody else's, though both sides have used the same number.
async fn check_clients(node: &Node, clients: [(&str, u64, Waiting); 2]) {
    let rounds = node.chain.recent_rounds(100).await.unwrap();
    let mut kept = 0;
    for (client, round, waiting) in clients {
        let account = account_id(&development(client).unwrap());
        let its: Vec<u64> =
            rounds.iter().filter(|round| round.client == account).map(|round| round.id).collect();
        let outcome = tokio::time::timeout(HEALING, waiting)
            .await
            .expect("no client waits for ever")
            .unwrap();
        let told = outcome
            .as_ref()
            .map_or_else(|failure| failure.to_string(), |report| format!("{:?}", report.status));
        eprintln!(
            "{client} asked round {round}; on the chain it has {its:?}, and it was told: {told}"
        );
        match outcome {
            Ok(report) => assert_eq!((report.client, its), (account.to_string(), vec![round])),
            Err(Failure::RoundGone(gone)) => assert!(gone == round && !its.contains(&round)),
            Err(failure) => panic!("{failure}"),
        }
        kept += usize::from(told.starts_with("Settled"));
    }
    assert!(kept >= 1, "one side's chain goes on");
}

/// What surrounds a process: its own site; a worker is with its node.
fn surroundings(hub: &Hub, sites: &[(&str, Side)], process: &str) -> Surroundings {
    let site = match process {
        WORKER => "alice",
        MEADOW_WORKER => MEADOW,
        node => node,
    };
    let number = sites.iter().position(|(name, _)| *name == site).expect("each process has a site");
    hub.surroundings(number, site)
}
