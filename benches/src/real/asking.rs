//! Real models through real workers: one worker at a time, for one model and one form of grading,
//! since all share this machine's cores. It works at several jobs at once.

use super::{
    kept::{key, Answered, Cost, Graded, Kept},
    sources::{Agent, Model},
    together::{together, Until},
};
use crate::arena::{AgentRole, Field, LineUp, Mind, Reply, Rubric, Worker};
use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    time::Instant,
};
use waggle_harness::swarm::{Engine, Real};
use waggle_primitives::Grade;

const FORMS: &str = include_str!("../../graders.toml");
/// How long the worker may take for a job, in milliseconds: none is declined for being slow.
const PATIENCE_MS: u64 = 3_600_000;
/// The longest answer of an agent that is never asked for one, in tokens.
const UNUSED: u32 = 64;
/// Counted up when the worker asks for the last line in other words, or completes other answers:
/// what is kept of earlier ones does not count then.
const WORDING: u8 = 1;

/// A form of grading, as `benches/graders.toml` lists it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// What the tables call it.
    pub name: String,
    /// Whether whole swarms are measured with it.
    #[serde(default)]
    pub swarms: bool,
    /// Whether graders have their own answer as the reference, as in rounds. Swarms' always have.
    #[serde(default = "yes")]
    pub own: bool,
    /// What stands in `[models.grading]`.
    #[serde(default)]
    pub grading: toml::Table,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Forms {
    forms: Vec<Form>,
}

impl Form {
    /// The listed ones: those named, or all if none is.
    ///
    /// # Errors
    /// If the list is not of its form, or one that is named is not on it.
    pub fn listed(named: &[String]) -> Result<Vec<Self>> {
        let Forms { forms } = toml::from_str(FORMS).context("benches/graders.toml")?;
        for name in named {
            let known = forms.iter().any(|form| form.name == *name);
            anyhow::ensure!(known, "benches/graders.toml lists no form {name:?}");
        }
        let wanted = |form: &Form| named.is_empty() || named.contains(&form.name);
        Ok(forms.into_iter().filter(wanted).collect())
    }

    /// As the worker's configuration has it.
    pub fn rubric(&self) -> Rubric {
        Rubric { more: self.grading.clone(), ..Rubric::bundled() }
    }
}

/// What a model is asked to grade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The question.
    pub prompt: String,
    /// The grader's own answer, if it has one.
    pub reference: Option<String>,
    /// The candidates, in their order.
    pub candidates: Vec<String>,
}

impl Job {
    /// What its result is kept under.
    pub fn key(&self, model: &Model, form: &Form) -> String {
        let Job { prompt, reference, candidates } = self;
        key(&(&model.sha256, form.grading.to_string(), prompt, reference, candidates))
    }
}

/// An answer that is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Whose.
    pub agent: &'a Agent,
    /// The question.
    pub prompt: &'a str,
    /// How long the answer may be, in tokens. One that is cut there goes on once, as in any worker.
    pub max_tokens: u32,
    /// Where it is asked, if the worker is told.
    pub field: Option<Field>,
}

impl Ask<'_> {
    /// What the answer is kept under.
    pub fn key(&self, model: &Model) -> String {
        let temperature = self.agent.temperature.to_bits();
        let asked = (&model.sha256, temperature, &self.agent.system, self.max_tokens, self.prompt);
        match self.field {
            None => key(&asked),
            Some(Field { domain, question }) => key(&(asked, domain, question, WORDING)),
        }
    }
}

/// The agent that answers for a model that grades: by itself, without a temperature.
pub fn grader(model: &Model) -> Agent {
    Agent {
        name: format!("{}, greedy", model.name),
        model: model.name.clone(),
        temperature: 0.0,
        system: None,
    }
}

/// Starts workers, and has them do jobs.
pub struct Desk<'a> {
    /// A `waggle-worker`.
    pub worker: &'a Path,
    /// What computes.
    pub engine: Engine,
    /// How many jobs it is given at once.
    pub at_once: usize,
    /// Until when.
    pub until: Until,
}

