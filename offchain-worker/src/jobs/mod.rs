//! The jobs of a worker: which wait, which run, what became of the others. A state machine without
//! threads or clock.
//!
//! ```text
//! submit ──► queued ──next──► running ──finish──► finished ──► forgotten (by age or number)
//!               │  ▲             │                   ▲  │
//!               │  └─ the engine's fault: it rests ──┘  │
//!               └── its deadline passes ────────────────┘  failed or late, posted again: queued
//! ```
//!
//! - **Idempotent**: an id names one job. Posting it again reports its state, may only extend its
//!   deadline, and never runs it twice at the same time. The same id with other contents is
//!   [`SubmitError::Conflict`].
//! - **Bounded**: at most `queue` jobs wait (resting ones among them, which may be more by those
//!   that ran), `results` finished ones are kept for `result_ttl`. Running jobs are as many as
//!   there are lanes.
//! - **Grades first**: each lane (one engine) takes a grade before any answer, since a grade that
//!   is not given costs a ticket and an answer that is not given costs nothing. Among equals it
//!   takes the job whose deadline comes first. A job whose deadline has passed is never started.
//! - **Patient**: when the engine fails, the job rests and is tried again until its deadline. What
//!   is the worker's own fault, or chance, is tried [`MAX_ATTEMPTS`] times in all.

mod rest;

use crate::protocol::{JobId, JobResult, JobStatus};
use rest::Rests;
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

/// What kind of job it is, the more urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Owed: without it the agent loses its ticket.
    Grade,
    /// Free: without it the agent takes no part.
    Answer,
    /// Of an epoch, not of a round: it can wait.
    Audit,
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
    /// Which jobs it goes before.
    pub class: Class,
    /// Until when it is of use.
    pub deadline: Instant,
    /// How long it will take, as far as can be told.
    pub expected: Duration,
    /// How long before its deadline it is to begin at the latest; only grades have a right to that.
    pub reserve: Duration,
    /// What to do; dropped if the job is already known.
    pub work: W,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A result.
    Done(JobResult),
    /// There is none, and trying again brings none.
    Declined {
        /// One line for people.
        reason: String,
        /// The kind of reason, as a label of metrics.
        label: &'static str,
    },
    /// The worker's own fault, or chance: worth another attempt, but not many.
    Failed(String),
    /// The engine's fault, or it was needed for something else: tried again as long as there is
    /// time.
    Again {
        /// One line for people.
        reason: String,
        /// How long to wait; else longer each time.
        after: Option<Duration>,
    },
    /// Stopped, because its deadline passed.
    Late(String),
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

/// What a lane is to do now.
#[derive(Debug)]
pub enum Next<W> {
    /// This job.
    Job(Started<W>),
    /// Nothing until something is submitted, or this moment comes.
    Wait(Option<Instant>),
}

