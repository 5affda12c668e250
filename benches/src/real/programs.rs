//! Other programs: what they say, and llama.cpp's server without the worker, which is the
//! yardstick of speed and counts tokens.

use crate::child;
use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};
use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How long a server may take to load its model, and one reply to come.
const START: Duration = Duration::from_secs(120);
const REPLY: Duration = Duration::from_secs(1_200);

/// What a program writes to its standard output.
///
/// # Errors
/// If it cannot be started or fails; with what it complained of.
pub fn said(mut command: Command) -> Result<Vec<u8>> {
    let program = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let process = child::start(command).with_context(|| format!("cannot start {program}"))?;
    let output = process.wait_with_output()?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program} failed: {}", complaint.trim());
    Ok(output.stdout)
}

/// A running llama.cpp server on a free port of loopback. It ends with this value.
pub struct Server {
    process: Child,
    address: String,
    http: ureq::Agent,
}

impl Server {
    /// Start `program` with the model of a GGUF file, and wait until it is loaded.
    ///
    /// # Errors
    /// If it does not start or does not load the model.
    pub fn start(program: &Path, gguf: &Path) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port().to_string();
        let mut command = Command::new(program);
        command.arg("--model").arg(gguf).args(["--host", "127.0.0.1", "--port", &port]);
        command.args(["--ctx-size", "4096", "--parallel", "1"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = child::start(command);
        let process = process.with_context(|| format!("cannot start {}", program.display()))?;
        let config =
            ureq::Agent::config_builder().timeout_global(Some(REPLY)).http_status_as_error(false);
        let http = ureq::Agent::new_with_config(config.build());
        let mut server = Self { process, address: format!("http://127.0.0.1:{port}"), http };
        let start = Instant::now();
        while !server.is_ready() {
            let ended = server.process.try_wait()?;
            ensure!(ended.is_none(), "{} ended: {ended:?}", program.display());
            ensure!(start.elapsed() < START, "{} was not ready in time", program.display());
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    fn is_ready(&self) -> bool {
        let reply = self.http.get(format!("{}/health", self.address)).call();
        reply.is_ok_and(|reply| reply.status().is_success())
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request = self.http.post(format!("{}{path}", self.address));
        let request = request.header("Content-Type", "application/json");
        let mut reply = request.send(&serde_json::to_vec(body)?[..])?;
        let (status, text) = (reply.status(), reply.body_mut().read_to_vec()?);
        let shown = String::from_utf8_lossy(&text);
        ensure!(status.is_success(), "llama-server replied {status} to {path}: {shown}");
        Ok(serde_json::from_slice(&text)?)
    }

    /// How many tokens a text is.
    ///
    /// # Errors
    /// If the server does not reply.
    pub fn tokens(&self, text: &str) -> Result<usize> {
        let reply = self.post("/tokenize", &json!({"content": text, "parse_special": true}))?;
        let tokens = reply.get("tokens").and_then(Value::as_array);
        Ok(tokens.context("llama-server counts no tokens")?.len())
    }

    /// How many tokens the model reads when it is asked this, with everything that its chat format
    /// puts around it.
    ///
    /// # Errors
    /// If the server does not reply.
    pub fn asked_tokens(&self, text: &str) -> Result<usize> {
        let messages = json!({"messages": [{"role": "user", "content": text}]});
        let reply = self.post("/apply-template", &messages)?;
        let prompt = reply.get("prompt").and_then(Value::as_str);
        self.tokens(prompt.context("llama-server applies no template")?)
    }

    /// Ask for one token and the likeliest others, as for a grade. How long it took.
    ///
    /// # Errors
    /// If the server does not reply.
    pub fn one_token(&self, text: &str) -> Result<Duration> {
        let body = json!({
            "messages": [{"role": "user", "content": text}], "max_tokens": 1, "temperature": 0.0,
            "logprobs": true, "top_logprobs": 20, "cache_prompt": true,
        });
        let start = Instant::now();
        self.post("/v1/chat/completions", &body)?;
        Ok(start.elapsed())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
