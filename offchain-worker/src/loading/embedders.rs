//! Embedders: a directory is read, a server is asked nothing yet. One that cannot be loaded does
//! not stop the others: its jobs are declined, since nobody has its digest.

use super::error::{LoadError, LOG_TARGET};
use crate::{
    backend::openai::OpenAiSpec,
    catalogue::CatalogueEmbedder,
    embedding::{bert::BertEmbedder, Recent, ServedEmbedder, ServerEmbedder},
    protocol::Hex32,
};
use std::{path::PathBuf, sync::Arc, time::Instant};
use tracing::{error, info};

/// An embedder that can be loaded.
#[derive(Clone, Debug)]
pub struct CheckedEmbedder {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub source: EmbedderSource,
}

/// Where an embedder comes from.
#[derive(Clone, Debug)]
pub enum EmbedderSource {
    /// A sentence model on this machine.
    Directory {
        /// Where it is.
        path: PathBuf,
        /// What its digest has to be, if the operator says.
        sha256: Option<Hex32>,
    },
    /// A server.
    Server {
        /// How it is asked.
        spec: Box<OpenAiSpec>,
        /// The most texts of a request.
        batch: usize,
        /// By which jobs name it: the operator's word.
        sha256: Hex32,
    },
}

/// What became of an embedder, and what an operator is told of it.
pub struct LoadedEmbedder {
    /// `None` if it cannot be served.
    pub served: Option<ServedEmbedder>,
    /// For `GET /v1/models`.
    pub entry: CatalogueEmbedder,
}

impl CheckedEmbedder {
    /// Its name in the configuration.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Loads all of them, in their order.
    pub async fn load_all(embedders: Vec<Self>) -> Vec<LoadedEmbedder> {
        let mut loaded = Vec::with_capacity(embedders.len());
        for embedder in embedders {
            loaded.push(embedder.load().await);
        }
        loaded
    }

    async fn load(self) -> LoadedEmbedder {
        let (name, started) = (self.name.clone(), Instant::now());
        let source = match &self.source {
            EmbedderSource::Directory { path, .. } => path.display().to_string(),
            EmbedderSource::Server { spec, .. } => format!("{} at {}", spec.model, spec.base_url),
        };
        let mut entry = CatalogueEmbedder { name, source, ..CatalogueEmbedder::default() };
        let attempt = tokio::task::spawn_blocking(move || self.attempt()).await;
        let attempt = attempt.map_err(|panic| panic.to_string());
        match attempt.and_then(|attempt| attempt.map_err(|error| error.to_string())) {
            Ok((served, dimensions)) => {
                let (sha256, took) = (served.sha256, started.elapsed());
                info!(target: LOG_TARGET, embedder = entry.name, %sha256, ?took, "loaded");
                entry.sha256 = Some(sha256.to_string());
                entry.dimensions = dimensions;
                LoadedEmbedder { served: Some(served), entry }
            }
            Err(problem) => {
                let embedder = &entry.name;
                error!(target: LOG_TARGET, embedder, problem, "NOT LOADED: its jobs are declined");
                entry.problem = Some(problem);
                LoadedEmbedder { served: None, entry }
            }
        }
    }

    /// Keeps the calling thread busy.
    fn attempt(self) -> Result<(ServedEmbedder, Option<usize>), LoadError> {
        let name = self.name;
        match self.source {
            EmbedderSource::Directory { path, sha256 } => {
                let embedder = BertEmbedder::load(&path)?;
                let (found, dimensions) = (embedder.sha256(), embedder.dimensions());
                if let Some(wanted) = sha256.filter(|wanted| *wanted != found) {
                    return Err(LoadError::OtherWeights { found, wanted });
                }
                let embedder = Arc::new(Recent::new(Arc::new(embedder)));
                Ok((ServedEmbedder { name, sha256: found, embedder }, Some(dimensions)))
            }
            EmbedderSource::Server { spec, batch, sha256 } => {
                let embedder = ServerEmbedder::new(*spec, batch).map_err(LoadError::Server)?;
                let embedder = Arc::new(Recent::new(Arc::new(embedder)));
                Ok((ServedEmbedder { name, sha256, embedder }, None))
            }
        }
    }
}
