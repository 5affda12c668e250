//! Seven members of a domain say what they run, and one of them does not run it: auditors find that
//! out from nothing but the answers. It is flagged twice and suspended; all others stay in good
//! standing, and are paid.

mod setting;

use crate::{
    blocks::Node,
    domains::agent,
    faults::ledger::Ledger,
    invariants::amount,
    scenario::{errors, printed, start, waggle},
};
use futures::future::join_all;
use serde_json::Value;
use setting::{
    ask_in_epoch, ask_one, plan, sentence_model, set_up, DEADLINE, DOMAIN, EPOCH_BLOCKS, LIAR,
    MEMBERS, MODELS, TROUBLES,
};
use std::{collections::BTreeSet, time::Duration};
use subxt::{
    dynamic,
    ext::{
        scale_decode::{self, DecodeAsType},
        scale_value::ValueDef,
    },
};
use waggle_client::AccountId;
use waggle_local_network::LocalNetwork;
use waggle_primitives::{audit::median::LEAST_AUDITORS, DomainId};

/// How long answers may take in the last round, in blocks: all of it, since a seat stays empty.
const LAST_ANSWERING: u32 = 20;
/// Questions in an epoch: as many as it takes for a verdict.
const PROMPTS: usize = 16;
/// How often the state is looked at.
const PAUSE: Duration = Duration::from_secs(1);

/// The event of this name.
#[derive(Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct MemberFlagged {
    epoch: u32,
    owner: AccountId,
    evidence: dynamic::Value,
    in_a_row: u32,
}

/// The event of this name.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct MemberSuspended {
    epoch: u32,
    owner: AccountId,
    evidence: dynamic::Value,
    slashed: u128,
}

/// The event of this name.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct AuditorPaid {
    owner: AccountId,
    amount: u128,
}

/// The event of this name.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct Collected {
    domain: DomainId,
    owner: AccountId,
    amount: u128,
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn a_member_should_be_suspended_that_runs_another_model_than_it_claims() {
    let folder = tempfile::tempdir().unwrap();
    let model = sentence_model();
    let mut network = start(plan(folder.path(), &model)).await;
    let url = network.url();
    let node = Node::connect(&url).await;
    let before = Ledger::now(&url).await;
    let first = set_up(&network, &node, folder.path(), &model).await;
    let purse = amount(&audits(&network).await["audit"]["purse"]);
    let bond = amount(&shown(&network, LIAR).await["bond"]);

    ask_in_epoch(&network, &node, first, &TROUBLES[..PROMPTS]).await;
    ask_in_epoch(&network, &node, first + 1, &TROUBLES[TROUBLES.len() - PROMPTS..]).await;

    let once = until_judged(&network, &node, first).await;
    check_flags(&network, &node, &once, 1).await;
    check_standings(&network, &once, 1);
    let paid = paid_to_auditors(&network, &node, first).await;
    assert_eq!(amount(&once["audit"]["purse"]), purse - paid);
    let suspended = suspensions(&node, first).await;
    assert!(suspended.is_empty(), "one flag suspends nobody: {suspended:?}");

    let twice = until_judged(&network, &node, first + 1).await;
    check_flags(&network, &node, &twice, 2).await;
    check_standings(&network, &twice, 2);
    let paid = paid + paid_to_auditors(&network, &node, first + 1).await;
    assert_eq!(amount(&twice["audit"]["purse"]), purse - paid);
    let slashed = bond / 4;
    let expected = (network.agents()[LIAR].owner, first + 1, "Contrast".to_owned(), slashed);
    assert_eq!(suspensions(&node, first + 1).await, [expected]);
    assert_eq!(amount(&shown(&network, LIAR).await["bond"]), bond - slashed);

    check_pay(&network, &node).await;
    check_last_round(&network).await;
    assert_eq!(Ledger::now(&url).await.issuance, before.issuance, "no money appears or is lost");
    network.check_running().unwrap();
    network.stop().await;
}

