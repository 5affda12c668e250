//! Receipts of real rounds: made by a node, verified without one, and refused with the reason when
//! something about them is wrong.

use crate::{
    blocks::Node,
    scenario::{errors, plan, printed, start, submit_only, terms, waggle, AGENTS},
};
use codec::Encode;
use serde_json::{json, Value};
use std::{fs, path::Path, time::Instant};
use subxt::rpcs::rpc_params;
use waggle_client::{
    amount::{Amount, WAG},
    submit::Terms,
};
use waggle_local_network::{LocalNetwork, Plan, Preset};
use waggle_primitives::MIN_SWARM;
use waggle_receipt::{verify, Receipt};

/// Nobody listens there: whoever verifies needs no node.
const NOWHERE: &str = "ws://127.0.0.1:1";
/// The longest receipt of a round of four with a short answer, in bytes.
const MOST_BYTES: usize = 8 * 1024;
/// The longest that one may take to verify, in milliseconds. Browsers are slower than this.
const MOST_MS: u128 = 20;

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn receipt_should_prove_a_round_and_be_refused_when_anything_is_changed() {
    let network = start(Plan { preset: Preset::Local, ..plan() }).await;
    let url = network.url();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("round.receipt");
    let seats = MIN_SWARM.to_string();
    let terms = ["--max-agents", &seats, "--answering-blocks", "100"];
    let asking = [&["ask", "37+12", "--json", "--finalised"][..], &terms].concat();
    let asked = printed(&waggle(&url, &asking).await);
    let round = asked["round"].to_string();

    let made = waggle(&url, &["receipt", &round, "--wait"]).await;
    assert!(made.status.success(), "{}", errors(&made));
    let bytes = made.stdout;
    fs::write(&file, &bytes).unwrap();
    let genesis = genesis(&url).await;
    let verdict = printed(&verified(&file, &genesis, &["--prompt", "37+12"]).await);
    check(&verdict, &asked, &genesis);
    assert!(bytes.len() <= MOST_BYTES, "{} bytes", bytes.len());
    let hash = hex::decode(genesis.trim_start_matches("0x")).unwrap().try_into().unwrap();
    let begin = Instant::now();
    verify(&bytes, hash).unwrap();
    let took = begin.elapsed();
    eprintln!("a receipt of {} bytes, verified in {took:?}", bytes.len());
    assert!(took.as_millis() < MOST_MS, "{took:?}");
    let shown = waggle(NOWHERE, &["verify", &path(&file), "--genesis", &genesis]).await;
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("49") && shown.contains("does not prove"), "{shown}");

    let other = verified(&file, &genesis, &["--prompt", "37+13"]).await;
    assert_eq!(other.status.code(), Some(2));
    assert!(errors(&other).contains("another prompt"), "{}", errors(&other));
    refuse_all(&file, &bytes, &genesis).await;

    check_too_early(&network).await;
    let unknown = waggle(&url, &["receipt", "999999"]).await;
    assert_eq!(unknown.status.code(), Some(2), "{}", errors(&unknown));
    network.stop().await;
}

/// What a network proves whose validators have changed: the round is cancelled, for it has no
/// agents. Its receipt names `validators` of them.
pub(crate) async fn check_after_change(network: &LocalNetwork, validators: usize) {
    let url = network.url();
    let round = submit_only(network, "37+12", &terms(20)).await.round.to_string();
    let made = waggle(&url, &["receipt", &round, "--wait"]).await;
    assert!(made.status.success(), "{}", errors(&made));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("round.receipt");
    fs::write(&file, &made.stdout).unwrap();
    let genesis = genesis(&url).await;
    let verdict = printed(&verified(&file, &genesis, &[]).await);
    assert_eq!(verdict["cancelled_because"], "too_few_committed", "{verdict}");
    assert_eq!(verdict["validators"], json!(validators), "{verdict}");
    assert!(verdict["validator_changes"].as_u64() >= Some(1), "{verdict}");
    // Without the change, those who finalised the block are nobody.
    let mut without = Receipt::from_bytes(&made.stdout).unwrap();
    without.changes.clear();
    refuse(&file, &without.to_bytes(), &genesis, "not_final").await;
}

/// The hash of the first block, as a node tells it.
async fn genesis(url: &str) -> String {
    let node = Node::connect(url).await;
    let hash = node.request("chain_getBlockHash", rpc_params![0]).await;
    hash.as_str().expect("there is a first block").to_owned()
}

async fn verified(file: &Path, genesis: &str, more: &[&str]) -> std::process::Output {
    let file = path(file);
    let arguments = [&["verify", &file, "--genesis", genesis, "--json"][..], more].concat();
    waggle(NOWHERE, &arguments).await
}

fn path(file: &Path) -> String {
    file.display().to_string()
}

