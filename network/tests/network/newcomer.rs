//! A validator joins a running chain: it sets its session keys, bonds, is added by governance, and
//! makes blocks from the session after next. When a session is over, those who made its blocks
//! share the pot.
//!
//! Sessions last ten minutes. So the nodes share a clock that is put forward by a session at a time
//! ([`Clock`]): the slots between stay empty.

use crate::{
    blocks::Node,
    calls::{as_root, call, Encoded},
    faketime::Clock,
    faults::ledger::{of_pallet, Money},
};
use codec::Encode;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use subxt::{
    dynamic::Value,
    ext::scale_decode::{self, DecodeAsType},
    rpcs::rpc_params,
};
use waggle_client::{
    account::{account_id, development},
    amount::WAG,
    transaction::transact,
    AccountId,
};
use waggle_local_network::LocalNetwork;

/// What a validator has on hold.
pub(crate) const BOND: u128 = 10_000 * WAG;
/// What an account has on hold for its session keys.
const KEY_DEPOSIT: u128 = WAG;
/// How long a session lasts: 2 400 slots of 250 ms.
const SESSION: Duration = Duration::from_secs(600);
/// The name of its node.
const EVE: &str = "eve";
/// The validators' accounts, in the order of the authorities; the last one is the newcomer's.
const ACCOUNTS: [&str; 5] = ["//Alice", "//Bob", "//Charlie", "//Dave", "//Eve"];
/// The newcomer's number among the authorities.
const NUMBER: u32 = 4;
/// The first session in which it sits: the one after next.
const FIRST: u32 = 2;
/// How long a few blocks may take.
const DEADLINE: Duration = Duration::from_secs(40);

/// Events, as far as they are read here.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct NewSession {
    session_index: u32,
}
#[derive(Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct ValidatorsPaid {
    session: u32,
    blocks: u32,
    amount: u128,
}
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct Transfer {
    from: AccountId,
    to: AccountId,
    amount: u128,
}

/// Have one more validator, on a network that has just begun. Returns the first block of the
/// session in which it sits.
pub(crate) async fn join(network: &mut LocalNetwork, alice: &Node, clock: &Clock) -> u32 {
    let eve = development("//Eve").unwrap();
    let account = account_id(&eve);
    network.add_candidate(EVE, clock.surroundings()).await.unwrap();
    let node = Node::connect(&network.url_of(EVE).unwrap()).await;
    let owner = format!("0x{}", hex::encode(account.0));
    let made = node.request("author_rotateKeysWithOwner", rpc_params![owner]).await;
    let bytes = |field: &str| {
        let text = made[field].as_str().expect("there are keys and a proof");
        hex::decode(text.trim_start_matches("0x")).unwrap()
    };
    let keys = Encoded([bytes("keys"), bytes("proof").encode()].concat());
    transact(&alice.chain, &eve, "Session", "set_keys", keys).await.unwrap();
    transact(&alice.chain, &eve, "Validators", "bond", ()).await.unwrap();
    let held = Money::of(&alice.chain, &account).await.reserved;
    assert_eq!(held, BOND + KEY_DEPOSIT);
    let validator = [("validator", Value::from_bytes(account.0))];
    as_root(alice, call("Validators", "add_validator", validator)).await;

    let next = until_session(alice, clock, FIRST - 1).await;
    pay_a_fee(alice).await;
    let begin = until_session(alice, clock, FIRST).await;
    check_paid(alice, FIRST - 1, next, begin).await;
    alice.until_made_by(NUMBER, begin, DEADLINE).await;
    begin
}

/// End the first session in which the newcomer sat, that began with block `begin`: all who made its
/// blocks are paid for them, whatever has become of them.
pub(crate) async fn end_first_session(alice: &Node, clock: &Clock, begin: u32) {
    pay_a_fee(alice).await;
    let end = until_session(alice, clock, FIRST + 1).await;
    let paid = check_paid(alice, FIRST, begin, end).await;
    let newcomer = account_id(&development(ACCOUNTS[NUMBER as usize]).unwrap());
    assert!(paid.contains_key(&newcomer), "{paid:?}");
}

/// Put the clock forward to session `index`, and wait until its first block is final. Returns that.
async fn until_session(node: &Node, clock: &Clock, index: u32) -> u32 {
    let from = node.best().await;
    clock.put_ahead(SESSION * index);
    let begin = Instant::now();
    loop {
        let begun: Vec<(u32, NewSession)> = node.events_since(from, "Session", "NewSession").await;
        if let Some((block, event)) = begun.first() {
            assert_eq!(event.session_index, index);
            if node.finalised().await >= *block {
                eprintln!("session {index} began after {:.1} s", begin.elapsed().as_secs_f64());
                return *block;
            }
        }
        assert!(begin.elapsed() < DEADLINE, "session {index} does not begin");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Somebody who is no validator pays for something.
async fn pay_a_fee(node: &Node) {
    let payer = development("//Ferdie").unwrap();
    transact(&node.chain, &payer, "System", "remark", (vec![0u8; 1_000],)).await.unwrap();
}

/// Who made blocks in `session`, from block `begin` to the one before `end`, was paid for each of
/// them alike when the next session began. Returns how much.
async fn check_paid(node: &Node, session: u32, begin: u32, end: u32) -> BTreeMap<AccountId, u128> {
    let hash = node.hash(end).await.expect("the block is there");
    let told: Vec<ValidatorsPaid> = node.events(hash, "Validators", "ValidatorsPaid").await;
    let [told] = &told[..] else { panic!("{told:?}") };
    assert_eq!((told.session, told.blocks), (session, end - begin));
    assert!(told.amount > 0);
    let of_block = told.amount / u128::from(told.blocks);
    let mut expected = BTreeMap::<AccountId, u128>::new();
    for number in begin..end {
        let author = ACCOUNTS[node.made(number).await.author as usize];
        *expected.entry(account_id(&development(author).unwrap())).or_default() += of_block;
    }
    let pot = of_pallet(b"wag/vals");
    let transfers: Vec<Transfer> = node.events(hash, "Balances", "Transfer").await;
    let paid = transfers.into_iter().filter(|transfer| transfer.from == pot);
    let paid: BTreeMap<_, _> = paid.map(|transfer| (transfer.to, transfer.amount)).collect();
    assert_eq!(paid, expected);
    assert_eq!(paid.values().sum::<u128>(), told.amount);
    paid
}
