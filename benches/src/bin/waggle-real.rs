//! `waggle-real`: measure real models through real workers on this machine, write cpu.csv,
//! real-answers.csv, graders.csv, real-swarms.csv and real-attacks.csv, and the tables of
//! docs/real-models.md.

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
    paths::{machine, provenance, Paths},
    real::{
        answers::{self, Asked, Place},
        asking::{grader, Ask, Desk, Form, Job},
        attacked::{self, Case},
        closed, cpu,
        exams::{Exam, Question},
        graders,
        kept::{forget, Answered, Cost, Graded, Kept},
        pairs::{self, Pair},
        series::Repeats,
        sources::{Agent, Folders, Model, Sources},
        swarms::Sitting,
        tables,
        together::Until,
    },
};
use waggle_harness::swarm::Engine;

/// Measure real models through real workers.
///
/// What the models say is kept: a run that was interrupted goes on where it was.
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
    /// What the last line of answers does for closed questions: with and without asking for it.
    Answers(Common),
    /// What grades are worth, by each form of grading: right above wrong.
    Graders(Common),
    /// Who chooses the right answer to questions of GSM8K and MMLU: agents, majority, swarm.
    Swarms(Common),
    /// Whether attacks of the corpus raise the grades of wrong answers.
    Attacks(Common),
    /// Write what is kept on this machine into the repository. The other parts do so, too.
    Keep(Common),
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
    /// Only these sets of questions: gsm8k, mmlu, closed, or those of docs/real-models.md for
    /// graders.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    set: Vec<String>,
    /// Answers that a model writes at once. Of grades there are four at most.
    #[arg(long, value_name = "NUMBER", default_value_t = 8)]
    at_once: u32,
    /// When no job begins any more, in seconds since 1970: --minutes of ./scripts/real.
    #[arg(long, value_name = "SECOND", hide = true)]
    until: Option<u64>,
    /// Where results are committed.
    #[arg(long, value_name = "DIRECTORY", hide = true)]
    records: Option<PathBuf>,
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
/// Grading jobs at once: reading is bound by computing, so that more bring nothing.
const GRADES: u32 = 4;
/// Attacks of each family.
const ATTACKS: usize = 20;

