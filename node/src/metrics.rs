//! What the node tells Prometheus of rounds and of its own agents, in addition to Substrate's
//! metrics.
//!
//! Read from the state of the best block, at most once in `PAUSE`: from the newest `ROUNDS`
//! rounds and the agents whose keys are in the keystore. Rounds that were over when the node
//! started are not counted. All names begin with `waggle_`; `docs/operators.md` lists them.
//!
//! Out of scope: jobs and models, which the worker measures.

use crate::types::{Block, Client};
use futures::StreamExt;
use pallet_waggle_rounds::api::WaggleApi;
use sc_client_api::BlockchainEvents;
use sp_api::{ApiError, ProvideRuntimeApi};
use sp_core::{crypto::ByteArray, hexdisplay::HexDisplay};
use sp_keystore::{Keystore, KeystorePtr};
use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};
use substrate_prometheus_endpoint::{
    linear_buckets, register, Counter, CounterVec, Gauge, GaugeVec, Histogram, HistogramOpts, Opts,
    PrometheusError, Registry, F64, U64,
};
use waggle_primitives::{
    view::{AgentInRound, MembershipView, RoundState, RoundView},
    AgentKey, CancelReason, DomainId, Phase, RoundId, AGENT_KEY_TYPE,
};
use waggle_runtime::{AccountId, Balance, Hash};

/// How many of the newest rounds are looked at: as many as the runtime API tells.
const ROUNDS: u32 = 100;
/// Shortest time between two looks.
const PAUSE: Duration = Duration::from_secs(2);

type Round = RoundView<AccountId, Balance>;

/// How an own agent is rated in a domain.
struct Rating {
    /// As its label names it.
    agent: String,
    domain: DomainId,
    rating: f64,
}

/// The metrics.
pub struct Metrics {
    open: GaugeVec<U64>,
    ended: CounterVec<U64>,
    validation_blocks: Histogram,
    agents: Gauge<U64>,
    rating: GaugeVec<F64>,
    agent_rounds: CounterVec<U64>,
    double_seals: Counter<U64>,
    idle_keys: GaugeVec<U64>,
    /// Rounds that are over and have been counted, of those that the last look showed. `None`
    /// before the first look.
    counted: Option<BTreeSet<RoundId>>,
}

impl Metrics {
    /// Registered with `registry`. Errors: a name that is taken.
    pub fn register(registry: &Registry) -> Result<Self, PrometheusError> {
        let buckets = linear_buckets(1.0, 1.0, 12)?;
        let open = Opts::new("waggle_rounds_open", "Rounds that run, by phase");
        let ended = Opts::new("waggle_rounds_ended", "Rounds that ended, by how");
        let validation_blocks = HistogramOpts::new(
            "waggle_validation_blocks",
            "Blocks from the end of answering to the settlement",
        );
        let agents = Opts::new(
            "waggle_own_agents",
            "Registered agents whose keys are in this node's keystore",
        );
        let rating = Opts::new(
            "waggle_agent_rating",
            "Rating of an own agent in each of its domains, 0 to 1",
        );
        let agent_rounds = Opts::new(
            "waggle_agent_rounds",
            "Rounds of an own agent that ended: won, kept its word, or missed a duty and lost its \
             ticket",
        );
        let double_seals = Counter::new(
            "waggle_double_seals_total",
            "Steps of rounds for which an agent sealed two different things, in blocks of any fork",
        )?;
        let idle_keys = Opts::new(
            "waggle_idle_agent_keys",
            "Agent keys in this node's keystore that no agent works with, by cause",
        );
        Ok(Self {
            open: register(GaugeVec::new(open, &["phase"])?, registry)?,
            ended: register(CounterVec::new(ended, &["ending"])?, registry)?,
            validation_blocks: register(
                Histogram::with_opts(validation_blocks.buckets(buckets))?,
                registry,
            )?,
            agents: register(Gauge::with_opts(agents)?, registry)?,
            rating: register(GaugeVec::new(rating, &["agent", "domain"])?, registry)?,
            agent_rounds: register(
                CounterVec::new(agent_rounds, &["agent", "outcome"])?,
                registry,
            )?,
            double_seals: register(double_seals, registry)?,
            idle_keys: register(GaugeVec::new(idle_keys, &["cause"])?, registry)?,
            counted: None,
        })
    }

