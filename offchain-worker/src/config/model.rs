//! `[[models]]`: what agents think with, and whether what is said of it fits together.

use super::{
    error::ConfigError,
    llama::LlamaServerConfig,
    modules::{AdversaryConfig, OpenAiConfig, ProgramConfig},
};
use crate::{
    loading::{CheckedModel, CheckedModule, ModelSpec, Source, GPU_BUILD, PREFIX_CACHE},
    settings::{AnsweringOverrides, GradingOverrides, ModelOverrides},
};
use mistralrs::{IsqType, ModelDType, NormalLoaderType};
use serde::Deserialize;
use std::path::{Path, PathBuf};

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
    /// `[models.llama_server]`, a GGUF file for llama.cpp's server; or else
    pub llama_server: Option<LlamaServerConfig>,
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
    /// To what the weights are quantised while they are loaded: `q4k`, `q8_0`, …, or a number of
    /// bits.
    pub isq: Option<String>,
    /// `auto`, `cpu` or `gpu`.
    pub device: DeviceConfig,
    /// The longest prompt and reply together, in tokens, if shorter than what the model takes.
    pub max_context: Option<usize>,
    /// Whose generator draws answers.
    pub draws: DrawsConfig,
    /// How many finished sequences stay in a GPU's memory, so that the next can begin alike; 0:
    /// none.
    pub prefix_cache: Option<usize>,
    /// Whether the agents' tools are offered to it: for models that can call them.
    pub tools: bool,
    /// Whether it has to show that it grades before it answers; goes before `grading.checkup`.
    pub checkup: Option<bool>,
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

/// A model's `draws`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DrawsConfig {
    /// The worker's: each request has a seed of its own.
    #[default]
    Worker,
    /// The engine's, which begins in the same way at each start: for measurements.
    Engine,
}

impl ModelConfig {
    /// `earlier` are the names of the models before it.
    pub(super) fn check(mut self, earlier: &[String]) -> Result<CheckedModule, ConfigError> {
        let model = self.name.clone();
        let wrong = |problem: String| ConfigError::Model { model: model.clone(), problem };
        let (server, llama) = (self.openai.take(), self.llama_server.take());
        let (program, adversary) = (self.program.take(), self.adversary.take());
        let elsewhere = [server.is_some(), llama.is_some(), program.is_some(), adversary.is_some()];
        let own = self.path.is_some() || self.hub_id.is_some();
        let sources = elsewhere.into_iter().chain([own]);
        if sources.filter(|given| *given).count() > 1 {
            return Err(wrong(ONE_SOURCE.to_string()));
        }
        if elsewhere.contains(&true) {
            if let Some(key) = self.key_of_weights() {
                return Err(wrong(format!("{key} is for models that the worker loads itself")));
            }
        }
        if program.is_none() && adversary.is_none() {
            self.grading.checkup = self.checkup.take().or(self.grading.checkup);
        }
        let (grading, answering) = (&self.grading, &self.answering);
        let settings = || ModelOverrides { grading: grading.clone(), answering: answering.clone() };
        if let Some(server) = server {
            return server.check(model, settings(), self.tools);
        }
        if let Some(llama) = llama {
            return llama.check(model, settings(), self.tools);
        }
        if let Some(program) = program {
            self.no_settings("a program answers and grades by itself").map_err(wrong)?;
            return program.check(&model).map(CheckedModule::Program).map_err(wrong);
        }
        if let Some(adversary) = adversary {
            self.no_settings("an adversary does as it likes").map_err(wrong)?;
            return adversary.check(&model, earlier).map(CheckedModule::Adversary).map_err(wrong);
        }
        let spec = self.weights().map_err(wrong)?;
        let checked =
            CheckedModel::check(spec).map(|model| CheckedModule::Weights(Box::new(model)));
        checked.map_err(|source| ConfigError::Load { model, source: Box::new(source) })
    }

    /// A module without a language model has no settings of one; what is wrong, in one line.
    fn no_settings(&self, reason: &str) -> Result<(), String> {
        let settings = (&self.grading, &self.answering, self.tools, self.checkup);
        if settings != (&GradingOverrides::default(), &AnsweringOverrides::default(), false, None) {
            return Err(format!("{reason}: grading, answering, tools and checkup say nothing"));
        }
        Ok(())
    }

    /// Weights to load; otherwise what is wrong, in one line.
    fn weights(self) -> Result<ModelSpec, String> {
        let source = match (self.path, self.hub_id) {
            (Some(path), None) => Source::Directory(path),
            (None, Some(id)) => {
                if let Some(problem) = hub_problem(&id) {
                    return Err(format!("hub_id {id:?}: {problem}"));
                }
                if Path::new(&id).exists() {
                    return Err(format!(
                        "hub_id {id:?} is a path here too: use path, or start elsewhere"
                    ));
                }
                Source::Hub { id, revision: self.revision.clone() }
            }
            _ => return Err(ONE_SOURCE.to_string()),
        };
        if self.revision.is_some() && matches!(source, Source::Directory(_)) {
            return Err("revision needs hub_id".to_string());
        }
        if self.device == DeviceConfig::Gpu && !GPU_BUILD {
            return Err(
                "device = \"gpu\": this program was built without cuda or metal".to_string()
            );
        }
        if self.prefix_cache.is_some() && (self.device == DeviceConfig::Cpu || !GPU_BUILD) {
            return Err(
                "prefix_cache: for GPUs; on a CPU it would grow without a bound".to_string()
            );
        }
        if self.max_context.is_some_and(|tokens| tokens < LEAST_CONTEXT) {
            return Err(format!("max_context: at least {LEAST_CONTEXT} tokens are needed"));
        }
        let architecture = match self.architecture.as_deref() {
            None | Some("auto") => None,
            Some(name) => Some(name.parse::<NormalLoaderType>()?),
        };
        let isq = match &self.isq {
            None => None,
            Some(_) if self.gguf.is_some() => {
                return Err("isq: a GGUF file has its own quantisation".to_string())
            }
            Some(text) => {
                Some(quantisation(text).ok_or_else(|| format!("isq: {text:?} is not known"))?)
            }
        };
        Ok(ModelSpec {
            name: self.name,
            source,
            gguf: self.gguf,
            isq,
            tools: self.tools,
            architecture,
            dtype: self.dtype.unwrap_or_default(),
            cpu: self.device == DeviceConfig::Cpu,
            max_context: self.max_context,
            engine_draws: self.draws == DrawsConfig::Engine,
            prefix_cache: self.prefix_cache.unwrap_or(PREFIX_CACHE),
            settings: ModelOverrides { grading: self.grading, answering: self.answering },
        })
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
            ("max_context", self.max_context.is_some()),
            ("draws", self.draws != DrawsConfig::Worker),
            ("prefix_cache", self.prefix_cache.is_some()),
        ];
        keys.into_iter().find(|(_, given)| *given).map(|(key, _)| key)
    }
}

/// The shortest context, in tokens: less holds no grading prompt.
const LEAST_CONTEXT: usize = 256;

const ONE_SOURCE: &str =
    "one of path and hub_id, or of openai, llama_server and program, is needed";

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

/// What keeps `id` from being a Hub id. An absent directory must not be looked for on the Hub.
pub(super) fn hub_problem(id: &str) -> Option<&'static str> {
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
