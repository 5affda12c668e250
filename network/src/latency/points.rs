//! A point of the table: one network, one question after another.

use super::{
    courses::{self, Step},
    heads::{Heads, Seen},
    store::{decimals, Row},
    usage::Usage,
};
use crate::Failure;
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};
use waggle_cli::progress::Progress;
use waggle_client::{
    account::development,
    amount::WAG,
    chain::Chain,
    follow::is_over,
    submit::{submit, Prompt},
    Round,
};
use waggle_harness::{
    questions::Draw,
    statistics::{largest, mean, percentile},
};
use waggle_local_network::{cast, Binaries, LocalNetwork, Plan, Preset};
use waggle_primitives::{
    view::{RoundBlocks, RoundState},
    Grade, RoundTerms, MIN_SWARM,
};

/// Rounds at the beginning that do not count: caches fill, connections are made.
pub const WARM_UP: u32 = 2;
/// How long a round may take at most.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long agents may answer: more than they need.
const ANSWERING_MS: u64 = 15_000;

/// What all points share.
#[derive(Clone, Debug)]
pub struct Bench {
    /// The programs.
    pub binaries: Binaries,
    /// The directory with the models and `swarm.json`.
    pub models: PathBuf,
    /// Of the questions.
    pub seed: u64,
    /// Counted rounds of a point.
    pub rounds: u32,
    /// No further round begins after this time.
    pub budget: Duration,
}

/// What a point is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Length of a slot in milliseconds.
    pub slot_ms: u64,
    /// Agents in the swarm, all of the first validator's node, with one worker.
    pub agents: u32,
    /// The chain, and so the number of validators.
    pub preset: Preset,
}

impl Setting {
    /// What tells its line from others: slots, agents, validators.
    pub fn key(&self) -> [String; 3] {
        [
            self.slot_ms.to_string(),
            self.agents.to_string(),
            self.preset.validators().len().to_string(),
        ]
    }
}

/// What a point's rounds came to. Times in milliseconds, shares from 0 to 1.
#[derive(Clone, Debug)]
pub struct Point {
    setting: Setting,
    validation_ms: Vec<f64>,
    validation_blocks: Vec<f64>,
    finalised_ms: Vec<f64>,
    finality_ms: Vec<f64>,
    behind_blocks: Vec<f64>,
    /// Rounds that were not settled with everybody's answer.
    incomplete: u32,
    missed_slots: f64,
    reorgs: u32,
    bytes_per_round: f64,
    node_share: f64,
    other_node_share: f64,
    worker_share: f64,
    node_mib: f64,
    other_node_mib: f64,
    worker_mib: f64,
    steps: Vec<Step>,
}

impl Point {
    /// As a line of `latency.csv`.
    pub fn row(&self) -> Row {
        let (ms, blocks) = (&self.validation_ms, &self.validation_blocks);
        let three = blocks.iter().filter(|blocks| **blocks <= 3.0).count() as f64
            / blocks.len().max(1) as f64;
        let percent = |share: f64| decimals(share * 100.0);
        let [slot_ms, agents, validators] = self.setting.key();
        vec![
            ("slot_ms", slot_ms),
            ("agents", agents),
            ("p50_ms", decimals(percentile(ms, 0.5))),
            ("p95_ms", decimals(percentile(ms, 0.95))),
            ("p50_blocks", decimals(percentile(blocks, 0.5))),
            ("p95_blocks", decimals(percentile(blocks, 0.95))),
            ("finalised_p95_ms", decimals(percentile(&self.finalised_ms, 0.95))),
            ("validators", validators),
            ("rounds", ms.len().to_string()),
            ("incomplete", self.incomplete.to_string()),
            ("max_ms", decimals(largest(ms))),
            ("max_blocks", decimals(largest(blocks))),
            ("three_blocks_percent", percent(three)),
            ("finalised_p50_ms", decimals(percentile(&self.finalised_ms, 0.5))),
            ("finality_p50_ms", decimals(percentile(&self.finality_ms, 0.5))),
            ("finality_p95_ms", decimals(percentile(&self.finality_ms, 0.95))),
            ("behind_p50_blocks", decimals(percentile(&self.behind_blocks, 0.5))),
            ("behind_p95_blocks", decimals(percentile(&self.behind_blocks, 0.95))),
            ("missed_slots_percent", percent(self.missed_slots)),
            ("reorgs", self.reorgs.to_string()),
            ("bytes_per_round", self.bytes_per_round.round().to_string()),
            ("node_cpu_percent", percent(self.node_share)),
            ("other_node_cpu_percent", percent(self.other_node_share)),
            ("worker_cpu_percent", percent(self.worker_share)),
            ("node_mib", self.node_mib.round().to_string()),
            ("other_node_mib", self.other_node_mib.round().to_string()),
            ("worker_mib", self.worker_mib.round().to_string()),
        ]
    }

