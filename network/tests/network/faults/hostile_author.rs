//! One of four validators uses what it may do before a block is final (`hostile/`,
//! docs/finality.md): it lets one agent answer when it has read the others' answers, and another
//! one answer twice.
//!
//! Primary slots are what it can do that in, and it has hardly any on a real chain. Here it has a
//! quarter of all slots, so that a minute shows what else takes hours; how often it could have used
//! one is counted in every slot, whoever's that is.

use super::swarm::{ask, check_logs, four_validators, until_final, CLIENTS, QUESTIONS, VALIDATORS};
use crate::{blocks::Node, scenario};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};
use waggle_client::{
    account::{account_id, development},
    report::{Answer, RoundReport},
    submit::Terms,
    who::Who,
    AccountId, AgentDetail,
};
use waggle_local_network::{LocalNetwork, Plan, Primaries, Surroundings};

/// The validator.
const HOSTILE: &str = "dave";
/// Its part of the slots as a primary author.
const CHANCE: (u64, u64) = (1, 4);
/// The agent that answers late, by its number.
const LATE: u32 = 14;
/// The agent that answers twice.
const TWICE: u32 = 15;
/// Blocks for answers. They are used up, because there are more seats than agents.
const ANSWERING: u32 = 16;
/// More seats than agents.
const SEATS: usize = 8;
/// For how long it may try at most until it has done both.
const TRYING: Duration = Duration::from_secs(35);
/// How often it makes another block for a late answer: one of these may have come too late.
const ENOUGH: usize = 3;
/// Within which time a double seal is punished.
const PUNISHED: Duration = Duration::from_secs(40);
/// How many blocks it can replace at most: finality is three or four behind, and more where the
/// machine is busy, as far as the other scenarios let it be.
const DEPTH: usize = 24;
/// In how many slots of a round it could use a primary one at most, on average.
const SLOTS: f64 = 6.0;

/// What the hostile validator has said.
#[derive(Debug, Default)]
struct Said {
    /// By round, the slots in which it could have let an agent answer late.
    could: BTreeMap<u64, BTreeSet<u64>>,
    /// The most blocks that it could replace.
    depth: usize,
    /// Rounds in which it made another block.
    late: BTreeSet<u64>,
    /// Rounds in which an agent of its sealed twice.
    twice: BTreeSet<u64>,
}

