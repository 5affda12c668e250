//! The worker's configuration file: which agents it serves, what each thinks with, how models
//! grade.

use crate::swarm::{by_model, AgentRole, Engine, Mind, Real};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// What the worker calls the sentence model.
const EMBEDDER: &str = "sentences";

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
    /// More keys of `[models.grading]`, as they stand there.
    #[serde(flatten)]
    pub more: toml::Table,
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

/// What a configuration says beyond who the agents are. By default: what the worker does by itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// Keys of `[limits]`.
    pub limits: BTreeMap<&'static str, u64>,
    /// Where language models run.
    pub device: Option<&'static str>,
    /// Whether models in the worker draw answers alike at each start, for measurements that are to
    /// come out again.
    pub repeatable: bool,
    /// How they grade.
    pub rubric: Rubric,
    /// The directory of the sentence model with which its agents audit, if they do.
    pub sentence_model: Option<PathBuf>,
}

#[derive(Serialize)]
struct Configuration<'a> {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    limits: &'a BTreeMap<&'static str, u64>,
    models: Vec<ModelEntry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    embedders: Vec<EmbedderEntry<'a>>,
    agents: Vec<AgentEntry<'a>>,
}

#[derive(Default, Serialize)]
struct ModelEntry<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    draws: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    program: Option<ProgramEntry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    adversary: Option<AdversaryEntry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gguf: Option<&'a Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    llama_server: Option<LlamaServerEntry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkup: Option<bool>,
    #[serde(skip_serializing_if = "Rubric::is_bundled")]
    grading: Rubric,
}

#[derive(Serialize)]
struct ProgramEntry<'a> {
    command: &'a [String],
    directory: &'a PathBuf,
}

#[derive(Serialize)]
struct AdversaryEntry<'a> {
    kind: &'static str,
    seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
}

#[derive(Serialize)]
struct LlamaServerEntry<'a> {
    gguf: &'a Path,
    program: &'a Path,
    parallel: u32,
}

#[derive(Serialize)]
struct EmbedderEntry<'a> {
    name: &'static str,
    path: &'a Path,
}

#[derive(Serialize)]
struct AgentEntry<'a> {
    key: &'a str,
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
}

/// The configuration file of a worker that serves `agents` under `keys` (hex), in the same order.
///
/// # Errors
/// If the options cannot be written in TOML, which knows no number above 2⁶³ − 1.
pub fn render(
    agents: &[AgentRole],
    keys: &[String],
    options: &Options,
) -> Result<String, toml::ser::Error> {
    let models = by_model(agents).into_iter().filter_map(|(_, numbers)| {
        let first = agents.get(*numbers.first()?)?;
        Some(model_entry(first, options))
    });
    let entries = agents.iter().zip(keys).map(|(agent, key)| {
        let (temperature, system, max_tokens) = match &agent.mind {
            Mind::Model { temperature } => (Some(*temperature), None, None),
            Mind::Real(Real { temperature, system, max_tokens, .. }) => {
                (Some(*temperature), system.as_deref(), Some(*max_tokens))
            }
            Mind::Program { .. } | Mind::Adversary { .. } => (None, None, None),
        };
        AgentEntry { key, model: &agent.model, temperature, system, max_tokens }
    });
    let embedder = |path| EmbedderEntry { name: EMBEDDER, path };
    toml::to_string(&Configuration {
        limits: &options.limits,
        models: models.collect(),
        embedders: options.sentence_model.as_deref().map(embedder).into_iter().collect(),
        agents: entries.collect(),
    })
}

fn model_entry<'a>(agent: &'a AgentRole, options: &Options) -> ModelEntry<'a> {
    let (name, directory) = (agent.model.as_str(), &agent.directory);
    match &agent.mind {
        Mind::Model { .. } => ModelEntry {
            name,
            path: Some(directory.as_path()),
            device: options.device,
            draws: options.repeatable.then_some("engine"),
            grading: options.rubric.clone(),
            ..ModelEntry::default()
        },
        Mind::Real(real) => real_entry(name, real, options),
        Mind::Program { command } => {
            let program = Some(ProgramEntry { command, directory });
            ModelEntry { name, program, ..ModelEntry::default() }
        }
        Mind::Adversary { kind, seed, behind } => {
            let adversary = Some(AdversaryEntry { kind, seed: *seed, model: behind.as_deref() });
            ModelEntry { name, adversary, ..ModelEntry::default() }
        }
    }
}

