//! Takes jobs in, gives each engine one at a time, and wakes who waits for a result.
//!
//! Each model has a *lane*: one task that does that model's jobs one after the other, since a CPU
//! engine computes wrongly with two requests in flight; a server that takes several requests has as
//! many tasks as it takes. Another task looks after each model's health. A client that goes away
//! only stops waiting.
//!
//! An answer is free and a grade is owed. So an answer is declined at once where the model's
//! grading is unhealthy, or where it would not be ready by its deadline; and grades go first.
//!
//! Audits have lanes of their own (`audits`): they can wait for everything else.
//!
//! What a client can grow: the queue (bounded by number, texts bounded by the body limit) and the
//! remembered results (bounded by number, age and the job's `max_bytes`).

mod audits;
mod examiner;
mod lane;

use crate::{
    audit::Auditor,
    embedding::ServedEmbedder,
    health::{Health, ModelHealth, Unwell},
    jobs::{Class, JobLimits, Jobs, Submission, SubmitError},
    metrics::{DeclinedLabels, Metrics, MissedLabels, ModelLabel, ReasonLabel},
    pace::Pace,
    protocol::{Hex32, JobId, JobRequest, JobStatus, Price, Task},
    roster::{Agent, Roster},
    willingness::Unwilling,
    work::ServedModel,
};
use audits::AuditLane;
use std::{
    collections::hash_map::RandomState,
    hash::BuildHasher,
    pin::pin,
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc, Mutex, MutexGuard, PoisonError,
    },
    time::{Duration, Instant},
};
use tokio::{sync::Notify, task::JoinSet};
use tracing::debug;

/// How far an idle lane looks ahead.
const FAR: Duration = Duration::from_secs(3600);

/// What bounds jobs.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many jobs are kept, and for how long.
    pub jobs: JobLimits,
    /// What a post may ask for.
    pub posts: PostLimits,
    /// The time between two checkups of a model; `None`: only when it begins to serve, and when
    /// something is wrong.
    pub checkup: Option<Duration>,
}

/// What bounds one post.
#[derive(Clone, Copy, Debug)]
pub struct PostLimits {
    /// Later deadlines are brought forward to this.
    pub deadline: Duration,
    /// Longer waits are cut to this.
    pub wait: Duration,
    /// The longest prompt, reference, candidate, answer or text to embed, in bytes.
    pub text_bytes: usize,
    /// The most candidates of one job.
    pub candidates: usize,
}

/// Why a post gets no status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// See [`SubmitError`].
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// The worker is about to stop and takes no new jobs.
    #[error("the worker is shutting down")]
    Draining,
}

/// Why a job is declined before it is taken in.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("agent {0} is not served here")]
    Agent(crate::protocol::AgentKey),
    #[error("a text of {bytes} bytes is over this worker's limit of {limit}")]
    Text { bytes: usize, limit: usize },
    #[error("{candidates} candidates are over this worker's limit of {limit}")]
    Candidates { candidates: usize, limit: usize },
    #[error("the agent's model does not have the weights {0}")]
    Weights(Hex32),
    #[error("{0}")]
    NoReplay(&'static str),
    #[error("no embedder with these weights: {0}")]
    Embedder(Hex32),
    #[error(transparent)]
    Unwilling(#[from] Unwilling),
    #[error(transparent)]
    Unwell(#[from] Unwell),
    #[error(
        "an answer would come too late: it takes about {own:.1?} after {ahead:.1?} of other work, \
         and {left:.1?} are left"
    )]
    Slow { own: Duration, ahead: Duration, left: Duration },
}

impl Refusal {
    fn label(&self) -> &'static str {
        match self {
            Self::Agent(_) => "agent",
            Self::Text { .. } | Self::Candidates { .. } => "limits",
            Self::Weights(_) => "weights",
            Self::NoReplay(_) => "no_replay",
            Self::Embedder(_) => "no_embedder",
            Self::Unwilling(_) => "unwilling",
            Self::Unwell(unwell) => unwell.label(),
            Self::Slow { .. } => "slow",
        }
    }
}

#[derive(Clone)]
struct Work {
    agent: Arc<Agent>,
    task: Arc<Task>,
    since: Instant,
}

