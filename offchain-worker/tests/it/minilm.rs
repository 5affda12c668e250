//! all-MiniLM-L6-v2 in the worker, beside what `tests/minilm/reference.py` computed, and what the
//! worker itself gave before.
//!
//! Ignored unless asked for: they need `WAGGLE_MINILM`, its directory, as `./scripts/minilm` gets
//! it; `./scripts/test worker` sets it.

use crate::harness::{agents, command, id, key, models, Worker};
use serde_json::{json, Value};
use std::path::{Path, PathBuf};

/// Where the vectors are kept. Asked at run time: checkouts may share a target directory.
fn vectors(name: &str) -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
    Path::new(&package).join("tests/minilm").join(name)
}

fn read(file: &Path) -> Value {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; WAGGLE_WRITE_VECTORS=1 ./scripts/test worker writes what is to be \
             committed",
            file.display()
        )
    });
    serde_json::from_str(&text).unwrap()
}

fn directory() -> PathBuf {
    let given = std::env::var_os("WAGGLE_MINILM");
    given.expect("WAGGLE_MINILM is not set: ./scripts/test worker sets it").into()
}

async fn worker() -> Worker {
    let embedder = format!("[[embedders]]\nname = 'minilm'\npath = {:?}\n", directory());
    Worker::start(&(models(1) + &agents(1, 1) + &embedder)).await
}

/// What the worker makes of `texts`.
async fn embeddings(worker: &Worker, job: usize, sha256: &Value, texts: &[Value]) -> Value {
    let job = json!({
        "id": id(job), "agent": key(0), "kind": "embed", "embedder": sha256, "texts": texts,
        "deadline_ms": 60_000, "wait_ms": 20_000
    });
    let reply = worker.finish(&job).await;
    assert_eq!(reply["status"], "done", "{reply}");
    reply["embeddings"].clone()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs WAGGLE_MINILM"]
async fn points_should_be_those_of_the_reference_and_those_of_before() {
    let reference = read(&vectors("reference.json"));
    let cases = reference["vectors"].as_array().unwrap();
    let texts: Vec<Value> = cases.iter().map(|case| case["text"].clone()).collect();
    let worker = worker().await;
    let found = embeddings(&worker, 1, &reference["sha256"], &texts).await;
    for (case, found) in cases.iter().zip(found.as_array().unwrap()) {
        let pairs = case["quanta"].as_array().unwrap().iter().zip(found.as_array().unwrap());
        assert_eq!(pairs.len(), 384);
        for (expected, found) in pairs {
            let difference = expected.as_i64().unwrap() - found.as_i64().unwrap();
            assert!(difference.abs() <= 1, "{}: {found}, not {expected}", case["text"]);
        }
    }
    let own = vectors("own.json");
    if std::env::var_os("WAGGLE_WRITE_VECTORS").is_some() {
        std::fs::write(&own, format!("{found}\n")).unwrap();
    }
    assert_eq!(found, read(&own), "points have changed: audits would see it");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs WAGGLE_MINILM"]
async fn points_should_not_depend_on_what_comes_along() {
    let reference = read(&vectors("reference.json"));
    let cases = reference["vectors"].as_array().unwrap();
    let texts: Vec<Value> = cases.iter().map(|case| case["text"].clone()).collect();
    let worker = worker().await;
    let along = embeddings(&worker, 1, &reference["sha256"], &texts).await;
    for (job, text) in (2..).zip(&texts) {
        let alone =
            embeddings(&worker, job, &reference["sha256"], std::slice::from_ref(text)).await;
        assert_eq!(alone[0], along[job - 2], "{text}");
    }
    let blank = json!(["\u{200b}", " ", "a"]);
    let blank = embeddings(&worker, 99, &reference["sha256"], blank.as_array().unwrap()).await;
    assert!(blank[0].is_null() && blank[1].is_null() && blank[2].is_array(), "{blank}");
}

#[test]
#[ignore = "needs WAGGLE_MINILM"]
fn embed_should_tell_what_means_the_same_from_what_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut embed = command(&folder);
    embed.arg("embed").arg("--directory").arg(directory());
    embed.args(["--json", "Bees dance.", "The bees are dancing.", "Interest rates rose."]);
    let output = embed.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let distance =
        |one: usize, other: usize| found[0]["squared_distances"][one][other].as_f64().unwrap();
    assert_eq!(found[0]["dimensions"], 384);
    assert_eq!(found[0]["sha256"], read(&vectors("reference.json"))["sha256"]);
    assert_eq!(distance(1, 1), 0.0);
    assert!(2.0 * distance(0, 1) < distance(0, 2), "{}", found[0]["squared_distances"]);
}
