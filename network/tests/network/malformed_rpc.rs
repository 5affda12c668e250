//! Whatever is sent to a node's RPC port, it says what is wrong with it, in JSON-RPC's own codes,
//! and goes on.

use crate::scenario::{ask, plan, start, terms};
use codec::{Compact, Encode};
use serde_json::{json, Value};
use sp_core::{ed25519, Pair};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use waggle_client::report::Status;
use waggle_primitives::{Act, Sealed, SignedAct};

/// How long the node may take for any reply.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longest request that a node takes, with room for what surrounds it: its default of 15 MiB.
const LONGEST_REQUEST: usize = 15 * 1024 * 1024;

// JSON-RPC 2.0's error codes.
const PARSE_ERROR: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;
const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;
/// Of `waggle_receipt`: there is no result to prove.
const NO_RESULT: i64 = 21_001;
// The server's and Substrate's own: a request that is too long, and a call that the runtime gave
// up.
const TOO_BIG: i64 = -32007;
const RUNTIME_STOPPED: i64 = 4003;

/// What asks the node to speak WebSocket from now on.
pub(crate) const UPGRADE: &str = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n\
                           Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                           Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A node's RPC port.
pub(crate) struct Port(u16);

impl Port {
    /// The port of the node at `url`.
    pub(crate) fn of(url: &str) -> Self {
        Self(url.rsplit(':').next().unwrap().trim_end_matches('/').parse().unwrap())
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.0)).await.unwrap()
    }

    /// What the node sends back for these bytes until it closes or is silent for `patience`.
    async fn exchange(&self, request: &[u8], patience: Duration) -> Vec<u8> {
        let mut stream = self.connect().await;
        // The node may close before all is written: what it says then is what counts.
        let _ = timeout(PATIENCE, stream.write_all(request)).await;
        let (mut reply, mut part) = (vec![], [0; 4096]);
        while let Ok(Ok(length @ 1..)) = timeout(patience, stream.read(&mut part)).await {
            reply.extend_from_slice(&part[..length]);
        }
        reply
    }

    /// The status and the body of the reply to `body` over HTTP.
    async fn post(&self, body: &[u8]) -> (u16, String) {
        let head = format!(
            "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
             Connection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let reply = self.exchange(&[head.as_bytes(), body].concat(), PATIENCE).await;
        let reply = String::from_utf8_lossy(&reply).into_owned();
        let status = reply
            .get(9..12)
            .and_then(|status| status.parse().ok())
            .unwrap_or_else(|| panic!("{reply:?}"));
        (status, reply.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    }

    /// The reply to a call.
    pub(crate) async fn call(&self, method: &str, params: Value) -> Value {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let (status, body) = self.post(request.to_string().as_bytes()).await;
        assert_eq!(status, 200, "{method}: {body}");
        // A longer reply comes in chunks, whose lengths stand between its lines.
        let body: String = body.lines().filter(|line| line.starts_with(['{', '['])).collect();
        serde_json::from_str(&body).unwrap_or_else(|error| panic!("{method}: {error}: {body:?}"))
    }

    /// The error of a call that must have one: its code, and what it says.
    async fn refusal(&self, method: &str, params: Value) -> (i64, String) {
        let shown = params.to_string().chars().take(100).collect::<String>();
        let reply = self.call(method, params).await;
        let code =
            reply["error"]["code"].as_i64().unwrap_or_else(|| panic!("{method} {shown}: {reply}"));
        assert!(
            reply["error"]["message"].is_string() && reply.get("result").is_none(),
            "{method} {shown}: {reply}"
        );
        (code, reply["error"].to_string())
    }

    async fn is_well(&self) {
        let health = self.call("system_health", json!([])).await;
        assert!(health["result"]["peers"].is_u64(), "{health}");
    }

    /// The payload of the first frame that answers a frame with this payload, over a WebSocket.
    async fn frame(&self, opcode: u8, payload: &[u8], masked: bool) -> Vec<u8> {
        let mask = [1, 2, 3, 4];
        let mut frame = vec![0x80 | opcode];
        let bit = if masked { 0x80 } else { 0 };
        match payload.len() {
            length @ 0..126 => frame.push(bit | length as u8),
            length => {
                frame.push(bit | 127);
                frame.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
        if masked {
            frame.extend_from_slice(&mask);
            frame.extend(payload.iter().enumerate().map(|(at, byte)| byte ^ mask[at % 4]));
        } else {
            frame.extend_from_slice(payload);
        }
        let request = [UPGRADE.as_bytes(), &frame].concat();
        let reply = self.exchange(&request, Duration::from_secs(2)).await;
        let end =
            reply.windows(4).position(|window| window == b"\r\n\r\n").expect("the node upgrades")
                + 4;
        assert!(reply.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&reply));
        reply[end..].to_vec()
    }
}

/// A transaction of the rounds pallet's `act`, as the hook makes it, by an agent that is not
/// registered.
fn strangers_act(round: u64) -> Vec<u8> {
    let pair = ed25519::Pair::from_seed(&[9; 32]);
    let sealed = Sealed { ciphertext: vec![1, 2, 3].try_into().unwrap(), commitment: [7; 32] };
    let act = Act::CommitAnswer { round, sealed };
    let signature = pair.sign(&act.signing_payload(&[0; 32]));
    let signed = SignedAct { agent: pair.public(), act, signature };
    // A general transaction of version 5 with extension version 0: immortal, nonce 0, no tip,
    // no hash of the metadata; pallet 23, call 1.
    let body = [&[0x45, 0, 0, 0, 0, 0, 23, 1][..], &signed.encode()].concat();
    [Compact(body.len() as u32).encode(), body].concat()
}

fn hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn node_should_answer_malformed_rpc_with_typed_errors_and_go_on() {
    let network = start(plan()).await;
    let port = Port::of(&network.url());
    garbage_over_http(&port).await;
    garbage_over_websockets(&port).await;
    unknown_methods(&port).await;
    wrong_rounds_of_receipts(&port).await;
    wrong_arguments_of_runtime_apis(&port).await;
    malformed_transactions(&port).await;
    wrong_parameters(&port).await;
    let log = network.node_log();
    assert!(
        log.contains("Bad input data provided to duties"),
        "the runtime says what it could not read"
    );
    assert!(!log.contains("Thread '"), "the node itself does not panic: {log}");
    // After all that the network works.
    let report = ask(&network, "37+12", &terms(16)).await.unwrap();
    assert_eq!(report.status, Status::Settled);
    network.stop().await;
}

async fn garbage_over_http(port: &Port) {
    for body in
        [&b"garbage"[..], b"{", b"\xff\xfe\x00", b"{\"jsonrpc\":\"2.0\"", b"nul", b"\"\\u00\""]
    {
        let (status, reply) = port.post(body).await;
        assert!(
            matches!(status, 200 | 400) && reply.contains(&PARSE_ERROR.to_string()),
            "{body:?}: {status} {reply}"
        );
    }
    for body in
        ["{}", "[]", "[1]", "1", "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"system_health\"}"]
    {
        let (status, reply) = port.post(body.as_bytes()).await;
        let codes = [PARSE_ERROR, INVALID_REQUEST].map(|code| code.to_string());
        let is_coded = codes.iter().any(|code| reply.contains(code));
        assert!(matches!(status, 200 | 400) && is_coded, "{body}: {status} {reply}");
    }
    // Deep nesting, and more than a request may be long.
    let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    let (status, reply) = port.post(&deep).await;
    assert!(status == 200 && reply.contains("error"), "{status} {reply}");
    let (status, reply) = port.post(&vec![b' '; LONGEST_REQUEST + 1_000_000]).await;
    assert!(status == 413 && reply.contains(&TOO_BIG.to_string()), "{status} {reply}");
    // What is no HTTP at all.
    for bytes in [&b"\x16\x03\x01\x02\x00"[..], b"\0\0\0\0\r\n\r\n", b"GET\r\n\r\n"] {
        let reply = port.exchange(bytes, Duration::from_secs(1)).await;
        assert!(reply.starts_with(b"HTTP/1.1 400"), "{}", String::from_utf8_lossy(&reply));
    }
    port.is_well().await;
}

async fn garbage_over_websockets(port: &Port) {
    const TEXT: u8 = 1;
    const BINARY: u8 = 2;
    for (opcode, payload) in
        [(TEXT, &b"garbage"[..]), (BINARY, &[0xff; 40]), (TEXT, b"{\"jsonrpc\":"), (BINARY, b"")]
    {
        let reply = port.frame(opcode, payload, true).await;
        let reply = String::from_utf8_lossy(&reply).into_owned();
        assert!(reply.contains(&PARSE_ERROR.to_string()), "{payload:?}: {reply}");
    }
    // Against the protocol: no mask, a kind of frame that does not exist, text that is none. The
    // node may hang up.
    port.frame(TEXT, b"{}", false).await;
    port.frame(11, b"{}", true).await;
    port.frame(TEXT, &[0xff; 10], true).await;
    let reply = port.frame(TEXT, &vec![b' '; LONGEST_REQUEST + 1_000_000], true).await;
    let reply = String::from_utf8_lossy(&reply).into_owned();
    assert!(reply.contains(&TOO_BIG.to_string()), "{reply}");
    port.is_well().await;
}

async fn unknown_methods(port: &Port) {
    for method in [
        "waggle_duties",
        "WaggleApi_round",
        "state_callAll",
        "",
        "system_health ",
        "author_submitAndWatch",
    ] {
        assert_eq!(port.refusal(method, json!([])).await.0, METHOD_NOT_FOUND, "{method}");
    }
}

async fn wrong_rounds_of_receipts(port: &Port) {
    for wrong in [json!([]), json!(["x"]), json!([-1]), json!([1, 2]), json!({}), json!([null])] {
        assert_eq!(
            port.refusal("waggle_receipt", wrong.clone()).await.0,
            INVALID_PARAMS,
            "{wrong}"
        );
    }
    // What is not there takes no turn, and does not wait for a block to become final.
    let begin = Instant::now();
    for _ in 0..64 {
        let (code, text) = port.refusal("waggle_receipt", json!([u64::MAX])).await;
        assert_eq!(code, NO_RESULT, "{text}");
    }
    assert!(begin.elapsed() < Duration::from_secs(8), "{:?}", begin.elapsed());
}

async fn wrong_arguments_of_runtime_apis(port: &Port) {
    let with_arguments =
        ["WaggleApi_duties", "WaggleApi_round", "WaggleApi_recent_rounds", "WaggleApi_agent"];
    let more = ["WaggleApi_candidates", "WaggleApi_agent_of_key", "SelfCheckApi_digest"];
    let lists = ["WaggleApi_agents", "WaggleApi_domains"];
    let without = ["WaggleApi_constants"];
    for method in with_arguments.into_iter().chain(more).chain(lists).chain(without) {
        // What is no hexadecimal number is refused before the runtime sees it.
        for wrong in [json!([method]), json!([method, "xyz"]), json!([method, 7]), json!([7, "0x"])]
        {
            assert_eq!(
                port.refusal("state_call", wrong.clone()).await.0,
                INVALID_PARAMS,
                "{wrong}"
            );
        }
        // What does not decode stops the call in its sandbox.
        let wrong =
            if without.contains(&method) { &["0x00"][..] } else { &["0x", "0x00", "0xffff"] };
        for wrong in wrong {
            let (code, text) = port.refusal("state_call", json!([method, wrong])).await;
            assert!(
                code == RUNTIME_STOPPED && text.contains(method),
                "{method} {wrong}: {code} {text}"
            );
        }
    }
    // Well-formed, of things that are not there.
    let (nobody, no_round) = ([7u8; 32].to_vec(), u64::MAX.encode());
    let no_domain = u32::MAX;
    let nothing = [
        ("domains", (no_domain, u32::MAX).encode()),
        ("agents", (no_domain, None::<[u8; 32]>, u32::MAX).encode()),
        ("duties", nobody.clone()),
        ("agent", nobody),
        ("round", no_round.clone()),
        ("candidates", no_round),
    ];
    for (name, argument) in nothing {
        let reply =
            port.call("state_call", json!([format!("WaggleApi_{name}"), hex(&argument)])).await;
        assert_eq!(reply["result"], "0x00", "{name}: {reply}");
    }
    let reply =
        port.call("state_call", json!(["WaggleApi_recent_rounds", hex(&u32::MAX.encode())])).await;
    assert!(reply["result"].is_string(), "as many as there are: {reply}");
    for method in ["WaggleApi_nothing", "", "Core_", "WaggleApi_duties\0"] {
        let (code, text) = port.refusal("state_call", json!([method, "0x"])).await;
        assert!(
            code == RUNTIME_STOPPED && text.contains("is not found"),
            "{method}: {code} {text}"
        );
    }
    // A transaction that says that it is longer than any memory.
    let input = [vec![2], Compact(u32::MAX).encode(), strangers_act(0)].concat();
    let method = "TaggedTransactionQueue_validate_transaction";
    assert_eq!(port.refusal("state_call", json!([method, hex(&input)])).await.0, RUNTIME_STOPPED);
    port.is_well().await;
}

async fn malformed_transactions(port: &Port) {
    let valid = strangers_act(0);
    let cut = valid[..valid.len() - 1].to_vec();
    let mut other_pallet = valid.clone();
    // Behind the length of two bytes, the version, the extension's version, era, nonce, tip, and
    // whether there is a hash of the metadata.
    other_pallet[8] = 200;
    let too_short = [Compact(5_000_000u32).encode(), vec![4]].concat();
    let rest = [vec![], vec![0], vec![0xff; 300], cut, other_pallet, too_short];
    for bytes in rest {
        let (code, text) = port.refusal("author_submitExtrinsic", json!([hex(&bytes)])).await;
        // Either it is no transaction, or the runtime could not read it.
        assert!([1_040, 1_002].contains(&code), "{} bytes: {code} {text}", bytes.len());
    }
    // Well-formed, by nobody: the runtime's refusal by its code.
    // The node reads as much as the length in front says.
    for bytes in [valid.clone(), [valid, vec![0]].concat()] {
        let (code, text) = port.refusal("author_submitExtrinsic", json!([hex(&bytes)])).await;
        assert!(
            code == 1_011 && text.contains("Custom(17)"),
            "there is no round yet: {code} {text}"
        );
    }
    // Longer than a block.
    let long = [Compact(6_000_000u32).encode(), vec![4; 6_000_000]].concat();
    assert_eq!(port.refusal("author_submitExtrinsic", json!([hex(&long)])).await.0, 1_002);
    for wrong in [json!([]), json!(["xyz"]), json!([7]), json!([[1, 2]]), json!({ "bytes": 1 })] {
        assert_eq!(
            port.refusal("author_submitExtrinsic", wrong.clone()).await.0,
            INVALID_PARAMS,
            "{wrong}"
        );
    }
    port.is_well().await;
}

async fn wrong_parameters(port: &Port) {
    for (method, params) in [
        ("chain_getBlock", json!(["0x12"])),
        ("chain_getBlockHash", json!(["x"])),
        ("state_getStorage", json!([5])),
        ("payment_queryInfo", json!(["nothing"])),
        ("system_accountNextIndex", json!(["not an address"])),
    ] {
        let (code, text) = port.refusal(method, params.clone()).await;
        assert_eq!(code, INVALID_PARAMS, "{method} {params}: {text}");
    }
    port.is_well().await;
}