/// What the chain says of the domain's audits.
async fn audits(network: &LocalNetwork) -> Value {
    printed(&waggle(&network.url(), &["audits", &DOMAIN.to_string(), "--json"]).await)
}

/// What the chain says of a member's agent.
async fn shown(network: &LocalNetwork, member: usize) -> Value {
    let owner = owner(network, member);
    printed(&waggle(&network.url(), &["agent", "show", &owner, "--json"]).await)
}

/// What it says of the agent in the domain.
async fn membership(network: &LocalNetwork, member: usize) -> Value {
    let shown = shown(network, member).await;
    let memberships = shown["memberships"].as_array().unwrap();
    memberships.iter().find(|one| one["domain"] == DOMAIN).expect("it is a member").clone()
}

/// The address of a member's owner.
fn owner(network: &LocalNetwork, member: usize) -> String {
    network.agents()[member].owner.to_string()
}

/// The owners of those that run what they claim.
fn honest(network: &LocalNetwork) -> BTreeSet<String> {
    let members = (0..MEMBERS.len()).filter(|member| *member != LIAR);
    members.map(|member| owner(network, member)).collect()
}

/// The block from which on the samples of an epoch are judged.
fn judging(epoch: u32) -> u32 {
    (epoch + 2) * EPOCH_BLOCKS - EPOCH_BLOCKS / 4
}

