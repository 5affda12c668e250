//! A node joins a running network from nothing, syncs while rounds run, and its agents take part.

use super::{
    ledger::Ledger,
    long,
    swarm::{
        ask, check_complete, check_logs, check_rest, roles, settled, terms, AGENTS, ALL_NODES,
        AT_HOME, CLIENTS, QUESTIONS,
    },
};
use crate::blocks::Node;
use std::{
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc,
    },
    time::{Duration, Instant},
};
use waggle_client::report::Seats;
use waggle_local_network::{AgentNode, LocalNetwork};

/// How long it may take to have what the others have.
const DEADLINE: Duration = Duration::from_secs(60);
/// Agents that it brings.
const BRINGS: usize = 2;
/// Height of the chain that it syncs in the long version: ten minutes' blocks.
const LONG_CHAIN: u32 = 2_400;

/// Play it.
pub(crate) async fn play(network: &mut LocalNetwork, before: &Ledger) {
    let url = network.url_of("bob").unwrap();
    let bob = Node::connect(&url).await;
    if long() {
        bob.until("the chain grows", Duration::from_secs(1_200), |best, _| best >= LONG_CHAIN)
            .await;
    }
    let done = Arc::new(AtomicBool::new(false));
    let rounds = tokio::spawn(keep_asking(url.clone(), done.clone()));

    let begin = Instant::now();
    let newcomers = AgentNode::new("newcomer", AGENTS as u32, roles(BRINGS));
    let brought = network.add_node(newcomers).await.unwrap();
    let newcomer = Node::connect(&network.url_of("newcomer").unwrap()).await;
    let (best, finalised) = (bob.best().await, bob.finalised().await);
    newcomer
        .until("it syncs", DEADLINE, |own, own_finalised| own >= best && own_finalised >= finalised)
        .await;
    eprintln!("{best} blocks synced {:.1} s after its start", begin.elapsed().as_secs_f64());
    assert_eq!(newcomer.hash(finalised).await, bob.hash(finalised).await);
    done.store(true, Ordering::Relaxed);
    let asked = rounds.await.unwrap();
    assert!(asked > 0, "rounds ran meanwhile");

    // All that it reads of the past is what the others read, once it has the last round's end.
    let best = bob.best().await;
    newcomer.until("it has the last round's end", DEADLINE, |own, _| own >= best).await;
    let seen = newcomer.chain.recent_rounds(100).await.unwrap();
    assert_eq!(seen, bob.chain.recent_rounds(100).await.unwrap());
    // Its agents take part.
    let everybody = AGENTS + BRINGS;
    let report =
        ask(newcomer.chain.url(), "//Eve", QUESTIONS[4], &terms(everybody)).await.settled().await;
    check_complete(network, &report, everybody);
    for agent in &brought {
        assert!(
            report.answers.iter().any(|answer| answer.agent == agent.owner.to_string()),
            "{agent:?} took part"
        );
    }
    // Where there are fewer seats than agents, four validators draw lots for agents of three nodes.
    let report = ask(bob.chain.url(), "//Eve", QUESTIONS[3], &terms(AT_HOME)).await.settled().await;
    check_complete(network, &report, AT_HOME);
    assert!(
        matches!(report.seats, Some(Seats::Drawn { members, .. }) if members as usize == everybody),
        "{:?}",
        report.seats
    );
    check_rest(network, &[&ALL_NODES[..], &["newcomer"]].concat(), before).await;
    check_logs(network, &["newcomer"]);
}

/// Ask one question after the other until told to stop; how many were asked. All are checked.
async fn keep_asking(url: String, done: Arc<AtomicBool>) -> usize {
    let mut asked = 0;
    while !done.load(Ordering::Relaxed) {
        let (client, question) =
            (CLIENTS[asked % CLIENTS.len()], QUESTIONS[asked % QUESTIONS.len()]);
        settled(vec![ask(&url, client, question, &terms(AGENTS)).await]).await;
        asked += 1;
    }
    asked
}
