//! A node is fed garbage on its RPC port and its peer-to-peer port, while rounds run.
//!
//! The bytes are drawn from a seed that is printed (`WAGGLE_SEED` sets it): noise, beginnings of
//! real protocols that go wrong, lengths that promise more than any memory holds, connections that
//! say nothing. What is well-formed and wrong is `malformed_rpc`'s.

use super::{
    ledger::Ledger,
    long,
    swarm::{
        ask, ask_many, check_complete, check_rest, settled, terms, AGENTS, ALL_NODES, CLIENTS,
        QUESTIONS,
    },
};
use crate::{
    malformed_rpc::{Port, UPGRADE},
    scenario::drawn,
};
use serde_json::json;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use waggle_harness::questions::Draw;
use waggle_local_network::{LocalNetwork, Process};

/// The node that gets it all: the first validator's, with agents.
const VICTIM: &str = "alice";
/// Connections with garbage on each port, in the short and the long version.
const CONNECTIONS: (usize, usize) = (300, 10_000);
/// Connections that are opened and say nothing.
const SILENT: usize = 150;
/// Longest noise.
const NOISE: u64 = 20_000;
/// How long a node may keep talking to one who talks garbage.
const PATIENCE: Duration = Duration::from_millis(500);
/// What the garbage may cost in resident memory, in MiB, and what may stay open, in files.
const MEMORY_MIB: f64 = 100.0;
const FILES: usize = 30;
/// How long closed connections may take to be gone.
const CLOSING: Duration = Duration::from_secs(30);

/// Play it.
pub(crate) async fn play(network: &mut LocalNetwork, before: &Ledger) {
    let rpc: u16 = port_of(&network.url_of(VICTIM).unwrap());
    let peers = port_of_peer(network.address_of(VICTIM).unwrap());
    let url = network.url_of("bob").unwrap();
    let (mib, files) = usage(network);
    let mut draw = drawn("garbage");
    let connections = if long() { CONNECTIONS.1 } else { CONNECTIONS.0 };

    let asked = ask_many(&url, 0, 4, &terms(AGENTS)).await;
    let mut silent = Vec::new();
    for _ in 0..SILENT {
        silent.push(TcpStream::connect(("127.0.0.1", peers)).await.unwrap());
    }
    let mut replied = 0;
    for number in 0..connections {
        let port = if number % 2 == 0 { peers } else { rpc };
        replied += usize::from(feed(port, &garbage(&mut draw, port == peers)).await);
    }
    settled(asked).await;
    // While the silent ones still hold their connections, rounds are asked of the victim itself.
    for (client, question) in CLIENTS.into_iter().zip(QUESTIONS).take(2) {
        let url = network.url_of(VICTIM).unwrap();
        let report = ask(&url, client, question, &terms(AGENTS)).await;
        let report = report.settled().await;
        check_complete(network, &report, AGENTS);
    }
    drop(silent);

    let health = Port::of(&network.url_of(VICTIM).unwrap()).call("system_health", json!([])).await;
    assert!(
        health["result"]["peers"].as_u64() >= Some(4),
        "the others are still its peers: {health}"
    );
    let begin = std::time::Instant::now();
    let (mib_after, files_after) = loop {
        let (mib, now) = usage(network);
        if now <= files + FILES || begin.elapsed() > CLOSING {
            break (mib, now);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    eprintln!(
        "{connections} connections of garbage, {replied} with a reply, {SILENT} silent: \
         {mib:.0} → {mib_after:.0} MiB, {files} → {files_after} open files"
    );
    assert!(mib_after < mib + MEMORY_MIB, "{mib} → {mib_after} MiB");
    assert!(files_after <= files + FILES, "{files} → {files_after} open files");
    check_rest(network, &ALL_NODES, before).await;
}

/// Send it, and read for a moment. Whether the node said anything.
async fn feed(port: u16, bytes: &[u8]) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)).await else { return false };
    // The node may hang up before all is written.
    let _ = timeout(PATIENCE, stream.write_all(bytes)).await;
    let mut reply = [0; 1_024];
    let _ = stream.shutdown().await;
    matches!(timeout(PATIENCE, stream.read(&mut reply)).await, Ok(Ok(1..)))
}

/// What to send next.
fn garbage(draw: &mut Draw, to_peers: bool) -> Vec<u8> {
    let noise: Vec<u8> = {
        let length = 1 + draw.below(NOISE);
        (0..length).map(|_| draw.below(256) as u8).collect()
    };
    // What libp2p's nodes say first, and which handshake they want next: each line with its length
    // in front.
    let multistream = b"\x13/multistream/1.0.0\n".to_vec();
    let handshake = b"\x07/noise\n".to_vec();
    match (draw.below(6), to_peers) {
        (0, _) => noise,
        (1, true) => [multistream, noise].concat(),
        (2, true) => [multistream, handshake, noise].concat(),
        // A length of 2^63, and a handshake message of 65 535 bytes that never comes.
        (3, true) => {
            [multistream, vec![0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]].concat()
        }
        (4, true) => [multistream, handshake, vec![0xff, 0xff, 1, 2, 3]].concat(),
        (5, true) => [multistream, b"\x0b/yamux/9.9\n".to_vec()].concat(),
        (1, false) => [b"GET / HTTP/1.1\r\nHost: ".to_vec(), noise].concat(),
        (2, false) => {
            [b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n".to_vec(), noise].concat()
        }
        (3, false) => {
            [b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n".to_vec(), noise]
                .concat()
        }
        (4, false) => [UPGRADE.as_bytes().to_vec(), noise].concat(),
        _ => [b"POST / HTTP/1.1\r\nContent-Length: 20\r\n\r\n".to_vec(), noise].concat(),
    }
}

/// Resident memory and open files of the victim.
fn usage(network: &LocalNetwork) -> (f64, usize) {
    let victim: &Process =
        network.processes().find(|(name, _)| *name == VICTIM).expect("it runs").1;
    (victim.resident_mib(), victim.open_files())
}

fn port_of(url: &str) -> u16 {
    url.rsplit(':').next().unwrap().parse().unwrap()
}

/// The port in `/ip4/HOST/tcp/PORT/p2p/PEER`.
fn port_of_peer(address: &str) -> u16 {
    address.split('/').nth(4).unwrap().parse().unwrap()
}
