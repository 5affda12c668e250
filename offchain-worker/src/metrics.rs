//! What the worker measures: one documented struct, in base units, as OpenMetrics text.
//!
//! Every metric's name begins with `waggle_worker_`. `docs/worker-protocol.md` lists them; a test
//! compares the two.

use prometheus_client::{
    encoding::{text::encode, EncodeLabelSet},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{exponential_buckets, Histogram},
    },
    registry::{Registry, Unit},
};
use std::sync::atomic::AtomicU64;

/// By model, or by embedder.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ModelLabel {
    /// Its name in the configuration.
    pub model: String,
}

/// By model and kind of job.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct JobLabels {
    /// Its name in the configuration.
    pub model: String,
    /// `answer`, `grade`, `replay` or `embed`.
    pub kind: &'static str,
}

/// By what became of a job.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OutcomeLabels {
    /// The model's name in the configuration.
    pub model: String,
    /// `answer`, `grade`, `replay` or `embed`.
    pub kind: &'static str,
    /// `done`, `declined` or `failed`.
    pub outcome: &'static str,
}

/// By what an agent has against a prompt.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ReasonLabel {
    /// `topic`, `length`, `load` or `price`.
    pub reason: &'static str,
}

/// By model and what was done with tokens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct TokenLabels {
    /// The model's name in the configuration.
    pub model: String,
    /// `read` or `written`.
    pub direction: &'static str,
}

/// By model, kind of job and how its deadline was missed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct MissedLabels {
    /// The model's name in the configuration.
    pub model: String,
    /// `answer`, `grade`, `replay` or `embed`.
    pub kind: &'static str,
    /// `waiting`: it passed before the job could be done; `running`: the job was stopped.
    pub stage: &'static str,
}

/// By kind of job and reason.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct DeclinedLabels {
    /// `answer`, `grade`, `replay` or `embed`.
    pub kind: &'static str,
    /// One of [`DECLINE_REASONS`].
    pub reason: &'static str,
}

/// Every reason for which a job is declined.
pub const DECLINE_REASONS: [&str; 20] = [
    "agent",
    "attempts",
    "context",
    "cut",
    "engine",
    "limits",
    "no_embedder",
    "no_grade",
    "no_replay",
    "not_examined",
    "not_loaded",
    "program",
    "refused",
    "slow",
    "template",
    "unhealthy",
    "unit",
    "unsure",
    "unwilling",
    "weights",
];

/// By HTTP status.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct StatusLabel {
    /// The status code.
    pub status: u16,
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// All metrics.
pub struct Metrics {
    /// Replies to `POST /v1/jobs`, by status.
    pub posts: Family<StatusLabel, Counter>,
    /// Attempts at jobs that ended, by model, kind and outcome.
    pub jobs: Family<OutcomeLabels, Counter>,
    /// Posts of prompts that an agent does not want, by reason.
    pub unwilling: Family<ReasonLabel, Counter>,
    /// Posts and attempts that were declined, by kind and reason.
    pub declined: Family<DeclinedLabels, Counter>,
    /// Deadlines that passed before the result was there, by model, kind and stage.
    pub missed: Family<MissedLabels, Counter>,
    /// Answers stopped because a grade needed the engine, by model.
    pub made_room: Family<ModelLabel, Counter>,
    /// Tokens of answers, by model and direction, where the engine counts them.
    pub tokens: Family<TokenLabels, Counter>,
    /// Tokens written in a second, a moving average, by model.
    pub token_rate: Family<ModelLabel, Gauge<f64, AtomicU64>>,
    /// Seconds until the first token of an answer, by model, where the engine says.
    pub first_token: Histograms<ModelLabel>,
    /// Whether a model may answer, 0 or 1, by model.
    pub healthy: Family<ModelLabel, Gauge>,
    /// Seconds from taking a job in to starting it.
    pub wait: Histograms<JobLabels>,
    /// Seconds that the model took for a job.
    pub inference: Histograms<JobLabels>,
    /// Probability of all grade tokens together, of grades given.
    pub grade_mass: Histograms<ModelLabel>,
    /// Grades given without asking the model, which had been asked the same lately.
    pub grades_recalled: Family<ModelLabel, Counter>,
    /// Jobs that wait, by model.
    pub queued: Family<ModelLabel, Gauge>,
    /// Jobs that run, by model.
    pub running: Family<ModelLabel, Gauge>,
    /// Finished jobs that are remembered.
    pub remembered: Gauge,
    /// Models loaded.
    pub models: Gauge,
    registry: Registry,
}

impl Default for Metrics {
    fn default() -> Self {
        let seconds: fn() -> Histogram = || Histogram::new(exponential_buckets(0.001, 2.0, 18));
        let share: fn() -> Histogram =
            || Histogram::new([0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0]);
        let mut metrics = Self {
            posts: Family::default(),
            jobs: Family::default(),
            unwilling: Family::default(),
            declined: Family::default(),
            missed: Family::default(),
            made_room: Family::default(),
            tokens: Family::default(),
            token_rate: Family::default(),
            first_token: Family::new_with_constructor(seconds),
            healthy: Family::default(),
            wait: Family::new_with_constructor(seconds),
            inference: Family::new_with_constructor(seconds),
            grade_mass: Family::new_with_constructor(share),
            grades_recalled: Family::default(),
            queued: Family::default(),
            running: Family::default(),
            remembered: Gauge::default(),
            models: Gauge::default(),
            registry: Registry::with_prefix("waggle_worker"),
        };
        let registry = &mut metrics.registry;
        registry.register("posts", "Replies to POST /v1/jobs, by status", metrics.posts.clone());
        registry.register(
            "jobs",
            "Attempts at jobs that ended, by model, kind and outcome",
            metrics.jobs.clone(),
        );
        let help = "Posts of prompts that an agent does not want, by reason";
        registry.register("unwilling", help, metrics.unwilling.clone());
        metrics.register_service();
        let registry = &mut metrics.registry;
        let help = "From taking a job in to starting it";
        registry.register_with_unit("job_wait", help, Unit::Seconds, metrics.wait.clone());
        let help = "What the model took for a job";
        registry.register_with_unit(
            "job_inference",
            help,
            Unit::Seconds,
            metrics.inference.clone(),
        );
        let help = "Probability of all grade tokens together, of grades given";
        registry.register("grade_mass", help, metrics.grade_mass.clone());
        let help = "Grades given without asking the model, which had been asked the same lately";
        registry.register("grades_recalled", help, metrics.grades_recalled.clone());
        registry.register("jobs_queued", "Jobs that wait, by model", metrics.queued.clone());
        registry.register("jobs_running", "Jobs that run, by model", metrics.running.clone());
        registry.register(
            "jobs_remembered",
            "Finished jobs that are remembered",
            metrics.remembered.clone(),
        );
        registry.register("models_loaded", "Models loaded", metrics.models.clone());
        metrics
    }
}