/// A job that has been given to a lane.
#[derive(Debug)]
pub struct Started<W> {
    /// Its id.
    pub id: JobId,
    /// What to do.
    pub work: W,
    /// Until when it is of use, as far as is known now.
    pub deadline: Instant,
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

enum State {
    /// Not to be started before this moment.
    Queued(Instant),
    /// Since this moment.
    Running(Instant),
    /// With its number in the order of finishing.
    Finished(Ended, u64),
}

enum Ended {
    Outcome(Outcome),
    /// Never finished in time, for this reason.
    Late(String),
}

struct Job<W> {
    fingerprint: u64,
    lane: usize,
    class: Class,
    deadline: Instant,
    expected: Duration,
    reserve: Duration,
    /// Order of arrival, between equal deadlines.
    arrival: u64,
    /// How often it failed by no fault of the engine.
    attempts: u32,
    /// How often the engine failed, and its last word.
    engine_failures: u32,
    last_failure: Option<String>,
    /// Whether an answer has been stopped for it.
    has_made_room: bool,
    /// `None` once it is finished.
    work: Option<W>,
    state: State,
    change: Arc<Notify>,
}

/// All jobs that the worker knows.
pub struct Jobs<W> {
    limits: JobLimits,
    jobs: HashMap<JobId, Job<W>>,
    /// Ids that wait, per lane, unordered.
    waiting: Vec<Vec<JobId>>,
    /// Ids that run, per lane.
    running: Vec<Vec<JobId>>,
    /// Finished jobs in the order of finishing.
    finished: BTreeMap<u64, (Instant, JobId)>,
    counter: u64,
    rests: Rests,
}

impl<W: Clone> Jobs<W> {
    /// An empty store for `lanes` engines. Pauses before further attempts are drawn from `seed`.
    pub fn new(limits: JobLimits, lanes: usize, seed: u64) -> Self {
        Self {
            limits,
            jobs: HashMap::new(),
            waiting: (0..lanes).map(|_| Vec::new()).collect(),
            running: (0..lanes).map(|_| Vec::new()).collect(),
            finished: BTreeMap::new(),
            counter: 0,
            rests: Rests::new(seed),
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
        let Submission { id, fingerprint, lane, class, deadline, expected, reserve, work } =
            submission;
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
            job.state = State::Queued(now);
            (job.work, job.expected, job.reserve) = (Some(work), expected, reserve);
            job.has_made_room = false;
            (job.engine_failures, job.last_failure) = (0, None);
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
        let job = Job {
            fingerprint,
            lane,
            class,
            deadline,
            expected,
            reserve,
            arrival,
            attempts: 0,
            engine_failures: 0,
            last_failure: None,
            has_made_room: false,
            work: Some(work),
            state: State::Queued(now),
            change: Arc::new(Notify::new()),
        };
        let submitted = job.submitted(true);
        self.jobs.insert(id, job);
        if let Some(queue) = self.waiting.get_mut(lane) {
            queue.push(id);
        }
        Ok(submitted)
    }

    /// Ends the jobs that wait for `lane` and whose deadline has passed, and says which.
    pub fn expire(&mut self, now: Instant, lane: usize) -> Vec<Class> {
        self.forget(now);
        let mut expired = Vec::new();
        for id in self.waiting.get(lane).into_iter().flatten() {
            if let Some(job) = self.jobs.get(id).filter(|job| job.deadline <= now) {
                expired.push((*id, job.class));
            }
        }
        if let Some(queue) = self.waiting.get_mut(lane) {
            queue.retain(|id| !expired.iter().any(|(other, _)| other == id));
        }
        for (id, _) in &expired {
            let Some(job) = self.jobs.get_mut(id) else { continue };
            let ended = job.too_late(EXPIRED.to_string());
            self.end(now, *id, ended);
        }
        expired.into_iter().map(|(_, class)| class).collect()
    }

    /// What `lane` is to do now: of the jobs still of use and not resting, a grade before an answer
    /// and the first deadline before a later one. Jobs past their deadline are to be expired first.
    pub fn next(&mut self, now: Instant, lane: usize) -> Next<W> {
        let (mut first, mut wake) = (None, None::<Instant>);
        for id in self.waiting.get(lane).into_iter().flatten() {
            let Some(job) = self.jobs.get(id).filter(|job| job.deadline > now) else { continue };
            let State::Queued(earliest) = job.state else { continue };
            let order = (job.class, job.deadline, job.arrival, *id);
            if earliest > now {
                // Also when its deadline comes, so that whoever waits for it hears of it.
                let moment = earliest.min(job.deadline);
                wake = Some(wake.map_or(moment, |other| other.min(moment)));
            } else if first.is_none_or(|other| order < other) {
                first = Some(order);
            }
        }
        let Some((.., id)) = first else { return Next::Wait(wake) };
        if let Some(queue) = self.waiting.get_mut(lane) {
            queue.retain(|other| *other != id);
        }
        let started = self.jobs.get_mut(&id).and_then(|job| {
            job.state = State::Running(now);
            let work = job.work.clone()?;
            Some(Started { id, work, deadline: job.deadline })
        });
        let Some(started) = started else { return Next::Wait(wake) };
        if let Some(running) = self.running.get_mut(lane) {
            running.push(id);
        }
        Next::Job(started)
    }

    /// Records what became of a running job. Does nothing for a job that is not running.
    pub fn finish(&mut self, now: Instant, id: JobId, outcome: Outcome) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        if !matches!(job.state, State::Running(_)) {
            return;
        }
        if let Some(running) = self.running.get_mut(job.lane) {
            running.retain(|other| *other != id);
        }
        let ended = match outcome {
            Outcome::Again { reason, after } => {
                let left = job.deadline.saturating_duration_since(now);
                let rest = match after {
                    Some(Duration::ZERO) => Duration::ZERO,
                    _ => {
                        job.engine_failures += 1;
                        job.last_failure = Some(reason);
                        self.rests.draw(job.engine_failures, after, left)
                    }
                };
                job.state = State::Queued(now + rest);
                if let Some(queue) = self.waiting.get_mut(job.lane) {
                    queue.push(id);
                }
                return;
            }
            Outcome::Failed(reason) => {
                job.attempts += 1;
                Ended::Outcome(Outcome::Failed(reason))
            }
            Outcome::Late(reason) => job.too_late(reason),
            other => Ended::Outcome(other),
        };
        self.end(now, id, ended);
    }

    /// The state of a job; `None` if it is not known, or no more.
    pub fn status(&self, id: &JobId) -> Option<JobStatus> {
        self.jobs.get(id).map(Job::status)
    }

