//! The gateway is killed in the middle of rounds and started again: it finds its rounds, asks
//! nothing twice, and its budgets are right.

use crate::{
    ledger::Ledger,
    process::{Curl, Reply},
    scene::Scene,
};
use waggle_client::amount::{Amount, WAG};

/// Questions that run when the gateway is killed.
const QUESTIONS: usize = 5;

#[tokio::test]
#[ignore = "starts processes: ./scripts/gateway"]
async fn questions_should_be_paid_once_when_the_gateway_is_killed_in_mid_round() {
    let mut scene = Scene::start().await;
    let secret = scene.plenty("patient").await;
    let before = Ledger::now(&scene.network.url()).await;

    let url = scene.gateway.url();
    let asking = (0..QUESTIONS).map(|number| {
        let (url, secret) = (url.clone(), secret.clone());
        tokio::spawn(async move { ask(&url, &secret, number).await })
    });
    let asking: Vec<_> = asking.collect();
    before.until_begun(QUESTIONS).await;
    let setting = scene.gateway.kill().await;
    for asked in asking {
        // Some may have been answered before the kill; the others' connections broke.
        let _ = asked.await.unwrap();
    }

    scene.gateway = setting.start().await;
    let url = scene.gateway.url();
    let again = (0..QUESTIONS).map(|number| ask(&url, &secret, number));
    let mut rounds = Vec::new();
    for reply in futures::future::join_all(again).await {
        let reply = reply.expect("the gateway is back");
        assert_eq!(reply.status, 200, "{}", reply.body);
        rounds.push(reply.round.expect("the round is named"));
    }

    let spent = before.check().await;
    rounds.sort_unstable();
    let mut begun = spent.rounds.clone();
    begun.sort_unstable();
    assert_eq!(rounds, begun, "each question is one round, before and after the kill");
    let charged: Amount = scene.setting.spent("patient").await.parse().unwrap();
    assert!(charged.0 <= spent.total, "{charged} WAG charged for {} units", spent.total);
    let rewards = QUESTIONS as u128 * 20 * WAG;
    assert!(charged.0 > 0 && charged.0 <= rewards + rewards / 10, "{charged} WAG charged");
    // The new process counts what it took up from the old one.
    let answered = scene.gateway.metric("waggle_gateway_orders_total{outcome=\"answered\"}").await;
    let paid = scene.gateway.metric("waggle_gateway_spent_wag_total").await;
    assert!(answered >= 1.0 && answered <= QUESTIONS as f64, "{answered} orders counted");
    let charged = charged.0 as f64 / WAG as f64;
    assert!(paid > 0.0 && paid <= charged + 1e-6, "{paid} of {charged} WAG");
    if answered == QUESTIONS as f64 {
        assert!((paid - charged).abs() < 1e-6, "{paid} of {charged} WAG");
    }
    scene.stop().await;
}

async fn ask(url: &str, secret: &str, number: usize) -> Result<Reply, String> {
    Curl::ask(url, secret, &format!("{number}+12"), &format!("question {number}")).await
}
