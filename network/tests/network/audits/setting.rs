//! The domain: who its members are, what they claim and what they run, and what is asked there.
//!
//! Their models are two manners of one expert system ([`ADVISER`]). These have no weights, so that
//! nobody can replay their answers: only where these lie tells the two apart.

use crate::{
    blocks::Node,
    calls::{as_root, call},
    domains::agent,
    scenario::{alice, errors, printed, quiet, terms, waggle, AGENTS},
};
use futures::future::join_all;
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use subxt::dynamic;
use tokio::process::Command;
use waggle_client::{
    ask::{ask, is_judged, Question},
    chain::Chain,
    report::RoundReport,
};
use waggle_harness::{
    swarm::{AgentRole, Mind},
    worker_config::Options,
};
use waggle_local_network::{Binaries, LocalNetwork, Plan, Preset, WORKER};
use waggle_primitives::DomainId;

/// The program that answers, in Python.
const ADVISER: &str = include_str!("adviser.py");
/// Its two manners: the members' models.
pub(super) const MODELS: [&str; 2] = ["herbalist", "engineer"];
/// What each member claims, and what it runs, by number of the model.
pub(super) const MEMBERS: [(usize, usize); AGENTS as usize] =
    [(0, 0), (0, 0), (0, 0), (0, 1), (1, 1), (1, 1), (1, 1)];
/// The member that does not run what it claims.
pub(super) const LIAR: usize = 3;
/// The first domain that somebody founds.
pub(super) const DOMAIN: DomainId = 1;
/// 50 s. In the first half of an epoch the worker embeds the answers of the one before, for each of
/// seven auditors, on what nodes and rounds leave it of two cores.
pub(super) const EPOCH_BLOCKS: u32 = 280;
/// How long what happens once in an epoch may take to come, on a busy machine.
pub(super) const DEADLINE: Duration = Duration::from_secs(180);
/// What is asked about.
pub(super) const TROUBLES: [&str; 20] = [
    "noise at night",
    "moths in the wardrobe",
    "a dripping tap",
    "slugs in the lettuce",
    "a cold",
    "damp walls",
    "a squeaky door",
    "boredom on long journeys",
    "weeds between the stones",
    "a slow computer",
    "ants in the kitchen",
    "sore feet",
    "a smoky stove",
    "stage fright",
    "rust on a bicycle",
    "hiccups",
    "a barking dog",
    "mice in the attic",
    "cold hands",
    "mould on bread",
];
/// Rounds at a time: a client may have eight.
const AT_A_TIME: usize = 5;
/// How long answers may take, in blocks; a round has them much sooner.
const ANSWERING: u32 = 40;
/// What the members share, and what the auditors do, in WAG.
const POOL: &str = "50";
const PURSE: &str = "5";

/// The directory of the sentence model.
pub(super) fn sentence_model() -> PathBuf {
    let path = std::env::var_os("WAGGLE_MINILM").map(PathBuf::from);
    path.expect("WAGGLE_MINILM names the directory that ./scripts/minilm fetches")
}

/// A validator, and seven agents whose worker has the sentence model. Their program comes into
/// `folder`.
pub(super) fn plan(folder: &Path, model: &Path) -> Plan {
    std::fs::write(folder.join("adviser.py"), ADVISER).unwrap();
    let role = |(number, (_, run)): (usize, (usize, usize))| AgentRole {
        name: format!("{} {number}", MODELS[run]),
        model: MODELS[run].to_owned(),
        directory: folder.to_owned(),
        mind: Mind::Program {
            command: ["python3", "adviser.py", MODELS[run]].map(String::from).to_vec(),
        },
    };
    let roles = MEMBERS.into_iter().enumerate().map(role).collect();
    Plan {
        options: Options { sentence_model: Some(model.to_owned()), ..Options::default() },
        epoch_blocks: Some(EPOCH_BLOCKS),
        ..Plan::new(Binaries::find(None, None), Preset::Dev, roles)
    }
}

