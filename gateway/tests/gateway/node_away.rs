//! The node is killed while a client waits, and started again: the client gets its answer or a
//! typed error, and what it asked is paid once.

use crate::{ledger::Ledger, process::Curl, scene::Scene};
use std::time::{Duration, Instant};

/// How long until the gateway has found the node again.
const DEADLINE: Duration = Duration::from_secs(120);
/// How long the node stays away.
const AWAY: Duration = Duration::from_secs(5);

#[tokio::test]
#[ignore = "starts processes: ./scripts/gateway"]
async fn questions_should_be_paid_once_when_the_node_dies_in_mid_round() {
    let mut scene = Scene::start().await;
    let secret = scene.plenty("patient").await;
    let mut before = Ledger::now(&scene.network.url()).await;
    let url = scene.gateway.url();
    let asking = tokio::spawn({
        let (url, secret) = (url.clone(), secret.clone());
        async move { Curl::ask(&url, &secret, "37+12", "in mid round").await }
    });
    before.until_begun(1).await;

    scene.network.kill("node").await.unwrap();
    tokio::time::sleep(AWAY).await;
    let meanwhile = Curl::ask(&url, &secret, "1+1", "meanwhile");
    let (meanwhile, back) =
        futures::future::join(meanwhile, scene.network.start_again(&["node"])).await;
    back.unwrap();
    let meanwhile = meanwhile.expect("the gateway itself is there");
    assert!([200, 503, 504].contains(&meanwhile.status), "{meanwhile:?}");

    let first = asking.await.unwrap().expect("the connection to the gateway stays");
    assert!([200, 503, 504].contains(&first.status), "{first:?}");
    if first.status != 200 {
        let error: serde_json::Value = serde_json::from_str(&first.body).unwrap();
        assert!(error["error"]["code"].is_string(), "a typed error: {error}");
    }

    // The gateway answers again, by itself.
    let begin = Instant::now();
    loop {
        let reply = Curl::ask(&url, &secret, "2+2", &format!("after {:?}", begin.elapsed())).await;
        if reply.is_ok_and(|reply| reply.status == 200) {
            break;
        }
        assert!(begin.elapsed() < DEADLINE, "{}", scene.gateway.log());
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    // Asked again under its name, the first question is the round that it was.
    let again = Curl::ask(&url, &secret, "37+12", "in mid round").await.unwrap();
    if let (Some(first), Some(again)) = (first.round, again.round) {
        assert_eq!(first, again, "one round, whatever happened to the node");
    }
    before.reconnect().await;
    before.check().await;
    scene.stop().await;
}
