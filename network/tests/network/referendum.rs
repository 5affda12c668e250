//! Token holders give a running chain another code, by a referendum about a call that the technical
//! committee has whitelisted.
//!
//! Each step is a transaction, as wallets send it. Only time is short: half an hour passes between
//! submission and enactment. So sudo, which the chain `dev` has, plays the clock, and nothing else:
//! it has the number of the block be another one for a moment while the referendum is looked at,
//! and brings the enactment forward. All conditions are those of the real chain, the durations too.
//!
//! The code is the chain's own with bytes after it that mean nothing. So it has the same version,
//! and is authorised without the check for a higher one: `node/tests/upgrade/` has others.

use crate::{
    blocks::Node,
    calls::{as_root, call, none},
    faults::ledger::{Ledger, Money},
    scenario::{plan, start},
};
use sp_core::{Blake2Hasher, Hasher};
use std::time::Duration;
use subxt::{
    dynamic::{self, Value},
    ext::{
        scale_decode::{self, DecodeAsType},
        scale_encode::EncodeAsFields,
        scale_value::ValueDef,
    },
};
use waggle_client::{
    account::{account_id, development},
    amount::WAG,
    transaction::{transact, Done},
    Failure,
};
use waggle_local_network::Plan;

/// Who votes, and with how much each, of a million: together a third of all there is.
const VOTERS: [&str; 5] = ["//Bob", "//Charlie", "//Dave", "//Eve", "//Ferdie"];
/// What each of them votes with.
const STAKE: u128 = 900_000 * WAG;
/// *Yes*, with a conviction of one.
const AYE: u128 = 0x81;
/// The number of the track `whitelisted`.
const TRACK: u16 = 1;
/// What it costs to have a whitelisted referendum decided.
const DEPOSIT: u128 = 100 * WAG;
/// Ten minutes, in blocks: to prepare, to confirm, and to enact.
const TEN_MINUTES: u32 = 2_400;
/// In how many blocks what sudo schedules is done: five seconds, within which a busy machine must
/// have had sudo's transaction in a block.
const LEAD: u32 = 20;
/// How long a few blocks may take.
const DEADLINE: Duration = Duration::from_secs(40);
/// What compressed code begins with (`sp_maybe_compressed_blob`).
const COMPRESSED: [u8; 8] = [82, 188, 83, 118, 70, 219, 142, 5];
/// A frame of zstd's that decoders skip, with four bytes in it.
const SKIPPED_FRAME: [u8; 12] = *b"\x50\x2a\x4d\x18\x04\x00\x00\x00bees";

/// What came of a scheduled call.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct Dispatched {
    result: Result<(), Value>,
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn a_referendum_should_change_the_code_of_a_running_chain() {
    let mut network = start(Plan { roles: Vec::new(), ..plan() }).await;
    let url = network.url();
    let node = Node::connect(&url).await;
    let before = Ledger::now(&url).await;
    let code = [&code_of(&node).await[..], &SKIPPED_FRAME].concat();
    assert!(code.starts_with(&COMPRESSED), "what is appended must be skipped");

    // The committee whitelists the call, and anybody submits a referendum on it.
    let hash = Value::from_bytes(blake2(&code));
    let name = "authorize_upgrade_without_checks";
    let authorise = encoded(&node, "System", name, (hash.clone(),)).await;
    whitelist(&node, &authorise).await;
    let dispatch = "dispatch_whitelisted_call_with_preimage";
    let authorise = call("System", name, [("code_hash", hash)]);
    let proposal = encoded(&node, "Whitelist", dispatch, (authorise,)).await;
    send(&node, "//Dave", "Preimage", "note_preimage", (proposal.clone(),)).await.unwrap();
    let origin =
        Value::unnamed_variant("Origins", [Value::unnamed_variant("WhitelistedCaller", [])]);
    let lookup = [
        ("hash", Value::from_bytes(blake2(&proposal))),
        ("len", Value::u128(proposal.len() as u128)),
    ];
    let lookup = Value::named_variant("Lookup", lookup);
    let at_once = Value::unnamed_variant("After", [Value::u128(0)]);
    let submitted =
        send(&node, "//Dave", "Referenda", "submit", (origin, lookup, at_once)).await.unwrap();
    let submitted = submitted.block.number;
    send(&node, "//Eve", "Referenda", "place_decision_deposit", (0u32,)).await.unwrap();
    futures::future::join_all(VOTERS.map(|suri| vote(&node, suri))).await;
    cannot_spend_its_vote(&node, "//Bob").await;

    // Too early by a block, each time, and then in time.
    let prepared = submitted + TEN_MINUTES;
    let confirmed = prepared + TEN_MINUTES;
    assert_eq!(outcome(&node).await, ("Ongoing".to_owned(), None));
    look_at_blocks(&node, &[prepared - 1, prepared, confirmed - 1, confirmed]).await;
    assert_eq!(outcome(&node).await, ("Approved".to_owned(), Some(u128::from(confirmed))));
    let enacted = confirmed + TEN_MINUTES;
    assert_eq!(enactments(&node).await, [enacted], "as the page says, half an hour in all");
    assert_eq!(node.value::<Value>("System", "AuthorizedUpgrade").await, None);
    bring_forward(&node, enacted).await;
    assert!(node.value::<Value>("System", "AuthorizedUpgrade").await.is_some());

    // Anybody brings the code, and the chain goes on with it.
    let applied = send(&node, "//Ferdie", "System", "apply_authorized_upgrade", (code.clone(),));
    let applied = applied.await.unwrap().block.number;
    assert!(code_of(&node).await == code, "the chain has the code");
    node.until("it goes on", DEADLINE, |best, finalised| {
        best > applied + 10 && finalised > applied
    })
    .await;
    refund_and_wait(&node).await;
    let after = Ledger::now(&url).await;
    assert_eq!(after.issuance, before.issuance);
    network.check_running().unwrap();
    network.stop().await;
}

