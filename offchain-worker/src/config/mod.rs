//! The worker's configuration: a TOML file, or what the command line says instead of one.
//!
//! `worker.example.toml` explains every key. Unknown keys are errors. A relative path counts from the directory of the
//! file. Everything that can be checked without loading a model is checked by [`Config::check`].

mod modules;
mod units;
mod willingness;

pub use modules::{AdversaryConfig, OpenAiConfig, ProgramConfig};
pub use units::{RulesConfig, UnitConfig};
pub use willingness::WillingnessConfig;

use crate::{
    backend::loading::{CheckedModel, CheckedModule, LoadError, ModelSpec, Source, GPU_BUILD},
    jobs::JobLimits,
    protocol::AgentKey,
    roster::{Agent, KeyPattern, Roster, Sampling},
    scheduler::PostLimits,
    settings::{AnsweringOverrides, GradingOverrides, ModelOverrides},
    units::Unit,
};
use mistralrs::{IsqType, ModelDType, NormalLoaderType};
use serde::Deserialize;
use std::{
    collections::{HashMap, HashSet},
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// A configuration as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `[server]`
    pub server: ServerConfig,
    /// `[limits]`
    pub limits: LimitsConfig,
    /// `[[models]]`
    pub models: Vec<ModelConfig>,
    /// `[[units]]`
    pub units: Vec<UnitConfig>,
    /// `[[agents]]`
    pub agents: Vec<AgentConfig>,
}

/// `[server]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Address and port to listen on; port 0 takes any free one.
    pub listen: SocketAddr,
    /// How long jobs may go on after a signal to stop, in milliseconds.
    pub drain_ms: u64,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 7741)), drain_ms: 10_000 }
    }
}

/// `[limits]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Jobs that wait, over all models; more are refused with 429.
    pub queue: usize,
    /// Bytes of a request's body; larger ones are refused with 413.
    pub body_bytes: usize,
    /// Bytes of a prompt, reference or candidate; jobs with longer ones are declined.
    pub text_bytes: usize,
    /// Candidates of a job; jobs with more are declined.
    pub candidates: usize,
    /// Finished jobs that are remembered.
    pub results: usize,
    /// For how long, in milliseconds.
    pub result_ttl_ms: u64,
    /// The latest deadline, from the post on, in milliseconds; later ones count as this.
    pub deadline_ms: u64,
    /// The longest wait of a reply, in milliseconds; longer ones count as this.
    pub wait_ms: u64,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            queue: 256,
            body_bytes: 4 * 1024 * 1024,
            text_bytes: 64 * 1024,
            candidates: 100,
            results: 1024,
            result_ttl_ms: 600_000,
            deadline_ms: 600_000,
            wait_ms: 1_000,
        }
    }
}

/// One of `[[models]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelConfig {
    /// What agents call it.
    pub name: String,
    /// A directory; or else
    pub path: Option<PathBuf>,
    /// a Hub id, `owner/name`; or else
    pub hub_id: Option<String>,
    /// `[models.openai]`, a server; or else
    pub openai: Option<OpenAiConfig>,
    /// `[models.program]`, an expert system; or else
    pub program: Option<ProgramConfig>,
    /// `[models.adversary]`, for tests and demos.
    pub adversary: Option<AdversaryConfig>,
    /// A branch, tag or commit of the Hub's repository.
    pub revision: Option<String>,
    /// A GGUF file in it, instead of safetensors.
    pub gguf: Option<String>,
    /// `auto` or a name that mistral.rs knows: `llama`, `qwen2`, `qwen3`, `phi3`, …
    pub architecture: Option<String>,
    /// `auto`, `f32`, `f16` or `bf16`.
    pub dtype: Option<ModelDType>,
    /// To what the weights are quantised while they are loaded: `q4k`, `q8_0`, …, or a number of bits.
    pub isq: Option<String>,
    /// `auto`, `cpu` or `gpu`.
    pub device: DeviceConfig,
    /// Whether the agents' tools are offered to it: for models that can call them.
    pub tools: bool,
    /// `[models.grading]`
    pub grading: GradingOverrides,
    /// `[models.answering]`
    pub answering: AnsweringOverrides,
}

/// A model's `device`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceConfig {
    /// A GPU if this build can use one, or else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// A GPU; an error in a build that cannot use one.
    Gpu,
}

