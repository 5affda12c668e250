//! The gateway of a network of one's own: OpenAI's protocol and the explorer, on loopback, paid by
//! an account of the development chain. Its API key is made once and kept.

use crate::{
    binaries::{beside, named_by},
    http::is_healthy,
    private::{private_folder, write_private},
    Failure, Process,
};
use serde_json::Value;
use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use waggle_client::observer::Observer;

/// How long the gateway may take to listen: it brings its payers to their float first.
const DEADLINE: Duration = Duration::from_secs(120);
/// Who pays: an account of development chains, whose key everybody knows.
const PAYER: &str = "//Alice";

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
    /// next to this program, else that of the repository that cargo runs this in, or below the
    /// working directory. `None` if there is none.
    pub fn explorer() -> Option<PathBuf> {
        let built = |root: PathBuf| root.join("explorer").join("dist");
        let repository = named_by("CARGO_MANIFEST_DIR").map(|package| built(package.join("..")));
        let places = [
            named_by("WAGGLE_EXPLORER"),
            beside("explorer"),
            repository,
            Some(built(PathBuf::new())),
        ];
        let mut places = places.into_iter().flatten();
        let found = places.find(|folder| folder.join("index.html").is_file())?;
        found.canonicalize().ok()
    }

    /// Start it, and wait until it takes requests.
    ///
    /// # Errors
    /// [`Failure::Process`] if it does not start, or makes no key.
    pub async fn start(plan: &GatewayPlan, observer: &impl Observer) -> Result<Self, Failure> {
        let GatewayPlan { program, node, directory, port, explorer } = plan;
        observer.doing("starting the gateway");
        private_folder(directory).map_err(Failure::system("directory of the gateway"))?;
        let payer = directory.join("payer.key");
        write_private(&payer, PAYER).map_err(Failure::system("payer's key"))?;
        let store = directory.join("gateway.db");
        let api_key = api_key(program, directory, &store)?;
        let mut command = Command::new(program);
        command.args(["serve", "--listen", &format!("{}:{port}", Ipv4Addr::LOCALHOST)]);
        command.args(["--node", node]).arg("--store").arg(&store).arg("--payer-file").arg(&payer);
        if let Some(explorer) = explorer {
            command.arg("--explorer-dir").arg(explorer);
        }
        let process = Process::spawn("gateway", command, directory)?;
        let (port, has_explorer) = (*port, explorer.is_some());
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
fn api_key(program: &Path, directory: &Path, store: &Path) -> Result<String, Failure> {
    let kept = directory.join("api.key");
    let has_store = store.exists();
    match std::fs::read_to_string(&kept) {
        Ok(key) if has_store && !key.trim().is_empty() => return Ok(key.trim().to_owned()),
        _ => {}
    }
    let failed = |reason: &str| Failure::Process(format!("the gateway made no key: {reason}"));
    let mut command = Command::new(program);
    command.args(["keys", "create", "local", "--json", "--store"]).arg(store);
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
