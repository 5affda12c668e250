//! Two gateways that share keys and budgets in one PostgreSQL database, as they would behind a
//! balancer: a key's budget counts at both, and what is asked of both under one name is one round.

use crate::{
    ledger::Ledger,
    process::{Allowance, Curl, Setting, PAYER},
    scene::{network, OFTEN, PLENTY},
};

/// Enough for two questions, of which each costs about 20 WAG, but may cost 25 as long as it runs.
const BUDGET_OF_TWO: u32 = 50;

#[tokio::test]
#[ignore = "starts processes: ./scripts/gateway"]
async fn gateways_should_share_budgets_and_names_when_they_share_a_database() {
    let store = std::env::var("WAGGLE_POSTGRES").expect("./scripts/gateway starts PostgreSQL");
    let network = network().await;
    let directory = tempfile::tempdir().unwrap();
    let setting = |name: &str| Setting {
        node: network.url(),
        store: store.clone(),
        payer: PAYER.into(),
        name: name.into(),
        directory: directory.path().into(),
    };
    let (one, other) = (setting("one"), setting("other"));
    let (first, second) = (one.start().await, other.start().await);
    let mark = std::process::id();

    // One name at both at once.
    let secret = one.key(&Allowance::new(&format!("plenty {mark}"), PLENTY, OFTEN)).await;
    let (here, there) = (first.url(), second.url());
    let (left, right) = futures::future::join(
        Curl::ask(&here, &secret, "37+12", "shared"),
        Curl::ask(&there, &secret, "37+12", "shared"),
    )
    .await;
    let (left, right) = (left.unwrap(), right.unwrap());
    assert_eq!((left.status, right.status), (200, 200), "{left:?} {right:?}");
    assert_eq!(left.round, right.round, "one question, one round");

    // A budget for two questions, spent at both.
    let allowance = Allowance::new(&format!("poor {mark}"), BUDGET_OF_TWO, OFTEN);
    let poor = other.key(&allowance).await;
    for (url, name) in [(&here, "first"), (&there, "second")] {
        let reply = Curl::ask(url, &poor, "1+1", name).await.unwrap();
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    for url in [&here, &there] {
        let reply = Curl::ask(url, &poor, "2+2", "third").await.unwrap();
        assert_eq!(reply.status, 429, "{reply:?}");
        assert!(reply.body.contains("insufficient_quota"), "{reply:?}");
    }

    // One dies in mid-round; the other goes on with what it left.
    let before = Ledger::now(&network.url()).await;
    let asking = tokio::spawn({
        let (here, secret) = (here.clone(), secret.clone());
        async move { Curl::ask(&here, &secret, "8+9", "orphaned").await }
    });
    before.until_begun(1).await;
    first.kill().await;
    let _ = asking.await.unwrap();
    let adopted = Curl::ask(&there, &secret, "8+9", "orphaned").await.unwrap();
    assert_eq!(adopted.status, 200, "{adopted:?}\n{}", second.log());

    let spent = before.check().await;
    assert_eq!(spent.rounds.len(), 1, "nothing is asked twice: {:?}", spent.rounds);

    second.stop().await;
    network.stop().await;
}
