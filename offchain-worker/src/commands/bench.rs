//! `waggle-worker bench`: how fast the models of a configuration answer, read, write and grade.
//!
//! What is measured is what a round gets: units, templates and the way to a server included. Tokens
//! are counted as four bytes each, since modules say texts: speeds in tokens are good for a
//! comparison, to within a third.

use super::{chosen, perform, print, steps, table::table, CommandError};
use crate::{
    loading::Loaded,
    protocol::{Candidate, Field, JobResult, Task},
    roster::{Agent, Roster},
    work::ServedModel,
};
use clap::Args;
use serde::Serialize;
use std::{
    num::NonZeroU16,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

const BYTES_OF_A_TOKEN: f64 = 4.0;

/// How long an answer may get, in bytes.
const MOST_BYTES: usize = 16 * 1024;

/// How many candidates follow the first one.
const FURTHER: u32 = 4;

/// A text that makes a candidate longer, for the speed of reading.
const LONG: &str = "The river is long, and its water is cold in spring. ";
const REPEATS: usize = 24;

const PROMPTS: [&str; 4] = [
    "Explain in three sentences why the sky is blue.",
    "Name five rivers of Europe and a town at each.",
    "What is the difference between weather and climate?",
    "Write a short paragraph about the history of paper.",
];

/// How it is done.
#[derive(Clone, Debug, Args)]
pub struct BenchOptions {
    /// Print JSON: one object for each model.
    #[arg(long)]
    pub json: bool,

    /// How many answers, and how many first grades, are measured.
    #[arg(long, value_name = "NUMBER", default_value = "8")]
    pub rounds: NonZeroU16,
}

/// Half and nineteen twentieths of all are at most this, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Quantiles {
    p50: f64,
    p95: f64,
}

#[derive(Debug, Default, Serialize)]
struct Speed {
    model: String,
    /// How many requests at a time.
    parallel: usize,
    answers: usize,
    grades: usize,
    answers_s: Option<f64>,
    write_tokens_s: Option<f64>,
    read_tokens_s: Option<f64>,
    answer_ms: Option<Quantiles>,
    first_grade_ms: Option<Quantiles>,
    further_grade_ms: Option<Quantiles>,
    /// Why something could not be measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// Measures all models; `false` if one of them gave nothing.
///
/// # Errors
/// [`CommandError`].
pub async fn run(
    loaded: &Loaded,
    roster: &Roster,
    options: &BenchOptions,
) -> Result<bool, CommandError> {
    let models = chosen(loaded, None)?;
    let bar = steps(models.len());
    let mut speeds = Vec::new();
    for (index, model) in models {
        bar.set_message(model.name.clone());
        let agent = roster.someone(Some(index)).cloned();
        let agent = agent.unwrap_or_else(|| Arc::new(Agent::plain(index)));
        speeds.push(
            Bench { model, agent, rounds: usize::from(options.rounds.get()) }.measure().await,
        );
        bar.inc(1);
    }
    bar.finish_and_clear();
    print(&if options.json {
        serde_json::to_string_pretty(&speeds).unwrap_or_default() + "\n"
    } else {
        text(&speeds)
    })?;
    Ok(speeds.iter().all(|speed| speed.answers > 0 && speed.grades > 0))
}

struct Bench<'a> {
    model: &'a ServedModel,
    agent: Arc<Agent>,
    rounds: usize,
}

impl Bench<'_> {
    async fn measure(&self) -> Speed {
        let mut speed = Speed {
            model: self.model.name.clone(),
            parallel: self.model.parallel,
            ..Speed::default()
        };
        // The first of all pays for what is not loaded yet, such as a server's model.
        if let Err(reason) = self.grade(0, 0, &["-".to_string()]).await {
            speed.problem = Some(reason);
        }
        self.grades(&mut speed).await;
        self.answers(&mut speed).await;
        speed
    }

    /// Grades one after the other: a first candidate of a new question, others, a long one.
    async fn grades(&self, speed: &mut Speed) {
        let (mut first, mut further, mut long) = (Vec::new(), Vec::new(), Vec::new());
        for round in 1..=self.rounds {
            let short: Vec<String> =
                (0..=FURTHER).map(|number| format!("answer {number}")).collect();
            let steps = [
                (&mut first, &short[..1], 1),
                (&mut further, &short[1..], FURTHER),
                (&mut long, &[format!("{round} {}", LONG.repeat(REPEATS))][..], 1),
            ];
            for (number, (times, texts, divisor)) in steps.into_iter().enumerate() {
                match self.grade(round, number, texts).await {
                    Ok(took) => times.push(took / divisor),
                    Err(reason) => speed.problem = Some(reason),
                }
            }
        }
        speed.grades = first.len() + further.len() * FURTHER as usize + long.len();
        // Both have the beginning behind them: what is left is the long text.
        if let (Some(short), Some(long)) = (quantiles(&mut further), quantiles(&mut long)) {
            let seconds = (long.p50 - short.p50) / 1000.0;
            let tokens = (LONG.len() * REPEATS) as f64 / BYTES_OF_A_TOKEN;
            speed.read_tokens_s = (seconds > 0.0).then(|| tokens / seconds);
        }
        speed.first_grade_ms = quantiles(&mut first);
        speed.further_grade_ms = quantiles(&mut further);
    }

    /// Answers, as many at a time as the model takes.
    async fn answers(&self, speed: &mut Speed) {
        let (mut times, mut bytes, mut running) = (Vec::new(), 0, JoinSet::new());
        let started = Instant::now();
        let mut next = 0;
        loop {
            while next < self.rounds && running.len() < self.model.parallel.max(1) {
                let (model, agent) = (self.model.clone(), self.agent.clone());
                let prompt = PROMPTS.get(next % PROMPTS.len()).copied().unwrap_or_default();
                let prompt = format!("{prompt} ({next})");
                let task = Task::Answer { prompt, max_bytes: MOST_BYTES, field: Field::default() };
                running.spawn(async move { timed(&model, &agent, task).await });
                next += 1;
            }
            match running.join_next().await {
                None => break,
                Some(Ok((took, Ok(JobResult::Answer { answer })))) => {
                    times.push(took);
                    bytes += answer.len();
                }
                Some(Ok((_, Ok(_)))) => (),
                Some(Ok((_, Err(reason)))) => speed.problem = Some(reason),
                Some(Err(error)) => speed.problem = Some(error.to_string()),
            }
        }
        let seconds = started.elapsed().as_secs_f64();
        speed.answers = times.len();
        if !times.is_empty() && seconds > 0.0 {
            speed.answers_s = Some(times.len() as f64 / seconds);
            speed.write_tokens_s = Some(bytes as f64 / BYTES_OF_A_TOKEN / seconds);
        }
        speed.answer_ms = quantiles(&mut times);
    }

    async fn grade(&self, round: usize, job: usize, texts: &[String]) -> Result<Duration, String> {
        // No two rounds alike: what was asked lately is not asked again.
        let prompt = format!("Question {round}: which answer has the number {round}?");
        let authors = (0u32..).zip(texts);
        let candidates = authors
            .map(|(author, text)| Candidate { author, text: format!("{text} of {round}.{job}") })
            .collect();
        let task = Task::Grade { prompt, reference: None, candidates };
        let (took, result) = timed(self.model, &self.agent, task).await;
        result.map(|_| took)
    }
}

