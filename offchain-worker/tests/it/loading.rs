//! Model directories: bundled ones, ways to name them, broken ones. The network is closed (see
//! `harness::command`).

use crate::harness::{
    address, answer, bundled_models, command, grade, key, models, Worker, PATIENCE,
};
use serde_json::Value;
use std::{
    process::{Command, Stdio},
    time::Instant,
};

#[tokio::test(flavor = "multi_thread")]
async fn every_bundled_model_should_answer_and_grade_without_network() {
    let paths = bundled_models();
    let entries: String = paths
        .iter()
        .enumerate()
        .map(|(index, path)| {
            let name = path.file_name().unwrap();
            format!("[[agents]]\nkey = {:?}\nmodel = {name:?}\n", key(index))
        })
        .collect();
    let worker = Worker::start(&(models(paths.len()) + &entries)).await;
    for (index, path) in paths.iter().enumerate() {
        let mut job = answer(index, "max 4 19 2");
        job["agent"] = key(index).into();
        let text = worker.answer(&job).await;
        let mut job = grade(1000 + index, "max 4 19 2", Some("19"), &["19", "4"]);
        job["agent"] = key(index).into();
        println!(
            "{}: {text:?}, grades {:?}",
            path.file_name().unwrap().display(),
            worker.grades(&job).await
        );
    }
    let (_, catalogue) = worker.get("/v1/models").await;
    let catalogue: Value = serde_json::from_str(&catalogue).unwrap();
    assert_eq!(catalogue["models"].as_array().unwrap().len(), paths.len());
    assert!(catalogue["models"][0]["context_tokens"].as_u64().unwrap() >= 512, "{catalogue}");
    let fetched = worker.home().join("hub/hub");
    let fetched: Vec<_> = std::fs::read_dir(&fetched)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    assert!(!fetched.iter().any(|path| path.is_dir()), "something was fetched: {fetched:?}");
}

/// Weights of 8 bits give nearly the grades of the whole ones.
#[tokio::test(flavor = "multi_thread")]
async fn weights_should_be_quantised_when_so_configured() {
    let path = &bundled_models()[0];
    let quantised =
        format!("[[models]]\nname = 'q'\npath = {path:?}\nisq = 'q8_0'\ngrading.min_mass = 0.0\n");
    let agents = format!(
        "[[agents]]\nkey = {:?}\nmodel = {:?}\n[[agents]]\nkey = {:?}\nmodel = 'q'\n",
        key(0),
        path.file_name().unwrap(),
        key(1)
    );
    let worker = Worker::start(&(models(1) + &quantised + &agents)).await;
    let mut grades = Vec::new();
    for agent in 0..2 {
        let mut job = grade(agent, "max 4 19 2", Some("19"), &["19", "4"]);
        job["agent"] = key(agent).into();
        grades.push(worker.grades(&job).await);
    }
    println!("whole {:?}, quantised {:?}", grades[0], grades[1]);
    assert!(
        grades[0].iter().zip(&grades[1]).all(|(whole, quantised)| whole.abs_diff(*quantised) < 500),
        "{grades:?}"
    );
    assert_ne!(grades[0], grades[1], "nothing was quantised");
}

/// Starts the program without a configuration file and lets it answer one prompt.
async fn answers(mut command: Command) -> String {
    let mut child =
        command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
    let url = format!("{}/v1/jobs", address(&mut child));
    let (client, until) = (reqwest::Client::new(), Instant::now() + PATIENCE);
    let text = loop {
        assert!(Instant::now() < until, "no answer");
        let reply = client.post(&url).json(&answer(1, "37+12")).send().await.unwrap();
        let reply: Value = reply.json().await.unwrap();
        if let Some(text) = reply["answer"].as_str() {
            break text.to_string();
        }
        assert!(reply["status"] == "pending" || reply["error"].is_string(), "{reply}");
    };
    child.kill().unwrap();
    child.wait().unwrap();
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn command_line_should_be_enough_to_serve() {
    let folder = tempfile::tempdir().unwrap();
    let mut bundled = command(&folder);
    // The program looks for them in the repository in which it is started.
    bundled.arg("--bundled").current_dir(bundled_models()[0].ancestors().nth(3).unwrap());
    assert!(!answers(bundled).await.is_empty());
    let mut model = command(&folder);
    model.arg("--model").arg(&bundled_models()[1]);
    assert!(!answers(model).await.is_empty());
}

#[test]
fn broken_models_should_stop_the_worker_with_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let broken = |name: &str, contents: &[u8]| {
        let path = folder.path().join(format!("broken-{}", name.replace('.', "-")));
        std::fs::create_dir_all(&path).unwrap();
        for entry in std::fs::read_dir(&bundled_models()[0]).unwrap().flatten() {
            std::fs::copy(entry.path(), path.join(entry.file_name())).unwrap();
        }
        std::fs::write(path.join(name), contents).unwrap();
        let output = command(&folder)
            .args(["--listen", "127.0.0.1:0", "--model"])
            .arg(&path)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(
            text.lines().filter(|line| !line.contains(" INFO ")).count(),
            1,
            "more than one line: {text}"
        );
        text
    };
    assert!(broken("config.json", b"{").contains("config.json"));
    assert!(broken("tokenizer.json", b"{}").contains("tokenizer.json"));
    let weights = broken("model.safetensors", b"no weights at all");
    assert!(weights.contains("mistral.rs cannot load it"));
    assert!(broken("waggle.toml", b"grading.min_mass = 2.0").contains("min_mass"));
    let tokens = b"[[grading.tokens]]\ntoken = 'ten'\nvalue = 0.0\n\
                   [[grading.tokens]]\ntoken = '1'\nvalue = 1.0";
    assert!(broken("waggle.toml", tokens).contains("\"ten\" is not a single token"));
}