    /// What counts double seals, for whoever notices them.
    pub fn double_seals(&self) -> Counter<U64> {
        self.double_seals.clone()
    }

    /// What shows how many keys are idle, for whoever looks after them.
    pub fn idle_keys(&self) -> GaugeVec<U64> {
        self.idle_keys.clone()
    }

    /// Follow the best chain until it ends with the node.
    pub async fn follow(mut self, client: Arc<Client>, keystore: KeystorePtr) {
        let mut blocks = client.import_notification_stream();
        let mut last = None::<Instant>;
        while let Some(block) = blocks.next().await {
            if !block.is_new_best || last.is_some_and(|time| time.elapsed() < PAUSE) {
                continue;
            }
            last = Some(Instant::now());
            if let Err(error) = self.look(&client, &keystore, block.hash) {
                log::debug!(
                    target: "waggle::metrics",
                    "the state of block {} cannot be read: {error}",
                    block.hash
                );
            }
        }
    }

    fn look(&mut self, client: &Client, keystore: &KeystorePtr, at: Hash) -> Result<(), ApiError> {
        let api = client.runtime_api();
        let (mut own, mut ratings) = (BTreeSet::new(), Vec::new());
        for key in keystore.ed25519_public_keys(AGENT_KEY_TYPE) {
            let Ok(key) = AgentKey::from_slice(key.as_ref()) else { continue };
            let Some(detail) = WaggleApi::<Block, AccountId>::agent_of_key(&*api, at, key)? else {
                continue;
            };
            let rating = |in_it: MembershipView| Rating {
                agent: label_of(&key),
                domain: in_it.domain,
                rating: in_it.rating.to_float(),
            };
            ratings.extend(detail.memberships.into_iter().map(rating));
            own.insert(key);
        }
        self.show(&ratings);
        self.agents.set(own.len() as u64);
        let rounds: Vec<Round> = WaggleApi::<Block, AccountId>::recent_rounds(&*api, at, ROUNDS)?;
        self.count_open(&rounds);
        self.count_ended(&rounds, &own);
        Ok(())
    }

    /// Show these ratings and no others: an agent may have left a domain.
    fn show(&self, ratings: &[Rating]) {
        self.rating.reset();
        for Rating { agent, domain, rating } in ratings {
            self.rating.with_label_values(&[agent, &domain.to_string()]).set(*rating);
        }
    }

    fn count_open(&self, rounds: &[Round]) {
        for (phase, name) in [
            (Phase::Answering, "answering"),
            (Phase::OpeningAnswers, "opening_answers"),
            (Phase::Grading, "grading"),
            (Phase::OpeningGrades, "opening_grades"),
        ] {
            let in_phase = |round: &&Round| match round.state {
                RoundState::Running { phase: at, .. } => at == phase,
                _ => false,
            };
            let open = rounds.iter().filter(in_phase).count();
            self.open.with_label_values(&[name]).set(open as u64);
        }
    }

    fn count_ended(&mut self, rounds: &[Round], own: &BTreeSet<AgentKey>) {
        let over = |round: &&Round| !matches!(round.state, RoundState::Running { .. });
        let ended: BTreeSet<RoundId> = rounds.iter().filter(over).map(|round| round.id).collect();
        if let Some(counted) = &self.counted {
            for round in rounds.iter().filter(over).filter(|round| !counted.contains(&round.id)) {
                self.count(round, own);
            }
        }
        self.counted = Some(ended);
    }

