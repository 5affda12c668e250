//! What can be wrong with a configuration.

use crate::{loading::LoadError, protocol::AgentKey};
use std::path::PathBuf;

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
    #[error("models: the name {0:?} is empty or given twice")]
    ModelName(String),
    /// None or several of `path`, `hub_id`, `openai`, `llama_server` and `program`, or one that
    /// makes no sense.
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
    /// An embedder without a name, or one that has the name of another, or of a model.
    #[error("embedders: the name {0:?} is empty or given twice, or is that of a model")]
    EmbedderName(String),
    /// An embedder that makes no sense, or is not where it should be.
    #[error("embedder {embedder:?}: {problem}")]
    Embedder {
        /// Its name.
        embedder: String,
        /// What is wrong.
        problem: String,
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
    #[error("agents: the key {0} is given twice")]
    RepeatedAgent(AgentKey),
    /// A key of `[server]` that makes no sense.
    #[error("server.{0}")]
    Server(String),
    /// A limit of 0.
    #[error("limits.{0}: must be at least 1")]
    NoRoom(&'static str),
}
