//! llama.cpp's server, started by the worker: the real one with SmolLM2-135M-Instruct, and programs
//! that only look like it, for what goes wrong at the start.
//!
//! Tests with the real one are ignored unless asked for. They need `WAGGLE_LLAMA_SERVER`, the
//! program, and `WAGGLE_SMOLLM2`, the file, as `./scripts/llama` gets them.

use crate::{
    final_lines::asked,
    harness::{answer, command, grade, Worker, PATIENCE},
};
use serde_json::{json, Value};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

/// Writes an executable script.
pub(crate) fn write_program(path: &Path, script: &str) {
    fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Writes a GGUF file without keys and tensors.
pub(crate) fn write_empty_gguf(path: &Path) {
    fs::write(path, [b"GGUF\x03\0\0\0".as_slice(), &[0; 16]].concat()).unwrap();
}

fn given(variable: &str) -> PathBuf {
    let value = std::env::var_os(variable);
    value.unwrap_or_else(|| panic!("{variable} is not set: ./scripts/test worker sets it")).into()
}

/// A worker that serves SmolLM2 with these lines in the model's entry.
fn smollm2(lines: &str) -> String {
    format!(
        "[[models]]\nname = 'm'\ncheckup = false\ngrading.min_mass = 0.0\n{lines}\n\
         [models.llama_server]\ngguf = {:?}\nprogram = {:?}\ncontext = 2048\n\
         [[agents]]\nkey = '*'\nmodel = 'm'\n",
        given("WAGGLE_SMOLLM2"),
        given("WAGGLE_LLAMA_SERVER")
    )
}

/// The process that the worker started, if there is one.
fn server_of(worker: u32) -> Option<u32> {
    let of_worker = |pid: &u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let Some((_, fields)) = stat.rsplit_once(") ") else { return false };
        let mut fields = fields.split(' ');
        fields.next() != Some("Z") && fields.next() == Some(&worker.to_string())
    };
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.into_iter().find(of_worker)
}

fn is_alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, fields)| !fields.starts_with('Z'))
}

/// The port on which a process listens.
fn port_of(pid: u32) -> u16 {
    let files = fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten();
    let sockets: Vec<String> = files
        .filter_map(|file| fs::read_link(file.path()).ok())
        .filter_map(|target| {
            Some(target.to_str()?.strip_prefix("socket:[")?.trim_end_matches(']').to_string())
        })
        .collect();
    let table = fs::read_to_string("/proc/net/tcp").unwrap();
    let listening = table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let own = fields[3] == "0A" && sockets.iter().any(|socket| socket == fields[9]);
        own.then(|| u16::from_str_radix(fields[1].split_once(':').unwrap().1, 16).unwrap())
    });
    listening.expect("the server listens")
}

fn kill(pid: u32) {
    assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success());
}

/// A text of some hundred tokens that no other test uses.
fn long_prompt() -> String {
    let sentences: Vec<String> = (1..60)
        .map(|day| format!("On day {day} the bees found {} flowers.", day * 7 % 31))
        .collect();
    format!("{} On which day did they find most?", sentences.join(" "))
}

/// The key of a server, which its user and root may read.
fn key_of(pid: u32) -> String {
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap();
    let environment = String::from_utf8_lossy(&environment).into_owned();
    let key = environment.split('\0').find_map(|line| line.strip_prefix("LLAMA_API_KEY="));
    key.expect("the server has a key").to_string()
}