fn main() -> Result<()> {
    let part = Arguments::parse().part;
    let (Part::Cpu(common)
    | Part::Answers(common)
    | Part::Graders(common)
    | Part::Swarms(common)
    | Part::Attacks(common)
    | Part::Keep(common)) = &part;
    let bench = Bench::new(common)?;
    match part {
        Part::Cpu(_) => bench.cpu()?,
        Part::Answers(_) => bench.last_lines()?,
        Part::Graders(_) => bench.graders()?,
        Part::Swarms(_) => bench.swarms()?,
        Part::Attacks(_) => bench.attacks()?,
        Part::Keep(_) => bench.keep()?,
    }
    if !common.fast {
        fill(&common.paths.page, &bench.output, tables::TABLES)?;
    }
    if bench.until.is_over() {
        eprintln!("the time is over: the next run goes on here");
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
    until: Until,
}

impl<'a> Bench<'a> {
    fn new(common: &'a Common) -> Result<Self> {
        let mut sources = Sources::read()?;
        for name in &common.only {
            sources.model(name)?;
        }
        for name in &common.set {
            let known = pairs::SETS.contains(&name.as_str())
                || Exam::ALL.into_iter().any(|exam| exam.name() == name);
            ensure!(known, "there is no set {name:?}");
        }
        // Otherwise what is known of the others is published, too.
        if common.fast && !common.only.is_empty() {
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
        let until = Until::second(common.until);
        Ok(Self { common, sources, folders, output, questions, llama_server, until })
    }

    fn cpu(&self) -> Result<()> {
        let (budget, fast) = (Duration::from_secs(self.common.budget), self.common.fast);
        let setting = cpu::Setting {
            worker: &self.common.paths.worker,
            llama_server: &self.llama_server,
            repeats: Repeats { most: if fast { 1 } else { REPEATS }, budget },
            say: &|text| eprintln!("{text}"),
        };
        let models = self.models()?;
        let series = models.len() * cpu::PATHS.len() * cpu::SERIES;
        let minutes = (series as f64 * budget.as_secs_f64() / 60.0).ceil();
        eprintln!("{series} series: {minutes:.0} min, and what their last repeats take longer");
        let mut lines = Vec::new();
        for (model, gguf) in &models {
            for path in cpu::PATHS {
                let line = setting.measure(model, gguf, path)?;
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

    fn last_lines(&self) -> Result<()> {
        let mut kept = self.answers()?;
        let models = self.models()?;
        let sets = answers::sets(&self.sources, &self.folders, self.questions);
        for questions in sets.iter().filter(|set| self.is_wanted(set[0].set)) {
            for place in Place::ALL {
                for (model, gguf) in &models {
                    let agent = grader(model);
                    let asks: Vec<Ask<'_>> =
                        questions.iter().map(|asked| asked.ask(&agent, place)).collect();
                    self.answering().answer((model, gguf), &asks, &mut kept)?;
                    kept.store()?;
                    if let Some(line) = answers::line((model, &agent), place, questions, &kept) {
                        eprintln!("{line}");
                    }
                    self.publish_last_lines(&sets, &kept)?;
                }
            }
        }
        self.publish_last_lines(&sets, &kept)
    }

    /// Write the lines of all that is known, whatever this run was to measure.
    fn publish_last_lines(&self, sets: &[Vec<Asked>], kept: &Kept<Answered>) -> Result<()> {
        let (lines, costs) = answers::lines(&self.sources.models, sets, kept);
        if lines.is_empty() {
            return Ok(());
        }
        self.output.write("real-answers.csv", &lines)?;
        self.note("answers", Some(costs))
    }

    fn graders(&self) -> Result<()> {
        self.forget()?;
        let (mut answers, mut grades) = (self.answers()?, self.grades()?);
        let sets = self.sets(&answers)?;
        let (models, forms) = (self.models()?, Form::listed(&self.common.forms)?);
        for pairs in sets.iter().filter(|pairs| self.is_wanted(pairs[0].set)) {
            for (model, gguf) in &models {
                let grader = grader(model);
                let asks: Vec<Ask<'_>> = pairs.iter().map(|pair| ask(&grader, pair)).collect();
                self.answering().answer((model, gguf), &asks, &mut answers)?;
            }
            answers.store()?;
            for form in &forms {
                for (model, gguf) in &models {
                    let jobs = own_jobs((model, form), pairs, &answers);
                    self.grading().grade((model, gguf), form, &jobs, &mut grades)?;
                    grades.store()?;
                    if let Some(line) = graders::line((model, form), pairs, &jobs, &grades) {
                        eprintln!("{line}");
                    }
                    self.publish_graders(&sets, &answers, &grades)?;
                }
            }
        }
        self.publish_graders(&sets, &answers, &grades)
    }

    /// Write the lines of all that is known, whatever this run was to measure.
    fn publish_graders(
        &self,
        sets: &[Vec<Pair>],
        answers: &Kept<Answered>,
        grades: &Kept<Graded>,
    ) -> Result<()> {
        let forms = Form::listed(&[])?;
        let (mut lines, mut costs) = (Vec::new(), Vec::new());
        for pairs in sets {
            for model in &self.sources.models {
                for form in &forms {
                    let jobs = own_jobs((model, form), pairs, answers);
                    let known = jobs.iter().filter_map(|job| grades.get(&job.key(model, form)));
                    costs.extend(known.map(|graded| graded.cost));
                    lines.extend(graders::line((model, form), pairs, &jobs, grades));
                }
            }
        }
        if lines.is_empty() {
            return Ok(());
        }
        self.output.write("graders.csv", &lines)?;
        self.note("graders", Some(costs))
    }

    /// The sets of pairs that graders are to tell apart, with as many of each as was asked for. A
    /// set that cannot be had is left out, with a word.
    fn sets(&self, answers: &Kept<Answered>) -> Result<Vec<Vec<Pair>>> {
        let mut all = closed::questions();
        for exam in Exam::ALL {
            match exam.questions(&self.sources, &self.folders, usize::MAX) {
                Ok(questions) => {
                    all.extend(pairs::own(exam, &self.answered(answers, exam, questions)));
                }
                Err(error) => eprintln!("{} is left out: {error:#}", exam.own_set()),
            }
        }
        match pairs::llmbar(&self.sources, &self.folders) {
            Ok(compared) => all.extend(compared),
            Err(error) => eprintln!("LLMBar is left out: {error:#}"),
        }
        let of = |set: &str| -> Vec<Pair> {
            let most =
                if set == "closed" && !self.common.fast { usize::MAX } else { self.questions };
            all.iter().filter(|pair| pair.set == set).take(most).cloned().collect()
        };
        let sets: Vec<Vec<Pair>> = pairs::SETS.into_iter().map(of).collect();
        for (set, pairs) in pairs::SETS.iter().zip(&sets) {
            if pairs.is_empty() {
                eprintln!(
                    "{set} has no questions: ./scripts/real swarms makes those of own answers"
                );
            }
        }
        Ok(sets.into_iter().filter(|pairs| !pairs.is_empty()).collect())
    }

    fn swarms(&self) -> Result<()> {
        let (mut answers, mut grades) = (self.answers()?, self.grades()?);
        let models = self.models()?;
        let named = &self.common.forms;
        let chosen = |form: &Form| form.swarms || named.contains(&form.name);
        let forms: Vec<Form> = Form::listed(named)?.into_iter().filter(chosen).collect();
        let mut exams: Vec<(Exam, Vec<Question>)> = Vec::new();
        for exam in Exam::ALL {
            let questions = exam.questions(&self.sources, &self.folders, self.questions)?;
            ensure!(!questions.is_empty(), "{} has no questions", exam.name());
            exams.push((exam, questions));
        }
        for (exam, questions) in exams.iter().filter(|(exam, _)| self.is_wanted(exam.name())) {
            for (model, gguf) in &models {
                let agents: Vec<&Agent> = self.agents(model).collect();
                let mut asks: Vec<Ask<'_>> = Vec::new();
                for question in questions {
                    asks.extend(agents.iter().map(|agent| exam_ask(agent, *exam, question)));
                }
                self.answering().answer((model, gguf), &asks, &mut answers)?;
                answers.store()?;
            }
        }
        let sitting = |(exam, questions): (Exam, Vec<Question>)| {
            let enough = questions.len().min(graders::ENOUGH);
            let asked = self.answered(&answers, exam, questions);
            let sitting = Sitting { sources: &self.sources, exam, asked };
            (sitting.asked.len() >= enough).then_some(sitting)
        };
        let sittings: Vec<Sitting<'_>> = exams.into_iter().filter_map(sitting).collect();
        self.publish_swarms(&sittings, &answers, &grades)?;
        for form in &forms {
            for sitting in sittings.iter().filter(|one| self.is_wanted(one.exam.name())) {
                for (model, gguf) in &models {
                    let jobs = sitting.jobs(model);
                    self.grading().grade((model, gguf), form, &jobs, &mut grades)?;
                    grades.store()?;
                }
                for line in sitting.lines(std::slice::from_ref(form), &grades)? {
                    eprintln!("{line}");
                }
                self.publish_swarms(&sittings, &answers, &grades)?;
            }
        }
        Ok(())
    }

    /// Write the lines of all that is known, whatever this run was to measure.
    fn publish_swarms(
        &self,
        sittings: &[Sitting<'_>],
        answers: &Kept<Answered>,
        grades: &Kept<Graded>,
    ) -> Result<()> {
        let forms = Form::listed(&[])?;
        let (mut lines, mut costs) = (Vec::new(), Vec::new());
        for sitting in sittings {
            lines.extend(sitting.lines(&forms, grades)?);
            for (question, _) in &sitting.asked {
                let known = self.sources.agents.iter().filter_map(|agent| {
                    let model = self.sources.model(&agent.model).ok()?;
                    answers.get(&exam_ask(agent, sitting.exam, question).key(model))
                });
                costs.extend(known.map(|answered| answered.cost));
            }
            for model in &self.sources.models {
                let jobs = sitting.jobs(model);
                for form in &forms {
                    let known = jobs.iter().filter_map(|job| grades.get(&job.key(model, form)));
                    costs.extend(known.map(|graded| graded.cost));
                }
            }
        }
        if lines.is_empty() {
            return Ok(());
        }
        self.output.write("real-swarms.csv", &lines)?;
        self.note("swarms", Some(costs))
    }

    fn attacks(&self) -> Result<()> {
        let (mut answers, mut grades) = (self.answers()?, self.grades()?);
        let form = Form::listed(&["default".to_owned()])?.remove(0);
        let pairs = closed::questions();
        let cases = attacked::cases(&pairs, if self.common.fast { 1 } else { ATTACKS })?;
        let models = self.models()?;
        for (model, gguf) in &models {
            let grader = grader(model);
            let asks: Vec<Ask<'_>> =
                cases.iter().map(|case| ask(&grader, &pairs[case.pair])).collect();
            self.answering().answer((model, gguf), &asks, &mut answers)?;
            let jobs = attack_jobs(model, (&cases, &pairs), &answers);
            self.grading().grade((model, gguf), &form, &jobs, &mut grades)?;
            answers.store()?;
            grades.store()?;
        }
        let (mut lines, mut costs) = (Vec::new(), Vec::new());
        for model in &self.sources.models {
            let jobs = attack_jobs(model, (&cases, &pairs), &answers);
            let known = jobs.iter().filter_map(|job| grades.get(&job.key(model, &form)));
            costs.extend(known.map(|graded| graded.cost));
            let new = attacked::lines((model, &form), &cases, &jobs, &grades);
            lines.extend(new.unwrap_or_default());
        }
        if lines.is_empty() {
            return Ok(());
        }
        self.output.write("real-attacks.csv", &lines)?;
        self.note("attacks", Some(costs))
    }

    /// Write what is kept on this machine into the committed store.
    fn keep(&self) -> Result<()> {
        let (answers, grades) = (self.answers()?.store()?, self.grades()?.store()?);
        eprintln!("{answers} answers and the grades of {grades} jobs are kept");
        Ok(())
    }

    /// Forget what is to be graded anew.
    fn forget(&self) -> Result<()> {
        let (path, store) = self.kept_in("grades");
        for name in &self.common.forget {
            let count = forget(&path, store.as_deref(), |graded| graded.form == *name)?;
            eprintln!("forgot {count} jobs that were graded by {name:?}");
        }
        Ok(())
    }

    fn answers(&self) -> Result<Kept<Answered>> {
        let (path, store) = self.kept_in("answers");
        Kept::open(&path, store.as_deref())
    }

    fn grades(&self) -> Result<Kept<Graded>> {
        let (path, store) = self.kept_in("grades");
        Kept::open(&path, store.as_deref())
    }

    /// Where results are kept: on this machine, and in the repository. Those of a fast run are not.
    fn kept_in(&self, what: &str) -> (PathBuf, Option<PathBuf>) {
        let store = self.common.records.as_ref().filter(|_| !self.common.fast);
        let store = store.map(|folder| folder.join(format!("{what}.jsonl.gz")));
        (self.common.paths.cache.join(format!("{what}.jsonl")), store)
    }

    /// The models that this run asks, with their files.
    fn models(&self) -> Result<Vec<(&Model, PathBuf)>> {
        let only = &self.common.only;
        let wanted = |model: &&Model| only.is_empty() || only.contains(&model.name);
        let models = self.sources.models.iter().filter(wanted);
        models.map(|model| Ok((model, self.folders.gguf(model)?))).collect()
    }

    fn is_wanted(&self, set: &str) -> bool {
        self.common.set.is_empty() || self.common.set.iter().any(|name| name == set)
    }

    fn agents<'b>(&'b self, model: &'b Model) -> impl Iterator<Item = &'b Agent> {
        self.sources.agents.iter().filter(|agent| agent.model == model.name)
    }

    /// The first questions, as far as all agents were asked, with what they answered.
    fn answered(
        &self,
        kept: &Kept<Answered>,
        exam: Exam,
        questions: Vec<Question>,
    ) -> Vec<(Question, Vec<Option<String>>)> {
        let of = |question: Question| {
            let answer = |agent: &Agent| {
                let model = self.sources.model(&agent.model).ok()?;
                let key = exam_ask(agent, exam, &question).key(model);
                Some(kept.get(&key)?.text.clone())
            };
            let answers = self.sources.agents.iter().map(answer).collect::<Option<Vec<_>>>()?;
            Some((question, answers))
        };
        questions.into_iter().map_while(of).collect()
    }

    fn answering(&self) -> Desk<'_> {
        self.desk(self.common.at_once)
    }

    fn grading(&self) -> Desk<'_> {
        self.desk(self.common.at_once.min(GRADES))
    }

    fn desk(&self, parallel: u32) -> Desk<'_> {
        let parallel = parallel.max(1);
        let engine = Engine::LlamaServer { program: self.llama_server.clone(), parallel };
        let worker = &self.common.paths.worker;
        Desk { worker, engine, at_once: parallel as usize, until: self.until }
    }

    /// Write where the results of a part come from, and what its jobs took.
    fn note(&self, part: &str, costs: Option<Vec<Cost>>) -> Result<()> {
        let (date, commit) = provenance(&self.output);
        let took = costs.filter(|costs| !costs.is_empty()).map_or(String::new(), |costs| {
            let hours = costs.iter().map(|cost| cost.seconds).sum::<f64>() / 3_600.0;
            let tokens = costs.iter().map(|cost| cost.tokens).sum::<f64>();
            let tokens = if tokens > 0.0 { format!(" and {tokens:.0} tokens") } else { "".into() };
            format!("The {} jobs took {hours:.1} hours{tokens}", costs.len())
        });
        let path = self.output.path(&format!("real-{part}.toml"));
        let table: toml::Table = [("date", date), ("commit", commit), ("machine", machine()?)]
            .into_iter()
            .chain([("took", took)])
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        write(&path, &format!("# The run that measured {part}.\n{}", toml::to_string(&table)?))
    }
}

/// What a model that grades is asked itself.
fn ask<'a>(grader: &'a Agent, pair: &'a Pair) -> Ask<'a> {
    Ask { agent: grader, prompt: &pair.prompt, max_tokens: pair.max_tokens(), field: None }
}

/// What an agent of the swarm is asked.
fn exam_ask<'a>(agent: &'a Agent, exam: Exam, question: &'a Question) -> Ask<'a> {
    Ask { agent, prompt: &question.prompt, max_tokens: exam.max_tokens(), field: None }
}

/// The jobs of the first pairs of a set, as far as the model's own answers are known.
fn own_jobs((model, form): (&Model, &Form), pairs: &[Pair], answers: &Kept<Answered>) -> Vec<Job> {
    let grader = grader(model);
    let own = |pair: &Pair| Some(answers.get(&ask(&grader, pair).key(model))?.text.clone());
    let own: Vec<Option<String>> =
        if form.own { pairs.iter().map_while(own).collect() } else { vec![None; pairs.len()] };
    graders::jobs(pairs, &own)
}

/// The jobs of the first attacks, likewise.
fn attack_jobs(
    model: &Model,
    (cases, pairs): (&[Case], &[Pair]),
    answers: &Kept<Answered>,
) -> Vec<Job> {
    let grader = grader(model);
    let job = |case: &Case| {
        let asked = ask(&grader, &pairs[case.pair]);
        let own = answers.get(&asked.key(model))?.text.as_deref();
        Some(attacked::job(case, pairs, own))
    };
    cases.iter().map_while(job).collect()
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
