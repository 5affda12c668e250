//! How fast the worker is: one-token grades against the bare engine, the grades of a round, answers
//! a second, overload, memory.
//!
//! *Bare engine*: mistral.rs in a process of its own, given the same tokens for one token, without
//! HTTP, queue, rubric and grade (`offchain-worker/examples/bare_engine.rs`). Both are asked in
//! turn, so that whatever else the machine does meets both.

use crate::{
    arena::{line_up, Agent, LineUp, Rubric, Worker},
    draws::Draws,
    output::{rounded, Output},
    page::rows,
    plot::{write_figure, Figure, Panel, Series},
};
use anyhow::{bail, ensure, Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::json;
use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// What can be measured, by name.
pub const PARTS: [&str; 5] = ["grade", "round", "answers", "overload", "memory"];

/// A line of `worker.csv`.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// One of [`PARTS`].
    pub part: &'static str,
    /// What was measured.
    pub case: String,
    /// How often.
    pub count: usize,
    /// The median; or the one value there is.
    pub p50: f64,
    /// The 95th percentile, if there is one.
    pub p95: Option<f64>,
    /// Of both.
    pub unit: &'static str,
}

/// What is needed to measure.
pub struct Setting<'a> {
    /// `waggle-worker`.
    pub worker: &'a Path,
    /// The example `bare_engine` of the worker's crate.
    pub bare_engine: &'a Path,
    /// The demo's swarm.
    pub line_up: &'a LineUp,
    /// A tenth of everything, to see that it runs.
    pub fast: bool,
}

