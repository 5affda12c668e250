//! Many rounds at once: how many a second a network settles, and what it has no more of when it
//! settles no more.

use super::{
    heads::{now, Heads},
    points::{self, start, validation_blocks, validation_ms, Bench, Setting},
    store::{decimals, Row},
    usage::Usage,
};
use crate::Failure;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use subxt_signer::sr25519::Keypair;
use tokio::{sync::watch, task::JoinSet};
use waggle_cli::progress::Progress;
use waggle_client::{
    account::development,
    chain::Chain,
    follow::is_over,
    submit::{submit, Prompt},
};
use waggle_harness::{questions::Draw, statistics::percentile};
use waggle_primitives::{
    view::{RoundBlocks, RoundState},
    RoundId, RoundTerms,
};

/// Who asks: accounts that the preset gives money. Each may have as many open rounds as the chain
/// allows one client.
const CLIENTS: [&str; 8] =
    ["//Alice", "//Bob", "//Charlie", "//Dave", "//Eve", "//Ferdie", "//One", "//Two"];
/// A processor that is idle for less than this share has nothing left to give.
const EXHAUSTED: f64 = 0.9;

/// What a number of rounds at once came to.
#[derive(Clone, Debug)]
pub struct Level {
    setting: Setting,
    minds: String,
    at_once: u32,
    seconds: f64,
    rounds: Vec<RoundBlocks>,
    unsettled: usize,
    validation_ms: Vec<f64>,
    missed_slots: f64,
    node: f64,
    other_node: f64,
    worker: f64,
    machine: f64,
}

impl Level {
    /// As a line of `throughput.csv`.
    pub fn row(&self) -> Row {
        let blocks: Vec<f64> = self.rounds.iter().filter_map(validation_blocks).collect();
        let percent = |share: f64| decimals(share * 100.0);
        let [slot_ms, agents, validators] = self.setting.key();
        vec![
            ("slot_ms", slot_ms),
            ("agents", agents),
            ("minds", self.minds.clone()),
            ("rounds_at_once", self.at_once.to_string()),
            ("rounds_per_second", format!("{:.2}", self.rounds.len() as f64 / self.seconds)),
            ("p50_ms", decimals(percentile(&self.validation_ms, 0.5))),
            ("p95_ms", decimals(percentile(&self.validation_ms, 0.95))),
            ("p50_blocks", decimals(percentile(&blocks, 0.5))),
            ("p95_blocks", decimals(percentile(&blocks, 0.95))),
            ("saturates", self.saturates().into()),
            ("validators", validators),
            ("rounds", self.rounds.len().to_string()),
            ("unsettled", self.unsettled.to_string()),
            ("seconds", decimals(self.seconds)),
            ("missed_slots_percent", percent(self.missed_slots)),
            ("node_cpu_percent", percent(self.node)),
            ("other_node_cpu_percent", percent(self.other_node)),
            ("worker_cpu_percent", percent(self.worker)),
            ("machine_cpu_percent", percent(self.machine)),
        ]
    }

    /// Rounds settled a second.
    pub fn per_second(&self) -> f64 {
        self.rounds.len() as f64 / self.seconds
    }

    /// What there is no more of.
    fn saturates(&self) -> &'static str {
        let others = self.other_node * (self.setting.preset.validators().len() as f64 - 1.0);
        match (self.machine >= EXHAUSTED, self.worker > self.node.max(others), others > self.node) {
            (false, ..) => "nothing",
            (true, true, _) => "processors: the worker's inference",
            (true, false, true) => "processors: the other validators",
            (true, false, false) => "processors: the agents' node",
        }
    }
}

/// One network, asked ever more rounds at once: `levels` of them, each for `seconds`. All agents
/// are played by `model` of the line-up, if that is given. `done` is told of each level.
pub async fn measure(
    bench: &Bench,
    setting: Setting,
    model: Option<&str>,
    (levels, seconds): (&[u32], u64),
    progress: &Progress,
    mut done: impl FnMut(&Level) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut network = start(bench, setting, model, progress).await?;
    let asking = Asking::of(&network.url(), setting, bench.seed).await?;
    for at_once in levels {
        progress.doing(format!("{at_once} rounds at once"));
        let (first_block, processors, before) =
            (asking.heads.seen().newest(), Processors::now(), Usage::of(&network));
        let from = now();
        let began = Instant::now();
        let rounds = asking.rounds(*at_once, Duration::from_secs(seconds)).await?;
        let (elapsed, after, processors) =
            (began.elapsed().as_secs_f64(), Usage::of(&network), processors.busy_since());
        network.check_running()?;
        let unsettled = asking.drain().await;
        let seen = asking.heads.seen();
        let within = |blocks: &RoundBlocks| {
            let at = blocks.ended.and_then(|ended| seen.best.get(&ended)).map(|best| best.at);
            at.is_some_and(|at| at >= from && at <= from + elapsed * 1000.0)
        };
        let settled: Vec<RoundBlocks> = rounds.into_iter().filter(within).collect();
        let share = |of: fn(&Usage) -> f64| (of(&after) - of(&before)) / elapsed;
        done(&Level {
            setting,
            minds: model.unwrap_or("models").to_owned(),
            at_once: *at_once,
            seconds: elapsed,
            validation_ms: settled
                .iter()
                .filter_map(|blocks| validation_ms(blocks, &seen))
                .collect(),
            rounds: settled,
            unsettled,
            missed_slots: points::missed_slots(&seen, first_block),
            node: share(|usage| usage.node),
            other_node: share(|usage| usage.other_node),
            worker: share(|usage| usage.worker),
            machine: processors,
        })?;
    }
    network.stop().await;
    Ok(())
}

