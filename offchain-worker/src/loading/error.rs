//! Why a module cannot be served, and the name under which loading is logged.

use crate::{
    backend::{directory::DirectoryError, BackendError},
    llama::LlamaError,
    program::ProgramError,
    prompts::TemplateError,
    protocol::Hex32,
    settings::SettingsError,
};

/// The log's target: operators filter by it, so it stays when files move.
pub(super) const LOG_TARGET: &str = "waggle_worker::backend::loading";

/// Why a model cannot be served: the operator's or the model author's fault.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The directory is not a model that mistral.rs loads.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// Values that make no sense.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A template that cannot be used.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// There is too little memory for the weights.
    #[error(
        "it needs about {needed} MiB of memory and {free} MiB are free: take a smaller or more \
         quantised model, or try with --force"
    )]
    TooLarge {
        /// In MiB.
        needed: u64,
        /// In MiB.
        free: u64,
    },
    /// mistral.rs failed.
    #[error("mistral.rs cannot load it: {0}")]
    Engine(String),
    /// The weights are not those that the operator names.
    #[error("its sha256 is {found}, and not {wanted}")]
    OtherWeights {
        /// Of the file.
        found: Hex32,
        /// Of the configuration.
        wanted: Hex32,
    },
    /// The server's address or TLS.
    #[error("{0}")]
    Server(String),
    /// llama.cpp's server does not serve.
    #[error(transparent)]
    Llama(#[from] LlamaError),
    /// The program does not start.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The adversary lacks something.
    #[error("{0}")]
    Adversary(String),
    /// The loaded model does not reply.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The model's tokenizer has no single token for a grade.
    #[error("the grade {0:?} is not a single token of this model")]
    NotAToken(String),
    /// Two grades are the same token.
    #[error("the grade {0:?} has the same token as another grade")]
    SharedToken(String),
}
