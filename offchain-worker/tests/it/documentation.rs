//! What the documentation shows must work.

use crate::{
    harness::{agents, answer, bundled_models, command, key, models, Worker},
    llama::{write_empty_gguf, write_program},
};
use serde_json::Value;

const PAGE: &str = include_str!("../../../docs/worker-protocol.md");

/// The first two `curl` examples of the page: the bodies and the replies below them.
fn examples() -> Vec<(String, Value)> {
    PAGE.split("curl -s http://127.0.0.1:7741/v1/jobs --json '")
        .skip(1)
        .map(|rest| {
            let (body, rest) = rest.split_once("'\n").unwrap();
            (body.to_string(), serde_json::from_str(rest.lines().next().unwrap()).unwrap())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn examples_of_the_page_should_work() {
    let examples = examples();
    assert_eq!(examples.len(), 2);
    let agent = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";
    let config = models(1) + &agents(1, 1).replace(&key(0), agent);
    let worker = Worker::start(&config).await;
    for (body, shown) in examples {
        let mut job: Value = serde_json::from_str(&body).unwrap();
        job["wait_ms"] = 20_000.into();
        job["deadline_ms"] = 60_000.into();
        let reply = worker.finish(&job).await;
        let fields = |reply: &Value| reply.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(
            (fields(&reply), &reply["status"]),
            (fields(&shown), &shown["status"]),
            "{reply}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn example_of_adversaries_should_serve_them_along_with_honest_agents() {
    let (_, path) =
        example_files().into_iter().find(|(file, _)| file == "adversaries.toml").unwrap();
    let worker = Worker::start_file(&path).await;
    let (_, models) = worker.get("/v1/models").await;
    assert_eq!(models.matches("an adversary for tests and demos").count(), 6, "{models}");
    // Keys that are not listed get the entries in turn, by their first eight bytes.
    let job = |number: usize, agent: usize| {
        let mut job = answer(number, "37+12");
        job["agent"] = format!("{agent:02x}{}", "0".repeat(62)).into();
        job
    };
    let mut answers = Vec::new();
    for agent in 0..8 {
        answers.push(worker.answer(&job(agent, agent)).await);
    }
    assert_eq!(answers[0], "49");
    assert_eq!(answers[4], "37+12", "the copier has seen nothing yet");
    assert_eq!(answers[6], answers[7], "the ring speaks with one voice");
    assert_ne!(answers[6], "49");
}

/// The example configurations, with their names.
fn example_files() -> Vec<(String, std::path::PathBuf)> {
    let folder = bundled_models()[0].ancestors().nth(2).unwrap().join("examples");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.extension().is_some_and(|end| end == "toml"));
    files.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path)).collect()
}

#[test]
fn example_configurations_should_be_valid_and_listed() {
    let page = include_str!("../../../docs/agents.md");
    let folder = tempfile::tempdir().unwrap();
    let examples = example_files();
    assert!(examples.len() >= 6, "{examples:?}");
    for (name, path) in examples {
        let mut check = command(&folder);
        let path = match name.as_str() {
            // What its first lines fetch is not here; checking starts nothing and loads nothing.
            "llama.toml" => {
                check.env("PATH", folder.path());
                write_program(&folder.path().join("llama-server"), "");
                write_empty_gguf(&folder.path().join("SmolLM2-135M-Instruct.Q4_1.gguf"));
                let copy = folder.path().join(&name);
                std::fs::copy(&path, &copy).unwrap();
                copy
            }
            _ => path,
        };
        let output = check.arg("--check-config").arg("--config").arg(&path).output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(page.contains(&format!("[`{name}`]")), "docs/agents.md does not list {name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn examples_of_units_and_expert_systems_should_do_what_they_say() {
    for (name, prompt, expected) in [
        ("expert-system.toml", "sort 31 4 15", "4 15 31"),
        ("units.toml", "12345+67890", "80235"),
        ("units.toml", "2024-01-31 + 1 month", "2024-02-29"),
    ] {
        let (_, path) = example_files().into_iter().find(|(file, _)| file == name).unwrap();
        let worker = Worker::start_file(&path).await;
        assert_eq!(worker.answer(&answer(1, prompt)).await, expected, "{name}");
    }
}
