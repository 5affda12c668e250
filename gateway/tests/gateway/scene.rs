//! What the scenarios share: a network with a gateway in front of it, keys of several kinds, and
//! programs of other languages that get to know both.

use crate::process::{sqlite, Allowance, Gateway, Setting, PAYER};
use serde_json::json;
use std::path::{Path, PathBuf};
use tokio::process::Command;
use waggle_local_network::{cast, models_directory, Binaries, LocalNetwork, Plan, Preset};

/// Agents in each scenario.
const AGENTS: usize = 7;
/// The account that pays for the gateway that an MCP client starts as its child.
const PAYER_OF_STDIO: &str = "//Ferdie";
/// Keys among which a crowd is shared out.
const CROWD: usize = 4;
/// What nobody uses up in a test, in WAG a day.
pub(crate) const PLENTY: u32 = 100_000;
/// Requests in a minute that nobody makes in a test.
pub(crate) const OFTEN: u32 = 10_000;

/// A network and a gateway.
pub(crate) struct Scene {
    pub(crate) network: LocalNetwork,
    pub(crate) gateway: Gateway,
    pub(crate) setting: Setting,
    directory: tempfile::TempDir,
}

/// One node and a worker with seven agents. Old blocks stay readable, so that all money can be
/// accounted for at the end.
pub(crate) async fn network() -> LocalNetwork {
    let roles = cast(&models_directory().unwrap(), AGENTS).unwrap();
    let mut plan = Plan::new(Binaries::find(None, None), Preset::Dev, roles);
    plan.node_arguments = ["--state-pruning", "archive"].map(String::from).to_vec();
    LocalNetwork::start(plan, &()).await.unwrap()
}

impl Scene {
    /// Start everything; the gateway has a SQLite database of its own.
    pub(crate) async fn start() -> Self {
        let network = network().await;
        let directory = tempfile::tempdir().unwrap();
        let setting = Setting {
            node: network.url(),
            store: sqlite(directory.path(), "gateway.sqlite"),
            payer: PAYER.into(),
            name: "gateway".into(),
            directory: directory.path().into(),
        };
        let gateway = setting.start().await;
        Self { network, gateway, setting, directory }
    }

    /// A key that may ask as much as it wants.
    pub(crate) async fn plenty(&self, name: &str) -> String {
        self.setting.key(&Allowance::new(name, PLENTY, OFTEN)).await
    }

    /// Run a program of the folder `clients/LANGUAGE` that is told of the gateway and the keys, and
    /// see that it succeeds. What it prints goes where the test's output goes.
    pub(crate) async fn run(&self, language: &str, program: &Path, words: &[&str]) {
        let mut many = Vec::new();
        for number in 0..CROWD {
            many.push(self.plenty(&format!("crowd-{number}-{language}")).await);
        }
        let named = |what: &str| format!("{what}-{language}");
        let keys = json!({
            "plenty": self.plenty(&named("plenty")).await,
            "poor": self.setting.key(&Allowance::new(&named("poor"), 1, OFTEN)).await,
            "rare": self.setting.key(&Allowance::new(&named("rare"), PLENTY, 1)).await,
            "many": many,
        });
        let mut command = Command::new(program);
        command
            .args(words)
            .current_dir(clients().join(language))
            .env("WAGGLE_GATEWAY_URL", self.gateway.url())
            .env("WAGGLE_GATEWAY_KEYS", keys.to_string())
            .env("WAGGLE_GATEWAY_PID", self.gateway.id().to_string())
            .env("WAGGLE_GATEWAY_STDIO", self.stdio(&named("stdio")).await)
            .env("PYTHONDONTWRITEBYTECODE", "1");
        let status = command.kill_on_drop(true).status().await.unwrap();
        assert!(status.success(), "{language} {words:?}: {status}\n{}", self.gateway.log());
    }

    /// How an MCP client starts a gateway of its own: another account pays, and another database
    /// has the keys, since one process at a time serves with a file.
    async fn stdio(&self, name: &str) -> String {
        let setting = Setting {
            store: sqlite(self.directory.path(), "stdio.sqlite"),
            payer: PAYER_OF_STDIO.into(),
            name: "stdio".into(),
            ..self.setting.clone()
        };
        let key = setting.key(&Allowance::new(name, PLENTY, OFTEN)).await;
        json!({ "words": setting.stdio_words(), "environment": { "WAGGLE_KEY": key } }).to_string()
    }

    /// Stop all.
    pub(crate) async fn stop(self) {
        self.gateway.stop().await;
        self.network.stop().await;
    }
}

/// The folder of the clients in other languages, in the checkout that cargo runs this in.
fn clients() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
    Path::new(&package).join("clients")
}

/// Python of the environment that `./scripts/gateway` makes.
pub(crate) fn python() -> PathBuf {
    let python = std::env::var_os("WAGGLE_PYTHON").expect("./scripts/gateway sets WAGGLE_PYTHON");
    python.into()
}
