//! What has been done of setting an agent up, written down after each step, so that the next run
//! goes on where this one ended. No secret is in it.

use super::mind::Mind;
use crate::failure::Failure;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use waggle_local_network::write_private;

/// The file in the agent's folder.
const FILE: &str = "agent.json";

/// What is known, and what is done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct State {
    /// A node of the chain.
    pub(crate) url: String,
    /// The chain's name.
    pub(crate) chain_name: String,
    /// What the agent's own node is given as its chain: a preset or a specification.
    pub(crate) chain: String,
    /// The chain's genesis in hex: nothing here is for another chain.
    pub(crate) genesis: String,
    /// Whether it is a chain of this machine, so that the agent's own node stays on loopback.
    pub(crate) on_loopback: bool,
    /// Addresses of nodes of the chain, if they were named.
    pub(crate) bootnodes: Vec<String>,
    /// The base path of the node that has the key, if it is not the agent's own.
    pub(crate) node_base: Option<PathBuf>,
    /// Where clients connect to the agent's own node.
    pub(crate) node_port: u16,
    /// Where the worker listens.
    pub(crate) worker_port: u16,
    /// What the agent thinks with.
    pub(crate) mind: Option<Mind>,
    /// What the worker said when it had examined it.
    pub(crate) tested: Option<String>,
    /// The file of the owner's key, if it is not the one in the folder.
    pub(crate) owner_key: Option<PathBuf>,
    /// The owner's account.
    pub(crate) owner: Option<String>,
    /// The agent key in hex.
    pub(crate) key: Option<String>,
    /// Whether the node's keystore has the agent key.
    pub(crate) inserted: bool,
    /// Whether the agent is registered.
    pub(crate) registered: bool,
    /// The domains that it was to join, and did.
    pub(crate) joined: Vec<u32>,
}

impl State {
    /// What is written in the folder. `None` if nothing has been done there.
    ///
    /// # Errors
    /// [`Failure::File`].
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>, Failure> {
        let path = folder.join(FILE);
        if !path.exists() {
            return Ok(None);
        }
        let text = std::fs::read(&path).map_err(Failure::file(&path))?;
        let read = serde_json::from_slice(&text);
        read.map(Some).map_err(|error| Failure::file(&path)(error.into()))
    }

    /// Write it down.
    ///
    /// # Errors
    /// [`Failure::File`].
    pub(super) fn write(&self, folder: &Path) -> Result<(), Failure> {
        let path = folder.join(FILE);
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        write_private(&path, &(text + "\n")).map_err(Failure::file(&path))
    }

    /// Where the keys and the worker's configuration are, below the folder.
    pub(crate) fn worker_config(folder: &Path) -> PathBuf {
        folder.join("worker.toml")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_should_be_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(State::read(folder.path()).unwrap(), None);
        let mind = Mind::Bundled { name: "a".into(), path: "/models/a".into() };
        let state = State {
            url: "ws://127.0.0.1:9944".into(),
            mind: Some(mind),
            joined: vec![3],
            node_port: 9_954,
            ..State::default()
        };
        state.write(folder.path()).unwrap();
        assert_eq!(State::read(folder.path()).unwrap(), Some(state));
    }

    #[test]
    fn state_should_be_refused_when_it_is_of_another_form() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "{\"colour\": 1}").unwrap();
        assert!(matches!(State::read(folder.path()), Err(Failure::File { .. })));
    }
}
