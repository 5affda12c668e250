//! A worker that replies with rubbish costs its agent the turn, and nobody else anything.

use crate::{
    proxy::{Mischief, Proxy},
    scenario::{ask, plan, start, terms, AGENTS},
};
use waggle_client::report::{Answer, RoundReport, Status};
use waggle_local_network::Plan;

/// Blocks for the answers: this is how long the round waits for the victim.
const ANSWERING_BLOCKS: u32 = 16;

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn rounds_should_settle_without_an_agent_whose_worker_misbehaves() {
    let proxy = Proxy::start().await;
    let network = start(Plan { worker_url: Some(proxy.url()), ..plan() }).await;
    proxy.aim_at(network.worker_port());
    let victim = &network.agents()[3];
    let (key, owner) = (hex::encode(victim.key.0), victim.owner.to_string());

    for (mischief, question) in [
        (Mischief::None, "37+12"),
        (Mischief::NotJson, "37+11"),
        (Mischief::NegativeGrade, "37+10"),
        (Mischief::Endless, "37+9"),
        (Mischief::Hangs, "37+8"),
        (Mischief::None, "37+7"),
    ] {
        proxy.order(&key, mischief);
        let logged = network.node_log().len();
        let report = ask(&network, question, &terms(ANSWERING_BLOCKS)).await.unwrap();
        assert_eq!(report.status, Status::Settled, "{mischief:?}");
        check(&report, mischief, &owner);
        if mischief != Mischief::None {
            assert!(proxy.done() > 0, "{mischief:?} happened");
            let log = network.node_log();
            let news = &log[logged..];
            let complaints = news
                .lines()
                .filter(|line| line.contains(&key) && line.contains("does nothing in round"))
                .count();
            assert_eq!(complaints, 1, "{mischief:?}: the node says so once\n{news}");
        }
    }
    network.stop().await;
}

fn check(report: &RoundReport, mischief: Mischief, victim: &str) {
    let (its, others): (Vec<&Answer>, Vec<&Answer>) =
        report.answers.iter().partition(|answer| answer.agent == victim);
    assert_eq!(others.len(), AGENTS as usize - 1, "{mischief:?}: the others all answered");
    for other in others {
        assert!(other.opened_answer && other.opened_grades, "{mischief:?}: {other:?}");
    }
    match mischief {
        Mischief::None => assert!(its.iter().all(|answer| answer.opened_grades) && its.len() == 1),
        Mischief::NegativeGrade => {
            assert!(
                its.iter().all(|answer| answer.opened_answer && !answer.opened_grades)
                    && its.len() == 1
            );
            assert!(
                report.grades.iter().all(|grade| grade.grader != victim),
                "its grades do not count"
            );
        }
        Mischief::NotJson | Mischief::Endless | Mischief::Hangs => {
            assert!(its.is_empty(), "{mischief:?}: {its:?}")
        }
    }
}
