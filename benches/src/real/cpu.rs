//! How fast models read, write and grade on this machine: in the worker itself, through llama.cpp's
//! server that the worker starts, and in llama.cpp alone, the yardstick.
//!
//! All paths get the same texts: questions of about 300 tokens, answers of about 100. Each question
//! begins in a way of its own, so that nothing is remembered from one to the next; candidates of a
//! job share all that comes before them.

use super::{
    asking::Desk,
    programs::{said, Server},
    series::{Figure, Repeats},
    sources::{Agent, Model},
    together::Until,
};
use crate::{
    arena::{Reply, Rubric, Worker},
    draws::Draws,
    statistics::mean,
};
use anyhow::{ensure, Context, Result};
use serde::{Deserialize, Serialize};
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};
use waggle_harness::{swarm::Engine, worker_config::GradeToken};

/// The paths to a model, by name: llama.cpp alone, and through the worker, by llama.cpp's server
/// and by its own engine.
pub const PATHS: [&str; 3] = ["llama-bench", "llama-server", "in-process"];
/// How many series a path takes.
pub const SERIES: usize = 2;

/// What a grader reads, in this order: nothing of it is known before the question.
const TEMPLATE: &str =
    "Question: {{ prompt }}\n\nYour own answer, which may be wrong: {{ reference \
     }}\n\nGrade an answer with one digit, from 1 (wrong or no answer) to 5 (right and complete). \
     Judge only whether it is right, not how it is said.\n\nAnswer: {{ candidate }}\n\nReply with \
     one digit from 1 to 5.";
/// Candidates of the job that further grades are measured with.
const CANDIDATES: usize = 4;
/// The longest answer, in tokens.
const MAX_TOKENS: u32 = 256;
/// After a first repeat that took this long, people are told what the others will take.
const LONG: Duration = Duration::from_secs(10);

/// A line of `cpu.csv`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The model.
    pub model: String,
    /// One of [`PATHS`].
    pub path: &'static str,
    /// Tokens read a second.
    pub read_tokens_s: f64,
    /// Tokens written a second.
    pub write_tokens_s: f64,
    /// What the first grade of a job takes, in milliseconds,
    pub first_grade_ms: f64,
    /// and each further one.
    pub further_grade_ms: f64,
    /// How many repeats each of these is the median of, in their order.
    pub read_repeats: usize,
    /// See [`Self::read_repeats`].
    pub write_repeats: usize,
    /// See [`Self::read_repeats`].
    pub first_repeats: usize,
    /// See [`Self::read_repeats`].
    pub further_repeats: usize,
}

/// What is measured with.
pub struct Setting<'a> {
    /// A `waggle-worker`.
    pub worker: &'a Path,
    /// llama.cpp's server; its `llama-bench` lies next to it.
    pub llama_server: &'a Path,
    /// How often each thing is measured; the median counts.
    pub repeats: Repeats,
    /// Tells what is being measured, and how long it may take.
    pub say: &'a dyn Fn(&str),
}

/// What is measured: a model and one path to it.
struct Subject<'a> {
    model: &'a Model,
    gguf: &'a Path,
    path: &'static str,
}

/// The texts of one grading job.
struct Texts {
    prompt: String,
    reference: String,
    candidates: Vec<String>,
}

impl Texts {
    fn rendered(&self, candidate: usize) -> String {
        let filled = TEMPLATE.replace("{{ prompt }}", &self.prompt);
        let filled = filled.replace("{{ reference }}", &self.reference);
        filled.replace("{{ candidate }}", &self.candidates[candidate])
    }
}