impl Desk<'_> {
    /// A worker with these agents of one model, who answer with so many tokens at most and grade by
    /// `rubric`.
    ///
    /// # Errors
    /// If it does not start.
    pub fn serve(
        &self,
        (model, gguf): (&Model, &Path),
        agents: &[(&Agent, u32)],
        rubric: &Rubric,
    ) -> Result<Worker> {
        let role = |(agent, max_tokens): &(&Agent, u32)| AgentRole {
            name: format!("{}, {max_tokens} tokens", agent.name),
            model: model.name.clone(),
            directory: PathBuf::new(),
            mind: Mind::Real(Real {
                gguf: gguf.to_owned(),
                engine: self.engine.clone(),
                temperature: agent.temperature,
                system: agent.system.clone(),
                max_tokens: *max_tokens,
            }),
        };
        let line_up = LineUp { agents: agents.iter().map(role).collect() };
        Worker::start_limited(self.worker, &line_up, rubric, &[("deadline_ms", PATIENCE_MS)])
            .with_context(|| format!("a worker with {}", model.name))
    }

    /// Ask for those of `asks`, all of agents of one model, that are not known yet. Whether all are
    /// then.
    ///
    /// # Errors
    /// If a worker fails, or nothing can be kept.
    pub fn answer(
        &self,
        (model, gguf): (&Model, &Path),
        asks: &[Ask<'_>],
        kept: &mut Kept<Answered>,
    ) -> Result<bool> {
        let mut seen = HashSet::new();
        let mut speakers: Vec<(&Agent, u32)> = Vec::new();
        let mut left: Vec<(String, &Ask<'_>, usize)> = Vec::new();
        for ask in asks {
            let key = ask.key(model);
            if kept.get(&key).is_some() || !seen.insert(key.clone()) {
                continue;
            }
            let is_it = |(agent, max_tokens): &(&Agent, u32)| {
                agent.name == ask.agent.name && *max_tokens == ask.max_tokens
            };
            let known = speakers.iter().position(is_it);
            let number = known.unwrap_or(speakers.len());
            if known.is_none() {
                speakers.push((ask.agent, ask.max_tokens));
            }
            left.push((key, ask, number));
        }
        if left.is_empty() || self.until.is_over() {
            return Ok(left.is_empty());
        }
        let bar = bar(&format!("{}: answers", model.name), left.len());
        let worker = self.serve((model, gguf), &speakers, &Rubric::bundled())?;
        let mut meter = Meter::start(&worker)?;
        let all = together(
            &left,
            (self.at_once, self.until),
            |(_, ask, number)| match ask.field {
                None => worker.ask(*number, ask.prompt, 0),
                Some(field) => worker.ask_in(*number, ask.prompt, field),
            },
            |(key, ask, _), reply| {
                let (cost, _) = meter.read()?;
                let (text, reason) = parts(reply);
                let answered = Answered { agent: ask.agent.name.clone(), text, reason, cost };
                bar.inc(1);
                kept.keep(key.clone(), answered)
            },
        )?;
        told(&bar, all);
        Ok(all)
    }

    /// Let `model` grade by `form` those of `jobs` that it has not graded yet. Whether all are
    /// graded then.
    ///
    /// # Errors
    /// If a worker fails, or nothing can be kept.
    pub fn grade(
        &self,
        (model, gguf): (&Model, &Path),
        form: &Form,
        jobs: &[Job],
        kept: &mut Kept<Graded>,
    ) -> Result<bool> {
        let mut seen = HashSet::new();
        let left: Vec<(String, &Job)> = jobs
            .iter()
            .map(|job| (job.key(model, form), job))
            .filter(|(key, _)| kept.get(key).is_none() && seen.insert(key.clone()))
            .collect();
        if left.is_empty() || self.until.is_over() {
            return Ok(left.is_empty());
        }
        let bar = bar(&format!("{}: {}", model.name, form.name), left.len());
        let grader = grader(model);
        let worker = self.serve((model, gguf), &[(&grader, UNUSED)], &form.rubric())?;
        let mut meter = Meter::start(&worker)?;
        let all = together(
            &left,
            (self.at_once, self.until),
            |(_, job)| {
                let candidates: Vec<&str> = job.candidates.iter().map(String::as_str).collect();
                worker.grade(0, &job.prompt, job.reference.as_deref(), &candidates)
            },
            |(key, _), reply| {
                let (cost, mass) = meter.read()?;
                let (grades, reason) = parts(reply);
                let points = |grades: Vec<Grade>| {
                    grades.iter().map(|grade| grade.basis_points()).collect::<Vec<_>>()
                };
                let graded = Graded {
                    model: model.name.clone(),
                    form: form.name.clone(),
                    grades: grades.map(points),
                    reason,
                    mass,
                    cost,
                };
                bar.inc(1);
                kept.keep(key.clone(), graded)
            },
        )?;
        told(&bar, all);
        Ok(all)
    }
}

fn parts<T>(reply: Reply<T>) -> (Option<T>, Option<String>) {
    match reply {
        Reply::Done(result) => (Some(result), None),
        Reply::Declined(reason) => (None, Some(reason)),
    }
}

/// What a worker did since the reading before. Of several jobs at once nobody can say what each
/// took: a reading when one ends may hold a part of the others, but the sums are right.
struct Meter<'a> {
    worker: &'a Worker,
    since: Instant,
    tokens: f64,
    mass: (f64, f64),
}

