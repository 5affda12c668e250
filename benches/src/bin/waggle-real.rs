//! `waggle-real`: measure real models through real workers on this machine, write cpu.csv,
//! graders.csv and real-swarms.csv, and the tables of docs/real-models.md.

use anyhow::{ensure, Context, Result};
use clap::{Args, Parser, Subcommand};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};
use waggle_evidence::{
    output::Output,
    page::fill,
    paths::{provenance, Paths},
    real::{
        asking::{answer_key, Desk, Form},
        closed, cpu,
        exams::{Exam, Question},
        graders,
        kept::{forget, Answered, Cost, Graded, Kept},
        pairs::{self, Pair},
        series::Repeats,
        sources::{Agent, Folders, Model, Sources},
        swarms::Sitting,
        tables,
    },
};
use waggle_harness::{
    machine::{memory_gib, processor},
    swarm::Engine,
};

/// Measure real models through real workers.
///
/// What the models say is kept in the cache: a run that was interrupted goes on where it was.
#[derive(Parser)]
#[command(name = "real", version)]
struct Arguments {
    #[command(subcommand)]
    part: Part,
}

#[derive(Subcommand)]
enum Part {
    /// How fast models read, write and grade: in the worker, through llama.cpp's server, and in
    /// llama.cpp alone. Of use on an idle machine only.
    Cpu(Common),
    /// What grades are worth, by each form of grading: right above wrong.
    Graders(Common),
    /// Who chooses the right answer to questions of GSM8K and MMLU: agents, majority, swarm.
    Swarms(Common),
}

#[derive(Args)]
struct Common {
    /// llama.cpp's server.
    #[arg(long, value_name = "FILE")]
    llama_server: PathBuf,
    /// Copies of question sets' repositories, OWNER+NAME/repo [default: GitHub].
    #[arg(long, value_name = "DIRECTORY")]
    repositories: Option<PathBuf>,
    /// Questions of each set.
    #[arg(long, value_name = "NUMBER", default_value_t = 200)]
    questions: usize,
    /// Only these models, by name in benches/real.toml.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// Only these forms of grading, by name in benches/graders.toml.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    forms: Vec<String>,
    /// Forget what was graded by this form.
    #[arg(long, value_name = "FORM")]
    forget: Vec<String>,
    /// How long cpu repeats one measurement, in seconds: no repeat begins later, and there are five
    /// at most.
    #[arg(long, value_name = "SECONDS", default_value_t = 90)]
    budget: u64,
    /// Three questions of each set, everything measured once; written into the cache, not into
    /// benches/output.
    #[arg(long)]
    fast: bool,
    #[command(flatten)]
    paths: Paths,
}

/// Questions of a set in a fast run, and how often speeds are measured otherwise.
const FEW: usize = 3;
const REPEATS: usize = 5;

fn main() -> Result<()> {
    let part = Arguments::parse().part;
    let (Part::Cpu(common) | Part::Graders(common) | Part::Swarms(common)) = &part;
    let bench = Bench::new(common)?;
    match part {
        Part::Cpu(_) => bench.cpu()?,
        Part::Graders(_) => bench.graders()?,
        Part::Swarms(_) => bench.swarms()?,
    }
    if !common.fast {
        fill(&common.paths.page, &bench.output, tables::TABLES)?;
    }
    eprintln!("results in {}", bench.output.path("").display());
    Ok(())
}

/// What every part works with.
struct Bench<'a> {
    common: &'a Common,
    sources: Sources,
    folders: Folders,
    output: Output,
    questions: usize,
    llama_server: PathBuf,
}

impl<'a> Bench<'a> {
    fn new(common: &'a Common) -> Result<Self> {
        let mut sources = Sources::read()?;
        for name in &common.only {
            sources.model(name)?;
        }
        if !common.only.is_empty() {
            sources.models.retain(|model| common.only.contains(&model.name));
            sources.agents.retain(|agent| common.only.contains(&agent.model));
        }
        let folders = Folders {
            models: common.paths.models.clone(),
            fetched: common.paths.cache.join("questions"),
            repositories: common.repositories.clone(),
        };
        let program = &common.llama_server;
        let llama_server = program.canonicalize();
        let llama_server = llama_server.with_context(|| format!("no {}", program.display()))?;
        let output = common.paths.output(common.fast)?;
        let questions = if common.fast { FEW } else { common.questions };
        Ok(Self { common, sources, folders, output, questions, llama_server })
    }