impl Setting<'_> {
    /// The line of one path of a model.
    ///
    /// # Errors
    /// If a program fails.
    pub fn measure(&self, model: &Model, gguf: &Path, path: &'static str) -> Result<Line> {
        let subject = Subject { model, gguf, path };
        let [read, write, first, further] = match path {
            "llama-bench" => self.llama_cpp(&subject)?,
            "llama-server" => {
                let program = self.llama_server.to_owned();
                self.through_worker(&subject, Engine::LlamaServer { program, parallel: 1 })?
            }
            _ => self.through_worker(&subject, Engine::InProcess)?,
        };
        Ok(Line {
            model: model.name.clone(),
            path,
            read_tokens_s: read.median,
            write_tokens_s: write.median,
            first_grade_ms: first.median,
            further_grade_ms: further.median,
            read_repeats: read.repeats,
            write_repeats: write.repeats,
            first_repeats: first.repeats,
            further_repeats: further.repeats,
        })
    }

    /// The values of a series. Says before it, and after a long first repeat, how long it may take.
    fn series<T>(
        &self,
        subject: &Subject<'_>,
        what: &str,
        mut measure: impl FnMut(usize) -> Result<Option<T>>,
    ) -> Result<Vec<T>> {
        let Repeats { most, budget } = self.repeats;
        let say = |text: String| {
            (self.say)(&format!("{:20} {:13} {what}: {text}", subject.model.name, subject.path));
        };
        say(format!("up to {most} times, none begins after {} s", budget.as_secs()));
        let start = Instant::now();
        let watched = |number: usize| -> Result<Option<T>> {
            let value = measure(number)?;
            let took = start.elapsed();
            if number == 0 && took >= LONG {
                let (often, seconds) = (self.repeats.expected(took), took.as_secs_f64());
                let all = seconds * often as f64;
                say(format!("the first of {often} took {seconds:.0} s: {all:.0} s in all"));
            }
            Ok(value)
        };
        self.repeats.values(|| start.elapsed(), watched)
    }

    fn through_worker(&self, subject: &Subject<'_>, engine: Engine) -> Result<[Figure; 4]> {
        // The server that counts tokens ends before anything is timed.
        let [to_grade, to_answer] = self.tokens_asked(subject.gguf)?;
        let name = subject.model.name.clone();
        let agent = Agent { name: name.clone(), model: name, temperature: 0.0, system: None };
        let desk = Desk { worker: self.worker, engine, at_once: 1, until: Until::default() };
        let speaker = [(&agent, MAX_TOKENS)];
        let worker = desk.serve((subject.model, subject.gguf), &speaker, &rubric())?;
        // The first of all pays for what is set up only once.
        let sum = Texts {
            prompt: "1+1".to_owned(),
            reference: "2".to_owned(),
            candidates: vec!["2".to_owned()],
        };
        seconds_to_grade(&worker, &sum, 1)?;
        let grades = self.series(subject, "grades", |number| {
            let alone = seconds_to_grade(&worker, &texts(number), 1)?;
            let others = texts(self.repeats.most + number);
            let together = seconds_to_grade(&worker, &others, CANDIDATES)?;
            let further = (together - alone).max(0.0) * 1e3 / (CANDIDATES - 1) as f64;
            Ok(Some([to_grade[number] as f64 / alone, alone * 1e3, further]))
        })?;
        let [read, first, further] = Figure::of_each(&grades);
        let answers = self.series(subject, "answers", |number| {
            let start = Instant::now();
            let reply = worker.ask(0, &essay(number), 0)?;
            let writing = start.elapsed().as_secs_f64() - to_answer[number] as f64 / read.median;
            // A small model that finds no end is declined: the others tell its speed.
            Ok(reply.done().map(|text| (text, writing)))
        })?;
        ensure!(!answers.is_empty(), "{} finishes no answer of a paragraph", subject.model.name);
        drop(worker);
        let counter = Server::start(self.llama_server, subject.gguf)?;
        let speeds: Vec<f64> = answers
            .iter()
            .map(|(text, seconds)| Ok(counter.tokens(text)? as f64 / seconds.max(1e-3)))
            .collect::<Result<_>>()?;
        Ok([read, Figure::of(&speeds), first, further])
    }

    /// How many tokens each repeat reads: to grade, and to answer.
    fn tokens_asked(&self, gguf: &Path) -> Result<[Vec<usize>; 2]> {
        let counter = Server::start(self.llama_server, gguf)?;
        let counted = |text: &dyn Fn(usize) -> String| -> Result<Vec<usize>> {
            (0..self.repeats.most).map(|number| counter.asked_tokens(&text(number))).collect()
        };
        Ok([counted(&|number| texts(number).rendered(0))?, counted(&essay)?])
    }

    fn llama_cpp(&self, subject: &Subject<'_>) -> Result<[Figure; 4]> {
        let once = |_| self.llama_bench(subject.gguf).map(Some);
        let speeds = self.series(subject, "reading and writing", once)?;
        let [read, write] = Figure::of_each(&speeds);
        let server = Server::start(self.llama_server, subject.gguf)?;
        server.one_token("1+1")?;
        let grades = self.series(subject, "grades", |number| {
            let texts = texts(number);
            let took = |candidate: usize| -> Result<f64> {
                Ok(server.one_token(&texts.rendered(candidate))?.as_secs_f64() * 1e3)
            };
            let first = took(0)?;
            let further = (1..CANDIDATES).map(took).collect::<Result<Vec<f64>>>()?;
            Ok(Some([first, mean(&further)]))
        })?;
        let [first, further] = Figure::of_each(&grades);
        Ok([read, write, first, further])
    }

    /// Tokens read and written a second, by llama.cpp's own benchmark, once.
    fn llama_bench(&self, gguf: &Path) -> Result<[f64; 2]> {
        let program: PathBuf = self.llama_server.with_file_name("llama-bench");
        ensure!(program.is_file(), "there is no {}: llama.cpp's build makes it", program.display());
        let threads = std::thread::available_parallelism()?.to_string();
        let mut command = Command::new(program);
        command.arg("-m").arg(gguf).args(["-p", "512", "-n", "128", "-t", &threads, "-o", "json"]);
        command.args(["-r", "1"]);
        let speeds: Vec<Speed> = serde_json::from_slice(&said(command)?)?;
        let of = |reads: bool| {
            let speed = speeds.iter().find(|speed| (speed.n_prompt > 0) == reads);
            speed.map(|speed| speed.avg_ts).context("llama-bench measured only one of two")
        };
        Ok([of(true)?, of(false)?])
    }
}

