//! A worker process and what it replies, by the protocol of `docs/worker-protocol.md`.
//!
//! Answers with a temperature are drawn by the model's engine, whose generator starts anew with the
//! process: the same posts in the same order give the same answers. [`Worker::ask_all`] keeps that
//! order for each model.

use super::line_up::{configuration, key, LineUp, Rubric};
use crate::child;
use anyhow::{bail, ensure, Context, Result};
use codec::Encode;
use serde::Deserialize;
use serde_json::json;
use sp_crypto_hashing::blake2_256;
use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};
use ureq::http::StatusCode;
use waggle_harness::machine::memory_mib;
use waggle_primitives::{audit::replay::Replay, Grade, MAX_ANSWER_BYTES};

/// How long loading the models may take.
const START: Duration = Duration::from_secs(1_800);
/// How the worker's reason ends where the model had nothing to say.
const SAID_NOTHING: &str = "the model gave an empty answer";
/// How long it may take to stop.
const STOP: Duration = Duration::from_secs(5);
/// How long one reply may take: far longer than the worker lets a post wait, since a laptop may
/// sleep in between.
const REPLY: Duration = Duration::from_secs(3_600);
/// How long the worker may think before it is asked again, and until when a result is of use (for
/// no longer than its own `deadline_ms` says), in
/// milliseconds.
const WAIT_MS: u64 = 60_000;
const DEADLINE_MS: u64 = 3_600_000;

static STARTED: AtomicU32 = AtomicU32::new(0);

/// What an agent makes of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply<T> {
    /// Its result.
    Done(T),
    /// It has none, for this reason.
    Declined(String),
}

impl<T> Reply<T> {
    /// The result, if there is one.
    pub fn done(self) -> Option<T> {
        match self {
            Reply::Done(result) => Some(result),
            Reply::Declined(_) => None,
        }
    }
}

/// Where a question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The number of the domain. 0 is the general one.
    pub domain: u32,
    /// What kind of questions it takes: `closed` or `open`.
    pub question: &'static str,
}

/// What is claimed of answers that are replayed: drawn at a temperature, among all tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim<'a> {
    /// SHA-256 of the weights, in hex.
    pub weights: &'a str,
    /// In basis points of 1.0.
    pub temperature: u32,
}

/// A running worker that serves a line-up on a free port of loopback. It ends with this value.
pub struct Worker {
    process: Child,
    configuration: PathBuf,
    address: String,
    http: ureq::Agent,
    line_up: LineUp,
}

#[derive(Deserialize)]
struct Body {
    status: String,
    answer: Option<String>,
    grades: Option<Vec<AuthorGrade>>,
    replays: Option<Vec<Option<AuthorReplay>>>,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct AuthorGrade {
    author: u32,
    grade: u16,
}

#[derive(Deserialize)]
struct AuthorReplay {
    author: u32,
    tokens: u32,
    surprise: u64,
    entropy: u64,
    variance: u64,
}

impl Worker {
    /// Start `program` (a `waggle-worker`) with the agents of `line_up`, who grade by `rubric`, and
    /// wait for its models.
    ///
    /// # Errors
    /// If the program does not start or its models do not load.
    pub fn start(program: &Path, line_up: &LineUp, rubric: &Rubric) -> Result<Self> {
        Self::start_limited(program, line_up, rubric, &[])
    }

