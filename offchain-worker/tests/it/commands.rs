//! The commands that look at models before they are served, and a worker one of whose models cannot
//! be loaded.

use crate::harness::{answer, bundled_models, command, grade, id, key, models, Worker};
use axum::{extract::Path as UrlPath, http::HeaderMap, routing::get, Router};
use serde_json::{json, Value};
use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
    sync::{Arc, Mutex},
};
use tempfile::TempDir;

/// Writes a configuration and names it.
fn written(folder: &TempDir, config: &str) -> String {
    let file = folder.path().join("worker.toml");
    std::fs::write(&file, config).unwrap();
    file.display().to_string()
}

/// Runs the program with standard input on a thread of its own: what it talks to is in this one.
async fn run(mut program: Command, input: &'static str) -> Output {
    program.env("NO_PROXY", "127.0.0.1").stdin(Stdio::piped());
    program.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = program.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn example(name: &str) -> String {
    let package = bundled_models()[0].ancestors().nth(2).unwrap().to_path_buf();
    package.join("examples").join(name).display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn check_should_say_that_a_model_is_unfit_and_fail() {
    // A server that gives everything the same grade, as small models do.
    let reply = |_: String| async {
        let top = json!([{"token": "3", "logprob": -0.1}, {"token": "4", "logprob": -3.0}]);
        let content = json!([{"token": "3", "logprob": -0.1, "top_logprobs": top}]);
        let message = json!({"role": "assistant", "content": "3"});
        let choice = json!({"message": message, "logprobs": {"content": content}});
        json!({"choices": [choice]}).to_string()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = Router::new().route("/v1/chat/completions", axum::routing::post(reply));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "[[models]]\nname = 'same'\n[models.openai]\nbase_url = 'http://{address}/v1'\n\
         model = 'x'\n[models.grading]\npreset = 'digits'\n\
         [[agents]]\nkey = '*'\nmodel = 'same'\n"
    );
    let config = written(&folder, &config);
    let mut check = command(&folder);
    check.args(["check", "--config", &config, "--questions", "4"]);
    let output = run(check, "").await;
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    assert!(table.contains("UNFIT") && table.lines().last().unwrap().starts_with("same: "));
    let mut check = command(&folder);
    check.args(["--config", &config, "check", "--json"]);
    let found: Value = serde_json::from_slice(&run(check, "").await.stdout).unwrap();
    assert_eq!(found[0]["fit"], false, "{found}");
    assert!(found[0]["first_grade_ms"].is_number(), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn chat_should_answer_and_grade_what_is_piped_in() {
    let folder = tempfile::tempdir().unwrap();
    let mut chat = command(&folder);
    chat.args(["chat", "--config", &example("expert-system.toml")]);
    let output = run(chat, "sort 31 4 15\n/grade\n/grade 4 15 30\n").await;
    assert!(output.status.success(), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert_eq!(lines[0], "4 15 31");
    assert!(lines[1].starts_with("1.0000") && lines[2].starts_with("0.0000"), "{said}");
    let mut chat = command(&folder);
    chat.args(["chat", "--config", &example("expert-system.toml"), "--with", "other"]);
    let output = run(chat, "").await;
    assert!(text(&output.stderr).contains("\"other\""), "{}", text(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn bench_should_measure_a_model() {
    let folder = tempfile::tempdir().unwrap();
    let name = bundled_models()[0].file_name().unwrap().to_string_lossy().into_owned();
    let agents = format!("[[agents]]\nkey = '*'\nmodel = '{name}'\n");
    let config = written(&folder, &(models(1) + &agents));
    let mut bench = command(&folder);
    bench.args(["bench", "--config", &config, "--rounds", "2", "--json"]);
    let output = run(bench, "").await;
    let found: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)));
    println!("{found}");
    assert_eq!(found[0]["model"], name.as_str());
    assert!(found[0]["first_grade_ms"]["p95"].as_f64().unwrap() > 0.0, "{found}");
    assert_eq!(found[0]["grades"], 2 * 6, "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn list_should_name_known_models_and_what_is_here() {
    let folder = tempfile::tempdir().unwrap();
    let pulled = folder.path().join("real-models");
    std::fs::create_dir_all(&pulled).unwrap();
    std::fs::write(pulled.join("SmolLM2-135M-Instruct.Q4_1.gguf"), "GGUF").unwrap();
    let mut list = command(&folder);
    list.args(["list", "--json"]).env("WAGGLE_CACHE", folder.path());
    let found: Value = serde_json::from_slice(&run(list, "").await.stdout).unwrap();
    let models = found["models"].as_array().unwrap();
    assert!(models.len() >= 8, "{found}");
    let smollm = models.iter().find(|model| model["name"] == "smollm2-135m").unwrap();
    assert!(!smollm["here"].as_array().unwrap().is_empty(), "{smollm}");
    assert!(!smollm["tried"].as_array().unwrap().is_empty(), "{smollm}");
    let mut list = command(&folder);
    list.arg("list");
    assert!(text(&run(list, "").await.stdout).contains("smollm2-135m"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pull_should_fetch_once_and_print_a_configuration() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    let reply = move |UrlPath(path): UrlPath<String>, headers: HeaderMap| {
        let token = headers.get("authorization").map(|token| token.to_str().unwrap().to_string());
        seen.lock().unwrap().push((path, token));
        async { "GGUF contents" }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = Router::new().route("/{*path}", get(reply));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let folder = tempfile::tempdir().unwrap();
    let pull = || {
        let mut pull = command(&folder);
        pull.env("HF_ENDPOINT", format!("http://{address}")).env("HF_TOKEN", "hf_secret");
        pull.args(["pull", "qwen2.5-0.5b", "--directory"]).arg(folder.path());
        pull
    };
    for _ in 0..2 {
        let output = run(pull(), "").await;
        assert!(output.status.success(), "{}", text(&output.stderr));
        let config: toml::Table = text(&output.stdout).parse().unwrap();
        let gguf = config["models"][0]["llama_server"]["gguf"].as_str().unwrap();
        assert_eq!(std::fs::read_to_string(Path::new(gguf)).unwrap(), "GGUF contents");
    }
    let file = "Qwen/Qwen2.5-0.5B-Instruct-GGUF/resolve/main/qwen2.5-0.5b-instruct-q4_k_m.gguf";
    let token = Some("Bearer hf_secret".to_string());
    assert_eq!(*asked.lock().unwrap(), [(file.to_string(), token)]);
    let mut unknown = command(&folder);
    unknown.args(["pull", "gpt-9"]);
    let output = run(unknown, "").await;
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("waggle-worker list"), "{}", text(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_models_should_be_served_when_one_cannot_be_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let (good, broken) = (&bundled_models()[0], folder.path().join("broken"));
    std::fs::create_dir_all(&broken).unwrap();
    for entry in std::fs::read_dir(good).unwrap().flatten() {
        std::fs::copy(entry.path(), broken.join(entry.file_name())).unwrap();
    }
    std::fs::write(broken.join("model.safetensors"), b"no weights at all").unwrap();
    let name = good.file_name().unwrap();
    let config = format!(
        "{}[[models]]\nname = 'broken'\npath = {broken:?}\n\
         [[agents]]\nkey = {:?}\nmodel = {name:?}\n[[agents]]\nkey = {:?}\nmodel = 'broken'\n",
        models(1),
        key(0),
        key(1),
    );
    let worker = Worker::start(&config).await;
    assert!(!worker.answer(&answer(1, "37+12")).await.is_empty());
    let mut job = grade(2, "37+12", Some("49"), &["49", "48"]);
    job["agent"] = key(1).into();
    job["id"] = id(3).into();
    let reply = worker.finish(&job).await;
    assert_eq!(reply["status"], "declined", "{reply}");
    assert!(reply["reason"].as_str().unwrap().contains("could not be loaded"), "{reply}");
    let (status, health) = worker.get("/healthz").await;
    assert!(status == 200 && health.contains("broken"), "{health}");
    let (_, served) = worker.get("/v1/models").await;
    assert!(served.contains("problem"), "{served}");
}