struct Lane {
    model: Arc<ServedModel>,
    /// Told when there is something to do.
    wake: Notify,
    /// Told when a grade comes in or a job ends.
    turn: Notify,
    health: Health,
    pace: Mutex<Pace>,
}

impl Lane {
    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn parallel(&self) -> usize {
        self.model.parallel.max(1)
    }
}

/// The jobs, the agents and the models of a worker.
pub struct Scheduler {
    lanes: Vec<Lane>,
    /// Of the models in their order, then of the embedders. Their jobs are numbered after those of
    /// `lanes`.
    audits: Vec<AuditLane>,
    roster: Roster,
    limits: PostLimits,
    checkup: Option<Duration>,
    jobs: Mutex<Jobs<Work>>,
    fingerprints: RandomState,
    draining: AtomicBool,
    /// Told whenever a job ends.
    ended: Notify,
    metrics: Arc<Metrics>,
}

impl Scheduler {
    /// Starts the lanes of the models, in the order of [`Agent::model`], and of audits, and
    /// examines the models. All of it runs until the set is dropped; a task of it that ends by
    /// itself is a bug.
    pub fn start(
        models: Vec<ServedModel>,
        embedders: Vec<ServedEmbedder>,
        roster: Roster,
        limits: Limits,
        metrics: Arc<Metrics>,
    ) -> (Arc<Self>, JoinSet<()>) {
        let fingerprints = RandomState::new();
        let seed = fingerprints.hash_one("pauses");
        models.iter().for_each(|model| metrics.expect(&model.name));
        embedders.iter().for_each(|embedder| metrics.expect_embedder(&embedder.name));
        let lanes: Vec<Lane> = models
            .into_iter()
            .map(|model| Lane {
                health: match model.module.problem() {
                    Some(problem) => Health::absent(problem),
                    None => Health::new(model.checkup),
                },
                model: Arc::new(model),
                wake: Notify::new(),
                turn: Notify::new(),
                pace: Mutex::default(),
            })
            .collect();
        let replaying = lanes.iter().map(|lane| Auditor::Model(lane.model.clone()));
        let embedding = embedders.into_iter().map(Auditor::Embedder);
        let audits: Vec<AuditLane> = replaying.chain(embedding).map(AuditLane::new).collect();
        let count = lanes.len().saturating_add(audits.len());
        let jobs = Mutex::new(Jobs::new(limits.jobs, count, seed));
        let scheduler = Arc::new(Self {
            lanes,
            audits,
            roster,
            limits: limits.posts,
            checkup: limits.checkup,
            jobs,
            fingerprints,
            draining: AtomicBool::new(false),
            ended: Notify::new(),
            metrics,
        });
        let mut running = JoinSet::new();
        for (index, lane) in scheduler.lanes.iter().enumerate() {
            scheduler.observe_health(lane);
            for _ in 0..lane.parallel() {
                running.spawn(lane::serve(scheduler.clone(), index));
            }
            if lane.health.is_checked() {
                running.spawn(examiner::watch(scheduler.clone(), index));
            }
        }
        for place in 0..scheduler.audits.len() {
            running.spawn(audits::serve(scheduler.clone(), place));
        }
        (scheduler, running)
    }

