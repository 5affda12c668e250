//! A network of four validators and seven agents, end to end: somebody founds a domain, the agents
//! join it, seats are drawn by lot among more members than there are seats, and an examiner reveals
//! what it knew. All the money that moves is accounted for.

use crate::{
    domains::{agent, owners},
    faults::ledger::{of_pallet, Ledger, Money},
    invariants::{amount, check_round},
    scenario::{errors, printed, waggle, AGENTS},
};
use serde_json::{json, Value};
use std::collections::{BTreeMap, BTreeSet};
use subxt::dynamic;
use waggle_client::{
    account::{account_id, development},
    amount::WAG,
    chain::Chain,
    AccountId,
};
use waggle_local_network::LocalNetwork;
use waggle_network::examiner::Examiner;
use waggle_primitives::{lots::Lots, DomainId, MIN_SWARM};

/// The first domain that somebody founds.
const DOMAIN: DomainId = 1;
/// Who founds it, and examines there.
const FOUNDER: &str = "//Bob";
/// Who asks.
const CLIENT: &str = "//Eve";
/// Who asks what the examiner knows.
const ASKER: &str = "//Charlie";
/// Whoever has sudo appoints the examiner, which costs it nothing.
const SUDO: &str = "//Alice";
/// What it costs to found a domain.
const FOUNDING_FEE: i128 = 100 * WAG as i128;
/// What one account pays at most for transactions and for asking.
const FEES: i128 = WAG as i128 / 2;

/// What each account has been paid, less what it has paid, by its address.
type Balance = BTreeMap<String, i128>;

/// On a network with no domain but the general one, on which no round runs.
pub(crate) async fn play(network: &LocalNetwork) {
    let url = &network.url();
    let chain = Chain::connect(url).await.unwrap();
    let (before, had) = (Ledger::now(url).await, money(&chain).await);
    let mut expected = Balance::new();
    let mut pay = |account: &str, amount: i128| {
        *expected.entry(account.to_owned()).or_default() += amount;
    };

    let domain = DOMAIN.to_string();
    let founding = ["domain", "found", "Sums", "--description", "What is left when all is added?"];
    let founding = [&founding[..], &["--suri", FOUNDER, "--json"]].concat();
    assert_eq!(printed(&waggle(url, &founding).await)["domain"], DOMAIN);
    pay(&address(FOUNDER), -FOUNDING_FEE);
    let join = ["join", domain.as_str()];
    let joining = (0..network.agents().len()).map(|number| agent(url, number, &join));
    for joined in futures::future::join_all(joining).await {
        assert!(joined.status.success(), "{}", errors(&joined));
    }

    // Fewer seats than members.
    let seats = MIN_SWARM.to_string();
    let terms = ["--domain", &domain, "--max-agents", &seats, "--answering-blocks", "100"];
    let asking = [&["ask", "37+12", "--suri", CLIENT, "--json"][..], &terms].concat();
    let asked = printed(&waggle(url, &asking).await);
    check_round(&asked);
    assert_eq!((&asked["domain"], &asked["rule"]["question"]), (&json!(DOMAIN), &json!("closed")));
    let drawn = drawn(&chain, &asked["seats"]).await;
    assert_eq!(owners(&asked["answers"]), drawn, "those answer whose lots were drawn");
    book(&asked, CLIENT, &mut pay);

    Examiner::appoint(&chain, DOMAIN, FOUNDER, 100 * WAG).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let salts = folder.path().join("salts.jsonl").display().to_string();
    let accounts = ["--suri", ASKER, "--examiner-suri", FOUNDER, "--salts", &salts, "--json"];
    let examining = [&["examine", "max 4 19 2", "19"][..], &terms, &accounts].concat();
    let examined = printed(&waggle(url, &examining).await);
    assert_eq!(examined["revealed"], true, "{examined}");
    let number = examined["round"].to_string();
    let round = printed(&waggle(url, &["watch", &number, "--json"]).await);
    check_round(&round);
    book(&round, ASKER, &mut pay);
    let back = signed(&examined["paid_back"]);
    let payments = &round["payments"];
    assert_eq!(back, signed(&payments["reward"]) - signed(&payments["returned"]));
    pay(&address(ASKER), back);

    let (after, has) = (Ledger::now(url).await, money(&chain).await);
    assert_eq!(after, before, "no money appears, disappears or stays on hold");
    let public = check_accounts(network, &changes(&had, &has), &expected);
    // What the treasury lost in the examination, it has won in fees and in what agents forfeited.
    let treasury = signed(&asked["payments"]["treasury"]) + signed(&payments["treasury"]);
    let fees = public - (FOUNDING_FEE + treasury - back);
    eprintln!("end to end: fees of {fees} of the smallest unit, nothing lost");
    assert!(fees > 0, "somebody has paid for transactions");
}

