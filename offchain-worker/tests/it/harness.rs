//! Starts the program and talks to it.

use mistralrs::{DeviceMapSetting, Model, ModelDType, TextModelBuilder, TokenSource};
use serde_json::{json, Value};
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The directories of the bundled models, sorted. There must be at least three.
pub(crate) fn bundled_models() -> Vec<PathBuf> {
    // Asked at run time: checkouts may share a target directory.
    let package = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
    let folder = Path::new(&package).join("models");
    let entries =
        std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("model.safetensors").is_file())
        .collect();
    found.sort();
    assert!(
        found.len() >= 3,
        "{} holds {} models, at least three are needed",
        folder.display(),
        found.len()
    );
    found
}

/// The configuration's lines for the first `count` bundled models. They read and grade whatever
/// comes: most tests use texts that no training prepared them for.
pub(crate) fn models(count: usize) -> String {
    let entry = |path: &PathBuf| {
        format!(
            "[[models]]\nname = {:?}\npath = {path:?}\n\
             grading.min_mass = 0.0\ngrading.max_bytes = 65536\n",
            path.file_name().unwrap()
        )
    };
    bundled_models().iter().take(count).map(entry).collect()
}

/// The key of the test's agent `index`.
pub(crate) fn key(index: usize) -> String {
    format!("{:064x}", index + 0xa9e)
}

/// The id of the test's job `index`.
pub(crate) fn id(index: usize) -> String {
    format!("{index:064x}")
}

/// The configuration's lines for `count` greedy agents, spread over the first `models` bundled
/// models.
pub(crate) fn agents(count: usize, models: usize) -> String {
    let paths = bundled_models();
    let entry = |index: usize| {
        let name = paths[index % models].file_name().unwrap();
        format!("[[agents]]\nkey = {:?}\nmodel = {name:?}\ntemperature = 0.0\n", key(index))
    };
    (0..count).map(entry).collect()
}

/// One model and one agent.
pub(crate) fn single() -> String {
    models(1) + &agents(1, 1)
}

/// An answer job of agent 0.
pub(crate) fn answer(job: usize, prompt: &str) -> Value {
    json!({
        "id": id(job), "agent": key(0), "kind": "answer", "prompt": prompt,
        "deadline_ms": 60_000, "wait_ms": 20_000
    })
}

/// A grade job of agent 0.
pub(crate) fn grade(
    job: usize,
    prompt: &str,
    reference: Option<&str>,
    candidates: &[&str],
) -> Value {
    let candidates: Vec<Value> = candidates
        .iter()
        .enumerate()
        .map(|(author, text)| json!({"author": author, "text": text}))
        .collect();
    json!({
        "id": id(job), "agent": key(0), "kind": "grade", "prompt": prompt, "reference": reference,
        "candidates": candidates, "deadline_ms": 60_000, "wait_ms": 20_000
    })
}

