//! The demo as a user runs it: `waggle-demo --json --questions FILE`.

use crate::{
    invariants::{check_round, commit_to_settlement},
    scenario::questions,
};
use serde_json::Value;
use std::process::Command;
use waggle_cli::local_network::Binaries;

/// Questions in this scenario; each round takes a few seconds.
const QUESTIONS: usize = 10;
/// The most that node and worker may use together, in MiB.
const MEMORY_MIB: f64 = 1536.0;

#[test]
#[ignore = "starts processes: ./scripts/test network"]
fn demo_should_settle_every_question_and_print_only_json() {
    let asked = questions(QUESTIONS);
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
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{errors}");
    let lines: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    let rounds: Vec<Value> =
        lines.iter().map(|line| serde_json::from_str(line).expect("one JSON object a line")).collect();
    assert_eq!(rounds.len(), QUESTIONS);
    for (round, question) in rounds.iter().zip(&asked) {
        assert_eq!(round["prompt"], question.as_str());
        assert_eq!(round["answers"].as_array().unwrap().len(), 7, "all agents answered: {round}");
        check_round(round);
        let total = round["phases_ms"]["total"].as_u64().unwrap();
        assert!(total < 10_000, "a round took {total} ms");
        let memory = &round["memory"];
        let mib = memory["node_mib"].as_f64().unwrap() + memory["worker_mib"].as_f64().unwrap();
        assert!(mib > 0.0 && mib < MEMORY_MIB, "node and worker use {mib} MiB");
    }
    // Three blocks, four if an act just missed one. On a machine that is busy with something else a second one may be
    // missed, which is why one round may take longer.
    let late: Vec<u64> = rounds.iter().map(commit_to_settlement).filter(|blocks| *blocks > 4).collect();
    assert!(
        late.len() <= 1 && late.iter().all(|blocks| *blocks <= 8),
        "blocks from last commit to settlement: {late:?}"
    );
    let models: std::collections::BTreeSet<&str> =
        rounds[0]["answers"].as_array().unwrap().iter().map(|answer| answer["model"].as_str().unwrap()).collect();
    assert!(models.len() >= 3, "at least three different models: {models:?}");
    // The accuracy of ten questions is noise; it is shown, and measured on more of them elsewhere.
    eprintln!("{errors}");
}

#[test]
#[ignore = "starts processes: ./scripts/test network"]
fn demo_should_say_in_one_line_when_a_program_is_missing() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_waggle-demo")).args(["--node", "/nowhere/waggle-node"]).output().unwrap();
    assert!(!output.status.success());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(errors.contains("/nowhere/waggle-node"), "{errors}");
}