impl<'a> Meter<'a> {
    fn start(worker: &'a Worker) -> Result<Self> {
        let (tokens, mass) = counted(worker)?;
        Ok(Self { worker, since: Instant::now(), tokens, mass })
    }

    /// Time and tokens; and of the grades given the sum of their masses, and their number.
    fn read(&mut self) -> Result<(Cost, (f64, f64))> {
        let (tokens, mass) = counted(self.worker)?;
        let seconds = (self.since.elapsed().as_secs_f64() * 1e3).round() / 1e3;
        let cost = Cost { seconds, tokens: tokens - self.tokens };
        let new = (mass.0 - self.mass.0, mass.1 - self.mass.1);
        *self = Self { worker: self.worker, since: Instant::now(), tokens, mass };
        Ok((cost, new))
    }
}

/// Tokens so far, the sum of the masses of all grades, and their number.
fn counted(worker: &Worker) -> Result<(f64, (f64, f64))> {
    let mass = |part: &str| worker.counted(&format!("waggle_worker_grade_mass_{part}"));
    Ok((worker.counted("waggle_worker_tokens_total")?, (mass("sum")?, mass("count")?)))
}

/// Progress that tells how long it will go on.
pub(super) fn bar(what: &str, length: usize) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{prefix:44} {bar:20} {pos}/{len}  {elapsed}, {eta} left");
    let bar = ProgressBar::new(length as u64).with_prefix(what.to_owned());
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// What there is to read where nobody sees the progress.
fn told(bar: &ProgressBar, all: bool) {
    bar.finish_and_clear();
    let (done, left) = (bar.position(), if all { "" } else { ", not all that is wanted" });
    eprintln!("{}: {done} jobs in {:.0} s{left}", bar.prefix(), bar.elapsed().as_secs_f64());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_should_be_read_and_named() {
        let forms = Form::listed(&[]).unwrap();
        assert!(forms.iter().any(|form| form.swarms));
        assert!(forms.iter().any(|form| form.grading.contains_key("preset")));
        assert_eq!(Form::listed(&["default".into()]).unwrap().len(), 1);
        assert!(Form::listed(&["no such form".into()]).is_err());
    }

    #[test]
    fn keys_should_differ_when_anything_asked_does() {
        let list = super::super::sources::Sources::read().unwrap();
        let forms = Form::listed(&[]).unwrap();
        let job = |candidates: &[&str]| Job {
            prompt: "p".into(),
            reference: None,
            candidates: candidates.iter().map(|text| (*text).to_owned()).collect(),
        };
        let first = job(&["a", "b"]).key(&list.models[0], &forms[0]);
        assert_ne!(first, job(&["b", "a"]).key(&list.models[0], &forms[0]));
        assert_ne!(first, job(&["a", "b"]).key(&list.models[1], &forms[0]));
        let digits = forms.iter().find(|form| form.name == "digits").unwrap();
        assert_ne!(first, job(&["a", "b"]).key(&list.models[0], digits));
        let field = |domain| Some(Field { domain, question: "closed" });
        let ask = |max_tokens| {
            let (agent, field) = (&list.agents[0], None);
            Ask { agent, prompt: "p", max_tokens, field }
        };
        assert_ne!(ask(1).key(&list.models[0]), ask(2).key(&list.models[0]));
        assert_ne!(ask(1).key(&list.models[0]), ask(1).key(&list.models[1]));
        let key_in = |field| Ask { field, ..ask(1) }.key(&list.models[0]);
        assert_ne!(key_in(None), key_in(field(0)));
        assert_ne!(key_in(field(1)), key_in(field(0)));
    }
}
