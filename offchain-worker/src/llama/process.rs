//! One process of llama.cpp's server, from its start until it serves.

use super::{error::LlamaError, spec::LlamaSpec};
use crate::{
    backend::openai::ApiKey,
    program::{
        group::{bare_command, Group},
        lines::bounded_line,
        ProgramError,
    },
};
use reqwest::{Client, StatusCode, Url};
use std::{
    collections::VecDeque,
    fmt::Write,
    fs::File,
    io::Read,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::{io::BufReader, process::ChildStderr, sync::oneshot, task::JoinHandle};
use tracing::{debug, info};

/// How long a server may load its model: the largest, from the slowest disk.
const READY_LIMIT: Duration = Duration::from_secs(1800);

/// How often the log says that it still loads.
const PROGRESS_EVERY: Duration = Duration::from_secs(5);

/// How often a server that listens is asked whether it is ready.
const HEALTH_EVERY: Duration = Duration::from_millis(50);

/// How long one such question may take.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(5);

/// How long to wait for the last words of a server that ended.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The longest line of its standard error that is kept, in bytes.
const LINE_BYTES: usize = 2000;

/// How many of its last lines are kept.
const KEPT_LINES: usize = 40;

/// The longest piece of them that an operator is shown, in bytes.
const SHOWN_BYTES: usize = 300;

/// What the server writes before its address when it listens.
const LISTENING: &str = "listening on http://127.0.0.1:";

type Lines = Arc<Mutex<VecDeque<String>>>;

/// A server that serves; it dies with its children when this is dropped.
#[derive(Debug)]
pub(super) struct Running {
    group: Group,
    log: JoinHandle<()>,
    /// Where it serves, up to and including `/v1`.
    pub(super) url: Url,
    /// What it wants to see: nobody else on this machine knows it.
    pub(super) key: ApiKey,
}

impl Running {
    /// Starts a server and waits until it is ready.
    ///
    /// # Errors
    /// [`LlamaError`]; the process is gone then.
    pub(super) async fn start(spec: &LlamaSpec) -> Result<Self, LlamaError> {
        let failed = |source| LlamaError::Start { program: spec.program.clone(), source };
        let secret = random_key().map_err(failed)?;
        let key = ApiKey::new(&secret).ok_or_else(|| LlamaError::Client("no key".into()))?;
        let mut command = bare_command(&spec.program);
        command.args(spec.command_line()).envs(spec.environment(&secret));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut group = Group::start(command).await.map_err(failed)?;
        let stderr = group.child.stderr.take();
        let stderr = stderr.ok_or_else(|| failed(std::io::Error::other("no pipe")))?;
        let (lines, (heard, port)) = (Lines::default(), oneshot::channel());
        let log = tokio::spawn(read(spec.name.clone(), stderr, lines.clone(), heard));
        let mut running = Self { group, log, url: address(0)?, key };
        let since = Instant::now();
        let mut ready = std::pin::pin!(ready(port));
        loop {
            tokio::select! {
                url = &mut ready => {
                    running.url = url?;
                    return Ok(running);
                }
                status = running.group.ended() => {
                    return Err(running.last_words(status, &lines).await);
                }
                () = tokio::time::sleep(PROGRESS_EVERY) => {
                    if since.elapsed() > READY_LIMIT {
                        return Err(LlamaError::Slow(READY_LIMIT));
                    }
                    let seconds = since.elapsed().as_secs();
                    info!(model = spec.name, seconds, "llama-server loads the model");
                }
            }
        }
    }

    /// Waits until it ends by itself; its exit status.
    pub(super) async fn ended(&mut self) -> String {
        said(self.group.ended().await)
    }

    async fn last_words(
        &mut self,
        status: std::io::Result<std::process::ExitStatus>,
        lines: &Lines,
    ) -> LlamaError {
        // What it wrote may still be on its way.
        let _ = tokio::time::timeout(LAST_WORDS, &mut self.log).await;
        let lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
        LlamaError::Ended { status: said(status), last: telling(&lines) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.log.abort();
    }
}

fn said(status: std::io::Result<std::process::ExitStatus>) -> String {
    status.map_or_else(|error| error.to_string(), |status| status.to_string())
}

fn address(port: u16) -> Result<Url, LlamaError> {
    let url = format!("http://127.0.0.1:{port}/v1").parse();
    url.map_err(|error| LlamaError::Client(format!("{error}")))
}

/// 256 bits that nobody can foresee, in hex.
fn random_key() -> std::io::Result<String> {
    let mut bytes = [0u8; 32];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// Waits for the port on which the server says that it listens, and then until it is ready. Never
/// ends for a server that does not say so: its end is noticed elsewhere.
async fn ready(port: oneshot::Receiver<u16>) -> Result<Url, LlamaError> {
    let Ok(port) = port.await else { return std::future::pending().await };
    let client = Client::builder().no_proxy().timeout(HEALTH_TIMEOUT).build();
    let client = client.map_err(|error| LlamaError::Client(error.to_string()))?;
    let (url, health) = (address(port)?, format!("http://127.0.0.1:{port}/health"));
    loop {
        let reply = client.get(&health).send().await;
        if reply.is_ok_and(|reply| reply.status() == StatusCode::OK) {
            return Ok(url);
        }
        tokio::time::sleep(HEALTH_EVERY).await;
    }
}

/// Passes the server's standard error on to the log, keeps its last lines, and passes on the port
/// once it is known. What it says of requests may hold prompts, so the level is `debug`.
async fn read(model: String, stderr: ChildStderr, last: Lines, port: oneshot::Sender<u16>) {
    let (mut stderr, mut port) = (BufReader::new(stderr), Some(port));
    loop {
        let line = match bounded_line(&mut stderr, LINE_BYTES).await {
            Ok(line) => String::from_utf8_lossy(&line).trim_end().to_string(),
            // What was read so far of a long line is gone; the rest of it is taken for a line.
            Err(ProgramError::TooLong(_)) => continue,
            Err(_) => return,
        };
        debug!(model, "{line}");
        if port.is_some() {
            if let Some((port, number)) =
                listens(&line).and_then(|number| Some((port.take()?, number)))
            {
                // Nobody waits any longer where the start was given up.
                let _ = port.send(number);
            }
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            last.push_back(line);
            if last.len() > KEPT_LINES {
                last.pop_front();
            }
        }
    }
}

/// The port, if this line tells it.
fn listens(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once(LISTENING)?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok().filter(|port| *port != 0)
}

/// Of a server's last lines, the first that tells of an error, from that word on, and otherwise the
/// last.
fn telling(lines: &VecDeque<String>) -> String {
    let error = |line: &'_ String| {
        let at = line.to_ascii_lowercase().find("error")?;
        line.get(at..).map(String::from)
    };
    let last = || lines.iter().rev().find(|line| !line.trim().is_empty()).cloned();
    let line = lines.iter().find_map(error).or_else(last);
    let line = line.unwrap_or_else(|| "it said nothing".to_string());
    crate::sanitise::cut(line.trim(), SHOWN_BYTES).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_should_be_read_from_the_line_of_any_version() {
        for line in [
            "main: server is listening on http://127.0.0.1:36471 - starting the main loop",
            "0.00.123 I srv  llama_server: listening on http://127.0.0.1:36471",
        ] {
            assert_eq!(listens(line), Some(36471));
        }
        assert_eq!(listens("listening on http://127.0.0.1:0"), None);
        assert_eq!(listens("listening on http://10.0.0.1:36471"), None);
    }

    #[test]
    fn line_with_the_error_should_be_shown_before_the_last() {
        let lines = |text: &str| text.lines().map(String::from).collect();
        assert_eq!(telling(&lines("loading\n0.1 E Error: no room\nbye\n")), "Error: no room");
        assert_eq!(telling(&lines("one\ntwo\n\n")), "two");
        assert_eq!(telling(&lines("")), "it said nothing");
    }

    #[test]
    fn keys_should_be_long_and_differ() {
        let (one, other) = (random_key().unwrap(), random_key().unwrap());
        assert!(one.len() == 64 && one != other);
    }
}
