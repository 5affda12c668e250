//! What an operator does with models before serving them: each command has a file.

pub mod bench;
pub mod chat;
pub mod check;
pub mod claim;
pub mod embed;
pub mod list;
pub mod pull;
mod table;

use crate::{
    fetch::FetchError,
    jobs::Outcome,
    loading::Loaded,
    metrics::Metrics,
    protocol::{JobResult, Task},
    roster::Agent,
    work::{Bounds, ServedModel},
};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    hash::{BuildHasher, RandomState},
    io::{self, Write},
    time::{Duration, Instant},
};

/// Why a command cannot be done: the operator can help it.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A name that `waggle-worker list` does not know.
    #[error("there is no model {0:?}: `waggle-worker list` names those that are known")]
    UnknownModel(String),
    /// A model without a file.
    #[error("{name}: there is nothing to fetch ({note})")]
    NothingToFetch {
        /// Its name.
        name: String,
        /// Why.
        note: String,
    },
    /// There is nothing that could embed.
    #[error("there is no embedder that could be loaded: [[embedders]] or --directory is needed")]
    NoEmbedder,
    /// An embedder gives no points.
    #[error("{name}: {problem}")]
    NoPoints {
        /// Its name.
        name: String,
        /// Why.
        problem: String,
    },
    /// A name that the configuration does not have.
    #[error("the configuration has no model {0:?} that could be loaded")]
    NotConfigured(String),
    /// Nobody uses the model.
    #[error("no agent uses the model {0:?}")]
    NoAgent(String),
    /// Fetching failed.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Reading, writing or the disk.
    #[error("{what}: {source}")]
    Io {
        /// Which file, or what of the terminal.
        what: String,
        /// Why.
        source: io::Error,
    },
}

/// Writes a command's result to standard output.
fn print(text: &str) -> Result<(), CommandError> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        // Whoever reads it has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(source) => Err(CommandError::Io { what: "standard output".to_string(), source }),
        Ok(()) => Ok(()),
    }
}

/// A bar on a terminal, of `count` steps; nothing elsewhere.
fn steps(count: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(count).unwrap_or_default());
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg} {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// How long a command waits for one job: longer than any round does.
const PATIENCE: Duration = Duration::from_secs(600);

/// Does a job as `agent` would, at once; otherwise why there is no result.
async fn perform(model: &ServedModel, agent: &Agent, task: &Task) -> Result<JobResult, String> {
    let bounds = Bounds { until: Instant::now() + PATIENCE, seed: RandomState::new().hash_one(0) };
    match model.perform(agent, task, bounds, &Metrics::default()).await.outcome {
        Outcome::Done(result) => Ok(result),
        Outcome::Declined { reason, .. }
        | Outcome::Again { reason, .. }
        | Outcome::Failed(reason)
        | Outcome::Late(reason) => Err(reason),
    }
}

/// The models that were loaded, with their positions; of all, or of that name.
fn chosen<'a>(
    loaded: &'a Loaded,
    name: Option<&str>,
) -> Result<Vec<(usize, &'a ServedModel)>, CommandError> {
    let found: Vec<(usize, &ServedModel)> = loaded
        .models
        .iter()
        .zip(&loaded.entries)
        .enumerate()
        .filter(|(_, (model, entry))| {
            entry.problem.is_none() && name.is_none_or(|name| model.name == name)
        })
        .map(|(index, (model, _))| (index, model))
        .collect();
    match (found.is_empty(), name) {
        (true, Some(name)) => Err(CommandError::NotConfigured(name.to_string())),
        _ => Ok(found),
    }
}
