//! What the gateway measures: one documented struct, in base units, as Prometheus text.
//!
//! Every metric's name begins with `waggle_gateway_`. Labels are words of this program, never of a
//! client, so that nobody can make the metrics grow.

use crate::desk::{Outcome, State, Trouble};
use prometheus::{
    exponential_buckets, Counter, Gauge, Histogram, HistogramOpts, HistogramVec, IntCounterVec,
    IntGauge, Opts, Registry, TextEncoder,
};
use std::time::Duration;

/// Smallest units in one WAG, for metrics in WAG.
const WAG: f64 = 1e12;
/// Upper bounds of the buckets of what the gateway adds to a round, in seconds: finest around the
/// 20 ms that it should stay below.
const ADDED: [f64; 23] = [
    0.000_5, 0.001, 0.002, 0.003, 0.005, 0.007_5, 0.01, 0.012_5, 0.015, 0.017_5, 0.02, 0.025, 0.03,
    0.04, 0.06, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0,
];

/// All metrics.
pub struct Metrics {
    /// Requests that were replied to, by route and HTTP status. What is in none of the routes has
    /// the route `other`.
    requests: IntCounterVec,
    /// Errors that clients were told of, by code.
    errors: IntCounterVec,
    /// Seconds that a round took, from its order to the chosen answer.
    round: Histogram,
    /// Seconds that the gateway added to a round, by part: `before`, from the request until its
    /// transaction is written down and about to be sent, waiting in the queue included; `after`,
    /// from the settlement to the reply.
    added: HistogramVec,
    /// Orders that are over, by outcome: `answered`, or the code of what went wrong.
    orders: IntCounterVec,
    /// What keys were charged for orders that are over, rewards and fees, in WAG.
    spent: Counter,
    /// Streams that are open.
    streams: IntGauge,
    /// Connections that are open.
    connections: IntGauge,
    /// Orders that wait for a payer.
    waiting: IntGauge,
    /// Orders whose rounds run.
    running: IntGauge,
    /// Payers that have no round running.
    payers_free: IntGauge,
    /// Whether the node answers, 0 or 1.
    connected: IntGauge,
    /// The best block that the gateway has seen.
    best_block: Gauge,
    registry: Registry,
}

/// Which part of a round's way through the gateway.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// From the request until its transaction is written down and about to be sent.
    Before,
    /// From the settlement to the reply.
    After,
}

/// Counts as open until it is dropped.
#[derive(Debug)]
pub struct Open(IntGauge);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    /// The media type of [`Self::text`].
    pub const MEDIA_TYPE: &'static str = "text/plain; version=0.0.4";

    /// All metrics, at zero.
    ///
    /// # Errors
    /// A metric whose name or help Prometheus does not take: a mistake in this file.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new_custom(Some("waggle_gateway".into()), None)?;
        let new = New { registry: &registry };
        Ok(Self {
            requests: new.counters(
                "requests_total",
                "Requests that were replied to, by route and HTTP status.",
                &["path", "status"],
            )?,
            errors: new.counters(
                "errors_total",
                "Errors that clients were told of, by code.",
                &["code"],
            )?,
            round: new.kept(Histogram::with_opts(
                HistogramOpts::new(
                    "round_seconds",
                    "Seconds that a round took, from its order to the chosen answer.",
                )
                .buckets(exponential_buckets(0.5, 1.5, 14)?),
            )?)?,
            added: new.kept(HistogramVec::new(
                HistogramOpts::new(
                    "added_seconds",
                    "Seconds that the gateway added to a round, before its transaction was sent \
                     and after it settled.",
                )
                .buckets(ADDED.to_vec()),
                &["part"],
            )?)?,
            orders: new.counters(
                "orders_total",
                "Orders that are over, by outcome: answered, or the code of what went wrong.",
                &["outcome"],
            )?,
            spent: new.kept(Counter::new(
                "spent_wag_total",
                "What keys were charged for orders that are over, rewards and fees, in WAG.",
            )?)?,
            streams: new.gauge("streams_open", "Streams that are open.")?,
            connections: new.gauge("connections_open", "Connections that are open.")?,
            waiting: new.gauge("orders_waiting", "Orders that wait for a payer.")?,
            running: new.gauge("orders_running", "Orders whose rounds run.")?,
            payers_free: new.gauge("payers_free", "Payers that have no round running.")?,
            connected: new.gauge("node_connected", "Whether the node answers, 0 or 1.")?,
            best_block: new
                .kept(Gauge::new("best_block", "The best block that the gateway has seen.")?)?,
            registry,
        })
    }

    /// A request to `path`, one of the routes of this program, was replied to.
    pub fn replied(&self, path: &str, status: u16) {
        self.requests.with_label_values(&[path, &status.to_string()]).inc();
    }

    /// A client was told of an error.
    pub fn told(&self, code: &str) {
        self.errors.with_label_values(&[code]).inc();
    }

    /// The gateway added so much time to a round.
    pub fn added(&self, part: Part, time: Duration) {
        let part = match part {
            Part::Before => "before",
            Part::After => "after",
        };
        self.added.with_label_values(&[part]).observe(time.as_secs_f64());
    }

    /// An order is over, and its key was charged so many of the smallest unit for it.
    pub fn over(&self, outcome: &Outcome, charged: u128) {
        let label = match outcome {
            Outcome::Answered(answered) => {
                self.round.observe(answered.elapsed.as_secs_f64());
                "answered"
            }
            Outcome::Failed(trouble) => label_of(trouble),
        };
        self.orders.with_label_values(&[label]).inc();
        self.spent.inc_by(charged as f64 / WAG);
    }

    /// A stream opens; it is open until the result is dropped.
    pub fn stream(&self) -> Open {
        self.streams.inc();
        Open(self.streams.clone())
    }

    /// A connection opens; it is open until the result is dropped.
    pub fn connection(&self) -> Open {
        self.connections.inc();
        Open(self.connections.clone())
    }

    /// Everything as text, with the desk's state as it is now.
    ///
    /// # Errors
    /// Prometheus does not write it: a mistake in this file.
    pub fn text(&self, state: &State) -> Result<String, prometheus::Error> {
        let gauge = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.waiting.set(gauge(state.waiting));
        self.running.set(gauge(state.running));
        self.payers_free.set(gauge(state.payers_free));
        self.connected.set(state.connected.into());
        self.best_block.set(state.best_block.into());
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

/// What became of an order that failed, as a label.
fn label_of(trouble: &Trouble) -> &'static str {
    match trouble {
        Trouble::Cancelled { .. } => "cancelled",
        Trouble::NobodyWon { .. } => "nobody_won",
        Trouble::Refused { .. } => "refused",
        Trouble::NodeAway { .. } => "node_away",
        Trouble::Unsure { .. } => "unsure",
        Trouble::NoSuchRound(_) => "no_such_round",
        Trouble::Store { .. } => "store",
    }
}

