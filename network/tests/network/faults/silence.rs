//! A third of the agents stops for good in the middle of a round: after committing answers, or
//! after committing grades.
//!
//! The others' worker is held back, so that the agents who will stop have committed before anybody
//! can go on: nothing here depends on who is faster.

use super::{
    ledger::Ledger,
    swarm::{
        ask, check_complete, check_rest, is_absent, terms, terms_without_some, until_committed,
        until_standing, AGENTS, ALL_NODES, AT_HOME, AWAY, MEADOW, MEADOW_WORKER, QUESTIONS,
    },
};
use crate::{
    blocks::Node,
    proxy::{Mischief, Proxy},
};
use std::time::Duration;
use waggle_client::report::{Answer, RoundReport};
use waggle_local_network::{LocalNetwork, WORKER};
use waggle_primitives::Phase;

/// Long enough for agents that are prompt to commit grades: eight blocks.
const GRADING: Duration = Duration::from_secs(2);

/// They stop after committing answers.
pub(crate) async fn play_after_answers(network: &mut LocalNetwork, before: &Ledger) {
    let bob = Node::connect(&network.url_of("bob").unwrap()).await;
    network.kill(WORKER).await.unwrap();
    let asked = ask(bob.chain.url(), "//Bob", QUESTIONS[1], &terms(AGENTS)).await;
    until_committed(&bob.chain, asked.round, AWAY).await;
    network.kill(MEADOW).await.unwrap();
    network.kill(MEADOW_WORKER).await.unwrap();
    network.start_again(&[WORKER]).await.unwrap();

    let report = asked.settled().await;
    check_silent(&report, |answer| !answer.opened_answer && !answer.opened_grades);
    // Who is left does the next rounds, and who comes back takes part again.
    let next = ask(bob.chain.url(), "//Bob", QUESTIONS[0], &terms_without_some(AGENTS))
        .await
        .settled()
        .await;
    check_complete(network, &next, AT_HOME);
    network.start_again(&[MEADOW, MEADOW_WORKER]).await.unwrap();
    let last = ask(bob.chain.url(), "//Bob", QUESTIONS[2], &terms(AGENTS)).await.settled().await;
    check_complete(network, &last, AGENTS);
    check_rest(network, &ALL_NODES, before).await;
}

/// They stop after committing grades. `proxy` stands between alice's node and its worker.
pub(crate) async fn play_after_grades(network: &mut LocalNetwork, proxy: &Proxy, before: &Ledger) {
    let bob = Node::connect(&network.url_of("bob").unwrap()).await;
    let last = hex::encode(network.agents()[AT_HOME - 1].key.0);
    let asked = ask(bob.chain.url(), "//Bob", QUESTIONS[3], &terms(AGENTS)).await;
    assert!(
        until_standing(&bob.chain, asked.round, |phase, _| phase == Phase::OpeningAnswers).await
    );
    // It has answered; what hangs from now on is its grading, so that the phase waits for it.
    proxy.order(&last, Mischief::Hangs);
    assert!(until_standing(&bob.chain, asked.round, |phase, _| phase == Phase::Grading).await);
    tokio::time::sleep(GRADING).await;
    network.kill(MEADOW).await.unwrap();
    network.kill(MEADOW_WORKER).await.unwrap();
    assert!(
        until_standing(&bob.chain, asked.round, |phase, _| phase == Phase::Grading).await,
        "it still waits"
    );
    proxy.order(&last, Mischief::None);

    let report = asked.settled().await;
    check_silent(&report, |answer| answer.opened_answer && !answer.opened_grades);
    network.start_again(&[MEADOW, MEADOW_WORKER]).await.unwrap();
    check_rest(network, &ALL_NODES, before).await;
}

/// The meadow's agents, and only they, are as `silent` says, and have lost their tickets.
fn check_silent(report: &RoundReport, silent: impl Fn(&Answer) -> bool) {
    let json = report.to_json_line();
    assert_eq!(report.answers.len(), AGENTS, "all committed: {json}");
    assert_eq!(report.answers.iter().filter(|answer| silent(answer)).count(), AWAY, "{json}");
    assert_eq!(report.answers.iter().filter(|answer| is_absent(answer)).count(), AWAY, "{json}");
    assert!(report.grades.iter().all(|grade| {
        let grader = report.answers.iter().find(|answer| answer.agent == grade.grader);
        grader.is_some_and(|grader| !silent(grader))
    }));
}
