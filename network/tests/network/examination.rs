//! Somebody examines the swarm with `waggle examine`, as an examiner that governance appointed.

use crate::{
    faults::ledger::Money,
    invariants::amount,
    scenario::{self, errors as stderr, plan, printed, quiet, start, terms, AGENTS},
};
use serde_json::{json, Value};
use std::{path::Path, process::Output};
use waggle_client::{
    account::{account_id, development},
    amount::WAG,
    ask::watch,
    chain::Chain,
    submit::{check, submit, Prompt},
};
use waggle_local_network::LocalNetwork;
use waggle_network::examiner::Examiner;
use waggle_primitives::{domain::GENERAL, examination, final_answer::FinalAnswer};

/// The account that asks.
const ASKER: &str = "//Charlie";
/// The account that reveals.
const EXAMINER: &str = "//Bob";

async fn waggle(network: &LocalNetwork, arguments: &[&str]) -> Output {
    scenario::waggle(&network.url(), arguments).await
}

/// `waggle examine`, paid by the asker, revealed by the examiner.
async fn examine(network: &LocalNetwork, arguments: &[&str]) -> Output {
    let accounts = ["--suri", ASKER, "--examiner-suri", EXAMINER, "--json"];
    let all: [&[&str]; 3] = [&["examine"], arguments, &accounts];
    waggle(network, &all.concat()).await
}

/// The lines of JSON on stdout.
fn lines(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", stderr(output));
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

/// What an account has in the best block, on hold or not.
async fn wealth(chain: &Chain, suri: &str) -> u128 {
    Money::of(chain, &account_id(&development(suri).unwrap())).await.owned()
}

/// How each agent of a round is rated and known now, by its owner's address.
async fn listed(network: &LocalNetwork, owner: &Value) -> Value {
    let all = printed(&waggle(network, &["agents", "--json"]).await);
    let found = all.as_array().unwrap().iter().find(|agent| agent["agent"] == *owner);
    found.expect("the agent is listed").clone()
}

/// Check an examination against its round, and return what the round cost.
async fn check_outcome(network: &LocalNetwork, outcome: &Value) -> u128 {
    assert_eq!((&outcome["revealed"], &outcome["domain"]), (&json!(true), &json!(0)), "{outcome}");
    let right = |text: &Value| {
        let of = |value: &Value| FinalAnswer::of(value.as_str().unwrap().as_bytes());
        of(text) == of(&outcome["truth"])
    };
    let answers = outcome["answers"].as_array().unwrap();
    assert_eq!(answers.len(), AGENTS as usize);
    assert_eq!(outcome["agents"], AGENTS);
    for answer in answers {
        assert_eq!(answer["right"], right(&answer["text"]), "{answer}");
    }
    let count = answers.iter().filter(|answer| answer["right"] == true).count();
    assert_eq!(outcome["right"], count, "the chain counts as the texts say: {outcome}");

    let number = outcome["round"].to_string();
    let watched = waggle(network, &["watch", &number, "--json"]).await;
    let round = &lines(&watched)[0];
    assert_eq!(round["prompt"], outcome["question"]);
    let payments = &round["payments"];
    let cost = amount(&payments["reward"]) - amount(&payments["returned"]);
    assert_eq!(amount(&outcome["paid_back"]), cost, "the treasury pays what the round cost");
    cost
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn examiner_should_reveal_what_it_asked_and_the_asker_should_be_paid_back() {
    let network = start(plan()).await;
    let chain = Chain::connect(&network.url()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (salts, agents) = (path("salts.jsonl"), AGENTS.to_string());

    // A stranger asks nothing, because it could reveal nothing.
    let refused = examine(&network, &["37+12", "49", "--salts", &salts]).await;
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert_eq!(stderr(&refused).lines().count(), 1);
    assert!(stderr(&refused).contains("is no examiner"), "{}", stderr(&refused));
    assert!(!Path::new(&salts).exists());

    Examiner::appoint(&chain, GENERAL, EXAMINER, 100 * WAG).await.unwrap();
    let before = wealth(&chain, ASKER).await;
    let made: [&str; 8] =
        ["--make", "sums", "--count", "2", "--max-agents", &agents, "--salts", &salts];
    let output = examine(&network, &made).await;
    let outcomes = lines(&output);
    assert!(stderr(&output).contains("100 WAG of its budget"), "{}", stderr(&output));
    assert!(stderr(&output).contains("--seed"), "it can be repeated: {}", stderr(&output));
    assert_eq!(outcomes.len(), 2);
    let mut cost = 0;
    for outcome in &outcomes {
        cost += check_outcome(&network, outcome).await;
    }
    let fees = before - wealth(&chain, ASKER).await;
    assert!(fees < WAG / 10, "all but the fees is back: {fees} of {cost}");

    // Both truths taught something, and the second round: the first one brought its agents onto the
    // roster.
    let last = waggle(&network, &["watch", &outcomes[1]["round"].to_string(), "--json"]).await;
    let mut changed = 0;
    for answer in lines(&last)[0]["answers"].as_array().unwrap() {
        let agent = listed(&network, &answer["agent"]).await;
        assert_eq!(agent["rated_rounds"], 3, "{agent}");
        changed += u32::from(agent["rating"] != answer["rating_after"]);
    }
    assert!(changed > 0, "the truth changes what the swarm says of itself");

    let nothing = examine(&network, &["--reveal-from", &salts]).await;
    assert!(nothing.status.success() && nothing.stdout.is_empty());
    assert!(stderr(&nothing).contains("nothing"), "{}", stderr(&nothing));

    // A run that was stopped before it knew its round.
    let salt = [5; 32];
    let asker = development(ASKER).unwrap();
    let sealed = examination::seal(&account_id(&asker).0, &salt, b"49");
    let terms = check("37+12", &terms(40), &chain.constants().await.unwrap()).unwrap();
    let prompt = Prompt { sealed: Some(sealed), ..Prompt::new("37+12", &terms) };
    let submitted = submit(&chain, &asker, &prompt).await.unwrap();
    let hex = |bytes: [u8; 32]| format!("0x{}", hex::encode(bytes));
    let line = json!({
        "round": null,
        "client": account_id(&asker).to_string(),
        "question": "37+12",
        "truth": "49",
        "salt": hex(salt),
        "sealed": hex(sealed),
    });
    let torn = path("torn.jsonl");
    std::fs::write(&torn, format!("{line}\n{{\"round\":7,\"cli")).unwrap();
    watch(&mut chain.clone(), submitted.round, false, &mut quiet()).await.unwrap();
    let later = lines(&examine(&network, &["--reveal-from", &torn]).await);
    assert_eq!(later.len(), 1);
    assert_eq!(later[0]["round"], submitted.round);
    check_outcome(&network, &later[0]).await;
    network.stop().await;
}