    fn count(&self, round: &Round, own: &BTreeSet<AgentKey>) {
        let (ending, winner) = match round.state {
            RoundState::Running { .. } => return,
            RoundState::Settled { winner } => ("settled", Some(winner as usize)),
            RoundState::Cancelled { reason: CancelReason::TooFewCommitted } => {
                ("too_few_committed", None)
            }
            RoundState::Cancelled { reason: CancelReason::TooFewOpened } => {
                ("too_few_opened", None)
            }
            RoundState::Cancelled { reason: CancelReason::NoGrades } => ("no_grades", None),
            RoundState::Cancelled { reason: CancelReason::Withdrawn } => ("withdrawn", None),
            RoundState::NobodyWon { .. } => ("nobody_won", None),
        };
        self.ended.with_label_values(&[ending]).inc();
        let was_judged = !matches!(round.state, RoundState::Cancelled { .. });
        if let (true, Some(from), Some(to)) =
            (was_judged, round.blocks.answering_ended, round.blocks.ended)
        {
            self.validation_blocks.observe(f64::from(to.saturating_sub(from)));
        }
        for (index, agent) in
            round.agents.iter().enumerate().filter(|(_, agent)| own.contains(&agent.key))
        {
            let outcome = match winner {
                _ if has_missed_a_duty(round, agent) => "missed",
                Some(winner) if winner == index => "won",
                _ => "kept",
            };
            self.agent_rounds.with_label_values(&[&label_of(&agent.key), outcome]).inc();
        }
    }
}

/// Whether the agent did not do in time what the round came to ask of it.
fn has_missed_a_duty(round: &Round, agent: &AgentInRound<AccountId, Balance>) -> bool {
    match round.state {
        RoundState::Cancelled { reason: CancelReason::TooFewCommitted } => false,
        RoundState::Cancelled { reason: CancelReason::TooFewOpened } => !agent.opened_answer,
        _ => {
            // Who is the only one to open has nobody to grade.
            let opened = round.agents.iter().filter(|agent| agent.opened_answer).count();
            !agent.opened_answer || (!agent.opened_grades && opened > 1)
        }
    }
}

