//! Becoming an agent and leaving again, with `waggle agent`.

use crate::scenario::{errors, plan, printed, start, waggle};
use serde_json::{json, Value};
use std::process::Output;
use waggle_client::account::{account_id, development};

async fn agent(url: &str, arguments: &[&str]) -> Output {
    agent_of("//Bob", url, arguments).await
}

pub(crate) async fn agent_of(owner: &str, url: &str, arguments: &[&str]) -> Output {
    let all: [&[&str]; 3] = [&["agent"], arguments, &["--suri", owner]];
    waggle(url, &all.concat()).await
}

async fn refused(url: &str, arguments: &[&str], error: &str) {
    let output = agent(url, arguments).await;
    let errors = errors(&output);
    assert!(
        !output.status.success() && errors.lines().count() == 1 && errors.contains(error),
        "{error}: {errors}"
    );
}

async fn show(url: &str, who: &str) -> Option<Value> {
    let output = waggle(url, &["agent", "show", who, "--json"]).await;
    output.status.success().then(|| printed(&output))
}

/// How often the agent was absent from the general domain, its first.
fn absences(shown: &Value) -> &Value {
    let general = &shown["memberships"][0];
    assert_eq!(general["domain"], 0, "{shown}");
    &general["absences"]
}

async fn registered(url: &str) -> Option<Value> {
    let agents = printed(&waggle(url, &["agents", "--json"]).await);
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

    let shown = show(&url, owner).await.unwrap();
    assert_eq!(absences(&shown), 0, "who registers is on the roster");
    refused(&url, &["rejoin"], "OnRoster").await;

    refused(&url, &["unbond"], "NotRetired").await;
    assert!(agent(&url, &["retire"]).await.status.success());
    assert_eq!(registered(&url).await.expect("it is still listed")["retired"], true);
    refused(&url, &["unbond"], "BondLocked").await;
    refused(&url, &["rejoin"], "NotAnAgent").await;

    // Both names of the agent show the same; the old key names nobody.
    let key = second["key"].as_str().unwrap();
    let shown = show(&url, owner).await.unwrap();
    assert_eq!(Some(&shown), show(&url, key).await.as_ref());
    assert_eq!((&shown["bond"], &shown["open_rounds"]), (&Value::from("10"), &Value::from(0)));
    assert!(shown["since"].as_u64().is_some_and(|block| block > 0));
    assert!(shown["unbond_from"].as_u64().is_some_and(|block| block > 14_400));
    assert_eq!(shown["past"]["rounds"], 0);
    assert!(absences(&shown).is_null(), "who retires leaves the roster: {shown}");
    assert_eq!(show(&url, first["key"].as_str().unwrap()).await, None);
    network.stop().await;
}

/// An owner puts its agent back on the roster, on a network with nobody but the development agents
/// of the first numbers.
pub(crate) async fn come_back(url: &str) {
    // Nobody acts for this one, and the agents of the preset are away until they come.
    let suri = "//Waggle//owner//9";
    let owner = account_id(&development(suri).unwrap()).to_string();
    assert!(absences(&show(url, &owner).await.unwrap()).is_null());
    let back = agent_of(suri, url, &["rejoin", "--json"]).await;
    assert_eq!(printed(&back)["done"], "rejoined");
    assert_eq!(absences(&show(url, &owner).await.unwrap()), 0);
}
