//! Real models through real workers: one worker at a time, for one model and one form of grading,
//! since all share this machine's cores.

use super::{
    kept::{key, Answered, Cost, Graded, Kept},
    sources::{Agent, Model},
};
use crate::arena::{AgentRole, LineUp, Mind, Reply, Rubric, Worker};
use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;
use std::{
    path::{Path, PathBuf},
    time::Instant,
};
use waggle_harness::swarm::{Engine, Real};

const FORMS: &str = include_str!("../../graders.toml");
/// The longest answer, in tokens.
pub const MAX_TOKENS: u32 = 256;

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

/// What an agent's answer is kept under.
pub fn answer_key(model: &Model, agent: &Agent, prompt: &str) -> String {
    let temperature = agent.temperature.to_bits();
    key(&(&model.sha256, temperature, &agent.system, MAX_TOKENS, prompt))
}

/// Starts workers.
pub struct Desk<'a> {
    /// A `waggle-worker`.
    pub worker: &'a Path,
    /// What computes.
    pub engine: Engine,
}

impl Desk<'_> {
    /// A worker with these agents of one model, who grade by `rubric`.
    ///
    /// # Errors
    /// If it does not start.
    pub fn serve(
        &self,
        (model, gguf): (&Model, &Path),
        agents: &[&Agent],
        rubric: &Rubric,
    ) -> Result<Worker> {
        let role = |agent: &&Agent| AgentRole {
            name: agent.name.clone(),
            model: model.name.clone(),
            directory: PathBuf::new(),
            mind: Mind::Real(Real {
                gguf: gguf.to_owned(),
                engine: self.engine.clone(),
                temperature: agent.temperature,
                system: agent.system.clone(),
                max_tokens: MAX_TOKENS,
            }),
        };
        let agents = agents.iter().map(role).collect();
        Worker::start(self.worker, &LineUp { agents }, rubric)
            .with_context(|| format!("a worker with {}", model.name))
    }

    /// Ask `agents`, all of one model, those of `prompts` that they have not answered yet.
    ///
    /// # Errors
    /// If a worker fails, or nothing can be kept.
    pub fn answer(
        &self,
        (model, gguf): (&Model, &Path),
        agents: &[&Agent],
        prompts: &[&str],
        kept: &mut Kept<Answered>,
    ) -> Result<()> {
        let unknown = |(_, agent): &(usize, &Agent), prompt: &str| {
            kept.get(&answer_key(model, agent, prompt)).is_none()
        };
        let numbered = || agents.iter().copied().enumerate();
        let left: Vec<(usize, &Agent, &str)> = prompts
            .iter()
            .flat_map(|prompt| {
                let of = |(number, agent)| (number, agent, *prompt);
                numbered().filter(|agent| unknown(agent, prompt)).map(of).collect::<Vec<_>>()
            })
            .collect();
        if left.is_empty() {
            return Ok(());
        }
        let bar = bar(&format!("{}: answers", model.name), left.len());
        let worker = self.serve((model, gguf), agents, &Rubric::bundled())?;
        for (number, agent, prompt) in left {
            let (reply, cost) = costing(&worker, || worker.ask(number, prompt, 0))?;
            let (text, reason) = parts(reply);
            let answered = Answered { agent: agent.name.clone(), text, reason, cost };
            kept.keep(answer_key(model, agent, prompt), answered)?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// Let `model` grade by `form` those of `jobs` that it has not graded yet.
    ///
    /// # Errors
    /// If a worker fails, or nothing can be kept.
    pub fn grade(
        &self,
        (model, gguf): (&Model, &Path),
        form: &Form,
        jobs: &[Job],
        kept: &mut Kept<Graded>,
    ) -> Result<()> {
        let mut seen = std::collections::HashSet::new();
        let left: Vec<(String, &Job)> = jobs
            .iter()
            .map(|job| (job.key(model, form), job))
            .filter(|(key, _)| kept.get(key).is_none() && seen.insert(key.clone()))
            .collect();
        if left.is_empty() {
            return Ok(());
        }
        let bar = bar(&format!("{}: {}", model.name, form.name), left.len());
        let grader = Agent {
            name: model.name.clone(),
            model: model.name.clone(),
            temperature: 0.0,
            system: None,
        };
        let worker = self.serve((model, gguf), &[&grader], &form.rubric())?;
        let mut before = mass(&worker)?;
        for (key, job) in left {
            let candidates: Vec<&str> = job.candidates.iter().map(String::as_str).collect();
            let ask = || worker.grade(0, &job.prompt, job.reference.as_deref(), &candidates);
            let (reply, cost) = costing(&worker, ask)?;
            let after = mass(&worker)?;
            let (grades, reason) = parts(reply);
            let grades = grades.map(|grades| grades.iter().map(|one| one.basis_points()).collect());
            let graded = Graded {
                model: model.name.clone(),
                form: form.name.clone(),
                grades,
                reason,
                mass: (after.0 - before.0, after.1 - before.1),
                cost,
            };
            kept.keep(key, graded)?;
            before = after;
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(())
    }
}

fn parts<T>(reply: Reply<T>) -> (Option<T>, Option<String>) {
    match reply {
        Reply::Done(result) => (Some(result), None),
        Reply::Declined(reason) => (None, Some(reason)),
    }
}

/// Do something, and what it took.
fn costing<T>(worker: &Worker, work: impl FnOnce() -> Result<T>) -> Result<(T, Cost)> {
    let tokens = || worker.counted("waggle_worker_tokens_total");
    let (before, start) = (tokens()?, Instant::now());
    let done = work()?;
    let seconds = (start.elapsed().as_secs_f64() * 1e3).round() / 1e3;
    Ok((done, Cost { seconds, tokens: tokens()? - before }))
}

/// The sum of the masses of all grades that a worker gave, and their number.
fn mass(worker: &Worker) -> Result<(f64, f64)> {
    let of = |part: &str| worker.counted(&format!("waggle_worker_grade_mass_{part}"));
    Ok((of("sum")?, of("count")?))
}

/// Progress that tells how long it will go on.
fn bar(what: &str, length: usize) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{prefix:44} {bar:20} {pos}/{len}  {elapsed}, {eta} left");
    let bar = ProgressBar::new(length as u64).with_prefix(what.to_owned());
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
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
        assert_ne!(first, job(&["a", "b"]).key(&list.models[0], &forms[1]));
    }
}
