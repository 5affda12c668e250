//! Where everything of a running `waggle up` is: told when it is there, and written into its folder
//! while it runs, for the other commands.

use crate::failure::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{json, Value};
use std::{collections::BTreeMap, io::ErrorKind, path::Path};
use waggle_local_network::write_private;

/// The file in the folder.
const FILE: &str = "up.json";

/// Where everything is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Addresses {
    /// Where clients of the chain connect.
    pub(crate) node: String,
    /// The worker.
    pub(crate) worker: String,
    /// The node's metrics.
    pub(crate) metrics: String,
    /// The gateway, if there is one.
    pub(crate) gateway: Option<String>,
    /// The explorer, if its page is there.
    pub(crate) explorer: Option<String>,
    /// What clients of OpenAI's protocol want to know, if there is a gateway.
    pub(crate) openai: Option<OpenAi>,
    /// How many agents answer.
    pub(crate) agents: usize,
    /// The ids of the processes by name.
    pub(crate) processes: BTreeMap<String, u32>,
    /// Whether the agents speak with a real model.
    #[serde(rename = "real")]
    pub(crate) is_real: bool,
    /// The folder.
    pub(crate) base: String,
}

/// How clients of OpenAI's protocol reach the gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OpenAi {
    /// The base URL.
    pub(crate) base_url: String,
    /// The API key.
    pub(crate) api_key: String,
}

impl Addresses {
    /// For scripts.
    pub(crate) fn to_json(&self) -> Value {
        json!(self)
    }

    /// For people. `ending` is what stops it.
    pub(crate) fn print(&self, ending: &str) -> String {
        let question = if self.is_real { "Why is the sky blue?" } else { "37+12" };
        let mut lines = vec![(
            "ask it",
            format!("waggle ask '{question}' --max-agents {} --url {}", self.agents, self.node),
        )];
        if let Some(explorer) = &self.explorer {
            lines.push(("explorer", explorer.clone()));
        }
        if let Some(OpenAi { base_url, api_key }) = &self.openai {
            lines.push(("OpenAI base URL", base_url.clone()));
            lines.push(("OpenAI API key", api_key.clone()));
        }
        lines.extend([
            ("an agent of yours", format!("waggle agent init --url {}", self.node)),
            ("node, worker", format!("{}, {}", self.node, self.worker)),
            ("metrics", self.metrics.clone()),
            ("data and logs", self.base.clone()),
        ]);
        let toys = if self.is_real {
            ""
        } else {
            "\n  The bundled models are toys that know six tasks (37+12, 37-12, sort 3 1 2, reverse\
             \n  golk, max 4 19 2, last golk); --real speaks with a real one."
        };
        let lines: String =
            lines.iter().map(|(name, value)| format!("\n  {name:<18} {value}")).collect();
        format!("A development network runs on this machine; {ending} stops it.{lines}{toys}")
    }

    /// Write it into the folder.
    ///
    /// # Errors
    /// [`Failure::File`].
    pub(super) fn keep(&self, folder: &Path) -> Result<(), Failure> {
        // The API key is in it.
        let file = folder.join(FILE);
        write_private(&file, &self.to_json().to_string()).map_err(Failure::file(&file))
    }

    /// What the folder says. `None`: nothing.
    ///
    /// # Errors
    /// [`Failure::File`] if it cannot be read, or another version wrote it.
    pub(super) fn kept(folder: &Path) -> Result<Option<Self>, Failure> {
        let file = folder.join(FILE);
        let failed = Failure::file(&file);
        match std::fs::read(&file) {
            Ok(text) => {
                serde_json::from_slice(&text).map(Some).map_err(|error| failed(error.into()))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Nothing is there any more.
    pub(super) fn forget(folder: &Path) {
        let _ = std::fs::remove_file(folder.join(FILE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> Addresses {
        Addresses {
            node: "ws://127.0.0.1:9944".into(),
            worker: "http://127.0.0.1:7741".into(),
            metrics: "http://127.0.0.1:9615/metrics".into(),
            gateway: Some("http://127.0.0.1:8080".into()),
            explorer: None,
            openai: Some(OpenAi {
                base_url: "http://127.0.0.1:8080/v1".into(),
                api_key: "wg-a".into(),
            }),
            agents: 7,
            processes: BTreeMap::from([("node".into(), 12)]),
            is_real: false,
            base: "/dev".into(),
        }
    }

    #[test]
    fn addresses_should_be_told_to_scripts_and_people() {
        let value = addresses().to_json();
        assert_eq!(value["openai"]["api_key"], "wg-a");
        assert_eq!(value["processes"]["node"], 12);
        assert_eq!(value["explorer"], Value::Null);
        let text = addresses().print("Ctrl-C");
        assert!(text.contains("; Ctrl-C stops it."), "{text}");
        assert!(text.contains("--max-agents 7 --url ws://127.0.0.1:9944"), "{text}");
        assert!(text.contains("wg-a") && !text.contains("explorer"), "{text}");
    }

    #[test]
    fn addresses_should_be_in_the_folder_while_it_runs() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Addresses::kept(folder.path()).unwrap(), None);
        addresses().keep(folder.path()).unwrap();
        assert_eq!(Addresses::kept(folder.path()).unwrap(), Some(addresses()));
        Addresses::forget(folder.path());
        assert_eq!(Addresses::kept(folder.path()).unwrap(), None);
        std::fs::write(folder.path().join(FILE), "{}").unwrap();
        assert!(matches!(Addresses::kept(folder.path()), Err(Failure::File { .. })));
    }
}
