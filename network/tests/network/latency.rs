//! The harness that measures: one point, a few rounds, and files that can be read.

use serde_json::Value;
use std::{collections::BTreeMap, process::Command};
use waggle_local_network::Binaries;

/// Counted rounds.
const ROUNDS: usize = 6;
/// Length of a slot: a preset's.
const SLOT_MS: f64 = 250.0;

#[test]
#[ignore = "starts processes: ./scripts/test network"]
fn latency_should_be_three_blocks_in_most_rounds() {
    let folder = tempfile::tempdir().unwrap();
    let binaries = Binaries::find(None, None);
    let measure = || {
        let output = Command::new(env!("CARGO_BIN_EXE_waggle-latency"))
            .args([
                "--json",
                "--only",
                "latency",
                "--slots",
                "250",
                "--agents",
                "4",
                "--validators",
                "1",
            ])
            .args(["--rounds", &ROUNDS.to_string(), "--output"])
            .arg(folder.path())
            .arg("--node")
            .arg(&binaries.node)
            .arg("--worker")
            .arg(&binaries.worker)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let printed: Value =
        serde_json::from_str(measure().trim()).expect("one JSON object for the one point");
    let point =
        rows(&std::fs::read_to_string(folder.path().join("latency.csv")).unwrap()).remove(0);
    eprintln!("{point:?}");
    let number = |column: &str| point[column].parse::<f64>().unwrap();
    assert_eq!(
        printed["p95_ms"].as_f64(),
        Some(number("p95_ms")),
        "what is printed is what is written"
    );
    assert_eq!((number("rounds"), number("incomplete")), (ROUNDS as f64, 0.0));
    assert_eq!(number("p50_blocks"), 3.0, "three blocks in most rounds");
    // The last and the first of three blocks are two to four slots apart, if blocks come on time.
    let median = number("p50_ms");
    assert!((2.0 * SLOT_MS..4.0 * SLOT_MS).contains(&median), "three blocks in {median} ms");
    assert!(number("finalised_p95_ms") > median, "nothing is final before it is settled");
    for column in
        ["bytes_per_round", "node_cpu_percent", "worker_cpu_percent", "node_mib", "worker_mib"]
    {
        assert!(number(column) > 0.0, "{column}");
    }
    let steps = rows(&std::fs::read_to_string(folder.path().join("latency-steps.csv")).unwrap());
    let names: Vec<&str> = steps.iter().map(|step| step["step"].as_str()).collect();
    assert_eq!(names, ["open answers", "grade", "open grades"], "the hook's log tells of its runs");
    assert!(measure().is_empty(), "a finished point is not measured again");
}

/// The lines of a CSV file, by column.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned));
    let columns: Vec<String> = lines.next().expect("a line of names").collect();
    lines.map(|line| columns.iter().cloned().zip(line).collect()).collect()
}
