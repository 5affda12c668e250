//! The nodes of a local network: each a process, of one validator or of none, started, killed and
//! started again in the same place.

use crate::{
    peer::Peer,
    plan::{Files, Plan},
    ports::free_port,
    Failure, Preset, Process, Surroundings,
};
use std::{ffi::OsString, sync::Arc, time::Duration};
use waggle_client::chain::Chain;

/// How long a node may take to have its first block: it compiles the runtime first, which a busy
/// machine makes long.
const DEADLINE: Duration = Duration::from_secs(300);

/// What tells one node from another.
pub(crate) struct Part {
    /// Names its key, its database and its log.
    pub(crate) name: String,
    /// Whose keys it has, if it validates.
    pub(crate) validator: Option<&'static str>,
    /// Where clients connect, if not at any port that is free.
    pub(crate) port: Option<u16>,
    /// What surrounds it.
    pub(crate) surroundings: Surroundings,
    /// More arguments.
    pub(crate) more: Vec<String>,
}

/// A node. It may have been killed.
pub(crate) struct Node {
    /// What tells it from the others.
    pub(crate) part: Part,
    /// The running process, or the last one.
    pub(crate) process: Process,
    /// Whether the process is meant to run.
    pub(crate) wanted: bool,
    files: Arc<Files>,
    rpc_port: u16,
    /// Where other nodes reach it; on a network of one nobody does.
    address: Option<String>,
    arguments: Vec<OsString>,
}

impl Node {
    /// Start the nodes of all validators of the plan. The first also gets the arguments `hosting`.
    pub(crate) fn start_validators(
        plan: &Plan,
        hosting: Vec<String>,
        files: &Arc<Files>,
    ) -> Result<Vec<Self>, Failure> {
        let mut of_first = [hosting, plan.node_arguments.clone()].concat();
        let mut port_of_first = plan.ports.node;
        let parts: Vec<Part> = plan
            .preset
            .validators()
            .iter()
            .copied()
            .map(|validator| Part {
                name: name_of(plan.preset, validator).to_owned(),
                validator: Some(validator),
                port: port_of_first.take(),
                surroundings: plan.surroundings_of(validator),
                more: std::mem::take(&mut of_first),
            })
            .collect();
        if plan.preset == Preset::Dev {
            return parts.into_iter().map(|part| Self::start_alone(part, files)).collect();
        }
        let peers: Vec<Peer> = parts
            .iter()
            .map(|part| Peer::new(&part.name, part.surroundings.host, files))
            .collect::<Result<_, _>>()?;
        let addresses: Vec<String> = peers.iter().map(|peer| peer.address.clone()).collect();
        let start = |(part, peer)| Self::start_among(part, peer, &addresses, files);
        parts.into_iter().zip(peers).map(start).collect()
    }

    /// Start one more node that joins `others`.
    pub(crate) fn join(part: Part, others: &[Self], files: &Arc<Files>) -> Result<Self, Failure> {
        let known: Vec<String> = others.iter().filter_map(|other| other.address.clone()).collect();
        if known.is_empty() {
            return Err(Failure::Process(format!(
                "{} finds nobody to join: the others take no peers",
                part.name
            )));
        }
        let peer = Peer::new(&part.name, part.surroundings.host, files)?;
        Self::start_among(part, peer, &known, files)
    }

    /// Start the only node of its network.
    fn start_alone(part: Part, files: &Arc<Files>) -> Result<Self, Failure> {
        let mut arguments: Vec<OsString> =
            ["--dev", "--listen-addr", "/ip4/127.0.0.1/tcp/0"].map(OsString::from).to_vec();
        if let Some(chain) = &files.chain {
            arguments.push("--chain".into());
            arguments.push(chain.into());
        }
        Self::start(part, arguments, None, files)
    }

