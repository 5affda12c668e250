//! Takes jobs in, gives each engine one at a time, and wakes who waits for a result.
//!
//! Each model has a *lane*: one task that does that model's jobs one after the other, since a CPU
//! engine computes wrongly with two requests in flight; a server that takes several requests has as
//! many tasks as it takes. A job runs in a task of its own, which nothing cancels: an engine whose
//! request is dropped half-way dies and takes its other requests along. A client that goes away
//! only stops waiting.
//!
//! What a client can grow: the queue (bounded by number, texts bounded by the body limit) and the
//! remembered results (bounded by number, age and the job's `max_bytes`).

use crate::{
    jobs::{JobLimits, Jobs, Outcome, Submission, SubmitError},
    metrics::{JobLabels, Metrics, ModelLabel, OutcomeLabels, ReasonLabel},
    protocol::{JobId, JobRequest, JobStatus, Price, Task},
    roster::{Agent, Roster},
    willingness::Unwilling,
    work::ServedModel,
};
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
use tracing::{debug, info, warn};

/// What bounds jobs.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many jobs are kept, and for how long.
    pub jobs: JobLimits,
    /// What a post may ask for.
    pub posts: PostLimits,
}

/// What bounds one post.
#[derive(Clone, Copy, Debug)]
pub struct PostLimits {
    /// Later deadlines are brought forward to this.
    pub deadline: Duration,
    /// Longer waits are cut to this.
    pub wait: Duration,
    /// The longest prompt, reference or candidate, in bytes.
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

struct Work {
    agent: Arc<Agent>,
    task: Task,
    since: Instant,
}

struct Lane {
    model: Arc<ServedModel>,
    wake: Notify,
}

/// The jobs, the agents and the models of a worker.
pub struct Scheduler {
    lanes: Vec<Lane>,
    roster: Roster,
    limits: PostLimits,
    jobs: Mutex<Jobs<Work>>,
    fingerprints: RandomState,
    draining: AtomicBool,
    /// Told whenever a job ends.
    ended: Notify,
    metrics: Arc<Metrics>,
}

impl Scheduler {
    /// Starts the lanes of the models, in the order of [`Agent::model`]. The lanes run until the
    /// set is dropped; one that ends by itself is a bug.
    pub fn start(
        models: Vec<ServedModel>,
        roster: Roster,
        limits: Limits,
        metrics: Arc<Metrics>,
    ) -> (Arc<Self>, JoinSet<()>) {
        let jobs = Mutex::new(Jobs::new(limits.jobs, models.len()));
        models.iter().for_each(|model| metrics.expect(&model.name));
        let lanes: Vec<Lane> = models
            .into_iter()
            .map(|model| Lane { model: Arc::new(model), wake: Notify::new() })
            .collect();
        let scheduler = Arc::new(Self {
            lanes,
            roster,
            limits: limits.posts,
            jobs,
            fingerprints: RandomState::new(),
            draining: AtomicBool::new(false),
            ended: Notify::new(),
            metrics,
        });
        let mut running = JoinSet::new();
        for index in 0..scheduler.lanes.len() {
            let parallel = scheduler.lanes.get(index).map_or(0, |lane| lane.model.parallel.max(1));
            (0..parallel).for_each(|_| drop(running.spawn(scheduler.clone().serve(index))));
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
        let Some(agent) = self.roster.find(&key) else {
            return Ok(declined(format!("agent {key} is not served here")));
        };
        if let Some(reason) = self.over_limits(&task) {
            return Ok(declined(reason));
        }
        let (now, lane) = (Instant::now(), agent.model);
        if let Err(reason) = self.willing(agent, &id, &task, &price) {
            debug!(job = %id, %reason, "not wanted");
            self.metrics.unwilling.get_or_create(&ReasonLabel { reason: reason.label() }).inc();
            return Ok(declined(reason.to_string()));
        }
        let submission = Submission {
            id,
            fingerprint: self.fingerprints.hash_one((&key, &task)),
            lane,
            deadline: now + deadline.min(self.limits.deadline),
            work: Work { agent: agent.clone(), task, since: now },
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
        if let (true, Some(lane)) = (submitted.queued, self.lanes.get(lane)) {
            lane.wake.notify_one();
        }
        match submitted.change {
            Some(change) => Ok(self.wait(id, &change, now + wait.min(self.limits.wait)).await),
            None => Ok(submitted.status),
        }
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

    fn over_limits(&self, task: &Task) -> Option<String> {
        let (bytes, candidates) = (task.longest_text(), task.candidates());
        if bytes > self.limits.text_bytes {
            return Some(format!(
                "a text of {bytes} bytes is over this worker's limit of {}",
                self.limits.text_bytes
            ));
        }
        (candidates > self.limits.candidates).then(|| {
            format!(
                "{candidates} candidates are over this worker's limit of {}",
                self.limits.candidates
            )
        })
    }

    /// A job that is known was wanted once, and its result remains valid.
    fn willing(
        &self,
        agent: &Agent,
        id: &JobId,
        task: &Task,
        price: &Price,
    ) -> Result<(), Unwilling> {
        let waiting = {
            let jobs = self.jobs();
            if jobs.status(id).is_some() {
                return Ok(());
            }
            jobs.queued_in(agent.model)
        };
        agent.willingness.consider(task, price, waiting)
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

    /// One lane's life.
    async fn serve(self: Arc<Self>, index: usize) {
        while let Some(lane) = self.lanes.get(index) {
            let next = {
                let mut jobs = self.jobs();
                let next = jobs.next(Instant::now(), index);
                self.observe_queue(&jobs, index);
                // Two wake-ups for one lane can become one: whoever is awake wakes the next.
                if jobs.queued_in(index) > 0 {
                    lane.wake.notify_one();
                }
                next
            };
            // Jobs that expired ended too.
            self.ended.notify_waiters();
            match next {
                Some((id, work)) => self.run(lane, index, id, work).await,
                None => lane.wake.notified().await,
            }
        }
    }

    async fn run(&self, lane: &Lane, index: usize, id: JobId, work: Work) {
        let (model, kind, started) = (&lane.model, work.task.kind(), Instant::now());
        let labels = JobLabels { model: model.name.clone(), kind };
        self.metrics.wait.get_or_create(&labels).observe((started - work.since).as_secs_f64());
        let running =
            self.metrics.running.get_or_create_owned(&ModelLabel { model: model.name.clone() });
        running.inc();
        let attempt = {
            let (model, metrics) = (model.clone(), self.metrics.clone());
            tokio::spawn(async move { model.perform(&work.agent, &work.task, &metrics).await })
        };
        let outcome = attempt.await.unwrap_or_else(|error| {
            warn!(job = %id, model = model.name, %error, "a job panicked");
            Outcome::Failed("the worker failed inside; its log says more".to_string())
        });
        running.dec();
        let took = started.elapsed();
        self.metrics.inference.get_or_create(&labels).observe(took.as_secs_f64());
        let name = match &outcome {
            Outcome::Done(_) => {
                debug!(job = %id, kind, model = model.name, ?took, "done");
                "done"
            }
            Outcome::Declined(reason) => {
                info!(job = %id, kind, model = model.name, ?took, reason, "declined");
                "declined"
            }
            Outcome::Failed(reason) => {
                warn!(job = %id, kind, model = model.name, ?took, reason, "failed");
                "failed"
            }
        };
        let labels = OutcomeLabels { model: model.name.clone(), kind, outcome: name };
        self.metrics.jobs.get_or_create(&labels).inc();
        let mut jobs = self.jobs();
        jobs.finish(Instant::now(), id, outcome);
        self.observe_queue(&jobs, index);
    }

    fn observe_queue(&self, jobs: &Jobs<Work>, index: usize) {
        if let Some(lane) = self.lanes.get(index) {
            let gauge = self
                .metrics
                .queued
                .get_or_create_owned(&ModelLabel { model: lane.model.name.clone() });
            gauge.set(i64::try_from(jobs.queued_in(index)).unwrap_or(i64::MAX));
        }
        self.metrics.remembered.set(i64::try_from(jobs.remembered()).unwrap_or(i64::MAX));
    }

    fn jobs(&self) -> MutexGuard<'_, Jobs<Work>> {
        // The store keeps its invariants at every step, so a panic elsewhere does not make it
        // unusable.
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn declined(reason: String) -> JobStatus {
    JobStatus::Declined { reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        module::{Graded, Grading, Module, NoResult, Question},
        protocol::{Hex32, JobResult},
        roster::KeyPattern,
        willingness::Willingness,
    };
    use std::sync::atomic::AtomicUsize;

    const AGENT: Hex32 = Hex32([1; 32]);
    const LONG: Duration = Duration::from_secs(30);

    /// Takes a moment for each answer, notes how many it gives at once, and panics when asked to.
    #[derive(Default)]
    struct Slow {
        now: AtomicUsize,
        most: AtomicUsize,
        answers: AtomicUsize,
    }

    #[async_trait::async_trait]
    impl Module for Slow {
        async fn answer(&self, question: &Question<'_>) -> Result<String, NoResult> {
            self.most.fetch_max(self.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(20)).await;
            self.now.fetch_sub(1, Ordering::SeqCst);
            assert!(question.prompt != "panic", "as asked");
            self.answers.fetch_add(1, Ordering::SeqCst);
            Ok(question.prompt.to_uppercase())
        }

        async fn grade(&self, _: &Grading<'_>) -> Graded {
            Err(NoResult::NoGrades).into()
        }
    }

    fn start() -> (Arc<Scheduler>, JoinSet<()>, Arc<Slow>) {
        start_with(1, Willingness::default())
    }

    fn start_with(
        parallel: usize,
        willingness: Willingness,
    ) -> (Arc<Scheduler>, JoinSet<()>, Arc<Slow>) {
        let backend = Arc::new(Slow::default());
        let model = ServedModel { name: "slow".into(), module: backend.clone(), parallel };
        let agent = Agent { willingness, ..Agent::plain(0) };
        let roster = Roster::new([(KeyPattern::One(AGENT), agent)]).unwrap();
        let limits = Limits {
            jobs: JobLimits { queue: 64, results: 64, result_ttl: LONG },
            posts: PostLimits { deadline: LONG, wait: LONG, text_bytes: 100, candidates: 2 },
        };
        let (scheduler, lanes) = Scheduler::start(vec![model], roster, limits, Arc::default());
        (scheduler, lanes, backend)
    }

    fn job(number: u8, prompt: &str, wait: Duration) -> JobRequest {
        let task = Task::Answer { prompt: prompt.into(), max_bytes: 100 };
        let price = Price::default();
        JobRequest { id: Hex32([number; 32]), agent: AGENT, task, deadline: LONG, wait, price }
    }

    fn done(answer: &str) -> JobStatus {
        JobStatus::Done(JobResult::Answer { answer: answer.into() })
    }

    #[tokio::test]
    async fn lane_should_do_one_job_at_a_time() {
        let (scheduler, _lanes, backend) = start();
        let mut posts = JoinSet::new();
        for number in 0..10 {
            let scheduler = scheduler.clone();
            posts.spawn(async move { scheduler.post(job(number, "a", LONG)).await });
        }
        assert!(posts.join_all().await.into_iter().all(|status| status == Ok(done("A"))));
        assert_eq!(backend.most.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn lane_should_do_as_many_jobs_at_a_time_as_its_model_takes() {
        let (scheduler, _lanes, backend) = start_with(3, Willingness::default());
        let mut posts = JoinSet::new();
        for number in 0..12 {
            let scheduler = scheduler.clone();
            posts.spawn(async move { scheduler.post(job(number, "a", LONG)).await });
        }
        assert!(posts.join_all().await.into_iter().all(|status| status == Ok(done("A"))));
        assert_eq!(backend.most.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn prompts_should_be_declined_when_the_agent_does_not_want_them() {
        let busy = Willingness {
            max_waiting: Some(0),
            max_prompt_bytes: Some(3),
            ..Willingness::default()
        };
        let (scheduler, _lanes, backend) = start_with(1, busy);
        let post =
            |number, prompt: &'static str| scheduler.post(job(number, prompt, Duration::ZERO));
        let declined = |status: Result<JobStatus, PostError>, why: &str| match status {
            Ok(JobStatus::Declined { reason }) => reason.contains(why),
            _ => false,
        };
        assert!(declined(post(1, "long").await, "4 bytes"));
        assert_eq!(post(2, "a").await, Ok(JobStatus::Pending));
        while backend.now.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        // One runs and none waits; then one waits.
        assert_eq!(post(4, "c").await, Ok(JobStatus::Pending));
        assert!(declined(post(3, "b").await, "1 jobs wait"));
        assert_eq!(post(4, "c").await, Ok(JobStatus::Pending), "a job that was taken stays taken");
        scheduler.idle().await;
        assert_eq!(scheduler.post(job(3, "b", LONG)).await, Ok(done("B")), "load passes");
        assert_eq!(backend.answers.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn job_should_go_on_when_nobody_waits_any_more() {
        let (scheduler, _lanes, backend) = start();
        let post = tokio::spawn({
            let scheduler = scheduler.clone();
            async move { scheduler.post(job(1, "a", LONG)).await }
        });
        while backend.now.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        post.abort();
        scheduler.idle().await;
        assert_eq!(scheduler.post(job(1, "a", Duration::ZERO)).await, Ok(done("A")));
        assert_eq!(backend.answers.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn panic_should_fail_the_job_and_leave_the_lane() {
        let (scheduler, mut lanes, _) = start();
        for _ in 1..crate::jobs::MAX_ATTEMPTS {
            let status = scheduler.post(job(1, "panic", LONG)).await;
            assert!(matches!(status, Ok(JobStatus::Failed { .. })), "{status:?}");
        }
        let status = scheduler.post(job(1, "panic", LONG)).await;
        assert!(matches!(status, Ok(JobStatus::Declined { .. })), "{status:?}");
        assert_eq!(scheduler.post(job(2, "b", LONG)).await, Ok(done("B")));
        assert!(lanes.try_join_next().is_none());
    }

    #[tokio::test]
    async fn draining_should_refuse_new_jobs_and_finish_known_ones() {
        let (scheduler, _lanes, _) = start();
        assert_eq!(scheduler.post(job(1, "a", Duration::ZERO)).await, Ok(JobStatus::Pending));
        scheduler.drain();
        assert_eq!(scheduler.post(job(2, "b", LONG)).await, Err(PostError::Draining));
        assert_eq!(scheduler.post(job(1, "a", LONG)).await, Ok(done("A")));
        scheduler.idle().await;
        assert_eq!(scheduler.post(job(2, "b", LONG)).await, Err(PostError::Draining));
    }

    #[tokio::test]
    async fn wait_should_end_when_it_is_over() {
        let (scheduler, _lanes, _) = start();
        let status = scheduler.post(job(1, "a", Duration::from_millis(2))).await;
        assert_eq!(status, Ok(JobStatus::Pending));
    }
}
