//! What the worker serves, as `GET /v1/models` tells it and the log says at the start.

use serde::Serialize;

/// The body of `GET /v1/models`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Catalogue {
    /// In the order of the configuration.
    pub models: Vec<CatalogueModel>,
    /// In the order of the configuration.
    pub embedders: Vec<CatalogueEmbedder>,
    /// How many agents are listed by their keys.
    pub listed_agents: usize,
    /// Whether agents that are not listed are served too.
    pub any_agent: bool,
}

/// One model.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CatalogueModel {
    /// Its name in the configuration.
    pub name: String,
    /// Its directory, file, Hub id, server or command.
    pub source: String,
    /// Where it runs: `cpu`, a GPU, `server`, `llama-server` or `program`.
    pub device: String,
    /// The precision of its weights, as loaded; `auto` where mistral.rs chooses; absent for what
    /// it does not load.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dtype: Option<String>,
    /// SHA-256 of its weights, by which claims name it; absent if others cannot have them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<String>,
    /// Prompt and reply together, in tokens; absent if the model does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_tokens: Option<usize>,
    /// The longest answer, in tokens; absent for a program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_answer_tokens: Option<usize>,
    /// Whether it is asked to end answers to closed questions with a line `Answer: X`; absent for
    /// a program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub final_line: Option<bool>,
    /// The texts of its grade tokens; none for a program.
    pub grades: Vec<String>,
    /// How many entries of `[[agents]]` use it.
    pub agents: usize,
    /// Why it is not served, in one line; absent if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// One embedder.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CatalogueEmbedder {
    /// Its name in the configuration.
    pub name: String,
    /// Its directory, or its server.
    pub source: String,
    /// By which jobs name it: SHA-256 of its weights; of a server the operator's word for that.
    /// Absent if it is not served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// How many dimensions its points have; absent if that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<usize>,
    /// Why it is not served, in one line; absent if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}