    /// Takes a job in, or finds the one of that id, and waits for its result for as long as the
    /// request says.
    ///
    /// # Errors
    /// [`PostError`]; then nothing has changed.
    pub async fn post(&self, request: JobRequest) -> Result<JobStatus, PostError> {
        let JobRequest { id, agent: key, task, deadline, wait, price } = request;
        let kind = task.kind();
        let Some(agent) = self.roster.find(&key) else {
            return Ok(self.refuse(&id, kind, &Refusal::Agent(key)));
        };
        let lane = match self.place(agent.model, &task) {
            Ok(lane) => lane,
            Err(refusal) => return Ok(self.refuse(&id, kind, &refusal)),
        };
        let now = Instant::now();
        let deadline = now + deadline.min(self.limits.deadline);
        if let Err(refusal) = self.admit(agent, &id, &task, &price, (now, deadline)) {
            return Ok(self.refuse(&id, kind, &refusal));
        }
        let (class, expected, reserve) = self.forecast(lane, &task, (now, deadline));
        let submission = Submission {
            id,
            fingerprint: self.fingerprints.hash_one((&key, &task)),
            lane,
            class,
            deadline,
            expected,
            reserve,
            work: Work { agent: agent.clone(), task: Arc::new(task), since: now },
        };
        let submitted = {
            let mut jobs = self.jobs();
            if self.draining.load(Ordering::Acquire) {
                match jobs.status(&id) {
                    None => return Err(PostError::Draining),
                    Some(JobStatus::Pending) => (),
                    Some(ended) => return Ok(ended),
                }
            }
            let submitted = jobs.submit(now, submission)?;
            self.observe_queue(&jobs, lane);
            submitted
        };
        if submitted.queued {
            self.wake(lane, class);
        }
        match submitted.change {
            Some(change) => Ok(self.wait(id, &change, now + wait.min(self.limits.wait)).await),
            None => Ok(submitted.status),
        }
    }

    /// The number of the lane that does `task` for an agent of that model.
    fn place(&self, model: usize, task: &Task) -> Result<usize, Refusal> {
        let place = match task {
            Task::Answer { .. } | Task::Grade { .. } => return Ok(model),
            Task::Replay { model: wanted, .. } => {
                let lane = self.lanes.get(model).filter(|lane| lane.model.weights == Some(*wanted));
                let lane = lane.ok_or(Refusal::Weights(*wanted))?;
                match lane.model.module.cannot_replay() {
                    Some(reason) => return Err(Refusal::NoReplay(reason)),
                    None => model,
                }
            }
            Task::Embed { embedder, .. } => {
                let found = self.audits.iter().position(|lane| lane.embeds_with(embedder));
                found.ok_or(Refusal::Embedder(*embedder))?
            }
        };
        Ok(self.lanes.len().saturating_add(place))
    }

    /// Tells the lane of that number that a job of this class waits.
    fn wake(&self, number: usize, class: Class) {
        if let Some(lane) = self.lanes.get(number) {
            lane.wake.notify_one();
            if class == Class::Grade {
                lane.turn.notify_waiters();
            }
        } else if let Some(lane) = self.audit_lane(number) {
            lane.wake.notify_one();
        }
    }

    fn audit_lane(&self, number: usize) -> Option<&AuditLane> {
        self.audits.get(number.checked_sub(self.lanes.len())?)
    }

    /// Refuses new jobs from now on; known ones go on and can be asked for.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Waits until no job waits or runs.
    pub async fn idle(&self) {
        loop {
            let mut ended = pin!(self.ended.notified());
            ended.as_mut().enable();
            let busy = {
                let jobs = self.jobs();
                jobs.queued() + jobs.running()
            };
            if busy == 0 {
                return;
            }
            ended.await;
        }
    }

    /// How the models are, in the order of the configuration.
    pub fn health(&self) -> Vec<ModelHealth> {
        let now = Instant::now();
        self.lanes.iter().map(|lane| lane.health.report(now, &lane.model.name)).collect()
    }

    fn refuse(&self, id: &JobId, kind: &'static str, refusal: &Refusal) -> JobStatus {
        debug!(job = %id, reason = %refusal, "not taken");
        if let Refusal::Unwilling(reason) = refusal {
            self.metrics.unwilling.get_or_create(&ReasonLabel { reason: reason.label() }).inc();
        }
        self.declined(kind, refusal.label());
        JobStatus::Declined { reason: refusal.to_string() }
    }

