//! The demo as a user runs it: `waggle-demo --json --questions FILE`.

use crate::{
    invariants::{amount, check_round, commit_to_settlement},
    scenario::questions,
};
use serde_json::Value;
use std::{collections::BTreeMap, process::Command};
use waggle_local_network::{models_directory, playable, Binaries};

/// Questions in this scenario; each round takes a second or two.
const QUESTIONS: usize = 30;
/// Questions to a swarm with adversaries in it.
const WITH_ADVERSARIES: usize = 12;
/// How far the swarm may stay behind the best of its models.
const MARGIN: f64 = 0.03;
/// The expert system among the agents.
const EXPERT: &str = "calculator";
/// The most that node and worker may use together, in MiB.
const MEMORY_MIB: f64 = 1536.0;

#[test]
#[ignore = "starts processes: ./scripts/test network"]
fn demo_should_settle_every_question_and_print_only_json() {
    let asked = questions(QUESTIONS);
    let (rounds, errors) = demo(&asked, &[]);
    let agents = playable(&models_directory().unwrap()).unwrap().roles.len();
    for (round, question) in rounds.iter().zip(&asked) {
        assert_eq!(round["prompt"], question.as_str());
        assert_eq!(
            round["answers"].as_array().unwrap().len(),
            agents,
            "all agents answered: {round}"
        );
        check_round(round);
        let total = round["phases_ms"]["total"].as_u64().unwrap();
        assert!(total < 10_000, "a round took {total} ms");
        let memory = &round["memory"];
        let mib = memory["node_mib"].as_f64().unwrap() + memory["worker_mib"].as_f64().unwrap();
        assert!(mib > 0.0 && mib < MEMORY_MIB, "node and worker use {mib} MiB");
    }
    // Three blocks, four if an act just missed one.
    let late: Vec<u64> =
        rounds.iter().map(commit_to_settlement).filter(|blocks| *blocks > 4).collect();
    assert!(late.is_empty(), "blocks from last commit to settlement: {late:?}");
    let models: std::collections::BTreeSet<&str> = rounds[0]["answers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| answer["model"].as_str().unwrap())
        .collect();
    assert!(models.len() >= 3, "at least three different models: {models:?}");
    eprintln!("{errors}");
    check_accuracy(&rounds);
    check_pay(&rounds);
}

/// Run the demo on these questions. Returns a round for each of them, and what it said to people.
fn demo(asked: &[String], options: &[&str]) -> (Vec<Value>, String) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), asked.join("\n")).unwrap();
    let binaries = Binaries::find(None, None);
    let output = Command::new(env!("CARGO_BIN_EXE_waggle-demo"))
        .args(["--json", "--questions"])
        .arg(file.path())
        .arg("--node")
        .arg(binaries.node)
        .arg("--worker")
        .arg(binaries.worker)
        .args(options)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{errors}");
    let lines: Vec<String> =
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    let rounds: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).expect("one JSON object a line"))
        .collect();
    assert_eq!(rounds.len(), asked.len());
    (rounds, errors)
}

#[test]
#[ignore = "starts processes: ./scripts/test network"]
fn adversaries_should_lose_money_and_win_less_than_their_share() {
    let asked = questions(WITH_ADVERSARIES);
    let (rounds, errors) = demo(&asked, &["--adversaries", "2"]);
    let mut wins = 0;
    let (mut earned, mut lost) = (0, 0);
    for round in &rounds {
        check_round(round);
        assert!(commit_to_settlement(round) <= 4, "nobody keeps the others waiting: {round}");
        let answers = round["answers"].as_array().unwrap();
        let adversaries: Vec<&Value> = answers
            .iter()
            .filter(|answer| answer["model"].as_str().unwrap().starts_with("adversary"))
            .map(|answer| &answer["agent"])
            .collect();
        assert_eq!(adversaries.len(), 2);
        wins += usize::from(adversaries.contains(&&round["winner"]));
        for payment in round["payments"]["agents"].as_array().unwrap() {
            if adversaries.contains(&&payment["agent"]) {
                earned += amount(&payment["paid"]);
                lost += amount(&payment["forfeited"]);
            }
        }
    }
    eprintln!("{errors}");
    let right = rounds.iter().filter(|round| round["winner_text"] == round["expected"]).count();
    assert!(right + 2 >= rounds.len(), "{right} of {} right", rounds.len());
    assert!(wins * 5 < rounds.len(), "two of ten agents won {wins} of {} rounds", rounds.len());
    assert!(earned < lost, "adversaries earned {earned} and lost {lost}");
}

/// Where the swarm is right, everybody who is right earns, and who is wrong loses on average.
fn check_pay(rounds: &[Value]) {
    let (mut earned, mut lost) = (0, 0);
    for round in rounds.iter().filter(|round| round["winner_text"] == round["expected"]) {
        let answers = round["answers"].as_array().unwrap();
        let payments = round["payments"]["agents"].as_array().unwrap();
        for (answer, payment) in answers.iter().zip(payments) {
            let (paid, forfeited) = (amount(&payment["paid"]), amount(&payment["forfeited"]));
            if answer["text"] == round["expected"] {
                assert!(paid > 0 && forfeited == 0, "a right answer earns: {payment} of {round}");
            } else {
                earned += paid;
                lost += forfeited;
            }
        }
    }
    assert!(earned < lost, "wrong answers earned {earned} and lost {lost}");
}

/// The swarm is right more often than its models on average, and hardly less often than the best of
/// them. The expert system is left out: it is always right, which says nothing about a swarm.
fn check_accuracy(rounds: &[Value]) {
    let part = |right: usize| right as f64 / rounds.len() as f64;
    let swarm =
        part(rounds.iter().filter(|round| round["winner_text"] == round["expected"]).count());
    let mut right = BTreeMap::<&str, usize>::new();
    for round in rounds {
        assert!(
            round["expected"].is_string(),
            "a question of the models' tasks: {}",
            round["prompt"]
        );
        let answers = round["answers"].as_array().unwrap().iter();
        let (experts, models): (Vec<_>, Vec<_>) =
            answers.partition(|answer| answer["model"] == EXPERT);
        assert!(
            experts.iter().all(|answer| answer["text"] == round["expected"]),
            "the expert system erred: {round}"
        );
        for answer in models {
            let sum = right.entry(answer["agent"].as_str().unwrap()).or_default();
            *sum += usize::from(answer["text"] == round["expected"]);
        }
    }
    let mean = right.values().map(|right| part(*right)).sum::<f64>() / right.len() as f64;
    let best = right.values().map(|right| part(*right)).fold(0.0, f64::max);
    assert!(swarm > mean, "swarm {swarm}, mean of the models {mean}");
    assert!(swarm >= best - MARGIN, "swarm {swarm}, best model {best}");
}

#[test]
#[ignore = "starts processes: ./scripts/test network"]
fn demo_should_say_in_one_line_when_a_program_is_missing() {
    let output = Command::new(env!("CARGO_BIN_EXE_waggle-demo"))
        .args(["--node", "/nowhere/waggle-node"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(errors.contains("/nowhere/waggle-node"), "{errors}");
}
