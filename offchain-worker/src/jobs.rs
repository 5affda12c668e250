//! The jobs of a worker: which wait, which run, what became of the others. A state machine without
//! threads or clock.
//!
//! ```text
//! submit ──► queued ──next──► running ──finish──► finished ──► forgotten (by age or number)
//!               └── its deadline passes ──────────────┘  ▲
//!                          failed or expired, posted again: queued once more
//! ```
//!
//! - **Idempotent**: an id names one job. Posting it again reports its state, may only extend its
//!   deadline, and never runs it twice at the same time. The same id with other contents is
//!   [`SubmitError::Conflict`].
//! - **Bounded**: at most `queue` jobs wait, `results` finished ones are kept for `result_ttl`, and
//!   a job that keeps failing is given up after [`MAX_ATTEMPTS`]. Running jobs are as many as there
//!   are lanes.
//! - **Fair**: each lane (one engine) takes the job whose deadline comes first; a job whose
//!   deadline has passed is never started.

use crate::protocol::{JobId, JobResult, JobStatus};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Notify;

/// How often a job may fail before the worker declines it for good.
pub const MAX_ATTEMPTS: u32 = 3;

const EXPIRED: &str = "the deadline passed before the job could be started";

/// What bounds the store.
#[derive(Clone, Copy, Debug)]
pub struct JobLimits {
    /// Waiting jobs, over all lanes.
    pub queue: usize,
    /// Finished jobs remembered.
    pub results: usize,
    /// For how long a finished job is remembered.
    pub result_ttl: Duration,
}

/// A job as it is submitted. `W` is what a lane needs to do it.
#[derive(Clone, Debug)]
pub struct Submission<W> {
    /// The job's id.
    pub id: JobId,
    /// A hash of everything that makes two jobs the same, deadline and waiting time not among it.
    pub fingerprint: u64,
    /// Which engine does it.
    pub lane: usize,
    /// Until when it may be started.
    pub deadline: Instant,
    /// What to do; dropped if the job is already known.
    pub work: W,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A result.
    Done(JobResult),
    /// There is none, and trying again brings none.
    Declined(String),
    /// The engine's fault: worth another attempt.
    Failed(String),
}

/// The state of a submitted job.
#[derive(Debug)]
pub struct Submitted {
    /// Its state now.
    pub status: JobStatus,
    /// Whether this submission put it into the queue: its lane is to be woken.
    pub queued: bool,
    /// Told when the job finishes; `None` if it has.
    pub change: Option<Arc<Notify>>,
}

/// Why a submission is refused; the store is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The sender's fault: ids are derived from contents that cannot change.
    #[error("this id belongs to a job with other contents")]
    Conflict,
    /// Nobody's fault: later there may be room.
    #[error("the queue is full")]
    QueueFull,
}

enum State<W> {
    Queued(W),
    Running,
    /// With its number in the order of finishing.
    Finished(Ended, u64),
}

enum Ended {
    Outcome(Outcome),
    Expired,
}

struct Job<W> {
    fingerprint: u64,
    lane: usize,
    deadline: Instant,
    /// Order of arrival, between equal deadlines.
    arrival: u64,
    attempts: u32,
    state: State<W>,
    change: Arc<Notify>,
}

/// All jobs that the worker knows.
pub struct Jobs<W> {
    limits: JobLimits,
    jobs: HashMap<JobId, Job<W>>,
    /// Ids that wait, per lane, unordered.
    waiting: Vec<Vec<JobId>>,
    running: usize,
    /// Finished jobs in the order of finishing.
    finished: BTreeMap<u64, (Instant, JobId)>,
    counter: u64,
}

impl<W> Jobs<W> {
    /// An empty store for `lanes` engines.
    pub fn new(limits: JobLimits, lanes: usize) -> Self {
        Self {
            limits,
            jobs: HashMap::new(),
            waiting: (0..lanes).map(|_| Vec::new()).collect(),
            running: 0,
            finished: BTreeMap::new(),
            counter: 0,
        }
    }