impl Said {
    fn until_now(network: &LocalNetwork) -> Self {
        let mut said = Self::default();
        let log = network.log_of(HOSTILE).unwrap();
        for line in log.lines().filter_map(|line| line.split_once("hostile: ")) {
            let words: Vec<&str> = line.1.split_whitespace().collect();
            let number = |at: usize| words[at].parse::<u64>().expect("a number");
            match words[..] {
                ["could", "round", _, "slot", _, "blocks", _] => {
                    said.could.entry(number(2)).or_default().insert(number(4));
                    said.depth = said.depth.max(number(6) as usize);
                }
                ["late", "round", _, "blocks", _] => {
                    said.late.insert(number(2));
                }
                ["twice", "round", _] => {
                    said.twice.insert(number(2));
                }
                _ => {}
            }
        }
        said
    }
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn hostile_author_should_gain_a_late_answer_and_lose_the_bond_of_one_sealed_twice() {
    let mut network = scenario::start(with_a_hostile_author()).await;
    until_final(&network).await;
    let begin = Instant::now();
    let asking = CLIENTS.iter().enumerate();
    let asking = asking.map(|(number, client)| ask_in_turn(&network, number, client, begin));
    let reports = futures::future::join_all(asking).await;
    let reports: Vec<RoundReport> = reports.into_iter().flatten().collect();
    let said = Said::until_now(&network);
    tell(&said, reports.len());
    assert!(!said.could.is_empty(), "it saw answers before the last block for them was final");
    assert!(said.depth <= DEPTH, "it could replace {} blocks", said.depth);

    // An answer in time that was made too late: nothing on chain tells it from another one. It is
    // worth what the answer is worth that it was copied from.
    let late = owner(LATE);
    let entered: Vec<&RoundReport> = reports.iter().filter(|report| has(report, &late)).collect();
    eprintln!("entered late: {} of {} tries", entered.len(), said.late.len());
    assert!(!entered.is_empty(), "in {} rounds: {said:?}", reports.len());
    for report in &entered {
        assert!(said.late.contains(&report.round), "{} had no other way in", report.round);
        check_copied(report, &late);
    }
    assert!(!agent(&network, &late).await.agent.retired, "nothing can be proved");

    // Two answers on two forks can.
    assert!(!said.twice.is_empty(), "in {} rounds: {said:?}", reports.len());
    let twice = owner(TWICE);
    let since = Instant::now();
    while !agent(&network, &twice).await.agent.retired {
        assert!(since.elapsed() < PUNISHED, "nobody has reported it: {said:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(agent(&network, &twice).await.bond, 0, "it costs the bond");

    check_one_chain(&network).await;
    check_logs(&network, &VALIDATORS);
    network.check_running().unwrap();
    network.stop().await;
}

/// Four validators, the first with honest agents, the last hostile.
fn with_a_hostile_author() -> Plan {
    let plan = four_validators();
    let surroundings = Surroundings {
        program: Some(plan.binaries.node.with_file_name("waggle-hostile")),
        environment: vec![
            ("WAGGLE_HOSTILE_LATE".into(), LATE.to_string()),
            ("WAGGLE_HOSTILE_TWICE".into(), TWICE.to_string()),
        ],
        ..Default::default()
    };
    Plan {
        primaries: Some(Primaries { validator: HOSTILE, chance: CHANCE }),
        surroundings: BTreeMap::from([(HOSTILE.to_owned(), surroundings)]),
        ..plan
    }
}

/// Ask one question after the other, until the hostile author has done both or has tried for long
/// enough. Every round must settle with a right answer.
async fn ask_in_turn(
    network: &LocalNetwork,
    number: usize,
    client: &str,
    begin: Instant,
) -> Vec<RoundReport> {
    let terms = Terms { answering_blocks: Some(ANSWERING), ..super::swarm::terms(SEATS) };
    // Not all at once: whoever can do it in one round could do it in all of them.
    tokio::time::sleep(Duration::from_millis(700 * number as u64)).await;
    let mut reports = Vec::new();
    loop {
        let question = QUESTIONS[(number + reports.len()) % QUESTIONS.len()];
        reports.push(ask(&network.url(), client, question, &terms).await.settled().await);
        let said = Said::until_now(network);
        let has_done_both = said.late.len() >= ENOUGH && !said.twice.is_empty();
        if has_done_both || begin.elapsed() > TRYING {
            return reports;
        }
    }
}

/// Print how often it could have used a primary slot, and what part of the rounds that is where it
/// has as many of them as one of four validators really has.
fn tell(said: &Said, rounds: usize) {
    let slots = said.could.values().map(BTreeSet::len).sum::<usize>() as f64 / rounds as f64;
    // BABE's c is 1/100 in all, and a quarter of that each.
    let chance = 1.0 - (1.0 - 0.01f64).powf(0.25);
    let part = 100.0 * slots * chance;
    let (could, depth, late) = (said.could.len(), said.depth, said.late.len());
    eprintln!("| rounds | open to a late answer | slots a round | most blocks | tries | share |");
    eprintln!("| {rounds} | {could} | {slots:.2} | {depth} | {late} | {part:.2} % |");
    assert!(slots <= SLOTS, "{slots} slots a round");
}

/// The account of the owner of development agent `number`.
fn owner(number: u32) -> AccountId {
    account_id(&development(&format!("//Waggle//owner//{number}")).unwrap())
}

async fn agent(network: &LocalNetwork, owner: &AccountId) -> AgentDetail {
    let alice = Node::connect(&network.url()).await;
    alice.chain.agent(Who::Owner(*owner)).await.unwrap()
}

/// Whether the agent of `owner` is in the round.
fn has(report: &RoundReport, owner: &AccountId) -> bool {
    report.answers.iter().any(|answer| answer.agent == owner.to_string())
}

/// The agent of `owner` said what others said, and was paid no more than the best paid of these.
fn check_copied(report: &RoundReport, owner: &AccountId) {
    let json = report.to_json_line();
    let payments = &report.payments.agents;
    let players = report.answers.iter().zip(payments);
    let (late, honest): (Vec<_>, Vec<_>) =
        players.partition(|(answer, _)| answer.agent == owner.to_string());
    let [(answer, payment)] = late[..] else { panic!("it is in the round once: {json}") };
    if !answer.opened_answer {
        return;
    }
    let same = |other: &Answer| other.candidate == answer.candidate;
    let alike = honest.iter().filter(|(other, _)| same(other));
    let most = alike.map(|(_, payment)| payment.paid).max();
    assert!(
        most.is_some_and(|most| payment.paid <= most),
        "no more than the one it copied: {json}"
    );
}

/// All nodes finalise one chain.
async fn check_one_chain(network: &LocalNetwork) {
    let alice = Node::connect(&network.url()).await;
    let best = alice.best().await;
    for name in VALIDATORS {
        let node = Node::connect(&network.url_of(name).unwrap()).await;
        node.until(name, PUNISHED, |_, finalised| finalised >= best).await;
        assert_eq!(node.hash(best).await, alice.hash(best).await, "{name} has the same chain");
    }
}
