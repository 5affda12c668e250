//! The gateway's process: started with a configuration of its own, killed, started again.

use std::{
    fs::{OpenOptions, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::process::{Child, Command};
use waggle_local_network::free_port;

/// How long a gateway may take until it is healthy: it brings its payers to their float first.
const DEADLINE: Duration = Duration::from_secs(120);
/// How long it may take to end when asked to.
const END: Duration = Duration::from_secs(90);
/// The account whose money all gateways of these tests spend.
pub(crate) const PAYER: &str = "//Eve";
/// How many accounts pay for each gateway.
pub(crate) const PAYERS: u32 = 8;

/// What one gateway is started with.
#[derive(Clone)]
pub(crate) struct Setting {
    /// The node.
    pub(crate) node: String,
    /// The database.
    pub(crate) store: String,
    /// The account that pays.
    pub(crate) payer: String,
    /// Names its log, its configuration and the file with its account.
    pub(crate) name: String,
    /// Where these are.
    pub(crate) directory: PathBuf,
}

/// What a key may do.
pub(crate) struct Allowance {
    /// Its name.
    pub(crate) name: String,
    /// WAG a day.
    pub(crate) budget: u32,
    /// Requests a minute.
    pub(crate) rate: u32,
}

impl Allowance {
    pub(crate) fn new(name: &str, budget: u32, rate: u32) -> Self {
        Self { name: name.to_owned(), budget, rate }
    }
}

impl Setting {
    /// The configuration of a gateway that listens on `port`, in a file.
    fn configuration(&self, port: u16) -> String {
        let file = |extension: &str| self.directory.join(format!("{}.{extension}", self.name));
        let (payer, configuration) = (file("payer"), file("toml"));
        std::fs::write(&payer, format!("{}\n", self.payer)).unwrap();
        std::fs::set_permissions(&payer, Permissions::from_mode(0o600)).unwrap();
        let text = format!(
            "listen = \"127.0.0.1:{port}\"\nnode = {:?}\nstore = {:?}\npayer_file = {:?}\n\
             payers = {PAYERS}\n",
            self.node,
            self.store,
            payer.display().to_string()
        );
        std::fs::write(&configuration, text).unwrap();
        configuration.display().to_string()
    }

    /// The program with a subcommand.
    fn command(&self, subcommand: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_waggle-gateway"));
        command.args([subcommand, "--config", &self.configuration(0)]);
        command
    }

    /// The words that serve MCP on standard input and output, without the key.
    pub(crate) fn stdio_words(&self) -> Vec<String> {
        let program = env!("CARGO_BIN_EXE_waggle-gateway");
        let configuration = self.configuration(0);
        [program, "mcp", "--config", &configuration].map(String::from).to_vec()
    }

    /// Make a key, and return its secret.
    pub(crate) async fn key(&self, allowance: &Allowance) -> String {
        let Allowance { name, budget, rate } = allowance;
        let (budget, rate) = (budget.to_string(), rate.to_string());
        let mut command = self.command("keys");
        command.args(["create", "--name", name, "--json"]);
        command.args(["--budget", &budget, "--rate", &rate, "--concurrent", "500"]);
        let made = command.output().await.unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
        made["secret"].as_str().expect("the secret is shown").to_owned()
    }

    /// What a key has spent today, in WAG as a decimal string.
    pub(crate) async fn spent(&self, name: &str) -> String {
        let listed = self.command("keys").args(["list", "--json"]).output().await.unwrap();
        assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
        let listed = String::from_utf8(listed.stdout).unwrap();
        let read = |key| serde_json::from_str::<serde_json::Value>(key).unwrap();
        let mut keys = listed.lines().map(read);
        let key = keys.find(|key| key["name"] == name).expect("the key is listed");
        key["spent_today"].as_str().expect("an amount").to_owned()
    }

    /// Start the gateway on a free port, and wait until it is healthy.
    pub(crate) async fn start(&self) -> Gateway {
        let port = free_port().unwrap();
        let log = self.directory.join(format!("{}.log", self.name));
        let output = OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let mut command = self.command("serve");
        command.args(["--listen", &format!("127.0.0.1:{port}")]);
        command.stdin(Stdio::null()).stdout(output.try_clone().unwrap()).stderr(output);
        let child = command.kill_on_drop(true).spawn().unwrap();
        let mut gateway = Gateway { setting: self.clone(), child, port, log };
        gateway.healthy().await;
        gateway
    }
}

/// A running gateway. Its process ends with this value.
pub(crate) struct Gateway {
    setting: Setting,
    child: Child,
    port: u16,
    log: PathBuf,
}

impl Gateway {
    /// Where it is, without /v1.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Kill it without warning (SIGKILL).
    pub(crate) async fn kill(mut self) -> Setting {
        self.child.kill().await.unwrap();
        self.setting
    }

    /// Ask it to end (SIGTERM), and see that it does so by itself.
    pub(crate) async fn stop(mut self) {
        let kill = format!("kill -TERM {}", self.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().await.unwrap().success());
        let ended = tokio::time::timeout(END, self.child.wait()).await;
        let status = ended.unwrap_or_else(|_| panic!("still running:\n{}", self.log()));
        assert!(status.unwrap().success(), "{}", self.log());
    }

    /// The value of a metric, with its labels as Prometheus writes them; 0 if it is not there.
    pub(crate) async fn metric(&self, name: &str) -> f64 {
        let reply = Curl::get(&format!("{}/metrics", self.url())).await.unwrap();
        let mut lines = reply.body.lines().filter_map(|line| line.rsplit_once(' '));
        let value = lines.find_map(|(found, value)| (found == name).then(|| value.parse::<f64>()));
        value.map_or(0.0, |value| value.expect("a number"))
    }

    async fn healthy(&mut self) {
        let begin = Instant::now();
        let url = format!("{}/healthz", self.url());
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("the gateway ended with {status}:\n{}", self.log());
            }
            if Curl::get(&url).await.is_ok_and(|reply| reply.status == 200) {
                return;
            }
            assert!(begin.elapsed() < DEADLINE, "not healthy:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// What it has written.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

/// A reply that curl got.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The value of `X-Waggle-Round`, if there is one.
    pub(crate) round: Option<u64>,
    /// The body.
    pub(crate) body: String,
}

/// curl, the client that everybody has.
pub(crate) struct Curl;

impl Curl {
    /// A request without a key. Errors: what curl says when there is no reply.
    pub(crate) async fn get(url: &str) -> Result<Reply, String> {
        Self::run(&["--max-time", "10", url]).await
    }

    /// Ask a question under an idempotency key. Errors: what curl says when there is no reply.
    pub(crate) async fn ask(
        url: &str,
        secret: &str,
        question: &str,
        name: &str,
    ) -> Result<Reply, String> {
        let url = format!("{url}/v1/chat/completions");
        let authorization = format!("Authorization: Bearer {secret}");
        let name = format!("Idempotency-Key: {name}");
        let body = serde_json::json!({
            "model": "waggle",
            "messages": [{ "role": "user", "content": question }],
        });
        let body = body.to_string();
        let headers = ["--header", &authorization, "--header", &name];
        let sent = ["--max-time", "180", "--json", &body, &url];
        Self::run(&[&headers[..], &sent[..]].concat()).await
    }

    async fn run(words: &[&str]) -> Result<Reply, String> {
        let mut command = Command::new("curl");
        let format = "\n%header{x-waggle-round}\n%{http_code}";
        command.args(["--silent", "--show-error", "--write-out", format]).args(words);
        let ended = command.kill_on_drop(true).output().await.expect("curl is installed");
        if !ended.status.success() {
            return Err(String::from_utf8_lossy(&ended.stderr).into_owned());
        }
        let text = String::from_utf8_lossy(&ended.stdout).into_owned();
        let mut parts = text.rsplitn(3, '\n');
        let status = parts.next().and_then(|status| status.parse().ok()).unwrap_or_default();
        let round = parts.next().and_then(|round| round.parse().ok());
        Ok(Reply { status, round, body: parts.next().unwrap_or_default().to_owned() })
    }
}

/// A SQLite database of this name in `directory`.
pub(crate) fn sqlite(directory: &Path, name: &str) -> String {
    format!("sqlite:{}", directory.join(name).display())
}
