//! One lane's life: the next job, its attempt, what came of it.
//!
//! An attempt runs in a task of its own. Nothing cancels one that may not be dropped half-way: an
//! engine whose request is dropped dies and takes its other requests along. Answers of a server may
//! be dropped; they are when their deadline comes, or when a grade needs the server.

use super::{Lane, Scheduler, Work, FAR};
use crate::{
    health::Sign,
    jobs::{Class, Next, Outcome, Started},
    metrics::{JobLabels, ModelLabel, OutcomeLabels, TokenLabels},
    protocol::{JobId, Task},
    work::{Bounds, Performed},
};
use prometheus_client::metrics::gauge::Gauge;
use std::{
    hash::BuildHasher,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::{JoinError, JoinHandle};
use tracing::{debug, info, warn};

/// How long after its deadline an answer is given to stop by itself.
const GRACE: Duration = Duration::from_millis(250);

/// Why an attempt was dropped.
enum Stopped {
    Late,
    ForGrade,
}

/// Does the jobs of lane `index`, one after the other, for ever.
pub(super) async fn serve(scheduler: Arc<Scheduler>, index: usize) {
    while let Some(lane) = scheduler.lanes.get(index) {
        let now = Instant::now();
        let (next, expired) = {
            let mut jobs = scheduler.jobs();
            let expired = jobs.expire(now, index);
            let next = jobs.next(now, index);
            scheduler.observe_queue(&jobs, index);
            // Two wake-ups for one lane can become one: whoever is awake wakes the next.
            if matches!(next, Next::Job(_)) && jobs.queued_in(index) > 0 {
                lane.wake.notify_one();
            }
            (next, expired)
        };
        if !expired.is_empty() {
            lane.turn.notify_waiters();
        }
        for class in expired {
            scheduler.missed(&lane.model.name, kind_of(class), "waiting");
        }
        // Jobs that expired ended too.
        scheduler.ended.notify_waiters();
        match next {
            Next::Job(started) => {
                scheduler.run(lane, index, started).await;
                lane.turn.notify_waiters();
            }
            Next::Wait(moment) => {
                let moment = moment.unwrap_or(now + FAR);
                let _ = tokio::time::timeout_at(moment.into(), lane.wake.notified()).await;
            }
        }
    }
}

fn kind_of(class: Class) -> &'static str {
    match class {
        Class::Grade => "grade",
        Class::Answer => "answer",
        Class::Audit => "replay",
    }
}

impl Scheduler {
    async fn run(&self, lane: &Lane, index: usize, started: Started<Work>) {
        let Started { id, work, deadline } = started;
        let (model, kind, since) = (&lane.model, work.task.kind(), Instant::now());
        let running = self.began(&model.name, kind, &work, since);
        let attempt = {
            let (model, metrics, work) = (model.clone(), self.metrics.clone(), work.clone());
            let bounds = Bounds { until: deadline, seed: self.seed(id, since) };
            tokio::spawn(
                async move { model.perform(&work.agent, &work.task, bounds, &metrics).await },
            )
        };
        let performed = match *work.task {
            Task::Answer { .. } if model.module.may_be_dropped() => {
                self.drive((lane, index), id, attempt, deadline).await
            }
            _ => finished(attempt.await, id, &model.name),
        };
        running.dec();
        let took = since.elapsed();
        self.learn(lane, &work.task, &performed, took);
        self.record(&model.name, id, kind, &performed.outcome, took);
        let mut jobs = self.jobs();
        jobs.finish(Instant::now(), id, performed.outcome);
        self.observe_queue(&jobs, index);
        if jobs.queued_in(index) > 0 {
            lane.wake.notify_one();
        }
    }

    /// Counts a job of the model `name` that begins after it waited; gives what counts those that
    /// run.
    pub(super) fn began(
        &self,
        name: &str,
        kind: &'static str,
        work: &Work,
        since: Instant,
    ) -> Gauge {
        let labels = JobLabels { model: name.to_string(), kind };
        let waited = since.saturating_duration_since(work.since);
        self.metrics.wait.get_or_create(&labels).observe(waited.as_secs_f64());
        let label = ModelLabel { model: name.to_string() };
        let running = self.metrics.running.get_or_create_owned(&label);
        running.inc();
        running
    }

    /// Each attempt's own: two workers with the same model do not draw alike.
    fn seed(&self, id: JobId, since: Instant) -> u64 {
        self.fingerprints.hash_one((id, since))
    }