    /// How much work a job of that class and deadline would find before it in `lane`: what runs,
    /// and what waits and goes first.
    pub fn ahead(&self, now: Instant, lane: usize, class: Class, deadline: Instant) -> Duration {
        let first = |job: &&Job<W>| (job.class, job.deadline) <= (class, deadline);
        let waits = self.of(&self.waiting, lane).filter(first).map(|job| job.expected);
        let runs = self.of(&self.running, lane).map(|job| match job.state {
            State::Running(since) => {
                job.expected.saturating_sub(now.saturating_duration_since(since))
            }
            _ => Duration::ZERO,
        });
        waits.chain(runs).sum()
    }

    /// When the grades that wait for `lane` need it at the latest, so that each ends in time; those
    /// that rest or for which room has been made are left out.
    pub fn needed_at(&self, now: Instant, lane: usize) -> Option<Instant> {
        let mut before = Duration::ZERO;
        let starts = self.without_room(now, lane).into_iter().map(|(deadline, reserve, _)| {
            before += reserve;
            deadline.checked_sub(before).unwrap_or(now)
        });
        starts.min()
    }

    /// Notes that an answer is stopped so that a grade can begin, once for each grade of `lane`:
    /// whether one needs that.
    pub fn make_room(&mut self, now: Instant, lane: usize) -> bool {
        let first = self.without_room(now, lane).first().map(|(.., id)| *id);
        let first = first.and_then(|id| self.jobs.get_mut(&id));
        first.map(|job| job.has_made_room = true).is_some()
    }

    /// Of the grades that could begin, and for which no answer has been stopped: deadline, reserve
    /// and id, the first deadline first.
    fn without_room(&self, now: Instant, lane: usize) -> Vec<(Instant, Duration, JobId)> {
        let waiting = self.waiting.get(lane).into_iter().flatten();
        let mut owed: Vec<_> = waiting
            .filter_map(|id| {
                let job = self.jobs.get(id)?;
                let ready = matches!(job.state, State::Queued(earliest) if earliest <= now);
                let counts = job.class == Class::Grade && ready && !job.has_made_room;
                counts.then_some((job.deadline, job.reserve, *id))
            })
            .collect();
        owed.sort();
        owed
    }

    /// How many grades wait for `lane` or run there.
    pub fn grades_in(&self, lane: usize) -> usize {
        let jobs = self.of(&self.waiting, lane).chain(self.of(&self.running, lane));
        jobs.filter(|job| job.class == Class::Grade).count()
    }

    /// How many jobs wait, over all lanes.
    pub fn queued(&self) -> usize {
        self.waiting.iter().map(Vec::len).sum()
    }

    /// How many jobs wait for `lane`.
    pub fn queued_in(&self, lane: usize) -> usize {
        self.waiting.get(lane).map_or(0, Vec::len)
    }

    /// How many jobs run, over all lanes.
    pub fn running(&self) -> usize {
        self.running.iter().map(Vec::len).sum()
    }

    /// How many jobs run in `lane`.
    pub fn running_in(&self, lane: usize) -> usize {
        self.running.get(lane).map_or(0, Vec::len)
    }

    /// How many finished jobs are remembered.
    pub fn remembered(&self) -> usize {
        self.finished.len()
    }

    fn of<'a>(
        &'a self,
        lists: &'a [Vec<JobId>],
        lane: usize,
    ) -> impl Iterator<Item = &'a Job<W>> + 'a {
        lists.get(lane).into_iter().flatten().filter_map(|id| self.jobs.get(id))
    }

    fn end(&mut self, now: Instant, id: JobId, ended: Ended) {
        let sequence = self.count();
        if let Some(job) = self.jobs.get_mut(&id) {
            let ended = match ended {
                Ended::Outcome(Outcome::Failed(reason)) if job.attempts >= MAX_ATTEMPTS => {
                    Ended::Outcome(Outcome::Declined {
                        reason: format!("given up after {MAX_ATTEMPTS} attempts: {reason}"),
                        label: "attempts",
                    })
                }
                other => other,
            };
            job.state = State::Finished(ended, sequence);
            job.work = None;
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
    /// How it ends when its deadline passes: with the engine's last failure, if there was one. Who
    /// hears only of the deadline would look for the fault in the time given.
    fn too_late(&mut self, reason: String) -> Ended {
        let Some(failure) = self.last_failure.take() else { return Ended::Late(reason) };
        self.attempts += 1;
        Ended::Outcome(Outcome::Failed(failure))
    }

    fn status(&self) -> JobStatus {
        match &self.state {
            State::Queued(_) | State::Running(_) => JobStatus::Pending,
            State::Finished(Ended::Late(reason), _) => {
                JobStatus::Declined { reason: reason.clone() }
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
        matches!(self, Self::Late(_) | Self::Outcome(Outcome::Failed(_)))
    }
}

impl From<Outcome> for JobStatus {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done(result) => Self::Done(result),
            Outcome::Declined { reason, .. } | Outcome::Late(reason) => Self::Declined { reason },
            Outcome::Failed(reason) => Self::Failed { reason },
            Outcome::Again { .. } => Self::Pending,
        }
    }
}

#[cfg(test)]
mod tests;