/// One of `[[agents]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentConfig {
    /// 64 hex digits, or `*` for agents that are not listed.
    pub key: KeyPattern,
    /// The name of its model.
    pub model: String,
    /// 0 is greedy.
    #[serde(default)]
    pub temperature: f64,
    /// See [`Sampling::top_p`].
    #[serde(default)]
    pub top_p: Option<f64>,
    /// See [`Sampling::top_k`].
    #[serde(default)]
    pub top_k: Option<usize>,
    /// See [`Sampling::min_p`].
    #[serde(default)]
    pub min_p: Option<f64>,
    /// The system message of its answers.
    #[serde(default)]
    pub system: Option<String>,
    /// The longest answer in tokens, if shorter than its model's.
    #[serde(default)]
    pub max_tokens: Option<usize>,
    /// The names of its units, in the order in which they act.
    #[serde(default)]
    pub units: Vec<String>,
    /// `[agents.willingness]`
    #[serde(default)]
    pub willingness: WillingnessConfig,
}

/// Why a configuration cannot be used: the operator's fault.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file, or the directory of bundled models, cannot be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not TOML, or an unknown key, or a value of the wrong type.
    #[error("{path}: {source}")]
    Form {
        /// The file.
        path: PathBuf,
        /// What and where.
        source: toml::de::Error,
    },
    /// Nothing to serve.
    #[error("there are no models: [[models]] is needed")]
    NoModels,
    /// Nobody to serve.
    #[error("there are no agents: [[agents]] is needed, key = \"*\" serves any agent")]
    NoAgents,
    /// A model without a name, or two with the same.
    #[error("models: the name {0:?} is empty or stands there twice")]
    ModelName(String),
    /// Neither or several of `path`, `hub_id`, `openai` and `program`, or one that makes no sense.
    #[error("model {model:?}: {problem}")]
    Model {
        /// Its name.
        model: String,
        /// What is wrong.
        problem: String,
    },
    /// A model that cannot be loaded.
    #[error("model {model:?}: {source}")]
    Load {
        /// Its name.
        model: String,
        /// Why.
        source: Box<LoadError>,
    },
    /// A unit without a name, or two with the same, or one that makes no sense.
    #[error("unit {unit:?}: {problem}")]
    Unit {
        /// Its name.
        unit: String,
        /// What is wrong.
        problem: String,
    },
    /// An agent with a unit that is not listed.
    #[error("agents: there is no unit {0:?}")]
    UnknownUnit(String),
    /// An agent that wants what makes no sense.
    #[error("agents: willingness.{0}")]
    Willingness(String),
    /// An agent whose model is not listed.
    #[error("agents: there is no model {0:?}")]
    UnknownModel(String),
    /// An agent with a value that makes no sense.
    #[error("agents: {key} = {value} makes no sense: {range}")]
    Sampling {
        /// The key.
        key: &'static str,
        /// Its value.
        value: f64,
        /// What is allowed.
        range: &'static str,
    },
    /// Two entries of one key.
    #[error("agents: the key {0} stands there twice")]
    RepeatedAgent(AgentKey),
    /// A limit of 0.
    #[error("limits.{0}: must be at least 1")]
    NoRoom(&'static str),
}