    /// The steps of the validation, each as a line of `latency-steps.csv`.
    pub fn step_rows(&self) -> impl Iterator<Item = Row> + '_ {
        self.steps.iter().map(Step::row)
    }

    /// In a line for people.
    pub fn summary(&self) -> String {
        let of = |name: &str| {
            self.row().into_iter().find(|(column, _)| *column == name).map(|(_, value)| value)
        };
        let value = |name: &str| of(name).unwrap_or_default();
        format!(
            "{} ms slots, {} agents: {} rounds, p50 {} ms, p95 {} ms, {} % in three blocks, \
             final p95 {} ms",
            self.setting.slot_ms,
            self.setting.agents,
            self.validation_ms.len(),
            value("p50_ms"),
            value("p95_ms"),
            value("three_blocks_percent"),
            value("finalised_p95_ms"),
        )
    }
}

/// Start a network, ask its swarm, stop it. `counted` is told after each round how many there are.
pub async fn measure(
    bench: &Bench,
    setting: Setting,
    progress: &Progress,
    mut counted: impl FnMut(u32),
) -> Result<Point, Failure> {
    let mut network = start(bench, setting, None, progress).await?;
    let outcome = rounds(bench, setting, &mut network, &mut counted).await;
    network.check_running()?;
    network.stop().await;
    outcome
}

/// Start the network of `setting`; all agents are played by `model` of the line-up, if that is
/// given.
pub(super) async fn start(
    bench: &Bench,
    setting: Setting,
    model: Option<&str>,
    progress: &Progress,
) -> Result<LocalNetwork, Failure> {
    let mut roles = cast(&bench.models, setting.agents as usize)?;
    if let Some(model) = model {
        let all = cast(&bench.models, usize::from(u8::MAX))?;
        let role = all.into_iter().find(|role| role.model == model);
        let role = role
            .ok_or_else(|| Failure::Process(format!("{model} cannot be played on this machine")))?;
        roles.iter_mut().for_each(|other| *other = role.clone());
    }
    let plan = Plan {
        slot_ms: Some(setting.slot_ms),
        node_arguments: ["--log", "waggle::hook=debug"].map(String::from).to_vec(),
        ..Plan::new(bench.binaries.clone(), setting.preset, roles)
    };
    Ok(LocalNetwork::start(plan, progress).await?)
}

/// The terms of every question. They are within the bounds of the presets.
pub(super) fn terms(setting: Setting) -> RoundTerms<u128> {
    let answering_blocks = (ANSWERING_MS / setting.slot_ms).clamp(10, 300) as u32;
    let (min_agents, max_agents) = (MIN_SWARM, setting.agents);
    let min_score = Grade::MIN;
    RoundTerms { reward: 20 * WAG, answering_blocks, min_agents, max_agents, min_score }
}

