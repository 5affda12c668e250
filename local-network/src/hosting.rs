//! A node and a worker for agents of one's own: they join a chain that others run. Both end with
//! this value, and what they wrote stays.

use crate::{http::is_healthy, private::private_folder, Binaries, Failure, Process, Surroundings};
use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};
use waggle_client::{chain::Chain, observer::Observer};

/// How long the node may take to have a block: it compiles the runtime first, and looks for others.
const NODE_DEADLINE: Duration = Duration::from_secs(300);
/// How long the worker may take to load its models, real ones from a slow disk.
const WORKER_DEADLINE: Duration = Duration::from_secs(600);

/// What to start.
#[derive(Clone, Debug)]
pub struct HostingPlan {
    /// The programs.
    pub binaries: Binaries,
    /// Where both write: the node's base path is `node` in it.
    pub directory: PathBuf,
    /// What the node's `--chain` is given: a preset's name or a specification's path.
    pub chain: String,
    /// The genesis of the chain that is meant.
    pub genesis: [u8; 32],
    /// Addresses of nodes of that chain.
    pub bootnodes: Vec<String>,
    /// Whether the node takes peers on loopback only.
    pub on_loopback: bool,
    /// Where clients connect to the node, on loopback.
    pub node_port: u16,
    /// The worker's configuration.
    pub worker_config: PathBuf,
    /// Where the worker listens, on loopback.
    pub worker_port: u16,
}

impl HostingPlan {
    /// The node's base path below the directory of a plan.
    pub fn base_path(directory: &Path) -> PathBuf {
        directory.join("node")
    }

    /// The command that starts the node.
    pub fn node_command(&self) -> Command {
        let mut command = Surroundings::default().command(&self.binaries.node);
        command.arg("--chain").arg(&self.chain);
        command.arg("--base-path").arg(Self::base_path(&self.directory));
        command.args(["--rpc-port", &self.node_port.to_string()]);
        command.args(["--worker-url", &self.worker_url()]);
        command.args(["--no-telemetry", "--no-prometheus"]);
        if self.on_loopback {
            command.args(["--no-mdns", "--listen-addr", "/ip4/127.0.0.1/tcp/0"]);
        }
        if !self.bootnodes.is_empty() {
            command.arg("--bootnodes").args(&self.bootnodes);
        }
        command
    }

    /// The command that starts the worker.
    pub fn worker_command(&self) -> Command {
        let mut command = Surroundings::default().command(&self.binaries.worker);
        command.arg("--config").arg(&self.worker_config);
        command.args(["--listen", &format!("{}:{}", Ipv4Addr::LOCALHOST, self.worker_port)]);
        command
    }

    /// Where clients connect to the node.
    pub fn node_url(&self) -> String {
        format!("ws://{}:{}", Ipv4Addr::LOCALHOST, self.node_port)
    }

    /// Where the node finds the worker.
    pub fn worker_url(&self) -> String {
        format!("http://{}:{}", Ipv4Addr::LOCALHOST, self.worker_port)
    }
}

/// The running processes.
pub struct Hosting {
    node: Process,
    worker: Process,
}

impl Hosting {
    /// Start both, and wait until the worker has a model that can serve and the node has a block,
    /// though not yet the others' newest.
    ///
    /// # Errors
    /// [`Failure::Process`] if a program is not there, a process does not start, or the node's
    /// chain is not the one that is meant.
    pub async fn start(plan: &HostingPlan, observer: &impl Observer) -> Result<Self, Failure> {
        plan.binaries.check()?;
        private_folder(&plan.directory).map_err(Failure::system("directory of the agent"))?;
        let begin = Instant::now();
        let worker = Process::spawn("worker", plan.worker_command(), &plan.directory)?;
        let node = Process::spawn("node", plan.node_command(), &plan.directory)?;
        let mut hosting = Self { node, worker };
        observer.doing("starting the node: it looks for others");
        let url = plan.node_url();
        let with_block = || async {
            let chain = Chain::connect(&url).await.ok()?;
            chain.best_block().await.is_ok_and(|best| best.number > 0).then_some(chain)
        };
        let chain = hosting.node.until("has no block", NODE_DEADLINE, with_block).await?;
        if chain.client().genesis_hash().0 != plan.genesis {
            return Err(Failure::Process(format!(
                "the node's chain {} has another genesis than the one that is meant: name that \
                 chain's specification with --chain",
                plan.chain
            )));
        }
        observer.done(&format!("node on {url} ({:.1} s)", begin.elapsed().as_secs_f64()));
        observer.doing("starting the worker: it loads the model and examines it");
        let healthy =
            || async { is_healthy(Ipv4Addr::LOCALHOST, plan.worker_port).await.then_some(()) };
        hosting.worker.until("is not ready", WORKER_DEADLINE, healthy).await?;
        let (url, took) = (plan.worker_url(), begin.elapsed().as_secs_f64());
        observer.done(&format!("worker on {url} ({took:.1} s)"));
        Ok(hosting)
    }

    /// Fail if a process has stopped by itself.
    ///
    /// # Errors
    /// [`Failure::Process`] with the end of its log.
    pub fn check_running(&mut self) -> Result<(), Failure> {
        self.node.check_running()?;
        self.worker.check_running()
    }

    /// Stop both politely: the worker does what it has begun.
    pub async fn stop(mut self) {
        self.worker.stop().await;
        self.node.stop().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_should_name_what_the_plan_says() {
        let plan = HostingPlan {
            binaries: Binaries { node: "/bin/node".into(), worker: "/bin/worker".into() },
            directory: "/agent".into(),
            chain: "dev".into(),
            genesis: [0; 32],
            bootnodes: vec!["/ip4/127.0.0.1/tcp/1/p2p/a".into()],
            on_loopback: true,
            node_port: 9_954,
            worker_config: "/agent/worker.toml".into(),
            worker_port: 7_741,
        };
        let said = |command: Command| {
            let words = command.get_args().map(|word| word.to_string_lossy().into_owned());
            words.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            said(plan.node_command()),
            "--chain dev --base-path /agent/node --rpc-port 9954 --worker-url \
             http://127.0.0.1:7741 --no-telemetry --no-prometheus --no-mdns --listen-addr \
             /ip4/127.0.0.1/tcp/0 --bootnodes /ip4/127.0.0.1/tcp/1/p2p/a"
        );
        assert_eq!(
            said(plan.worker_command()),
            "--config /agent/worker.toml --listen 127.0.0.1:7741"
        );
    }
}
