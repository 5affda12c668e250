//! What the scenarios share: four validators with a swarm on two nodes, rounds in flight, and what
//! nothing lost means.
//!
//! The first validator's node, alice, hosts four agents; a node that does not validate, the
//! *meadow*, hosts the rest with a worker of its own. So a fault can hit a validator without agents
//! (dave), agents that are no validators, or either worker, and the others remain.

use super::ledger::Ledger;
use crate::{
    blocks::Node,
    scenario::{self, plan, quiet},
};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use waggle_client::{
    account::{account_id, development},
    amount::{Amount, WAG},
    ask::watch,
    chain::Chain,
    report::{Answer, RoundReport, Status},
    submit::{check, submit, Prompt, Terms},
    AccountId, Failure, Round,
};
use waggle_harness::{
    swarm::{AgentRole, Mind},
    tasks::right_answer,
};
use waggle_local_network::{
    models_directory, playable, AgentNode, LocalNetwork, Plan, Preset, Surroundings, WORKER,
};
use waggle_primitives::{
    view::RoundState,
    Grade,
    Phase::{self, Answering},
    MIN_SWARM,
};

/// The node of the agents that are not alice's, and its worker.
pub(crate) const MEADOW: &str = "meadow";
/// Its worker.
pub(crate) const MEADOW_WORKER: &str = "meadow-worker";
/// Agents on alice's node.
pub(crate) const AT_HOME: usize = 4;
/// Agents on the meadow: a third of all.
pub(crate) const AWAY: usize = 2;
/// All agents.
pub(crate) const AGENTS: usize = AT_HOME + AWAY;
/// The validators.
pub(crate) const VALIDATORS: [&str; 4] = ["alice", "bob", "charlie", "dave"];
/// All nodes.
pub(crate) const ALL_NODES: [&str; 5] = ["alice", "bob", "charlie", "dave", MEADOW];
/// Clients who ask at the same time: each has its own money and its own count of transactions.
pub(crate) const CLIENTS: [&str; 6] =
    ["//Alice", "//Bob", "//Charlie", "//Dave", "//Eve", "//Ferdie"];
/// Questions that each of the bundled models answers right by itself, so that a wrong answer is a
/// fault's doing.
pub(crate) const QUESTIONS: [&str; 8] = [
    "sort 8 0 7",
    "max 99 59 13",
    "sort 6 2 1",
    "max 41 85 35",
    "sort 0 6 4",
    "max 82 44 94",
    "sort 5 2 7",
    "max 35 23 98",
];

/// Within which time everything must have come to rest after a fault: rounds over, chains equal.
const REST: Duration = Duration::from_secs(120);
/// How many blocks a re-org may take away where the network is whole.
const REORGANISED: u32 = 8;
/// How far finality may stay behind the best block at rest, in blocks.
const FINALITY_LAG: u32 = 24;

/// `count` agents with different models, as far as there are, which answer the same way each time.
pub(crate) fn roles(count: usize) -> Vec<AgentRole> {
    let mut roles = playable(&models_directory().unwrap()).unwrap().roles;
    roles.dedup_by(|next, role| next.model == role.model);
    for role in &mut roles {
        if let Mind::Model { temperature } = &mut role.mind {
            *temperature = 0.0;
        }
    }
    roles.into_iter().cycle().take(count).collect()
}

/// Four validators, the first with [`AT_HOME`] agents.
pub(crate) fn four_validators() -> Plan {
    Plan { preset: Preset::Local, roles: roles(AT_HOME), ..plan() }
}

/// The meadow.
pub(crate) fn meadow() -> AgentNode {
    meadow_with(AWAY)
}

/// The meadow with this many agents.
fn meadow_with(away: usize) -> AgentNode {
    AgentNode::new(MEADOW, AT_HOME as u32, roles(AT_HOME + away).split_off(AT_HOME))
}

/// Start four validators and the meadow, and wait until finality has begun.
pub(crate) async fn start() -> LocalNetwork {
    start_in(|_| Surroundings::default()).await
}

/// The same, with each process in what `of` says surrounds it: the validators, [`WORKER`],
/// [`MEADOW`] and [`MEADOW_WORKER`].
pub(crate) async fn start_in(of: impl Fn(&str) -> Surroundings) -> LocalNetwork {
    start_with(AWAY, of).await
}

/// The same, with this many agents on the meadow.
pub(crate) async fn start_with(away: usize, of: impl Fn(&str) -> Surroundings) -> LocalNetwork {
    let begin = Instant::now();
    let processes = VALIDATORS.into_iter().chain([WORKER]);
    let surroundings = processes.map(|process| (process.to_owned(), of(process))).collect();
    let mut network = scenario::start(Plan { surroundings, ..four_validators() }).await;
    let meadow = AgentNode {
        surroundings: of(MEADOW),
        worker_surroundings: of(MEADOW_WORKER),
        ..meadow_with(away)
    };
    network.add_node(meadow).await.unwrap();
    until_final(&network).await;
    eprintln!("network of five nodes ready after {:.1} s", begin.elapsed().as_secs_f64());
    network
}

