//! Processes are killed (`kill -9`) in each phase of a round and started again: a validator, a node
//! with agents, a worker.
//!
//! A phase of a prompt swarm lasts one block, a quarter of a second, so the kill follows as soon as
//! the phase is seen on another node, and it counts only if the round is still in that phase
//! afterwards; else another round is asked.

use super::{
    ledger::Ledger,
    long,
    swarm::{
        absent, ask_many, check_rest, settled, standing, terms, until_standing, AGENTS, ALL_NODES,
        MEADOW, MEADOW_WORKER,
    },
};
use crate::blocks::Node;
use std::time::{Duration, Instant};
use waggle_local_network::LocalNetwork;
use waggle_primitives::Phase;

const PHASES: [Phase; 4] =
    [Phase::Answering, Phase::OpeningAnswers, Phase::Grading, Phase::OpeningGrades];
/// Rounds asked for one kill until it falls into its phase.
const TRIES: usize = 6;
/// Rounds in flight when the processes are killed.
const IN_FLIGHT: usize = 3;
/// How long the processes are away.
const AWAY_FOR: Duration = Duration::from_millis(1_000);
/// A validator without agents.
const DAVE: &str = "dave";

/// Play it: all three at once, and in the long version one by one as well.
pub(crate) async fn play(network: &mut LocalNetwork, before: &Ledger) {
    let mut questions = 0;
    let mut victims: Vec<&[&str]> = vec![&[DAVE, MEADOW, MEADOW_WORKER]];
    if long() {
        victims.extend([&[DAVE][..], &[MEADOW], &[MEADOW_WORKER]]);
    }
    for victims in victims {
        for phase in PHASES {
            kill_in(network, victims, phase, &mut questions).await;
        }
    }
    check_rest(network, &ALL_NODES, before).await;
}

/// Kill `victims` while a round is in `phase`, with others in flight, and start them again.
async fn kill_in(
    network: &mut LocalNetwork,
    victims: &[&str],
    phase: Phase,
    questions: &mut usize,
) {
    // Everything is asked and seen through a node that is never killed.
    let url = network.url_of("bob").unwrap();
    let bob = Node::connect(&url).await;
    for attempt in 1..=TRIES {
        let asked = ask_many(&url, *questions, IN_FLIGHT, &terms(AGENTS)).await;
        *questions += 1;
        let watched = asked.last().expect("there are rounds").round;
        if !until_standing(&bob.chain, watched, |now, _| now == phase).await {
            settled(asked).await;
            continue;
        }
        for victim in victims {
            network.kill(victim).await.unwrap();
        }
        let found = standing(&bob.chain, watched).await.map(|(phase, _)| phase);
        tokio::time::sleep(AWAY_FOR).await;
        let again = Instant::now();
        network.start_again(victims).await.unwrap();
        let back = again.elapsed();
        let reports = settled(asked).await;
        let missing: usize = reports.iter().map(absent).sum();
        let agents: usize = reports.iter().map(|report| report.answers.len()).sum();
        eprintln!(
            "{victims:?} killed in {phase:?} (then {found:?}, try {attempt}), back {:.1} s after \
             their start: {agents} answers in {IN_FLIGHT} rounds, {missing} agents absent",
            back.as_secs_f64()
        );
        if !victims.contains(&MEADOW) {
            assert_eq!(
                missing, 0,
                "a worker or a validator without agents that comes back costs nobody anything"
            );
            assert_eq!(agents, IN_FLIGHT * AGENTS, "all agents answered");
        }
        if found == Some(phase) {
            return;
        }
    }
    panic!("no kill fell into {phase:?} in {TRIES} tries");
}
