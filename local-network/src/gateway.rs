//! The gateway of a network of one's own: OpenAI's protocol and the explorer, on loopback, paid by
//! an account of the development chain. Its API key is made once and kept.

use crate::{
    binaries::{beside, named_by, of_repository},
    http::is_healthy,
    private::{private_folder, write_private},
    Failure, Process,
};
use serde_json::Value;
use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use waggle_client::observer::Observer;

/// How long the gateway may take to listen: it brings its payers to their float first.
const DEADLINE: Duration = Duration::from_secs(120);
/// Who pays: an account of development chains, whose key everybody knows.
const PAYER: &str = "//Alice";
/// Its database, in its directory.
const STORE: &str = "gateway.db";
/// What its API key may spend in a day, in WAG: all that anybody will.
const BUDGET: &str = "100000";

/// What to start.
#[derive(Clone, Debug)]
pub struct GatewayPlan {
    /// The program.
    pub program: PathBuf,
    /// The node that it talks to.
    pub node: String,
    /// Where its store, its log and the keys are.
    pub directory: PathBuf,
    /// Where it listens, on loopback.
    pub port: u16,
    /// The explorer's built page, if it is there.
    pub explorer: Option<PathBuf>,
}

impl GatewayPlan {
    /// What the gateway reads.
    fn configuration(&self, payer: &Path) -> toml::Table {
        let path = |path: &Path| path.display().to_string();
        let store = format!("sqlite:{}", path(&self.directory.join(STORE)));
        let mut values = vec![
            ("listen", format!("{}:{}", Ipv4Addr::LOCALHOST, self.port)),
            ("node", self.node.clone()),
            ("store", store),
            ("payer_file", path(payer)),
        ];
        if let Some(explorer) = &self.explorer {
            values.push(("explorer_dir", path(explorer)));
            values.push(("explorer_node", self.node.clone()));
        }
        values.into_iter().map(|(key, value)| (key.to_owned(), toml::Value::from(value))).collect()
    }
}

/// A running gateway. The process ends with this value.
pub struct Gateway {
    process: Process,
    port: u16,
    has_explorer: bool,
    api_key: String,
}

impl Gateway {
    /// The gateway's program: what `WAGGLE_GATEWAY` names, else the one next to this program.
    /// `None` if there is none.
    pub fn program() -> Option<PathBuf> {
        named_by("WAGGLE_GATEWAY")
            .or_else(|| beside("waggle-gateway"))
            .filter(|path| path.is_file())
    }

    /// The folder with the explorer's built page: what `WAGGLE_EXPLORER` names, else `explorer`
    /// next to this program, else that of the repository that cargo runs this in. `None` if there
    /// is none.
    pub fn explorer() -> Option<PathBuf> {
        let places =
            [named_by("WAGGLE_EXPLORER"), beside("explorer"), of_repository(&["explorer", "dist"])];
        let mut places = places.into_iter().flatten();
        let found = places.find(|folder| folder.join("index.html").is_file())?;
        found.canonicalize().ok()
    }

    /// Start it, and wait until it takes requests.
    ///
    /// # Errors
    /// [`Failure::Process`] if it does not start, or makes no key.
    pub async fn start(plan: &GatewayPlan, observer: &impl Observer) -> Result<Self, Failure> {
        let GatewayPlan { program, directory, .. } = plan;
        observer.doing("starting the gateway");
        private_folder(directory).map_err(Failure::system("directory of the gateway"))?;
        let payer = directory.join("payer.key");
        write_private(&payer, PAYER).map_err(Failure::system("payer's key"))?;
        let configuration = directory.join("gateway.toml");
        let text = toml::to_string(&plan.configuration(&payer))
            .map_err(|error| Failure::Process(format!("gateway configuration: {error}")))?;
        write_private(&configuration, &text).map_err(Failure::system("gateway configuration"))?;
        let api_key = api_key(program, directory, &configuration)?;
        let mut command = Command::new(program);
        command.arg("serve").arg("--config").arg(&configuration);
        let process = Process::spawn("gateway", command, directory)?;
        let (port, has_explorer) = (plan.port, plan.explorer.is_some());
        let mut gateway = Self { process, port, has_explorer, api_key };
        let healthy = || async { is_healthy(Ipv4Addr::LOCALHOST, port).await.then_some(()) };
        gateway.process.until("is not ready", DEADLINE, healthy).await?;
        observer.done(&format!("gateway on {}", gateway.url()));
        Ok(gateway)
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://{}:{}", Ipv4Addr::LOCALHOST, self.port)
    }

    /// What clients of OpenAI's protocol call the base URL.
    pub fn openai_url(&self) -> String {
        format!("{}/v1", self.url())
    }

    /// The explorer's address. `None` if its page was not there.
    pub fn explorer_url(&self) -> Option<String> {
        self.has_explorer.then(|| format!("{}/", self.url()))
    }

    /// The key that clients of OpenAI's protocol send.
    pub fn api_key(&self) -> &str {
        &self.api_key
    }

    /// Its process id, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Fail if it has stopped by itself.
    ///
    /// # Errors
    /// [`Failure::Process`] with the end of its log.
    pub fn check_running(&mut self) -> Result<(), Failure> {
        self.process.check_running()
    }

    /// Stop it politely: it takes no new orders, and waits a little for those that run.
    pub async fn stop(mut self) {
        self.process.stop().await;
    }
}

/// The key that was made at an earlier start, else a new one, which is written down.
fn api_key(program: &Path, directory: &Path, configuration: &Path) -> Result<String, Failure> {
    let kept = directory.join("api.key");
    let has_store = directory.join(STORE).exists();
    match std::fs::read_to_string(&kept) {
        Ok(key) if has_store && !key.trim().is_empty() => return Ok(key.trim().to_owned()),
        _ => {}
    }
    let failed = |reason: &str| Failure::Process(format!("the gateway made no key: {reason}"));
    let mut command = Command::new(program);
    // No other key has this name, also where an earlier one was lost.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let name = format!("local-{}", now.as_millis());
    command.args(["keys", "create", "--name", &name, "--budget", BUDGET, "--json"]);
    command.arg("--config").arg(configuration);
    let made = command.output().map_err(Failure::system("the gateway's key"))?;
    if !made.status.success() {
        return Err(failed(String::from_utf8_lossy(&made.stderr).trim()));
    }
    let printed: Value =
        serde_json::from_slice(&made.stdout).map_err(|error| failed(&error.to_string()))?;
    let key = printed["secret"].as_str().ok_or_else(|| failed("it printed none"))?;
    write_private(&kept, key).map_err(Failure::system("the gateway's key"))?;
    Ok(key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configuration_should_name_the_explorer_where_it_is_there() {
        let plan = GatewayPlan {
            program: "/bin/waggle-gateway".into(),
            node: "ws://127.0.0.1:9944".into(),
            directory: "/dev/gateway".into(),
            port: 8_080,
            explorer: None,
        };
        let said = plan.configuration(Path::new("/payer"));
        assert_eq!(said["listen"].as_str(), Some("127.0.0.1:8080"));
        assert_eq!(said["store"].as_str(), Some("sqlite:/dev/gateway/gateway.db"));
        assert!(!said.contains_key("explorer_dir"));
        let plan = GatewayPlan { explorer: Some("/page".into()), ..plan };
        let said = plan.configuration(Path::new("/payer"));
        assert_eq!(said["explorer_node"].as_str(), Some("ws://127.0.0.1:9944"));
        let text = toml::to_string(&said).unwrap();
        assert!(text.contains("explorer_dir = \"/page\""), "{text}");
    }
}