/// The grade from 1 to 5 that follows from what the server says of the likeliest tokens, and its
/// mass.
async fn asked_directly(server: u32, text: &str) -> (f64, f64) {
    let url = format!("http://127.0.0.1:{}/v1/chat/completions", port_of(server));
    let body = json!({
        "messages": [{"role": "user", "content": text}], "max_tokens": 1, "temperature": 1.0,
        "logprobs": true, "top_logprobs": 20
    });
    let request = reqwest::Client::new().post(url).bearer_auth(key_of(server));
    let reply: Value = request.json(&body).send().await.unwrap().json().await.unwrap();
    let top = reply["choices"][0]["logprobs"]["content"][0]["top_logprobs"].as_array().unwrap();
    let (mut mass, mut worth) = (0.0, 0.0);
    for entry in top {
        let probability = entry["logprob"].as_f64().unwrap().exp();
        if let Ok(grade @ 1..=5) = entry["token"].as_str().unwrap().trim().parse::<u8>() {
            mass += probability;
            worth += probability * f64::from(grade - 1) / 4.0;
        }
    }
    (worth / mass, mass)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs llama.cpp's server and SmolLM2"]
async fn real_model_should_answer_and_grade_as_its_probabilities_say() {
    let template = "Question: {{ prompt }}\\nAnswer: {{ candidate }}\\n\
                    Grade the answer from 1 to 5. Reply with one digit.";
    let lines = format!("answering.max_tokens = 24\ngrading.template = \"{template}\"");
    let question = "What is the capital of France?";
    let texts = ["Paris", "Berlin", "I do not know."];
    let mut seen = Vec::new();
    for turn in 0..2 {
        let worker = Worker::start(&smollm2(&lines)).await;
        let (_, catalogue) = worker.get("/v1/models").await;
        assert!(catalogue.contains("\"device\":\"llama-server\""), "{catalogue}");
        assert!(catalogue.contains("\"context_tokens\":2048"), "{catalogue}");
        let text = worker.answer(&answer(1, question)).await;
        assert!(!text.contains("<|im_end|>"), "{text:?}");
        // The second process reads the candidates in another order, and so keeps other beginnings.
        let mut texts = texts;
        texts.rotate_left(turn);
        let mut grades = worker.grades(&grade(2, question, Some("Paris"), &texts)).await;
        println!("{text:?}, grades of {texts:?}: {grades:?}");
        for (text, grade) in texts.iter().zip(&grades) {
            let asked = format!(
                "Question: {question}\nAnswer: {text}\n\
                 Grade the answer from 1 to 5. Reply with one digit."
            );
            let (expected, mass) = asked_directly(server_of(worker.pid()).unwrap(), &asked).await;
            println!("{text}: {expected:.4} at a mass of {mass:.4}");
            assert!(mass > 0.0 && mass < 1.001, "{mass} is no probability");
            assert!((expected - *grade as f64 / 10_000.0).abs() < 0.02, "{text}: {grade}");
        }
        grades.rotate_right(turn);
        seen.push((text, grades));
    }
    assert_eq!(seen[0].0, seen[1].0, "greedy answers");
    for (one, other) in seen[0].1.iter().zip(&seen[1].1) {
        assert!(one.abs_diff(*other) <= 200, "{seen:?}");
    }
}

/// How many tokens the worker says that its model has read.
async fn tokens_read(worker: &Worker) -> u64 {
    let (_, metrics) = worker.get("/metrics").await;
    let counted = |line: &str| {
        let of_read = line.starts_with("waggle_worker_tokens_total") && line.contains("\"read\"");
        of_read.then(|| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap())
    };
    metrics.lines().find_map(counted).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs llama.cpp's server and SmolLM2"]
async fn closed_questions_should_be_asked_for_a_last_line_and_no_equation_stay_without() {
    let worker = Worker::start(&smollm2("answering.max_tokens = 48")).await;
    let (mut read, mut lines) = (Vec::new(), 0);
    for (number, sum) in ["37 + 12", "5 + 4", "10 + 10", "8 - 3"].into_iter().enumerate() {
        let prompt = format!("What is {sum}?");
        for (place, kind) in ["open", "closed"].into_iter().enumerate() {
            let before = tokens_read(&worker).await;
            let job = asked(10 * number + place, &prompt, (7, kind));
            let reply = worker.finish(&job).await;
            read.push(tokens_read(&worker).await - before);
            println!("{prompt} {kind}: {reply}, {} tokens read", read[read.len() - 1]);
            if let (Some(text), "closed") = (reply["answer"].as_str(), kind) {
                let last = text.lines().last().unwrap();
                let is_equation = last.starts_with(sum) && text.lines().count() == 1;
                assert!(!is_equation || !last.contains('='), "{text}");
                lines += usize::from(text.contains("Answer:"));
            }
        }
    }
    println!("{lines} of 4 have a line");
    for pair in read.chunks(2) {
        assert!(pair[1] >= pair[0] + 12, "the closed one has the same to read: {read:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs llama.cpp's server and SmolLM2"]
async fn further_candidates_should_cost_little_when_they_share_the_beginning() {
    let worker = Worker::start(&smollm2("")).await;
    let prompt = long_prompt();
    let mut took = Vec::new();
    for (job, candidate) in
        ["Day 4.", "Day 9, I think.", "Never.", "On the first."].iter().enumerate()
    {
        let since = Instant::now();
        worker.grades(&grade(job, &prompt, Some("Day 31."), &[candidate])).await;
        took.push(since.elapsed());
    }
    println!("one grade after the other: {took:?}");
    let further = took[1..].iter().min().unwrap();
    assert!(*further * 2 < took[0], "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs llama.cpp's server and SmolLM2"]
async fn answer_should_end_when_its_tokens_are_used_up() {
    let worker = Worker::start(&smollm2("answering.max_tokens = 4")).await;
    let reply = worker.finish(&answer(1, "Tell me a long story about bees.")).await;
    match reply["status"].as_str() {
        Some("done") => assert!(reply["answer"].as_str().unwrap().len() < 60, "{reply}"),
        status => assert_eq!(status, Some("declined"), "{reply}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs llama.cpp's server and SmolLM2"]
async fn server_should_serve_nobody_else() {
    let worker = Worker::start(&smollm2("")).await;
    let server = server_of(worker.pid()).unwrap();
    let url = format!("http://127.0.0.1:{}", port_of(server));
    let body = r#"{"messages":[{"role":"user","content":"x"}],"max_tokens":1}"#;
    for (path, key) in [("/v1/chat/completions", ""), ("/completion", "Bearer 123"), ("/slots", "")]
    {
        let request = reqwest::Client::new().post(format!("{url}{path}"));
        let reply = request.header("authorization", key).body(body).send().await.unwrap();
        assert_eq!(reply.status().as_u16(), 401, "{path}");
    }
    let shown = |name: &str| {
        let bytes = fs::read(format!("/proc/{server}/{name}")).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    assert!(!shown("cmdline").contains(&key_of(server)), "anybody can read that");
    let environment = shown("environ");
    assert!(!environment.contains("HF_HOME") && !environment.contains("PROXY"), "{environment}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs llama.cpp's server and SmolLM2"]
async fn server_should_be_started_again_when_it_ends() {
    let worker = Worker::start(&smollm2("answering.max_tokens = 256")).await;
    let before = worker.answer(&answer(1, "Name a colour.")).await;
    let first = server_of(worker.pid()).unwrap();
    kill(first);
    let until = Instant::now() + PATIENCE;
    // Each is a job of its own: three failures would end one for good.
    for job in 2.. {
        let reply: Value = worker.finish(&answer(job, "Name a colour.")).await;
        if reply["status"] == "done" {
            assert_eq!(reply["answer"], before.as_str());
            break;
        }
        assert!(Instant::now() < until, "{reply}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_ne!(server_of(worker.pid()), Some(first));
    assert_eq!(worker.health().await, 200);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs llama.cpp's server and SmolLM2"]
async fn server_should_end_with_the_worker_however_that_ends() {
    for signal in ["KILL", "TERM"] {
        let mut worker = Worker::start(&smollm2("")).await;
        let server = server_of(worker.pid()).unwrap();
        assert!(is_alive(server));
        worker.signal(signal);
        worker.ended().await;
        let until = Instant::now() + PATIENCE;
        while is_alive(server) {
            assert!(Instant::now() < until, "the server outlived the worker after {signal}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[test]
#[ignore = "needs llama.cpp's server and SmolLM2"]
fn half_a_file_should_be_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("half.gguf");
    let whole = fs::read(given("WAGGLE_SMOLLM2")).unwrap();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let program = given("WAGGLE_LLAMA_SERVER");
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let mut worker = command(&folder);
    worker.env("PATH", path).args(["--listen", "127.0.0.1:0", "--log", "error"]);
    let output = worker.arg("--llama-server").arg(&file).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), text.lines().count()), (Some(1), 1), "{text}");
    assert!(text.contains("model \"half\"") && text.contains("incomplete"), "{text}");
}

#[test]
fn what_is_missing_or_wrong_should_be_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    write_empty_gguf(&file("empty.gguf"));
    fs::write(file("page.gguf"), "<!doctype html>").unwrap();
    write_program(&file("llama-server"), "echo 'error: invalid argument: --new' >&2; exit 1");
    for (gguf, path, words) in [
        ("absent.gguf", folder.path(), "absent.gguf: No such file"),
        ("page.gguf", folder.path(), "does not begin with GGUF"),
        ("empty.gguf", Path::new("/nonexistent"), "./scripts/llama"),
        ("empty.gguf", folder.path(), "ended (exit status: 1): error: invalid argument: --new"),
    ] {
        let mut worker = command(&folder);
        worker.env("PATH", path).args(["--listen", "127.0.0.1:0", "--log", "error"]);
        let output = worker.arg("--llama-server").arg(file(gguf)).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), text.lines().count()), (Some(1), 1), "{gguf}: {text}");
        assert!(text.contains(words) && !text.contains("panicked"), "{gguf}: {text}");
    }
}
