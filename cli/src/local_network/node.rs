//! The nodes of a local network: each a process, of one validator or of none, started, killed and
//! started again in the same place.

use super::{free_port, local, Process, Surroundings};
use crate::{chain::Chain, Failure};
use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

/// How long a node may take to have its first block: it compiles the runtime first, which a busy
/// machine makes long.
const DEADLINE: Duration = Duration::from_secs(300);
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

/// What nodes are started from.
pub(super) struct Files<'a> {
    /// The node's program.
    pub(super) program: &'a Path,
    /// Where they write, unless their surroundings say otherwise.
    pub(super) directory: &'a Path,
    /// The specification of their chain, if it is not the preset's own.
    pub(super) chain: Option<&'a Path>,
}

/// A node. It may have been killed.
pub(super) struct Node {
    /// Whose keys it has; empty if it does not validate.
    pub(super) validator: &'static str,
    /// Names its key, its database and its log.
    pub(super) name: String,
    /// The running process, or the last one.
    pub(super) process: Process,
    /// Whether the process is meant to run.
    pub(super) wanted: bool,
    surroundings: Surroundings,
    rpc_port: u16,
    /// Where other nodes reach it; on a network of one nobody does.
    address: Option<String>,
    arguments: Vec<String>,
}

impl Node {
    /// Start the nodes of all validators of `preset`, each in the place that `place` has for it.
    /// The first also gets the arguments `hosting`.
    pub(super) fn start_all(
        preset: Preset,
        files: &Files,
        hosting: &[String],
        place: &impl Fn(&str) -> Surroundings,
    ) -> Result<Vec<Self>, Failure> {
        let Files { program, directory, chain } = *files;
        let chain: Vec<String> = chain
            .map(|file| vec!["--chain".into(), file.display().to_string()])
            .unwrap_or_default();
        if preset == Preset::Dev {
            let dev = strings(["--dev", "--listen-addr", "/ip4/127.0.0.1/tcp/0"]);
            let arguments = [dev, chain, hosting.to_vec()].concat();
            let who = Who {
                name: "node".into(),
                validator: "alice",
                address: None,
                surroundings: place("alice"),
            };
            return Ok(vec![Self::start(who, arguments, program, directory)?]);
        }
        let names = preset.validators();
        let identities: Vec<Identity> = names
            .iter()
            .map(|name| Identity::new(name, place(name), program, directory))
            .collect::<Result<_, _>>()?;
        let addresses: Vec<String> =
            identities.iter().map(|identity| identity.address.clone()).collect();
        let mut nodes = Vec::with_capacity(names.len());
        for (place, identity) in identities.into_iter().enumerate() {
            let validator = names.get(place).copied().unwrap_or_default();
            let others = addresses.iter().filter(|other| **other != identity.address).cloned();
            let mut arguments = identity.arguments(validator, others, directory);
            if let [_, file] = chain.as_slice() {
                arguments.splice(1..2, [file.clone()]);
            }
            if place == 0 {
                arguments.extend_from_slice(hosting);
            }
            nodes.push(Self::start(identity.into_who(validator), arguments, program, directory)?);
        }
        Ok(nodes)
    }

