//! `waggle` as a user runs it, against a running network.

use crate::{
    domains,
    invariants::check_round,
    scenario::{errors, plan, printed, start, submit_only, terms, waggle, waggle_program, AGENTS},
};
use serde_json::json;
use std::{
    collections::BTreeSet,
    process::{Output, Stdio},
};
use tokio::{io::AsyncWriteExt, process::Command};
use waggle_client::{
    amount::{Amount, WAG},
    submit::Terms,
};

/// What `waggle` does with these arguments, the node at `url` and this on its standard input.
async fn piped(url: &str, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(waggle_program());
    command.args(arguments).args(["--url", url]).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
    child.wait_with_output().await.unwrap()
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn waggle_should_ask_watch_and_list() {
    let network = start(plan()).await;
    let url = network.url();
    let agents = AGENTS.to_string();

    let asked = printed(&waggle(&url, &["ask", "37+12", "--json", "--max-agents", &agents]).await);
    check_round(&asked);
    assert_eq!(asked["prompt"], "37+12");
    assert_eq!(asked["domain"], 0, "the general one, unless said otherwise");
    assert_eq!(asked["rule"], json!({ "name": "calibrated", "question": "closed" }));
    let candidates: BTreeSet<u64> = asked["answers"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|answer| answer["candidate"].as_u64())
        .collect();
    assert!(candidates.len() < AGENTS as usize, "some of the models agree: {asked}");

    let arguments = ["ask", "-", "--max-agents", &agents, "--finalised"];
    let plain = piped(&url, &arguments, "max 4 19 2\n").await;
    assert!(plain.status.success());
    assert_eq!(
        String::from_utf8_lossy(&plain.stdout).lines().count(),
        1,
        "the answer and nothing else"
    );
    assert!(plain.stderr.is_empty(), "no progress display when nobody looks at it");

    let number = asked["round"].to_string();
    let watched = printed(&waggle(&url, &["watch", &number, "--json"]).await);
    let of_the_round = ["prompt", "answers", "grades", "winner", "winner_text", "rule", "payments"];
    for field in of_the_round.into_iter().chain(["blocks", "assignment", "domain"]) {
        assert_eq!(watched[field], asked[field], "watch and ask agree on {field}");
    }
    let shown = waggle(&url, &["watch", &number]).await;
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    for expected in ["The swarm's answer", "Grades", "same as"] {
        assert!(shown.contains(expected), "{expected} is missing:\n{shown}");
    }

    let listed = printed(&waggle(&url, &["agents", "--json"]).await);
    assert!(listed.as_array().unwrap().len() >= AGENTS as usize);
    let rated =
        listed.as_array().unwrap().iter().filter(|agent| agent["rated_rounds"] == 1).count();
    assert_eq!(rated, AGENTS as usize, "the first one brought them onto the roster: {listed}");
    assert!(
        listed.as_array().unwrap().iter().all(|agent| agent["quality"].is_number()),
        "the chain's rule asks who answers: {listed}"
    );
    let rounds = printed(&waggle(&url, &["rounds", "--json"]).await);
    assert_eq!(rounds.as_array().unwrap().len(), 2);
    assert_eq!(rounds[1]["round"], asked["round"], "newest first");
    let number = rounds[0]["round"].to_string();
    let watched = printed(&waggle(&url, &["watch", &number, "--json"]).await);
    assert_eq!(watched["prompt"], "max 4 19 2", "as it was on standard input");
    assert_eq!(rounds[1]["winner"], asked["winner"]);
    assert!(waggle(&url, &["rounds", "--limit", "1"]).await.status.success());

    // What no agent can afford to answer, its client takes back.
    let costly = Terms { reward: Amount(900_000 * WAG), ..terms(1_000) };
    let submitted = submit_only(&network, "37+12", &costly).await;
    assert!(submitted.fee > u128::from(AGENTS) * WAG / 1_000, "seats cost something");
    let round = submitted.round.to_string();
    let refused = waggle(&url, &["withdraw", &round, "--suri", "//Bob"]).await;
    assert!(errors(&refused).contains("NotTheClient"));
    assert_eq!(printed(&waggle(&url, &["withdraw", &round, "--json"]).await)["done"], "withdrawn");
    let rounds = printed(&waggle(&url, &["rounds", "--json"]).await);
    assert_eq!(rounds[0]["cancelled_because"], "its client withdrew the question");

    domains::play(&network).await;
    network.stop().await;
}