    /// Takes a job in, or finds the one of that id. A finished job that failed or expired is queued
    /// again if there is still time for it.
    ///
    /// # Errors
    /// [`SubmitError`].
    pub fn submit(
        &mut self,
        now: Instant,
        submission: Submission<W>,
    ) -> Result<Submitted, SubmitError> {
        self.forget(now);
        let Submission { id, fingerprint, lane, deadline, work } = submission;
        let full = self.queued() >= self.limits.queue;
        if let Some(job) = self.jobs.get_mut(&id) {
            if job.fingerprint != fingerprint {
                return Err(SubmitError::Conflict);
            }
            job.deadline = job.deadline.max(deadline);
            let again = match &job.state {
                State::Finished(ended, sequence)
                    if ended.is_worth_another_try() && job.deadline > now =>
                {
                    Some(*sequence)
                }
                _ => None,
            };
            let Some(sequence) = again else { return Ok(job.submitted(false)) };
            if full {
                return Err(SubmitError::QueueFull);
            }
            self.finished.remove(&sequence);
            job.state = State::Queued(work);
            // The engines of a restarted configuration may differ, but within one run the agent's
            // engine does not.
            if let Some(queue) = self.waiting.get_mut(job.lane) {
                queue.push(id);
            }
            return Ok(job.submitted(true));
        }
        if deadline <= now {
            let status = JobStatus::Declined { reason: EXPIRED.to_string() };
            return Ok(Submitted { status, queued: false, change: None });
        }
        if full {
            return Err(SubmitError::QueueFull);
        }
        let arrival = self.count();
        let (state, change) = (State::Queued(work), Arc::new(Notify::new()));
        let job = Job { fingerprint, lane, deadline, arrival, attempts: 0, state, change };
        let submitted = job.submitted(true);
        self.jobs.insert(id, job);
        if let Some(queue) = self.waiting.get_mut(lane) {
            queue.push(id);
        }
        Ok(submitted)
    }

    /// The job that `lane` is to do now: of those still of use, the one with the first deadline.
    pub fn next(&mut self, now: Instant, lane: usize) -> Option<(JobId, W)> {
        self.forget(now);
        let mut waiting = self.waiting.get_mut(lane).map(std::mem::take)?;
        let mut first: Option<(Instant, u64, JobId)> = None;
        let mut expired = Vec::new();
        for id in &waiting {
            let Some(job) = self.jobs.get(id) else { continue };
            let order = (job.deadline, job.arrival, *id);
            if job.deadline <= now {
                expired.push(*id);
            } else if first.is_none_or(|other| order < other) {
                first = Some(order);
            }
        }
        let chosen = first.map(|(_, _, id)| id);
        waiting.retain(|id| Some(*id) != chosen && !expired.contains(id));
        if let Some(queue) = self.waiting.get_mut(lane) {
            *queue = waiting;
        }
        for id in expired {
            self.end(now, id, Ended::Expired);
        }
        let job = self.jobs.get_mut(&chosen?)?;
        match std::mem::replace(&mut job.state, State::Running) {
            State::Queued(work) => {
                job.attempts += 1;
                self.running += 1;
                Some((chosen?, work))
            }
            other => {
                job.state = other;
                None
            }
        }
    }

    /// Records what became of a running job. Does nothing for a job that is not running.
    pub fn finish(&mut self, now: Instant, id: JobId, outcome: Outcome) {
        let Some(job) = self.jobs.get(&id).filter(|job| matches!(job.state, State::Running)) else {
            return;
        };
        self.running = self.running.saturating_sub(1);
        let outcome = match outcome {
            Outcome::Failed(reason) if job.attempts >= MAX_ATTEMPTS => {
                Outcome::Declined(format!("given up after {MAX_ATTEMPTS} attempts: {reason}"))
            }
            other => other,
        };
        self.end(now, id, Ended::Outcome(outcome));
    }

    /// The state of a job; `None` if it is not known, or no more.
    pub fn status(&self, id: &JobId) -> Option<JobStatus> {
        self.jobs.get(id).map(Job::status)
    }

    /// How many jobs wait, over all lanes.
    pub fn queued(&self) -> usize {
        self.waiting.iter().map(Vec::len).sum()
    }

    /// How many jobs wait for `lane`.
    pub fn queued_in(&self, lane: usize) -> usize {
        self.waiting.get(lane).map_or(0, Vec::len)
    }

    /// How many jobs run.
    pub fn running(&self) -> usize {
        self.running
    }

    /// How many finished jobs are remembered.
    pub fn remembered(&self) -> usize {
        self.finished.len()
    }