/// How long the first agent of a worker takes to grade the first `count` candidates, in seconds.
fn seconds_to_grade(worker: &Worker, texts: &Texts, count: usize) -> Result<f64> {
    let candidates: Vec<&str> = texts.candidates.iter().take(count).map(String::as_str).collect();
    let start = Instant::now();
    let reply = worker.grade(0, &texts.prompt, Some(&texts.reference), &candidates)?;
    let seconds = start.elapsed().as_secs_f64();
    ensure!(matches!(reply, Reply::Done(_)), "the worker declined to grade: {reply:?}");
    Ok(seconds)
}

#[derive(Deserialize)]
struct Speed {
    n_prompt: u32,
    avg_ts: f64,
}

fn rubric() -> Rubric {
    let token =
        |grade: u8| GradeToken { token: grade.to_string(), value: f64::from(grade - 1) / 4.0 };
    Rubric {
        template: Some(TEMPLATE.to_owned()),
        tokens: Some((1..=5).map(token).collect()),
        min_mass: Some(0.0),
        ..Rubric::bundled()
    }
}

/// A question of about 300 tokens and answers of about 100, unlike those of any other number from
/// the first word on.
fn texts(number: usize) -> Texts {
    const PLACES: [&str; 8] = ["Ulm", "Bern", "Turin", "Lyon", "Ghent", "Riga", "Cork", "Porto"];
    let mut draws = Draws::of("real/cpu", number);
    let mut prompt = format!("Traveller {} kept notes of a journey.", 100 + number * 37);
    let (mut hours, mut coins) = (0, 0);
    for day in 1..=10 {
        let (took, cost) = (2 + draws.below(9), 10 + draws.below(80));
        let [from, to] = [(); 2].map(|()| PLACES[draws.below(PLACES.len())]);
        prompt += &format!(
            " On day {day} the coach went from {from} to {to}, which took {took} hours and cost \
             {cost} coins."
        );
        (hours, coins) = (hours + took, coins + cost);
    }
    prompt += " How many hours and how many coins did the whole journey take?";
    let mut answer = |slip: usize| {
        let share = draws.below(40);
        format!(
            "Adding up the notes day by day, the first half of the journey took about {} hours and \
             the second half the rest. The coins are added in the same way, beginning with the \
             {share} that were paid first, and nothing else had to be paid on the road, neither \
             for meals nor for the nights between the days. So the whole journey took {} hours, \
             and it cost {} coins in all.",
            hours / 2,
            hours + slip,
            coins + 10 * slip
        )
    };
    let reference = answer(0);
    Texts { prompt, reference, candidates: (0..CANDIDATES).map(answer).collect() }
}

/// A question whose answer is about 100 tokens long.
fn essay(number: usize) -> String {
    const SUBJECTS: [&str; 6] = ["bees", "rivers", "clocks", "bread", "bridges", "snow"];
    let subject = SUBJECTS[number % SUBJECTS.len()];
    format!("Note {number}: write one paragraph of about eighty words about {subject}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_should_be_of_the_stated_lengths_and_differ_from_the_beginning() {
        let (one, other) = (texts(0), texts(1));
        assert_ne!(one.prompt[..14], other.prompt[..14]);
        // English has about four bytes a token, numbers fewer.
        assert!((700..1_500).contains(&one.prompt.len()), "{}", one.prompt.len());
        assert!((300..500).contains(&one.reference.len()), "{}", one.reference.len());
        assert_eq!(one.candidates.len(), CANDIDATES);
        assert!(!one.rendered(0).contains("{{"), "{}", one.rendered(0));
        let [first, second] = [0, 1].map(|candidate| one.rendered(candidate));
        let common = first.bytes().zip(second.bytes());
        let common = common.take_while(|(a, b)| a == b).count();
        assert!(common > one.prompt.len() + one.reference.len());
    }
}