/// The chain's code.
async fn code_of(node: &Node) -> Vec<u8> {
    let best = node.chain.best_block().await.unwrap();
    let at = node.chain.client().at_block(best.hash).await.unwrap();
    at.storage().runtime_wasm_code().await.unwrap()
}

/// As the chain hashes calls and code.
fn blake2(bytes: &[u8]) -> [u8; 32] {
    Blake2Hasher::hash(bytes).0
}

/// The bytes of a call.
async fn encoded<Arguments: EncodeAsFields>(
    node: &Node,
    pallet: &str,
    name: &str,
    arguments: Arguments,
) -> Vec<u8> {
    let transactions = node.chain.client().transactions().await.unwrap();
    transactions.call_data(&dynamic::tx(pallet, name, arguments)).unwrap()
}

async fn send<Arguments: EncodeAsFields>(
    node: &Node,
    suri: &str,
    pallet: &str,
    name: &str,
    arguments: Arguments,
) -> Result<Done, Failure> {
    transact(&node.chain, &development(suri).unwrap(), pallet, name, arguments).await
}

/// Two of three in the committee whitelist the call with these bytes.
async fn whitelist(node: &Node, bytes: &[u8]) {
    let hash = Value::from_bytes(blake2(bytes));
    let motion = encoded(node, "Whitelist", "whitelist_call", (hash.clone(),)).await;
    let (motion, length) = (Value::from_bytes(blake2(&motion)), motion.len() as u32);
    let whitelist = call("Whitelist", "whitelist_call", [("call_hash", hash)]);
    let committee = "TechnicalCommittee";
    send(node, "//Alice", committee, "propose", (2u32, whitelist, length)).await.unwrap();
    for member in ["//Alice", "//Charlie"] {
        send(node, member, committee, "vote", (motion.clone(), 0u32, true)).await.unwrap();
    }
    let bound = Value::named_composite([
        ("ref_time", Value::u128(10_000_000_000)),
        ("proof_size", Value::u128(100_000)),
    ]);
    let closed = send(node, "//Dave", committee, "close", (motion, 0u32, bound, length));
    let closed = closed.await.unwrap().block.hash;
    let whitelisted: Vec<Value> = node.events(closed, "Whitelist", "CallWhitelisted").await;
    assert_eq!(whitelisted.len(), 1, "two thirds suffice");
}

async fn vote(node: &Node, suri: &str) {
    let vote =
        [("vote", Value::unnamed_composite([Value::u128(AYE)])), ("balance", Value::u128(STAKE))];
    let vote = Value::named_variant("Standard", vote);
    send(node, suri, "ConvictionVoting", "vote", (0u32, vote)).await.unwrap();
}

async fn money(node: &Node, suri: &str) -> Money {
    Money::of(&node.chain, &account_id(&development(suri).unwrap())).await
}

/// What votes stays where it is; the rest is free.
async fn cannot_spend_its_vote(node: &Node, suri: &str) {
    assert_eq!(money(node, suri).await.reserved, STAKE, "on hold for the vote");
    let to = account_id(&development("//One").unwrap());
    let give = |amount: u128| {
        let to = Value::unnamed_variant("Id", [Value::from_bytes(to.0)]);
        send(node, suri, "Balances", "transfer_allow_death", (to, amount))
    };
    let refused = give(200_000 * WAG).await.err().expect("so much is not free").to_string();
    assert!(refused.contains("Funds are unavailable"), "{refused}");
    give(50_000 * WAG).await.unwrap();
    assert_eq!(money(node, suri).await.reserved, STAKE);
}