    /// Waits for an answer, but no longer than it is of use or the lane can be spared.
    async fn drive(
        &self,
        (lane, index): (&Lane, usize),
        id: JobId,
        mut attempt: JoinHandle<Performed>,
        deadline: Instant,
    ) -> Performed {
        let stopped = loop {
            let turn = lane.turn.notified();
            let now = Instant::now();
            let needed = self.jobs().needed_at(now, index);
            if needed.is_some_and(|moment| moment <= now) && self.jobs().make_room(now, index) {
                break Stopped::ForGrade;
            }
            let moment = needed.unwrap_or(now + FAR).max(now);
            tokio::select! {
                ended = &mut attempt => return finished(ended, id, &lane.model.name),
                () = tokio::time::sleep_until((deadline + GRACE).into()) => break Stopped::Late,
                () = tokio::time::sleep_until(moment.into()) => (),
                () = turn => (),
            }
        };
        attempt.abort();
        // It may have ended in between.
        if let Ok(performed) = attempt.await {
            return performed;
        }
        let outcome = match stopped {
            Stopped::Late => Outcome::Late("stopped: the deadline passed".to_string()),
            Stopped::ForGrade => {
                let label = ModelLabel { model: lane.model.name.clone() };
                self.metrics.made_room.get_or_create(&label).inc();
                let reason = "stopped: a grade needed the engine".to_string();
                Outcome::Again { reason, after: Some(Duration::ZERO) }
            }
        };
        Performed { outcome, sign: Sign::None, usage: Default::default() }
    }

    /// What an attempt says about the model's pace and health.
    fn learn(&self, lane: &Lane, task: &Task, performed: &Performed, took: Duration) {
        let now = Instant::now();
        let worked = matches!(performed.sign, Sign::Alive | Sign::Grades);
        match task {
            Task::Answer { .. } if worked || matches!(performed.outcome, Outcome::Late(_)) => {
                lane.pace().answered(now, took);
            }
            Task::Grade { candidates, .. } if worked => {
                lane.pace().graded(now, candidates.len(), took);
            }
            _ => (),
        }
        self.count_tokens(lane, performed, took);
        lane.health.saw(now, &performed.sign);
        self.observe_health(lane);
    }

    fn count_tokens(&self, lane: &Lane, performed: &Performed, took: Duration) {
        let (usage, name) = (performed.usage, &lane.model.name);
        for (direction, tokens) in [("read", usage.prompt), ("written", usage.reply)] {
            let labels = TokenLabels { model: name.clone(), direction };
            self.metrics.tokens.get_or_create(&labels).inc_by(tokens.unwrap_or(0).into());
        }
        let label = ModelLabel { model: name.clone() };
        if let Some(first) = usage.first_token {
            self.metrics.first_token.get_or_create(&label).observe(first.as_secs_f64());
        }
        if let Some(tokens) = usage.reply.filter(|tokens| *tokens > 0) {
            let writing = took.saturating_sub(usage.first_token.unwrap_or_default());
            let mut pace = lane.pace();
            pace.wrote(Instant::now(), tokens, writing);
            let rate = pace.tokens_per_second().unwrap_or_default();
            self.metrics.token_rate.get_or_create(&label).set(rate);
        }
    }

    /// Counts and logs what came of an attempt of the model `name`.
    pub(super) fn record(
        &self,
        name: &str,
        id: JobId,
        kind: &'static str,
        outcome: &Outcome,
        took: Duration,
    ) {
        let model = name.to_string();
        let labels = JobLabels { model: model.clone(), kind };
        self.metrics.inference.get_or_create(&labels).observe(took.as_secs_f64());
        let outcome = match outcome {
            Outcome::Done(_) => {
                debug!(job = %id, kind, model, ?took, "done");
                "done"
            }
            Outcome::Declined { reason, label } => {
                info!(job = %id, kind, model, ?took, reason, "declined");
                self.declined(kind, label);
                "declined"
            }
            Outcome::Late(reason) => {
                info!(job = %id, kind, model, ?took, reason, "late");
                self.missed(&model, kind, "running");
                "declined"
            }
            Outcome::Failed(reason) => {
                warn!(job = %id, kind, model, ?took, reason, "failed");
                "failed"
            }
            Outcome::Again { reason, .. } => {
                warn!(job = %id, kind, model, ?took, reason, "failed, to be tried again");
                "failed"
            }
        };
        self.metrics.jobs.get_or_create(&OutcomeLabels { model, kind, outcome }).inc();
    }
}

/// What came of an attempt that ended by itself, be it by a panic.
fn finished(ended: Result<Performed, JoinError>, id: JobId, model: &str) -> Performed {
    ended.unwrap_or_else(|error| {
        let outcome = panicked(&error, id, model);
        Performed { outcome, sign: Sign::None, usage: Default::default() }
    })
}

/// What came of an attempt that ended by a panic.
pub(super) fn panicked(error: &JoinError, id: JobId, model: &str) -> Outcome {
    warn!(job = %id, model, %error, "a job panicked");
    Outcome::Failed("the worker failed inside; its log says more".to_string())
}