    fn cpu(&self) -> Result<()> {
        let (budget, fast) = (Duration::from_secs(self.common.budget), self.common.fast);
        let setting = cpu::Setting {
            worker: &self.common.paths.worker,
            llama_server: &self.llama_server,
            repeats: Repeats { most: if fast { 1 } else { REPEATS }, budget },
            say: &|text| eprintln!("{text}"),
        };
        let series = self.sources.models.len() * cpu::PATHS.len() * cpu::SERIES;
        let minutes = (series as f64 * budget.as_secs_f64() / 60.0).ceil();
        eprintln!("{series} series: {minutes:.0} min, and what their last repeats take longer");
        let mut lines = Vec::new();
        for model in &self.sources.models {
            let gguf = self.folders.gguf(model)?;
            for path in cpu::PATHS {
                let line = setting.measure(model, &gguf, path)?;
                eprintln!(
                    "{:20} {path:13} reads {:.0}, writes {:.0} tokens/s; grades: first {:.0} ms, \
                     further {:.0} ms",
                    model.name,
                    line.read_tokens_s,
                    line.write_tokens_s,
                    line.first_grade_ms,
                    line.further_grade_ms
                );
                lines.push(line);
                // After each, so that an interrupted run has something to show.
                self.output.write("cpu.csv", &lines)?;
                self.note("cpu", None)?;
            }
        }
        Ok(())
    }

    fn graders(&self) -> Result<()> {
        let kept_in = self.common.paths.cache.join("grades.jsonl");
        for name in &self.common.forget {
            let count = forget(&kept_in, |graded| graded.form == *name)?;
            eprintln!("forgot {count} jobs that were graded by {name:?}");
        }
        let mut kept = Kept::open(&kept_in)?;
        let pairs = self.pairs()?;
        let forms = Form::listed(&self.common.forms)?;
        let mut answers = Kept::open(&self.common.paths.cache.join("answers.jsonl"))?;
        let mut prompts: Vec<&str> = pairs.iter().map(|pair| pair.prompt.as_str()).collect();
        prompts.dedup();
        let mut lines = Vec::new();
        for model in &self.sources.models {
            let gguf = self.folders.gguf(model)?;
            let grader = Agent {
                name: format!("{}, greedy", model.name),
                model: model.name.clone(),
                temperature: 0.0,
                system: None,
            };
            self.desk().answer((model, &gguf), &[&grader], &prompts, &mut answers)?;
            let own =
                |pair: &Pair| answers.get(&answer_key(model, &grader, &pair.prompt))?.text.clone();
            let own: Vec<Option<String>> = pairs.iter().map(own).collect();
            let nobodys = vec![None; pairs.len()];
            for form in &forms {
                let jobs = graders::jobs(&pairs, if form.own { &own } else { &nobodys });
                self.desk().grade((model, &gguf), form, &jobs, &mut kept)?;
                let new = graders::lines((model, form), &pairs, &jobs, &kept);
                for line in &new {
                    eprintln!(
                        "{:20} {:24} {:18} same question {:.3}, across {:.3}, mass {:.2}",
                        line.model,
                        line.template,
                        line.set,
                        line.same_question,
                        line.across.unwrap_or(f64::NAN),
                        line.mass.unwrap_or(f64::NAN)
                    );
                }
                lines.extend(new);
                self.output.write("graders.csv", &lines)?;
                let costs = forms
                    .iter()
                    .flat_map(|form| jobs.iter().filter_map(|job| kept.get(&job.key(model, form))));
                self.note("graders", Some(costs.map(|graded| graded.cost).collect()))?;
            }
        }
        Ok(())
    }

    /// All pairs that graders are to tell apart, with as many of each set as was asked for. A set
    /// that cannot be had is left out, with a word.
    fn pairs(&self) -> Result<Vec<Pair>> {
        let mut pairs = closed::questions();
        match pairs::llmbar(&self.sources, &self.folders) {
            Ok(compared) => pairs.extend(compared),
            Err(error) => eprintln!("LLMBar is left out: {error:#}"),
        }
        let answers = Kept::open(&self.common.paths.cache.join("answers.jsonl"))?;
        for exam in Exam::ALL {
            match exam.questions(&self.sources, &self.folders, usize::MAX) {
                Ok(questions) => {
                    let answered = questions.into_iter().map(|question| {
                        let answers = self.answers(&answers, &question);
                        (question, answers)
                    });
                    let own = pairs::own(exam, &answered.collect::<Vec<_>>());
                    if own.is_empty() {
                        eprintln!("{} is left out: ./scripts/real swarms asks it", exam.own_set());
                    }
                    pairs.extend(own);
                }
                Err(error) => eprintln!("{} is left out: {error:#}", exam.own_set()),
            }
        }
        let mut taken = std::collections::BTreeMap::<&str, usize>::new();
        pairs.retain(|pair| {
            let count = taken.entry(pair.set).or_default();
            *count += 1;
            *count <= self.questions
        });
        Ok(pairs)
    }