    /// Start a node that looks for the others at the addresses `known`, its own not among them.
    fn start_among(
        part: Part,
        peer: Peer,
        known: &[String],
        files: &Arc<Files>,
    ) -> Result<Self, Failure> {
        let chain = files.chain_or(Preset::Local.name());
        let mut arguments: Vec<OsString> =
            vec!["--chain".into(), chain.into(), "--node-key-file".into(), peer.key.into()];
        arguments.extend(part.validator.map(|validator| OsString::from(format!("--{validator}"))));
        arguments.extend(["--listen-addr", &peer.listen, "--bootnodes"].map(OsString::from));
        let others = known.iter().filter(|address| **address != peer.address);
        arguments.extend(others.map(OsString::from));
        Self::start(part, arguments, Some(peer.address), files)
    }

    fn start(
        part: Part,
        mut arguments: Vec<OsString>,
        address: Option<String>,
        files: &Arc<Files>,
    ) -> Result<Self, Failure> {
        let rpc_port = part.port.map_or_else(free_port, Ok)?;
        arguments.extend(part.more.iter().map(OsString::from));
        let process = spawn(&part, &arguments, rpc_port, files)?;
        let files = files.clone();
        Ok(Self { part, process, wanted: true, files, rpc_port, address, arguments })
    }

    /// Start it again, on its database and ports, without waiting.
    pub(crate) fn start_again(&mut self) -> Result<(), Failure> {
        self.process = spawn(&self.part, &self.arguments, self.rpc_port, &self.files)?;
        self.wanted = true;
        Ok(())
    }

    /// Kill it without warning, as a power cut would.
    pub(crate) async fn kill(&mut self) {
        self.wanted = false;
        self.process.kill().await;
    }

    /// Stop it politely.
    pub(crate) async fn stop(&mut self) {
        self.wanted = false;
        self.process.stop().await;
    }

    /// Fail if it has stopped by itself.
    pub(crate) fn check_running(&mut self) -> Result<(), Failure> {
        if self.wanted {
            self.process.check_running()
        } else {
            Ok(())
        }
    }

    /// Whether it is the node of this name, or the node of this validator.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.part.name == name || self.part.validator == Some(name)
    }

    /// Where clients connect.
    pub(crate) fn url(&self) -> String {
        format!("ws://{}:{}", self.part.surroundings.host, self.rpc_port)
    }

    /// Where other nodes reach it. `None` on a network of one.
    pub(crate) fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }

    /// Wait until it has a block.
    pub(crate) async fn ready(&mut self) -> Result<Chain, Failure> {
        let url = self.url();
        let with_block = || async {
            let chain = Chain::connect(&url).await.ok()?;
            chain.best_block().await.is_ok_and(|best| best.number > 0).then_some(chain)
        };
        self.process.until("has no block", DEADLINE, with_block).await
    }
}

/// What the node of `validator` is called: the only one is just the node.
fn name_of(preset: Preset, validator: &'static str) -> &'static str {
    match preset {
        Preset::Dev => "node",
        Preset::Local => validator,
    }
}

fn spawn(
    part: &Part,
    arguments: &[OsString],
    rpc_port: u16,
    files: &Files,
) -> Result<Process, Failure> {
    let directory = part.surroundings.directory(&files.directory);
    let mut command = part.surroundings.command(&files.binaries.node);
    command.args(arguments).arg("--base-path").arg(directory.join(&part.name));
    let methods = if files.is_lasting { "safe" } else { "unsafe" };
    command.args(["--rpc-port", &rpc_port.to_string(), "--rpc-cors", "all"]);
    command.args(["--rpc-methods", methods, "--no-telemetry", "--no-mdns"]);
    if !part.more.iter().any(|argument| argument == "--prometheus-port") {
        command.arg("--no-prometheus");
    }
    if !part.surroundings.host.is_loopback() {
        // In a namespace of its own, where nobody but the test is.
        command.arg("--unsafe-rpc-external");
    }
    Process::spawn(&part.name, command, directory)
}