/// A grade job long enough to keep the engine busy for some hundred milliseconds.
pub(crate) fn long_grade(job: usize) -> Value {
    let texts: Vec<String> = (0..100).map(|index| format!("{index} ").repeat(30)).collect();
    grade(job, "sort 3 1 2", Some("1 2 3"), &texts.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A command of the program, with an environment in which every way to the network is closed.
pub(crate) fn command(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waggle-worker"));
    for name in
        ["HF_ENDPOINT", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"]
    {
        command.env(name, "http://127.0.0.1:9");
    }
    command
        .env("HOME", folder.path())
        .env("HF_HOME", folder.path().join("hub"))
        .current_dir(folder.path());
    command
}

/// The address that a worker prints when it listens.
pub(crate) fn address(worker: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(worker.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on ");
    address.unwrap_or_else(|| panic!("printed {line:?}")).to_string()
}

/// A bundled model in mistral.rs without the worker: a second way to the same numbers.
pub(crate) async fn bare_model(path: &Path) -> Model {
    TextModelBuilder::new(path.display())
        .with_token_source(TokenSource::None)
        .with_dtype(ModelDType::F32)
        .with_device_mapping(DeviceMapSetting::dummy())
        .with_force_cpu()
        .with_prefix_cache_n(None)
        .build()
        .await
        .unwrap()
}

/// A running worker; killed when dropped.
pub(crate) struct Worker {
    child: Child,
    /// Where it listens.
    pub(crate) url: String,
    client: reqwest::Client,
    folder: TempDir,
}

impl Worker {
    /// Starts the program with this configuration and waits until its models are loaded.
    pub(crate) async fn start(config: &str) -> Self {
        let worker = Self::spawn(config, "127.0.0.1:0");
        worker.wait_until_ready().await;
        worker
    }

    /// The same, on a machine that computes with one thread.
    pub(crate) async fn start_with_one_thread(config: &str) -> Self {
        let worker = Self::spawn_with(config, "127.0.0.1:0", &[("RAYON_NUM_THREADS", "1")]);
        worker.wait_until_ready().await;
        worker
    }

    /// Starts the program and waits until it listens.
    pub(crate) fn spawn(config: &str, listen: &str) -> Self {
        Self::spawn_with(config, listen, &[])
    }

    fn spawn_with(config: &str, listen: &str, variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Waits up to half a minute, however long the default is: a busy machine is no reason to
        // fail.
        let limits = if config.contains("[limits]") { "" } else { "[limits]\nwait_ms = 30000\n" };
        let file = folder.path().join("worker.toml");
        std::fs::write(&file, format!("{limits}{config}")).unwrap();
        Self::run(folder, &file, listen, variables)
    }

    /// Starts the program with a file that is there and waits until its models are loaded.
    pub(crate) async fn start_file(file: &Path) -> Self {
        let worker = Self::run(tempfile::tempdir().unwrap(), file, "127.0.0.1:0", &[]);
        worker.wait_until_ready().await;
        worker
    }

    fn run(folder: TempDir, file: &Path, listen: &str, variables: &[(&str, &str)]) -> Self {
        let mut child = command(&folder)
            .envs(variables.iter().copied())
            .args(["--config", file.to_str().unwrap(), "--listen", listen])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let url = address(&mut child);
        Self { child, url, client: reqwest::Client::new(), folder }
    }

    /// Waits until the models are loaded, healthy or not.
    pub(crate) async fn wait_until_ready(&self) {
        let until = Instant::now() + PATIENCE;
        while self.get("/healthz").await.1.contains("\"loading\"") {
            assert!(Instant::now() < until, "the worker did not become ready");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The status of `GET /healthz`.
    pub(crate) async fn health(&self) -> u16 {
        self.client.get(format!("{}/healthz", self.url)).send().await.unwrap().status().as_u16()
    }

    /// The text of a path.
    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        let reply = self.client.get(format!("{}{path}", self.url)).send().await.unwrap();
        (reply.status().as_u16(), reply.text().await.unwrap())
    }

    /// Posts a job as text.
    pub(crate) async fn post_text(&self, body: impl Into<reqwest::Body>) -> (u16, Value) {
        let request = self.client.post(format!("{}/v1/jobs", self.url)).body(body);
        let reply = request.header("content-type", "application/json").send().await.unwrap();
        let status = reply.status().as_u16();
        if matches!(status, 429 | 503) {
            assert!(reply.headers().contains_key("retry-after"), "{status} without Retry-After");
        }
        (status, reply.json().await.unwrap())
    }

    /// Posts a job.
    pub(crate) async fn post(&self, job: &Value) -> (u16, Value) {
        self.post_text(job.to_string()).await
    }

    /// Posts a job until it is no longer pending.
    pub(crate) async fn finish(&self, job: &Value) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            let (status, reply) = self.post(job).await;
            assert_eq!(status, 200, "{reply}");
            if reply["status"] != "pending" {
                return reply;
            }
            assert!(Instant::now() < until, "the job did not end");
        }
    }

    /// The text of the answer to a prompt.
    pub(crate) async fn answer(&self, job: &Value) -> String {
        let reply = self.finish(job).await;
        assert_eq!(reply["status"], "done", "{reply}");
        reply["answer"].as_str().unwrap().to_string()
    }

    /// The grades of a job, which must be done.
    pub(crate) async fn grades(&self, job: &Value) -> Vec<u64> {
        let reply = self.finish(job).await;
        assert_eq!(reply["status"], "done", "{reply}");
        reply["grades"]
            .as_array()
            .unwrap()
            .iter()
            .map(|grade| grade["grade"].as_u64().unwrap())
            .collect()
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Resident memory, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Waits for the end of the program.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "the worker did not stop");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// What the program wrote below its home directory.
    pub(crate) fn home(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
