//! How fast models read, write and grade on this machine: in the worker itself, through llama.cpp's
//! server that the worker starts, and in llama.cpp alone, the yardstick.
//!
//! All paths get the same texts: questions of about 300 tokens, answers of about 100. Each question
//! begins in a way of its own, so that nothing is remembered from one to the next; candidates of a
//! job share all that comes before them.

use super::{
    asking::Desk,
    programs::{said, Server},
    sources::{Agent, Model},
};
use crate::{
    arena::{Reply, Rubric},
    draws::Draws,
    output::rounded,
    statistics::median,
};
use anyhow::{ensure, Context, Result};
use serde::{Deserialize, Serialize};
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};
use waggle_harness::{swarm::Engine, worker_config::GradeToken};

/// What a grader reads, in this order: nothing of it is known before the question.
const TEMPLATE: &str =
    "Question: {{ prompt }}\n\nYour own answer, which may be wrong: {{ reference \
     }}\n\nGrade an answer with one digit, from 1 (wrong or no answer) to 5 (right and complete). \
     Judge only whether it is right, not how it is said.\n\nAnswer: {{ candidate }}\n\nReply with \
     one digit from 1 to 5.";
/// Candidates of the job that further grades are measured with.
const CANDIDATES: usize = 4;

/// A line of `cpu.csv`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The model.
    pub model: String,
    /// `in-process`, `llama-server` (both through the worker) or `llama-bench` (without it).
    pub path: &'static str,
    /// Tokens read a second.
    pub read_tokens_s: f64,
    /// Tokens written a second.
    pub write_tokens_s: f64,
    /// What the first grade of a job takes, in milliseconds,
    pub first_grade_ms: f64,
    /// and each further one.
    pub further_grade_ms: f64,
}

/// What is measured with.
pub struct Setting<'a> {
    /// A `waggle-worker`.
    pub worker: &'a Path,
    /// llama.cpp's server; its `llama-bench` lies next to it.
    pub llama_server: &'a Path,
    /// How often each thing is measured; the median counts.
    pub repeats: usize,
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
        let [read, write, first, further] = match path {
            "llama-bench" => self.llama_cpp(gguf)?,
            "llama-server" => {
                let program = self.llama_server.to_owned();
                let engine = Engine::LlamaServer { program, parallel: 1 };
                self.through_worker(model, gguf, engine)?
            }
            _ => self.through_worker(model, gguf, Engine::InProcess)?,
        };
        Ok(Line {
            model: model.name.clone(),
            path,
            read_tokens_s: rounded(read),
            write_tokens_s: rounded(write),
            first_grade_ms: rounded(first),
            further_grade_ms: rounded(further),
        })
    }

    fn through_worker(&self, model: &Model, gguf: &Path, engine: Engine) -> Result<[f64; 4]> {
        // The server that counts tokens ends before anything is timed.
        let (to_grade, to_answer) = {
            let counter = Server::start(self.llama_server, gguf)?;
            let counted = |text: &dyn Fn(usize) -> String| {
                let numbers = 0..self.repeats;
                numbers.map(|number| counter.asked_tokens(&text(number))).collect()
            };
            let to_grade: Result<Vec<usize>> = counted(&|number| texts(number).rendered(0));
            let to_answer: Result<Vec<usize>> = counted(&essay);
            (to_grade?, to_answer?)
        };
        let name = model.name.clone();
        let agent = Agent { name: name.clone(), model: name, temperature: 0.0, system: None };
        let desk = Desk { worker: self.worker, engine };
        let worker = desk.serve((model, gguf), &[&agent], &rubric())?;
        let timed = |prompt: &str, reference: &str, candidates: &[&str]| -> Result<f64> {
            let start = Instant::now();
            let reply = worker.grade(0, prompt, Some(reference), candidates)?;
            let seconds = start.elapsed().as_secs_f64();
            ensure!(matches!(reply, Reply::Done(_)), "the worker declined to grade: {reply:?}");
            Ok(seconds)
        };
        // The first of all pays for what is set up only once.
        timed("1+1", "2", &["2"])?;
        let (mut read, mut first, mut further) = (Vec::new(), Vec::new(), Vec::new());
        for (number, tokens) in to_grade.iter().enumerate() {
            let one = texts(number);
            let alone = timed(&one.prompt, &one.reference, &[&one.candidates[0]])?;
            read.push(*tokens as f64 / alone);
            first.push(alone * 1e3);
            let many = texts(self.repeats + number);
            let candidates: Vec<&str> = many.candidates.iter().map(String::as_str).collect();
            let together = timed(&many.prompt, &many.reference, &candidates)?;
            further.push((together - alone).max(0.0) * 1e3 / (CANDIDATES - 1) as f64);
        }
        let speed = median(&read);
        let mut written = Vec::new();
        for (number, asked) in to_answer.iter().enumerate() {
            let start = Instant::now();
            let reply = worker.ask(0, &essay(number), 0)?;
            let writing = start.elapsed().as_secs_f64() - *asked as f64 / speed;
            // A small model that finds no end is declined: the others tell its speed.
            written.extend(reply.done().map(|text| (text, writing)));
        }
        ensure!(!written.is_empty(), "{} finishes no answer of a paragraph", model.name);
        drop(worker);
        let counter = Server::start(self.llama_server, gguf)?;
        let speeds: Vec<f64> = written
            .iter()
            .map(|(text, seconds)| Ok(counter.tokens(text)? as f64 / seconds.max(1e-3)))
            .collect::<Result<_>>()?;
        Ok([speed, median(&speeds), median(&first), median(&further)])
    }

    fn llama_cpp(&self, gguf: &Path) -> Result<[f64; 4]> {
        let [read, write] = self.llama_bench(gguf)?;
        let server = Server::start(self.llama_server, gguf)?;
        server.one_token("1+1")?;
        let (mut first, mut further) = (Vec::new(), Vec::new());
        for number in 0..self.repeats {
            let texts = texts(number);
            first.push(server.one_token(&texts.rendered(0))?.as_secs_f64() * 1e3);
            for candidate in 1..CANDIDATES {
                let took = server.one_token(&texts.rendered(candidate))?;
                further.push(took.as_secs_f64() * 1e3);
            }
        }
        Ok([read, write, median(&first), median(&further)])
    }

    /// Tokens read and written a second, by llama.cpp's own benchmark.
    fn llama_bench(&self, gguf: &Path) -> Result<[f64; 2]> {
        let program: PathBuf = self.llama_server.with_file_name("llama-bench");
        ensure!(program.is_file(), "there is no {}: llama.cpp's build makes it", program.display());
        let threads = std::thread::available_parallelism()?.to_string();
        let mut command = Command::new(program);
        command.arg("-m").arg(gguf).args(["-p", "512", "-n", "128", "-t", &threads, "-o", "json"]);
        command.args(["-r", &self.repeats.to_string()]);
        let speeds: Vec<Speed> = serde_json::from_slice(&said(command)?)?;
        let of = |reads: bool| {
            let speed = speeds.iter().find(|speed| (speed.n_prompt > 0) == reads);
            speed.map(|speed| speed.avg_ts).context("llama-bench measured only one of two")
        };
        Ok([of(true)?, of(false)?])
    }
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