/// Wait until the chain has judged all members by the samples of an epoch. Returns what it says
/// then. Panics if it takes longer than it may.
async fn until_judged(network: &LocalNetwork, node: &Node, epoch: u32) -> Value {
    let deadline = (epoch + 2) * EPOCH_BLOCKS + EPOCH_BLOCKS / 2;
    node.until("the judging begins", DEADLINE, |best, _| best >= judging(epoch)).await;
    loop {
        let told = audits(network).await;
        let work = &told["audit"]["work"];
        let members = told["members"].as_array().unwrap();
        let is_done = work.is_null() || work["epoch"] != epoch;
        let are_judged = members.iter().filter(|member| member["epoch"] == epoch).count();
        if is_done && are_judged == MEMBERS.len() {
            return told;
        }
        assert!(node.best().await < deadline, "epoch {epoch} is not judged: {told}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// The name of a variant.
fn word(value: &dynamic::Value) -> String {
    match &value.value {
        ValueDef::Variant(variant) => variant.name.clone(),
        other => panic!("not a variant: {other:?}"),
    }
}

/// The samples of an epoch, of which the chain has `told`, speak against nobody but the one member,
/// for so many epochs in a row.
async fn check_flags(network: &LocalNetwork, node: &Node, told: &Value, in_a_row: u32) {
    let epoch = told["members"][0]["epoch"].as_u64().unwrap() as u32;
    let flags: Vec<(u32, MemberFlagged)> =
        node.events_since(judging(epoch), "Audits", "MemberFlagged").await;
    let liar = network.agents()[LIAR].owner;
    for (_, flag) in &flags {
        assert_eq!((flag.owner, flag.epoch), (liar, epoch), "{flags:?}");
    }
    let contrast = flags.iter().filter(|(_, flag)| word(&flag.evidence) == "Contrast");
    let rows: Vec<u32> = contrast.map(|(_, flag)| flag.in_a_row).collect();
    assert_eq!(rows, [in_a_row], "{flags:?}: {told}");
}

/// Who was suspended for what the samples of an epoch say: the owner, the epoch, the evidence, and
/// what was taken of the bond.
async fn suspensions(node: &Node, epoch: u32) -> Vec<(AccountId, u32, String, u128)> {
    let all: Vec<(u32, MemberSuspended)> =
        node.events_since(judging(epoch), "Audits", "MemberSuspended").await;
    let all = all.into_iter();
    all.map(|(_, one)| (one.owner, one.epoch, word(&one.evidence), one.slashed)).collect()
}

/// What auditors were paid for an epoch: five at least, all of them members.
async fn paid_to_auditors(network: &LocalNetwork, node: &Node, epoch: u32) -> u128 {
    let all: Vec<(u32, AuditorPaid)> =
        node.events_since(judging(epoch), "Audits", "AuditorPaid").await;
    assert!(all.len() >= LEAST_AUDITORS, "{} auditors were paid for epoch {epoch}", all.len());
    let known: BTreeSet<AccountId> = network.agents().iter().map(|agent| agent.owner).collect();
    assert!(all.iter().all(|(_, paid)| paid.amount > 0 && known.contains(&paid.owner)));
    all.iter().map(|(_, paid)| paid.amount).sum()
}

/// All but one are in good standing, and what speaks against that one has been there for so many
/// epochs.
fn check_standings(network: &LocalNetwork, told: &Value, in_a_row: u32) {
    let threshold = told["rules"]["contrast"]["threshold"].as_f64().unwrap();
    let standings = told["members"].as_array().unwrap();
    for (member, (claimed, run)) in MEMBERS.into_iter().enumerate() {
        let owner = owner(network, member);
        let standing = standings.iter().find(|one| one["agent"] == owner).expect("it was judged");
        let [margin] = &standing["margins"].as_array().unwrap()[..] else {
            panic!("there is one other claim: {standing}");
        };
        eprintln!(
            "epoch {}: claims {}, runs {}: margin {} of {} prompts, distance {}",
            standing["epoch"],
            MODELS[claimed],
            MODELS[run],
            margin["margin"],
            margin["prompts"],
            standing["distance"],
        );
        let verdicts = standing["verdicts"].as_array().unwrap();
        let contrast = verdicts.iter().find(|one| one["evidence"] == "contrast").unwrap();
        let against = margin["margin"].as_f64().unwrap() > threshold;
        if member == LIAR {
            assert!(against, "{standing}");
            assert_eq!(contrast["verdict"], "flag", "{standing}");
            assert_eq!(contrast["in_a_row"], in_a_row, "{standing}");
            assert_eq!(standing["suspended"].is_u64(), in_a_row >= 2, "{standing}");
        } else {
            assert!(!against && standing["suspended"].is_null(), "{standing}");
            assert_eq!(contrast["verdict"], "pass", "{standing}");
            assert!(verdicts.iter().all(|one| one["verdict"] != "flag"), "{standing}");
        }
    }
}

/// All but one get their part of the reward pool. That one gets nothing, and does not come back.
async fn check_pay(network: &LocalNetwork, node: &Node) {
    let (url, domain, since) = (network.url(), DOMAIN.to_string(), node.best().await);
    let (url, domain) = (url.as_str(), domain.as_str());
    let collecting = (0..MEMBERS.len()).map(|member| async move {
        let owed = amount(&membership(network, member).await["collectable"]);
        (owed, agent(url, member, &["collect", domain]).await)
    });
    let mut expected = BTreeSet::new();
    for (member, (owed, collected)) in join_all(collecting).await.iter().enumerate() {
        if member == LIAR {
            assert_eq!(*owed, 0);
            assert!(errors(collected).contains("Suspended"), "{}", errors(collected));
        } else {
            assert!(*owed > 0, "member {member} has served");
            assert!(collected.status.success(), "{}", errors(collected));
            expected.insert((owner(network, member), *owed));
        }
    }
    let all: Vec<(u32, Collected)> = node.events_since(since, "Domains", "Collected").await;
    let here = all.iter().filter(|(_, one)| one.domain == DOMAIN);
    let collected: BTreeSet<(String, u128)> =
        here.map(|(_, one)| (one.owner.to_string(), one.amount)).collect();
    assert_eq!(collected, expected);
    let back = agent(url, LIAR, &["rejoin", domain]).await;
    assert!(errors(&back).contains("Suspended"), "{}", errors(&back));
}

/// Nobody takes the seat that is left.
async fn check_last_round(network: &LocalNetwork) {
    let report = ask_one(network, TROUBLES[0], LAST_ANSWERING).await;
    let came: BTreeSet<String> = report.answers.iter().map(|answer| answer.agent.clone()).collect();
    assert_eq!(came, honest(network));
}
