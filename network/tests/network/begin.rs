//! `waggle agent init`: from nothing to an agent that earns, with one command.

use crate::{
    invariants::amount,
    scenario::{errors, plan, printed, start, waggle, AGENTS},
    started::Started,
};
use serde_json::Value;
use waggle_local_network::{free_port, LocalNetwork};

/// Rounds in which the agent may begin to earn: a newcomer may be wrong, and its node may not have
/// caught up at the first.
const ROUNDS: usize = 8;

/// What sets the agent up in `folder`, on ports that are free.
fn init(folder: &str) -> Vec<String> {
    let ports = [free_port().unwrap().to_string(), free_port().unwrap().to_string()];
    ["agent", "init", "--yes", "--json", "--bundled", "llama-scout", "--folder", folder]
        .into_iter()
        .chain(["--node-port", &ports[0], "--worker-port", &ports[1]])
        .map(String::from)
        .collect()
}

async fn run(network: &LocalNetwork, words: &[String]) -> std::process::Output {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    waggle(&network.url(), &words).await
}

/// The finding about something that says `what`.
fn finding<'a>(told: &'a Value, what: &str) -> Option<&'a Value> {
    let findings = told["findings"].as_array().or(told.as_array()).expect("there are findings");
    findings.iter().find(|finding| finding["what"].as_str().unwrap().contains(what))
}

/// Ask until the agent of `owner` has answered and was paid.
async fn until_paid(network: &LocalNetwork, owner: &str) {
    let (url, seats) = (network.url(), (AGENTS + 1).to_string());
    for number in 0..ROUNDS {
        let question = format!("3{number}+12");
        let asking = ["ask", &question, "--max-agents", &seats, "--answering-blocks", "60"];
        let round = printed(&waggle(&url, &[&asking[..], &["--json"]].concat()).await);
        let answers = round["answers"].as_array().unwrap();
        if !answers.iter().any(|answer| answer["agent"] == owner) {
            eprintln!("round {}: the agent is not there yet", round["round"]);
            continue;
        }
        let payments = round["payments"]["agents"].as_array().unwrap();
        let payment = payments.iter().find(|payment| payment["agent"] == owner);
        if amount(&payment.expect("who answers is judged")["paid"]) > 0 {
            return;
        }
    }
    panic!("the agent earned nothing in {ROUNDS} rounds");
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn an_agent_should_earn_when_one_command_has_set_it_up() {
    let network = start(plan()).await;
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join("agent");
    let path = folder.display().to_string();
    let words = init(&path);

    let dry = printed(&run(&network, &[&words[..], &["--dry-run".into()]].concat()).await);
    let steps = dry["steps"].as_array().unwrap();
    assert!(!steps.is_empty() && steps.iter().all(|step| step["done"] == false), "{dry}");
    assert!(!folder.exists(), "a dry run changes nothing");

    let url = network.url();
    let starting = [&words[..], &["--start".into(), "--url".into(), url.clone()]].concat();
    let mut agent = Started::new(&starting.iter().map(String::as_str).collect::<Vec<_>>());
    let told = agent.says().await;
    assert_eq!(told["registered"], true, "{told}");
    assert_eq!(told["model"], "llama-scout");
    let owner = told["owner"].as_str().unwrap().to_owned();
    assert_eq!(agent.says().await["started"], true);
    until_paid(&network, &owner).await;

    let looked = waggle(&url, &["agent", "status", "--folder", &path, "--json"]).await;
    let status = printed(&looked);
    assert!(finding(&status, "has the agent's key").is_some_and(|found| found["level"] == "ok"));
    assert!(amount(&status["agent"]["past"]["paid"]) > 0, "{status}");
    let looked = waggle(&url, &["doctor", "--folder", &path, "--json"]).await;
    let doctor: Value = serde_json::from_slice(&looked.stdout).unwrap();
    let kept = finding(&doctor, "is in place, and its agent registered");
    assert!(kept.is_some_and(|found| found["level"] == "ok"), "{doctor}");

    // Not twice at a time; afterwards it finds everything done.
    let second = run(&network, &words).await;
    assert_eq!(second.status.code(), Some(2), "{}", errors(&second));
    assert!(agent.stop().await.success());
    let again = printed(&run(&network, &words).await);
    assert_eq!((&again["owner"], &again["key"]), (&told["owner"], &told["key"]));
    network.stop().await;
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn init_should_name_the_option_when_nobody_can_be_asked() {
    let network = start(plan()).await;
    let url = network.url();
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join("agent").display().to_string();
    let refused = waggle(&url, &["agent", "init", "--folder", &folder, "--json"]).await;
    let said = errors(&refused);
    assert_eq!((refused.status.code(), said.lines().count()), (Some(2), 1), "{said}");
    assert!(said.contains("--bundled"), "{said}");

    let address = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    let greedy = waggle(&url, &["faucet", address, "1000000"]).await;
    assert_eq!(greedy.status.code(), Some(2), "{}", errors(&greedy));
    network.stop().await;
}
