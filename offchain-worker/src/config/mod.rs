//! The worker's configuration: a TOML file, or what the command line says instead of one.
//!
//! `worker.example.toml` explains every key. Unknown keys are errors. A relative path counts from
//! the directory of the file. Everything that can be checked without loading a model is checked by
//! [`Config::check`].

mod agent;
mod embedder;
mod error;
mod limits;
mod llama;
mod model;
mod modules;
mod units;
mod willingness;

pub use agent::AgentConfig;
pub use embedder::{EmbedderConfig, EmbeddingsConfig};
pub use error::ConfigError;
pub use limits::{LimitsConfig, ServerConfig};
pub use llama::LlamaServerConfig;
pub use model::{DeviceConfig, DrawsConfig, ModelConfig};
pub use modules::{AdversaryConfig, OpenAiConfig, ProgramConfig};
pub use units::{RulesConfig, UnitConfig};
pub use willingness::WillingnessConfig;

use crate::{
    access::Access,
    loading::{CheckedEmbedder, CheckedModule},
    roster::Roster,
    scheduler::Limits,
};
use model::hub_problem;
use serde::Deserialize;
use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};
use units::check_units;

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
    /// `[[embedders]]`
    pub embedders: Vec<EmbedderConfig>,
    /// `[[units]]`
    pub units: Vec<UnitConfig>,
    /// `[[agents]]`
    pub agents: Vec<AgentConfig>,
}

/// A configuration that has been checked.
#[derive(Debug)]
pub struct CheckedConfig {
    /// `[server]`
    pub server: ServerConfig,
    /// Who may come in.
    pub access: Access,
    /// `limits.body_bytes`
    pub body_bytes: usize,
    /// What bounds jobs.
    pub limits: Limits,
    /// In the order of the configuration.
    pub models: Vec<CheckedModule>,
    /// In the order of the configuration.
    pub embedders: Vec<CheckedEmbedder>,
    /// Whose jobs are done.
    pub roster: Roster,
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ConfigError::Unreadable`] or [`ConfigError::Form`], with line and column.
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(file)
            .map_err(|source| ConfigError::Unreadable { path: file.to_path_buf(), source })?;
        let mut config: Self = toml::from_str(&text)
            .map_err(|source| ConfigError::Form { path: file.to_path_buf(), source })?;
        let base = file.parent().unwrap_or(Path::new(""));
        for model in &mut config.models {
            if let Some(path) = &mut model.path {
                *path = base.join(&*path);
            }
            if let Some(server) = &mut model.openai {
                server.rebase(base);
            }
            if let Some(server) = &mut model.llama_server {
                server.rebase(base);
            }
            if let Some(program) = &mut model.program {
                program.rebase(base);
            }
        }
        config.embedders.iter_mut().for_each(|embedder| embedder.rebase(base));
        config.server.rebase(base);
        config.units.iter_mut().for_each(|unit| unit.rebase(base));
        Ok(config)
    }

    /// One model, a directory or a Hub id, for any agent.
    pub fn single_model(source: &str, gguf: Option<String>, temperature: f64) -> Self {
        let path = Path::new(source);
        let is_path = path.is_dir() || hub_problem(source).is_some();
        let model = ModelConfig {
            name: path
                .file_name()
                .map_or_else(|| source.to_string(), |name| name.to_string_lossy().into_owned()),
            path: is_path.then(|| path.to_path_buf()),
            hub_id: (!is_path).then(|| source.to_string()),
            gguf,
            ..ModelConfig::default()
        };
        Self {
            agents: vec![AgentConfig::any(&model.name, temperature)],
            models: vec![model],
            ..Self::default()
        }
    }

    /// One GGUF file that llama.cpp's server runs, for any agent.
    pub fn single_gguf(gguf: &Path, temperature: f64) -> Self {
        let name = gguf.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let model = ModelConfig {
            name,
            llama_server: Some(LlamaServerConfig::of(gguf)),
            ..ModelConfig::default()
        };
        Self {
            agents: vec![AgentConfig::any(&model.name, temperature)],
            models: vec![model],
            ..Self::default()
        }
    }

    /// Every model directory in `directory`, sorted by name; agents are spread over them by their
    /// keys.
    ///
    /// # Errors
    /// [`ConfigError::Unreadable`] if it is no directory.
    pub fn bundled(directory: &Path, temperature: f64) -> Result<Self, ConfigError> {
        let entries = fs::read_dir(directory)
            .map_err(|source| ConfigError::Unreadable { path: directory.to_path_buf(), source })?;
        let mut paths: Vec<PathBuf> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.join("config.json").is_file())
            .collect();
        paths.sort();
        let models: Vec<ModelConfig> = paths
            .into_iter()
            .map(|path| ModelConfig {
                name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                path: Some(path),
                ..ModelConfig::default()
            })
            .collect();
        let agents =
            models.iter().map(|model| AgentConfig::any(&model.name, temperature)).collect();
        Ok(Self { models, agents, ..Self::default() })
    }

    /// Checks everything that can be checked without loading a model or fetching anything.
    ///
    /// # Errors
    /// [`ConfigError`], with the key or file.
    pub fn check(self) -> Result<CheckedConfig, ConfigError> {
        let (access, limits) = (self.server.access()?, self.limits.check()?);
        if self.models.is_empty() {
            return Err(ConfigError::NoModels);
        }
        if self.agents.is_empty() {
            return Err(ConfigError::NoAgents);
        }
        let embedders = self.embedders();
        let names: Vec<String> = self.models.iter().map(|model| model.name.clone()).collect();
        let mut seen = HashSet::new();
        if let Some(name) = names.iter().find(|name| name.is_empty() || !seen.insert(name.as_str()))
        {
            return Err(ConfigError::ModelName(name.clone()));
        }
        let embedders = embedders?;
        let mut taken: HashSet<String> = names.iter().cloned().collect();
        for CheckedEmbedder { name, .. } in &embedders {
            if !taken.insert(name.clone()) {
                return Err(ConfigError::EmbedderName(name.clone()));
            }
        }
        let units = check_units(self.units)?;
        let mut agents = Vec::new();
        for agent in self.agents {
            let model = names.iter().position(|name| *name == agent.model);
            let model = model.ok_or_else(|| ConfigError::UnknownModel(agent.model.clone()))?;
            agents.push((agent.key, agent.check(model, &units)?));
        }
        let roster = Roster::new(agents).map_err(ConfigError::RepeatedAgent)?;
        let check = |(index, model): (usize, ModelConfig)| {
            model.check(names.get(..index).unwrap_or_default())
        };
        let models = self.models.into_iter().enumerate().map(check).collect::<Result<_, _>>()?;
        Ok(CheckedConfig {
            server: self.server,
            access,
            body_bytes: self.limits.body_bytes,
            limits,
            models,
            embedders,
            roster,
        })
    }

    /// Checks `[[embedders]]` alone.
    ///
    /// # Errors
    /// [`ConfigError::Embedder`].
    pub fn embedders(&self) -> Result<Vec<CheckedEmbedder>, ConfigError> {
        self.embedders.iter().cloned().map(EmbedderConfig::check).collect()
    }
}

#[cfg(test)]
mod tests;