fn label_of(key: &AgentKey) -> String {
    format!("0x{}", HexDisplay::from(&key.as_slice()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_primitives::{
        domain::GENERAL, rule::Judgement, view::RoundBlocks, Grade, RoundTerms,
    };

    fn key(number: u8) -> AgentKey {
        AgentKey::from_slice(&[number; 32]).expect("32 bytes are a key")
    }

    fn agent(
        number: u8,
        opened_answer: bool,
        opened_grades: bool,
    ) -> AgentInRound<AccountId, Balance> {
        AgentInRound {
            owner: [number; 32].into(),
            key: key(number),
            answer: None,
            opened_answer,
            opened_grades,
            assigned: Vec::new(),
            judgement: Judgement::Unjudged,
            paid: 0,
            forfeited: 0,
        }
    }

    fn round(id: RoundId, state: RoundState) -> Round {
        RoundView {
            id,
            client: [9; 32].into(),
            domain: GENERAL,
            prompt: Vec::new(),
            terms: RoundTerms {
                reward: 20,
                answering_blocks: 10,
                min_agents: 2,
                max_agents: 3,
                min_score: Grade::MIN,
            },
            ticket: 10,
            state,
            blocks: RoundBlocks { answering_ended: Some(5), ended: Some(8), ..Default::default() },
            seed: None,
            agents: vec![agent(1, true, true), agent(2, true, false), agent(3, true, true)],
            grades: Vec::new(),
            seats: None,
            winning_answer: None,
            returned: 0,
            treasury: 0,
        }
    }

    #[test]
    fn round_should_be_counted_once_and_for_own_agents_only() {
        let registry = Registry::new();
        let mut metrics = Metrics::register(&registry).expect("no name is taken");
        let own = BTreeSet::from([key(1), key(2)]);
        let running = round(7, RoundState::Running { phase: Phase::Grading, deadline: 9 });
        let before = round(6, RoundState::Settled { winner: 0 });
        metrics.count_ended(&[running.clone(), before.clone()], &own);
        metrics.count_open(&[running, before.clone()]);
        assert_eq!(metrics.open.with_label_values(&["grading"]).get(), 1);
        assert_eq!(metrics.ended.with_label_values(&["settled"]).get(), 0, "it was over before");
        for _ in 0..2 {
            metrics
                .count_ended(&[round(7, RoundState::Settled { winner: 0 }), before.clone()], &own);
        }
        assert_eq!(metrics.ended.with_label_values(&["settled"]).get(), 1);
        assert_eq!(
            (
                metrics.validation_blocks.get_sample_count(),
                metrics.validation_blocks.get_sample_sum()
            ),
            (1, 3.0)
        );
        let rounds_of = |number, outcome| {
            metrics.agent_rounds.with_label_values(&[&label_of(&key(number)), outcome]).get()
        };
        assert_eq!((rounds_of(1, "won"), rounds_of(2, "missed"), rounds_of(3, "kept")), (1, 1, 0));

        metrics.count(&round(8, RoundState::NobodyWon { best: 0 }), &own);
        assert_eq!(metrics.ended.with_label_values(&["nobody_won"]).get(), 1);
        assert_eq!((rounds_of(1, "won"), rounds_of(1, "kept"), rounds_of(2, "missed")), (1, 1, 2));
        assert_eq!(metrics.validation_blocks.get_sample_count(), 2, "it was judged");
    }

    #[test]
    fn ratings_should_be_those_of_the_domains_in_which_an_agent_is() {
        let registry = Registry::new();
        let metrics = Metrics::register(&registry).expect("no name is taken");
        let rating = |domain| Rating { agent: "a".into(), domain, rating: 0.5 };
        let shown = || -> usize {
            let all = registry.gather();
            let ratings = all.iter().filter(|family| family.get_name() == "waggle_agent_rating");
            ratings.map(|family| family.get_metric().len()).sum()
        };
        metrics.show(&[rating(GENERAL), rating(1)]);
        assert_eq!(shown(), 2);
        metrics.show(&[rating(GENERAL)]);
        assert_eq!(shown(), 1, "it has left the other one");
    }

    #[test]
    fn dashboard_and_guide_should_name_the_metrics_that_there_are() {
        let registry = Registry::new();
        let metrics = Metrics::register(&registry).expect("no name is taken");
        metrics.count_open(&[]);
        metrics.count(&round(7, RoundState::Settled { winner: 0 }), &BTreeSet::from([key(1)]));
        metrics.show(&[Rating { agent: "a".into(), domain: GENERAL, rating: 0.5 }]);
        metrics.idle_keys().with_label_values(&["retired"]).set(0);
        let there: BTreeSet<String> =
            registry.gather().iter().map(|family| family.get_name().to_owned()).collect();
        let named = |text: &str| -> BTreeSet<String> {
            let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let others = ["waggle_worker_", "waggle_gateway_"];
            let ours = words.filter(|word| {
                word.starts_with("waggle_") && !others.iter().any(|other| word.starts_with(other))
            });
            ours.map(|word| word.trim_end_matches("_bucket").to_owned())
                .filter(|word| !word.ends_with('_'))
                .collect()
        };
        assert_eq!(named(include_str!("../../docs/operators.md")), there);
        assert!(named(include_str!("../../deploy/grafana/waggle.json")).is_subset(&there));
    }

    #[test]
    fn duty_should_not_be_missed_when_the_round_did_not_come_to_it() {
        let cancelled = |reason| round(1, RoundState::Cancelled { reason });
        let silent = agent(4, false, false);
        assert!(!has_missed_a_duty(&cancelled(CancelReason::TooFewCommitted), &silent));
        assert!(has_missed_a_duty(&cancelled(CancelReason::TooFewOpened), &silent));
        assert!(!has_missed_a_duty(&cancelled(CancelReason::TooFewOpened), &agent(4, true, false)));
        let ungraded = |agents| RoundView { agents, ..round(1, RoundState::Settled { winner: 0 }) };
        let (author, another) = (agent(4, true, false), agent(5, true, false));
        assert!(has_missed_a_duty(&ungraded(vec![author.clone(), another]), &author));
        assert!(!has_missed_a_duty(&ungraded(vec![author.clone(), silent.clone()]), &author));
        assert!(has_missed_a_duty(&ungraded(vec![author, silent.clone()]), &silent));
    }
}
