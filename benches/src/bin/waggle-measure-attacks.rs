//! `waggle-measure-attacks`: measure the corpus of attacks against the worker's defences, write the
//! files, and put the tables into `docs/attacks.md`.

use anyhow::{Context, Result};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use std::{collections::BTreeMap, fs, path::Path};
use waggle_evidence::{
    arena::{LineUp, Rubric, Worker},
    attacks::{
        cases::{attacks, cases, pool, Asked},
        defences::Choice,
        figures,
        infiltrated::{self, with_all},
        outcome::{Judgements, Outcome, Trial},
        tables::{Line, TABLES},
    },
    grading::book::Book,
    output::{rounded, Output},
    page::fill,
    paths::{provenance, Paths},
};

/// Measure what attacks on graders achieve: CSV files, a plot, and the tables of docs/attacks.md.
///
/// Real workers grade; all that they said is kept in the cache, so a run that was interrupted goes
/// on where it was.
#[derive(Parser)]
#[command(name = "attacks", version)]
struct Arguments {
    /// One question for each attack instead of four, and only with all defences and with none.
    /// Writes into the cache, not into benches/output.
    #[arg(long)]
    fast: bool,
    /// Draws the questions.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Forget what the models said in runs before.
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    paths: Paths,
}

/// Questions of each task.
const QUESTIONS: usize = 4;
/// Questions for each attack, with all defences and with none; with the other choices, and in a
/// fast run.
const EACH: usize = 4;
const FEWER: usize = 1;
/// One in this many of the cases of other choices is played.
const EVERY: usize = 3;

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let each = if arguments.fast { FEWER } else { EACH };
    let output = arguments.paths.output(arguments.fast)?;
    fs::create_dir_all(&arguments.paths.cache)?;
    let kept = arguments.paths.cache.join("judgements");
    if arguments.again {
        fs::remove_file(&kept).or_else(|error| if kept.exists() { Err(error) } else { Ok(()) })?;
    }
    let line_up = LineUp::bundled(&arguments.paths.models)?;
    let pool = pool(
        &Worker::start(&arguments.paths.worker, &line_up, &Rubric::bundled())?,
        QUESTIONS,
        arguments.seed,
    )?;
    let smaller: Vec<Asked> = pool.iter().step_by(2).cloned().collect();
    let mut book = Book::open(&kept, &with_all(&line_up))?;
    note_run(&output, arguments.seed, pool.len(), attacks()?.len())?;
    let mut measured: Vec<Measured> = Vec::new();
    for (number, choice) in
        Choice::list().into_iter().take(if arguments.fast { 2 } else { usize::MAX }).enumerate()
    {
        let main = number < 2;
        let pool = if main { &pool } else { &smaller };
        let mut cases = cases(pool, if main { each } else { FEWER })?;
        if !main {
            cases = cases.into_iter().step_by(EVERY).collect();
        }
        let trial = Trial { line_up: &line_up, pool, cases: &cases };
        let left = book.missing(&choice.name, trial.requests());
        let bar =
            bar(&choice.name, left.iter().map(|request| request.candidates.len() as u64).sum());
        if !left.is_empty() {
            let worker = Worker::start(&arguments.paths.worker, &line_up, &choice.rubric())?;
            book.collect(&choice.name, &worker, left, &bar)?;
        }
        bar.finish_and_clear();
        let said = Judgements { book: &book, rubric: &choice.name };
        let records = trial.learned(said);
        if choice.name == "all" {
            note_worst(&output, trial.by_attack(said, &records))?;
        }
        let honest = [pool, &smaller].map(|pool| Trial { line_up: &line_up, pool, cases: &[] });
        measured.push(Measured {
            defence: choice.name.clone(),
            on_all: number < 2,
            honest: honest.map(|trial| trial.honest_accuracy(said, &records)),
            outcomes: trial.outcomes(said, &records),
        });
        // After each choice, so that an interrupted run has something to show.
        output.write("attacks.csv", &lines(&measured))?;
        figures::draw(&output)?;
        if number == 1 {
            let bar = self::bar("infiltrated", 0);
            let foes = infiltrated::run(&arguments.paths.worker, &line_up, pool, &mut book, &bar)?;
            bar.finish_and_clear();
            output.write("infiltrated.csv", &foes)?;
        }
        if !arguments.fast {
            fill(&arguments.paths.page, &output, TABLES)?;
        }
    }
    for line in lines(&measured).iter().filter(|line| line.family == "all") {
        println!(
            "{:20} single {:.4} swarm {:.4}",
            line.defence, line.single_success, line.swarm_success
        );
    }
    Ok(())
}

/// What was measured of a choice of defences.
struct Measured {
    defence: String,
    /// Whether on all questions, or on every second.
    on_all: bool,
    /// How often the swarm without an attacker is right: on the choice's questions, and on every
    /// second.
    honest: [f64; 2],
    outcomes: BTreeMap<String, Outcome>,
}

fn lines(measured: &[Measured]) -> Vec<Line> {
    let none = measured.iter().find(|one| one.defence == "none");
    let of = |one: &Measured| {
        let questions = usize::from(!one.on_all);
        let lost = none.map_or(0.0, |none| none.honest[questions] - one.honest[questions]);
        let line =
            |(family, outcome): (&String, &Outcome)| Line::of(family, &one.defence, outcome, lost);
        one.outcomes.iter().map(line).collect::<Vec<_>>()
    };
    measured.iter().flat_map(of).collect()
}

fn note_worst(output: &Output, mut worst: Vec<(String, Outcome)>) -> Result<()> {
    let ideas = attacks()?;
    worst.sort_by(|(_, a), (_, b)| {
        b.swarm_success
            .total_cmp(&a.swarm_success)
            .then(b.single_success.total_cmp(&a.single_success))
    });
    let worst = worst.into_iter().take(12).map(|(attack, outcome)| Worst {
        idea: ideas
            .iter()
            .find(|known| known.id == attack)
            .map(|known| known.idea.clone())
            .unwrap_or_default(),
        attack,
        single_success: rounded(outcome.single_success),
        swarm_success: rounded(outcome.swarm_success),
    });
    output.write("attacks-worst.csv", &worst.collect::<Vec<_>>())
}

/// A line of `attacks-worst.csv`.
#[derive(serde::Serialize)]
struct Worst {
    attack: String,
    idea: String,
    single_success: f64,
    swarm_success: f64,
}

fn bar(name: &str, length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{prefix:22} {bar:40} {pos}/{len} judgements  {elapsed} of {duration}",
    );
    let bar = ProgressBar::new(length).with_prefix(name.to_owned());
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// What the page says of the run.
fn note_run(output: &Output, seed: u64, questions: usize, attacks: usize) -> Result<()> {
    let (date, commit) = provenance(output);
    let text = format!(
        "seed = {seed}\nquestions = {questions}\nattacks = {attacks}\n\
         date = \"{date}\"\ncommit = \"{commit}\"\n"
    );
    let path: &Path = &output.path("attacks.toml");
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