/// Makes metrics and registers them.
struct New<'a> {
    registry: &'a Registry,
}

impl New<'_> {
    fn kept<C: prometheus::core::Collector + Clone + 'static>(
        &self,
        metric: C,
    ) -> Result<C, prometheus::Error> {
        self.registry.register(Box::new(metric.clone()))?;
        Ok(metric)
    }

    fn counters(
        &self,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> Result<IntCounterVec, prometheus::Error> {
        self.kept(IntCounterVec::new(Opts::new(name, help), labels)?)
    }

    fn gauge(&self, name: &str, help: &str) -> Result<IntGauge, prometheus::Error> {
        self.kept(IntGauge::new(name, help)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        State { connected: true, best_block: 12, waiting: 3, ..State::default() }
    }

    #[test]
    fn metrics_should_be_text_with_help_when_read() {
        let metrics = Metrics::new().unwrap();
        metrics.replied("/v1/models", 200);
        metrics.told("invalid_api_key");
        metrics.added(Part::Before, Duration::from_millis(3));
        let cancelled = Trouble::Cancelled { round: 7, reason: "nobody came".into() };
        metrics.over(&Outcome::Failed(cancelled), 250_000_000_000);
        metrics.over(&Outcome::Failed(Trouble::Unsure { until_block: 4 }), 2_000_000_000_000);
        let text = metrics.text(&state()).unwrap();
        for line in [
            "waggle_gateway_requests_total{path=\"/v1/models\",status=\"200\"} 1",
            "waggle_gateway_errors_total{code=\"invalid_api_key\"} 1",
            "waggle_gateway_added_seconds_count{part=\"before\"} 1",
            "waggle_gateway_orders_total{outcome=\"cancelled\"} 1",
            "waggle_gateway_orders_total{outcome=\"unsure\"} 1",
            "waggle_gateway_spent_wag_total 2.25",
            "waggle_gateway_orders_waiting 3",
            "waggle_gateway_node_connected 1",
            "waggle_gateway_best_block 12",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
    }

    #[test]
    fn time_added_should_be_told_from_the_promised_when_near_it() {
        assert!(ADDED.windows(2).all(|bounds| bounds[0] < bounds[1]));
        let below = ADDED.into_iter().filter(|bound| *bound < 0.02).fold(0.0, f64::max);
        assert!(ADDED.contains(&0.02) && below > 0.015, "{below}");
    }

    #[test]
    fn streams_should_be_open_until_dropped() {
        let metrics = Metrics::new().unwrap();
        let open = |metrics: &Metrics| {
            let text = metrics.text(&state()).unwrap();
            let line = text.lines().find(|line| line.starts_with("waggle_gateway_streams_open"));
            line.and_then(|line| line.rsplit(' ').next()).map(str::to_owned)
        };
        let stream = metrics.stream();
        assert_eq!(open(&metrics).as_deref(), Some("1"));
        drop(stream);
        assert_eq!(open(&metrics).as_deref(), Some("0"));
    }
}
