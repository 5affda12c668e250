//! An agent answers one question twice. A node sees both answers in blocks, or an account has them
//! from somewhere: either way the bond is gone, and the round goes on.
//!
//! The first answer is the real agent's. Of the second, a thief of its key say, an account makes a
//! transaction: that fails, as acts from accounts do, but it is in a block for everybody to see.
//! Other forks are played on the runtime (`runtime/src/tests/double_seals.rs`).

use crate::{
    blocks::Node,
    calls::Encoded,
    faults::ledger::{Ledger, Money},
    registration::{agent_of, come_back},
    scenario::{errors, plan, quiet, start, submit_only, terms, AGENTS},
};
use codec::Encode;
use std::time::{Duration, Instant};
use subxt::{
    ext::scale_decode::{self, DecodeAsType},
    rpcs::rpc_params,
};
use waggle_client::{
    account::{account_id, development},
    amount::WAG,
    ask::watch,
    chain::Chain,
    report::Status,
    submit::Terms,
    transaction::transact,
    who::Who,
    AccountId,
};
use waggle_local_network::{fetch, free_port, LocalNetwork, Plan};
use waggle_primitives::{ScopeParts, SealStep, SignedAct};
use waggle_testing::Signer;

/// How long a node may take to notice and to report.
const DEADLINE: Duration = Duration::from_secs(30);
/// For how many blocks agents may answer: all the time, since a seat stays empty.
const ANSWERING: u32 = 60;
/// What an owner has on hold for its agent.
const BOND: u128 = 10 * WAG;
/// An agent that no node acts for.
const UNSEEN: u32 = 10;

/// The event of this name.
#[derive(Debug, PartialEq, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct DoubleSealPunished {
    owner: AccountId,
    round: u64,
    slashed: u128,
    reporter: Option<AccountId>,
    paid: u128,
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn a_double_seal_should_cost_the_bond_once_and_pay_the_account_that_reports_it() {
    let metrics = free_port().unwrap();
    let node_arguments = vec!["--prometheus-port".to_owned(), metrics.to_string()];
    let mut network = start(Plan { node_arguments, ..plan() }).await;
    let url = network.url();
    let node = Node::connect(&url).await;
    let before = Ledger::now(&url).await;
    let terms = Terms { max_agents: AGENTS + 1, ..terms(ANSWERING) };
    let submitted = submit_only(&network, "37+12", &terms).await;
    let (round, since) = (submitted.round, submitted.block.number);
    let scope: Option<ScopeParts<AccountId>> =
        node.call("WaggleApi_scope_parts", (round, SealStep::Answer)).await;
    let scope = scope.expect("the round runs");
    let genesis = node.chain.client().genesis_hash().0;

    // Seen by the node.
    let sealer = Signer::of_phrase("//Waggle//agent//0");
    let owner = network.agents()[0].owner;
    assert_eq!(sealer.key(), network.agents()[0].key);
    until_entered(&node, round, &owner).await;
    let another = sealer.commit_answer(scope.hash(&genesis), round, b"another answer");
    send_from_account(&node, "//Bob", another).await;
    until_retired(&node, &owner).await;
    assert_eq!(node.chain.agent(Who::Owner(owner)).await.unwrap().bond, 0);
    let third = sealer.commit_answer(scope.hash(&genesis), round, b"one more");
    send_from_account(&node, "//Bob", third).await;
    let again = sealer.two_answers(&genesis, scope.clone(), round).encode();
    assert!(report(&node, "//Bob", again).await.unwrap_err().contains("AlreadyPunished"));
    let key = ["register", "--agent-suri", "//Waggle//agent//0", "--model", "its thief's"];
    let barred = agent_of("//Bob", &url, &key).await;
    assert!(errors(&barred).contains("KeyBarred"), "{}", errors(&barred));

    // The operator is told that the key is of no use any more, and of one that never was.
    let account = account_id(&development("//Bob").unwrap());
    let wrong = format!("0x{}", hex::encode(account.0));
    node.request("author_insertKey", rpc_params!["wagl", "//Bob", wrong]).await;
    until_logged(&network, &["is barred for ever", "is an sr25519 key"]).await;

    // Told by an account.
    let reporter = account_id(&development("//Eve").unwrap());
    let had = Money::of(&node.chain, &reporter).await;
    let unseen = Signer::of_phrase(&format!("//Waggle//agent//{UNSEEN}"));
    let evidence = unseen.two_answers(&genesis, scope, round).encode();
    report(&node, "//Eve", evidence).await.unwrap();
    let has = Money::of(&node.chain, &reporter).await;
    assert_eq!(has.owned() - had.owned(), BOND / 10, "a tenth, and no fee");
    let its_owner = development(&format!("//Waggle//owner//{UNSEEN}")).unwrap();
    let its_owner = account_id(&its_owner);
    assert!(node.chain.agent(Who::Owner(its_owner)).await.unwrap().agent.retired);
    come_back(&url).await;

    // The round goes on, with the answer of the one that was punished meanwhile.
    let mut chain = Chain::connect(&url).await.unwrap();
    let settled = watch(&mut chain, round, false, &mut quiet()).await.unwrap();
    assert_eq!(settled.status, Status::Settled);
    assert_eq!(settled.answers.len(), AGENTS as usize);
    let its = settled.answers.iter().find(|answer| answer.agent == owner.to_string());
    assert!(its.is_some_and(|answer| answer.opened_answer && answer.opened_grades));

    let punished = node.events_since(since, "Agents", "DoubleSealPunished").await;
    let punished: Vec<DoubleSealPunished> = punished.into_iter().map(|(_, event)| event).collect();
    let of =
        |owner, reporter, paid| DoubleSealPunished { owner, round, slashed: BOND, reporter, paid };
    assert_eq!(punished, [of(owner, None, 0), of(its_owner, Some(reporter), BOND / 10)]);
    let after = Ledger::now(&url).await;
    assert_eq!(after.issuance, before.issuance);
    assert_eq!(before.held - after.held, 2 * BOND, "nothing else was taken, nothing stays on hold");
    assert_eq!(counted(metrics).await, 1.0, "what the node has seen");
    let logged = network.node_log().matches("has sealed two different things").count();
    assert_eq!(logged, 1);
    network.check_running().unwrap();
    network.stop().await;
}

