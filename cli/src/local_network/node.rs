//! The nodes of a local network: each one validator's process, started, killed and started again in the same place.

use super::{free_port, local, Process};
use crate::{chain::Chain, Failure};
use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

/// How long a node may take to have its first block.
const DEADLINE: Duration = Duration::from_secs(90);
/// Pause between two looks at a node that is starting.
const PAUSE: Duration = Duration::from_millis(100);

/// Which chain the network runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// `dev`: one validator.
    #[default]
    Dev,
    /// `local`: four validators, each a process of its own. Any three go on without the fourth.
    Local,
}

impl Preset {
    /// The validators, in the order of the chain's authorities.
    pub fn validators(self) -> &'static [&'static str] {
        match self {
            Self::Dev => &["alice"],
            Self::Local => &["alice", "bob", "charlie", "dave"],
        }
    }
}

/// A validator's node. It may have been killed.
pub(super) struct Node {
    /// Whose keys it has.
    pub(super) validator: &'static str,
    /// The running process, or the last one.
    pub(super) process: Process,
    /// Whether the process is meant to run.
    pub(super) wanted: bool,
    name: String,
    rpc_port: u16,
    /// Where other nodes reach it; on a network of one nobody does.
    address: Option<String>,
    arguments: Vec<String>,
}

impl Node {
    /// Start the nodes of all validators of `preset`, with what they write in `directory`. The first also gets the
    /// arguments `hosting`.
    pub(super) fn start_all(
        preset: Preset,
        program: &Path,
        directory: &Path,
        hosting: &[String],
    ) -> Result<Vec<Self>, Failure> {
        if preset == Preset::Dev {
            let arguments = [strings(["--dev", "--listen-addr", "/ip4/127.0.0.1/tcp/0"]), hosting.to_vec()].concat();
            return Ok(vec![Self::start("node".into(), "alice", None, arguments, program, directory)?]);
        }
        let names = preset.validators();
        let identities: Vec<Identity> =
            names.iter().map(|name| Identity::new(name, program, directory)).collect::<Result<_, _>>()?;
        let mut nodes = Vec::with_capacity(names.len());
        for (place, identity) in identities.iter().enumerate() {
            let validator = names.get(place).copied().unwrap_or_default();
            let others = identities.iter().filter(|other| other.address != identity.address);
            let mut arguments = identity.arguments(validator, others.map(|other| other.address.clone()), directory);
            if place == 0 {
                arguments.extend_from_slice(hosting);
            }
            let address = Some(identity.address.clone());
            nodes.push(Self::start(identity.name.clone(), validator, address, arguments, program, directory)?);
        }
        Ok(nodes)
    }

    /// Start one more node with the keys of `validator`, that knows `others`: what no operator should do.
    pub(super) fn start_double<'a>(
        validator: &'static str,
        others: impl Iterator<Item = &'a Self>,
        program: &Path,
        directory: &Path,
    ) -> Result<Self, Failure> {
        let identity = Identity::new(&format!("second-{validator}"), program, directory)?;
        let others = others.filter_map(|other| other.address.clone());
        let arguments = identity.arguments(validator, others, directory);
        Self::start(identity.name, validator, Some(identity.address), arguments, program, directory)
    }

    fn start(
        name: String,
        validator: &'static str,
        address: Option<String>,
        arguments: Vec<String>,
        program: &Path,
        directory: &Path,
    ) -> Result<Self, Failure> {
        let rpc_port = free_port()?;
        let process = spawn(&name, rpc_port, &arguments, program, directory)?;
        Ok(Self { validator, process, wanted: true, name, rpc_port, address, arguments })
    }

    /// Start it again, on its database and ports.
    pub(super) fn start_again(&mut self, program: &Path, directory: &Path) -> Result<(), Failure> {
        self.process = spawn(&self.name, self.rpc_port, &self.arguments, program, directory)?;
        self.wanted = true;
        Ok(())
    }

    /// Kill it without warning, as a power cut would.
    pub(super) async fn kill(&mut self) {
        self.wanted = false;
        self.process.kill().await;
    }

    /// Stop it politely.
    pub(super) async fn stop(&mut self) {
        self.wanted = false;
        self.process.stop().await;
    }

    /// Fail if it has stopped by itself.
    pub(super) fn check_running(&mut self) -> Result<(), Failure> {
        if self.wanted {
            self.process.check_running()
        } else {
            Ok(())
        }
    }

    /// Where clients connect.
    pub(super) fn url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.rpc_port)
    }

    /// Wait until it has a block.
    pub(super) async fn ready(&mut self) -> Result<Chain, Failure> {
        let start = Instant::now();
        loop {
            self.process.check_running()?;
            if let Ok(chain) = Chain::connect(&self.url()).await {
                if chain.best_block().await.is_ok_and(|best| best.number > 0) {
                    return Ok(chain);
                }
            }
            if start.elapsed() > DEADLINE {
                return Err(self.process.failure(&format!("has no block after {} s", DEADLINE.as_secs())));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Who a node is to the other nodes.
struct Identity {
    /// Names its key, its database and its log.
    name: String,
    port: u16,
    /// Where the others reach it.
    address: String,
}

impl Identity {
    /// Have the node's own program make a key, and find a port.
    fn new(name: &str, program: &Path, directory: &Path) -> Result<Self, Failure> {
        let port = free_port()?;
        let mut command = Command::new(program);
        command.args(["key", "generate-node-key", "--file"]).arg(directory.join(format!("{name}.key")));
        let made = command.output().map_err(local("node key"))?;
        // It tells the peer's name on stderr.
        let said = String::from_utf8_lossy(&made.stderr).into_owned();
        match said.split_whitespace().last() {
            Some(peer) if made.status.success() => {
                Ok(Self { name: name.to_owned(), port, address: format!("/ip4/127.0.0.1/tcp/{port}/p2p/{peer}") })
            }
            _ => Err(Failure::LocalNetwork(format!("node key: {said}"))),
        }
    }

    /// What the node of `validator` on the chain `local` is started with.
    fn arguments(&self, validator: &str, others: impl Iterator<Item = String>, directory: &Path) -> Vec<String> {
        let key = directory.join(format!("{}.key", self.name)).display().to_string();
        let mut arguments = strings(["--chain", "local", &format!("--{validator}"), "--node-key-file", &key]);
        arguments.extend(strings(["--listen-addr", &format!("/ip4/127.0.0.1/tcp/{}", self.port), "--bootnodes"]));
        arguments.extend(others);
        arguments
    }
}

fn strings<const N: usize>(arguments: [&str; N]) -> Vec<String> {
    arguments.map(String::from).to_vec()
}

fn spawn(
    name: &str,
    rpc_port: u16,
    arguments: &[String],
    program: &Path,
    directory: &Path,
) -> Result<Process, Failure> {
    let mut command = Command::new(program);
    command.args(arguments).arg("--base-path").arg(directory.join(name));
    command.args(["--rpc-port", &rpc_port.to_string(), "--rpc-cors", "all", "--rpc-methods", "unsafe"]);
    command.args(["--no-prometheus", "--no-telemetry", "--no-mdns"]);
    Process::spawn(name, command, directory)
}
