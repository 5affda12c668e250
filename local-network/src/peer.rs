//! Who a node is to the other nodes: its key, its port, its address.

use crate::{plan::Files, ports::free_port, Failure};
use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::Command,
};

/// An identity on the peer-to-peer network.
pub(crate) struct Peer {
    /// The file with its key.
    pub(crate) key: PathBuf,
    /// Where it listens.
    pub(crate) listen: String,
    /// Where the others reach it.
    pub(crate) address: String,
}

impl Peer {
    /// Have the node's own program make a key for the node of this name, and find a port.
    pub(crate) fn new(name: &str, host: Ipv4Addr, files: &Files) -> Result<Self, Failure> {
        let port = free_port()?;
        let key = files.directory.join(format!("{name}.key"));
        let id = make_key(&files.binaries.node, &key)?;
        let listen = format!("/ip4/{host}/tcp/{port}");
        let address = format!("{listen}/p2p/{id}");
        Ok(Self { key, listen, address })
    }
}

/// Write a new key into `file`; the peer's name that follows from it.
fn make_key(program: &Path, file: &Path) -> Result<String, Failure> {
    let mut command = Command::new(program);
    command.args(["key", "generate-node-key", "--file"]).arg(file);
    let made = command.output().map_err(Failure::system("node key"))?;
    // It tells the peer's name on stderr.
    let said = String::from_utf8_lossy(&made.stderr).into_owned();
    match said.split_whitespace().last() {
        Some(id) if made.status.success() => Ok(id.to_owned()),
        _ => Err(Failure::Process(format!("node key: {said}"))),
    }
}
