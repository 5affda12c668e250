//! Which models an agent could think with here: those of servers that run on this machine, the
//! toys that come with Waggle, and those that the worker knows and can fetch.

use super::{machine::Machine, mind::Mind};
use crate::{failure::Failure, programs};
use serde::Deserialize;
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use waggle_harness::swarm::{self, LineUp};

/// What `waggle-worker list --json` says.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Catalogue {
    models: Vec<Known>,
    servers: Vec<Server>,
}

/// A model that the worker knows.
#[derive(Clone, Debug, Deserialize)]
struct Known {
    name: String,
    /// What is fetched. `None`: there is nothing to fetch.
    file_bytes: Option<u64>,
    memory_bytes: u64,
    licence: String,
    note: Option<String>,
    here: Vec<String>,
}

/// A server that replied.
#[derive(Clone, Debug, Deserialize)]
struct Server {
    kind: String,
    base_url: String,
    models: Vec<String>,
}

/// Something to choose.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Offer {
    /// In a line: what it is, what it needs, how fast it is here.
    pub(crate) line: String,
    /// What it is.
    pub(crate) what: Offered,
}

/// What can be chosen.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Offered {
    /// It is there.
    There(Mind),
    /// The worker fetches it, by this name.
    Fetch(String),
}

impl Catalogue {
    /// Ask the worker's program.
    ///
    /// # Errors
    /// [`Failure::Program`].
    pub(crate) fn of(worker: &Path) -> Result<Self, Failure> {
        let failed = |reason: String| Failure::program(worker, reason);
        let said = Command::new(worker).args(["list", "--json"]).output();
        let said = said.map_err(|error| failed(error.to_string()))?;
        if !said.status.success() {
            return Err(failed(String::from_utf8_lossy(&said.stderr).trim().to_owned()));
        }
        serde_json::from_slice(&said.stdout).map_err(|error| failed(error.to_string()))
    }

    /// What may be chosen on this machine, what needs nothing first.
    pub(crate) fn offers(&self, machine: &Machine, bundled: &[Mind]) -> Vec<Offer> {
        let served = self.servers.iter().flat_map(|server| {
            // A gateway of Waggle's is a swarm: an agent that asks it would ask itself.
            let models = server.models.iter().filter(|model| !model.starts_with("waggle"));
            models.map(move |model| Offer {
                line: format!("{model}, served by {} on this machine", server.kind),
                what: Offered::There(Mind::Server {
                    base_url: server.base_url.clone(),
                    model: model.clone(),
                    api_key_file: None,
                }),
            })
        });
        let toys = bundled.iter().map(|mind| Offer {
            line: format!("{}: knows six tasks, to try everything out", mind.print()),
            what: Offered::There(mind.clone()),
        });
        let mut known: Vec<&Known> =
            self.models.iter().filter(|known| known.file_bytes.is_some()).collect();
        known.retain(|known| machine.has_room_for(known.memory_bytes));
        known.sort_by_key(|known| std::cmp::Reverse(known.memory_bytes));
        let fetched = known.into_iter().map(|known| known.offer(machine));
        served.chain(fetched).chain(toys).collect()
    }

    /// Whether the worker can fetch a model of this name.
    pub(crate) fn can_fetch(&self, name: &str) -> bool {
        self.models.iter().any(|known| known.name == name && known.file_bytes.is_some())
    }

    /// The names of the models that the worker can fetch.
    pub(crate) fn names(&self) -> Vec<&str> {
        let known = self.models.iter().filter(|known| known.file_bytes.is_some());
        known.map(|known| known.name.as_str()).collect()
    }
}

impl Known {
    fn offer(&self, machine: &Machine) -> Offer {
        let bytes = self.file_bytes.unwrap_or_default();
        let gigabytes = |bytes: u64| bytes as f64 / 1e9;
        let fetch = if self.here.is_empty() {
            format!("{:.1} GB to fetch", gigabytes(bytes))
        } else {
            "is here".to_owned()
        };
        let speed = machine.tokens_per_second(bytes);
        let note = self.note.as_ref().map(|note| format!("; {note}")).unwrap_or_default();
        let line = format!(
            "{}: {fetch}, {:.1} GB of memory, at most about {speed:.0} tokens/s on this CPU, {}\
             {note}",
            self.name,
            gigabytes(self.memory_bytes),
            self.licence
        );
        Offer { line, what: Offered::Fetch(self.name.clone()) }
    }
}

/// The language models among the bundled ones.
///
/// # Errors
/// [`Failure::Network`] if their list is not there.
pub(crate) fn bundled(models: &Path) -> Result<Vec<Mind>, Failure> {
    let line_up = LineUp::bundled(models).map_err(waggle_local_network::Failure::from)?;
    let mut minds: Vec<Mind> = Vec::new();
    for agent in line_up.agents {
        let is_model = matches!(agent.mind, swarm::Mind::Model { .. });
        if is_model && !minds.iter().any(|mind| mind.name() == agent.model) {
            minds.push(Mind::Bundled { name: agent.model, path: agent.directory });
        }
    }
    Ok(minds)
}