/// Without the worker's own checkup: what such a model is worth is to be measured or shown, also
/// where the checkup would forbid it to answer.
fn real_entry<'a>(name: &'a str, real: &'a Real, options: &Options) -> ModelEntry<'a> {
    let entry = ModelEntry {
        name,
        grading: options.rubric.clone(),
        checkup: Some(false),
        ..ModelEntry::default()
    };
    match &real.engine {
        Engine::InProcess => ModelEntry {
            path: real.gguf.parent(),
            gguf: real.gguf.file_name().map(Path::new),
            device: options.device,
            ..entry
        },
        Engine::LlamaServer { program, parallel } => {
            let (gguf, parallel) = (real.gguf.as_path(), *parallel);
            ModelEntry { llama_server: Some(LlamaServerEntry { gguf, program, parallel }), ..entry }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use toml::Value;

    fn role(model: &str, mind: Mind) -> AgentRole {
        let directory = format!("/models/{model}").into();
        AgentRole { name: model.into(), model: model.into(), directory, mind }
    }

    fn keys(count: usize) -> Vec<String> {
        (1..=count).map(|key| format!("0{key}")).collect()
    }

    fn read(agents: &[AgentRole], options: &Options) -> toml::Table {
        render(agents, &keys(agents.len()), options).unwrap().parse().unwrap()
    }

    #[test]
    fn configuration_should_name_each_model_once_and_each_agent() {
        let model = |name: &str| role(name, Mind::Model { temperature: 0.3 });
        let file = read(&[model("a"), model("b"), model("a")], &Options::default());
        let (models, agents) =
            (file["models"].as_array().unwrap(), file["agents"].as_array().unwrap());
        assert_eq!((models.len(), agents.len()), (2, 3));
        assert_eq!(models[1]["path"].as_str(), Some("/models/b"));
        assert_eq!(agents[2]["key"].as_str(), Some("03"));
        assert_eq!(agents[2]["model"].as_str(), Some("a"));
        assert_eq!(agents[2]["temperature"].as_float(), Some(0.3));
        let nothing_else: [&str; 2] = ["agents", "models"];
        assert_eq!(file.keys().collect::<Vec<_>>(), nothing_else);
        assert_eq!(models[1].as_table().unwrap().len(), 2, "the worker's defaults stay");
    }

    #[test]
    fn configuration_should_start_programs_in_their_directory() {
        let command = ["sh", "x \"y\".py"].map(String::from).to_vec();
        let file = read(&[role("expert", Mind::Program { command })], &Options::default());
        let program = &file["models"][0]["program"];
        assert_eq!(program["command"][1].as_str(), Some("x \"y\".py"));
        assert_eq!(program["directory"].as_str(), Some("/models/expert"));
        assert_eq!(file["agents"][0]["key"].as_str(), Some("01"));
        assert_eq!(file["agents"][0]["model"].as_str(), Some("expert"));
        assert!(file["agents"][0].get("temperature").is_none());
    }

    #[test]
    fn adversaries_of_a_ring_should_share_their_module() {
        let foe = |kind: &'static str, behind: Option<&str>| {
            let behind = behind.map(String::from);
            role(kind, Mind::Adversary { kind, seed: 1, behind })
        };
        let agents = [foe("injecting", Some("a")), foe("colluding", None), foe("colluding", None)];
        let file = read(&agents, &Options::default());
        let adversary = |number: usize| file["models"][number]["adversary"].as_table().unwrap();
        assert_eq!(file["models"].as_array().unwrap().len(), 2);
        assert_eq!(file["agents"].as_array().unwrap().len(), 3);
        assert_eq!(adversary(0)["kind"].as_str(), Some("injecting"));
        assert_eq!(adversary(0)["model"].as_str(), Some("a"));
        assert_eq!(adversary(1)["seed"].as_integer(), Some(1));
        assert!(!adversary(1).contains_key("model"));
    }

    #[test]
    fn options_should_be_for_language_models_only() {
        let rubric = Rubric { min_mass: Some(0.0), ..Rubric::bundled() };
        let limits = BTreeMap::from([("queue", 64)]);
        let sentence_model = Some("/models/sentences".into());
        let options =
            Options { limits, device: Some("cpu"), repeatable: true, rubric, sentence_model };
        let program = Mind::Program { command: vec!["sh".into()] };
        let file =
            read(&[role("a", Mind::Model { temperature: 0.0 }), role("expert", program)], &options);
        assert_eq!(file["limits"]["queue"].as_integer(), Some(64));
        assert_eq!(file["embedders"][0]["name"].as_str(), Some(EMBEDDER));
        assert_eq!(file["embedders"][0]["path"].as_str(), Some("/models/sentences"));
        assert_eq!(file["models"][0]["device"].as_str(), Some("cpu"));
        assert_eq!(file["models"][0]["draws"].as_str(), Some("engine"));
        assert_eq!(file["models"][0]["grading"]["min_mass"].as_float(), Some(0.0));
        let of_program: Vec<&String> = file["models"][1].as_table().unwrap().keys().collect();
        assert_eq!(of_program, ["name", "program"]);
        assert!(file["models"].as_array().is_some_and(|models| models.iter().all(Value::is_table)));
    }

    #[test]
    fn real_models_should_be_loaded_or_served_as_their_engine_says() {
        let real = |engine: Engine| {
            let system = Some("Be brief.".to_owned());
            let gguf = "/weights/small.gguf".into();
            Mind::Real(Real { gguf, engine, temperature: 0.5, system, max_tokens: 64 })
        };
        let server = Engine::LlamaServer { program: "/bin/llama-server".into(), parallel: 2 };
        let more = toml::Table::from_iter([("form".to_owned(), Value::from("side_by_side"))]);
        let rubric = Rubric { min_mass: Some(0.0), more, ..Rubric::bundled() };
        let options = Options { rubric, device: Some("cpu"), ..Options::default() };
        let file =
            read(&[role("here", real(Engine::InProcess)), role("there", real(server))], &options);
        let (here, there) = (&file["models"][0], &file["models"][1]);
        assert_eq!(here["path"].as_str(), Some("/weights"));
        assert_eq!(here["gguf"].as_str(), Some("small.gguf"));
        assert_eq!(here["device"].as_str(), Some("cpu"));
        assert_eq!(there["llama_server"]["gguf"].as_str(), Some("/weights/small.gguf"));
        assert_eq!(there["llama_server"]["parallel"].as_integer(), Some(2));
        assert!(there.get("path").is_none() && there.get("device").is_none());
        assert_eq!(there["checkup"].as_bool(), Some(false));
        assert_eq!(there["grading"]["form"].as_str(), Some("side_by_side"));
        assert_eq!(there["grading"]["min_mass"].as_float(), Some(0.0));
        assert_eq!(file["agents"][1]["system"].as_str(), Some("Be brief."));
        assert_eq!(file["agents"][1]["max_tokens"].as_integer(), Some(64));
    }
}