    fn end(&mut self, now: Instant, id: JobId, ended: Ended) {
        let sequence = self.count();
        if let Some(job) = self.jobs.get_mut(&id) {
            job.state = State::Finished(ended, sequence);
            job.change.notify_waiters();
            self.finished.insert(sequence, (now, id));
        }
        self.forget(now);
    }

    /// Drops finished jobs that are too old or too many.
    fn forget(&mut self, now: Instant) {
        while let Some((_, &(since, id))) = self.finished.first_key_value() {
            let young = now.saturating_duration_since(since) < self.limits.result_ttl;
            if young && self.finished.len() <= self.limits.results {
                break;
            }
            self.finished.pop_first();
            self.jobs.remove(&id);
        }
    }

    fn count(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }
}

impl<W> Job<W> {
    fn status(&self) -> JobStatus {
        match &self.state {
            State::Queued(_) | State::Running => JobStatus::Pending,
            State::Finished(Ended::Expired, _) => {
                JobStatus::Declined { reason: EXPIRED.to_string() }
            }
            State::Finished(Ended::Outcome(outcome), _) => outcome.clone().into(),
        }
    }

    fn submitted(&self, queued: bool) -> Submitted {
        let pending = !matches!(self.state, State::Finished(..));
        Submitted { status: self.status(), queued, change: pending.then(|| self.change.clone()) }
    }
}

impl Ended {
    fn is_worth_another_try(&self) -> bool {
        matches!(self, Self::Expired | Self::Outcome(Outcome::Failed(_)))
    }
}

impl From<Outcome> for JobStatus {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done(result) => Self::Done(result),
            Outcome::Declined(reason) => Self::Declined { reason },
            Outcome::Failed(reason) => Self::Failed { reason },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{chance::Chance, protocol::Hex32};
    use std::collections::HashSet;

    const LIMITS: JobLimits =
        JobLimits { queue: 4, results: 3, result_ttl: Duration::from_secs(60) };

    struct World {
        jobs: Jobs<u32>,
        now: Instant,
    }

    impl World {
        fn new() -> Self {
            Self { jobs: Jobs::new(LIMITS, 2), now: Instant::now() }
        }

        fn pass(&mut self, milliseconds: u64) {
            self.now += Duration::from_millis(milliseconds);
        }

        fn submit(&mut self, id: u8, deadline_ms: u64) -> Result<Submitted, SubmitError> {
            let deadline = self.now + Duration::from_millis(deadline_ms);
            let work = u32::from(id);
            self.jobs.submit(
                self.now,
                Submission { id: name(id), fingerprint: u64::from(id), lane: 0, deadline, work },
            )
        }

        fn next(&mut self) -> Option<u32> {
            self.jobs.next(self.now, 0).map(|(_, work)| work)
        }

        fn finish(&mut self, id: u8, outcome: Outcome) {
            self.jobs.finish(self.now, name(id), outcome);
        }

        fn status(&self, id: u8) -> Option<JobStatus> {
            self.jobs.status(&name(id))
        }
    }

    fn name(id: u8) -> JobId {
        Hex32([id; 32])
    }

    fn answer() -> Outcome {
        Outcome::Done(JobResult::Answer { answer: "49".into() })
    }

    fn failure() -> Outcome {
        Outcome::Failed("engine gone".into())
    }

    #[test]
    fn job_should_run_once_when_posted_again() {
        let mut world = World::new();
        assert!(world.submit(1, 100).unwrap().queued);
        assert!(!world.submit(1, 100).unwrap().queued);
        assert_eq!(world.next(), Some(1));
        let again = world.submit(1, 100).unwrap();
        assert_eq!((again.status, again.queued), (JobStatus::Pending, false));
        assert_eq!(world.next(), None);
        world.finish(1, answer());
        world.pass(500);
        let done = world.submit(1, 0).unwrap();
        assert_eq!(done.status, answer().into());
        assert!(!done.queued && done.change.is_none());
        assert_eq!(world.next(), None);
    }

    #[test]
    fn submit_should_conflict_when_contents_differ() {
        let mut world = World::new();
        world.submit(1, 100).unwrap();
        let (id, deadline) = (name(1), world.now + Duration::from_secs(1));
        let other = Submission { id, fingerprint: 99, lane: 0, deadline, work: 0 };
        assert_eq!(world.jobs.submit(world.now, other).unwrap_err(), SubmitError::Conflict);
    }

