//! Where everything of a running `waggle up` is: told when it is there, and written into its folder
//! while it runs, for the other commands.

use crate::failure::Failure;
use serde_json::{json, Map, Value};
use std::path::{Path, PathBuf};
use waggle_local_network::write_private;

/// The file in the folder.
const FILE: &str = "up.json";

/// Where everything is.
#[derive(Clone, Debug)]
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
    /// For clients of OpenAI's protocol: base URL and API key.
    pub(crate) openai: Option<(String, String)>,
    /// How many agents answer.
    pub(crate) agents: usize,
    /// The processes by name.
    pub(crate) processes: Vec<(String, u32)>,
    /// Whether the agents speak with a real model.
    pub(crate) is_real: bool,
    /// The folder.
    pub(crate) base: PathBuf,
}

impl Addresses {
    /// For scripts.
    pub(crate) fn to_json(&self) -> Value {
        let processes = self.processes.iter().map(|(name, id)| (name.clone(), Value::from(*id)));
        json!({
            "node": self.node,
            "worker": self.worker,
            "metrics": self.metrics,
            "gateway": self.gateway,
            "explorer": self.explorer,
            "openai": self.openai.as_ref().map(|(url, key)| {
                json!({ "base_url": url, "api_key": key })
            }),
            "agents": self.agents,
            "processes": Map::from_iter(processes),
            "base": self.base.display().to_string(),
        })
    }

    /// For people.
    pub(crate) fn print(&self) -> String {
        let question = if self.is_real { "Why is the sky blue?" } else { "37+12" };
        let mut lines = vec![(
            "ask it",
            format!("waggle ask '{question}' --max-agents {} --url {}", self.agents, self.node),
        )];
        if let Some(explorer) = &self.explorer {
            lines.push(("explorer", explorer.clone()));
        }
        if let Some((url, key)) = &self.openai {
            lines.push(("OpenAI base URL", url.clone()));
            lines.push(("OpenAI API key", key.clone()));
        }
        lines.extend([
            ("an agent of yours", format!("waggle agent init --url {}", self.node)),
            ("node, worker", format!("{}, {}", self.node, self.worker)),
            ("metrics", self.metrics.clone()),
            ("data and logs", self.base.display().to_string()),
        ]);
        let toys = if self.is_real {
            ""
        } else {
            "\n  The bundled models are toys that know six tasks (37+12, 37-12, sort 3 1 2, reverse\
             \n  golk, max 4 19 2, last golk); --real speaks with a real one."
        };
        let lines: String =
            lines.iter().map(|(name, value)| format!("\n  {name:<18} {value}")).collect();
        format!("A development network runs on this machine; Ctrl-C stops it.{lines}{toys}")
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
            openai: Some(("http://127.0.0.1:8080/v1".into(), "wg-a".into())),
            agents: 7,
            processes: vec![("node".into(), 12)],
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
        let text = addresses().print();
        assert!(text.contains("--max-agents 7 --url ws://127.0.0.1:9944"), "{text}");
        assert!(text.contains("wg-a") && !text.contains("explorer"), "{text}");
    }

    #[test]
    fn addresses_should_be_in_the_folder_while_it_runs() {
        let folder = tempfile::tempdir().unwrap();
        addresses().keep(folder.path()).unwrap();
        let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
        assert!(text.contains("ws://127.0.0.1:9944"));
        Addresses::forget(folder.path());
        assert!(!folder.path().join(FILE).exists());
    }
}
