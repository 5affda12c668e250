//! The measurements, part by part.

use super::{
    bare_engine::BareEngine,
    lines::{milliseconds, Line},
    overload,
};
use crate::arena::{LineUp, Rubric, Worker};
use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};
use waggle_harness::statistics::percentile;

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
                let token = bare.token(&format!("{prompt}\n={reference}\n?{candidate}"))?;
                let worker_took = early.map_or_else(grade, Ok)?;
                bar.inc(1);
                // The first ones warm up.
                if number >= 5 {
                    with.push(worker_took);
                    without.push(token.took);
                    preparing.push(token.preparing);
                    tokens = tokens.max(token.length);
                }
            }
            let after = worker.inferences()?;
            let inside = (after.0 - before.0) / (after.1 - before.1) * 1_000.0;
            let name = |what: &str| format!("{what}, {tokens} tokens");
            let overhead = percentile(&with, 0.5) / percentile(&without, 0.5) - 1.0;
            lines.push(Line::times("grade", name("bare engine"), &without));
            lines.push(Line::times(
                "grade",
                name("bare engine's chat template and tokenizer, not in the above"),
                &preparing,
            ));
            lines.push(Line::times("grade", name("worker"), &with));
            lines.push(Line::value(
                "grade",
                name("of that inside the worker: template, tokens, engine, grade (mean)"),
                count,
                inside,
                "ms",
            ));
            lines.push(Line::value(
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
            lines.push(Line::times("round", format!("{k} grades of one grader"), &times));
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
        lines.push(Line::times("round", everybody, &times));
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
            Line::times("answers", "one answer of one model", &one_model),
            Line::value("answers", "one model, one after another", count, alone, "answers/s"),
            Line::times("answers", format!("one answer of each of {agents} agents"), &all),
            Line::value(
                "answers",
                format!("{agents} agents, all models side by side"),
                count * agents,
                together,
                "answers/s",
            ),
        ])
    }

    /// More jobs than the worker can do.
    fn overload(&self) -> Result<Vec<Line>> {
        let worker = self.start(&[("queue", overload::QUEUE)])?;
        let bar = self.bar("overload", 0);
        let time = Duration::from_secs(if self.fast { 1 } else { 8 });
        let lines = overload::measure(&worker, time, &bar)?;
        bar.finish_and_clear();
        Ok(lines)
    }

    /// Memory of the process over ten thousand jobs, a fifth of them answers.
    fn memory(&self) -> Result<Vec<Line>> {
        let worker = self.start(&[])?;
        let (jobs, step) = (self.often(10_000), self.often(500));
        let bar = self.bar("memory", jobs);
        let mut lines = Vec::new();
        let mut measured = |number: usize, memory: f64| {
            lines.push(Line::value(
                "memory",
                format!("after {number} jobs"),
                number,
                memory,
                "MiB",
            ));
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
                    if number.is_multiple_of(5) {
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