impl Setting<'_> {
    fn often(&self, full: usize) -> usize {
        if self.fast {
            full / 10
        } else {
            full
        }
    }

    fn start(&self, limits: &[(&'static str, u64)]) -> Result<Worker> {
        Worker::start_limited(self.worker, self.line_up, &Rubric::bundled(), limits)
    }

    /// Measure a part.
    ///
    /// # Errors
    /// If a process fails.
    pub fn measure(&self, part: &str) -> Result<Vec<Line>> {
        match part {
            "grade" => self.grade(),
            "round" => self.round(),
            "answers" => self.answers(),
            "overload" => self.overload(),
            _ => self.memory(),
        }
    }

    fn bar(&self, part: &str, length: usize) -> ProgressBar {
        let bar = ProgressBar::new(length as u64).with_prefix(part.to_owned());
        let style =
            ProgressStyle::with_template("{prefix:10} {bar:40} {pos}/{len}  {elapsed}  {msg}");
        bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }

    /// One grade through the worker and one token of the bare engine, in turn, for prompts of three
    /// lengths.
    fn grade(&self) -> Result<Vec<Line>> {
        let agent = self.line_up.agents.first().context("nobody takes part")?;
        let mut bare = BareEngine::start(self.bare_engine, agent)?;
        // Long prompts are none that the models know: whatever they say counts as a grade, or they
        // would be asked again.
        let rubric = Rubric { min_mass: Some(0.0), ..Rubric::bundled() };
        let worker = Worker::start(self.worker, self.line_up, &rubric)?;
        // And they take a third of a second each.
        let cases = [(0, self.often(600)), (200, self.often(300)), (1_000, self.often(60))];
        let bar = self.bar("grade", cases.iter().map(|(_, count)| count + 5).sum());
        let mut lines = Vec::new();
        for (padding, count) in cases {
            let (mut with, mut without, mut preparing, mut tokens) =
                (Vec::new(), Vec::new(), Vec::new(), 0);
            let before = worker.inferences()?;
            for number in 0..count + 5 {
                let prompt = format!("{}{}+{}", "7".repeat(padding), number % 50, number / 50);
                let (reference, candidate) = ((number % 90).to_string(), (number % 70).to_string());
                let grade = || -> Result<f64> {
                    let since = Instant::now();
                    worker.grade(0, &prompt, Some(&reference), &[&candidate])?;
                    Ok(milliseconds(since.elapsed()))
                };
                // Who goes first alternates.
                let early = if number % 2 == 0 { Some(grade()?) } else { None };
                let (length, took, prepared) =
                    bare.token(&format!("{prompt}\n={reference}\n?{candidate}"))?;
                let worker_took = early.map_or_else(grade, Ok)?;
                bar.inc(1);
                // The first ones warm up.
                if number >= 5 {
                    with.push(worker_took);
                    without.push(took);
                    preparing.push(prepared);
                    tokens = tokens.max(length);
                }
            }
            let after = worker.inferences()?;
            let inside = (after.0 - before.0) / (after.1 - before.1) * 1_000.0;
            let name = |what: &str| format!("{what}, {tokens} tokens");
            let overhead = percentile(&with, 0.5) / percentile(&without, 0.5) - 1.0;
            lines.push(of("grade", name("bare engine"), &without, "ms"));
            lines.push(of(
                "grade",
                name("bare engine's chat template and tokenizer, not in the above"),
                &preparing,
                "ms",
            ));
            lines.push(of("grade", name("worker"), &with, "ms"));
            lines.push(one(
                "grade",
                name("of that inside the worker: template, tokens, engine, grade (mean)"),
                count,
                inside,
                "ms",
            ));
            lines.push(one(
                "grade",
                name("worker over bare engine, medians"),
                count,
                overhead * 100.0,
                "%",
            ));
        }
        bar.finish_and_clear();
        Ok(lines)
    }

    /// All grades of one grader in one job.
    fn round(&self) -> Result<Vec<Line>> {
        let worker = self.start(&[])?;
        let count = self.often(100);
        let ks = [1, 2, 3, 8, 33];
        let bar = self.bar("round", ks.len() * count);
        let mut lines = Vec::new();
        for k in ks {
            let mut times = Vec::new();
            for number in 0..count {
                let texts: Vec<String> = (0..k).map(|other| (number + other).to_string()).collect();
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                let prompt = format!("{}+{}", number % 50, k);
                let since = Instant::now();
                worker.grade(0, &prompt, Some("49"), &texts)?;
                times.push(milliseconds(since.elapsed()));
                bar.inc(1);
            }
            lines.push(of("round", format!("{k} grades of one grader"), &times, "ms"));
        }
        let mut times = Vec::new();
        for number in 0..count {
            let prompt = format!("{}+{}", number % 50, number / 50 + 40);
            let since = Instant::now();
            worker.over_models(|agent| {
                // No text twice, or the worker would recall the grade.
                let texts = [(2 * agent).to_string(), (2 * agent + 1).to_string()];
                worker.grade(agent, &prompt, Some("49"), &[&texts[0], &texts[1]])
            })?;
            times.push(milliseconds(since.elapsed()));
        }
        let everybody =
            format!("2 grades of each of {} agents of one worker", self.line_up.agents.len());
        lines.push(of("round", everybody, &times, "ms"));
        bar.finish_and_clear();
        Ok(lines)
    }

    /// Answers a second: of one model, and of all agents side by side.
    fn answers(&self) -> Result<Vec<Line>> {
        let worker = self.start(&[])?;
        let count = self.often(300);
        let bar = self.bar("answers", 2 * count);
        let (mut one_model, mut all) = (Vec::new(), Vec::new());
        let since = Instant::now();
        for number in 0..count {
            let started = Instant::now();
            worker.ask(0, &format!("{}+{}", number % 50, number / 50), number as u64)?;
            one_model.push(milliseconds(started.elapsed()));
            bar.inc(1);
        }
        let alone = count as f64 / since.elapsed().as_secs_f64();
        let since = Instant::now();
        for number in 0..count {
            let started = Instant::now();
            worker.ask_all(&format!("{}+{}", number % 50, number / 50), (count + number) as u64)?;
            all.push(milliseconds(started.elapsed()));
            bar.inc(1);
        }
        let agents = self.line_up.agents.len();
        let together = (count * agents) as f64 / since.elapsed().as_secs_f64();
        bar.finish_and_clear();
        Ok(vec![
            of("answers", "one answer of one model".to_owned(), &one_model, "ms"),
            one("answers", "one model, one after another".to_owned(), count, alone, "answers/s"),
            of("answers", format!("one answer of each of {agents} agents"), &all, "ms"),
            one(
                "answers",
                format!("{agents} agents, all models side by side"),
                count * agents,
                together,
                "answers/s",
            ),
        ])
    }

    /// Far more jobs than one model can do: what is refused, in which order the others are done,
    /// what is still done in time.
    fn overload(&self) -> Result<Vec<Line>> {
        const QUEUE: u64 = 64;
        let worker = self.start(&[("queue", QUEUE)])?;
        let bar = self.bar("overload", 3);
        let mut lines = self.burst(&worker, QUEUE as usize)?;
        bar.inc(1);
        lines.extend(self.prolonged(&worker)?);
        bar.inc(1);
        lines.extend(self.sustained(&worker)?);
        bar.finish_and_clear();
        Ok(lines)
    }

    /// Four hundred posts at the same time, with deadlines that leave no time for all.
    fn burst(&self, worker: &Worker, queue: usize) -> Result<Vec<Line>> {
        const POSTS: usize = 400;
        let mut draws = Draws::of("worker/burst", 0);
        let deadlines: Vec<u64> = (0..POSTS).map(|_| 200 + draws.below(2_000) as u64).collect();
        let start = Instant::now();
        let replies = side_by_side(POSTS, |number| {
            let posted = Instant::now();
            let (status, body) =
                worker.post_once(&job(number as u64, deadlines[number], 30_000, 8))?;
            Ok((
                status,
                body["status"].as_str().unwrap_or_default().to_owned(),
                posted.elapsed(),
                start.elapsed(),
            ))
        })?;
        let refused: Vec<f64> = replies
            .iter()
            .filter(|reply| reply.0 == 429)
            .map(|reply| milliseconds(reply.2))
            .collect();
        let mut done: Vec<(Duration, u64)> = replies
            .iter()
            .zip(&deadlines)
            .filter(|(reply, _)| reply.1 == "done")
            .map(|(reply, deadline)| (reply.3, *deadline))
            .collect();
        done.sort();
        let expired = replies.iter().filter(|reply| reply.1 == "declined").count();
        let ordered = done.windows(2).filter(|pair| pair[0].1 <= pair[1].1).count();
        let accepted = done.len() + expired;
        ensure!(accepted + refused.len() == POSTS, "the worker replied with something else");
        Ok(vec![
            one(
                "overload",
                format!("burst of {POSTS}: taken (the queue holds {queue}, one runs)"),
                POSTS,
                accepted as f64,
                "jobs",
            ),
            one(
                "overload",
                "burst: of those done in time".to_owned(),
                POSTS,
                done.len() as f64,
                "jobs",
            ),
            one(
                "overload",
                "burst: of those never started, their deadline having passed".to_owned(),
                POSTS,
                expired as f64,
                "jobs",
            ),
            one(
                "overload",
                "burst: neighbours done in the order of their deadlines".to_owned(),
                done.len(),
                100.0 * ordered as f64 / (done.len().max(2) - 1) as f64,
                "%",
            ),
            of(
                "overload",
                "burst: refused with 429, time to the refusal".to_owned(),
                &refused,
                "ms",
            ),
        ])
    }

    /// Jobs that would expire, posted again with a later deadline: the newest deadline counts.
    fn prolonged(&self, worker: &Worker) -> Result<Vec<Line>> {
        const JOBS: usize = 40;
        let post = |number: usize, deadline, wait| {
            worker.post_once(&job(10_000 + number as u64, deadline, wait, 8))
        };
        for number in 0..JOBS {
            post(number, 60, 0)?;
            post(number, 60_000, 0)?;
        }
        let replies = side_by_side(JOBS, |number| post(number, 60, 30_000))?;
        let done = replies.iter().filter(|(_, body)| body["status"] == "done").count();
        let case = "deadline too short, posted again with a later one: done".to_owned();
        Ok(vec![one("overload", case, JOBS, done as f64, "jobs")])
    }

    /// Many clients that never stop, each job of use for a moment only, against one client alone.
    fn sustained(&self, worker: &Worker) -> Result<Vec<Line>> {
        let (clients, time) = (96, Duration::from_secs(if self.fast { 1 } else { 8 }));
        let next = AtomicU64::new(100_000);
        let run = |clients: usize| -> Result<(f64, f64)> {
            let (done, posts) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let since = Instant::now();
            side_by_side(clients, |_| {
                while since.elapsed() < time {
                    let (status, body) = worker.post_once(&job(
                        next.fetch_add(1, Ordering::Relaxed),
                        250,
                        1_000,
                        1,
                    ))?;
                    posts.fetch_add(1, Ordering::Relaxed);
                    match status {
                        200 if body["status"] == "done" => {
                            drop(done.fetch_add(1, Ordering::Relaxed))
                        }
                        // As a client that keeps to the reply, only less patient.
                        429 => std::thread::sleep(Duration::from_millis(50)),
                        _ => (),
                    }
                }
                Ok(())
            })?;
            let seconds = since.elapsed().as_secs_f64();
            Ok((done.into_inner() as f64 / seconds, posts.into_inner() as f64 / seconds))
        };
        let (alone, _) = run(1)?;
        let (crowded, posts) = run(clients)?;
        Ok(vec![
            one("overload", "one client: grades in time".to_owned(), 1, alone, "1/s"),
            one(
                "overload",
                format!("{clients} clients, 250 ms each: posts"),
                clients,
                posts,
                "1/s",
            ),
            one(
                "overload",
                format!("{clients} clients, 250 ms each: grades in time"),
                clients,
                crowded,
                "1/s",
            ),
        ])
    }

    /// Memory of the process over ten thousand jobs, a fifth of them answers.
    fn memory(&self) -> Result<Vec<Line>> {
        let worker = self.start(&[])?;
        let (jobs, step) = (self.often(10_000), self.often(500));
        let bar = self.bar("memory", jobs);
        let mut lines = Vec::new();
        let mut measured = |number: usize, memory: f64| {
            lines.push(one("memory", format!("after {number} jobs"), number, memory, "MiB"));
        };
        measured(0, worker.resident_mib()?);
        let agents = self.line_up.agents.len();
        for start in (0..jobs).step_by(step) {
            let next = AtomicUsize::new(start);
            worker.over_models(|agent| {
                // Each agent takes what is left of the step, so that all models work.
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= (start + step) {
                        return Ok(());
                    }
                    let prompt = format!("{}+{}", number % 50, number / 50);
                    if number % 5 == 0 {
                        worker.ask(agent, &prompt, number as u64)?;
                    } else {
                        worker.grade(
                            agent % agents,
                            &prompt,
                            Some("49"),
                            &[&number.to_string()],
                        )?;
                    }
                    bar.inc(1);
                }
            })?;
            measured(start + step, worker.resident_mib()?);
        }
        bar.finish_and_clear();
        Ok(lines)
    }
}

