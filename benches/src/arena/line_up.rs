//! Who takes part, and how they grade: what is written into the worker's configuration file.

use anyhow::{bail, Context, Result};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fs, path::Path, path::PathBuf};

/// What an agent thinks with.
#[derive(Clone, Debug, PartialEq)]
pub enum Mind {
    /// A language model in a directory.
    Model {
        /// Sampling temperature of its answers; 0 takes the likeliest token.
        temperature: f64,
    },
    /// A program that speaks JSON lines.
    Program {
        /// The program and its arguments, started in the directory.
        command: Vec<String>,
    },
    /// An adversary of the worker's (docs/agents.md). Its directory says nothing.
    Adversary {
        /// How it behaves.
        kind: &'static str,
        /// What it draws from.
        seed: u64,
        /// The name of the model behind it, which is that of an agent before it.
        behind: Option<String>,
    },
}

/// A member of the swarm.
#[derive(Clone, Debug, PartialEq)]
pub struct Agent {
    /// Unlike any other's in the line-up, e.g. `llama-scout 0.3`.
    pub name: String,
    /// Name of its model or program. Agents of the same model share its engine.
    pub model: String,
    /// Where model or program lie.
    pub directory: PathBuf,
    /// What it thinks with.
    pub mind: Mind,
}

/// The agents of a swarm; an agent's number is its place here.
#[derive(Clone, Debug, PartialEq)]
pub struct LineUp {
    /// At least one.
    pub agents: Vec<Agent>,
}

/// One line of `swarm.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    model: String,
    temperature: Option<f64>,
    command: Option<Vec<String>>,
}

impl LineUp {
    /// The demo's: `swarm.json` in the directory of the bundled models. Needs Python 3 for the
    /// calculator.
    ///
    /// # Errors
    /// If the file is not there or not of its form.
    pub fn bundled(models: &Path) -> Result<Self> {
        let path = models.join("swarm.json");
        let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let parts: Vec<Part> =
            serde_json::from_slice(&text).with_context(|| path.display().to_string())?;
        let models = models.canonicalize()?;
        let agents = parts.into_iter().map(|Part { model, temperature, command }| {
            let directory = models.join(&model);
            Ok(match (temperature, command) {
                (Some(temperature), None) => Agent {
                    name: format!("{model} {temperature}"),
                    model,
                    directory,
                    mind: Mind::Model { temperature },
                },
                (None, Some(command)) => {
                    Agent { name: model.clone(), model, directory, mind: Mind::Program { command } }
                }
                _ => bail!("{}: {model} has either a temperature or a command", path.display()),
            })
        });
        Ok(Self { agents: agents.collect::<Result<_>>()? })
    }

    /// The agents' different models and programs, in the order of their first agent: name, and
    /// numbers of its agents.
    pub fn by_model(&self) -> Vec<(&str, Vec<usize>)> {
        let mut models: Vec<(&str, Vec<usize>)> = Vec::new();
        for (number, agent) in self.agents.iter().enumerate() {
            match models.iter_mut().find(|(name, _)| *name == agent.model) {
                Some((_, agents)) => agents.push(number),
                None => models.push((&agent.model, vec![number])),
            }
        }
        models
    }
}

/// A grade token and what it is worth, 0..=1.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GradeToken {
    /// The token's text.
    pub token: String,
    /// Its worth.
    pub value: f64,
}

/// How the models grade, where it differs from what their own `waggle.toml` says. Programs grade in
/// their own way.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Rubric {
    /// A minijinja template over `prompt`, `reference` and `candidate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// The grades.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<Vec<GradeToken>>,
    /// Whether line ends in data become spaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flatten: Option<bool>,
    /// The least probability of all grades together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_mass: Option<f64>,
    /// What becomes of a candidate that gets no grade: `lowest` or `decline`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low_mass: Option<&'static str>,
    /// The longest candidate that is read, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<usize>,
    /// The worker's defences by name, and whether they are on; those that are not named are.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub defences: BTreeMap<&'static str, bool>,
}

impl Rubric {
    /// As the models were taught: nothing is changed.
    pub fn bundled() -> Self {
        Self::default()
    }

    fn is_bundled(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Serialize)]
struct Configuration {
    limits: BTreeMap<&'static str, u64>,
    models: Vec<ModelEntry>,
    agents: Vec<AgentEntry>,
}

#[derive(Serialize)]
struct ModelEntry {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    program: Option<ProgramEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    adversary: Option<AdversaryEntry>,
    #[serde(skip_serializing_if = "Rubric::is_bundled")]
    grading: Rubric,
}

#[derive(Serialize)]
struct AdversaryEntry {
    kind: &'static str,
    seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
}

#[derive(Serialize)]
struct ProgramEntry {
    command: Vec<String>,
    directory: PathBuf,
}

#[derive(Serialize)]
struct AgentEntry {
    key: String,
    model: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
}

/// The key under which an agent of this number is known to the worker.
pub(crate) fn key(agent: usize) -> String {
    format!("{:064x}", agent + 1)
}

/// The worker's configuration file. `limits` are keys of its `[limits]`, beside those that keep
/// everything from expiring while an experiment waits for it.
pub(crate) fn configuration(
    line_up: &LineUp,
    rubric: &Rubric,
    limits: &[(&'static str, u64)],
) -> Result<String> {
    let models = line_up.by_model().into_iter().filter_map(|(name, agents)| {
        let agent = line_up.agents.get(*agents.first()?)?;
        let (name, directory) = (name.to_owned(), agent.directory.clone());
        Some(match &agent.mind {
            Mind::Model { .. } => {
                let (path, device) = (Some(directory), Some("cpu"));
                ModelEntry {
                    name,
                    path,
                    device,
                    program: None,
                    adversary: None,
                    grading: rubric.clone(),
                }
            }
            Mind::Program { command } => {
                let program = Some(ProgramEntry { command: command.clone(), directory });
                ModelEntry {
                    name,
                    path: None,
                    device: None,
                    program,
                    adversary: None,
                    grading: Rubric::default(),
                }
            }
            Mind::Adversary { kind, seed, behind } => {
                let adversary = Some(AdversaryEntry { kind, seed: *seed, model: behind.clone() });
                ModelEntry {
                    name,
                    path: None,
                    device: None,
                    program: None,
                    adversary,
                    grading: Rubric::default(),
                }
            }
        })
    });
    let agents = line_up.agents.iter().enumerate().map(|(number, agent)| AgentEntry {
        key: key(number),
        model: agent.model.clone(),
        temperature: match agent.mind {
            Mind::Model { temperature } => Some(temperature),
            Mind::Program { .. } | Mind::Adversary { .. } => None,
        },
    });
    let limits = [("wait_ms", 60_000), ("queue", 4_096)].iter().chain(limits).copied().collect();
    Ok(toml::to_string(&Configuration {
        limits,
        models: models.collect(),
        agents: agents.collect(),
    })?)
}