/// How the referendum stands, by name, and since when.
async fn outcome(node: &Node) -> (String, Option<u128>) {
    let best = node.chain.best_block().await.unwrap();
    let at = node.chain.client().at_block(best.hash).await.unwrap();
    let address = dynamic::storage::<(u32,), Value>("Referenda", "ReferendumInfoFor");
    let info = at.storage().fetch(address, (0,)).await.unwrap().decode().unwrap();
    let ValueDef::Variant(info) = info.value else { panic!("it is a variant") };
    let since = info.values.values().next().and_then(Value::as_u128);
    (info.name, since)
}

/// Have the referendum looked at as if it were in each of `blocks`, in this order: in one block,
/// whose number is its own again in the end.
async fn look_at_blocks(node: &Node, blocks: &[u32]) {
    let at = node.best().await + LEAD;
    let key = key(node, "System", "Number").await;
    let number = |block: u32| set_storage(&key, &block.to_le_bytes());
    let look = || call("Referenda", "nudge_referendum", [("index", Value::u128(0))]);
    let mut calls: Vec<Value> = blocks.iter().flat_map(|block| [number(*block), look()]).collect();
    calls.push(number(at));
    let batch = [("calls", Value::unnamed_composite(calls))];
    let schedule = [
        ("when", Value::u128(at.into())),
        ("maybe_periodic", none()),
        ("priority", Value::u128(0)),
        ("call", call("Utility", "batch_all", batch)),
    ];
    as_root(node, call("Scheduler", "schedule", schedule)).await;
    until_dispatched(node, at).await;
}

/// Wait until what is scheduled for block `at` is done.
async fn until_dispatched(node: &Node, at: u32) {
    node.until("the block comes", DEADLINE, |best, _| best > at).await;
    let hash = node.hash(at).await.expect("the block is there");
    let dispatched: Vec<Dispatched> = node.events(hash, "Scheduler", "Dispatched").await;
    assert_eq!(dispatched.len(), 1);
    for Dispatched { result } in dispatched {
        result.expect("it is done");
    }
}

/// The call that writes a value into the state.
fn set_storage(key: &[u8], value: &[u8]) -> Value {
    let item = Value::unnamed_composite([Value::from_bytes(key), Value::from_bytes(value)]);
    call("System", "set_storage", [("items", Value::unnamed_composite([item]))])
}

/// Where the state has a value.
async fn key(node: &Node, pallet: &str, item: &str) -> Vec<u8> {
    let best = node.chain.best_block().await.unwrap();
    let at = node.chain.client().at_block(best.hash).await.unwrap();
    let entry = at.storage().entry(dynamic::storage::<(), Value>(pallet, item)).unwrap();
    entry.fetch_key(()).unwrap()
}

/// For which blocks enactments are scheduled.
async fn enactments(node: &Node) -> Vec<u32> {
    let best = node.chain.best_block().await.unwrap();
    let at = node.chain.client().at_block(best.hash).await.unwrap();
    let address = dynamic::storage::<([u8; 32],), (u32, u32)>("Scheduler", "Lookup");
    let mut entries = at.storage().iter(address, ()).await.unwrap();
    let mut all = Vec::new();
    while let Some(entry) = entries.next().await {
        let (block, _index) = entry.unwrap().value().decode().unwrap();
        all.push(block);
    }
    all
}

/// Have done soon what is scheduled for block `block`.
async fn bring_forward(node: &Node, block: u32) {
    let soon = node.best().await + LEAD;
    let best = node.chain.best_block().await.unwrap();
    let at = node.chain.client().at_block(best.hash).await.unwrap();
    let address = dynamic::storage::<(u32,), Value>("Scheduler", "Agenda");
    let agenda = at.storage().entry(address).unwrap();
    let tasks = agenda.try_fetch((block,)).await.unwrap().expect("there is something");
    let key = agenda.fetch_key((soon,)).unwrap();
    as_root(node, set_storage(&key, tasks.bytes())).await;
    until_dispatched(node, soon).await;
}

/// Deposits come back, votes that won stay.
async fn refund_and_wait(node: &Node) {
    let held = money(node, "//Eve").await.reserved;
    send(node, "//Eve", "Referenda", "refund_decision_deposit", (0u32,)).await.unwrap();
    assert_eq!(held - money(node, "//Eve").await.reserved, DEPOSIT);
    let class = Value::unnamed_variant("Some", [Value::u128(TRACK.into())]);
    send(node, "//Bob", "ConvictionVoting", "remove_vote", (class, 0u32)).await.unwrap();
    let bob = account_id(&development("//Bob").unwrap());
    let bob = Value::unnamed_variant("Id", [Value::from_bytes(bob.0)]);
    send(node, "//Bob", "ConvictionVoting", "unlock", (TRACK, bob)).await.unwrap();
    assert_eq!(money(node, "//Bob").await.reserved, STAKE, "for seven days more");
}