/// Does a job and says how long it took; otherwise why there is no result.
async fn timed(
    model: &ServedModel,
    agent: &Agent,
    task: Task,
) -> (Duration, Result<JobResult, String>) {
    let started = Instant::now();
    let result = perform(model, agent, &task).await;
    (started.elapsed(), result)
}

fn quantiles(times: &mut [Duration]) -> Option<Quantiles> {
    times.sort();
    let at = |share: f64| {
        let index = (share * times.len() as f64).ceil() as usize;
        let took = times.get(index.max(1) - 1)?;
        Some(took.as_secs_f64() * 1000.0)
    };
    Some(Quantiles { p50: at(0.5)?, p95: at(0.95)? })
}

fn text(speeds: &[Speed]) -> String {
    let number = |value: Option<f64>, places: usize| {
        value.map_or_else(|| "-".to_string(), |value| format!("{value:.places$}"))
    };
    let both = |value: Option<Quantiles>| {
        value.map_or_else(|| "-".to_string(), |found| format!("{:.0}/{:.0}", found.p50, found.p95))
    };
    let row = |speed: &Speed| {
        [
            speed.model.clone(),
            number(speed.answers_s, 2),
            number(speed.read_tokens_s, 0),
            number(speed.write_tokens_s, 0),
            both(speed.answer_ms),
            both(speed.first_grade_ms),
            both(speed.further_grade_ms),
        ]
    };
    let head =
        ["model", "answers/s", "read t/s", "write t/s", "answer ms", "first ms", "further ms"];
    let rows: Vec<[String; 7]> = speeds.iter().map(row).collect();
    let problem = |speed: &Speed| Some(format!("{}: {}\n", speed.model, speed.problem.as_ref()?));
    let problems: String = speeds.iter().filter_map(problem).collect();
    let note = "times are p50/p95; first and further grades of one question; a token is 4 bytes\n";
    table(head, &rows) + note + &problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        module::{Graded, Grading, Module, NoResult, Question},
        protocol::AuthorGrade,
    };

    #[test]
    fn quantiles_should_be_of_what_was_measured() {
        let mut times: Vec<Duration> = (1..=20).rev().map(Duration::from_millis).collect();
        assert_eq!(quantiles(&mut times), Some(Quantiles { p50: 10.0, p95: 19.0 }));
        assert_eq!(quantiles(&mut [Duration::from_millis(7)]).map(|found| found.p95), Some(7.0));
        assert_eq!(quantiles(&mut []), None);
    }

    /// Takes a millisecond for each hundred bytes that it reads or writes.
    struct Steady;

    #[async_trait::async_trait]
    impl Module for Steady {
        async fn answer(&self, _: &Question<'_>) -> Result<String, NoResult> {
            tokio::time::sleep(Duration::from_millis(10)).await;
            Ok("x".repeat(1000))
        }

        async fn grade(&self, grading: &Grading<'_>) -> Graded {
            let bytes: usize = grading.candidates.iter().map(|one| one.text.len()).sum();
            tokio::time::sleep(Duration::from_millis(bytes as u64 / 100)).await;
            let grade = |one: &Candidate| AuthorGrade { author: one.author, grade: 1 };
            Ok(grading.candidates.iter().map(grade).collect()).into()
        }
    }

    #[tokio::test]
    async fn speeds_should_be_those_of_the_module() {
        let model = ServedModel {
            name: "m".into(),
            module: Arc::new(Steady),
            parallel: 2,
            checkup: false,
            weights: None,
        };
        let bench = Bench { model: &model, agent: Arc::new(Agent::plain(0)), rounds: 4 };
        let speed = bench.measure().await;
        assert_eq!((speed.answers, speed.grades, speed.problem.as_deref()), (4, 24, None));
        let read = speed.read_tokens_s.unwrap();
        assert!(read > 1_000.0 && read < 40_000.0, "{read}");
        assert!(speed.answers_s.unwrap() < 201.0, "two at a time, 10 ms each");
        assert!(text(&[speed]).lines().count() == 3);
    }
}