    fn swarms(&self) -> Result<()> {
        let cache = &self.common.paths.cache;
        let mut answers: Kept<Answered> = Kept::open(&cache.join("answers.jsonl"))?;
        let mut grades: Kept<Graded> = Kept::open(&cache.join("grades.jsonl"))?;
        let named = &self.common.forms;
        let chosen = |form: &Form| form.swarms || named.contains(&form.name);
        let forms: Vec<Form> = Form::listed(named)?.into_iter().filter(chosen).collect();
        let (mut lines, mut costs) = (Vec::new(), Vec::new());
        for exam in Exam::ALL {
            let questions = exam.questions(&self.sources, &self.folders, self.questions)?;
            ensure!(!questions.is_empty(), "{} has no questions", exam.name());
            let prompts: Vec<&str> =
                questions.iter().map(|question| question.prompt.as_str()).collect();
            for model in &self.sources.models {
                let gguf = self.folders.gguf(model)?;
                let agents: Vec<&Agent> = self.agents(model).collect();
                self.desk().answer((model, &gguf), &agents, &prompts, &mut answers)?;
            }
            let asked: Vec<(Question, Vec<Option<String>>)> = questions
                .into_iter()
                .map(|question| {
                    let given = self.answers(&answers, &question);
                    (question, given)
                })
                .collect();
            for (question, _) in &asked {
                let known = self.sources.agents.iter().filter_map(|agent| {
                    let model = self.sources.model(&agent.model).ok()?;
                    answers.get(&answer_key(model, agent, &question.prompt))
                });
                costs.extend(known.map(|answered| answered.cost));
            }
            let sitting = Sitting { sources: &self.sources, exam, asked };
            for model in &self.sources.models {
                let gguf = self.folders.gguf(model)?;
                let jobs = sitting.jobs(model);
                for form in &forms {
                    self.desk().grade((model, &gguf), form, &jobs, &mut grades)?;
                    let known = jobs.iter().filter_map(|job| grades.get(&job.key(model, form)));
                    costs.extend(known.map(|graded| graded.cost));
                }
            }
            let new = sitting.lines(&forms, &grades)?;
            for line in &new {
                eprintln!(
                    "{:6} {:28} {:.3} ± {:.3}",
                    line.set, line.chooser, line.accuracy, line.error
                );
            }
            lines.extend(new);
            self.output.write("real-swarms.csv", &lines)?;
            self.note("swarms", Some(costs.clone()))?;
        }
        Ok(())
    }

    fn agents<'b>(&'b self, model: &'b Model) -> impl Iterator<Item = &'b Agent> {
        self.sources.agents.iter().filter(|agent| agent.model == model.name)
    }

    /// The answers to a question by agent, as far as they are known.
    fn answers(&self, kept: &Kept<Answered>, question: &Question) -> Vec<Option<String>> {
        let of = |agent: &Agent| {
            let model = self.sources.model(&agent.model).ok()?;
            kept.get(&answer_key(model, agent, &question.prompt))?.text.clone()
        };
        self.sources.agents.iter().map(of).collect()
    }

    fn desk(&self) -> Desk<'_> {
        let engine = Engine::LlamaServer { program: self.llama_server.clone(), parallel: 1 };
        Desk { worker: &self.common.paths.worker, engine }
    }

    /// Write where the results of a part come from, and what its jobs took.
    fn note(&self, part: &str, costs: Option<Vec<Cost>>) -> Result<()> {
        let (date, commit) = provenance(&self.output);
        let cores = std::thread::available_parallelism()?;
        let machine = format!(
            "{cores} cores of {}, {:.0} GiB",
            processor().unwrap_or_else(|| "an unknown processor".to_owned()),
            memory_gib().unwrap_or_default()
        );
        let took = costs.filter(|costs| !costs.is_empty()).map_or(String::new(), |costs| {
            let hours = costs.iter().map(|cost| cost.seconds).sum::<f64>() / 3_600.0;
            let tokens = costs.iter().map(|cost| cost.tokens).sum::<f64>();
            let tokens = if tokens > 0.0 { format!(" and {tokens:.0} tokens") } else { "".into() };
            format!("The {} jobs took {hours:.1} hours{tokens}", costs.len())
        });
        let path = self.output.path(&format!("real-{part}.toml"));
        let table: toml::Table = [("date", date), ("commit", commit), ("machine", machine)]
            .into_iter()
            .chain([("took", took)])
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        write(&path, &format!("# The run that measured {part}.\n{}", toml::to_string(&table)?))
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