/// Rounds that are over, by number, as one task that follows the chain finds them.
type Over = Arc<Mutex<BTreeMap<RoundId, Option<RoundBlocks>>>>;

/// All that asks.
struct Asking {
    chain: Chain,
    heads: Arc<Heads>,
    terms: RoundTerms<u128>,
    clients: Vec<Keypair>,
    draw: Arc<Mutex<Draw>>,
    over: Over,
    news: watch::Receiver<()>,
    follower: tokio::task::JoinHandle<()>,
}

impl Asking {
    async fn of(url: &str, setting: Setting, seed: u64) -> Result<Self, Failure> {
        let (chain, heads) = (Chain::connect(url).await?, Arc::new(Heads::watch(url).await?));
        let clients = CLIENTS.iter().map(|name| Ok(development(name)?));
        let clients = clients.collect::<Result<Vec<_>, Failure>>()?;
        let (over, (tell, news)) = (Over::default(), watch::channel(()));
        let follower = tokio::spawn(follow(chain.clone(), heads.clone(), over.clone(), tell));
        let terms = points::terms(setting);
        let draw = Arc::new(Mutex::new(Draw::new(seed)));
        Ok(Self { chain, heads, terms, clients, draw, over, news, follower })
    }

    /// Keep `at_once` rounds open for `time`, and tell of those that were settled.
    async fn rounds(&self, at_once: u32, time: Duration) -> Result<Vec<RoundBlocks>, Failure> {
        let until = Instant::now() + time;
        let mut asking = JoinSet::new();
        for asker in 0..at_once {
            let client = self.clients[asker as usize % self.clients.len()].clone();
            let (chain, terms) = (self.chain.clone(), self.terms.clone());
            let (draw, over, mut news) = (self.draw.clone(), self.over.clone(), self.news.clone());
            asking.spawn(async move {
                let (mut settled, mut number) = (Vec::new(), asker as usize);
                while Instant::now() < until {
                    let question = lock(&draw).question(number);
                    number += 1;
                    let prompt = Prompt::new(&question, &terms);
                    let round = submit(&chain, &client, &prompt).await?.round;
                    loop {
                        let known = lock(&over).remove(&round);
                        match known {
                            Some(blocks) => {
                                settled.extend(blocks);
                                break;
                            }
                            // A round that is slower than this counts at the end.
                            None if Instant::now() > until => return Ok(settled),
                            None => drop(
                                tokio::time::timeout(Duration::from_secs(1), news.changed()).await,
                            ),
                        }
                    }
                }
                Ok::<_, Failure>(settled)
            });
        }
        let mut all = Vec::new();
        while let Some(outcome) = asking.join_next().await {
            let outcome = outcome.map_err(|error| Failure::Process(error.to_string()))?;
            all.extend(outcome?);
        }
        Ok(all)
    }

    /// Wait until no round is open, or half a minute; how many are open then.
    async fn drain(&self) -> usize {
        let start = Instant::now();
        loop {
            let recent = self.chain.recent_rounds(100).await.unwrap_or_default();
            let open = recent.iter().filter(|round| !is_over(round)).count();
            if open == 0 || start.elapsed() > Duration::from_secs(30) {
                return open;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

/// Look at the newest rounds at each new head, and remember the blocks of those that are over;
/// `None` if cancelled.
async fn follow(chain: Chain, heads: Arc<Heads>, over: Over, tell: watch::Sender<()>) {
    let (mut news, mut known) = (heads.news(), BTreeMap::<RoundId, ()>::new());
    while news.changed().await.is_ok() {
        let Ok(recent) = chain.recent_rounds(100).await else { continue };
        for round in recent.iter().filter(|round| is_over(round)) {
            if known.insert(round.id, ()).is_none() {
                let settled = matches!(round.state, RoundState::Settled { .. });
                lock(&over).insert(round.id, settled.then_some(round.blocks));
            }
        }
        tell.send_replace(());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the machine's processors have done, from `/proc/stat`.
struct Processors {
    busy: f64,
    all: f64,
}

impl Processors {
    fn now() -> Self {
        let stat = std::fs::read_to_string("/proc/stat").unwrap_or_default();
        let line = stat.lines().next().unwrap_or_default();
        let times: Vec<f64> =
            line.split_whitespace().skip(1).take(8).filter_map(|time| time.parse().ok()).collect();
        // Idle, and idle while waiting for a disk.
        let idle: f64 = times.iter().skip(3).take(2).sum();
        let all: f64 = times.iter().sum();
        Self { busy: all - idle, all }
    }

    /// The share of all processors' time since that was busy.
    fn busy_since(&self) -> f64 {
        let now = Self::now();
        (now.busy - self.busy) / (now.all - self.all).max(1.0)
    }
}