/// Found the domain and have it audited; the members join it, claim, and offer to audit; pool and
/// purse are filled. Returns the first epoch in which all claims hold.
pub(super) async fn set_up(
    network: &LocalNetwork,
    node: &Node,
    folder: &Path,
    model: &Path,
) -> u32 {
    let (url, domain) = (network.url(), DOMAIN.to_string());
    let (url, domain) = (url.as_str(), domain.as_str());
    let founding = ["domain", "found", "Advice", "--description", "What helps against what?"];
    let founded = printed(&waggle(url, &[&founding[..], &["--open", "--json"]].concat()).await);
    assert_eq!(founded["domain"], DOMAIN);
    let terms = dynamic::Value::unnamed_variant("Some", [terms_of_audits(model).await]);
    let domain_number = dynamic::Value::u128(DOMAIN.into());
    as_root(node, call("Audits", "set_terms", [("domain", domain_number), ("terms", terms)])).await;

    let claims = worker(&["claim", "--json", "--config", &configuration(network)]).await;
    let joining = MEMBERS.into_iter().enumerate().map(|(number, (claimed, _))| {
        let file = folder.join(format!("claim-{number}.json"));
        std::fs::write(&file, claim_of(&claims, MODELS[claimed]).to_string()).unwrap();
        let file = file.display().to_string();
        async move {
            let claiming = ["claim", domain, "--from", file.as_str()];
            for words in [&["join", domain][..], &claiming, &["audit", domain]] {
                let done = agent(url, number, words).await;
                assert!(done.status.success(), "{words:?}: {}", errors(&done));
            }
        }
    });
    join_all(joining).await;
    for (command, amount) in [("fund", POOL), ("fund-audits", PURSE)] {
        let done = waggle(url, &["domain", command, domain, amount]).await;
        assert!(done.status.success(), "{command}: {}", errors(&done));
    }
    node.best().await / EPOCH_BLOCKS + 1
}

/// With which model the domain is audited, as its worker knows it.
async fn terms_of_audits(model: &Path) -> dynamic::Value {
    let directory = model.display().to_string();
    let told = worker(&["embed", "--json", "--directory", &directory, "Bees dance."]).await;
    let sha256 = hex::decode(told[0]["sha256"].as_str().unwrap()).unwrap();
    let dimensions = told[0]["dimensions"].as_u64().unwrap();
    dynamic::Value::named_composite([
        ("embedder", dynamic::Value::from_bytes(sha256)),
        ("dimensions", dynamic::Value::u128(dimensions.into())),
    ])
}

/// What the program of the worker prints.
async fn worker(arguments: &[&str]) -> Value {
    let program = Binaries::find(None, None).worker;
    printed(&Command::new(program).args(arguments).output().await.unwrap())
}

/// The file that says what the network's worker serves.
fn configuration(network: &LocalNetwork) -> String {
    network.directory().join(format!("{WORKER}.toml")).display().to_string()
}

/// What an agent claims that runs this model.
fn claim_of<'a>(claims: &'a Value, model: &str) -> &'a Value {
    let claims = claims.as_array().unwrap();
    claims.iter().find(|claim| claim["model"] == model).expect("somebody runs it")
}

/// Wait for the epoch and ask about these, several at a time. All is over before the epoch is, so
/// that it is sampled; and every member answers everything.
pub(super) async fn ask_in_epoch(
    network: &LocalNetwork,
    node: &Node,
    epoch: u32,
    troubles: &[&str],
) {
    let begins = epoch * EPOCH_BLOCKS;
    assert!(node.best().await < begins, "epoch {epoch} is still to come");
    node.until("the epoch begins", DEADLINE, |best, _| best > begins).await;
    for some in troubles.chunks(AT_A_TIME) {
        let asking = some.iter().map(|trouble| ask_one(network, trouble, ANSWERING));
        for report in join_all(asking).await {
            let json = report.to_json_line();
            assert!(is_judged(&report), "{json}");
            let ended = report.blocks.ended.map(|block| block / EPOCH_BLOCKS);
            assert_eq!(ended, Some(epoch), "{json}");
            let opened = report.answers.iter().filter(|answer| answer.opened_answer).count();
            assert_eq!(opened, MEMBERS.len(), "{json}");
        }
    }
}

/// Ask about one of them, with a seat for each member.
pub(super) async fn ask_one(network: &LocalNetwork, trouble: &str, answering: u32) -> RoundReport {
    let mut chain = Chain::connect(&network.url()).await.unwrap();
    let (payer, terms) = (alice(), terms(answering));
    let prompt = format!("What helps against {trouble}?");
    let question = Question {
        payer: &payer,
        prompt: &prompt,
        domain: DOMAIN,
        terms: &terms,
        sealed: None,
        finalised: false,
    };
    ask(&mut chain, &question, &mut quiet()).await.unwrap()
}