/// Wait until finality has begun.
pub(crate) async fn until_final(network: &LocalNetwork) {
    let alice = Node::connect(&network.url()).await;
    alice.until("the network begins", REST, |_, finalised| finalised >= 2).await;
}

/// Terms for at most `max_agents`, with time enough for a process to come back while they
/// answer.
pub(crate) fn terms(max_agents: usize) -> Terms {
    Terms {
        reward: Amount(20 * WAG),
        answering_blocks: Some(80),
        min_agents: MIN_SWARM,
        max_agents: max_agents as u32,
        min_score: Grade::MIN,
    }
}

/// Terms for all agents, so many, where some of them cannot come: no longer than the others need.
pub(crate) fn terms_without_some(max_agents: usize) -> Terms {
    Terms { answering_blocks: Some(24), ..terms(max_agents) }
}

/// A round in flight.
pub(crate) struct Asked {
    /// What was asked.
    pub(crate) question: String,
    /// The round.
    pub(crate) round: u64,
    watched: JoinHandle<Result<RoundReport, Failure>>,
}

/// Ask a question of the node at `url` and follow its round there.
pub(crate) async fn ask(url: &str, client: &str, question: &str, terms: &Terms) -> Asked {
    let mut chain = Chain::connect(url).await.unwrap();
    let terms = check(question, terms, &chain.constants().await.unwrap()).unwrap();
    let payer = development(client).unwrap();
    let submitted = submit(&chain, &payer, &Prompt::new(question, &terms)).await.unwrap();
    let (round, since) = (submitted.round, submitted.block.number.saturating_sub(REORGANISED));
    let payer = account_id(&payer);
    let watched = tokio::spawn(async move {
        let report = watch(&mut chain, round, false, &mut quiet()).await;
        match report {
            Ok(report) if report.client == payer.to_string() => Ok(report),
            // A re-org has given it another number: it is the client's newest, since each asks one
            // thing at a time.
            Ok(_) | Err(Failure::UnknownRound(_)) => {
                let newest = newest_of(&chain, &payer, since).await?;
                eprintln!("a re-org made round {round} round {newest}");
                watch(&mut chain, newest, false, &mut quiet()).await
            }
            failed => failed,
        }
    });
    Asked { question: question.to_owned(), round, watched }
}

