//! Becoming an agent and leaving again, with `waggle agent`.

use crate::scenario::{plan, start, waggle_program};
use serde_json::{json, Value};
use std::process::Output;
use tokio::process::Command;
use waggle_cli::account::{account_id, development};

async fn agent(url: &str, arguments: &[&str]) -> Output {
    agent_of("//Bob", url, arguments).await
}

async fn agent_of(owner: &str, url: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(waggle_program());
    command.arg("agent").args(arguments).args(["--suri", owner, "--url", url]);
    command.output().await.unwrap()
}

async fn refused(url: &str, arguments: &[&str], error: &str) {
    let output = agent(url, arguments).await;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && errors.lines().count() == 1 && errors.contains(error),
        "{error}: {errors}"
    );
}

async fn show(url: &str, who: &str) -> Option<Value> {
    let arguments = ["agent", "show", who, "--json", "--url", url];
    let output = Command::new(waggle_program()).args(arguments).output().await.unwrap();
    output.status.success().then(|| serde_json::from_slice(&output.stdout).unwrap())
}

async fn registered(url: &str) -> Option<Value> {
    let output = Command::new(waggle_program())
        .args(["agents", "--json", "--url", url])
        .output()
        .await
        .unwrap();
    let agents: Value = serde_json::from_slice(&output.stdout).unwrap();
    let agents = agents.as_array().unwrap().clone();
    agents
        .into_iter()
        .find(|agent| agent["model"].as_str().is_some_and(|model| model.starts_with("Bob's")))
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn an_owner_should_register_rotate_and_retire_its_agent() {
    let network = start(plan()).await;
    let url = network.url();
    let register =
        ["register", "--agent-suri", "//Bob//agent", "--model", "Bob's first", "--topics", "poems"];
    assert!(agent(&url, &register).await.status.success());
    let first = registered(&url).await.expect("it is listed");
    assert_eq!((&first["topics"], &first["retired"]), (&Value::from("poems"), &Value::from(false)));
    refused(&url, &register, "AlreadyRegistered").await;

    assert!(agent(&url, &["rotate", "--agent-suri", "//Bob//another"]).await.status.success());
    assert!(agent(&url, &["set-profile", "--model", "Bob's second"]).await.status.success());
    let second = registered(&url).await.expect("it is listed");
    assert_ne!(second["key"], first["key"]);
    assert_eq!(second["model"], "Bob's second");

    let owner = second["agent"].as_str().unwrap();
    for (arguments, limits) in [
        (&["limit", "--ticket", "5"][..], json!({ "ticket": "5", "at_stake": "50" })),
        (&["limit", "--ticket", "5", "--at-stake", "7"], json!({ "ticket": "5", "at_stake": "7" })),
        (&["limit", "--none"], Value::Null),
    ] {
        assert!(agent(&url, arguments).await.status.success(), "{arguments:?}");
        assert_eq!(show(&url, owner).await.unwrap()["limits"], limits, "{arguments:?}");
    }
    refused(&url, &["limit"], "--ticket").await;

    assert_eq!(show(&url, owner).await.unwrap()["absences"], 0, "who registers is on the roster");
    refused(&url, &["rejoin"], "OnRoster").await;

    refused(&url, &["unbond"], "NotRetired").await;
    assert!(agent(&url, &["retire"]).await.status.success());
    assert_eq!(registered(&url).await.expect("it is still listed")["retired"], true);
    refused(&url, &["unbond"], "BondLocked").await;
    refused(&url, &["rejoin"], "Retired").await;

    // Both names of the agent show the same; the old key names nobody.
    let key = second["key"].as_str().unwrap();
    let shown = show(&url, owner).await.unwrap();
    assert_eq!(Some(&shown), show(&url, key).await.as_ref());
    assert_eq!((&shown["bond"], &shown["open_rounds"]), (&Value::from("10"), &Value::from(0)));
    assert!(shown["since"].as_u64().is_some_and(|block| block > 0));
    assert!(shown["unbond_from"].as_u64().is_some_and(|block| block > 14_400));
    assert_eq!(shown["past"]["rounds"], 0);
    assert!(shown["absences"].is_null(), "who retires leaves the roster: {shown}");
    assert_eq!(show(&url, first["key"].as_str().unwrap()).await, None);
    network.stop().await;
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn an_owner_should_put_its_agent_back_on_the_roster() {
    let network = start(plan()).await;
    let url = network.url();
    // Nobody acts for this one, and the agents of the preset are away until they come.
    let suri = "//Waggle//owner//9";
    let owner = account_id(&development(suri).unwrap()).to_string();
    assert!(show(&url, &owner).await.unwrap()["absences"].is_null());
    let back = agent_of(suri, &url, &["rejoin", "--json"]).await;
    assert!(back.status.success(), "{}", String::from_utf8_lossy(&back.stderr));
    let done: Value = serde_json::from_slice(&back.stdout).unwrap();
    assert_eq!(done["done"], "rejoined");
    assert_eq!(show(&url, &owner).await.unwrap()["absences"], 0);
    network.stop().await;
}
