//! A domain is founded, joined and asked in, with `waggle`, and not left at once.

use crate::{
    invariants::check_round,
    scenario::{errors, printed, waggle},
};
use serde_json::{json, Value};
use std::{collections::BTreeSet, process::Output};
use waggle_local_network::LocalNetwork;

/// How many of the network's agents join the domain.
const MEMBERS: usize = 5;

/// `waggle agent`, signed by the owner of development agent `number`.
pub(crate) async fn agent(url: &str, number: usize, arguments: &[&str]) -> Output {
    let suri = format!("//Waggle//owner//{number}");
    let all: [&[&str]; 3] = [&["agent"], arguments, &["--suri", &suri]];
    waggle(url, &all.concat()).await
}

/// What is known of development agent `number`, by domain.
async fn memberships(network: &LocalNetwork, number: usize) -> Vec<Value> {
    let owner = network.agents()[number].owner.to_string();
    let shown = printed(&waggle(&network.url(), &["agent", "show", &owner, "--json"]).await);
    shown["memberships"].as_array().unwrap().clone()
}

/// The owners of what a list or a round has as agents.
pub(crate) fn owners(agents: &Value) -> BTreeSet<String> {
    let owner = |agent: &Value| agent["agent"].as_str().unwrap().to_owned();
    agents.as_array().unwrap().iter().map(owner).collect()
}

/// On a network in whose general domain something was asked before, but that has no other one.
pub(crate) async fn play(network: &LocalNetwork) {
    let url = &network.url();
    let founding = ["domain", "found", "Sums", "--description", "Who shows its work?", "--open"];
    let founded = printed(&waggle(url, &[&founding[..], &["--json"]].concat()).await);
    assert_eq!(founded["done"], "founded");
    assert_eq!(founded["domain"], 1);
    assert_eq!(founded["fee"], "100");
    let empty = waggle(url, &["ask", "37+12", "--domain", "1"]).await;
    assert_eq!(empty.status.code(), Some(2), "{}", errors(&empty));
    assert!(errors(&empty).contains("domain 1 has 0 members"), "{}", errors(&empty));

    let joining = (0..MEMBERS).map(|number| agent(url, number, &["join", "1"]));
    for joined in futures::future::join_all(joining).await {
        assert!(joined.status.success(), "{}", errors(&joined));
    }
    let listed = printed(&waggle(url, &["domains", "--json"]).await);
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(listed[0]["title"], "General");
    for (field, expected) in [
        ("domain", json!(1)),
        ("title", json!("Sums")),
        ("description", json!("Who shows its work?")),
        ("question", json!("open")),
        ("members", json!(MEMBERS)),
        ("on_roster", json!(MEMBERS)),
    ] {
        assert_eq!(listed[1][field], expected, "{field}");
    }
    let before = memberships(network, 0).await;
    assert_eq!((&before[0]["domain"], &before[1]["domain"]), (&json!(0), &json!(1)));

    // There is a seat for one more, which none of the others may take.
    let seats = (MEMBERS + 1).to_string();
    let asking = ["ask", "37+12", "--domain", "1", "--answering-blocks", "40", "--json"];
    let asked = printed(&waggle(url, &[&asking[..], &["--max-agents", &seats]].concat()).await);
    check_round(&asked);
    assert_eq!(asked["domain"], 1);
    assert_eq!(asked["rule"], json!({ "name": "calibrated", "question": "open" }));
    assert!(network.agents().len() > MEMBERS, "there are others");
    let members = network.agents()[..MEMBERS].iter().map(|agent| agent.owner.to_string());
    let members: BTreeSet<String> = members.collect();
    assert_eq!(owners(&asked["answers"]), members);
    let newest = printed(&waggle(url, &["rounds", "--limit", "1", "--json"]).await);
    assert_eq!((&newest[0]["round"], &newest[0]["domain"]), (&asked["round"], &json!(1)));

    let after = memberships(network, 0).await;
    assert_eq!(after[0], before[0], "a round teaches in its domain only");
    assert_eq!(after[1]["rated_rounds"], 1);
    let listed = printed(&waggle(url, &["agents", "--domain", "1", "--json"]).await);
    assert_eq!(owners(&listed), members);

    let left = agent(url, 0, &["leave", "1"]).await;
    assert!(errors(&left).contains("TooEarlyToLeave"), "{}", errors(&left));
    assert!(errors(&agent(url, MEMBERS, &["leave", "1"]).await).contains("NotMember"));
    let shown = waggle(url, &["domains"]).await;
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    let sums = shown.lines().find(|line| line.contains("Sums"));
    assert!(sums.is_some_and(|line| line.contains(" 5 ")), "{shown}");
}