    /// As [`Worker::start`], with keys of the configuration's `[limits]`.
    ///
    /// # Errors
    /// As [`Worker::start`].
    pub fn start_limited(
        program: &Path,
        line_up: &LineUp,
        rubric: &Rubric,
        limits: &[(&'static str, u64)],
    ) -> Result<Self> {
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("waggle-arena-{}-{number}.toml", std::process::id()));
        fs::write(&path, configuration(line_up, rubric, limits)?)?;
        let mut command = Command::new(program);
        command.arg("--config").arg(&path).args(["--listen", "127.0.0.1:0", "--log", "error"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let process = child::start(command);
        let mut process = process.with_context(|| format!("cannot start {}", program.display()))?;
        let stdout = process.stdout.take().context("the worker has no standard output")?;
        let config =
            ureq::Agent::config_builder().timeout_global(Some(REPLY)).http_status_as_error(false);
        let http = ureq::Agent::new_with_config(config.max_idle_connections_per_host(64).build());
        // From here on the process ends with the value, whatever fails.
        let (address, line_up) = (String::new(), line_up.clone());
        let mut worker = Self { process, configuration: path, address, http, line_up };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on ");
        worker.address = address.context("the worker ended before it listened")?.to_owned();
        let start = Instant::now();
        while worker.http.get(format!("{}/healthz", worker.address)).call()?.status()
            != StatusCode::OK
        {
            ensure!(start.elapsed() < START, "the models were not loaded in time");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(worker)
    }

    /// Whom it serves.
    pub fn line_up(&self) -> &LineUp {
        &self.line_up
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Number of its process.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// An agent's answer. The same `draw` gives the same answer as long as the worker remembers it;
    /// another one draws anew.
    ///
    /// # Errors
    /// If the worker does not reply by its protocol. An agent that declines is no error.
    pub fn ask(&self, agent: usize, prompt: &str, draw: u64) -> Result<Reply<String>> {
        let id = job_id(&("answer", agent as u64, prompt, draw));
        self.answer(agent, prompt, id, None)
    }

    /// As [`Worker::ask`], and the worker is told where it is asked.
    ///
    /// # Errors
    /// As [`Worker::ask`].
    pub fn ask_in(&self, agent: usize, prompt: &str, field: Field) -> Result<Reply<String>> {
        let id = job_id(&("answer", agent as u64, prompt, field.domain, field.question));
        self.answer(agent, prompt, id, Some(field))
    }

    fn answer(
        &self,
        agent: usize,
        prompt: &str,
        id: String,
        field: Option<Field>,
    ) -> Result<Reply<String>> {
        let (domain, question) = field.map(|field| (field.domain, field.question)).unzip();
        let body = self.post(json!({
            "id": id, "agent": key(agent), "kind": "answer", "prompt": prompt,
            "deadline_ms": DEADLINE_MS, "wait_ms": WAIT_MS, "max_bytes": MAX_ANSWER_BYTES,
            "domain": domain, "question": question,
        }))?;
        match body {
            Body { answer: Some(answer), .. } => Ok(Reply::Done(answer)),
            body => declined(body),
        }
    }

    /// The answers of all agents, by number. Models work side by side, the agents of each one after
    /// another.
    ///
    /// # Errors
    /// As [`Worker::ask`].
    pub fn ask_all(&self, prompt: &str, draw: u64) -> Result<Vec<Reply<String>>> {
        self.over_models(|agent| self.ask(agent, prompt, draw))
    }

    /// What an agent thinks of each of `candidates`, in their order. `reference` is its own answer.
    /// A candidate whose grade the model does not give gets the lowest, as on the chain, unless
    /// there are none at all: then the agent declines.
    ///
    /// # Errors
    /// As [`Worker::ask`].
    pub fn grade(
        &self,
        agent: usize,
        prompt: &str,
        reference: Option<&str>,
        candidates: &[&str],
    ) -> Result<Reply<Vec<Grade>>> {
        if candidates.is_empty() {
            return Ok(Reply::Done(Vec::new()));
        }
        let id = job_id(&("grade", agent as u64, prompt, reference, candidates.to_vec()));
        let listed: Vec<_> = (0u32..)
            .zip(candidates)
            .map(|(author, text)| json!({"author": author, "text": text}))
            .collect();
        let body = self.post(json!({
            "id": id, "agent": key(agent), "kind": "grade",
            "prompt": prompt, "reference": reference,
            "candidates": listed, "deadline_ms": DEADLINE_MS, "wait_ms": WAIT_MS,
        }))?;
        match body {
            Body { grades: Some(grades), .. } => {
                let in_order = (0u32..).zip(&grades).all(|(author, grade)| author == grade.author);
                ensure!(
                    in_order && grades.len() == candidates.len(),
                    "the worker's grades are not those asked for"
                );
                let grades = grades
                    .iter()
                    .map(|given| Grade::new(given.grade).context("a grade above 10 000"));
                Ok(Reply::Done(grades.collect::<Result<_>>()?))
            }
            body => declined(body),
        }
    }

    /// How likely an agent's model finds the tokens of answers to `prompt`, as [`Worker::ask`] asks
    /// it, in their order. Nothing where nothing can be said of an answer.
    ///
    /// # Errors
    /// If the worker does not reply by its protocol. That it has other weights, or cannot replay,
    /// is no error: it declines.
    pub fn replay(
        &self,
        agent: usize,
        prompt: &str,
        claim: Claim<'_>,
        answers: &[&str],
    ) -> Result<Reply<Vec<Option<Replay>>>> {
        let Claim { weights, temperature } = claim;
        let asked = (weights, temperature, prompt, answers.to_vec());
        let listed: Vec<_> = (0u32..)
            .zip(answers)
            .map(|(author, text)| json!({"author": author, "text": text}))
            .collect();
        let body = self.post(json!({
            "id": job_id(&("replay", agent as u64, asked)), "agent": key(agent), "kind": "replay",
            "model": weights, "prompt": prompt, "answers": listed,
            "sampling": {"temperature": temperature, "top_p": 10_000, "top_k": 0, "min_p": 0},
            "deadline_ms": DEADLINE_MS, "wait_ms": WAIT_MS,
        }))?;
        match body {
            Body { replays: Some(replays), .. } => {
                let in_order = (0u32..)
                    .zip(&replays)
                    .all(|(author, one)| one.as_ref().is_none_or(|one| one.author == author));
                ensure!(
                    in_order && replays.len() == answers.len(),
                    "the worker's replays are not those asked for"
                );
                let sums = |AuthorReplay { tokens, surprise, entropy, variance, .. }| Replay {
                    tokens,
                    surprise,
                    entropy,
                    variance,
                };
                Ok(Reply::Done(replays.into_iter().map(|one| one.map(sums)).collect()))
            }
            body => declined(body),
        }
    }

    /// `work` of every agent, by number: one thread a model, its agents one after another.
    ///
    /// # Errors
    /// The first that `work` gives.
    pub fn over_models<T: Send>(&self, work: impl Fn(usize) -> Result<T> + Sync) -> Result<Vec<T>> {
        let work = &work;
        let mut done: Vec<(usize, T)> = std::thread::scope(|scope| {
            let threads: Vec<_> = self
                .line_up
                .by_model()
                .into_iter()
                .map(|(_, agents)| {
                    scope.spawn(move || {
                        agents
                            .into_iter()
                            .map(|agent| Ok((agent, work(agent)?)))
                            .collect::<Result<Vec<_>>>()
                    })
                })
                .collect();
            let joined =
                threads.into_iter().map(|thread| thread.join().expect("no thread of ours panics"));
            joined.collect::<Result<Vec<_>>>().map(|parts| parts.into_iter().flatten().collect())
        })?;
        done.sort_by_key(|(agent, _)| *agent);
        Ok(done.into_iter().map(|(_, result)| result).collect())
    }

    /// Post a body once, whatever it is: status and what came back. For experiments with the
    /// protocol itself.
    ///
    /// # Errors
    /// If there is no reply.
    pub fn post_once(&self, body: &serde_json::Value) -> Result<(u16, serde_json::Value)> {
        let request = self
            .http
            .post(format!("{}/v1/jobs", self.address))
            .header("Content-Type", "application/json");
        let mut response = request.send(&serde_json::to_vec(body)?[..])?;
        let status = response.status().as_u16();
        Ok((status, serde_json::from_slice(&response.body_mut().read_to_vec()?)?))
    }

    /// What its models took for jobs so far, by its own count: seconds, and number of jobs.
    ///
    /// # Errors
    /// If the worker does not reply.
    pub fn inferences(&self) -> Result<(f64, f64)> {
        let of = |part: &str| self.counted(&format!("waggle_worker_job_inference_seconds_{part}"));
        Ok((of("sum")?, of("count")?))
    }

    /// The sum over all labels of one of its metrics; 0 if it has none of that name.
    ///
    /// # Errors
    /// If the worker does not reply.
    pub fn counted(&self, metric: &str) -> Result<f64> {
        let mut reply = self.http.get(format!("{}/metrics", self.address)).call()?;
        let text = reply.body_mut().read_to_string()?;
        let value = |line: &str| {
            let (name, value) = line.rsplit_once(' ')?;
            let is_it = name.strip_prefix(metric)?;
            if is_it.is_empty() || is_it.starts_with('{') {
                value.parse::<f64>().ok()
            } else {
                None
            }
        };
        Ok(text.lines().filter_map(value).sum())
    }

    /// Memory of its process that is in use, in MiB. Linux only.
    ///
    /// # Errors
    /// If `/proc` does not say.
    pub fn resident_mib(&self) -> Result<f64> {
        memory_mib(self.process.id(), "VmRSS").context("the worker does not run")
    }

    /// Post a job until it is finished.
    fn post(&self, job: serde_json::Value) -> Result<Body> {
        let bytes = serde_json::to_vec(&job)?;
        loop {
            let request = self
                .http
                .post(format!("{}/v1/jobs", self.address))
                .header("Content-Type", "application/json");
            let mut response = request.send(&bytes[..])?;
            let status = response.status();
            if status == StatusCode::TOO_MANY_REQUESTS {
                std::thread::sleep(Duration::from_millis(20));
                continue;
            }
            let text = response.body_mut().read_to_vec()?;
            ensure!(
                status == StatusCode::OK,
                "the worker refused a job: {status} {}",
                String::from_utf8_lossy(&text)
            );
            let body: Body = serde_json::from_slice(&text)?;
            // The worker gives up after some attempts: that is no reply of the agent, and must not
            // pass for one. To say nothing is one.
            let given_up = |reason: &&str| {
                reason.starts_with("given up after") && !reason.ends_with(SAID_NOTHING)
            };
            if let Some(reason) = body.reason.as_deref().filter(given_up) {
                bail!("the worker failed at a job: {reason}");
            }
            match body.status.as_str() {
                // A job that failed is tried again, a few times by the worker's own count.
                "pending" | "failed" => continue,
                _ => return Ok(body),
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Asked first: it has programs of its own to stop.
        let asked = Command::new("kill").arg(self.process.id().to_string()).status();
        let start = Instant::now();
        while asked.is_ok() && start.elapsed() < STOP && matches!(self.process.try_wait(), Ok(None))
        {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_file(&self.configuration);
    }
}

fn declined<T>(body: Body) -> Result<Reply<T>> {
    match body {
        Body { status, reason: Some(reason), .. } if status == "declined" => {
            Ok(Reply::Declined(reason))
        }
        Body { status, .. } => bail!("the worker replied {status} without a result"),
    }
}

fn job_id(contents: &impl Encode) -> String {
    blake2_256(&contents.encode()).iter().map(|byte| format!("{byte:02x}")).collect()
}