impl Metrics {
    /// What tells how well the models serve.
    fn register_service(&mut self) {
        let registry = &mut self.registry;
        let help = "Posts and attempts that were declined, by kind and reason";
        registry.register("declined", help, self.declined.clone());
        let help = "Deadlines that passed before the result was there, by model, kind and stage";
        registry.register("deadlines_missed", help, self.missed.clone());
        let help = "Answers stopped because a grade needed the engine, by model";
        registry.register("answers_interrupted", help, self.made_room.clone());
        let help = "Tokens of answers, by model and direction, where the engine counts them";
        registry.register("tokens", help, self.tokens.clone());
        let help = "Tokens written in a second, a moving average, by model";
        registry.register("tokens_per_second", help, self.token_rate.clone());
        let help = "Until the first token of an answer, where the engine says";
        let (name, metric) = ("first_token", self.first_token.clone());
        registry.register_with_unit(name, help, Unit::Seconds, metric);
        let help = "Whether a model may answer, by model";
        registry.register("model_healthy", help, self.healthy.clone());
    }
}

impl Metrics {
    /// The media type of [`Metrics::text`].
    pub const MEDIA_TYPE: &'static str =
        "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// All metrics in the OpenMetrics text format.
    ///
    /// # Errors
    /// Only if a label cannot be written as text, which none of these can cause.
    pub fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    /// Makes every metric of a model appear, at zero, so that the first event of a kind is seen as
    /// a rise.
    pub fn expect(&self, model: &str) {
        let label = ModelLabel { model: model.to_string() };
        for kind in ["answer", "grade", "replay"] {
            self.expect_kind(model, kind);
        }
        for direction in ["read", "written"] {
            let model = model.to_string();
            drop(self.tokens.get_or_create(&TokenLabels { model, direction }));
        }
        drop(self.made_room.get_or_create(&label));
        drop(self.first_token.get_or_create(&label));
        drop(self.token_rate.get_or_create(&label));
        drop(self.healthy.get_or_create(&label));
        drop(self.grade_mass.get_or_create(&label));
        drop(self.grades_recalled.get_or_create(&label));
        drop(self.queued.get_or_create(&label));
        drop(self.running.get_or_create(&label));
        for reason in ["topic", "length", "load", "price"] {
            drop(self.unwilling.get_or_create(&ReasonLabel { reason }));
        }
        drop(self.posts.get_or_create(&StatusLabel { status: 200 }));
    }

    /// The same for an embedder, which stands where a model does.
    pub fn expect_embedder(&self, name: &str) {
        self.expect_kind(name, "embed");
        let label = ModelLabel { model: name.to_string() };
        drop(self.queued.get_or_create(&label));
        drop(self.running.get_or_create(&label));
    }

    fn expect_kind(&self, model: &str, kind: &'static str) {
        let labels = JobLabels { model: model.to_string(), kind };
        drop(self.wait.get_or_create(&labels));
        drop(self.inference.get_or_create(&labels));
        for reason in DECLINE_REASONS {
            drop(self.declined.get_or_create(&DeclinedLabels { kind, reason }));
        }
        for stage in ["waiting", "running"] {
            let model = model.to_string();
            drop(self.missed.get_or_create(&MissedLabels { model, kind, stage }));
        }
        for outcome in ["done", "declined", "failed"] {
            let model = model.to_string();
            drop(self.jobs.get_or_create(&OutcomeLabels { model, kind, outcome }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> String {
        let metrics = Metrics::default();
        metrics.expect("m");
        metrics.posts.get_or_create(&StatusLabel { status: 200 }).inc();
        metrics.text().unwrap()
    }

    #[test]
    fn text_should_hold_every_metric() {
        let text = text();
        assert!(text.contains("waggle_worker_posts_total{status=\"200\"} 1"), "{text}");
        assert!(
            text.contains(
                "waggle_worker_jobs_total{model=\"m\",kind=\"grade\",outcome=\"failed\"} 0"
            ),
            "{text}"
        );
        assert!(text.contains("# UNIT waggle_worker_job_wait_seconds seconds"), "{text}");
        assert!(text.ends_with("# EOF\n"));
        assert_eq!(text.matches("# HELP").count(), 18);
    }

    #[test]
    fn docs_should_list_every_metric() {
        let page = include_str!("../../docs/worker-protocol.md");
        for line in text().lines().filter_map(|line| line.strip_prefix("# HELP ")) {
            let name = line.split(' ').next().unwrap();
            assert!(
                page.contains(&format!("`{name}`")),
                "docs/worker-protocol.md does not explain {name}"
            );
        }
    }
}