    /// Whether a job is to be taken in. One that is known was taken once, and its result remains
    /// valid.
    fn admit(
        &self,
        agent: &Agent,
        id: &JobId,
        task: &Task,
        price: &Price,
        (now, deadline): (Instant, Instant),
    ) -> Result<(), Refusal> {
        let (bytes, candidates) = (task.longest_text(), task.candidates());
        if bytes > self.limits.text_bytes {
            return Err(Refusal::Text { bytes, limit: self.limits.text_bytes });
        }
        if candidates > self.limits.candidates {
            return Err(Refusal::Candidates { candidates, limit: self.limits.candidates });
        }
        let (waiting, ahead) = {
            let jobs = self.jobs();
            if jobs.status(id).is_some() {
                return Ok(());
            }
            let ahead = jobs.ahead(now, agent.model, Class::Answer, deadline);
            (jobs.queued_in(agent.model), ahead)
        };
        agent.willingness.consider(task, price, waiting)?;
        let (Task::Answer { .. }, Some(lane)) = (task, self.lanes.get(agent.model)) else {
            return Ok(());
        };
        lane.health.may_answer()?;
        let own = lane.pace().answer(now);
        let ahead = ahead / u32::try_from(lane.parallel()).unwrap_or(u32::MAX);
        let left = deadline.saturating_duration_since(now);
        if own.saturating_add(ahead) > left {
            return Err(Refusal::Slow { own, ahead, left });
        }
        Ok(())
    }

    /// What is to be known of a task before it waits in the lane `index`.
    fn forecast(
        &self,
        index: usize,
        task: &Task,
        (now, deadline): (Instant, Instant),
    ) -> (Class, Duration, Duration) {
        let none = Duration::ZERO;
        let pace = self.lanes.get(index).map(Lane::pace);
        match (task, pace) {
            (Task::Answer { .. }, pace) => {
                (Class::Answer, pace.map_or(none, |pace| pace.answer(now)), none)
            }
            (Task::Grade { candidates, .. }, Some(pace)) => {
                let left = deadline.saturating_duration_since(now);
                let reserve = pace.reserve(candidates.len(), left);
                (Class::Grade, pace.grades(candidates.len()), reserve)
            }
            (Task::Grade { .. }, None) => (Class::Grade, none, none),
            (Task::Embed { .. } | Task::Replay { .. }, _) => (Class::Audit, none, none),
        }
    }

    async fn wait(&self, id: JobId, change: &Notify, until: Instant) -> JobStatus {
        loop {
            let mut changed = pin!(change.notified());
            changed.as_mut().enable();
            match self.jobs().status(&id) {
                // Forgotten already: the next post makes a new job of it.
                None => return JobStatus::Pending,
                Some(JobStatus::Pending) => (),
                Some(ended) => return ended,
            }
            if tokio::time::timeout_at(until.into(), changed).await.is_err() {
                return JobStatus::Pending;
            }
        }
    }

    fn declined(&self, kind: &'static str, reason: &'static str) {
        self.metrics.declined.get_or_create(&DeclinedLabels { kind, reason }).inc();
    }

    fn missed(&self, model: &str, kind: &'static str, stage: &'static str) {
        let model = model.to_string();
        self.metrics.missed.get_or_create(&MissedLabels { model, kind, stage }).inc();
    }

    fn observe_queue(&self, jobs: &Jobs<Work>, number: usize) {
        // A model's replays wait in a lane of their own, and count with its other jobs.
        let models = self.lanes.len();
        let model = if number < models { number } else { number.saturating_sub(models) };
        let (name, queued) = match (self.lanes.get(model), self.audit_lane(number)) {
            (Some(lane), _) => {
                let replays = jobs.queued_in(model.saturating_add(models));
                (Some(lane.model.name.as_str()), jobs.queued_in(model).saturating_add(replays))
            }
            (None, audits) => (audits.map(|lane| lane.auditor.name()), jobs.queued_in(number)),
        };
        if let Some(name) = name {
            let label = ModelLabel { model: name.to_string() };
            let queued = i64::try_from(queued).unwrap_or(i64::MAX);
            self.metrics.queued.get_or_create_owned(&label).set(queued);
        }
        self.metrics.remembered.set(i64::try_from(jobs.remembered()).unwrap_or(i64::MAX));
    }

    fn observe_health(&self, lane: &Lane) {
        let healthy = lane.health.may_answer().is_ok() && lane.health.failing().is_none();
        let label = ModelLabel { model: lane.model.name.clone() };
        self.metrics.healthy.get_or_create_owned(&label).set(i64::from(healthy));
    }

    fn jobs(&self) -> MutexGuard<'_, Jobs<Work>> {
        // The store keeps its invariants at every step, so a panic elsewhere does not make it
        // unusable.
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
