//! `[models.llama_server]`: a GGUF file that llama.cpp's server runs, which the worker starts.

use super::{error::ConfigError, modules::OpenAiConfig};
use crate::{
    known,
    llama::{Head, LlamaSpec},
    loading::CheckedModule,
    program::find,
    settings::ModelOverrides,
};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Says how to get the program.
const GET_IT: &str = "./scripts/llama builds it, Homebrew and some distributions have it as \
                      llama.cpp";

/// For a whole request: on a CPU an answer may take minutes, and the job's deadline bounds it.
const TIMEOUT_MS: i64 = 600_000;

/// `[models.llama_server]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LlamaServerConfig {
    /// The weights; of a model in several files the first.
    pub gguf: PathBuf,
    /// llama.cpp's server: a path, or a name that is looked for in `PATH`.
    #[serde(default = "default_program")]
    pub program: String,
    /// How many threads compute; 0: as many as the worker may use.
    #[serde(default)]
    pub threads: usize,
    /// How many requests are served at the same time, at least 1. Each has a context of its own.
    #[serde(default = "default_parallel")]
    pub parallel: usize,
    /// Prompt and reply of one request together, in tokens.
    #[serde(default = "default_context")]
    pub context: usize,
    /// How many layers are computed on a GPU, by a program that was built for one.
    #[serde(default)]
    pub gpu_layers: usize,
    /// More arguments for the program.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// Where relative paths count from.
    #[serde(skip)]
    directory: PathBuf,
}

fn default_program() -> String {
    "llama-server".to_string()
}

fn default_parallel() -> usize {
    1
}

fn default_context() -> usize {
    4096
}

impl LlamaServerConfig {
    /// A file with the defaults.
    pub(super) fn of(gguf: &Path) -> Self {
        Self {
            gguf: gguf.to_path_buf(),
            program: default_program(),
            threads: 0,
            parallel: default_parallel(),
            context: default_context(),
            gpu_layers: 0,
            arguments: Vec::new(),
            directory: PathBuf::new(),
        }
    }

    /// Relative paths count from `base`.
    pub(super) fn rebase(&mut self, base: &Path) {
        self.directory = base.to_path_buf();
    }

    /// Where its weights are; of a model in several files the first.
    pub fn file(&self) -> PathBuf {
        self.directory.join(&self.gguf)
    }

    /// The module of the model `name`, whose settings are `settings`. `tools` are offered to it or
    /// not.
    pub(super) fn check(
        self,
        name: String,
        settings: ModelOverrides,
        tools: bool,
    ) -> Result<CheckedModule, ConfigError> {
        let wrong = |problem: String| ConfigError::Model { model: name.clone(), problem };
        for (key, value) in [("parallel", self.parallel), ("context", self.context)] {
            if value == 0 {
                return Err(wrong(format!("llama_server.{key}: must be at least 1")));
            }
        }
        let absolute = |path: PathBuf| {
            std::path::absolute(path).map_err(|error| wrong(format!("llama_server: {error}")))
        };
        let gguf = absolute(self.file())?;
        let head =
            Head::read(&gguf).map_err(|error| wrong(format!("llama_server.gguf: {error}")))?;
        let program = find(&self.program, &self.directory).ok_or_else(|| {
            let place = if self.program.contains('/') { "" } else { " in PATH" };
            wrong(format!(
                "llama_server.program: there is no program {:?}{place}: {GET_IT}",
                self.program
            ))
        })?;
        let spec = LlamaSpec {
            name: name.clone(),
            program: absolute(program)?,
            gguf,
            threads: self.threads,
            parallel: self.parallel,
            context: head.context.map_or(self.context, |trained| trained.min(self.context)),
            gpu_layers: self.gpu_layers,
            arguments: self.arguments,
        };
        if let Some(option) = spec.own_option() {
            return Err(wrong(format!("llama_server.arguments: {option} is the worker's own")));
        }
        let file = spec.gguf.file_name().and_then(|file| file.to_str());
        let known = file.and_then(known::defaults_for).unwrap_or_default();
        let settings = settings.over(known);
        let requests = requests(&name, spec.parallel).map_err(wrong)?;
        Ok(requests.check(name, settings, tools)?.by_llama_server(spec, head))
    }
}

/// How the server is asked: as any other of its kind, but with more patience.
fn requests(name: &str, parallel: usize) -> Result<OpenAiConfig, String> {
    // Whatever free port it takes goes before this address.
    let mut requests = toml::toml! {
        base_url = "http://127.0.0.1:1/v1"
        dialect = "llama.cpp"
    };
    let parallel = i64::try_from(parallel).map_err(|error| error.to_string())?;
    requests.insert("model".to_string(), name.into());
    requests.insert("parallel".to_string(), parallel.into());
    requests.insert("timeout_ms".to_string(), TIMEOUT_MS.into());
    requests.try_into().map_err(|error: toml::de::Error| error.to_string())
}