async fn rounds(
    bench: &Bench,
    setting: Setting,
    network: &mut LocalNetwork,
    counted: &mut impl FnMut(u32),
) -> Result<Point, Failure> {
    let heads = Heads::watch(&network.url()).await?;
    let chain = Chain::connect(&network.url()).await?;
    let payer = development("//Alice")?;
    let terms = terms(setting);
    let mut draw = Draw::new(bench.seed);
    let (mut ended, mut incomplete) = (Vec::new(), 0);
    let (mut began, mut before) = (Instant::now(), Usage::of(network));
    let mut first_block = 0;
    for number in 0..bench.rounds.saturating_add(WARM_UP) {
        if number == WARM_UP {
            (began, before, first_block) =
                (Instant::now(), Usage::of(network), heads.seen().newest());
        }
        if number > WARM_UP && began.elapsed() > bench.budget {
            break;
        }
        let prompt = draw.question(number as usize);
        let submitted = submit(&chain, &payer, &Prompt::new(&prompt, &terms)).await?;
        let round = over(&heads, &chain, submitted.round).await?;
        network.check_running()?;
        if number < WARM_UP {
            continue;
        }
        // With an agent missing, answering ended at its deadline and not with the last answer.
        let complete = matches!(round.state, RoundState::Settled { .. })
            && round.agents.len() == setting.agents as usize;
        if complete {
            ended.push(round.blocks);
        } else {
            incomplete += 1;
        }
        counted(number + 1 - WARM_UP);
    }
    let (elapsed, after) = (began.elapsed().as_secs_f64(), Usage::of(network));
    let last = ended.iter().filter_map(|blocks| blocks.ended).max().unwrap_or_default();
    until_final(&heads, last).await;
    let seen = heads.seen();
    let mut bytes = Vec::new();
    for blocks in &ended {
        let (_, of_round) =
            heads.extrinsics(blocks.submitted, blocks.ended.unwrap_or(blocks.submitted)).await?;
        bytes.push(of_round as f64);
    }
    let steps = courses::steps(
        setting.slot_ms,
        setting.agents,
        &courses::read(&network.node_log()),
        &ended,
        &seen,
    );
    let share =
        |name: fn(&Usage) -> f64| (name(&after) - name(&before)) / elapsed.max(f64::EPSILON);
    Ok(Point {
        setting,
        validation_ms: ended.iter().filter_map(|blocks| validation_ms(blocks, &seen)).collect(),
        validation_blocks: ended.iter().filter_map(validation_blocks).collect(),
        finalised_ms: ended.iter().filter_map(|blocks| finalised_ms(blocks, &seen)).collect(),
        finality_ms: finality_ms(&seen, first_block),
        behind_blocks: seen.behind_blocks.clone(),
        incomplete,
        missed_slots: missed_slots(&seen, first_block),
        reorgs: seen.reorgs,
        bytes_per_round: mean(&bytes),
        node_share: share(|usage| usage.node),
        other_node_share: share(|usage| usage.other_node),
        worker_share: share(|usage| usage.worker),
        node_mib: after.node_mib,
        other_node_mib: after.other_node_mib,
        worker_mib: after.worker_mib,
        steps,
    })
}

/// Wait until `round`, the newest of the chain, is over.
async fn over(heads: &Heads, chain: &Chain, round: u64) -> Result<Round, Failure> {
    let (start, mut news) = (Instant::now(), heads.news());
    loop {
        let newest = chain.recent_rounds(1).await?.into_iter().find(|view| view.id == round);
        match newest {
            Some(view) if is_over(&view) => return Ok(view),
            _ if start.elapsed() > PATIENCE => {
                return Err(Failure::Process(format!(
                    "round {round} is not over after {} s",
                    PATIENCE.as_secs()
                )))
            }
            // A head that was told of meanwhile counts too; without any for long, the time is
            // looked at again.
            _ => drop(tokio::time::timeout(Duration::from_secs(1), news.changed()).await),
        }
    }
}

/// Wait until block `number` is final, or some seconds.
async fn until_final(heads: &Heads, number: u32) {
    let start = Instant::now();
    while heads.seen().last_final() < number && start.elapsed() < Duration::from_secs(10) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// From the block of the last answer to that of the settlement, as the client learnt of them.
pub(super) fn validation_ms(blocks: &RoundBlocks, seen: &Seen) -> Option<f64> {
    Some(seen.best.get(&blocks.ended?)?.at - seen.best.get(&blocks.answering_ended?)?.at)
}

/// The same in blocks.
pub(super) fn validation_blocks(blocks: &RoundBlocks) -> Option<f64> {
    blocks.ended?.checked_sub(blocks.answering_ended?).map(f64::from)
}

fn finalised_ms(blocks: &RoundBlocks, seen: &Seen) -> Option<f64> {
    Some(seen.final_at(blocks.ended?)? - seen.best.get(&blocks.answering_ended?)?.at)
}

/// For each final block, how long after it became best.
fn finality_ms(seen: &Seen, from: u32) -> Vec<f64> {
    let blocks = seen.best.range(from..=seen.last_final());
    blocks.filter_map(|(number, best)| Some(seen.final_at(*number)? - best.at)).collect()
}

/// The share of slots without a block of the best chain.
pub(super) fn missed_slots(seen: &Seen, from: u32) -> f64 {
    let mut blocks = seen.best.range(from..);
    let (Some((first, from)), Some((last, to))) = (blocks.next(), blocks.next_back()) else {
        return 0.0;
    };
    1.0 - f64::from(last - first) / to.slot.saturating_sub(from.slot).max(1) as f64
}