    #[test]
    fn submit_should_fail_when_the_queue_is_full() {
        let mut world = World::new();
        for id in 0..4 {
            world.submit(id, 100).unwrap();
        }
        assert_eq!(world.submit(4, 100).unwrap_err(), SubmitError::QueueFull);
        assert_eq!(world.submit(3, 100).unwrap().status, JobStatus::Pending);
        world.next();
        world.submit(4, 100).unwrap();
    }

    #[test]
    fn next_should_take_the_first_deadline_and_skip_other_lanes() {
        let mut world = World::new();
        for (id, deadline) in [(1, 300), (2, 100), (3, 200), (4, 100)] {
            world.submit(id, deadline).unwrap();
        }
        assert!(world.jobs.next(world.now, 1).is_none());
        assert_eq!(
            [world.next(), world.next(), world.next(), world.next(), world.next()],
            [Some(2), Some(4), Some(3), Some(1), None]
        );
    }

    #[test]
    fn expired_job_should_be_declined_and_start_anew_when_there_is_time() {
        let mut world = World::new();
        assert!(matches!(world.submit(1, 0).unwrap().status, JobStatus::Declined { .. }));
        assert_eq!(world.status(1), None);
        world.submit(1, 100).unwrap();
        world.pass(100);
        assert_eq!(world.next(), None);
        assert!(matches!(world.status(1), Some(JobStatus::Declined { .. })));
        assert!(matches!(world.submit(1, 0).unwrap().status, JobStatus::Declined { .. }));
        assert!(world.submit(1, 50).unwrap().queued);
        assert_eq!(world.next(), Some(1));
    }

    #[test]
    fn posting_again_should_extend_the_deadline_and_never_shorten_it() {
        let mut world = World::new();
        world.submit(1, 100).unwrap();
        world.pass(90);
        world.submit(1, 100).unwrap();
        world.submit(1, 1).unwrap();
        world.pass(50);
        assert_eq!(world.next(), Some(1));
    }

    #[test]
    fn failed_job_should_be_tried_again_until_it_is_given_up() {
        let mut world = World::new();
        for attempt in 1..=MAX_ATTEMPTS {
            assert!(world.submit(1, 1000).unwrap().queued, "attempt {attempt}");
            assert_eq!(world.next(), Some(1));
            world.finish(1, failure());
        }
        let status = world.submit(1, 1000).unwrap().status;
        assert!(matches!(status, JobStatus::Declined { reason } if reason.contains("engine gone")));
        assert_eq!(world.next(), None);
    }

    #[test]
    fn results_should_be_forgotten_by_number_and_age() {
        let mut world = World::new();
        for id in 0..6 {
            world.submit(id, 100).unwrap();
            world.next();
            world.finish(id, answer());
        }
        assert_eq!(world.jobs.remembered(), 3);
        assert_eq!([world.status(2), world.status(3)], [None, Some(answer().into())]);
        world.pass(60_000);
        world.submit(9, 100).unwrap();
        assert_eq!(world.jobs.remembered(), 0);
        assert_eq!(world.status(5), None);
    }

    #[test]
    fn bounds_should_hold_when_operations_are_random() {
        let mut chance = Chance::new(5);
        for _ in 0..50 {
            let mut world = World::new();
            let mut running = HashSet::new();
            for _ in 0..400 {
                let id = chance.below(12) as u8;
                match chance.below(4) {
                    0 => {
                        let _ = world.submit(id, chance.bits() % 80);
                    }
                    1 => {
                        if let Some(started) = world.next() {
                            assert!(running.insert(started as u8), "ran twice at once");
                        }
                    }
                    2 => {
                        let was_running = running.remove(&id);
                        world.finish(id, if chance.below(2) == 0 { answer() } else { failure() });
                        assert!(
                            !was_running || !matches!(world.status(id), Some(JobStatus::Pending))
                        );
                    }
                    _ => world.pass(chance.bits() % 30),
                }
                assert!(world.jobs.queued() <= LIMITS.queue);
                assert!(world.jobs.remembered() <= LIMITS.results);
                assert_eq!(world.jobs.running(), running.len());
                assert_eq!(
                    world.jobs.jobs.len(),
                    world.jobs.queued() + running.len() + world.jobs.remembered()
                );
            }
        }
    }
}