fn job(number: u64, deadline_ms: u64, wait_ms: u64, candidates: u64) -> serde_json::Value {
    let texts: Vec<_> = (0..candidates)
        .map(|author| json!({"author": author, "text": (number + author).to_string()}))
        .collect();
    json!({
        "id": format!("{number:064x}"), "agent": line_up::key(0), "kind": "grade", "prompt": format!("{number}+1"),
        "reference": "49", "candidates": texts, "deadline_ms": deadline_ms, "wait_ms": wait_ms,
    })
}

/// `work` of each number below `count`, all at the same time.
fn side_by_side<T: Send>(count: usize, work: impl Fn(usize) -> Result<T> + Sync) -> Result<Vec<T>> {
    let work = &work;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|number| scope.spawn(move || work(number))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no thread of ours panics")).collect()
    })
}

/// The example `bare_engine`, serving.
struct BareEngine {
    process: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl BareEngine {
    fn start(program: &Path, agent: &Agent) -> Result<Self> {
        let mut command = Command::new(program);
        command
            .arg("serve")
            .arg(&agent.directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process =
            command.spawn().with_context(|| format!("cannot start {}", program.display()))?;
        let (stdin, stdout) =
            (process.stdin.take().context("no pipe")?, process.stdout.take().context("no pipe")?);
        let mut engine = Self { process, stdin, stdout: BufReader::new(stdout) };
        while engine.line()? != "ready" {}
        Ok(engine)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        ensure!(self.stdout.read_line(&mut line)? > 0, "the bare engine ended");
        Ok(line.trim().to_owned())
    }

    /// How many tokens the text has, how long one more took, and how long to make tokens of the
    /// text; in milliseconds.
    fn token(&mut self, text: &str) -> Result<(usize, f64, f64)> {
        writeln!(self.stdin, "{}", text.replace('\n', "\\n"))?;
        self.stdin.flush()?;
        let line = self.line()?;
        let numbers: Vec<f64> = line.split(' ').map(str::parse).collect::<Result<_, _>>()?;
        let [tokens, took, prepared] = numbers[..] else {
            bail!("the bare engine said something else: {line}")
        };
        Ok((tokens as usize, took / 1_000.0, prepared / 1_000.0))
    }
}

impl Drop for BareEngine {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
        .get(((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or(f64::NAN)
}

fn of(part: &'static str, case: String, values: &[f64], unit: &'static str) -> Line {
    let at = |share| rounded((percentile(values, share) * 100.0).round() / 100.0);
    Line { part, case, count: values.len(), p50: at(0.5), p95: Some(at(0.95)), unit }
}

fn one(part: &'static str, case: String, count: usize, value: f64, unit: &'static str) -> Line {
    Line { part, case, count, p50: (value * 100.0).round() / 100.0, p95: None, unit }
}

/// Put the lines of a part into `worker.csv`, in place of those it has.
///
/// # Errors
/// If the file cannot be written.
pub fn publish(output: &Output, part: &str, lines: &[Line]) -> Result<()> {
    let mut texts: Vec<(String, Vec<String>)> = Vec::new();
    for row in rows(output, "worker.csv").unwrap_or_default() {
        let cell = |column: &str| row.get(column).cloned().unwrap_or_default();
        let cells = ["part", "case", "count", "p50", "p95", "unit"].map(cell).to_vec();
        texts.push((cells[0].clone(), cells));
    }
    texts.retain(|(other, _)| other != part);
    texts.extend(lines.iter().map(|line| {
        let p95 = line.p95.map_or(String::new(), |value| value.to_string());
        let cells = [
            line.part,
            &line.case,
            &line.count.to_string(),
            &line.p50.to_string(),
            &p95,
            line.unit,
        ];
        (part.to_owned(), cells.map(str::to_owned).to_vec())
    }));
    texts.sort_by_key(|(part, _)| PARTS.iter().position(|other| other == part));
    let mut writer = csv::Writer::from_path(output.path("worker.csv"))?;
    writer.write_record(["part", "case", "count", "p50", "p95", "unit"])?;
    texts.iter().try_for_each(|(_, cells)| writer.write_record(cells))?;
    Ok(writer.flush()?)
}

/// Draw `worker.svg` and `worker.png` from `worker.csv`.
///
/// # Errors
/// If a file cannot be read or written.
pub fn draw(output: &Output) -> Result<()> {
    let rows = rows(output, "worker.csv")?;
    let number = |row: &std::collections::BTreeMap<String, String>, column: &str| {
        row[column].parse::<f64>().unwrap_or(f64::NAN)
    };
    let of_part = |part: &str, unit: &str| {
        rows.iter()
            .filter(|row| row["part"] == part && row["unit"] == unit)
            .cloned()
            .collect::<Vec<_>>()
    };
    let series = |name: &str, values: Vec<f64>| Series {
        name: name.to_owned(),
        points: values.into_iter().enumerate().map(|(x, y)| (x as f64, y, 0.0)).collect(),
        joined: true,
    };
    let panel = |title: &str,
                 x_label: &str,
                 y_label: &str,
                 categories: Vec<String>,
                 series: Vec<Series>| {
        let top = series
            .iter()
            .flat_map(|series| &series.points)
            .map(|point| point.1)
            .fold(0.0, f64::max);
        let (title, x_label, y_label) = (title.to_owned(), x_label.to_owned(), y_label.to_owned());
        Panel { title, x_label, y_label, categories, y_range: (0.0, top * 1.1), log: false, series }
    };
    let grades = of_part("grade", "ms");
    let tokens = |row: &std::collections::BTreeMap<String, String>| {
        row["case"].split_whitespace().rev().nth(1).unwrap_or_default().to_owned()
    };
    let who = |who: &str, column: &str| {
        grades
            .iter()
            .filter(|row| row["case"].starts_with(&format!("{who}, ")))
            .map(|row| number(row, column))
            .collect()
    };
    let lengths =
        grades.iter().filter(|row| row["case"].starts_with("worker, ")).map(tokens).collect();
    let of_grader: Vec<_> = of_part("round", "ms")
        .into_iter()
        .filter(|row| row["case"].ends_with("of one grader"))
        .collect();
    let ks = of_grader
        .iter()
        .map(|row| row["case"].split(' ').next().unwrap_or_default().to_owned())
        .collect();
    let memory = of_part("memory", "MiB");
    let jobs = memory.iter().enumerate().map(|(place, row)| {
        if place % 4 == 0 {
            row["count"].clone()
        } else {
            String::new()
        }
    });
    let figure = Figure {
        title: "Speed of the worker: bundled models of 0.6 million parameters on a CPU".to_owned(),
        columns: 3,
        panels: vec![
            panel(
                "One-token grade",
                "tokens of the grading prompt",
                "ms",
                lengths,
                vec![
                    series("bare engine, p50", who("bare engine", "p50")),
                    series("worker, p50", who("worker", "p50")),
                    series("bare engine, p95", who("bare engine", "p95")),
                    series("worker, p95", who("worker", "p95")),
                ],
            ),
            panel(
                "Grades of one grader in one job",
                "answers to grade",
                "ms",
                ks,
                vec![
                    series("worker, p50", of_grader.iter().map(|row| number(row, "p50")).collect()),
                    series("worker, p95", of_grader.iter().map(|row| number(row, "p95")).collect()),
                ],
            ),
            panel(
                "Memory of the process",
                "jobs done",
                "MiB in use",
                jobs.collect(),
                vec![series(
                    "memory in use",
                    memory.iter().map(|row| number(row, "p50")).collect(),
                )],
            ),
        ],
    };
    write_figure(&figure, &output.path("worker"))
}