/// Send an act from an account, which fails in a block.
async fn send_from_account(node: &Node, suri: &str, act: SignedAct) {
    let account = development(suri).unwrap();
    let sent = transact(&node.chain, &account, "Rounds", "act", Encoded(act.encode())).await;
    let failure = sent.err().expect("no account acts in a round").to_string();
    assert!(failure.contains("Bad origin"), "it is in a block: {failure}");
}

/// Report a double seal from an account. Errors: what the chain says.
async fn report(node: &Node, suri: &str, evidence: Vec<u8>) -> Result<(), String> {
    let account = development(suri).unwrap();
    let evidence = Encoded(evidence);
    let sent = transact(&node.chain, &account, "Agents", "report_double_seal", evidence).await;
    sent.map(drop).map_err(|failure| failure.to_string())
}

/// Wait until the agent of `owner` has committed an answer.
async fn until_entered(node: &Node, round: u64, owner: &AccountId) {
    let begin = Instant::now();
    loop {
        let best = node.chain.best_block().await.unwrap();
        let view = node.chain.round(round, best.hash).await.unwrap().expect("the round is there");
        if view.agents.iter().any(|agent| agent.owner == *owner) {
            return;
        }
        assert!(begin.elapsed() < DEADLINE, "it does not answer: {:?}", view.state);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Wait until the agent of `owner` has retired.
async fn until_retired(node: &Node, owner: &AccountId) {
    let begin = Instant::now();
    while !node.chain.agent(Who::Owner(*owner)).await.unwrap().agent.retired {
        assert!(begin.elapsed() < DEADLINE, "no node has reported it");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    eprintln!("punished {:.1} s after its second answer", begin.elapsed().as_secs_f64());
}

/// Wait until the node has logged each of these, and see that it says none twice.
async fn until_logged(network: &LocalNetwork, lines: &[&str]) {
    let begin = Instant::now();
    loop {
        let log = network.node_log();
        let count = |line: &&str| log.matches(*line).count();
        if lines.iter().all(|line| count(line) > 0) {
            assert!(lines.iter().all(|line| count(line) == 1), "said more than once: {log}");
            return;
        }
        assert!(begin.elapsed() < DEADLINE, "not all of {lines:?} is in the log");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// How many double seals the node with metrics at this port has counted.
async fn counted(port: u16) -> f64 {
    let metrics = fetch(port, "/metrics").await.unwrap();
    let line = metrics.lines().find(|line| line.starts_with("waggle_double_seals_total"));
    let line = line.expect("it is among the metrics");
    line.rsplit(' ').next().and_then(|count| count.parse().ok()).expect("a number")
}