/// What an account is called.
fn address(suri: &str) -> String {
    account_id(&development(suri).unwrap()).to_string()
}

/// An amount that the program has printed.
fn signed(value: &Value) -> i128 {
    amount(value) as i128
}

/// What all accounts have.
async fn money(chain: &Chain) -> BTreeMap<AccountId, Money> {
    let best = chain.best_block().await.unwrap();
    Money::of_all(chain, best).await
}

/// Who may take the seats of a round in [`DOMAIN`], as anybody can reckon from its seed.
async fn drawn(chain: &Chain, seats: &Value) -> BTreeSet<String> {
    assert_eq!((&seats["kind"], &seats["members"]), (&json!("drawn"), &json!(AGENTS)), "{seats}");
    let seed = seats["seed"].as_str().unwrap().trim_start_matches("0x");
    let seed: [u8; 32] = hex::decode(seed).unwrap().try_into().expect("32 bytes");
    let lots = Lots::new(seed, AGENTS);
    let best = chain.best_block().await.unwrap();
    let state = chain.client().at_block(best.hash).await.unwrap();
    let mut owners = BTreeSet::new();
    for lot in 0..MIN_SWARM {
        let number = lots.number_with(lot).expect("each lot is somebody's");
        let address = dynamic::storage::<(DomainId, u32), AccountId>("Domains", "Rosters");
        let owner = state.storage().fetch(address, (DOMAIN, number)).await.unwrap();
        owners.insert(owner.decode().unwrap().to_string());
    }
    owners
}

/// Note what a round brought its agents, and what it cost its client.
fn book(round: &Value, client: &str, pay: &mut impl FnMut(&str, i128)) {
    let payments = &round["payments"];
    for payment in payments["agents"].as_array().unwrap() {
        let owner = payment["agent"].as_str().unwrap();
        pay(owner, signed(&payment["paid"]) - signed(&payment["forfeited"]));
    }
    pay(&address(client), signed(&payments["returned"]) - signed(&payments["reward"]));
}

/// By how much each account has more, where it has not the same.
fn changes(had: &BTreeMap<AccountId, Money>, has: &BTreeMap<AccountId, Money>) -> Balance {
    let all: BTreeSet<&AccountId> = had.keys().chain(has.keys()).collect();
    let of = |money: Option<&Money>| money.map_or(0, Money::owned) as i128;
    let changes = all
        .into_iter()
        .map(|account| (account.to_string(), of(has.get(account)) - of(had.get(account))));
    changes.filter(|(_, change)| *change != 0).collect()
}

/// Everybody has what was expected, less fees, and nobody else anything but the treasury and the
/// validators' pot. Returns what these two have more.
fn check_accounts(network: &LocalNetwork, changes: &Balance, expected: &Balance) -> i128 {
    let of_all = [FOUNDER, CLIENT, ASKER, SUDO].map(address).into_iter();
    let of_agents = network.agents().iter().map(|agent| agent.owner.to_string());
    let own: BTreeSet<String> = of_all.chain(of_agents).collect();
    let public = [b"py/trsry", b"wag/vals"].map(|identity| of_pallet(identity).to_string());
    for account in &own {
        let of = |balance: &Balance| balance.get(account).copied().unwrap_or_default();
        let fees = of(expected) - of(changes);
        assert!((0..FEES).contains(&fees), "{account}: {fees} of {changes:?}, {expected:?}");
    }
    let (mut rest, mut sum) = (0i128, 0i128);
    for (account, change) in changes {
        sum += *change;
        if public.contains(account) {
            rest += *change;
        } else {
            assert!(own.contains(account), "{account} has {change} more");
        }
    }
    assert_eq!(sum, 0, "what one pays another one gets");
    rest
}