/// A configuration that has been checked.
#[derive(Debug)]
pub struct CheckedConfig {
    /// `[server]`
    pub server: ServerConfig,
    /// `limits.body_bytes`
    pub body_bytes: usize,
    /// The store's and the posts' limits.
    pub limits: (JobLimits, PostLimits),
    /// In the order of the configuration.
    pub models: Vec<CheckedModule>,
    /// Whose jobs are done.
    pub roster: Roster,
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ConfigError::Unreadable`] or [`ConfigError::Form`], with the place in the file.
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        let text =
            fs::read_to_string(file).map_err(|source| ConfigError::Unreadable { path: file.to_path_buf(), source })?;
        let mut config: Self =
            toml::from_str(&text).map_err(|source| ConfigError::Form { path: file.to_path_buf(), source })?;
        let base = file.parent().unwrap_or(Path::new(""));
        for model in &mut config.models {
            if let Some(path) = &mut model.path {
                *path = base.join(&*path);
            }
            if let Some(server) = &mut model.openai {
                server.rebase(base);
            }
            if let Some(program) = &mut model.program {
                program.rebase(base);
            }
        }
        config.units.iter_mut().for_each(|unit| unit.rebase(base));
        Ok(config)
    }

    /// One model, a directory or a Hub id, for any agent.
    pub fn single_model(source: &str, gguf: Option<String>, temperature: f64) -> Self {
        let path = Path::new(source);
        let is_path = path.is_dir() || hub_problem(source).is_some();
        let model = ModelConfig {
            name: path.file_name().map_or_else(|| source.to_string(), |name| name.to_string_lossy().into_owned()),
            path: is_path.then(|| path.to_path_buf()),
            hub_id: (!is_path).then(|| source.to_string()),
            gguf,
            ..ModelConfig::default()
        };
        Self { agents: vec![AgentConfig::any(&model.name, temperature)], models: vec![model], ..Self::default() }
    }

    /// Every model directory in `directory`, sorted by name; agents are spread over them by their keys.
    ///
    /// # Errors
    /// [`ConfigError::Unreadable`] if it is no directory.
    pub fn bundled(directory: &Path, temperature: f64) -> Result<Self, ConfigError> {
        let entries = fs::read_dir(directory)
            .map_err(|source| ConfigError::Unreadable { path: directory.to_path_buf(), source })?;
        let mut paths: Vec<PathBuf> =
            entries.flatten().map(|entry| entry.path()).filter(|path| path.join("config.json").is_file()).collect();
        paths.sort();
        let models: Vec<ModelConfig> = paths
            .into_iter()
            .map(|path| ModelConfig {
                name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                path: Some(path),
                ..ModelConfig::default()
            })
            .collect();
        let agents = models.iter().map(|model| AgentConfig::any(&model.name, temperature)).collect();
        Ok(Self { models, agents, ..Self::default() })
    }

    /// Checks everything that can be checked without loading a model or fetching anything.
    ///
    /// # Errors
    /// [`ConfigError`], with the key or file.
    pub fn check(self) -> Result<CheckedConfig, ConfigError> {
        let limits = self.limits.check()?;
        if self.models.is_empty() {
            return Err(ConfigError::NoModels);
        }
        if self.agents.is_empty() {
            return Err(ConfigError::NoAgents);
        }
        let names: Vec<String> = self.models.iter().map(|model| model.name.clone()).collect();
        let mut seen = HashSet::new();
        if let Some(name) = names.iter().find(|name| name.is_empty() || !seen.insert(name.as_str())) {
            return Err(ConfigError::ModelName(name.clone()));
        }
        let units = check_units(self.units)?;
        let mut agents = Vec::new();
        for agent in self.agents {
            let model = names.iter().position(|name| *name == agent.model);
            let model = model.ok_or_else(|| ConfigError::UnknownModel(agent.model.clone()))?;
            agents.push((agent.key, agent.check(model, &units)?));
        }
        let roster = Roster::new(agents).map_err(ConfigError::RepeatedAgent)?;
        let check = |(place, model): (usize, ModelConfig)| model.check(names.get(..place).unwrap_or_default());
        let models = self.models.into_iter().enumerate().map(check).collect::<Result<_, _>>()?;
        Ok(CheckedConfig { server: self.server, body_bytes: self.limits.body_bytes, limits, models, roster })
    }
}

impl LimitsConfig {
    fn check(&self) -> Result<(JobLimits, PostLimits), ConfigError> {
        for (key, value) in [
            ("queue", self.queue),
            ("body_bytes", self.body_bytes),
            ("text_bytes", self.text_bytes),
            ("candidates", self.candidates),
            ("results", self.results),
        ] {
            if value == 0 {
                return Err(ConfigError::NoRoom(key));
            }
        }
        let milliseconds = Duration::from_millis;
        Ok((
            JobLimits { queue: self.queue, results: self.results, result_ttl: milliseconds(self.result_ttl_ms) },
            PostLimits {
                deadline: milliseconds(self.deadline_ms),
                wait: milliseconds(self.wait_ms),
                text_bytes: self.text_bytes,
                candidates: self.candidates,
            },
        ))
    }
}

impl ModelConfig {
    /// `earlier` are the names of the models before it.
    fn check(mut self, earlier: &[String]) -> Result<CheckedModule, ConfigError> {
        let model = self.name.clone();
        let wrong = |problem: String| ConfigError::Model { model: model.clone(), problem };
        let (server, program, adversary) = (self.openai.take(), self.program.take(), self.adversary.take());
        let own = self.path.is_some() || self.hub_id.is_some();
        if [own, server.is_some(), program.is_some(), adversary.is_some()].into_iter().filter(|given| *given).count()
            > 1
        {
            return Err(wrong(ONE_SOURCE.to_string()));
        }
        if server.is_some() || program.is_some() || adversary.is_some() {
            if let Some(key) = self.key_of_weights() {
                return Err(wrong(format!("{key} is for models that the worker loads itself")));
            }
        }
        if let Some(server) = server {
            let settings = ModelOverrides { grading: self.grading, answering: self.answering };
            return server.check(model, settings, self.tools);
        }
        if let Some(program) = program {
            let settings = ModelOverrides { grading: self.grading, answering: self.answering };
            if settings != ModelOverrides::default() || self.tools {
                return Err(wrong(
                    "a program answers and grades by itself: grading, answering and tools say nothing".into(),
                ));
            }
            return program.check(&model).map(CheckedModule::program).map_err(wrong);
        }
        if let Some(adversary) = adversary {
            let settings = ModelOverrides { grading: self.grading, answering: self.answering };
            if settings != ModelOverrides::default() || self.tools {
                return Err(wrong("an adversary does as it likes: grading, answering and tools say nothing".into()));
            }
            return adversary.check(&model, earlier).map(CheckedModule::Adversary).map_err(wrong);
        }
        let model = self.name.clone();
        let wrong = |problem: String| ConfigError::Model { model: self.name.clone(), problem };
        let source = match (self.path, self.hub_id) {
            (Some(path), None) => Source::Directory(path),
            (None, Some(id)) => {
                if let Some(problem) = hub_problem(&id) {
                    return Err(wrong(format!("hub_id {id:?}: {problem}")));
                }
                if Path::new(&id).exists() {
                    return Err(wrong(format!("hub_id {id:?} is a path here too: use path, or start elsewhere")));
                }
                Source::Hub { id, revision: self.revision.clone() }
            }
            _ => return Err(wrong(ONE_SOURCE.to_string())),
        };
        if self.revision.is_some() && matches!(source, Source::Directory(_)) {
            return Err(wrong("revision needs hub_id".to_string()));
        }
        if self.device == DeviceConfig::Gpu && !GPU_BUILD {
            return Err(wrong("device = \"gpu\": this program was built without cuda or metal".to_string()));
        }
        let architecture = match self.architecture.as_deref() {
            None | Some("auto") => None,
            Some(name) => Some(name.parse::<NormalLoaderType>().map_err(wrong)?),
        };
        let isq = match &self.isq {
            None => None,
            Some(_) if self.gguf.is_some() => {
                return Err(wrong("isq: a GGUF file has its own quantisation".to_string()))
            }
            Some(text) => Some(quantisation(text).ok_or_else(|| wrong(format!("isq: {text:?} is not known")))?),
        };
        let spec = ModelSpec {
            name: self.name.clone(),
            source,
            gguf: self.gguf,
            isq,
            tools: self.tools,
            architecture,
            dtype: self.dtype.unwrap_or_default(),
            cpu: self.device == DeviceConfig::Cpu,
            settings: ModelOverrides { grading: self.grading, answering: self.answering },
        };
        let checked = CheckedModel::check(spec).map(|model| CheckedModule::Weights(Box::new(model)));
        checked.map_err(|source| ConfigError::Load { model, source: Box::new(source) })
    }

    /// A key that says something only of weights that the worker loads.
    fn key_of_weights(&self) -> Option<&'static str> {
        let keys = [
            ("revision", self.revision.is_some()),
            ("gguf", self.gguf.is_some()),
            ("architecture", self.architecture.is_some()),
            ("dtype", self.dtype.is_some()),
            ("isq", self.isq.is_some()),
            ("device", self.device != DeviceConfig::Auto),
        ];
        keys.into_iter().find(|(_, given)| *given).map(|(key, _)| key)
    }
}

const ONE_SOURCE: &str = "one of path and hub_id, or of openai and program, is needed";

/// What mistral.rs calls it; the numbers are bits. Only what a CPU and a GPU both compute.
fn quantisation(text: &str) -> Option<IsqType> {
    Some(match text.to_ascii_lowercase().as_str() {
        "2" | "q2k" => IsqType::Q2K,
        "3" | "q3k" => IsqType::Q3K,
        "4" | "q4k" => IsqType::Q4K,
        "5" | "q5k" => IsqType::Q5K,
        "6" | "q6k" => IsqType::Q6K,
        "8" | "q8_0" => IsqType::Q8_0,
        "q4_0" => IsqType::Q4_0,
        "q4_1" => IsqType::Q4_1,
        "q5_0" => IsqType::Q5_0,
        "q5_1" => IsqType::Q5_1,
        "hqq4" => IsqType::HQQ4,
        "hqq8" => IsqType::HQQ8,
        "fp8" => IsqType::F8E4M3,
        _ => return None,
    })
}

/// The units by their names. Names are words, since models call some units by them.
fn check_units(configured: Vec<UnitConfig>) -> Result<HashMap<String, Arc<dyn Unit>>, ConfigError> {
    let mut units = HashMap::new();
    for config in configured {
        let unit = config.name().to_string();
        let wrong = |problem: String| ConfigError::Unit { unit: unit.clone(), problem };
        let word = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        if unit.is_empty() || !word(&unit) || units.contains_key(&unit) {
            return Err(wrong("a name of letters, digits, - and _ is needed, each once".to_string()));
        }
        let checked = config.check().map_err(wrong)?;
        units.insert(unit, checked);
    }
    Ok(units)
}

impl AgentConfig {
    fn any(model: &str, temperature: f64) -> Self {
        Self {
            key: KeyPattern::Any,
            model: model.to_string(),
            temperature,
            top_p: None,
            top_k: None,
            min_p: None,
            system: None,
            max_tokens: None,
            units: Vec::new(),
            willingness: WillingnessConfig::default(),
        }
    }

    fn check(self, model: usize, known: &HashMap<String, Arc<dyn Unit>>) -> Result<Agent, ConfigError> {
        let check = |key, value: f64, valid: bool, range| match valid {
            true => Ok(()),
            false => Err(ConfigError::Sampling { key, value, range }),
        };
        let temperature = self.temperature;
        check("temperature", temperature, (0.0..=10.0).contains(&temperature), "0.0 to 10.0")?;
        let top_p = self.top_p.unwrap_or(1.0);
        check("top_p", top_p, top_p > 0.0 && top_p <= 1.0, "above 0.0 and up to 1.0")?;
        let min_p = self.min_p.unwrap_or(0.0);
        check("min_p", min_p, (0.0..=1.0).contains(&min_p), "0.0 to 1.0")?;
        check("top_k", 0.0, self.top_k != Some(0), "at least 1")?;
        check("max_tokens", 0.0, self.max_tokens != Some(0), "at least 1")?;
        let sampling = Sampling { temperature, top_p: self.top_p, top_k: self.top_k, min_p: self.min_p };
        let unit = |name: &String| known.get(name).cloned().ok_or_else(|| ConfigError::UnknownUnit(name.clone()));
        let units = self.units.iter().map(unit).collect::<Result<_, _>>()?;
        let willingness = self.willingness.check(temperature > 0.0).map_err(ConfigError::Willingness)?;
        Ok(Agent { model, sampling, system: self.system, max_tokens: self.max_tokens, units, willingness })
    }
}

/// What keeps `id` from being a Hub id. An absent directory must not be looked for on the Hub.
fn hub_problem(id: &str) -> Option<&'static str> {
    let valid = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    match id.split_once('/') {
        Some((owner, name)) if valid(owner) && valid(name) => None,
        _ => Some("neither a directory here nor a Hub id of the form owner/name"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Hex32;

    fn parse(text: &str) -> Result<Config, toml::de::Error> {
        toml::from_str(text)
    }

    fn fails(text: &str) -> String {
        parse(text).unwrap().check().unwrap_err().to_string()
    }

    const HUB: &str = "[[models]]\nname = 'm'\nhub_id = 'owner/name'\n";

    #[test]
    fn example_should_be_valid_and_say_the_defaults() {
        let text = include_str!("../../worker.example.toml");
        let example = parse(text).unwrap();
        assert_eq!(format!("{:?}", example.server), format!("{:?}", ServerConfig::default()));
        assert_eq!(format!("{:?}", example.limits), format!("{:?}", LimitsConfig::default()));
        // With every commented key uncommented it still has no unknown one.
        let all: Vec<&str> = text.lines().map(|line| line.strip_prefix("#: ").unwrap_or(line)).collect();
        let all = parse(&all.join("\n")).unwrap();
        assert!(all.models.len() > example.models.len());
    }

    #[test]
    fn hub_model_should_pass_without_network() {
        let text = format!("{HUB}[[agents]]\nkey = '{}'\nmodel = 'm'\ntemperature = 0.5", "ab".repeat(32));
        let checked = parse(&text).unwrap().check().unwrap();
        assert_eq!(checked.roster.find(&Hex32([0xab; 32])).unwrap().sampling.temperature, 0.5);
        assert_eq!(checked.server.listen.port(), 7741);
    }

    #[test]
    fn unknown_keys_should_be_refused_everywhere() {
        for text in [
            "sever = 1",
            "[server]\nport = 1",
            "[limits]\nqueues = 1",
            "[[models]]\nname = 'm'\nfile = 'x'",
            "[[models]]\nname = 'm'\n[models.grading]\nrubric = 'x'",
            "[[agents]]\nkey = '*'\nmodel = 'm'\ntopics = []",
            "[[agents]]\nkey = '*'\nmodel = 'm'\n[agents.willingness]\nmood = 1",
            "[[units]]\nname = 'u'\nkind = 'dates'\nat = []\nzone = 1",
            "[[models]]\nname = 'm'\n[models.openai]\nbase_url = ''\nmodel = ''\nkey = 'x'",
            "[[models]]\nname = 'm'\n[models.program]\ncommand = []\nshell = true",
        ] {
            assert!(parse(text).unwrap_err().to_string().contains("unknown field"), "{text}");
        }
    }

    #[test]
    fn check_should_name_what_is_wrong() {
        let agent = |line: &str| format!("{HUB}[[agents]]\nkey = '*'\nmodel = 'm'\n{line}");
        assert!(fails("").contains("[[models]]"));
        assert!(fails(HUB).contains("[[agents]]"));
        assert!(fails(&format!("{HUB}{HUB}[[agents]]\nkey = '*'\nmodel = 'm'")).contains("twice"));
        assert!(fails(&format!("{HUB}[[agents]]\nkey = '*'\nmodel = 'x'")).contains("\"x\""));
        assert!(fails(&agent("temperature = -1")).contains("temperature"));
        assert!(fails(&agent("temperature = nan")).contains("temperature"));
        assert!(fails(&agent("top_p = 0.0")).contains("top_p"));
        assert!(fails(&agent("top_k = 0")).contains("top_k"));
        assert!(fails(&agent("[limits]\nqueue = 0")).contains("limits.queue"));
        let model = |lines: &str| format!("[[models]]\nname = 'm'\n{lines}\n[[agents]]\nkey = '*'\nmodel = 'm'");
        assert!(fails(&model("")).contains("path and hub_id"));
        assert!(fails(&model("path = 'a'\nhub_id = 'a/b'")).contains("path and hub_id"));
        assert!(fails(&model("path = '/nonexistent'")).contains("no such directory"));
        assert!(fails(&model("hub_id = '/nonexistent/model'")).contains("Hub id"));
        assert!(fails(&model("hub_id = 'a/b'\narchitecture = 'bert'")).contains("bert"));
        assert!(fails(&model("hub_id = 'a/b'\n[models.grading]\ntemplate = 'x'")).contains("candidate"));
        assert!(parse("[[agents]]\nkey = 'abc'\nmodel = 'm'").unwrap_err().to_string().contains("64"));
        let twice = format!("[[agents]]\nkey = '{}'\nmodel = 'm'\n", "11".repeat(32));
        assert!(fails(&format!("{HUB}{twice}{twice}")).contains("1111"));
    }

    #[test]
    fn check_should_name_what_is_wrong_with_modules() {
        let model =
            |lines: &str| fails(&format!("[[models]]\nname = 'm'\n{lines}\n[[agents]]\nkey = '*'\nmodel = 'm'"));
        let server = |lines: &str| model(&format!("[models.openai]\nmodel = 'x'\n{lines}"));
        assert!(server("base_url = 'nonsense'").contains("openai.base_url"));
        assert!(server("base_url = 'file:///etc/passwd'").contains("http or https"));
        assert!(server("base_url = 'http://me:secret@host/v1'").contains("api_key_file"));
        let url = "base_url = 'http://127.0.0.1:1/v1'\n";
        assert!(server(&format!("{url}parallel = 0")).contains("parallel"));
        assert!(server(&format!("{url}top_logprobs = 4")).contains("too few"));
        assert!(server(&format!("{url}api_key_file = '/nonexistent/key'")).contains("/nonexistent/key"));
        assert!(server(&format!("{url}api_key_env = 'WAGGLE_TEST_NO_SUCH_KEY'")).contains("is not set"));
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("key");
        fs::write(&file, "two words").unwrap();
        let error = server(&format!("{url}api_key_file = {file:?}"));
        assert!(error.contains("no key") && !error.contains("words"), "{error}");
        assert!(model(&format!("path = 'a'\n[models.openai]\nmodel = 'x'\n{url}")).contains("one of path and hub_id"));
        assert!(model(&format!("isq = '4'\n[models.openai]\nmodel = 'x'\n{url}")).contains("isq is for models"));
        assert!(model("hub_id = 'a/b'\nisq = 'q99'").contains("q99"));
        assert!(model("hub_id = 'a/b'\nisq = '4'\ngguf = 'x.gguf'").contains("GGUF"));
        let program = |lines: &str| model(&format!("[models.program]\n{lines}"));
        assert!(program("command = []").contains("a program is needed"));
        assert!(program("command = ['no-such-program-here']").contains("no-such-program-here"));
        assert!(program("command = ['sh']\ndirectory = '/nonexistent'").contains("no such directory"));
        assert!(program("command = ['sh']\n[models.grading]\nmin_mass = 0.1").contains("by itself"));
        let adversary = |lines: &str| model(&format!("[models.adversary]\n{lines}"));
        assert!(adversary("kind = 'buggy'").contains("needs one"));
        assert!(adversary("kind = 'lazy'\nmodel = 'm'").contains("has none"));
        assert!(adversary("kind = 'injecting'\nmodel = 'm'").contains("before it"));
        assert!(adversary("kind = 'lazy'\n[models.grading]\nmin_mass = 0.1").contains("as it likes"));
    }

    #[test]
    fn check_should_name_what_is_wrong_with_units_and_willingness() {
        let unit =
            |lines: &str| fails(&format!("{HUB}[[units]]\nname = 'u'\n{lines}\n[[agents]]\nkey = '*'\nmodel = 'm'"));
        assert!(unit("kind = 'calculator'\nat = []").contains("at least one place"));
        assert!(unit("kind = 'knowledge'\nat = ['check']\nfolder = '/'").contains("check is not possible"));
        assert!(unit("kind = 'knowledge'\nat = ['note']\nfolder = '/nonexistent'").contains("/nonexistent"));
        assert!(unit("kind = 'filter'\nprompt = {languages = ['xx']}").contains("xx"));
        assert!(unit("kind = 'filter'\nanswer = {forbid = ['(']}").contains("no pattern"));
        let calculator = "kind = 'calculator'\nat = ['tool']";
        assert!(unit(&format!("{calculator}\n[[units]]\nname = 'u'\n{calculator}")).contains("each once"));
        let agent = |lines: &str| fails(&format!("{HUB}[[agents]]\nkey = '*'\nmodel = 'm'\n{lines}"));
        assert!(agent("units = ['absent']").contains("absent"));
        let willing = |lines: &str| agent(&format!("temperature = 0.5\n[agents.willingness]\n{lines}"));
        assert!(willing("topics = ['(']").contains("topics"));
        assert!(willing("min_reward = '1.5'").contains("min_reward"));
        assert!(willing("samples = 5").contains("need each other"));
        assert!(willing("samples = 1\nmin_agreement = 0.5").contains("2 to 64"));
        assert!(agent("[agents.willingness]\nsamples = 3\nmin_agreement = 0.5").contains("temperature"));
    }

    #[test]
    fn single_model_should_take_absent_directories_for_directories() {
        let config = Config::single_model("./nonexistent/model", None, 0.7);
        assert!(config.check().unwrap_err().to_string().contains("no such directory"));
        let config = Config::single_model("owner/name", None, 0.7);
        assert_eq!(config.models[0].hub_id.as_deref(), Some("owner/name"));
    }

    #[test]
    fn relative_paths_should_count_from_the_file() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("worker.toml");
        fs::write(&file, "[[models]]\nname = 'm'\npath = 'models/m'").unwrap();
        assert_eq!(Config::read(&file).unwrap().models[0].path, Some(place.path().join("models/m")));
    }
}
