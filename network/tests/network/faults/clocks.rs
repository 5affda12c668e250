//! The nodes' clocks differ by half a slot: half of the nodes run with another clock
//! ([`crate::faketime`]).

use super::{
    ledger::Ledger,
    long, skipped,
    swarm::{
        ask, check_complete, check_logs, check_rest, start_in, terms, AGENTS, ALL_NODES, CLIENTS,
        MEADOW, QUESTIONS, VALIDATORS,
    },
};
use crate::{blocks::Node, faketime::Library};
use std::{collections::BTreeSet, time::Duration};

/// Half a slot of the preset `local`, in seconds.
const HALF_A_SLOT: f64 = 0.125;
/// The nodes whose clocks are fast: two validators, and the one with agents and no validator.
const FAST: [&str; 3] = ["bob", "dave", MEADOW];
/// Blocks over which authors and forks are counted.
const BLOCKS: u32 = 40;
const DEADLINE: Duration = Duration::from_secs(60);

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn rounds_should_settle_when_clocks_differ_by_half_a_slot() {
    run("clocks differ by half a slot", HALF_A_SLOT, 3).await;
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/faults --all"]
async fn rounds_should_settle_when_clocks_differ_by_a_whole_slot() {
    if long() {
        run("clocks differ by a whole slot", 2.0 * HALF_A_SLOT, 10).await;
    }
}

async fn run(scenario: &str, seconds: f64, rounds: usize) {
    let fast = match Library::find() {
        Ok(library) => library.ahead(seconds),
        Err(reason) => return skipped(scenario, &reason),
    };
    let mut network =
        start_in(|name| if FAST.contains(&name) { fast.clone() } else { Default::default() }).await;
    let before = Ledger::now(&network.url()).await;
    let alice = Node::connect(&network.url()).await;
    let first = alice.best().await;
    let mut blocks = Vec::new();
    for number in 0..rounds {
        let (client, question) =
            (CLIENTS[number % CLIENTS.len()], QUESTIONS[number % QUESTIONS.len()]);
        let report = ask(alice.chain.url(), client, question, &terms(AGENTS)).await.settled().await;
        check_complete(&network, &report, AGENTS);
        blocks.extend(report.blocks.commit_to_settlement);
    }
    alice.until("blocks", DEADLINE, |best, _| best >= first + BLOCKS).await;
    let (mut authors, mut made) = (BTreeSet::new(), Vec::new());
    for number in first..=first + BLOCKS {
        let block = alice.made(number).await;
        authors.insert(block.author);
        made.push(block.slot);
    }
    let slots = made.last().unwrap() - made[0];
    assert_eq!(authors.len(), VALIDATORS.len(), "all make blocks");
    check_rest(&mut network, &ALL_NODES, &before).await;
    check_logs(&network, &ALL_NODES);
    let reorganisations: usize =
        VALIDATORS.iter().map(|name| network.log_of(name).unwrap().matches("Reorg").count()).sum();
    eprintln!(
        "clocks {seconds} s apart: {BLOCKS} blocks in {slots} slots, {reorganisations} \
         reorganisations over all nodes, blocks from last commit to settlement {blocks:?}"
    );
    network.stop().await;
}