/// The number of the newest round of this client that began in block `since` or later; there must
/// be one.
async fn newest_of(chain: &Chain, client: &AccountId, since: u32) -> Result<u64, Failure> {
    let begin = Instant::now();
    loop {
        let rounds = chain.recent_rounds(100).await?;
        if let Some(round) =
            rounds.iter().find(|round| round.client == *client && round.blocks.submitted >= since)
        {
            return Ok(round.id);
        }
        assert!(begin.elapsed() < REST, "the round of {client} is lost");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Ask `count` questions at once, beginning with `first` of [`QUESTIONS`], each of another client.
pub(crate) async fn ask_many(url: &str, first: usize, count: usize, terms: &Terms) -> Vec<Asked> {
    let asking = CLIENTS.iter().take(count).enumerate().map(|(number, client)| {
        let question = QUESTIONS[(first + number) % QUESTIONS.len()];
        ask(url, client, question, terms)
    });
    futures::future::join_all(asking).await
}

impl Asked {
    /// Its result, which must be a right answer that was paid for properly.
    pub(crate) async fn settled(self) -> RoundReport {
        let Self { question, round, watched } = self;
        let report = tokio::time::timeout(REST, watched).await;
        let report = report.unwrap_or_else(|_| panic!("round {round} is stuck")).unwrap().unwrap();
        check_settled(&report, &question);
        report
    }
}

/// The results of all, each checked.
pub(crate) async fn settled(asked: Vec<Asked>) -> Vec<RoundReport> {
    let mut reports = Vec::with_capacity(asked.len());
    for asked in asked {
        reports.push(asked.settled().await);
    }
    reports
}

/// What holds of every round that is settled, whoever was missing.
pub(crate) fn check_settled(report: &RoundReport, question: &str) {
    let json = report.to_json_line();
    assert_eq!(report.status, Status::Settled, "{json}");
    assert_eq!(report.winner_text, right_answer(question), "{question} is answered right: {json}");
    let payments = &report.payments;
    let sum = |part: fn(&waggle_client::report::Payment) -> u128| {
        payments.agents.iter().map(part).sum::<u128>()
    };
    let came_in = payments.reward.0 + sum(|payment| payment.forfeited.0);
    assert_eq!(
        came_in,
        sum(|payment| payment.paid.0) + payments.returned.0 + payments.treasury.0,
        "money is conserved: {json}"
    );
    for (answer, payment) in report.answers.iter().zip(&payments.agents) {
        assert_eq!(answer.agent, payment.agent);
        assert!(payment.forfeited.0 <= payments.ticket.0, "{json}");
        if is_absent(answer) {
            assert_eq!(
                payment.forfeited, payments.ticket,
                "who breaks its word loses its whole ticket: {json}"
            );
        }
    }
}

/// Whether the agent committed an answer and then did not do all of the rest.
pub(crate) fn is_absent(answer: &Answer) -> bool {
    !answer.opened_answer || !answer.opened_grades
}

/// How many agents of the round were absent.
pub(crate) fn absent(report: &RoundReport) -> usize {
    report.answers.iter().filter(|answer| is_absent(answer)).count()
}

/// Assert that `agents` agents took part in the round and did all that they had to; else say what
/// their nodes complain of.
pub(crate) fn check_complete(network: &LocalNetwork, report: &RoundReport, agents: usize) {
    if report.answers.len() == agents && absent(report) == 0 {
        return;
    }
    for (name, _) in network.processes() {
        let log = network.log_of(name).unwrap_or_default();
        let complaints = log
            .lines()
            .filter(|line| line.contains("WARN") || line.contains("does nothing in round"));
        let complaints: Vec<&str> = complaints.collect();
        let last = &complaints[complaints.len().saturating_sub(20)..];
        eprintln!(
            "{name} complained {} times; the last:\n  {}",
            complaints.len(),
            last.join("\n  ")
        );
    }
    panic!(
        "{} of {agents} agents, {} of them absent: {}",
        report.answers.len(),
        absent(report),
        report.to_json_line()
    );
}

/// The phase of a running round, and how many agents are in it.
pub(crate) async fn standing(chain: &Chain, round: u64) -> Option<(Phase, usize)> {
    let best = chain.best_block().await.unwrap();
    let view: Round = chain.round(round, best.hash).await.unwrap()?;
    match view.state {
        RoundState::Running { phase, .. } => Some((phase, view.agents.len())),
        RoundState::Settled { .. }
        | RoundState::Cancelled { .. }
        | RoundState::NobodyWon { .. } => None,
    }
}

/// Wait until `round` stands so. Whether it was seen; false if the round ended first.
pub(crate) async fn until_standing(
    chain: &Chain,
    round: u64,
    condition: impl Fn(Phase, usize) -> bool,
) -> bool {
    let begin = Instant::now();
    while let Some((phase, agents)) = standing(chain, round).await {
        if condition(phase, agents) {
            return true;
        }
        assert!(begin.elapsed() < REST, "round {round} stays in {phase:?} with {agents} agents");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    false
}

/// Wait until this many agents have committed answers, with more to come.
pub(crate) async fn until_committed(chain: &Chain, round: u64, agents: usize) {
    let seen =
        until_standing(chain, round, |phase, committed| phase == Answering && committed == agents)
            .await;
    assert!(seen, "round {round} is over before {agents} agents have committed");
}

/// Everything has come to rest and nothing is lost: `nodes` have one chain and finalise it, no
/// round is open, the money is that of `before`, and all processes run.
pub(crate) async fn check_rest(network: &mut LocalNetwork, nodes: &[&str], before: &Ledger) {
    network.check_running().unwrap();
    let begin = Instant::now();
    let first = Node::connect(&network.url_of(nodes[0]).unwrap()).await;
    let rounds = loop {
        let rounds = first.chain.recent_rounds(100).await.unwrap();
        if rounds.iter().all(|round| !matches!(round.state, RoundState::Running { .. })) {
            break rounds;
        }
        assert!(begin.elapsed() < REST, "stuck: {rounds:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let best = first.best().await;
    for name in nodes {
        let node = Node::connect(&network.url_of(name).unwrap()).await;
        node.until(name, REST, |own, finalised| {
            finalised >= best && own - finalised <= FINALITY_LAG
        })
        .await;
        assert_eq!(
            node.hash(best).await,
            first.hash(best).await,
            "{name} has the same block {best}"
        );
    }
    let after = Ledger::now(&network.url_of(nodes[0]).unwrap()).await;
    assert_eq!(after, *before, "no money appears, disappears or stays on hold");
    network.check_running().unwrap();
    eprintln!(
        "at rest after {:.1} s: {} rounds over, money as before",
        begin.elapsed().as_secs_f64(),
        rounds.len()
    );
}

/// Assert that no node has panicked.
pub(crate) fn check_logs(network: &LocalNetwork, nodes: &[&str]) {
    for name in nodes {
        let log = network.log_of(name).unwrap();
        let panics: Vec<&str> = log.lines().filter(|line| line.contains("panicked at")).collect();
        assert!(panics.is_empty(), "{name}: {panics:?}");
    }
}