/// llama.cpp's server, which a GGUF file needs.
///
/// # Errors
/// [`Failure::Input`] if there is none.
pub(crate) fn llama_server(named: Option<&PathBuf>) -> Result<PathBuf, Failure> {
    named.cloned().or_else(programs::llama_server).ok_or_else(|| {
        Failure::Input(
            "a GGUF file needs llama.cpp's llama-server, and there is none in PATH: install it \
             (./scripts/llama builds it), or name it with --llama-server"
                .into(),
        )
    })
}

/// Have the worker's program fetch a model that it knows; it shows how far it is. Goes on where an
/// earlier download broke off.
///
/// # Errors
/// [`Failure::Program`].
pub(crate) fn fetch(worker: &Path, name: &str, llama_server: PathBuf) -> Result<Mind, Failure> {
    let failed = |reason: String| Failure::program(worker, reason);
    let mut command = Command::new(worker);
    command.args(["pull", name]).stderr(Stdio::inherit());
    let said = command.output().map_err(|error| failed(error.to_string()))?;
    if !said.status.success() {
        return Err(failed(format!("could not fetch {name}; run this again to go on")));
    }
    let file = fetched(&String::from_utf8_lossy(&said.stdout)).map_err(failed)?;
    Ok(Mind::Gguf { name: name.to_owned(), file, llama_server })
}

/// The file that the lines for a configuration name.
fn fetched(lines: &str) -> Result<PathBuf, String> {
    let table: toml::Table = lines.parse().map_err(|error: toml::de::Error| error.to_string())?;
    let model = table.get("models").and_then(|models| models.get(0));
    let file = model.and_then(|model| model.get("llama_server")?.get("gguf")?.as_str());
    file.map(PathBuf::from).ok_or_else(|| "pull named no file".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"{
        "models": [
            {"name": "small", "architecture": "llama", "parameters": 1, "file_bytes": 100000000,
             "memory_bytes": 300000000, "licence": "Apache-2.0", "hub_id": "a/b", "cpu": "x",
             "gpu": "y", "tried": [], "here": [], "note": null},
            {"name": "huge", "architecture": "llama", "parameters": 1, "file_bytes": 90000000000,
             "memory_bytes": 99000000000, "licence": "MIT", "hub_id": "a/b", "cpu": "x",
             "gpu": "y", "tried": [], "here": [], "note": null},
            {"name": "unfetched", "architecture": "llama", "parameters": 1, "file_bytes": null,
             "memory_bytes": 1, "licence": "MIT", "hub_id": "a/b", "cpu": "x", "gpu": "y",
             "tried": [], "here": [], "note": "n"}],
        "servers": [{"kind": "Ollama", "base_url": "http://127.0.0.1:11434/v1", "models": ["q"]}]
    }"#;

    fn machine() -> Machine {
        Machine {
            cores: 2,
            processor: None,
            memory_gib: Some(8.0),
            gpus: Vec::new(),
            bytes_per_second: 10e9,
        }
    }

    #[test]
    fn offers_should_be_what_fits_this_machine() {
        let catalogue: Catalogue = serde_json::from_str(LIST).unwrap();
        let toy = Mind::Bundled { name: "toy".into(), path: "/toy".into() };
        let offers = catalogue.offers(&machine(), &[toy]);
        assert_eq!(offers.len(), 3, "{offers:?}");
        assert!(offers[0].line.starts_with("q, served by Ollama"), "{offers:?}");
        assert_eq!(offers[1].what, Offered::Fetch("small".into()));
        assert!(offers[1].line.contains("100 tokens/s"), "{offers:?}");
        assert!(catalogue.can_fetch("huge") && !catalogue.can_fetch("unfetched"));
        assert_eq!(catalogue.names(), ["small", "huge"]);
    }

    #[test]
    fn file_should_be_the_one_that_pull_names() {
        let lines =
            "# a\n[[models]]\nname = \"a\"\n[models.llama_server]\ngguf = \"/m/a.gguf\"\n\n\
                     [[agents]]\nkey = \"*\"\nmodel = \"a\"\n";
        assert_eq!(fetched(lines), Ok("/m/a.gguf".into()));
        assert!(fetched("").is_err() && fetched("=").is_err());
    }

    #[test]
    fn toys_should_be_the_language_models_of_the_list_once_each() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "expert"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let list = r#"[{"model": "a", "temperature": 0.3}, {"model": "a", "temperature": 0.0},
                       {"model": "expert", "command": ["sh"]}]"#;
        std::fs::write(folder.path().join("swarm.json"), list).unwrap();
        let names: Vec<String> =
            bundled(folder.path()).unwrap().iter().map(|mind| mind.name().to_owned()).collect();
        assert_eq!(names, ["a"]);
    }
}