    /// Start one more node with the keys of `validator`, that knows `others`: what no operator
    /// should do.
    pub(super) fn start_double<'a>(
        validator: &'static str,
        others: impl Iterator<Item = &'a Self>,
        program: &Path,
        directory: &Path,
    ) -> Result<Self, Failure> {
        let name = format!("second-{validator}");
        let identity = Identity::new(&name, Surroundings::default(), program, directory)?;
        let others = others.filter_map(|other| other.address.clone());
        let arguments = identity.arguments(validator, others, directory);
        Self::start(identity.into_who(validator), arguments, program, directory)
    }

    /// Start one more node without a validator's keys, that knows `others`, with the arguments
    /// `more`.
    pub(super) fn start_plain<'a>(
        name: &str,
        surroundings: Surroundings,
        others: impl Iterator<Item = &'a Self>,
        more: Vec<String>,
        program: &Path,
        directory: &Path,
    ) -> Result<Self, Failure> {
        let others: Vec<String> = others.filter_map(|other| other.address.clone()).collect();
        if others.is_empty() {
            return Err(Failure::LocalNetwork(format!(
                "{name} finds nobody to join: the others take no peers"
            )));
        }
        let identity = Identity::new(name, surroundings, program, directory)?;
        let mut arguments = identity.arguments("", others.into_iter(), directory);
        arguments.extend(more);
        Self::start(identity.into_who(""), arguments, program, directory)
    }

    fn start(
        who: Who,
        arguments: Vec<String>,
        program: &Path,
        directory: &Path,
    ) -> Result<Self, Failure> {
        let rpc_port = free_port()?;
        let process =
            spawn(&who.name, &who.surroundings, rpc_port, &arguments, program, directory)?;
        let Who { name, validator, address, surroundings } = who;
        Ok(Self {
            validator,
            process,
            wanted: true,
            name,
            surroundings,
            rpc_port,
            address,
            arguments,
        })
    }

    /// Start it again, on its database and ports.
    pub(super) fn start_again(&mut self, program: &Path, directory: &Path) -> Result<(), Failure> {
        self.process = spawn(
            &self.name,
            &self.surroundings,
            self.rpc_port,
            &self.arguments,
            program,
            directory,
        )?;
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

    /// Whether it is the node of this validator, or the node of this name.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name == name || (!self.validator.is_empty() && self.validator == name)
    }

    /// Where clients connect.
    pub(super) fn url(&self) -> String {
        format!("ws://{}:{}", self.surroundings.host, self.rpc_port)
    }

    /// Where other nodes reach it. `None` on a network of one.
    pub(super) fn address(&self) -> Option<&str> {
        self.address.as_deref()
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
                return Err(self
                    .process
                    .failure(&format!("has no block after {} s", DEADLINE.as_secs())));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Who a node is, as it is started.
struct Who {
    name: String,
    validator: &'static str,
    address: Option<String>,
    surroundings: Surroundings,
}

/// Who a node is to the other nodes.
struct Identity {
    /// Names its key, its database and its log.
    name: String,
    port: u16,
    surroundings: Surroundings,
    /// Where the others reach it.
    address: String,
}

impl Identity {
    /// Have the node's own program make a key, and find a port.
    fn new(
        name: &str,
        surroundings: Surroundings,
        program: &Path,
        directory: &Path,
    ) -> Result<Self, Failure> {
        let (port, host) = (free_port()?, surroundings.host);
        let mut command = Command::new(program);
        command
            .args(["key", "generate-node-key", "--file"])
            .arg(directory.join(format!("{name}.key")));
        let made = command.output().map_err(local("node key"))?;
        // It tells the peer's name on stderr.
        let said = String::from_utf8_lossy(&made.stderr).into_owned();
        match said.split_whitespace().last() {
            Some(peer) if made.status.success() => {
                let address = format!("/ip4/{host}/tcp/{port}/p2p/{peer}");
                Ok(Self { name: name.to_owned(), port, surroundings, address })
            }
            _ => Err(Failure::LocalNetwork(format!("node key: {said}"))),
        }
    }

    /// What the node of `validator`, if any, on the chain `local` is started with.
    fn arguments(
        &self,
        validator: &str,
        others: impl Iterator<Item = String>,
        directory: &Path,
    ) -> Vec<String> {
        let key = directory.join(format!("{}.key", self.name)).display().to_string();
        let mut arguments = strings(["--chain", "local", "--node-key-file", &key]);
        if !validator.is_empty() {
            arguments.push(format!("--{validator}"));
        }
        let listen = format!("/ip4/{}/tcp/{}", self.surroundings.host, self.port);
        arguments.extend(strings(["--listen-addr", &listen, "--bootnodes"]));
        arguments.extend(others);
        arguments
    }

    fn into_who(self, validator: &'static str) -> Who {
        Who {
            name: self.name,
            validator,
            address: Some(self.address),
            surroundings: self.surroundings,
        }
    }
}

fn strings<const N: usize>(arguments: [&str; N]) -> Vec<String> {
    arguments.map(String::from).to_vec()
}

fn spawn(
    name: &str,
    surroundings: &Surroundings,
    rpc_port: u16,
    arguments: &[String],
    program: &Path,
    directory: &Path,
) -> Result<Process, Failure> {
    let directory = surroundings.directory(directory);
    let mut command = surroundings.command(program);
    command.args(arguments).arg("--base-path").arg(directory.join(name));
    command.args([
        "--rpc-port",
        &rpc_port.to_string(),
        "--rpc-cors",
        "all",
        "--rpc-methods",
        "unsafe",
    ]);
    command.args(["--no-prometheus", "--no-telemetry", "--no-mdns"]);
    if !surroundings.host.is_loopback() {
        // In a namespace of its own, where nobody but the test is.
        command.arg("--unsafe-rpc-external");
    }
    Process::spawn(name, command, directory)
}