/// A receipt shows what `waggle ask` told.
fn check(verdict: &Value, asked: &Value, genesis: &str) {
    assert_eq!((&verdict["valid"], &verdict["genesis"]), (&json!(true), &json!(genesis)));
    for field in ["round", "status", "client", "domain", "min_score", "winner", "winner_text"] {
        assert_eq!(verdict[field], asked[field], "{field}");
    }
    assert_eq!(verdict["seed"], asked["seed"]);
    assert_eq!(verdict["ended"], asked["blocks"]["ended"]);
    assert!(verdict["block"].as_u64() >= verdict["ended"].as_u64());
    assert_eq!((&verdict["validators"], &verdict["validator_changes"]), (&json!(4), &json!(0)));
    let payments = &asked["payments"];
    for field in ["reward", "returned", "ticket", "treasury"] {
        assert_eq!(verdict[field], payments[field], "{field}");
    }
    let answers = verdict["answers"].as_array().unwrap();
    assert_eq!(answers.len(), MIN_SWARM as usize);
    for (index, answer) in answers.iter().enumerate() {
        for field in ["agent", "index", "key", "candidate", "opened_answer", "score"] {
            assert_eq!(answer[field], asked["answers"][index][field], "{field} of {index}");
        }
        for field in ["paid", "forfeited"] {
            assert_eq!(answer[field], payments["agents"][index][field], "{field} of {index}");
        }
    }
}

/// A receipt that was changed is refused, each with its reason.
async fn refuse_all(file: &Path, bytes: &[u8], genesis: &str) {
    let whole = Receipt::from_bytes(bytes).unwrap();
    assert_eq!(whole.to_bytes(), bytes);
    // Where the parts are: magic and version, the round, and so on.
    let round = 5;
    let header = round + 8;
    let voters = header + whole.genesis.encoded_size();
    let block = voters + whole.voters.encoded_size() + whole.changes.encoded_size();
    let votes = block + whole.block.header.encoded_size();
    for (place, reason) in [
        (0, "not_a_receipt"),
        (4, "version"),
        (header, "other_chain"),
        (voters + whole.voters.encoded_size() - 1, "voters_unproven"),
        (block, "not_final"),
        (votes, "not_final"),
        (bytes.len() - 1, "result_unproven"),
    ] {
        let mut changed = bytes.to_vec();
        changed[place] ^= 1;
        refuse(file, &changed, genesis, reason).await;
    }
    let mut other_round = whole.clone();
    other_round.round += 1_000;
    let verdict = refused(file, &other_round.to_bytes(), genesis).await;
    let reasons = [json!("no_result"), json!("result_unproven")];
    assert!(reasons.contains(&verdict["reason"]), "{verdict}");
    let mut alone = whole.clone();
    alone.block.justification.commit.precommits.truncate(1);
    refuse(file, &alone.to_bytes(), genesis, "not_final").await;
    let mut foreign = whole.clone();
    let votes = &mut foreign.block.justification.commit.precommits;
    votes[0].id = votes[1].id.clone();
    refuse(file, &foreign.to_bytes(), genesis, "not_final").await;
    let mut twice = whole.clone();
    twice.changes.push(twice.block.clone());
    refuse(file, &twice.to_bytes(), genesis, "no_change").await;
    refuse(file, bytes, &format!("0x{}", "00".repeat(32)), "other_chain").await;
    refuse(file, &bytes[..bytes.len() / 2], genesis, "malformed").await;
    refuse(file, &[bytes, b"more"].concat(), genesis, "malformed").await;
    refuse(file, &vec![0xa5; 10_000_000], genesis, "too_long").await;
    refuse(file, b"", genesis, "not_a_receipt").await;
}

async fn refuse(file: &Path, bytes: &[u8], genesis: &str, reason: &str) {
    let verdict = refused(file, bytes, genesis).await;
    assert_eq!(verdict["reason"], reason, "{verdict}");
}

/// What `waggle verify` says to these bytes, which are no receipt.
async fn refused(file: &Path, bytes: &[u8], genesis: &str) -> Value {
    fs::write(file, bytes).unwrap();
    let output = verified(file, genesis, &[]).await;
    assert_eq!(output.status.code(), Some(2), "{}", errors(&output));
    assert!(errors(&output).contains("not to be believed"), "{}", errors(&output));
    let verdict: Value = serde_json::from_slice(&output.stdout).expect("JSON on stdout");
    assert_eq!(verdict["valid"], false, "{verdict}");
    verdict
}

/// There is no receipt of a round that runs; when it is over, there is.
async fn check_too_early(network: &LocalNetwork) {
    let url = network.url();
    // No agent can afford its ticket.
    let costly = Terms { reward: Amount(900_000 * WAG), ..terms(1_000) };
    let round = submit_only(network, &"7+".repeat(AGENTS as usize), &costly).await.round;
    let round = round.to_string();
    let early = waggle(&url, &["receipt", &round]).await;
    assert_eq!(early.status.code(), Some(1));
    assert!(errors(&early).contains("not over yet"), "{}", errors(&early));
    printed(&waggle(&url, &["withdraw", &round, "--json"]).await);
    let made = printed(&waggle(&url, &["receipt", &round, "--wait", "--json"]).await);
    let hex = made["receipt"].as_str().unwrap().trim_start_matches("0x").to_owned();
    let (bytes, genesis) = (hex::decode(hex).unwrap(), made["genesis"].as_str().unwrap());
    assert_eq!(made["bytes"], bytes.len());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("withdrawn.receipt");
    fs::write(&file, bytes).unwrap();
    let verdict = printed(&verified(&file, genesis, &[]).await);
    assert_eq!(verdict["cancelled_because"], "withdrawn");
    assert_eq!(verdict["winner_text"], Value::Null);
}
